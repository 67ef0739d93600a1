//! What resolvers say of a script: given, put right, listed.

use crate::server::Folder;
use firstline::{
    app::{App, gaps},
    case::{Actor, Case, Denied, Event, Intake, Opinion, Requester, Verdict},
    id::CaseId,
    run::{Audience, Input, Said},
    store::{Sqlite, Store},
};
use jiff::Timestamp;
use std::sync::Arc;

fn actor(name: &str, tier: &str) -> Actor {
    Actor { name: name.into(), tier: tier.into(), audience: Audience::Agent }
}

fn opinion(verdict: Verdict, step: Option<&str>, solved: &str) -> Opinion {
    Opinion { verdict, step: step.map(str::to_owned), solved: solved.into() }
}

async fn opened(folder: &Folder) -> (Arc<Sqlite>, Arc<App>) {
    let store = Arc::new(Sqlite::open(folder.path()).await.expect("it opens"));
    let app = App::open(store.clone(), folder.path(), None).await.expect("it opens");
    (store, app)
}

/// A case that went up because nothing fitted at the second question, claimed by `bo`.
async fn went_up(app: &App) -> Arc<Case> {
    let (ann, bo) = (actor("ann", "tier-1"), actor("bo", "tier-2"));
    let requester = Requester { name: "Maria Keller".into(), contact: Some("4711".into()) };
    let intake = Intake { requester, channel: None, words: "It prints nothing".into() };
    let case = app.open_case(&ann, CaseId::mint(), intake, Some("printer-offline")).await.expect("it opens");
    let run = case.latest_run().expect("it was started").run.id;
    for answer in ["yes", "stuck"] {
        app.say(&ann, case.id, run, &Input::Say(Said::Answer(answer.into())), None).await.expect("it is taken");
    }
    app.claim(&bo, case.id, None).await.expect("it is claimed")
}

fn judged(case: &Case) -> Vec<(&str, Verdict, Option<&str>, &str)> {
    case.judgements.iter().map(|it| (it.by.as_str(), it.verdict, it.step.as_deref(), it.solved.as_str())).collect()
}

#[test]
fn the_latest_word_of_each_counts() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let folder = Folder::new();
        let (store, app) = opened(&folder).await;
        let (bo, cy) = (actor("bo", "tier-2"), actor("cy", "tier-2"));
        let case = went_up(&app).await;
        let steps: Vec<_> = case.judgeable().into_iter().map(|choice| (choice.step, choice.last)).collect();
        let stop = steps[0].0.clone();
        assert_eq!((steps[0].1, steps.len()), (true, 2), "{steps:?}");

        // Said while closing: what it was closed with is what solved it.
        let missing = opinion(Verdict::MissingStep, Some(&stop), "");
        let closed = app.resolve_and_judge(&bo, case.id, "Maria Keller had no power.", true, &missing).await;
        let closed = closed.expect("it is closed");
        let said = ("bo", Verdict::MissingStep, Some(stop.as_str()), "Maria Keller had no power.");
        assert_eq!(judged(&closed), [said]);
        // Once more changes nothing; two at once both count; the same person puts it right.
        let seq = closed.seq;
        assert_eq!(app.judge(&bo, case.id, &missing).await.expect("it is so already").seq, seq);
        let (fine, wrong) =
            (opinion(Verdict::ScriptWasFine, None, ""), opinion(Verdict::WrongStep, Some(&steps[1].0), "x"));
        let (one, two) = tokio::join!(app.judge(&cy, case.id, &fine), app.judge(&bo, case.id, &wrong));
        one.and(two).expect("both count");
        let case = app.case(case.number).await.expect("it can be read").expect("it is there");
        let mut both = judged(&case);
        both.sort();
        let expected = [
            ("bo", Verdict::WrongStep, Some(steps[1].0.as_str()), "x"),
            ("cy", Verdict::ScriptWasFine, None, "Maria Keller had no power."),
        ];
        assert_eq!(both, expected);
        let events = case.entries.iter().filter(|entry| matches!(entry.event, Event::Judged { .. })).count();
        assert_eq!(events, 3);

        // A step that the run did not come past, and people who are no staff, are refused.
        let nowhere = app.judge(&bo, case.id, &opinion(Verdict::WrongStep, Some("nowhere"), "")).await;
        assert!(matches!(nowhere, Err(firstline::app::Error::Denied(Denied::Refused(_)))), "{nowhere:?}");
        assert!(app.judge(&app.anybody(), case.id, &fine).await.is_err());

        // It outlives a reopening, and the lists written anew are the same.
        app.reopen(&bo, case.id, "it is dark again").await.expect("it is opened again");
        let before = store.verdicts(Timestamp::UNIX_EPOCH, None, 10).await.expect("it reads");
        assert_eq!(before.len(), 2);
        assert!(store.verdicts(Timestamp::UNIX_EPOCH, Some("other"), 10).await.expect("it reads").is_empty());
        let row = app.case(case.number).await.expect("it can be read").expect("it is there").row();
        store.project(&row, &[]).await.expect("it writes");
        assert!(store.verdicts(Timestamp::UNIX_EPOCH, None, 10).await.expect("it reads").is_empty());
        app.rebuild().await.expect("they are written anew");
        assert_eq!(store.verdicts(Timestamp::UNIX_EPOCH, None, 10).await.expect("it reads"), before);
        store.close().await;
    });
}

#[test]
fn verdicts_and_stops_are_gaps_and_name_nobody() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let folder = Folder::new();
        let (store, app) = opened(&folder).await;
        let bo = actor("bo", "tier-2");
        let mut numbers = Vec::new();
        for _ in 0..2 {
            let case = went_up(&app).await;
            let stop = case.judgeable()[0].step.clone();
            let missing = opinion(Verdict::MissingStep, Some(&stop), "");
            app.resolve_and_judge(&bo, case.id, "Maria Keller (4711) had no power.", true, &missing)
                .await
                .expect("closed");
            numbers.insert(0, case.number);
        }
        let gaps = app.gaps(&gaps::Filter::recent()).await.expect("they can be read");
        let shown: Vec<_> = gaps.iter().map(|gap| (gap.lack, gap.count, gap.reason.as_deref(), &gap.cases)).collect();
        let expected =
            [(gaps::Lack::Verdict, 2, Some("missing-step"), &numbers), (gaps::Lack::Stop, 2, Some("stuck"), &numbers)];
        assert_eq!(shown, expected);
        assert_eq!(gaps[0].said, ["the caller ((contact)) had no power."]);
        assert_eq!((&gaps[0].playbook, &gaps[0].step), (&gaps[1].playbook, &gaps[1].step));
        let text = serde_json::to_string(&gaps).expect("it can be written");
        assert!(["Maria", "Keller", "4711", "bo\"", "ann"].iter().all(|name| !text.contains(name)), "{text}");
        let other = gaps::Filter { playbook: Some("vpn".into()), ..gaps::Filter::recent() };
        assert_eq!(app.gaps(&other).await.expect("they can be read"), []);
        // A case that went on is counted anew.
        let numbers = app.numbers(&Default::default()).await.expect("they can be read");
        assert_eq!(numbers[0].all.outcomes.escalated["stuck"], 2);
        went_up(&app).await;
        let numbers = app.numbers(&Default::default()).await.expect("they can be read");
        assert_eq!(numbers[0].all.outcomes.escalated["stuck"], 3);
        store.close().await;
    });
}
