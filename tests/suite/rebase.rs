//! A run over a newer program: it moves only where it stands at the same place by the same answers.

use crate::{
    driver::{input, say, shape, start},
    edits::{Renames, edit},
    generator::{self, Random},
    support::{desk, shown, split},
};
use firstline::{
    id::RunId,
    playbook::Program,
    run::{Audience, CaseInfo, Input, Place, Position, Rebase, Run, Said, Signal, View, rebase},
};
use std::sync::Arc;

pub const PLAYBOOK: &str = "title: A
symptoms: [a]
start: lights
facts:
  connection: {ask: How is it connected?, choices: {usb: USB cable, network: Network}}
  length: {ask: How long is the cable?, type: number, min: 1, max: 50}
steps:
  lights:
    ask: Is it on?
    answers: {yes: route, no: plug-in}
  plug-in:
    do: Plug it in.
    verify: Is it on?
    worked: route
    failed: driver
  route:
    branch:
      - {if: connection == \"usb\", goto: cable}
    else: driver
    unknown: driver
  cable:
    ask: How long is it?
    save: length
    then: tests
  tests:
    try:
      restart: {do: Restart it., minutes: 1}
      shake: {do: Shake it., minutes: 2}
    verify: Does it print?
    worked: {resolve: It prints.}
    exhausted: driver
  driver:
    call: driver
    resolved: {resolve: It was the driver.}
    not_resolved: {escalate: It is broken., to: tier-2}
# file: playbooks/driver.yaml
title: B
audience: []
start: update
steps:
  update:
    do: Update it.
    verify: Does it work?
    worked: {resolve: Updated.}
    failed: {not_resolved: It does not help.}
# file: desk.yaml
tiers:
  - {id: tier-1, level: 1}
  - {id: tier-2, level: 2}
facts:
  os: {ask: Which system?, choices: [windows, linux]}
";

/// The playbook `example` after replacements.
pub fn program(changes: &[(&str, &str)]) -> Arc<Program> {
    let mut text = PLAYBOOK.to_owned();
    for (from, to) in changes {
        assert!(text.contains(from), "{from}");
        text = text.replace(from, to);
    }
    let desk = desk(&split(&text, "playbooks/example.yaml"));
    let found: Vec<_> = desk.findings.iter().map(|finding| &finding.message).collect();
    Arc::new(desk.program("example").unwrap_or_else(|| panic!("{found:?}")))
}

/// A run through answers; what begins with `=` is typed.
pub fn run(program: &Arc<Program>, answers: &[&str]) -> Run {
    let facts = [("os".to_owned(), "linux".to_owned())];
    let mut run =
        Run::start(RunId::mint(), Arc::clone(program), Audience::Agent, "tier-1".into(), &facts).expect("it starts");
    for answer in answers {
        let input = match answer.split_at(1) {
            ("=", value) => Input::Say(Said::Value(value.into())),
            ("<", _) => Input::Back(1),
            _ => Input::Say(Said::Answer((*answer).into())),
        };
        run.take(&input, None, jiff::Timestamp::UNIX_EPOCH, "ann").expect("it is taken");
    }
    run
}

fn at(run: &Run) -> String {
    match run.view(&CaseInfo::default()) {
        View::Prompt(prompt) => prompt.at,
        View::Outcome(outcome) => outcome.at,
    }
}

fn path(run: &Run) -> Vec<(String, String)> {
    run.path(&CaseInfo::default()).into_iter().map(|line| (line.at, line.said.words().to_owned())).collect()
}

fn moved(run: &Run, program: &Arc<Program>) -> (Run, Vec<String>) {
    match rebase(run, program) {
        Rebase::Moved { run, reworded } => (*run, reworded),
        Rebase::Stays(difference) => panic!("{difference}"),
    }
}

fn stays(run: &Run, program: &Arc<Program>) -> String {
    match rebase(run, program) {
        Rebase::Stays(difference) => difference.to_string(),
        Rebase::Moved { run, .. } => panic!("it moved to {}", at(&run)),
    }
}

#[test]
fn a_changed_wording_is_reported_and_moves() {
    let run = run(&program(&[]), &["yes", "usb", "=3"]);
    let (there, reworded) = moved(&run, &program(&[("Is it on?", "Is it switched on?"), ("Shake it.", "Shake it!")]));
    assert_eq!(reworded, ["lights"]);
    assert_eq!((at(&there), path(&there)), (at(&run), path(&run)));
    let (there, reworded) = moved(&run, &program(&[("Restart it.", "Restart it now."), ("How is it", "How was it")]));
    assert_eq!(reworded, ["connection", "tests/restart"]);
    assert_eq!(at(&there), "tests/restart");
}

#[test]
fn a_renamed_step_and_a_renamed_answer_are_followed() {
    let newer = program(&[
        ("answers: {yes: route, no: plug-in}", "answers: {lit: {goto: route, was: [yes]}, no: plug-in}"),
        ("start: lights", "start: power-light"),
        ("  lights:\n", "  power-light:\n    was: [lights]\n"),
        ("  driver:\n    call", "  reinstall:\n    was: [driver]\n    call"),
        ("exhausted: driver", "exhausted: reinstall"),
        ("failed: driver", "failed: reinstall"),
        ("else: driver\n    unknown: driver", "else: reinstall\n    unknown: reinstall"),
    ]);
    let run = run(&program(&[]), &["yes", "network"]);
    assert_eq!(at(&run), "driver/update");
    let (mut there, reworded) = moved(&run, &newer);
    assert_eq!(reworded, ["lights"], "its answers read otherwise");
    assert_eq!(at(&there), "reinstall/update");
    assert_eq!(path(&there)[0], ("power-light".to_owned(), "lit".to_owned()));
    // It goes on there, and what was recorded speaks in the newer names.
    assert!(say(&mut there, &Input::Change { at: "power-light".into(), visit: None, said: Said::Answer("no".into()) }));
    assert_eq!(at(&there), "plug-in");
    let text = serde_json::to_string(&there.entries).expect("entries are plain data");
    assert!(text.contains("power-light") && text.contains("lit") && !text.contains("lights"), "{text}");
}

#[test]
fn a_step_of_the_old_name_that_is_another_one_is_not_taken_for_it() {
    // `lights` is `power` there, and a new question bears the old name.
    let newer = program(&[
        ("start: lights", "start: power"),
        (
            "  lights:\n    ask: Is it on?\n    answers: {yes: route, no: plug-in}",
            "  power:\n    was: [lights]\n    ask: Is it on?\n    answers: {yes: lights, no: plug-in}\n  lights:\n    ask: Which colour?\n    answers: {yes: route, no: plug-in}",
        ),
    ]);
    let run = run(&program(&[]), &["yes", "usb"]);
    assert_eq!(stays(&run, &newer), "after `lights`: asks `connection`; in the other version: asks `lights`");
}

#[test]
fn what_is_no_answer_any_more_keeps_the_run() {
    let run = run(&program(&[]), &["yes", "usb"]);
    let without = program(&[("answers: {yes: route, no: plug-in}", "answers: {lit: route, no: plug-in}")]);
    assert_eq!(stays(&run, &without), "at the start: `yes` at `lights`; in the other version: no such answer");
    let narrower = program(&[("usb: USB", "cable: USB"), ("connection == \"usb\"", "connection == \"cable\"")]);
    assert!(stays(&run, &narrower).starts_with("after `lights`: `usb` at `connection`;"));
}

#[test]
fn a_value_that_does_not_fit_any_more_keeps_the_run() {
    let run = run(&program(&[]), &["yes", "usb", "=40"]);
    assert!(stays(&run, &program(&[("max: 50", "max: 30")])).contains("what was typed at `cable`"));
    let (_, reworded) = moved(&run, &program(&[("max: 50", "max: 60")]));
    assert!(reworded.is_empty(), "{reworded:?}");
    let text = program(&[("type: number, min: 1, max: 50", "type: text")]);
    assert!(stays(&run, &text).contains("what was typed at `cable`"));
}

#[test]
fn a_step_put_in_before_keeps_the_run_and_one_after_does_not() {
    let run = run(&program(&[]), &["yes", "usb"]);
    assert_eq!(at(&run), "cable");
    let step = "  ports:\n    ask: Which port?\n    answers: {front: TARGET, back: TARGET}\n  cable:\n";
    let before = program(&[("goto: cable", "goto: ports"), ("  cable:\n", &step.replace("TARGET", "cable"))]);
    assert_eq!(stays(&run, &before), "after `connection`: asks `cable`; in the other version: asks `ports`");
    let after = program(&[("then: tests", "then: ports"), ("  cable:\n", &step.replace("TARGET", "tests"))]);
    let (mut there, _) = moved(&run, &after);
    assert!(say(&mut there, &Input::Say(Said::Value("3".into()))));
    assert_eq!(at(&there), "ports");
}

#[test]
fn a_changed_callee_counts_where_the_run_has_been_in_it() {
    let (first, inside, after) = (run(&program(&[]), &["yes"]), run(&program(&[]), &["yes", "network"]), program(&[]));
    let newer = program(&[
        ("start: update", "start: version"),
        ("  update:\n", "  version: {ask: Is it old?, answers: {yes: update, no: update}}\n  update:\n"),
    ]);
    assert_eq!(at(&moved(&first, &newer).0), "connection");
    assert_eq!(
        stays(&inside, &newer),
        "after `connection`: asks `driver/update`; in the other version: asks `driver/version`"
    );
    assert_eq!(at(&moved(&inside, &after).0), "driver/update");
    let other = program(&[
        ("call: driver\n", "call: other\n"),
        ("# file: playbooks/driver.yaml", "# file: playbooks/other.yaml"),
    ]);
    assert_eq!(at(&moved(&inside, &other).0), "driver/update", "a playbook of the same steps under another name");
}

#[test]
fn a_stop_and_a_hand_over_move_with_the_run() {
    let stuck = run(&program(&[]), &["yes", "usb", "=3", "failed", "stuck", "stuck"]);
    let View::Outcome(outcome) = stuck.view(&CaseInfo::default()) else { panic!("it stops") };
    assert_eq!((outcome.why(), outcome.at.as_str()), (Some("stuck"), "driver/update"));
    let (mut there, _) = moved(&stuck, &program(&[("Restart it.", "Restart it!")]));
    let over = Input::TakeOver { audience: Audience::Agent, tier: "tier-2".into() };
    assert!(say(&mut there, &over));
    assert_eq!(at(&there), "driver/update");
    let leads_on = program(&[(
        "failed: {not_resolved: It does not help.}",
        "failed: {not_resolved: It does not help.}\n    stuck: {not_resolved: It cannot be done.}",
    )]);
    assert!(
        stays(&stuck, &leads_on).contains("escalated at `driver.not_resolved` to tier-2"),
        "{}",
        stays(&stuck, &leads_on)
    );

    let mut handed = run(&program(&[]), &["yes", "usb"]);
    assert!(say(&mut handed, &Input::Signal(Signal::HandOver)));
    let (there, _) = moved(&handed, &program(&[("Shake it.", "Shake it!")]));
    assert_eq!(there.handed_over(), handed.handed_over());
    assert!(there.outcome(&CaseInfo::default()).is_some());
}

#[test]
fn what_is_held_counts_there_only_if_it_reads_the_same() {
    // Back from the driver to the first question: all that follows is known.
    let mut before = run(&program(&[]), &["no", "worked", "usb", "=3", "failed", "<", "<", "<", "<", "<"]);
    assert_eq!(at(&before), "lights");
    assert_eq!(before.held(), Some(Said::Answer("no".into())));
    let (mut same, _) = moved(&before, &program(&[("minutes: 2", "minutes: 3")]));
    let (mut other, _) = moved(&before, &program(&[("How long is it?", "How long is it in metres?")]));
    let no = Input::Say(Said::Answer("no".into()));
    assert!(say(&mut before, &no) && say(&mut same, &no) && say(&mut other, &no));
    assert_eq!((at(&before).as_str(), at(&same).as_str()), ("tests/shake", "tests/shake"));
    assert_eq!(at(&other), "cable", "a question that reads otherwise is asked again");
}

#[test]
fn a_fact_of_the_desk_that_is_no_more_is_forgotten() {
    let run = run(&program(&[]), &["yes", "usb"]);
    let known = |run: &Run| run.known().into_iter().map(|(name, _)| name).collect::<Vec<_>>();
    let (there, _) = moved(&run, &program(&[("facts:\n  os: {ask: Which system?, choices: [windows, linux]}\n", "")]));
    assert_eq!((known(&run), known(&there)), (vec!["os".to_owned(), "connection".into()], vec!["connection".into()]));
    // One that is read and does not fit any more is asked for.
    let asks = program(&[("[windows, linux]", "[windows, unix]"), ("ask: Is it on?", "ask: Is it on, with {{ os }}?")]);
    assert_eq!(stays(&run, &asks), "at the start: asks `lights`; in the other version: asks `os`");
}

// Generated runs

/// Where a run stands or went past, by the names of steps in their playbooks, as an edit calls them.
pub type Address = (Vec<(String, u32)>, String, u32);

/// A place of a run by names, those of an edit.
pub fn address(run: &Run, renames: &Renames, frame: u32, place: Place) -> (Address, String, String) {
    let units = &run.program.units;
    let mut calls = Vec::new();
    let mut here = &run.walk().frames[frame as usize];
    let unit = here.unit;
    let is_desk = matches!(place, Place::Fact(firstline::expression::Slot::Desk(_)));
    while let Some((parent, node)) = here.caller.filter(|_| !is_desk) {
        let visit = here.visit;
        here = &run.walk().frames[parent as usize];
        let unit = &units[here.unit as usize];
        let step = &unit.flow.steps[unit.flow.step_of(node) as usize].id.value;
        calls.push((renames.step(&unit.id, step).to_owned(), visit));
    }
    let full = run.name(frame, place);
    let playbook = units[unit as usize].id.to_string();
    match place {
        Place::Fact(_) => ((calls, full.rsplit('/').next().unwrap_or_default().to_owned(), 1), playbook, String::new()),
        Place::Node { node, visit } => {
            let flow = &units[unit as usize].flow;
            let step = flow.steps[flow.step_of(node) as usize].id.value.clone();
            let item = full.rsplit_once(&format!("{step}/")).map_or(String::new(), |(_, item)| format!("/{item}"));
            ((calls, format!("{}{item}", renames.step(&playbook, &step)), visit), playbook, step)
        }
    }
}

/// The answered prompts of a run, each with its answer, as an edit calls them.
pub fn answered(run: &Run, renames: &Renames) -> Vec<(Address, Said)> {
    let lines = run.path(&CaseInfo::default());
    let trail = run.walk().trail.iter().zip(lines);
    trail
        .map(|(passed, line)| {
            let (address, playbook, step) = address(run, renames, passed.frame, passed.place);
            let said = match line.said {
                Said::Answer(id) => Said::Answer(renames.answer(&playbook, &step, &id).to_owned()),
                said => said,
            };
            (address, said)
        })
        .collect()
}

/// A run of the edited program by hand: the answers of another run, each where it was given. Gives what it stands at
/// unanswered, or whether an answer was refused there.
pub fn by_hand(run: &Run, renames: &Renames, program: &Arc<Program>) -> (Run, Option<(Address, bool)>) {
    let scope = run.program.scope(0);
    let given: Vec<(String, String)> = run
        .book()
        .given_at_start
        .iter()
        .map(|(slot, value)| (scope.fact(*slot).name.value.clone(), value.to_string()))
        .collect();
    let mut there = Run::start(run.id, Arc::clone(program), run.book().audience, run.tier.clone(), &given)
        .expect("the edits leave the desk's facts as they are");
    let answers = answered(run, renames);
    loop {
        let Position::At { frame, place } = there.walk().position else { return (there, None) };
        let (here, ..) = address(&there, &Renames::default(), frame, place);
        let Some((_, said)) = answers.iter().find(|(address, _)| *address == here) else {
            return (there, Some((here, false)));
        };
        if !say(&mut there, &Input::Say(said.clone())) {
            return (there, Some((here, true)));
        }
    }
}

/// Random desks, each with an edit after which its playbooks link; `check` gets runs of them.
pub fn each_edited(
    desks: u64,
    inputs: usize,
    mut check: impl FnMut(&Run, &Renames, &Arc<Program>, &dyn Fn() -> String),
) {
    for seed in 0..desks {
        let random = &mut Random::new(seed + 7_000);
        let shape = shape(random);
        let files = generator::desk(random, &shape);
        let (edited, renames, done) = edit(random, &files);
        let (old, new) = (desk(&files), desk(&edited));
        for id in old.playbooks.keys() {
            let (Some(was), Some(now)) = (old.program(id).map(Arc::new), new.program(id).map(Arc::new)) else {
                continue;
            };
            for _ in 0..10 {
                let mut run = start(random, &old, id, &was);
                for _ in 0..inputs {
                    let input = input(random, &run);
                    say(&mut run, &input);
                }
                let told = || format!("seed {seed}, playbook {id}: {done:?}\n{:#?}\n{}", run.entries, shown(&edited));
                check(&run, &renames, &now, &told);
            }
        }
    }
}

/// Over the same playbooks with a comment more, a run is as it was, and goes on as it would have.
#[test]
fn over_the_same_content_nothing_changes() {
    let shows = |run: &Run| {
        let case = CaseInfo::default();
        format!("{:?} {:?} {:?}", run.view(&case), run.path(&case), run.known())
    };
    let mut count = 0;
    for seed in 0..120 {
        let random = &mut Random::new(seed + 5_000);
        let shape = shape(random);
        let files = generator::desk(random, &shape);
        let mut commented = files.clone();
        commented.iter_mut().skip(1).for_each(|(_, text)| text.push_str("# the same\n"));
        let (old, new) = (desk(&files), desk(&commented));
        for id in old.playbooks.keys() {
            let (Some(was), Some(now)) = (old.program(id).map(Arc::new), new.program(id).map(Arc::new)) else {
                continue;
            };
            let mut run = start(random, &old, id, &was);
            for _ in 0..14 {
                let input = input(random, &run);
                say(&mut run, &input);
            }
            let told = |run: &Run| format!("seed {seed}, playbook {id}\n{:#?}\n{}", run.entries, shown(&files));
            let Rebase::Moved { run: mut there, reworded } = rebase(&run, &now) else {
                panic!("it moves: {}", told(&run))
            };
            assert!(reworded.is_empty(), "{reworded:?} {}", told(&run));
            assert_eq!(there.entries, run.entries, "{}", told(&run));
            assert_eq!(shows(&there), shows(&run), "{}", told(&run));
            for _ in 0..10 {
                let input = input(random, &run);
                assert_eq!(say(&mut there, &input), say(&mut run, &input), "{input:?} {}", told(&run));
                assert_eq!(shows(&there), shows(&run), "{input:?} {}", told(&run));
            }
            count += 1;
        }
    }
    assert!(count > 150, "{count}");
}

/// Whether a run moves is what walking its answers by hand says.
#[test]
fn a_run_moves_exactly_where_its_answers_lead_to_the_same_place() {
    let (mut moves, mut stays) = (0, 0);
    each_edited(110, 10, |run, renames, now, told| {
        let Position::At { frame, place } = run.walk().position else { return };
        let (here, ..) = address(run, renames, frame, place);
        let (hand, at) = by_hand(run, renames, now);
        let (was, hand) = (answered(run, renames), answered(&hand, &Renames::default()));
        // A run that went back stands at a prompt that was answered; by hand it has no answer.
        let same = was == hand && at == Some((here.clone(), false));
        match rebase(run, now) {
            Rebase::Moved { run: there, .. } => {
                assert!(same, "moved wrongly: {was:?} {hand:?} {at:?} {here:?}\n{}", told());
                assert_eq!(answered(&there, &Renames::default()), was, "{}", told());
                let Position::At { frame, place } = there.walk().position else { panic!("{}", told()) };
                assert_eq!(address(&there, &Renames::default(), frame, place).0, here, "{}", told());
                moves += 1;
            }
            Rebase::Stays(difference) => {
                assert!(!same, "stays for nothing: {was:?} {difference}\n{}", told());
                stays += 1;
            }
        }
    });
    assert!(moves > 300 && stays > 60, "{moves} move, {stays} stay");
    println!("{moves} move, {stays} stay");
}
