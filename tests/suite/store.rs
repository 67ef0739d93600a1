//! What every store has to do, whatever the database.

use firstline::{
    case::{
        Entry, Envelope, Escalation, Event, OutboxEntry, Requester, Row, Ticket, Verdict,
        envelope::{Friction, Seat, Why},
    },
    id::{CaseId, EscalationId, IncidentId, OutboxId, RunId},
    run::Audience,
    store::{
        Append, Clicked, Error, Feedback, Filter, Incident, Person, ProgramSource, Recall, RunFilter, Searched,
        Session, Settings, Sqlite, Standing, Store, Viewed,
    },
};
use jiff::{Timestamp, civil::date};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};
use tokio::task::JoinSet;

/// A folder that is gone after its test.
struct Folder(PathBuf);

impl Folder {
    fn new() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("firstline store {}% {}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        Self(std::env::temp_dir().join(name))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        fs::remove_dir_all(&self.0).expect("the test made it");
    }
}

/// One of the databases: what a test needs of it.
struct Place {
    folder: Folder,
}

impl Place {
    fn new() -> Self {
        Self { folder: Folder::new() }
    }

    /// Another handle on the same data.
    async fn open(&self) -> Arc<dyn Store> {
        Arc::new(sqlite(&self.folder.0).await)
    }
}

async fn sqlite(folder: &Path) -> Sqlite {
    Sqlite::open(folder).await.expect("it opens")
}

/// Runs a test of the contract on each database.
macro_rules! contract {
    ($($name:ident)*) => {
        mod sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $name() {
                super::$name(&super::Place::new()).await;
            })*
        }
    };
}

contract! {
    a_stream_is_in_order
    an_append_after_something_else_is_stale
    one_of_many_wins_each_place
    neighbours_do_not_suffer
    a_failure_takes_all_of_its_append
    numbers_are_given_once
    a_run_leads_to_its_case
    a_withdrawn_program_stays_so
    the_latest_verdict_of_each_is_listed
    lists_filter_and_sort
    a_row_is_replaced_only_where_it_stands
    claims_exclude_each_other
    a_lease_runs_out
    settling_goes_with_the_append
    the_outbox_lists_what_is_not_delivered
    programs_and_good_versions_stay
    people_have_one_login
    sessions_end
    incidents_are_open_until_they_are_closed
    searches_and_views_add_up
    clicks_add_up_and_are_forgotten
    the_last_opinion_counts
    a_secret_stays
    everything_is_there_again
}

/// The moment so many seconds into the tests.
fn at(seconds: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + seconds).expect("a moment")
}

/// A case that grows.
#[derive(Clone)]
struct Subject {
    row: Row,
}

impl Subject {
    fn new(number: u64) -> Self {
        let row = Row {
            case: CaseId::mint(),
            seq: 0,
            number,
            title: "It does not print".into(),
            requester: "Ada".into(),
            requester_key: "ada@example.org".into(),
            tier: "first".into(),
            team: None,
            holder: None,
            priority: "normal".into(),
            state: "open".into(),
            reason: None,
            respond_by: None,
            opened: at(number as i64),
            updated: at(number as i64),
        };
        Self { row }
    }

    fn with(mut self, change: impl FnOnce(&mut Row)) -> Self {
        change(&mut self.row);
        self
    }

    fn opened(&self) -> Event {
        Event::Opened {
            number: self.row.number,
            requester: Requester { name: "Ada".into(), contact: None },
            channel: None,
            words: "the\nprinter \u{1f5a8} 'quoted' \0".into(),
            tier: "first".into(),
        }
    }

    /// The next append; the case stands after it.
    fn append(&mut self, events: Vec<Event>) -> Append {
        let after = self.row.seq;
        let entries: Vec<_> = events
            .into_iter()
            .zip(after + 1..)
            .map(|(event, seq)| Entry { seq, when: at(seq as i64), by: "Ben".into(), event })
            .collect();
        self.row.seq = after + entries.len() as u64;
        let (case, row) = (self.row.case, self.row.clone());
        Append { case, after, entries, row, outbox: Vec::new(), settle: Vec::new() }
    }

    fn opening(&mut self) -> Append {
        let event = self.opened();
        self.append(vec![event])
    }

    fn note(&mut self) -> Append {
        self.append(vec![noted("a note")])
    }

    fn envelope(&self, escalation: EscalationId) -> Envelope {
        let seat = |tier: &str| Seat { tier: tier.into(), name: tier.into(), team: None, zone: None };
        Envelope {
            version: 1,
            desk: "desk".into(),
            case: self.row.case,
            number: self.row.number,
            escalation,
            when: at(0),
            by: "Ben".into(),
            from: seat("first"),
            to: seat("second"),
            stays: false,
            priority: "normal".into(),
            respond_by: None,
            why: Why { reason: "by-hand".into(), at: None, detail: None },
            playbook: None,
            requester: Requester::default(),
            channel: None,
            words: String::new(),
            told: None,
            facts: [("model".to_owned(), "L7".to_owned())].into(),
            path: Vec::new(),
            tried: Vec::new(),
            not_tried: Vec::new(),
            notes: Vec::new(),
            attachments: Vec::new(),
            seconds_open: 0,
            friction: Friction::default(),
            link: None,
        }
    }

    /// An escalation and what it sends, due at a moment.
    fn escalate(&mut self, due: Timestamp) -> Append {
        let id = EscalationId::mint();
        let envelope = self.envelope(id);
        let entry = OutboxEntry {
            id: OutboxId::mint(),
            case: self.row.case,
            escalation: Some(id),
            connector: "tickets".into(),
            ticket: Ticket { subject: "s".into(), body: "b".into(), envelope: envelope.clone() },
            created: due,
        };
        let escalation = Escalation { id, envelope, outbox: vec![(entry.id, entry.connector.clone())] };
        let mut append = self.append(vec![Event::Escalated { escalation: Box::new(escalation) }]);
        append.outbox.push(entry);
        append
    }
}

fn noted(text: &str) -> Event {
    Event::Noted { text: text.into() }
}

fn delivered() -> Standing {
    Standing::Delivered { at: at(9), ticket: Some("T-1".into()), link: None }
}

/// A case in the store.
async fn opened(store: &dyn Store, number: u64) -> Subject {
    let mut subject = Subject::new(number);
    store.append(subject.opening()).await.expect("it is new");
    subject
}

/// The numbers in a list.
async fn numbers(store: &dyn Store, filter: Filter) -> Vec<u64> {
    let filter = Filter { limit: if filter.limit == 0 { 100 } else { filter.limit }, ..filter };
    store.list(&filter).await.expect("it lists").iter().map(|row| row.number).collect()
}

async fn a_stream_is_in_order(place: &Place) {
    let store = place.open().await;
    let mut subject = Subject::new(1001);
    let mut entries = Vec::new();
    let notes = |count: usize| (0..count).map(|n| noted(&format!("{n}"))).collect::<Vec<_>>();
    let appends = [subject.opening(), subject.append(notes(1)), subject.append(notes(8)), subject.append(notes(25))];
    let mut other = opened(&*store, 1002).await;
    for append in appends {
        entries.extend(append.entries.clone());
        store.append(append).await.expect("nobody else is there");
        store.append(other.note()).await.expect("nobody else is there");
    }
    let case = subject.row.case;
    assert_eq!(store.stream(case, 0).await.expect("it reads"), entries);
    assert_eq!(store.stream(case, 7).await.expect("it reads"), entries[7..]);
    assert_eq!(store.stream(case, 35).await.expect("it reads"), []);
    assert_eq!(store.head(case).await.expect("it reads"), Some(35));
    assert_eq!(store.head(CaseId::mint()).await.expect("it reads"), None);
    assert_eq!(store.find(1001).await.expect("it reads"), Some(case));
    assert_eq!(store.find(1003).await.expect("it reads"), None);
    assert_eq!(store.cases().await.expect("it reads"), [case, other.row.case]);
    assert_eq!(store.list(&Filter { limit: 1, ..Filter::default() }).await.expect("it reads"), [subject.row]);
    store.ping().await.expect("it answers");
}

async fn an_append_after_something_else_is_stale(place: &Place) {
    let (one, two) = (place.open().await, place.open().await);
    let mut subject = opened(&*one, 1001).await;
    let mut slow = subject.clone();
    one.append(subject.append(vec![noted("one"), noted("two")])).await.expect("it is the first");
    let mut append = slow.escalate(at(0));
    let lost = append.outbox[0].id;
    for store in [&one, &two] {
        assert!(matches!(store.append(append.clone()).await, Err(Error::Stale { head: 3 })));
    }
    append.after = 0;
    append.entries[0].seq = 1;
    append.row.seq = 1;
    assert!(matches!(two.append(append).await, Err(Error::Stale { head: 3 })), "a second opening");
    let mut unknown = Subject::new(1002).with(|row| row.seq = 4);
    assert!(matches!(two.append(unknown.note()).await, Err(Error::Stale { head: 0 })));
    assert_eq!(two.stream(subject.row.case, 0).await.expect("it reads").len(), 3);
    assert_eq!(two.outgoing(lost).await.expect("it reads"), None);
    assert_eq!(two.find(1002).await.expect("it reads"), None);
}

async fn one_of_many_wins_each_place(place: &Place) {
    let stores = [place.open().await, place.open().await];
    let subject = opened(&*stores[0], 1001).await;
    let mut tasks = JoinSet::new();
    for worker in 0..8 {
        let (store, mut subject) = (stores[worker % 2].clone(), subject.clone());
        tasks.spawn(async move {
            let mut won = Vec::new();
            for _ in 0..20 {
                let append = subject.append(vec![noted(&format!("{worker}"))]);
                let seq = subject.row.seq;
                match store.append(append).await {
                    Ok(()) => won.push((seq, worker)),
                    Err(Error::Stale { head }) => {
                        assert!(head >= seq, "somebody has taken {seq}, and it ends at {head}");
                        subject.row.seq = head;
                    }
                    Err(error) => panic!("{error}"),
                }
            }
            won
        });
    }
    let mut won: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    won.sort_unstable();
    let stream = stores[1].stream(subject.row.case, 1).await.expect("it reads");
    let kept: Vec<_> = stream
        .iter()
        .map(|entry| match &entry.event {
            Event::Noted { text } => (entry.seq, text.parse().expect("a number")),
            other => panic!("{other:?}"),
        })
        .collect();
    assert_eq!(won, kept);
    assert!(kept.iter().zip(2..).all(|(kept, seq)| kept.0 == seq), "{kept:?}");
}

async fn neighbours_do_not_suffer(place: &Place) {
    let store = place.open().await;
    let mut tasks = JoinSet::new();
    for number in 1001..1101 {
        let mut subject = opened(&*store, number).await;
        let (stale, good) = (subject.note(), subject.note());
        let stale = Append { after: 7, entries: vec![Entry { seq: 8, ..stale.entries[0].clone() }], ..stale };
        let stale = Append { row: Row { seq: 8, ..stale.row.clone() }, ..stale };
        let good = Append { after: 1, entries: vec![Entry { seq: 2, ..good.entries[0].clone() }], ..good };
        let good = Append { row: Row { seq: 2, ..good.row.clone() }, ..good };
        for (append, fine) in [(stale, false), (good, true)] {
            let store = store.clone();
            tasks.spawn(async move { assert_eq!(store.append(append).await.is_ok(), fine) });
        }
    }
    tasks.join_all().await;
    for case in store.cases().await.expect("it reads") {
        assert_eq!(store.head(case).await.expect("it reads"), Some(2));
    }
}

async fn a_failure_takes_all_of_its_append(place: &Place) {
    let store = place.open().await;
    let mut sent = opened(&*store, 1001).await;
    let first = sent.escalate(at(0));
    store.append(first.clone()).await.expect("it is new");
    let mut tasks = JoinSet::new();
    for number in 1002..1042 {
        let mut subject = opened(&*store, number).await;
        let mut append = subject.escalate(at(0));
        let broken = number % 4 == 0;
        if broken {
            append.outbox.push(first.outbox[0].clone());
        }
        let store = store.clone();
        tasks.spawn(async move {
            let (case, row, id) = (append.case, append.row.clone(), append.outbox[0].id);
            let result = store.append(append).await;
            assert_eq!(result.is_err(), broken, "{result:?}");
            assert_eq!(store.head(case).await.expect("it reads"), Some(if broken { 1 } else { 2 }));
            assert_eq!(store.stream(case, 1).await.expect("it reads").is_empty(), broken);
            assert_eq!(store.outgoing(id).await.expect("it reads").is_none(), broken);
            let rows = store.list(&Filter { limit: 100, ..Filter::default() }).await.expect("it reads");
            assert_eq!(rows.contains(&row), !broken);
        });
    }
    tasks.join_all().await;
}

async fn numbers_are_given_once(place: &Place) {
    let stores = [place.open().await, place.open().await];
    let mut tasks = JoinSet::new();
    for worker in 0..10 {
        let store = stores[worker % 2].clone();
        tasks.spawn(async move {
            let mut out = Vec::new();
            for _ in 0..20 {
                out.push(store.number().await.expect("there is always another"));
            }
            out
        });
    }
    let given: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    let distinct: BTreeSet<_> = given.iter().copied().collect();
    assert_eq!(distinct.len(), 200);
    assert!(distinct.first() >= Some(&1001));
    let next = place.open().await.number().await.expect("there is always another");
    assert!(Some(&next) > distinct.last());
}

async fn a_run_leads_to_its_case(place: &Place) {
    let store = place.open().await;
    let mut subject = opened(&*store, 1001).await;
    let runs = [RunId::mint(), RunId::mint()];
    let start = |run| Event::RunStarted {
        run,
        playbook: "printer".into(),
        title: "Printer".into(),
        program: "hash".into(),
        audience: Audience::Agent,
        tier: "first".into(),
        facts: vec![("model".into(), "L7".into())],
    };
    store.append(subject.append(vec![noted("now"), start(runs[0]), start(runs[1])])).await.expect("it is alone");
    for run in runs {
        assert_eq!(store.case_of(run).await.expect("it reads"), Some(subject.row.case));
    }
    assert_eq!(store.case_of(RunId::mint()).await.expect("it reads"), None);

    let found = async |filter: RunFilter| -> BTreeSet<String> {
        let rows = store.runs(&filter).await.expect("it reads");
        assert!(rows.iter().all(|row| row.case == subject.row.case && row.number == 1001 && row.open));
        rows.iter().map(|row| row.run.to_string()).collect()
    };
    let both: BTreeSet<String> = runs.iter().map(RunId::to_string).collect();
    let of = |playbook: &str| RunFilter { playbook: Some(playbook.into()), ..RunFilter::default() };
    assert_eq!(found(RunFilter::default()).await, both);
    assert_eq!(found(of("printer")).await, both);
    assert_eq!(found(RunFilter { program: Some("hash".into()), open: Some(true), ..of("printer") }).await, both);
    assert_eq!(found(of("scanner")).await, BTreeSet::new());
    assert_eq!(found(RunFilter { program: Some("other".into()), ..RunFilter::default() }).await, BTreeSet::new());
    assert_eq!(found(RunFilter { open: Some(false), ..RunFilter::default() }).await, BTreeSet::new());
}

async fn a_withdrawn_program_stays_so(place: &Place) {
    let store = place.open().await;
    let recall = |program: &str, seconds, why: &str| Recall {
        program: program.into(),
        playbook: "printer".into(),
        why: why.into(),
        by: "ada".into(),
        at: at(seconds),
    };
    let (first, second) = (recall("one", 1, "it breaks the tray"), recall("two", 2, "so does this"));
    for recall in [&first, &second, &recall("one", 3, "said again")] {
        store.keep_recall(recall).await.expect("it writes");
    }
    assert_eq!(store.recalls().await.expect("it reads"), [second, first]);
}

async fn the_latest_verdict_of_each_is_listed(place: &Place) {
    let store = place.open().await;
    let judged = |playbook: &str, verdict| Event::Judged {
        run: RunId::mint(),
        playbook: playbook.into(),
        program: "one".into(),
        step: Some("lights".into()),
        verdict,
        solved: "it was off".into(),
    };
    let (mut first, mut second) = (Subject::new(1001), Subject::new(1002));
    store.append(first.opening()).await.expect("it writes");
    let both = vec![judged("vpn", Verdict::WrongStep), judged("printer", Verdict::MissingStep)];
    store.append(first.append(both)).await.expect("it writes");
    store.append(second.opening()).await.expect("it writes");
    store.append(second.append(vec![judged("vpn", Verdict::ScriptWasFine)])).await.expect("it writes");
    let listed = async |since, playbook, limit| {
        let all = store.verdicts(since, playbook, limit).await.expect("it reads");
        all.into_iter().map(|it| (it.number, it.judgement.playbook, it.judgement.verdict)).collect::<Vec<_>>()
    };
    let printer = (1001, "printer".to_owned(), Verdict::MissingStep);
    let vpn = (1002, "vpn".to_owned(), Verdict::ScriptWasFine);
    assert_eq!(listed(at(0), None, 9).await, [printer.clone(), vpn.clone()]);
    assert_eq!(listed(at(0), None, 1).await, std::slice::from_ref(&printer));
    assert_eq!(listed(at(3), None, 9).await, [printer]);
    assert_eq!(listed(at(0), Some("vpn"), 9).await, [vpn]);
    assert_eq!(store.heads().await.expect("it reads"), [(first.row.case, 3), (second.row.case, 2)]);
    // Too late to be written anew, and then in time.
    store.project(&Row { seq: 2, ..first.row.clone() }, &[]).await.expect("it does nothing");
    assert_eq!(listed(at(0), None, 9).await.len(), 2);
    store.project(&first.row, &[]).await.expect("it writes");
    assert_eq!(listed(at(0), None, 9).await.len(), 1);
}

async fn lists_filter_and_sort(place: &Place) {
    let store = place.open().await;
    let subjects = [
        Subject::new(1001),
        Subject::new(1002).with(|row| row.respond_by = Some(at(500))),
        Subject::new(1003).with(|row| row.respond_by = Some(at(400))),
        Subject::new(1004).with(|row| (row.respond_by, row.opened) = (Some(at(500)), at(1))),
        Subject::new(1005).with(|row| (row.opened, row.tier) = (at(2), "second".into())),
        Subject::new(1006).with(|row| row.state = "resolved".into()),
        Subject::new(1007).with(|row| row.state = "parked".into()),
        Subject::new(1008).with(|row| (row.team, row.holder) = (Some("mail".into()), Some("Ben".into()))),
        Subject::new(1009).with(|row| row.requester_key = "o'brien".into()),
        Subject::new(1010).with(|row| (row.opened, row.tier) = (at(1009), "second".into())),
    ];
    for mut subject in subjects {
        store.append(subject.opening()).await.expect("it is new");
    }
    let text = |text: &str| Some(text.to_owned());
    let all = Filter::default;
    assert_eq!(numbers(&*store, all()).await, [1003, 1004, 1002, 1005, 1001, 1006, 1007, 1008, 1009, 1010]);
    assert_eq!(numbers(&*store, Filter { limit: 3, ..all() }).await, [1003, 1004, 1002]);
    assert_eq!(numbers(&*store, Filter { open: Some(false), ..all() }).await, [1006]);
    assert_eq!(numbers(&*store, Filter { open: Some(true), ..all() }).await.len(), 9);
    assert_eq!(numbers(&*store, Filter { tier: text("second"), ..all() }).await, [1005, 1010]);
    assert_eq!(numbers(&*store, Filter { team: text("mail"), ..all() }).await, [1008]);
    assert_eq!(numbers(&*store, Filter { holder: text("Ben"), open: Some(true), ..all() }).await, [1008]);
    assert_eq!(numbers(&*store, Filter { holder: text("Ben"), open: Some(false), ..all() }).await, [0; 0]);
    assert_eq!(numbers(&*store, Filter { requester: text("o'brien"), ..all() }).await, [1009]);
    assert_eq!(numbers(&*store, Filter { requester: text("O'Brien"), ..all() }).await, [0; 0]);
}

async fn a_row_is_replaced_only_where_it_stands(place: &Place) {
    let store = place.open().await;
    let subject = opened(&*store, 1001).await;
    let renamed = Row { title: "Another".into(), tier: "second".into(), ..subject.row.clone() };
    store.project(&renamed, &[]).await.expect("it writes");
    let second = Filter { tier: Some("second".into()), limit: 9, ..Filter::default() };
    assert_eq!(store.list(&second).await.expect("it reads"), std::slice::from_ref(&renamed));
    store.project(&Row { seq: 2, title: "Too late".into(), ..renamed.clone() }, &[]).await.expect("it does nothing");
    assert_eq!(store.list(&second).await.expect("it reads"), [renamed]);
}

async fn claims_exclude_each_other(place: &Place) {
    let stores = [place.open().await, place.open().await];
    let mut ids = BTreeSet::new();
    for number in 1001..1041 {
        let mut subject = opened(&*stores[0], number).await;
        let append = subject.escalate(at(number as i64));
        ids.insert(append.outbox[0].id);
        stores[0].append(append).await.expect("it is alone");
    }
    let mut tasks = JoinSet::new();
    for worker in 0..8 {
        let store = stores[worker % 2].clone();
        tasks.spawn(async move {
            let mut out = Vec::new();
            while let claimed = store.claim(at(2000), at(2060), 3, &[]).await.expect("it claims")
                && !claimed.is_empty()
            {
                assert!(claimed.len() <= 3);
                assert!(claimed.iter().all(|outgoing| outgoing.leased == Some(at(2060))));
                out.extend(claimed.into_iter().map(|outgoing| outgoing.entry.id));
            }
            out
        });
    }
    let claimed: Vec<_> = tasks.join_all().await.into_iter().flatten().collect();
    assert_eq!(claimed.len(), 40);
    assert_eq!(claimed.into_iter().collect::<BTreeSet<_>>(), ids);
}

async fn a_lease_runs_out(place: &Place) {
    let store = place.open().await;
    let mut subject = opened(&*store, 1001).await;
    let (late, soon) = (subject.escalate(at(20)), subject.escalate(at(10)));
    for append in [late.clone(), soon.clone()] {
        store.append(append).await.expect("it is alone");
    }
    let late_connector = late.outbox[0].connector.clone();
    let (late, soon) = (late.outbox[0].id, soon.outbox[0].id);
    let ids = |claimed: Vec<firstline::store::Outgoing>| claimed.iter().map(|o| o.entry.id).collect::<Vec<_>>();
    let claim = async |now, until| ids(store.claim(at(now), at(until), 9, &[]).await.expect("it claims"));
    assert_eq!(store.next_due().await.expect("it reads"), Some(at(10)));
    assert_eq!(claim(9, 60).await, []);
    let full = [late_connector];
    assert_eq!(ids(store.claim(at(10), at(60), 9, &full).await.expect("it claims")), [], "the connector is full");
    assert_eq!(claim(10, 60).await, [soon]);
    assert_eq!(store.next_due().await.expect("it reads"), Some(at(20)), "the other is taken");
    assert_eq!(claim(20, 70).await, [late]);
    assert_eq!(store.next_due().await.expect("it reads"), Some(at(60)));
    assert_eq!(claim(59, 99).await, []);
    assert_eq!(claim(60, 99).await, [soon]);
    let again_at = |seconds| Standing::Due { at: at(seconds), attempts: 2, said: Some("503".into()) };
    let again = again_at(80);
    store.settle(soon, &again).await.expect("it settles");
    let outgoing = store.outgoing(soon).await.expect("it reads").expect("it is there");
    assert_eq!((outgoing.standing, outgoing.leased, outgoing.number), (again, None, 1001));
    assert_eq!(claim(79, 99).await, [late]);
    assert_eq!(claim(80, 99).await, [soon]);
    for id in [late, soon] {
        store.settle(id, &delivered()).await.expect("it settles");
    }
    store.settle(late, &again_at(90)).await.expect("it is too late, and changes nothing");
    assert_eq!(store.outgoing(late).await.expect("it reads").expect("it is there").standing, delivered());
    assert_eq!(claim(1000, 2000).await, []);
    assert_eq!(store.next_due().await.expect("it reads"), None);
}

async fn settling_goes_with_the_append(place: &Place) {
    let store = place.open().await;
    let mut subject = opened(&*store, 1001).await;
    let append = subject.escalate(at(10));
    let id = append.outbox[0].id;
    store.append(append.clone()).await.expect("it is alone");
    let due = Standing::Due { at: at(10), attempts: 0, said: None };
    let outgoing = store.outgoing(id).await.expect("it reads").expect("it is there");
    assert_eq!((&outgoing.entry, outgoing.standing), (&append.outbox[0], due.clone()));
    let mut slow = Subject { row: Row { seq: 1, ..subject.row.clone() } };
    let stale = Append { settle: vec![(id, delivered())], ..slow.note() };
    assert!(matches!(store.append(stale).await, Err(Error::Stale { head: 2 })));
    assert_eq!(store.outgoing(id).await.expect("it reads").expect("it is there").standing, due);
    let refused = Standing::Refused { at: at(11), attempts: 1, said: "403".into() };
    for standing in [refused, delivered()] {
        let append = Append { settle: vec![(id, standing.clone())], ..subject.note() };
        store.append(append).await.expect("it is alone");
        assert_eq!(store.outgoing(id).await.expect("it reads").expect("it is there").standing, standing);
    }
}

async fn the_outbox_lists_what_is_not_delivered(place: &Place) {
    let store = place.open().await;
    let mut ids = Vec::new();
    for (number, due) in [(1001, 30), (1002, 10), (1003, 20), (1004, 40)] {
        let append = opened(&*store, number).await.escalate(at(due));
        ids.push((due, append.outbox[0].id));
        store.append(append).await.expect("it is alone");
    }
    store.settle(ids[2].1, &delivered()).await.expect("it settles");
    let refused = Standing::Refused { at: at(11), attempts: 1, said: "403".into() };
    store.settle(ids[3].1, &refused).await.expect("it settles");
    let listed = async |all, limit| {
        let listed = store.outbox(all, limit).await.expect("it reads");
        listed.into_iter().map(|outgoing| outgoing.number).collect::<Vec<_>>()
    };
    assert_eq!(listed(false, 9).await, [1002, 1001, 1004]);
    assert_eq!(listed(true, 9).await, [1002, 1003, 1001, 1004]);
    assert_eq!(listed(true, 2).await, [1002, 1003]);
}

fn source(hash: &str) -> ProgramSource {
    let files = vec![("desk.yaml".into(), "a: \"1\"\n".into()), ("playbooks/printer.yaml".into(), format!("é {hash}"))];
    ProgramSource { hash: hash.into(), playbook: "printer".into(), files }
}

async fn programs_and_good_versions_stay(place: &Place) {
    let store = place.open().await;
    for _ in 0..2 {
        store.keep_program(&source("abc")).await.expect("it keeps");
    }
    assert_eq!(store.program("abc").await.expect("it reads"), Some(source("abc")));
    assert_eq!(store.program("ab").await.expect("it reads"), None);
    let good = |pairs: &[(&str, &str)]| -> Vec<_> {
        pairs.iter().map(|(name, hash)| ((*name).to_owned(), source(hash))).collect()
    };
    store.keep_good(&[]).await.expect("nothing to keep");
    store.keep_good(&good(&[("playbook/b", "abc"), ("playbook/a", "2")])).await.expect("it keeps");
    store.keep_good(&good(&[("playbook/b", "3"), ("desk", "4")])).await.expect("it keeps");
    let kept = [("desk", "4"), ("playbook/a", "2"), ("playbook/b", "3")];
    assert_eq!(store.good().await.expect("it reads"), kept.map(|(name, hash)| (name.to_owned(), hash.to_owned())));
    for hash in ["abc", "2", "3", "4"] {
        assert_eq!(store.program(hash).await.expect("it reads"), Some(source(hash)));
    }
}

fn person(login: &str) -> Person {
    Person {
        login: login.into(),
        name: "Ben".into(),
        role: "agent".into(),
        tier: "first".into(),
        password: "$argon2id$…".into(),
        failures: 0,
        locked_until: None,
        disabled: false,
        generation: 1,
    }
}

async fn people_have_one_login(place: &Place) {
    let store = place.open().await;
    let (ben, ada) = (person("ben"), person("ada"));
    for person in [&ben, &ada] {
        store.add_person(person).await.expect("it is free");
    }
    let taken = store.add_person(&Person { name: "Other".into(), ..ben.clone() }).await;
    assert!(matches!(taken, Err(Error::Exists(login)) if login == "ben"));
    let locked = Person { failures: 5, locked_until: Some(at(60)), ..ben };
    store.update_person(&locked).await.expect("it writes");
    assert_eq!(store.person("ben").await.expect("it reads"), Some(locked.clone()));
    assert_eq!(store.person("eve").await.expect("it reads"), None);
    assert_eq!(store.people().await.expect("it reads"), [ada, locked]);
}

async fn incidents_are_open_until_they_are_closed(place: &Place) {
    let store = place.open().await;
    let incident = |title: &str, seconds| Incident {
        id: IncidentId::mint(),
        title: title.into(),
        text: "We are on it.".into(),
        phrases: vec!["it is gone".into()],
        playbooks: vec!["mail".into()],
        self_service: true,
        opened: at(seconds),
        opened_by: "Ada".into(),
        closed: None,
        closed_by: None,
    };
    let (mail, print) = (incident("Mail is down", 10), incident("Printing is slow", 20));
    for incident in [&mail, &print] {
        store.keep_incident(incident).await.expect("it keeps");
    }
    assert_eq!(store.incidents(true, 9).await.expect("it reads"), [print.clone(), mail.clone()]);
    assert_eq!(store.incidents(true, 1).await.expect("it reads"), std::slice::from_ref(&print));
    let over = Incident { closed: Some(at(30)), closed_by: Some("Ben".into()), ..mail.clone() };
    store.keep_incident(&over).await.expect("it keeps");
    let other = place.open().await;
    assert_eq!(other.incidents(true, 9).await.expect("it reads"), [print]);
    assert_eq!(other.incidents(false, 9).await.expect("it reads"), std::slice::from_ref(&over));
    assert_eq!(other.incident(over.id).await.expect("it reads"), Some(over));
    assert_eq!(other.incident(IncidentId::mint()).await.expect("it reads"), None);
}

async fn sessions_end(place: &Place) {
    let store = place.open().await;
    let session = |id: &str, seconds| Session { id: id.into(), data: "{}".into(), expires: at(seconds) };
    for session in [session("a", 5), session("a", 10), session("b", 20), session("c", 30)] {
        store.keep_session(&session).await.expect("it keeps");
    }
    assert_eq!(store.session("a", at(9)).await.expect("it reads"), Some(session("a", 10)));
    assert_eq!(store.session("a", at(10)).await.expect("it reads"), None);
    store.sweep_sessions(at(20)).await.expect("it sweeps");
    store.end_session("c").await.expect("it ends");
    for id in ["a", "b", "c"] {
        assert_eq!(store.session(id, at(0)).await.expect("it reads"), None);
    }
}

async fn searches_and_views_add_up(place: &Place) {
    let store = place.open().await;
    let searched = |day, words: &str, times, hits, opened| Searched {
        day: date(2026, 11, day),
        reader: "self-service".into(),
        words: words.into(),
        times,
        hits,
        opened,
    };
    let viewed =
        |day, id: &str, times| Viewed { day: date(2026, 11, day), kind: "article".into(), id: id.into(), times };
    let searches = [searched(1, "old", 9, 1, 0), searched(2, "printer", 2, 5, 0), searched(3, "nothing", 1, 0, 0)];
    store.count(&searches, &[viewed(1, "b", 9), viewed(2, "a", 2), viewed(2, "b", 1)], &[]).await.expect("it counts");
    // What was opened comes without a search of its own, and says nothing of hits.
    let more = [searched(2, "printer", 1, 4, 1), searched(2, "printer", 0, 0, 1)];
    store.count(&more, &[viewed(3, "a", 3)], &[]).await.expect("it counts");
    store.count(&[], &[], &[]).await.expect("nothing is fine");
    let since = date(2026, 11, 2);
    let known = store.searches(since, 10).await.expect("it reads");
    assert_eq!(known, [searched(2, "printer", 3, 4, 2), searched(3, "nothing", 1, 0, 0)]);
    let views = store.views(since, 10).await.expect("it reads");
    let row = |id: &str, times| ("article".to_owned(), id.to_owned(), times);
    assert_eq!(views, [row("a", 5), row("b", 1)]);
    assert_eq!(store.views(since, 1).await.expect("it reads"), [row("a", 5)]);
}

async fn clicks_add_up_and_are_forgotten(place: &Place) {
    let store = place.open().await;
    let clicked = |day, reader: &str, terms: &str, kind: &str, [opened, helped, not_helped]: [u64; 3]| Clicked {
        day: date(2026, 11, day),
        reader: reader.into(),
        terms: terms.into(),
        kind: kind.into(),
        id: "spooler".into(),
        opened,
        helped,
        not_helped,
    };
    let first = [
        clicked(1, "staff", "queue", "article", [1, 0, 0]),
        clicked(2, "staff", "queue", "article", [2, 1, 0]),
        clicked(2, "self-service", "queue", "article", [1, 0, 0]),
    ];
    let more = [
        clicked(2, "staff", "queue", "article", [1, 0, 1]),
        clicked(2, "staff", "queue", "playbook", [0, 1, 0]),
        clicked(2, "staff", "print queue", "article", [1, 0, 0]),
    ];
    store.count(&[], &[], &first).await.expect("it counts");
    place.open().await.count(&[], &[], &more).await.expect("another process counts too");
    let known = store.clicks(date(2026, 11, 2), 10).await.expect("it reads");
    let both = [
        clicked(2, "staff", "print queue", "article", [1, 0, 0]),
        clicked(2, "self-service", "queue", "article", [1, 0, 0]),
        clicked(2, "staff", "queue", "article", [3, 1, 1]),
        clicked(2, "staff", "queue", "playbook", [0, 1, 0]),
    ];
    assert_eq!(known, both);
    assert_eq!(store.clicks(date(2026, 11, 1), 9).await.expect("it reads").len(), 5);
    assert_eq!(store.clicks(date(2026, 11, 1), 1).await.expect("it reads"), both[..1], "the latest first");
    store.forget_counts(date(2026, 11, 2)).await.expect("it forgets");
    assert_eq!(store.clicks(date(2026, 11, 1), 9).await.expect("it reads"), both);
}

async fn the_last_opinion_counts(place: &Place) {
    let store = place.open().await;
    let opinion = |id: &str, article: &str, helpful, seconds| Feedback {
        id: id.into(),
        article: article.into(),
        revision: "1f".into(),
        helpful,
        reason: (!helpful).then(|| "did-not-work".into()),
        words: String::new(),
        at: at(seconds),
    };
    for known in [opinion("1", "a", true, 1), opinion("2", "b", true, 2), opinion("1", "a", false, 3)] {
        store.keep_feedback(&known).await.expect("it keeps");
    }
    let all = store.feedback(None, 10).await.expect("it reads");
    assert_eq!(all, [opinion("1", "a", false, 3), opinion("2", "b", true, 2)]);
    assert_eq!(store.feedback(Some("b"), 10).await.expect("it reads"), [opinion("2", "b", true, 2)]);
    assert_eq!(store.feedback(Some("c"), 10).await.expect("it reads"), []);
}

async fn a_secret_stays(place: &Place) {
    let (store, other) = (place.open().await, place.open().await);
    assert_eq!(store.secret("links", "first").await.expect("it keeps"), "first");
    assert_eq!(other.secret("links", "second").await.expect("it keeps"), "first");
    assert_eq!(other.secret("others", "third").await.expect("it keeps"), "third");
}

async fn everything_is_there_again(place: &Place) {
    let store = sqlite(&place.folder.0).await;
    let mut subject = opened(&store, 1001).await;
    let append = subject.escalate(at(10));
    store.append(append.clone()).await.expect("it is alone");
    store.close().await;
    assert!(matches!(store.append(subject.note()).await, Err(Error::Database(_))), "it is closed");
    let store = place.open().await;
    assert_eq!(store.head(append.case).await.expect("it reads"), Some(2));
    assert_eq!(store.stream(append.case, 1).await.expect("it reads"), append.entries);
    assert!(store.outgoing(append.outbox[0].id).await.expect("it reads").is_some());
}

/// A connection beside the store's.
async fn beside(folder: &Path) -> sqlx::AnyConnection {
    use sqlx::Connection;
    let path = folder.join("firstline.db").display().to_string().replace('%', "%25").replace(' ', "%20");
    sqlx::AnyConnection::connect(&format!("sqlite:{path}")).await.expect("it connects")
}

async fn run(folder: &Path, sql: &'static str) {
    sqlx::raw_sql(sql).execute(&mut beside(folder).await).await.expect("it runs");
}

#[tokio::test]
async fn rows_of_an_earlier_version_are_completed() {
    let folder = Folder::new();
    let store = sqlite(&folder.0).await;
    let mut subject = opened(&store, 1001).await;
    let start = Event::RunStarted {
        run: RunId::mint(),
        playbook: "printer".into(),
        title: "Printer".into(),
        program: "hash".into(),
        audience: Audience::Agent,
        tier: "first".into(),
        facts: Vec::new(),
    };
    store.append(subject.append(vec![noted("\"event\":\"run_started\""), start])).await.expect("it is alone");
    let before = store.runs(&RunFilter::default()).await.expect("it reads");
    store.close().await;
    run(&folder.0, "UPDATE runs SET playbook = '', program = ''").await;
    let store = sqlite(&folder.0).await;
    assert_eq!(before[0].program, "hash");
    assert_eq!(store.runs(&RunFilter::default()).await.expect("it reads"), before);
}

#[tokio::test]
async fn later_and_foreign_databases_are_refused() {
    let folder = Folder::new();
    sqlite(&folder.0).await.close().await;
    run(&folder.0, "UPDATE _sqlx_migrations SET checksum = x'00'").await;
    assert!(matches!(Sqlite::open(&folder.0).await, Err(Error::Corrupt(_))));
    let later = "INSERT INTO _sqlx_migrations VALUES (9000, 'later', '', TRUE, x'00', 0)";
    run(&folder.0, later).await;
    let error = Sqlite::open(&folder.0).await.err().expect("it is from later").to_string();
    assert!(error.contains("later version of firstline (its tables are version 9000)"), "{error}");
    fs::write(folder.0.join("firstline.db"), "no database ".repeat(1000)).expect("it writes");
    assert!(matches!(Sqlite::open(&folder.0).await, Err(Error::Corrupt(_))));
}

#[tokio::test]
async fn a_file_in_the_way_is_no_folder() {
    let folder = Folder::new();
    fs::create_dir(&folder.0).expect("it is new");
    let path = folder.0.join("file");
    fs::write(&path, "").expect("it writes");
    assert!(matches!(Sqlite::open(&path).await, Err(Error::Database(_))));
}

#[cfg(unix)]
#[tokio::test]
async fn nobody_else_reads_the_folder() {
    use std::os::unix::fs::PermissionsExt;
    let folder = Folder::new();
    let store = sqlite(&folder.0).await;
    opened(&store, 1001).await;
    let mode = |path: &Path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&folder.0), 0o700);
    for name in ["firstline.db", "firstline.db-wal"] {
        assert_eq!(mode(&folder.0.join(name)), 0o600, "{name}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_full_disk_says_so_and_writes_nothing_by_halves() {
    let folder = Folder::new();
    sqlite(&folder.0).await.close().await;
    run(&folder.0, "CREATE TABLE filler AS SELECT zeroblob(400000) AS bytes").await;
    let store = Sqlite::open_with(&folder.0, Settings { pages: Some(180), ..Settings::default() });
    let store = store.await.expect("it opens");
    let mut subject = opened(&store, 1001).await;
    let note = |subject: &mut Subject| Append {
        outbox: subject.clone().escalate(at(0)).outbox,
        ..subject.append(vec![noted(&"x".repeat(3000)), noted("and another")])
    };
    let (full, lost) = loop {
        let before = subject.clone();
        let append = note(&mut subject);
        let id = append.outbox[0].id;
        if let Err(error) = store.append(append).await {
            subject = before;
            break (error, id);
        }
    };
    assert!(matches!(full, Error::Full), "{full}");
    assert!(subject.row.seq > 21, "{}", subject.row.seq);
    assert!(matches!(store.append(note(&mut subject.clone())).await, Err(Error::Full)));
    let case = subject.row.case;
    assert_eq!(store.head(case).await.expect("it reads"), Some(subject.row.seq));
    assert_eq!(store.stream(case, 0).await.expect("it reads").len() as u64, subject.row.seq);
    assert_eq!(store.list(&Filter { limit: 9, ..Filter::default() }).await.expect("it reads"), [subject.row.clone()]);
    assert_eq!(store.outgoing(lost).await.expect("it reads"), None);
    run(&folder.0, "DROP TABLE filler").await;
    store.append(note(&mut subject)).await.expect("there is room again");
    assert_eq!(store.head(case).await.expect("it reads"), Some(subject.row.seq));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_appends_share_a_sync() {
    let folder = Folder::new();
    let store = Arc::new(sqlite(&folder.0).await);
    let mut tasks = JoinSet::new();
    for number in 1001..1101 {
        let store = store.clone();
        tasks.spawn(async move {
            let mut subject = opened(&*store, number).await;
            for _ in 0..10 {
                store.append(subject.note()).await.expect("it is alone");
            }
        });
    }
    tasks.join_all().await;
    // A frame of the log says in its second word whether it ends a commit.
    let log = fs::read(folder.0.join("firstline.db-wal")).expect("it is there");
    let commits = log[32..].chunks(24 + 4096).filter(|frame| frame[4..8] != [0; 4]).count();
    assert!(commits < 550, "{commits} commits for 1100 appends");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn many_open_a_new_folder_at_once() {
    let folder = Folder::new();
    let mut tasks = JoinSet::new();
    for _ in 0..8 {
        let path = folder.0.clone();
        tasks.spawn(async move { sqlite(&path).await.number().await.expect("there is always another") });
    }
    let given: BTreeSet<_> = tasks.join_all().await.into_iter().collect();
    assert_eq!(given, (1001..1009).collect());
}
