//! The checker agrees with a brute-force oracle, and the walk with a naive one; both were written apart from `src`.

use crate::{
    driver::{input, shape, start},
    generator::{self, Flaw, Random, Shape},
    naive::{self, Naive},
    oracle,
    support::{checked, desk, shown},
};
use firstline::{
    desk::Desk,
    diagnostic::{Diagnostic, Span},
    playbook::{
        Playbook,
        flow::{EndKind, Node},
    },
    run::{Audience, CaseInfo, Input, Run, View},
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

type Finding = (String, String, String);

// The checker

const JUDGED: [&str; 12] = [
    "unknown_step",
    "unknown_playbook",
    "unreachable_step",
    "no_way_out",
    "endless_cycle",
    "recursive_call",
    "missing_way",
    "way_never_taken",
    "uncovered_branch",
    "impossible_condition",
    "shadowed_condition",
    "too_many_combinations",
];

/// What a finding is about, in the oracle's words.
fn subject(playbook: &Playbook, finding: &Diagnostic) -> Option<String> {
    let flow = &playbook.flow;
    let at = finding.primary.span;
    let step_at = |span: Span| flow.steps.iter().rev().find(|step| step.id.span.start <= span.start);
    let step = step_at(at).map(|step| step.id.value.clone());
    Some(match finding.rule.name {
        "recursive_call" => String::new(),
        "unknown_step" => step.unwrap_or_else(|| "start".into()),
        "missing_way" => {
            let way = if finding.help.as_ref()?.contains("`not_resolved:") { "not_resolved" } else { "resolved" };
            format!("{}.{way}", step?)
        }
        "way_never_taken" => {
            let way = flow.nodes.iter().flat_map(Node::ways).find(|way| way.written.span == at)?;
            format!("{}.{}", step?, way.name)
        }
        "impossible_condition" | "shadowed_condition" => {
            let arms = flow.nodes.iter().find_map(|node| match node {
                Node::Branch(branch) => branch.arms.iter().position(|(_, source, _)| source.span == at),
                _ => None,
            });
            // The `if` of an item is not the oracle's.
            format!("{}.{}", step?, arms? + 1)
        }
        _ => step?,
    })
}

fn ours(desk: &Desk, findings: &[Diagnostic]) -> BTreeSet<Finding> {
    let judged = findings.iter().filter(|finding| JUDGED.contains(&finding.rule.name));
    judged
        .filter_map(|finding| {
            let playbook = desk.playbooks.values().find(|playbook| playbook.file == finding.primary.span.file)?;
            Some((finding.rule.name.to_owned(), playbook.id.clone(), subject(playbook, finding)?))
        })
        .collect()
}

#[test]
fn the_checker_finds_what_brute_force_finds() {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for seed in 0..1_500u64 {
        let random = &mut Random::new(seed + 90_000);
        let flaw = Flaw::ALL.get(seed as usize % (Flaw::ALL.len() + 3)).copied();
        let shape = Shape {
            playbooks: 1 + random.below(4),
            steps: 3 + random.below(9),
            flaw,
            wild: flaw.is_none() && seed % 2 == 0,
        };
        let files = generator::desk(random, &shape);
        let (desk, findings) = checked(&files);
        let mut ours = ours(&desk, &findings);
        let mut theirs = oracle::findings(&files);
        // A cycle is one finding of ours, at one of its steps.
        let cycles = |set: &BTreeSet<Finding>| {
            set.iter().filter(|(rule, ..)| rule == "endless_cycle").cloned().collect::<BTreeSet<_>>()
        };
        let (our_cycles, their_cycles) = (cycles(&ours), cycles(&theirs));
        let playbooks =
            |set: &BTreeSet<Finding>| set.iter().map(|(_, playbook, _)| playbook.clone()).collect::<BTreeSet<_>>();
        assert!(our_cycles.is_subset(&their_cycles), "seed {seed}: {our_cycles:?} {their_cycles:?}\n{}", shown(&files));
        assert_eq!(playbooks(&our_cycles), playbooks(&their_cycles), "seed {seed}\n{}", shown(&files));
        // A misspelt target counts as the step that was probably meant, so that one slip is not reported twice.
        let misspelt: BTreeSet<String> = theirs
            .iter()
            .filter(|(rule, ..)| rule == "unknown_step")
            .map(|(_, playbook, _)| playbook.clone())
            .collect();
        let keep = |(rule, playbook, _): &Finding| {
            rule != "endless_cycle" && !(rule == "unreachable_step" && misspelt.contains(playbook))
        };
        for finding in &theirs {
            *counts.entry(finding.0.clone()).or_default() += 1;
        }
        ours.retain(keep);
        theirs.retain(keep);
        let missed: Vec<_> = theirs.difference(&ours).collect();
        let wrong: Vec<_> = ours.difference(&theirs).collect();
        assert!(
            missed.is_empty() && wrong.is_empty(),
            "seed {seed}: missed {missed:?}, false {wrong:?}\n{}",
            shown(&files)
        );
    }
    println!("oracle: {counts:?}");
    for rule in JUDGED {
        assert!(counts.get(rule).is_some_and(|count| *count >= 20), "{rule} was hardly ever there: {counts:?}");
    }
}

// The walk

fn view(run: &Run) -> naive::View {
    let case = CaseInfo::default();
    let trail =
        run.path(&case).iter().map(|line| (line.at.clone(), line.visit, line.said.words().to_owned())).collect();
    let facts = run.known().into_iter().map(|(name, value)| (name, value.to_string())).collect();
    match run.view(&case) {
        View::Prompt(prompt) => naive::View {
            state: "at".into(),
            at: prompt.at,
            visit: prompt.visit,
            held: prompt.held.map(|said| said.words().to_owned()),
            prefilled: None,
            answers: prompt.choices.into_iter().map(|choice| choice.id).filter(|id| id != "next").collect(),
            facts,
            trail,
        },
        View::Outcome(outcome) => {
            let state = match (outcome.ending, outcome.reason) {
                (Some(EndKind::Resolved), _) => "resolved".to_owned(),
                (Some(EndKind::NotResolved), _) => "not_resolved".to_owned(),
                (Some(EndKind::Escalated), _) => "escalated".to_owned(),
                (None, reason) => format!("stopped {}", reason.expect("a stop has a reason")),
            };
            naive::View {
                state,
                at: outcome.at,
                visit: 0,
                held: None,
                prefilled: None,
                answers: Vec::new(),
                facts,
                trail,
            }
        }
    }
}

/// The parts that both views have.
fn common(mut view: naive::View) -> naive::View {
    view.answers.retain(|answer| answer != "next");
    if view.state != "at" {
        view.visit = 0;
        view.held = None;
        view.answers.clear();
    }
    view
}

fn translate(input: &Input) -> Option<naive::Input> {
    Some(match input {
        Input::Say(said) => naive::Input::Answer(said.words().to_owned()),
        Input::Back(by) => naive::Input::Back(*by),
        Input::Change { at, visit, said } => {
            naive::Input::Change { at: at.clone(), visit: *visit, answer: said.words().to_owned() }
        }
        Input::TakeOver { audience, .. } => {
            let audience = if *audience == Audience::Agent { "agent" } else { "self-service" };
            naive::Input::TakeOver { audience: audience.into() }
        }
        Input::Import { name, value } => naive::Input::Import { name: name.clone(), value: value.clone() },
        Input::Signal(_) | Input::Note(_) => return None,
    })
}

#[test]
fn the_walk_goes_where_a_naive_one_goes() {
    let (mut inputs, mut changes, mut held, mut confirms) = (0, 0, 0, 0);
    for seed in 0..260u64 {
        let random = &mut Random::new(seed + 5_000);
        let shape = shape(random);
        let files = generator::desk(random, &shape);
        let desk = desk(&files);
        for id in desk.playbooks.keys() {
            let Some(program) = desk.program(id).map(Arc::new) else { continue };
            for _ in 0..3 {
                let mut run = start(random, &desk, id, &program);
                let scope = program.scope(0);
                let facts: Vec<(String, String)> = run
                    .book()
                    .given_at_start
                    .iter()
                    .map(|(slot, value)| (scope.fact(*slot).name.value.clone(), value.to_string()))
                    .collect();
                let audience = if run.book().audience == Audience::Agent { "agent" } else { "self-service" };
                let mut naive = Naive::start(&files, id, audience, &facts);
                let mut log = Vec::new();
                for _ in 0..25 {
                    let input = input(random, &run);
                    let Some(other) = translate(&input) else { continue };
                    log.push(format!("{other:?}"));
                    if let Input::Change { at, visit, said } = &input
                        && let Ok(confirm) = run.would_confirm(at, *visit, said)
                    {
                        assert_eq!(
                            confirm,
                            naive.would_confirm(at, *visit, said.words()),
                            "seed {seed}, {id}\n{log:#?}\n{}",
                            shown(&files)
                        );
                        confirms += usize::from(!confirm.is_empty());
                    }
                    let taken = run.take(&input, None, jiff::Timestamp::UNIX_EPOCH, "").is_ok();
                    let also = naive.apply(&other).is_ok();
                    assert_eq!(
                        taken,
                        also,
                        "seed {seed}, {id}: taken {taken} against {also}\n{log:#?}\n{:#?}\n{}",
                        naive.view(),
                        shown(&files)
                    );
                    let (mine, theirs) = (view(&run), common(naive.view()));
                    assert_eq!(mine, theirs, "seed {seed}, {id}\n{log:#?}\n{}", shown(&files));
                    inputs += 1;
                    changes += usize::from(taken && matches!(input, Input::Change { .. }));
                    held += usize::from(mine.held.is_some());
                }
            }
        }
    }
    println!(
        "naive walk: {inputs} inputs, {changes} changes, {held} held prompts, {confirms} changes with something to confirm"
    );
    assert!(inputs > 20_000 && changes > 2_000 && held > 500 && confirms > 100);
}
