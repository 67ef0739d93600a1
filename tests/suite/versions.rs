//! Runs under way while their playbook changes: moved, handed over, none lost; and the commands that do it.

use crate::{
    cli::{self, failure, out},
    edits::Renames,
    generator::Random,
    rebase::{PLAYBOOK, address, answered, by_hand},
    server::Server,
    support::split,
};
use firstline::{
    app::App,
    case::{Actor, Case, Entry, Event, Intake},
    id::CaseId,
    run::{Audience, CaseInfo, Input, Position, Rebase, Run, Said, View, rebase},
    store::{RunFilter, Sqlite},
};
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};

fn actor(name: &str) -> Actor {
    Actor { name: name.into(), tier: "tier-1".into(), audience: Audience::Agent }
}

/// The desk of `rebase.rs` after replacements, in a folder.
fn write(folder: &Path, changes: &[(&str, &str)]) {
    let mut text = PLAYBOOK.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    for (path, text) in split(&text, "playbooks/example.yaml") {
        cli::write(folder, &format!("desk/{path}"), text);
    }
}

/// Another process over the same data.
async fn open(folder: &Path) -> Arc<App> {
    let store = Sqlite::open(&folder.join("data")).await.expect("it opens");
    let app = App::open(Arc::new(store), &folder.join("data"), Some(&folder.join("desk"))).await.expect("it opens");
    let live = app.live();
    assert!(live.missing.is_empty() && live.held_back().count() == 0, "{:?}", live.findings);
    app
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Runtime::new().expect("a runtime starts")
}

async fn start(app: &App, by: &Actor, playbook: &str) -> Arc<Case> {
    app.open_case(by, CaseId::mint(), Intake::default(), Some(playbook)).await.expect("it opens")
}

/// Answers until the words are used up.
async fn say(app: &App, by: &Actor, case: &Case, words: &[&str]) -> Arc<Case> {
    let mut now = None;
    for word in words {
        let run = case.latest_run().expect("one was started").run.id;
        let said = match word.strip_prefix('=') {
            Some(value) => Said::Value(value.into()),
            None => Said::Answer((*word).into()),
        };
        now = Some(app.say(by, case.id, run, &Input::Say(said), None).await.expect("it is taken"));
    }
    now.expect("something is said")
}

fn run_of(case: &Case) -> &Run {
    &case.latest_run().expect("one was started").run
}

fn at(case: &Case) -> String {
    match run_of(case).view(&case.info()) {
        View::Prompt(prompt) => prompt.at,
        View::Outcome(outcome) => format!("{} at {}", outcome.why().unwrap_or("resolved"), outcome.at),
    }
}

/// An answer at random; what is typed fits.
fn answer(random: &mut Random, case: &Case) -> Option<Said> {
    let View::Prompt(prompt) = run_of(case).view(&case.info()) else { return None };
    Some(match prompt.typed {
        Some(_) => Said::Value((1 + random.below(40)).to_string()),
        None => Said::Answer(prompt.choices[random.below(prompt.choices.len() - 1)].id.clone()),
    })
}

const RENAMED: [(&str, &str); 6] = [
    ("answers: {yes: route, no: plug-in}", "answers: {lit: {goto: route, was: [yes]}, no: plug-in}"),
    ("start: lights", "start: power-light"),
    ("  lights:\n    ask: Is it on?", "  power-light:\n    was: [lights]\n    ask: Is it lit?"),
    ("Shake it.", "Shake it a little."),
    ("goto: cable", "goto: ports"),
    ("  cable:\n", "  ports:\n    ask: Which port?\n    answers: {front: cable, back: cable}\n  cable:\n"),
];

fn renames() -> Renames {
    let step = ("example".into(), "lights".into(), "power-light".into());
    let answer = ("example".into(), "lights".into(), "yes".into(), "lit".into());
    Renames { step: Some(step), answer: Some(answer) }
}

/// How far the runs are when the playbook changes.
const WAYS: [&[&str]; 8] = [
    &[],
    &["yes"],
    &["no"],
    &["no", "worked"],
    &["yes", "network"],
    &["yes", "usb"],
    &["yes", "usb", "=3"],
    &["no", "worked", "usb", "=3", "failed"],
];

/// 500 runs under way, agents who go on answering, and an author who moves what can be moved.
#[test]
fn of_500_runs_under_way_none_is_lost_and_none_moves_wrongly() {
    const RUNS: usize = 500;
    // Of one agent: on a slow disk the runs would all be over before they are moved.
    const ANSWERS: usize = 40;
    const AGENTS: usize = 4;
    let folder = cli::folder("rebase-500");
    write(&folder, &[]);
    runtime().block_on(async {
        let before = open(&folder).await;
        let old = before.live().offers["example"].program.hash.to_string();
        let mut opening = tokio::task::JoinSet::new();
        for worker in 0..AGENTS * 4 {
            let app = Arc::clone(&before);
            opening.spawn(async move {
                let ann = actor(&format!("agent-{}", worker % AGENTS));
                for number in (worker..RUNS).step_by(AGENTS * 4) {
                    let case = start(&app, &ann, "example").await;
                    let words = WAYS[number / 7 % WAYS.len()];
                    if !words.is_empty() {
                        say(&app, &ann, &case, words).await;
                    }
                }
            });
        }
        while let Some(ended) = opening.join_next().await {
            ended.expect("it opens its cases");
        }
        write(&folder, &RENAMED);
        let after = open(&folder).await;
        let new = after.live().offers["example"].program.hash.to_string();
        let rows = after.store().runs(&RunFilter::default()).await.expect("they are listed");
        assert_eq!(rows.len(), RUNS);
        let mut seqs = HashMap::new();
        for row in &rows {
            seqs.insert(row.case, after.case(row.number).await.expect("it loads").expect("it is there").seq);
        }

        // Agents answer in the process that still has the old desk, the author moves in another one.
        let stop = Arc::new(AtomicBool::new(false));
        let mut agents = tokio::task::JoinSet::new();
        for agent in 0..AGENTS {
            let (app, stop, rows) = (Arc::clone(&before), Arc::clone(&stop), rows.clone());
            agents.spawn(async move {
                let (random, ann) = (&mut Random::new(agent as u64 + 60), actor(&format!("agent-{agent}")));
                let (mut said, mut refused): (HashMap<CaseId, Vec<Said>>, usize) = (HashMap::new(), 0);
                let mut left = ANSWERS;
                while left > 0 && !stop.load(Ordering::Relaxed) {
                    let row = random.pick(&rows);
                    let case = app.fresh(row.case).await.expect("it loads").expect("it is there");
                    if case.holder.as_ref() != Some(&ann.name) {
                        continue;
                    }
                    let (run, position) = (run_of(&case).id, run_of(&case).position());
                    let words = answer(random, &case).filter(|_| random.chance(50));
                    let input = words.clone().map_or(Input::Back(1), Input::Say);
                    match app.say(&ann, case.id, run, &input, Some(&position)).await {
                        Ok(_) => {
                            left -= 1;
                            said.entry(case.id).or_default().extend(words);
                        }
                        Err(firstline::app::Error::Denied(_)) => refused += 1,
                        Err(error) => panic!("{error}"),
                    }
                }
                (said, refused)
            });
        }
        let author = actor("author");
        let report = after.rebase(&author, &[], false).await.expect("it moves what it can");
        stop.store(true, Ordering::Relaxed);
        let (mut said, mut refused) = (HashMap::new(), 0);
        while let Some(ended) = agents.join_next().await {
            let (more, were_refused) = ended.expect("the agent works on");
            said.extend(more);
            refused += were_refused;
        }

        // A third process reads everything anew.
        let fresh = open(&folder).await;
        let rows = fresh.store().runs(&RunFilter::default()).await.expect("they are listed");
        let (mut moved, mut stayed, mut over) = (BTreeSet::new(), BTreeSet::new(), 0);
        for row in &rows {
            let case = fresh.case(row.number).await.expect("it loads").expect("it is there");
            let run = run_of(&case);
            assert_eq!(run.program.hash.to_string(), row.program);
            let later = case.entries.iter().filter(|entry| entry.seq > seqs[&case.id]);
            let answers: Vec<Said> = later.filter_map(given).collect();
            assert_eq!(
                answers,
                said.remove(&case.id).unwrap_or_default(),
                "case {}: what was acknowledged is there",
                row.number
            );
            match case.entries.iter().position(|entry| matches!(entry.event, Event::Rebased { .. })) {
                Some(index) => {
                    let programs = BTreeMap::from([
                        (old.clone(), before.live().offers["example"].program.clone()),
                        (new.clone(), after.live().offers["example"].program.clone()),
                    ]);
                    let (was, now) = (upto(&case, index, &programs), upto(&case, index + 1, &programs));
                    let (was, now) = (run_of(&was), run_of(&now));
                    assert_eq!(answered(was, &renames()), answered(now, &Renames::default()), "case {}", row.number);
                    let here = |run: &Run, renames| match run.walk().position {
                        Position::At { frame, place } => address(run, renames, frame, place).0,
                        _ => panic!("case {} stood at a prompt", row.number),
                    };
                    assert_eq!(here(was, &renames()), here(now, &Renames::default()), "case {}", row.number);
                    assert_eq!(row.program, new);
                    moved.insert(row.number);
                }
                None => {
                    assert_eq!(row.program, old);
                    if case.is_under_way(run.id) {
                        stayed.insert(row.number);
                    } else {
                        over += 1;
                    }
                }
            }
        }
        assert_eq!(report.moved.iter().map(|moved| moved.case).collect::<BTreeSet<_>>(), moved);
        assert!(said.is_empty(), "every case is there");
        // Whatever stays cannot move: its answers lead somewhere else there.
        let program = &after.live().offers["example"].program;
        for number in &stayed {
            let case = fresh.case(*number).await.expect("it loads").expect("it is there");
            let run = run_of(&case);
            let Position::At { frame, place } = run.walk().position else { continue };
            let here = address(run, &renames(), frame, place).0;
            let (hand, at) = by_hand(run, &renames(), program);
            let path = answered(run, &renames()) == answered(&hand, &Renames::default());
            let same = path && at == Some((here, false));
            assert_eq!(same, matches!(rebase(run, program), Rebase::Moved { .. }), "case {number}");
        }
        let again = after.rebase(&author, &[], true).await.expect("it is judged");
        let judged = again.stays.iter().map(|stays| stays.case).chain(again.moved.iter().map(|moved| moved.case));
        assert_eq!(judged.collect::<BTreeSet<_>>(), stayed);
        println!(
            "{RUNS} runs: {} moved, {} stay, {over} over; {refused} answers were refused meanwhile",
            moved.len(),
            stayed.len()
        );
        assert!(moved.len() > 150 && stayed.len() > 80, "{} {}", moved.len(), stayed.len());
    });
}

fn given(entry: &Entry) -> Option<Said> {
    match &entry.event {
        Event::Went { what: firstline::run::Event::Answered { said, .. }, .. } => Some(said.clone()),
        _ => None,
    }
}

/// A case after so many entries.
fn upto(case: &Case, count: usize, programs: &BTreeMap<String, Arc<firstline::playbook::Program>>) -> Case {
    let mut again = Case::open(case.id, &case.entries[0]).expect("it opens");
    for entry in &case.entries[1..count] {
        again.apply(entry, &|hash| programs.get(hash).cloned()).expect("it applies");
    }
    again
}

#[test]
fn whoever_works_on_a_case_moves_its_run_on() {
    let folder = cli::folder("move-on");
    write(&folder, &[]);
    runtime().block_on(async {
        let ann = actor("ann");
        let app = open(&folder).await;
        let (first, second) = (start(&app, &ann, "example").await, start(&app, &ann, "example").await);
        say(&app, &ann, &first, &["yes", "network"]).await;
        say(&app, &ann, &second, &["yes", "usb"]).await;
        write(&folder, &RENAMED);
        let app = open(&folder).await;
        let run = run_of(&first).id;
        let denied = app.move_on(&actor("bob"), first.id, run).await;
        assert!(denied.is_err(), "only whoever works on it");
        let case = app.move_on(&ann, first.id, run).await.expect("it moves");
        assert_eq!((at(&case).as_str(), case.tier.as_str()), ("driver/update", "tier-1"));
        assert_eq!(run_of(&case).path(&CaseInfo::default())[0].at, "power-light");
        let same = app.move_on(&ann, first.id, run).await.expect("once more is the same");
        assert_eq!(same.seq, case.seq);
        let stays = app.move_on(&ann, second.id, run_of(&second).id).await.expect_err("the two differ").to_string();
        insta::assert_snapshot!(stays, @"the newer version differs after `connection`: asks `cable`; in the other version: asks `ports`");
        // What was handed over says what was answered in the names of the version that it goes by.
        let case = say(&app, &ann, &case, &["failed"]).await;
        let path: Vec<_> = case.escalations[0].envelope.path.iter().map(|line| (line.at.as_str(), line.answer.as_str())).collect();
        assert_eq!(path, [("power-light", "lit"), ("connection", "network"), ("driver/update", "failed")]);
    });
}

const CALLER: &str = "title: C
symptoms: [c]
start: first
steps:
  first: {ask: Is it you?, answers: {yes: inner, no: inner}}
  inner:
    call: example
    resolved: {resolve: Done.}
";

#[test]
fn what_is_withdrawn_is_handed_over_and_not_started_until_another_version_is_there() {
    let folder = cli::folder("recall");
    write(&folder, &[]);
    cli::write(&folder, "desk/playbooks/caller.yaml", CALLER);
    runtime().block_on(async {
        let (ann, author) = (actor("ann"), actor("author"));
        let app = open(&folder).await;
        let mut cases = Vec::new();
        for (playbook, words) in [
            ("example", &["yes", "network"][..]),
            ("caller", &["yes", "no"]),
            ("example", &["yes", "usb", "=3", "worked"]),
        ] {
            let case = start(&app, &ann, playbook).await;
            cases.push(say(&app, &ann, &case, words).await);
        }
        assert!(app.recall(&author, "example", None, " ").await.is_err(), "it needs a reason");
        // Another process has the desk in memory.
        let elsewhere = open(&folder).await;
        let report = app.recall(&author, "example", None, "it names the wrong server").await.expect("it is withdrawn");
        assert_eq!((report.programs.len(), report.moved.len()), (2, 0), "its own and the caller's");
        assert_eq!(report.handed_over, [cases[0].number, cases[1].number]);
        for case in &cases[..2] {
            let case = app.case(case.number).await.expect("it loads").expect("it is there");
            let envelope = &case.escalations[0].envelope;
            assert_eq!((envelope.why.reason.as_str(), envelope.to.tier.as_str()), ("recalled", "tier-2"));
            assert_eq!(
                (envelope.why.detail.as_deref(), envelope.by.as_str()),
                (Some("it names the wrong server"), "author")
            );
            assert_eq!(case.holder, None);
        }
        let solved = app.case(cases[2].number).await.expect("it loads").expect("it is there");
        assert_eq!(solved.seq, cases[2].seq, "what is over is not touched");
        for app in [&app, &elsewhere, &open(&folder).await] {
            for playbook in ["example", "caller"] {
                let started = app.open_case(&ann, CaseId::mint(), Intake::default(), Some(playbook)).await;
                assert!(started.is_err(), "{playbook} is withdrawn");
            }
        }
        let names = |app: &App| app.live().recalled.iter().map(|recall| recall.playbook.clone()).collect::<Vec<_>>();
        assert_eq!(names(&app), ["caller", "example"]);
        // The caller alone becomes no other: it still holds what is withdrawn.
        cli::write(&folder, "desk/playbooks/caller.yaml", CALLER.replace("Is it you?", "Are you there?"));
        assert_eq!(names(&*open(&folder).await), ["caller", "example"]);
        // Whoever takes over stands at the same step, is not handed over again, and may move on.
        let tom = Actor { name: "tom".into(), tier: "tier-2".into(), audience: Audience::Agent };
        let id = cases[0].id;
        app.claim(&tom, id, None).await.expect("it is claimed");
        let case = app.take_over(&tom, id, run_of(&cases[0]).id).await.expect("it goes on");
        assert_eq!(at(&case), "driver/update");
        write(&folder, &[("Update it.", "Update it from the other server.")]);
        let better = open(&folder).await;
        assert!(names(&better).is_empty() && better.live().offers.contains_key("caller"));
        let case = better.move_on(&tom, id, run_of(&cases[0]).id).await.expect("it moves");
        assert_eq!(at(&case), "driver/update");
        let case = say(&better, &tom, &case, &["worked"]).await;
        assert_eq!(at(&case), "resolved at driver.resolved");
    });
}

#[test]
fn an_older_version_is_withdrawn_and_its_runs_move_where_they_can() {
    let folder = cli::folder("recall-older");
    write(&folder, &[]);
    runtime().block_on(async {
        let (ann, author) = (actor("ann"), actor("author"));
        let app = open(&folder).await;
        let old = app.live().offers["example"].program.hash.to_string();
        let mut numbers = Vec::new();
        for words in [&["yes", "network"][..], &["yes", "usb"], &["yes", "usb", "=3", "failed", "failed"]] {
            let case = start(&app, &ann, "example").await;
            numbers.push(say(&app, &ann, &case, words).await.number);
        }
        write(&folder, &RENAMED);
        let app = open(&folder).await;
        let newer = start(&app, &ann, "example").await;
        assert!(app.recall(&author, "example", Some("zz"), "why").await.is_err(), "there is no such version");
        let report = app.recall(&author, "example", Some(&old[..8]), "why").await.expect("it is withdrawn");
        assert_eq!((report.moved, report.handed_over), (vec![numbers[0]], vec![numbers[1], numbers[2]]));
        assert!(app.live().offers.contains_key("example"), "the newer version is in force");
        let newer = app.case(newer.number).await.expect("it loads").expect("it is there");
        assert_eq!(at(&newer), "power-light");
    });
}

#[test]
fn a_run_that_was_missed_is_handed_over_when_somebody_goes_on_with_it() {
    let folder = cli::folder("recall-missed");
    write(&folder, &[]);
    runtime().block_on(async {
        let ann = actor("ann");
        let app = open(&folder).await;
        let case = start(&app, &ann, "example").await;
        let recall = firstline::store::Recall {
            program: run_of(&case).program.hash.to_string(),
            playbook: "example".into(),
            why: "it does harm".into(),
            by: "author".into(),
            at: case.opened,
        };
        app.store().keep_recall(&recall).await.expect("it is kept");
        let app = open(&folder).await;
        let case = say(&app, &ann, &case, &["yes"]).await;
        assert_eq!((at(&case).as_str(), case.tier.as_str()), ("recalled at lights", "tier-2"));
        assert!(run_of(&case).path(&case.info()).is_empty(), "the answer was not taken");
    });
}

/// The console of a server whose desk changes under a case.
#[test]
fn the_console_offers_the_newer_version_and_says_what_was_withdrawn() {
    let folder = cli::folder("versions-console");
    write(&folder, &[]);
    let (data, desk) = (folder.join("data"), folder.join("desk"));
    let server = Server::start(&data, Some(&desk));
    let mut ann = server.visitor();
    for number in [1001, 1002] {
        let page = ann.submit("/cases", &[("words", "a"), ("playbook", "example")]);
        assert!(page.body.contains("Is it on?") && !page.body.contains("newer version"), "{}", page.body);
        let run =
            page.body.split("data-run=\"").nth(1).and_then(|rest| rest.split('"').next()).expect("a run").to_owned();
        let answers: &[&str] = if number == 1001 { &["yes", "network"] } else { &["yes", "usb"] };
        let mut page = page;
        for answer in answers {
            let fields = [("position", page.field("position")), ("answer", (*answer).to_owned())];
            let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
            page = ann.submit(&format!("/cases/{number}/runs/{run}/answer"), &fields);
        }
    }
    assert!(server.stop());
    write(&folder, &RENAMED);
    let server = Server::start(&data, Some(&desk));
    let mut ann = server.visitor();
    let page = ann.get("/cases/1001");
    assert!(page.body.contains("A newer version of this playbook is there, the same up to here."), "{}", page.body);
    assert!(page.body.contains("It reads otherwise at lights."), "{}", page.body);
    let at = page.body.find("/move-on").map(|end| page.body[..end].rfind('"').map(|start| &page.body[start + 1..end]));
    let form = format!("{}/move-on", at.flatten().expect("a form").replace("&#x2f;", "/"));
    let page = ann.submit(&form, &[]);
    assert_eq!(page.status, 200, "{}", page.body);
    assert!(page.body.contains("moved “A” to a newer version") && !page.body.contains("newer version of this"));
    let page = ann.get("/cases/1002");
    assert!(page.body.contains("This run stays with its own:") && page.body.contains("ports"), "{}", page.body);
    assert!(!page.body.contains("/move-on"), "{}", page.body);
    // An author withdraws the version from the terminal, next to the server.
    out(&folder, &with(&["recall", "example", "--because", "It does harm."]), "", 0);
    let page = ann.get("/cases/1001");
    assert!(page.body.contains("It does harm.") && page.body.contains("withdrawn"), "{}", page.body);
    let refused = ann.submit("/cases", &[("words", "b"), ("playbook", "example")]);
    assert!((400..500).contains(&refused.status), "{} {}", refused.status, refused.body);
    assert!(server.stop());
    let server = Server::start(&data, Some(&desk));
    let page = server.visitor().get("/library");
    assert!(page.body.contains("nobody can start it until another version is there: It does harm."), "{}", page.body);
}

// The commands

fn recorded(name: &str, answers: &[&[&str]]) -> PathBuf {
    let folder = cli::folder(name);
    write(&folder, &[]);
    runtime().block_on(async {
        let (ann, app) = (actor("ann"), open(&folder).await);
        for words in answers {
            let case = start(&app, &ann, "example").await;
            say(&app, &ann, &case, words).await;
        }
    });
    folder
}

const ARGUMENTS: [&str; 4] = ["--desk", "desk", "--data", "data"];

fn with<'a>(arguments: &[&'a str]) -> Vec<&'a str> {
    ARGUMENTS.iter().chain(arguments).copied().collect()
}

#[test]
fn replay_says_what_an_edit_changes() {
    let folder = recorded(
        "replay-command",
        &[
            &["yes", "usb", "=3", "worked"],
            &["yes", "usb", "=40", "worked"],
            &["no", "worked", "usb", "=5", "worked"],
            &["yes", "network", "worked"],
            &["yes"],
        ],
    );
    insta::assert_snapshot!(out(&folder, &with(&["replay", "example"]), "", 0), @"example: 0 of 4 runs come to another end");
    write(&folder, &[("max: 50", "max: 30"), ("no: plug-in", "no: {escalate: Nobody may plug it in.}")]);
    insta::assert_snapshot!(out(&folder, &with(&["replay", "example"]), "", 1));
    let json: Value = serde_json::from_str(&out(&folder, &with(&["replay", "example", "--format", "json"]), "", 1))
        .expect("it is JSON");
    assert_eq!((&json["runs"], &json["playbook"]), (&4.into(), &"example".into()));
    let now: Vec<String> =
        json["changed"].as_array().expect("a list").iter().map(|changed| changed["now"].to_string()).collect();
    assert_eq!(now, [r#"{"lost":"cable"}"#, r#"{"ends":{"kind":"escalated","at":"lights.no"}}"#]);
    // The old desk in another folder.
    let old = cli::folder("replay-command-old");
    write(&old, &[]);
    let against = old.join("desk").to_str().expect("a path").to_owned();
    out(&folder, &with(&["replay", "example", "--against", &against]), "", 0);
    let unknown = failure(&folder, &with(&["replay", "exmple"]));
    assert!(unknown.contains("did you mean `example`?"), "{unknown}");
}

#[test]
fn rebase_and_recall_say_what_they_did() {
    let folder = recorded("rebase-command", &[&["yes", "network"], &["yes", "usb"], &["no"]]);
    write(&folder, &RENAMED);
    let dry = out(&folder, &with(&["rebase", "--dry-run"]), "", 0);
    insta::assert_snapshot!(dry);
    let moved = out(&folder, &with(&["rebase", "example"]), "", 0);
    assert_eq!(moved, dry.replace("can move", "moved"));
    let json: Value =
        serde_json::from_str(&out(&folder, &with(&["rebase", "--format", "json"]), "", 0)).expect("it is JSON");
    assert_eq!((&json["current"], &json["stays"][0]["case"]), (&2.into(), &1002.into()));
    assert!(failure(&folder, &with(&["rebase", "nothing"])).contains("there is no playbook `nothing`"));
    let recalled = out(&folder, &with(&["recall", "example", "--because", "It does harm."]), "", 0);
    let recalled: Vec<&str> = recalled.lines().collect();
    assert!(recalled[0].starts_with("example withdrawn "), "{recalled:?}");
    assert_eq!(recalled[1], "  2 handed over: cases 1001, 1003");
    assert!(
        failure(&folder, &with(&["recall", "example", "--because", "x"])).contains("there is no playbook `example`")
    );
}
