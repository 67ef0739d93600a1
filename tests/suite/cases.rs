//! What people do with a case, decided and applied without a store.

use firstline::{
    case::{self, Actor, Case, Context, Decision, Denied, Entry, Event, Intake, Move, Requester, Script, State},
    desk::Desk,
    id::{CaseId, RunId},
    playbook::Program,
    run::{Audience, Input, Said, Signal, View},
};
use jiff::{Span, Timestamp};
use serde_json::Value;
use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

const POLICY: &str = "
name: Test desk
tiers:
  - {id: self-service, level: 0}
  - {id: tier-1, level: 1, name: Service desk}
  - {id: tier-2, level: 2, teams: [hardware, network], respond_within: 4h, deliver: [helpdesk, other]}
  - {id: tier-3, level: 3, teams: [security], respond_within: 1h}
routes:
  - {when: reason == \"security\", to: tier-3, team: security, priority: critical}
connectors:
  helpdesk: {use: webhook, url: \"https://helpdesk.example.com/in\"}
  other: {use: webhook, url: \"https://other.example.com/in\"}
facts:
  os: {ask: Which system?, choices: {windows: Windows, linux: Linux}}
";

const PRINTER: &str = "
title: The printer is silent
symptoms: [nothing comes out]
category: printers
start: lights
facts:
  model: {ask: Which model?, type: text}
steps:
  lights:
    ask: Is it on?
    answers: {yes: restart, no: plug-in}
  plug-in:
    do: Plug it in.
    verify: Is it on?
    worked: done
    failed: broken
  restart:
    do: Restart the {{ os }} computer.
    verify: Does it print?
    worked: done
    failed: note-model
  note-model:
    say: It is the model {{ model }}.
    then: broken
  done: {resolve: It prints.}
  broken: {escalate: It stays dark., tell: A colleague comes., to: tier-2, team: hardware, priority: low}
";

/// A case, whoever works on it, and a clock that goes on by a second with each thing done.
struct Bench {
    desk: Desk,
    case: Case,
    programs: HashMap<String, Arc<Program>>,
    now: Timestamp,
    outbox: Vec<case::OutboxEntry>,
}

fn actor(name: &str, tier: &str) -> Actor {
    Actor { name: name.into(), tier: tier.into(), audience: Audience::Agent }
}

impl Bench {
    /// A case that `ann` of tier 1 has opened.
    fn new() -> Self {
        let files = [("desk.yaml", POLICY), ("playbooks/printer.yaml", PRINTER)];
        let desk = Desk::build(files.map(|(path, text)| (path.to_owned(), text.as_bytes().to_vec())).into());
        let found: Vec<_> = desk.findings.iter().map(|finding| &finding.message).collect();
        assert!(found.is_empty(), "{found:?}");
        let program = Arc::new(desk.program("printer").expect("it links"));
        let now: Timestamp = "2026-11-02T08:00:00Z".parse().expect("a time");
        let by = actor("ann", "tier-1");
        let requester = Requester { name: "Kim".into(), contact: Some("kim@example.com".into()) };
        let intake = Intake { requester, channel: Some("phone".into()), words: "it prints nothing".into() };
        let change = case::open(1001, intake, &by).expect("it opens");
        let event = change.events.into_iter().next().expect("an opening");
        let first = Entry { seq: 1, when: now, by: by.name, event };
        let case = Case::open(CaseId::mint(), &first).expect("an opening opens");
        let programs = HashMap::from([(program.hash.to_string(), program)]);
        Self { desk, case, programs, now, outbox: Vec::new() }
    }

    fn act(&mut self, by: &Actor, decide: impl Fn(&Case, Context<'_>) -> Decision) -> Result<(), Denied> {
        self.now += Span::new().seconds(1);
        let change = decide(&self.case, Context { desk: &self.desk, actor: by, now: self.now })?;
        for event in change.events {
            let entry = Entry { seq: self.case.seq + 1, when: self.now, by: by.name.clone(), event };
            // What is kept reads back as the same.
            let text = serde_json::to_string(&entry).expect("it can be written");
            let entry: Entry = serde_json::from_str(&text).expect("it can be read");
            self.case.apply(&entry, &|hash| self.programs.get(hash).cloned()).expect("what was decided applies");
        }
        self.outbox.extend(change.outbox);
        Ok(())
    }

    fn does(&mut self, by: &Actor, decide: impl Fn(&Case, Context<'_>) -> Decision) {
        self.act(by, decide).expect("it can be done");
    }

    fn start(&mut self, by: &Actor) -> RunId {
        let program = self.programs.values().next().expect("there is one").clone();
        let script = Script { playbook: "printer".into(), title: "The printer is silent".into(), program };
        self.does(by, |case, context| case.start(&script, &[], context));
        self.case.latest_run().expect("it was started").run.id
    }

    fn says(&mut self, by: &Actor, run: RunId, answers: &[&str]) {
        for answer in answers {
            let said = match answer.strip_prefix('=') {
                Some(value) => Said::Value(value.into()),
                None => Said::Answer((*answer).into()),
            };
            self.does(by, |case, context| case.say(run, &Input::Say(said.clone()), None, context));
        }
    }

    fn at(&self, run: RunId) -> String {
        match self.case.run(run).expect("it is there").run.view(&self.case.info()) {
            View::Prompt(prompt) => prompt.at,
            View::Outcome(outcome) => format!("{:?} {}", outcome.why(), outcome.at),
        }
    }

    /// The same case from its entries.
    fn again(&self) -> Case {
        let mut case = Case::open(self.case.id, &self.case.entries[0]).expect("it opens");
        for entry in &self.case.entries[1..] {
            case.apply(entry, &|hash| self.programs.get(hash).cloned()).expect("it applies");
        }
        case
    }
}

#[test]
fn a_dead_end_escalates_with_everything_that_was_tried() {
    let mut bench = Bench::new();
    let ann = actor("ann", "tier-1");
    let run = bench.start(&ann);
    bench.does(&ann, |case, context| case.note("the lid was open", context.actor));
    bench.says(&ann, run, &["yes", "linux", "failed", "=HP-4250", "next"]);
    assert_eq!(bench.case.tier, "tier-2");
    assert_eq!((bench.case.team.as_deref(), bench.case.holder.as_deref()), (Some("hardware"), None));
    assert_eq!(bench.case.priority, "low");
    let escalation = bench.case.escalations.last().expect("it went up");
    let envelope = &escalation.envelope;
    assert_eq!(envelope.why.reason, "escalate");
    assert_eq!(envelope.why.detail.as_deref(), Some("It stays dark."));
    assert_eq!(envelope.told.as_deref(), Some("A colleague comes."));
    assert_eq!(envelope.from.tier, "tier-1");
    let path: Vec<_> = envelope.path.iter().map(|line| (line.at.as_str(), line.answer.as_str())).collect();
    let expected =
        [("lights", "yes"), ("os", "linux"), ("restart", "failed"), ("model", "HP-4250"), ("note-model", "next")];
    assert_eq!(path, expected);
    assert!(envelope.path.iter().all(|line| line.by == "ann"));
    let tried: Vec<_> = envelope.tried.iter().map(|tried| (tried.action.as_str(), tried.outcome.as_str())).collect();
    assert_eq!(tried, [("Restart the Linux computer.", "failed")]);
    assert_eq!(envelope.tried[0].verify.as_deref(), Some("Does it print?"));
    assert_eq!(envelope.not_tried, ["Plug it in."]);
    assert_eq!(envelope.notes[0].text, "the lid was open");
    assert_eq!(envelope.facts["os"], "linux");
    assert_eq!(envelope.facts["printer/model"], "HP-4250");
    assert_eq!(envelope.words, "it prints nothing");
    // One entry for each connector, named in the event that caused them.
    let entries: Vec<_> = bench.outbox.iter().map(|entry| (entry.id, entry.connector.clone())).collect();
    assert_eq!(entries, escalation.outbox);
    assert_eq!(entries.iter().map(|(_, connector)| connector.as_str()).collect::<Vec<_>>(), ["helpdesk", "other"]);
    assert_eq!(bench.again().row(), bench.case.row());
}

#[test]
fn who_takes_over_stands_at_the_same_step() {
    let mut bench = Bench::new();
    let (ann, bob) = (actor("ann", "tier-1"), actor("bob", "tier-2"));
    let run = bench.start(&ann);
    bench.says(&ann, run, &["yes", "windows", "stuck"]);
    assert_eq!(bench.case.tier, "tier-2");
    assert_eq!(bench.at(run), "Some(\"stuck\") restart");
    bench.does(&bob, |case, context| case.claim(None, context));
    bench.does(&bob, |case, context| case.take_over(run, context));
    assert_eq!(bench.at(run), "restart");
    bench.says(&bob, run, &["worked"]);
    assert_eq!(bench.at(run), "None done");
    bench.does(&bob, |case, context| case.resolve("", true, context));
    let State::Resolved { text, confirmed, .. } = &bench.case.state else { panic!("{:?}", bench.case.state) };
    assert_eq!((text.as_str(), *confirmed), ("It prints.", true));
    // From tier 2, a dead end leads to tier 3.
    bench.does(&bob, |case, _| case.reopen("it stopped again"));
    let second = bench.start(&bob);
    assert_eq!(bench.case.run(second).expect("it is there").run.known().len(), 1, "the system is known already");
    bench.says(&bob, second, &["stuck"]);
    assert_eq!(bench.case.tier, "tier-3");
    assert_eq!(bench.outbox.len(), 2, "tier 3 delivers nowhere");
}

#[test]
fn one_works_on_it_and_the_others_are_told() {
    let mut bench = Bench::new();
    let (ann, bob) = (actor("ann", "tier-1"), actor("bob", "tier-2"));
    let run = bench.start(&ann);
    let taken = Err(Denied::Taken { by: "ann".into() });
    let yes = Input::Say(Said::Answer("yes".into()));
    assert_eq!(bench.act(&bob, |case, context| case.say(run, &yes, None, context)), taken);
    assert_eq!(bench.act(&bob, |case, context| case.claim(None, context)), taken);
    // A colleague's note in between is fine, and moves nothing.
    let before = bench.case.run(run).expect("it is there").run.position();
    bench.does(&bob, |case, context| case.note("Kim called again", context.actor));
    bench.does(&ann, |case, context| case.say(run, &yes, Some(&before), context));
    // The same once more: success, and nothing happens.
    let seq = bench.case.seq;
    bench.does(&ann, |case, context| case.say(run, &yes, Some(&before), context));
    assert_eq!(bench.case.seq, seq);
    // Another answer to the position that is past: refused.
    let no = Input::Say(Said::Answer("no".into()));
    let denied = bench.act(&ann, |case, context| case.say(run, &no, Some(&before), context));
    let Err(Denied::Refused(refused)) = denied else { panic!("{denied:?}") };
    assert_eq!(refused.valid, [bench.case.run(run).expect("it is there").run.position()]);
    bench.does(&bob, |case, context| case.claim(Some("ann"), context));
    assert_eq!(bench.case.holder.as_deref(), Some("bob"));
    assert_eq!(
        bench.act(&ann, |case, context| case.release(context)),
        Err(Denied::Taken { by: "bob".into() }),
        "who held it before is told"
    );
}

#[test]
fn by_hand_it_goes_on_and_comes_back() {
    let mut bench = Bench::new();
    let (ann, bob) = (actor("ann", "tier-1"), actor("bob", "tier-2"));
    let run = bench.start(&ann);
    bench.says(&ann, run, &["yes"]);
    let to =
        |to: &str, team: Option<&str>| Move { to: to.into(), team: team.map(str::to_owned), why: "no idea".into() };
    let nowhere = bench.act(&ann, |case, context| case.hand_on(to("tier-9", None), context));
    assert!(matches!(nowhere, Err(Denied::Refused(_))));
    let nobody = bench.act(&ann, |case, context| case.hand_on(to("tier-2", Some("security")), context));
    assert!(matches!(nobody, Err(Denied::Refused(_))));
    bench.does(&ann, |case, context| case.hand_on(to("tier-2", Some("network")), context));
    assert_eq!(bench.at(run), "Some(\"hand-over\") os");
    assert_eq!(bench.case.escalations[0].envelope.why.reason, "by-hand");
    assert_eq!(bench.case.escalations[0].envelope.path.len(), 1);
    bench.does(&bob, |case, context| case.claim(None, context));
    bench.does(&bob, |case, context| case.hand_back("which room?", context));
    assert_eq!((bench.case.tier.as_str(), bench.case.holder.as_deref()), ("tier-1", None));
    assert_eq!(bench.case.questions[0].text, "which room?");
    bench.does(&ann, |case, context| case.claim(None, context));
    bench.does(&ann, |case, context| case.take_over(run, context));
    assert_eq!(bench.at(run), "os");
    let until = bench.now + Span::new().hours(2);
    bench.does(&ann, |case, context| case.park(until, "Kim is in a meeting", context));
    assert_eq!(bench.case.row().respond_by, Some(until));
    bench.does(&ann, |case, context| case.resume(context));
    bench.does(&ann, |case, context| case.say(run, &Input::Signal(Signal::Security), None, context));
    assert_eq!((bench.case.tier.as_str(), bench.case.priority.as_str()), ("tier-3", "critical"));
}

#[test]
fn what_a_person_rated_stands_over_what_an_ending_says() {
    let mut bench = Bench::new();
    let ann = actor("ann", "tier-1");
    bench.does(&ann, |case, context| case.rate(None, None, Some("critical"), context));
    let run = bench.start(&ann);
    bench.says(&ann, run, &["no", "failed"]);
    assert_eq!(bench.case.priority, "critical");
}

/// Cases as each version wrote them, with every kind of event that it brought; where each ends, and how many kinds
/// there are.
const LOGS: [(&str, u64, &str, usize); 2] = [
    (include_str!("../data/events-0.1.jsonl"), 31, "ann", 20),
    (include_str!("../data/events-0.2.jsonl"), 11, "bob", 9),
];

#[test]
fn a_log_of_every_release_is_read_for_ever() {
    for (log, seq, holder, count) in LOGS {
        let entries: Vec<Entry> = log.lines().map(|line| serde_json::from_str(line).expect(line)).collect();
        for (entry, line) in entries.iter().zip(log.lines()) {
            let (again, before): (Value, Value) =
                (serde_json::to_value(entry).expect("it can be written"), serde_json::from_str(line).expect("JSON"));
            assert_eq!(again, before);
        }
        let program = Bench::new().programs.into_values().next().expect("there is one");
        let mut case = Case::open(CaseId::mint(), &entries[0]).expect("it opens");
        for entry in &entries[1..] {
            case.apply(entry, &|_| Some(Arc::clone(&program))).expect("it applies");
        }
        assert_eq!((case.seq, case.holder.as_deref()), (seq, Some(holder)));
        let kinds: BTreeSet<&str> = entries.iter().map(|entry| kind(&entry.event)).collect();
        assert_eq!(kinds.len(), count, "{kinds:?}");
    }
}

/// A new kind does not compile until it stands here, and then belongs into the log of the release that brings it.
fn kind(event: &Event) -> &'static str {
    match event {
        Event::Opened { .. } => "opened",
        Event::Described { .. } => "described",
        Event::Rated { .. } => "rated",
        Event::FactSet { .. } => "fact_set",
        Event::FactsLearned { .. } => "facts_learned",
        Event::Noted { .. } => "noted",
        Event::Attached { .. } => "attached",
        Event::RunStarted { .. } => "run_started",
        Event::Went { .. } => "went",
        Event::Rebased { .. } => "rebased",
        Event::Escalated { .. } => "escalated",
        Event::Claimed { .. } => "claimed",
        Event::Released => "released",
        Event::HandedBack { .. } => "handed_back",
        Event::Parked { .. } => "parked",
        Event::Resumed => "resumed",
        Event::Resolved { .. } => "resolved",
        Event::Reopened { .. } => "reopened",
        Event::Judged { .. } => "judged",
        Event::Delivered { .. } => "delivered",
        Event::NotDelivered { .. } => "not_delivered",
        Event::Retried { .. } => "retried",
    }
}
