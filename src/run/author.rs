//! The authors' tests, run, and what they reach.

use super::{
    CaseInfo,
    book::Audience,
    event::{Event, Input, Said},
    handover,
    session::Run,
    view::{Outcome, View},
    walk::{Taken, observe},
};
use crate::{
    desk::Desk,
    diagnostic::{Diagnostic, Severity, Span},
    id::RunId,
    playbook::{
        Playbook, Program,
        author_test::AuthorTest,
        flow::{EndKind, Node},
    },
};
use std::{
    collections::{BTreeMap, BTreeSet, HashSet},
    sync::Arc,
};

/// How a test came out.
#[derive(Debug)]
pub struct Report {
    /// The playbook under test.
    pub playbook: String,
    /// The test's name, or the file's path if it could not be read.
    pub name: String,
    /// Where it is written.
    pub span: Span,
    /// What went otherwise than it says; `None` if nothing did.
    pub failure: Option<Failure>,
}

/// What went wrong in a test.
#[derive(Debug)]
pub struct Failure {
    /// Where to look.
    pub span: Span,
    /// What.
    pub why: String,
    /// The path that the run took.
    pub path: Vec<String>,
}

/// The steps and ways that tests reach, by playbook.
#[derive(Debug, Default)]
pub struct Coverage {
    /// Steps by position.
    steps: HashSet<(String, u32)>,
    /// Ways by node (`u32::MAX`: visits), step and name.
    ways: HashSet<(String, u32, u32, String)>,
    /// Choices of the playbook's own facts.
    choices: HashSet<(String, String, String)>,
}

/// What no test reaches.
#[derive(Debug)]
pub struct Gap {
    /// `step` or `step.way`, `fact = choice`.
    pub name: String,
    /// Where it is written.
    pub span: Span,
}

/// The coverage of one playbook.
#[derive(Debug)]
pub struct Covered {
    /// How many steps and answers there are.
    pub all: usize,
    /// What no test reaches, in written order.
    pub gaps: Vec<Gap>,
}

/// The files with errors: tests in them are not run.
pub fn broken(desk: &Desk, findings: &[Diagnostic]) -> HashSet<String> {
    let errors = findings.iter().filter(|finding| finding.rule.severity == Severity::Error);
    errors.map(|finding| desk.sources.file(finding.primary.span).path.clone()).collect()
}

/// Runs the tests of the desk whose file `wanted` takes. A file that could not be read is one failed test.
pub fn run_tests(desk: &Desk, broken: &HashSet<String>, wanted: impl Fn(&str) -> bool) -> (Vec<Report>, Coverage) {
    run_tests_of(desk, desk, broken, wanted)
}

/// Runs the tests of one version of a desk over the playbooks of another; places are those of the tests.
pub fn run_tests_of(
    authors: &Desk,
    desk: &Desk,
    broken: &HashSet<String>,
    wanted: impl Fn(&str) -> bool,
) -> (Vec<Report>, Coverage) {
    let mut reports = Vec::new();
    let mut coverage = Coverage::default();
    let mut programs: BTreeMap<&str, Option<Arc<Program>>> = BTreeMap::new();
    for file in &authors.tests {
        let path = &authors.sources.0[file.file.0 as usize].path;
        if !wanted(path) {
            continue;
        }
        let top = Span { file: file.file, start: 0, end: 0 };
        let fail = |why: &str| Report {
            playbook: file.playbook.clone(),
            name: path.clone(),
            span: top,
            failure: Some(Failure { span: top, why: why.to_owned(), path: Vec::new() }),
        };
        if file.broken || broken.contains(path) {
            reports.push(fail("this file has findings: see `firstline check`"));
            continue;
        }
        let program = programs.entry(&file.playbook).or_insert_with(|| desk.program(&file.playbook).map(Arc::new));
        let (Some(program), Some(playbook)) = (program.as_ref(), desk.playbooks.get(&file.playbook)) else {
            reports.push(fail("its playbook cannot be run: see `firstline check`"));
            continue;
        };
        for test in &file.tests {
            let failure = run_test(desk, playbook, program, test, &mut coverage).err();
            reports.push(Report {
                playbook: file.playbook.clone(),
                name: test.name.value.clone(),
                span: test.name.span,
                failure: failure.map(|failure| *failure),
            });
        }
    }
    (reports, coverage)
}

fn run_test(
    desk: &Desk,
    playbook: &Playbook,
    program: &Arc<Program>,
    test: &AuthorTest,
    coverage: &mut Coverage,
) -> Result<(), Box<Failure>> {
    let (audience, tier) = match test.self_service {
        true => (Audience::SelfService, desk.policy.lowest()),
        false => (Audience::Agent, desk.tier_of(playbook)),
    };
    let case = CaseInfo::default();
    let facts: Vec<(String, String)> =
        test.facts.iter().map(|(name, value)| (name.value.clone(), value.value.clone())).collect();
    let fail = |span, why: String, run: Option<&Run>| {
        let path =
            run.map(|run| run.path(&case).iter().map(|line| format!("{}: {}", line.at, line.said.words())).collect());
        Box::new(Failure { span, why, path: path.unwrap_or_default() })
    };
    if test.self_service && !playbook.audience.self_service {
        return Err(fail(test.name.span, "this playbook cannot be started in self-service".into(), None));
    }
    let mut run = Run::start(RunId::mint(), program.clone(), audience, tier.to_owned(), &facts)
        .map_err(|refused| fail(test.name.span, refused.why, None))?;
    let mut answers = test.answers.iter();
    let mut next = answers.next();
    let outcome = loop {
        match run.view(&case) {
            View::Outcome(outcome) => break outcome,
            View::Prompt(prompt) => {
                let said = match next {
                    Some((name, answer)) if name.value == prompt.at => {
                        next = answers.next();
                        prompt.said(&answer.value)
                    }
                    _ if prompt.choices.len() == 1 && prompt.choices[0].id == "next" => Said::Answer("next".into()),
                    Some((name, _)) => {
                        let why =
                            format!("the run stands at `{}`, and the next answer is for `{}`", prompt.at, name.value);
                        return Err(fail(name.span, why, Some(&run)));
                    }
                    None => {
                        let why = format!("the run stands at `{}`, and there is no answer left", prompt.at);
                        return Err(fail(test.expect.outcome.span, why, Some(&run)));
                    }
                };
                let span = test
                    .answers
                    .iter()
                    .find(|(name, _)| name.value == prompt.at)
                    .map_or(test.name.span, |(_, answer)| answer.span);
                run.take(&Input::Say(said), None, jiff::Timestamp::UNIX_EPOCH, "test").map_err(|refused| {
                    let why = format!("at `{}`: {} (there is {})", prompt.at, refused.why, refused.valid.join(", "));
                    fail(span, why, Some(&run))
                })?;
            }
        }
    };
    coverage.add(&run);
    if let Some((name, _)) = next {
        let why = format!("the run ended at `{}` without asking for `{}`", outcome.at, name.value);
        return Err(fail(name.span, why, Some(&run)));
    }
    compare(desk, playbook, &run, test, &outcome).map_err(|(span, why)| fail(span, why, Some(&run)))
}

fn compare(
    desk: &Desk,
    playbook: &Playbook,
    run: &Run,
    test: &AuthorTest,
    outcome: &Outcome,
) -> Result<(), (Span, String)> {
    let expect = &test.expect;
    let (kind, what) = match (outcome.ending, outcome.reason) {
        (Some(EndKind::Resolved), _) => ("resolved", outcome.at.clone()),
        (Some(EndKind::NotResolved), _) => ("not_resolved", outcome.at.clone()),
        (Some(EndKind::Escalated), _) => ("escalated", outcome.at.clone()),
        (None, reason) => ("stopped", reason.map(|reason| reason.to_string()).unwrap_or_default()),
    };
    if expect.outcome.value != kind || expect.what.value != what {
        let place = if kind == "stopped" { format!(" at `{}`", outcome.at) } else { String::new() };
        return Err((
            expect.what.span,
            format!(
                "expected {} `{}`, and the run {} `{what}`{place}",
                expect.outcome.value,
                expect.what.value,
                words(kind)
            ),
        ));
    }
    let destination = handover::destination(&desk.policy, handover::Origin::practice(playbook), run, outcome);
    let actual = [
        (&expect.at, Some(outcome.at.clone())),
        (&expect.to, destination.as_ref().map(|d| d.to.clone())),
        (&expect.team, destination.as_ref().and_then(|d| d.team.clone())),
        (&expect.priority, destination.as_ref().and_then(|d| d.priority.clone())),
    ];
    for (wanted, got) in actual {
        if let Some(wanted) = wanted
            && Some(&wanted.value) != got.as_ref()
        {
            let got = got.map_or_else(|| "nothing".to_owned(), |got| format!("`{got}`"));
            return Err((wanted.span, format!("expected `{}`, and it is {got}", wanted.value)));
        }
    }
    let known = run.known();
    for (name, value) in &expect.facts {
        let got = known.iter().find(|(known, _)| *known == name.value).map(|(_, value)| value.to_string());
        if got.as_ref() != Some(&value.value) {
            let got = got.map_or_else(|| "not known".to_owned(), |got| format!("`{got}`"));
            return Err((value.span, format!("expected `{}` to be `{}`, and it is {got}", name.value, value.value)));
        }
    }
    Ok(())
}

fn words(kind: &str) -> &str {
    match kind {
        "stopped" => "stopped because of",
        "escalated" => "escalated at",
        "resolved" => "was resolved at",
        _ => "was not resolved, at",
    }
}

impl Coverage {
    /// Adds what a run went through.
    pub fn add(&mut self, run: &Run) {
        let program = &run.program;
        observe(program, run.book(), None, |taken: Taken<'_>| {
            let unit = program.units[taken.unit as usize].id.to_string();
            match taken.way {
                Some((way, node)) => self.ways.insert((unit, node, taken.step, way.name.to_string())),
                None => self.steps.insert((unit, taken.step)),
            };
        });
        for entry in &run.entries {
            let Event::Answered { at, said } = &entry.event else { continue };
            self.answered(run, at, said);
        }
    }

    fn answered(&mut self, run: &Run, at: &super::event::At, said: &Said) {
        let mut unit = 0;
        for (step, _) in &at.calls {
            let flow = &run.program.units[unit].flow;
            let Some(step) = flow.steps.iter().find(|known| known.id.value == *step) else { return };
            let call = flow
                .nodes_of(step)
                .find_map(|(_, node)| if let Node::Call(call) = node { Some(call.number) } else { None });
            let Some(call) = call else { return };
            unit = run.program.units[unit].links[call as usize].unit as usize;
        }
        let id = run.program.units[unit].id.to_string();
        self.choices.insert((id, at.name.clone(), said.words().to_owned()));
    }

    /// The steps, ways and endings in place of a playbook that were reached, by name: `step`, `step.way`,
    /// `step/item.way`.
    pub fn reached(&self, playbook: &Playbook) -> BTreeSet<String> {
        let flow = &playbook.flow;
        let steps = self.steps.iter().filter(|(id, _)| *id == playbook.id);
        let ways = self.ways.iter().filter(|(id, ..)| *id == playbook.id);
        let names = ways.map(|(_, _, step, way)| flow.way_name(*step, way));
        steps.map(|(_, step)| flow.steps[*step as usize].id.value.clone()).chain(names).collect()
    }

    /// What of a playbook was reached.
    pub fn of(&self, playbook: &Playbook) -> Covered {
        let flow = &playbook.flow;
        let id = || playbook.id.clone();
        let mut covered = Covered { all: 0, gaps: Vec::new() };
        let mut count = |reached: bool, name: String, span: Span| {
            covered.all += 1;
            if !reached {
                covered.gaps.push(Gap { name, span });
            }
        };
        for fact in flow.facts.list.iter().filter(|fact| fact.ask.is_some()) {
            for (choice, _) in &fact.choices {
                let reached = self.choices.contains(&(id(), fact.name.value.clone(), choice.value.clone()));
                count(reached, format!("{} = {}", fact.name.value, choice.value), choice.span);
            }
        }
        for (at, step) in flow.steps.iter().enumerate() {
            let at = at as u32;
            count(self.steps.contains(&(id(), at)), step.id.value.clone(), step.id.span);
            // The `stuck` of a step with items counts once, whichever item it was taken at.
            let mut stuck: Option<(bool, Span)> = None;
            for (node, value) in flow.nodes_of(step) {
                let item = if let Node::Prompt(prompt) = value { prompt.item.as_ref() } else { None };
                // After the last item `failed` and `stuck` go the same way.
                let mut ways = value.ways();
                ways.dedup_by_key(|way| &way.name);
                for way in ways {
                    let reached = self.ways.contains(&(id(), node, at, way.name.to_string()));
                    match item {
                        None if way.implicit => {}
                        None => count(reached, format!("{}.{}", step.id.value, way.name), way.written.span),
                        Some(_) if &*way.name == "stuck" => {
                            if !way.implicit {
                                stuck = Some((reached || stuck.is_some_and(|(before, _)| before), way.written.span));
                            }
                        }
                        Some(item) => {
                            let answer = way.name.rsplit('.').next().unwrap_or(&way.name);
                            count(reached, format!("{}/{}.{answer}", step.id.value, item.value), item.span);
                        }
                    }
                }
            }
            if let Some((reached, span)) = stuck {
                count(reached, format!("{}.stuck", step.id.value), span);
            }
            if let Some(visits) = &step.visits {
                let reached = self.ways.contains(&(id(), u32::MAX, at, visits.then.name.to_string()));
                count(reached, format!("{}.visits", step.id.value), visits.then.written.span);
            }
        }
        covered
    }
}
