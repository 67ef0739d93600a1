//! The guarantee: a run of a playbook that passes the check never stops for its author's fault, and comes to an end.
//!
//! `FIRSTLINE_WALKS` says how many walks are taken (100,000 without it). A walk is one evaluation of a book of random
//! answers, backs, changes and take-overs; every run is carried on to an end.

use crate::{
    driver::{answer, input, is_authors_fault, say, shape, start},
    generator::{self, Flaw, Random, Shape},
    support::{checked, passes, shown},
};
use firstline::{
    diagnostic::Severity,
    run::{CaseInfo, Input, STEP_LIMIT, View},
};
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};

fn wanted() -> usize {
    std::env::var("FIRSTLINE_WALKS").ok().map_or(100_000, |text| text.parse().expect("FIRSTLINE_WALKS is a number"))
}

/// Goes through one run; how many walks that took, or what is wrong with it.
fn go_through(random: &mut Random, run: &mut firstline::run::Run, inputs: usize) -> Result<usize, String> {
    let case = CaseInfo::default();
    let mut walks = 1;
    for _ in 0..random.below(inputs) {
        let input = input(random, run);
        walks += usize::from(say(run, &input));
        judge(run)?;
    }
    if run.handed_over().is_some() {
        say(run, &Input::Back(1));
    }
    for _ in 0..2 * STEP_LIMIT {
        match run.view(&case) {
            View::Outcome(_) => return judge(run).map(|()| walks),
            View::Prompt(prompt) => {
                let said = answer(random, &prompt);
                if !say(run, &Input::Say(said.clone())) {
                    return Err(format!("{said:?} was refused at {}", prompt.at));
                }
                walks += 1;
            }
        }
    }
    Err("it does not end".into())
}

fn judge(run: &firstline::run::Run) -> Result<(), String> {
    match run.view(&CaseInfo::default()) {
        View::Outcome(outcome) if is_authors_fault(run, &outcome) => {
            Err(format!("{:?} at {}", outcome.reason, outcome.at))
        }
        _ => Ok(()),
    }
}

#[test]
fn the_guarantee_holds() {
    let (walks, desks, passing) = (AtomicUsize::new(0), AtomicUsize::new(0), AtomicUsize::new(0));
    let wanted = wanted();
    // Making and checking a desk takes as long as hundreds of walks.
    let runs = if wanted > 1_000_000 { 200 } else { 10 };
    let threads = std::thread::available_parallelism().map_or(2, |n| n.get());
    let first =
        std::env::var("FIRSTLINE_SEED").ok().map_or(1, |text| text.parse().expect("FIRSTLINE_SEED is a number"));
    std::thread::scope(|scope| {
        for thread in 0..threads as u64 {
            let (walks, desks, passing) = (&walks, &desks, &passing);
            scope.spawn(move || {
                let mut seed = first + thread;
                while walks.load(Ordering::Relaxed) < wanted {
                    let random = &mut Random::new(seed);
                    let shape = shape(random);
                    let files = generator::desk(random, &shape);
                    let (desk, findings) = checked(&files);
                    desks.fetch_add(1, Ordering::Relaxed);
                    let good = passes(&findings);
                    passing.fetch_add(usize::from(good), Ordering::Relaxed);
                    for id in desk.playbooks.keys() {
                        let audience = &desk.playbooks[id].audience;
                        if !audience.agent && !audience.self_service {
                            // Nobody starts it; it is walked where it is called.
                            continue;
                        }
                        let program = desk.program(id).map(Arc::new);
                        assert!(program.is_some() || !good, "seed {seed}: {id} passes and cannot be run");
                        let Some(program) = program else { continue };
                        // What fails the check must still be walked without harm.
                        for _ in 0..if good { runs } else { 1 } {
                            let mut run = start(random, &desk, id, &program);
                            let result = go_through(random, &mut run, if good { 40 } else { 6 });
                            match result {
                                _ if !good => {}
                                Ok(taken) => {
                                    walks.fetch_add(taken, Ordering::Relaxed);
                                }
                                Err(why) => {
                                    panic!("seed {seed}, playbook {id}: {why}\n{:#?}\n{}", run.entries, shown(&files))
                                }
                            }
                        }
                    }
                    seed += threads as u64;
                }
            });
        }
    });
    let (walks, desks, passing) = (walks.into_inner(), desks.into_inner(), passing.into_inner());
    println!("guarantee: {walks} walks over {passing} desks that pass, of {desks}");
    assert!(walks >= wanted && passing * 3 > desks);
}

/// For each rule of the groups Flow and Branches, desks made for it pass and fail in fair parts.
#[test]
fn the_generator_is_worth_its_name() {
    const DESKS: usize = 60;
    let mut weak = BTreeMap::new();
    for flaw in Flaw::ALL {
        let (mut pass, mut fail) = (0, 0);
        for seed in 0..DESKS as u64 {
            let random = &mut Random::new(seed * 31 + 7);
            let files = generator::desk(random, &Shape { playbooks: 3, steps: 9, flaw: Some(flaw), wild: false });
            let (_, findings) = checked(&files);
            let fails = findings.iter().any(|finding| finding.rule.name == flaw.rule());
            let errs = findings.iter().any(|finding| finding.rule.severity == Severity::Error);
            fail += usize::from(fails);
            pass += usize::from(!fails && !errs);
        }
        println!("{}: {pass} pass, {fail} fail of {DESKS}", flaw.rule());
        if pass * 5 < DESKS || fail * 5 < DESKS {
            weak.insert(flaw.rule(), (pass, fail));
        }
    }
    assert!(weak.is_empty(), "of {DESKS} desks each, passing and failing: {weak:?}");
}
