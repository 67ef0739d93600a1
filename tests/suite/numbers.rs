//! What became of runs, against cases that were counted by hand.

use crate::server::Folder;
use firstline::{
    app::App,
    case::{
        self, Actor, Case, Context, Decision, Entry, Event, Intake, Passage, Requester, Script,
        numbers::{Filter, Numbers, Week, numbers},
        passages,
    },
    desk::Desk,
    id::{CaseId, RunId},
    playbook::Program,
    run::{Audience, Input, Said, Signal},
    store::{Append, Sqlite, Store},
};
use jiff::{SignedDuration, Timestamp};
use std::{collections::BTreeMap, sync::Arc};

const PRINTER: &str = "
title: The printer is silent
symptoms: [nothing comes out]
start: lights
facts:
  model: {ask: Which model?, type: text}
steps:
  lights:
    ask: Is it on?
    minutes: 1
    answers: {yes: usual, no: plug-in}
  plug-in:
    do: Plug it in.
    verify: Is it on?
    worked: done
    failed: broken
  usual:
    verify: Does it print?
    try:
      cable: {do: Reseat the cable., chance: 0.6, minutes: 2}
      spooler: {do: Restart the spooler., chance: 0.4, minutes: 5}
    worked: done
    exhausted: note-model
  note-model:
    say: It is the model {{ model }}.
    then: broken
  done: {resolve: It prints.}
  broken: {escalate: It stays dark.}
";

/// A case and a clock that goes on by ten seconds with each thing done.
struct Told {
    desk: Arc<Desk>,
    program: Arc<Program>,
    /// The versions that it goes through, the latest last.
    programs: Vec<Arc<Program>>,
    case: Case,
    now: Timestamp,
}

fn found(programs: &[Arc<Program>], hash: &str) -> Option<Arc<Program>> {
    programs.iter().find(|program| program.hash.to_string() == hash).cloned()
}

fn ann() -> Actor {
    Actor { name: "ann".into(), tier: "tier-1".into(), audience: Audience::Agent }
}

fn guest() -> Actor {
    Actor { name: "self-service".into(), tier: "tier-0".into(), audience: Audience::SelfService }
}

fn desk(playbook: &str) -> (Arc<Desk>, Arc<Program>) {
    let desk = Desk::build(vec![("playbooks/printer.yaml".into(), playbook.as_bytes().to_vec())]);
    assert!(desk.findings.is_empty(), "{:?}", desk.findings);
    let program = Arc::new(desk.program("printer").expect("it links"));
    (Arc::new(desk), program)
}

impl Told {
    /// A case that was begun at a moment, with the playbook started.
    fn begin((desk, program): &(Arc<Desk>, Arc<Program>), number: u64, at: &str, by: &Actor) -> Self {
        let now: Timestamp = at.parse().expect("a moment");
        let intake = Intake { requester: Requester::default(), channel: None, words: "it prints nothing".into() };
        let change = case::open(number, intake, by).expect("it opens");
        let event = change.events.into_iter().next().expect("an opening");
        let case = Case::open(CaseId::mint(), &Entry { seq: 1, when: now, by: by.name.clone(), event });
        let (desk, program) = (Arc::clone(desk), Arc::clone(program));
        let mut told =
            Self { desk, programs: vec![Arc::clone(&program)], program, case: case.expect("an opening opens"), now };
        let script = told.script();
        told.does(by, |case, context| case.start(&script, &[], context));
        told
    }

    fn script(&self) -> Script {
        Script { playbook: "printer".into(), title: "Printer".into(), program: Arc::clone(&self.program) }
    }

    fn does(&mut self, by: &Actor, decide: impl Fn(&Case, Context<'_>) -> Decision) -> &mut Self {
        self.now += SignedDuration::from_secs(10);
        let change = decide(&self.case, Context { desk: &self.desk, actor: by, now: self.now });
        change.expect("it can be done").events.into_iter().for_each(|event| self.happens(by, event));
        self
    }

    fn happens(&mut self, by: &Actor, event: Event) {
        let entry = Entry { seq: self.case.seq + 1, when: self.now, by: by.name.clone(), event };
        self.case.apply(&entry, &|hash| found(&self.programs, hash)).expect("what was decided applies");
    }

    /// Its run goes on with another version.
    fn moves(&mut self, to: &Arc<Program>) -> &mut Self {
        self.programs.push(Arc::clone(to));
        let (run, program) = (self.run(), to.hash.to_string());
        self.happens(&ann(), Event::Rebased { run, program });
        self
    }

    fn run(&self) -> RunId {
        self.case.latest_run().expect("it was started").run.id
    }

    fn says(&mut self, by: &Actor, answers: &[&str]) -> &mut Self {
        for answer in answers {
            let input = match *answer {
                "back" => Input::Back(1),
                "hand-over" => Input::Signal(Signal::HandOver),
                answer => Input::Say(match answer.strip_prefix('=') {
                    Some(value) => Said::Value(value.into()),
                    None => Said::Answer(answer.into()),
                }),
            };
            let run = self.run();
            self.does(by, |case, context| case.say(run, &input, None, context));
        }
        self
    }

    fn waits(&mut self, hours: i64) -> &mut Self {
        self.now += SignedDuration::from_hours(hours);
        self
    }

    fn closes(&mut self, by: &Actor, confirmed: bool) -> &mut Self {
        self.does(by, |case, context| case.resolve("", confirmed, context))
    }

    fn reopens(&mut self, by: &Actor) -> &mut Self {
        self.does(by, |case, _| case.reopen("it is dark again"))
    }

    fn passages(&self) -> Vec<Passage> {
        passages(self.case.id, &self.case.entries, &|hash| found(&self.programs, hash)).expect("they can be read")
    }
}

/// Eleven cases, one for each way out and some in between, numbered from `first`.
fn cases(desk: &(Arc<Desk>, Arc<Program>), first: u64) -> Vec<Told> {
    let day = |day: u32| format!("2026-11-{day:02}T08:00:00Z");
    let (ann, guest) = (ann(), guest());
    let days = [2, 2, 2, 2, 2, 2, 20, 9, 9, 9];
    let mut told: Vec<Told> =
        days.iter().zip(first..).map(|(on, number)| Told::begin(desk, number, &day(*on), &ann)).collect();
    told[0].says(&ann, &["yes", "worked"]).closes(&ann, true);
    told[1].says(&ann, &["yes", "failed", "worked"]).closes(&ann, false);
    told[2].says(&ann, &["yes", "failed", "failed", "=HP 4250 of Kim", "next"]);
    told[3].says(&ann, &["stuck"]);
    told[4].says(&ann, &["no", "hand-over"]);
    told[5].says(&ann, &["yes"]);
    told[6].says(&ann, &["yes"]);
    told[7].says(&ann, &["yes", "worked"]).closes(&ann, true).waits(72).reopens(&ann);
    told[8].says(&ann, &["yes", "worked"]).closes(&ann, true).waits(8 * 24).reopens(&ann);
    told[9].waits(1).says(&ann, &["no", "back", "yes", "worked"]);
    let mut alone = Told::begin(desk, first + 10, &day(9), &guest);
    alone.says(&guest, &["yes", "worked"]).closes(&guest, true);
    told.push(alone);
    told
}

fn told(desk: &(Arc<Desk>, Arc<Program>)) -> Vec<Passage> {
    cases(desk, 1).iter().flat_map(Told::passages).collect()
}

fn now() -> Timestamp {
    "2026-11-20T09:00:00Z".parse().expect("a moment")
}

fn counted(pairs: &[(&str, u64)]) -> BTreeMap<String, u64> {
    pairs.iter().map(|(name, count)| ((*name).to_owned(), *count)).collect()
}

fn step<'a>(numbers: &'a Numbers, at: &str) -> &'a firstline::case::numbers::StepNumbers {
    numbers.steps.iter().find(|step| step.at() == at).unwrap_or_else(|| panic!("{at} is not counted"))
}

#[test]
fn every_run_is_counted_once_and_every_step_as_often_as_it_was_seen() {
    let told = told(&desk(PRINTER));
    let all = numbers(told.iter(), now());
    assert_eq!(all.len(), 1);
    let playbook = &all[0];
    assert_eq!((playbook.playbook.as_str(), playbook.versions.len()), ("printer", 1));
    assert_eq!(playbook.all, playbook.versions[0].numbers);
    let outcomes = &playbook.all.outcomes;
    let five = (outcomes.started, outcomes.confirmed, outcomes.assumed, outcomes.abandoned, outcomes.open);
    assert_eq!(five, (11, 4, 2, 1, 1));
    assert_eq!(outcomes.escalated, counted(&[("escalate", 1), ("stuck", 1), ("hand-over", 1)]));
    assert_eq!(outcomes.reopened, 1);
    assert_eq!(
        outcomes.confirmed + outcomes.assumed + outcomes.abandoned + outcomes.open + outcomes.all_escalated(),
        outcomes.started
    );

    let names: Vec<_> = playbook.all.steps.iter().map(|step| (step.kind, step.at())).collect();
    let expected = [
        ("fact", "model"),
        ("ask", "lights"),
        ("do", "plug-in"),
        ("try", "usual"),
        ("try", "usual/cable"),
        ("try", "usual/spooler"),
        ("say", "note-model"),
        ("resolve", "done"),
        ("escalate", "broken"),
    ];
    assert_eq!(names, expected.map(|(kind, at)| (kind, at.to_owned())));

    let lights = step(&playbook.all, "lights");
    assert_eq!((lights.visits, &lights.ways), (11, &counted(&[("yes", 9), ("no", 1)])));
    assert_eq!((&lights.stops, lights.escalated), (&counted(&[("stuck", 1)]), 1));
    // Twelve answers: ten seconds each, and once an hour and ten seconds.
    assert_eq!((lights.seconds, lights.minutes), (Some(10), Some(1.0)));
    let plug = step(&playbook.all, "plug-in");
    assert_eq!((plug.visits, &plug.stops), (1, &counted(&[("hand-over", 1)])));
    assert_eq!(plug.ways, counted(&[]));
    let cable = step(&playbook.all, "usual/cable");
    assert_eq!((cable.visits, &cable.ways), (9, &counted(&[("worked", 5), ("failed", 2)])));
    assert_eq!((cable.abandoned, cable.open), (1, 1));
    assert_eq!((cable.chance, cable.rate()), (Some(0.6), Some(5.0 / 7.0)));
    let week = |monday: &str, worked, failed| Week { monday: monday.parse().expect("a day"), worked, failed };
    assert_eq!(cable.weeks, [week("2026-11-02", 1, 2), week("2026-11-09", 4, 0)]);
    let spooler = step(&playbook.all, "usual/spooler");
    assert_eq!((spooler.visits, spooler.rate()), (2, Some(0.5)));
    // What was typed is nobody's number.
    assert_eq!(step(&playbook.all, "model").ways, counted(&[("typed", 1)]));
    assert!(!serde_json::to_string(&all).expect("it can be written").contains("4250"));
    assert_eq!(step(&playbook.all, "broken").escalated, 1);
    assert_eq!((step(&playbook.all, "done").visits, step(&playbook.all, "usual").visits), (6, 9));
}

#[test]
fn a_filter_and_the_clock_decide_what_counts() {
    let told = told(&desk(PRINTER));
    let outcomes = |filter: &Filter, now| {
        let all = numbers(told.iter().filter(|passage| filter.takes(passage)), now);
        all.into_iter().next().map(|playbook| playbook.all.outcomes)
    };
    let since = Some("2026-11-09T00:00:00Z".parse().expect("a moment"));
    let later = outcomes(&Filter { since, ..Filter::default() }, now()).expect("there are some");
    assert_eq!((later.started, later.confirmed, later.assumed, later.open), (5, 3, 1, 1));
    let alone = Filter { audience: Some(Audience::SelfService), ..Filter::default() };
    assert_eq!(outcomes(&alone, now()).expect("there is one").started, 1);
    assert_eq!(outcomes(&Filter { playbook: Some("other".into()), ..Filter::default() }, now()), None);
    // A day later nobody goes on with case 7.
    let tomorrow = now() + SignedDuration::from_hours(25);
    let outcomes = outcomes(&Filter::default(), tomorrow).expect("there are some");
    assert_eq!((outcomes.abandoned, outcomes.open), (2, 0));
}

#[test]
fn each_version_has_its_numbers() {
    let (first, second) = (desk(PRINTER), desk(&PRINTER.replace("chance: 0.6", "chance: 0.9")));
    let ann = ann();
    let mut told = told(&first);
    let mut newer = Told::begin(&second, 12, "2026-11-19T08:00:00Z", &ann);
    told.extend(newer.says(&ann, &["yes", "failed", "worked"]).closes(&ann, true).passages());
    let all = numbers(told.iter(), now());
    let hashes: Vec<_> = all[0].versions.iter().map(|version| version.program.clone()).collect();
    assert_eq!(hashes, [second.1.hash.to_string(), first.1.hash.to_string()]);
    let started: Vec<_> = all[0].versions.iter().map(|version| version.numbers.outcomes.started).collect();
    assert_eq!((started, all[0].all.outcomes.started), (vec![1, 11], 12));
    let cable = step(&all[0].all, "usual/cable");
    assert_eq!((cable.visits, cable.chance), (10, Some(0.9)), "what the newest version says");
    assert_eq!(step(&all[0].versions[0].numbers, "usual/cable").chance, Some(0.9));
}

#[test]
fn a_run_that_moved_counts_for_the_version_that_it_moved_to() {
    let (first, ann) = (desk(PRINTER), ann());
    let second = PRINTER.replace("  lights:\n", "  lamp:\n    was: [lights]\n").replace("start: lights", "start: lamp");
    let second = desk(&second);
    let mut told = Told::begin(&first, 1, "2026-11-02T08:00:00Z", &ann);
    told.says(&ann, &["yes", "failed"]).moves(&second.1).says(&ann, &["worked"]).closes(&ann, true);
    let all = numbers(told.passages().iter(), now());
    assert_eq!(all[0].versions.len(), 1);
    assert_eq!(all[0].versions[0].program, second.1.hash.to_string());
    assert_eq!((all[0].all.outcomes.started, all[0].all.outcomes.confirmed), (1, 1));
    // What was measured before the move is measured at the same steps.
    for (at, ways) in [("lamp", [("yes", 1)]), ("usual/cable", [("failed", 1)]), ("usual/spooler", [("worked", 1)])] {
        let step = step(&all[0].all, at);
        assert_eq!((step.visits, step.seconds, &step.ways), (1, Some(10), &counted(&ways)), "{at}");
    }
    assert_eq!(step(&all[0].all, "usual/cable").weeks.len(), 1);
}

#[test]
fn parked_and_handed_over_time_is_not_measured() {
    let bench = desk(PRINTER);
    let ann = ann();
    let mut told = Told::begin(&bench, 1, "2026-11-02T08:00:00Z", &ann);
    told.does(&ann, |case, context| case.park(context.now + SignedDuration::from_hours(2), "lunch", context));
    told.waits(2).does(&ann, |case, context| case.resume(context));
    told.says(&ann, &["yes", "worked"]);
    let passages = told.passages();
    let times: Vec<u32> = passages[0].times.iter().map(|(_, seconds)| *seconds).collect();
    assert_eq!(times, [10, 10]);
}

#[test]
fn three_thousand_cases_are_read_once() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime starts");
    runtime.block_on(async {
        let folder = Folder::new();
        folder.write(&[("playbooks/printer.yaml", PRINTER)]);
        let store = Arc::new(Sqlite::open(folder.path()).await.expect("it opens"));
        let app = App::open(store.clone(), folder.path(), Some(folder.path())).await.expect("it opens");
        let desk = desk(PRINTER);
        let append = |told: &Told| Append {
            case: told.case.id,
            after: 0,
            entries: told.case.entries.clone(),
            row: told.case.row(),
            outbox: Vec::new(),
            settle: Vec::new(),
        };
        let all: Vec<Told> = (0..273).flat_map(|round| cases(&desk, 1 + round * 11)).collect();
        let writes = all.iter().map(|told| store.append(append(told)));
        futures_util::future::try_join_all(writes).await.expect("they are written");
        let timed = async |what: &str| {
            let begun = std::time::Instant::now();
            let numbers = app.numbers(&Filter::default()).await.expect("they can be read");
            println!("{} cases, {what}: {:?}", all.len(), begun.elapsed());
            numbers
        };
        let first = timed("read for the first time").await;
        let outcomes = &first[0].all.outcomes;
        assert_eq!((outcomes.started, outcomes.confirmed, outcomes.reopened), (3003, 4 * 273, 273));
        let again = timed("known").await;
        assert_eq!(again[0].all, first[0].all);
        // A case that goes on is read again.
        let (ann, seventh) = (ann(), &all[6].case);
        let said = Input::Say(Said::Answer("worked".into()));
        app.say(&ann, seventh.id, all[6].run(), &said, None).await.expect("it is taken");
        let after = timed("one of them gone on").await;
        assert_eq!(after[0].all.outcomes.assumed, outcomes.assumed + 1);
        store.close().await;
    });
}
