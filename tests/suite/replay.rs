//! Recorded runs over an edited playbook: which of them end otherwise, and where they part.

use crate::{
    edits::Renames,
    rebase::{address, by_hand, each_edited, program, run},
};
use firstline::{
    playbook::Program,
    run::{
        CaseInfo, Position, Run,
        replay::{Summary, Verdict, replay},
    },
};
use std::sync::Arc;

fn told(run: &Run, program: &Arc<Program>) -> String {
    let replayed = replay(run, program).expect("it came to something");
    let difference = replayed.difference.map(|difference| format!("; {difference}")).unwrap_or_default();
    format!("{} -> {}{difference}", replayed.was, replayed.now)
}

#[test]
fn a_run_that_is_under_way_is_not_replayed() {
    assert!(replay(&run(&program(&[]), &["yes"]), &program(&[])).is_none());
}

#[test]
fn the_same_ending_another_ending_a_new_question_and_a_lost_answer() {
    let run = run(&program(&[]), &["yes", "usb", "=3", "worked"]);
    let over = |changes: &[(&str, &str)]| told(&run, &program(changes));
    assert_eq!(over(&[("Is it on?", "Is it lit?")]), "resolved at `tests.worked` -> the same");
    insta::assert_snapshot!(over(&[("{resolve: It prints.}", "driver")]), @"resolved at `tests.worked` -> asks `driver/update`, which nobody was asked; after `tests/restart`: resolved at `tests.worked`; in the other version: asks `driver/update`");
    insta::assert_snapshot!(over(&[("yes: route", "yes: {escalate: Call somebody., to: tier-2, team: hardware}")]), @"resolved at `tests.worked` -> escalated at `lights.yes` to tier-2, hardware; after `lights`: asks `connection`; in the other version: escalated at `lights.yes` to tier-2, hardware");
    insta::assert_snapshot!(over(&[("{yes: route,", "{lit: route,")]), @"resolved at `tests.worked` -> `lights` does not take the answer that was given; at the start: `yes` at `lights`; in the other version: no such answer");
    insta::assert_snapshot!(over(&[("start: lights", "start: route"), ("  lights:", "  old:")]), @"resolved at `tests.worked` -> the same; at the start: asks `lights`; in the other version: asks `connection`");
    insta::assert_snapshot!(over(&[("start: lights", "start: power"), ("  lights:", "  power:\n    was: [lights]")]), @"resolved at `tests.worked` -> the same");
    insta::assert_snapshot!(over(&[("  tests:", "  attempts:\n    was: [tests]"), ("then: tests", "then: attempts")]), @"resolved at `tests.worked` -> the same");
    insta::assert_snapshot!(over(&[("{resolve: It prints.}", "{not_resolved: It prints.}")]), @"resolved at `tests.worked` -> not resolved at `tests.worked`; after `tests/restart`: resolved at `tests.worked`; in the other version: not resolved at `tests.worked`");
}

#[test]
fn where_an_ending_leads_is_part_of_it() {
    let run = run(&program(&[]), &["yes", "network", "failed"]);
    insta::assert_snapshot!(told(&run, &program(&[("to: tier-2", "to: tier-1")])), @"escalated at `driver.not_resolved` to tier-2 -> escalated at `driver.not_resolved` to tier-1; after `driver/update`: escalated at `driver.not_resolved` to tier-2; in the other version: escalated at `driver.not_resolved` to tier-1");
}

#[test]
fn what_changes_alike_is_one_group_the_largest_first() {
    let (was, now) = (program(&[]), program(&[("{resolve: It prints.}", "driver"), ("to: tier-2", "to: tier-1")]));
    let mut summary = Summary::default();
    let paths: [&[&str]; 5] = [
        &["yes", "network", "failed"],
        &["yes", "usb", "=3", "worked"],
        &["yes", "usb", "=4", "worked"],
        &["yes", "network", "worked"],
        &["yes"],
    ];
    for (case, path) in (1001..).zip(paths) {
        summary.add(case, &run(&was, path), &now);
    }
    assert_eq!((summary.runs, summary.changed.len(), summary.rerouted), (4, 3, 0));
    let groups = summary.groups();
    assert_eq!(groups.iter().map(|group| &group.cases[..]).collect::<Vec<_>>(), [&[1002, 1003][..], &[1001]]);
    assert_eq!(groups[0].now, Verdict::Asks("driver/update".into()));
}

/// What a run came to, in plain words, as an edit calls it; `None` while it asks.
fn came_to(run: &Run, renames: &Renames) -> Option<String> {
    let outcome = run.outcome(&CaseInfo::default())?;
    let words = |at: String| {
        format!(
            "{:?} {at} {:?} {:?} {:?} {:?}",
            outcome.ending, outcome.reason, outcome.to, outcome.team, outcome.priority
        )
    };
    let walk = run.walk();
    let (frame, step) = match walk.position {
        Position::At { frame, place } => return Some(words(format!("{:?}", address(run, renames, frame, place).0))),
        Position::Stopped { reason: firstline::reason::Reason::Stuck, .. } => {
            let last = walk.trail.last().expect("somebody was stuck");
            return Some(words(format!("{:?}", address(run, renames, last.frame, last.place).0)));
        }
        Position::Stopped { frame, step, .. } => (frame, step),
        Position::Ended { frame, node } => {
            let unit = &run.program.units[walk.frames[frame as usize].unit as usize];
            (frame, unit.flow.step_of(node))
        }
    };
    let unit = &run.program.units[walk.frames[frame as usize].unit as usize];
    let id = &unit.flow.steps[step as usize].id.value;
    // The way of an ending in place is what stands behind the step's id.
    let way = outcome.at.rsplit_once(id.as_str()).map_or("", |(_, way)| way);
    let answer = way.strip_prefix('.').map(|answer| format!(".{}", renames.answer(&unit.id, id, answer)));
    let mut calls = Vec::new();
    let mut here = &walk.frames[frame as usize];
    while let Some((parent, node)) = here.caller {
        let visit = here.visit;
        here = &walk.frames[parent as usize];
        let unit = &run.program.units[here.unit as usize];
        let step = &unit.flow.steps[unit.flow.step_of(node) as usize].id.value;
        calls.push((renames.step(&unit.id, step).to_owned(), visit));
    }
    Some(words(format!("{calls:?} {}{}", renames.step(&unit.id, id), answer.as_deref().unwrap_or(way))))
}

/// Over 3,000 recorded runs, exactly those are named whose end is another when their answers are given by hand.
#[test]
fn exactly_the_runs_whose_ending_changes_are_named() {
    let (mut runs, mut expected, mut summary) = (0, Vec::new(), Summary::default());
    each_edited(300, 16, |run, renames, now, told| {
        let Some(was) = came_to(run, renames) else { return };
        runs += 1;
        let (mut hand, at) = by_hand(run, renames, now);
        let because = run.handed_over();
        let same = match (&at, because) {
            // Whoever asked for a person asks for one at the same prompt.
            (Some((here, false)), Some(_)) => {
                hand_over(&mut hand, run);
                let Position::At { frame, place } = run.walk().position else { panic!("{}", told()) };
                address(run, renames, frame, place).0 == *here
            }
            (Some(_), _) => false,
            (None, _) => came_to(&hand, &Renames::default()) == Some(was.clone()),
        };
        if !same {
            expected.push(runs);
        }
        let before = summary.changed.len();
        summary.add(runs, run, now);
        assert_eq!(
            summary.changed.len() > before,
            !same,
            "{was} {:?} {at:?} {:?}\n{}",
            came_to(&hand, &Renames::default()),
            replay(run, now),
            told()
        );
        if let Some(changed) = summary.changed.get(before) {
            match (&changed.replayed.now, &at) {
                (Verdict::Lost(_), Some((_, true)))
                | (Verdict::Asks(_), Some((_, false)))
                | (Verdict::Ends(_), None) => {}
                other => panic!("{other:?}\n{}", told()),
            }
            assert!(changed.replayed.difference.is_some(), "{}", told());
        }
    });
    assert_eq!(summary.changed.iter().map(|changed| changed.case).collect::<Vec<_>>(), expected);
    assert_eq!(summary.runs as u64, runs);
    println!("{runs} runs, {} end otherwise, {} come to the same end another way", expected.len(), summary.rerouted);
    let enough = runs >= 3_000 && expected.len() > 200 && summary.rerouted > 2;
    assert!(enough, "{runs} {} {}", expected.len(), summary.rerouted);
}

fn hand_over(hand: &mut Run, like: &Run) {
    let because = like.handed_over().expect("it was handed over");
    let event = firstline::run::Event::HandedOver { because };
    let entry = firstline::run::Entry { when: jiff::Timestamp::UNIX_EPOCH, by: "somebody".into(), event };
    hand.record(entry).expect("a run can be handed over anywhere");
}
