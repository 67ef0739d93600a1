//! What a change of a desk does: to the people who go through it, to the check, to the authors' tests.

use super::{App, Error};
use crate::{
    check::check,
    compare::{Comparison, compare},
    desk::Desk,
    diagnostic::{Diagnostic, Severity},
    run::{
        author::{Coverage, Report, run_tests_of},
        replay::Summary,
    },
};
use jiff::civil::Date;
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet, HashSet};

/// See the module.
#[derive(Clone, Debug, Serialize)]
pub struct Difference {
    /// What changed.
    #[serde(flatten)]
    pub changed: Comparison,
    /// Errors of the check that were not there before.
    pub errors: Vec<Place>,
    /// What became of the tests.
    pub tests: Tests,
    /// What becomes of recorded runs of playbooks whose flow changed; see [`App::replay_changes`].
    pub runs: Vec<Runs>,
}

/// Recorded runs of a playbook over its new version.
#[derive(Clone, Debug, Serialize)]
pub struct Runs {
    /// Its id.
    pub playbook: String,
    /// Which of them come to another end.
    #[serde(flatten)]
    pub summary: Summary,
}

/// Something to look at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Place {
    /// The file and the line.
    pub place: String,
    /// What is wrong.
    pub why: String,
}

/// A test by its playbook and name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Test {
    /// The playbook under test.
    pub playbook: String,
    /// What it shows.
    pub name: String,
}

/// A test that fails.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failing {
    /// Which.
    #[serde(flatten)]
    pub test: Test,
    /// What went otherwise than it says.
    #[serde(flatten)]
    pub place: Place,
}

/// How many of all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Share {
    /// Those that pass, or are reached.
    pub good: usize,
    /// All.
    pub all: usize,
}

/// What a change does to the authors' tests.
#[derive(Clone, Debug, Serialize)]
pub struct Tests {
    /// How many of the old ones pass over the old playbooks.
    pub before: Share,
    /// How many of the new ones pass over the new playbooks.
    pub now: Share,
    /// Those that fail now and did not before.
    pub failing: Vec<Failing>,
    /// Those that were changed along, since as they were they fail.
    pub rewritten: Vec<Test>,
    /// Those that were removed and would fail.
    pub dropped: Vec<Test>,
    /// Other new or changed ones that the old playbooks fail: they show the change.
    pub telling: Vec<Test>,
    /// Steps and answers that the old tests reach.
    pub reached_before: Share,
    /// Steps and answers that the new tests reach.
    pub reached: Share,
    /// What no test reaches any more, or that is new and that no test reaches: `playbook: step.answer`.
    pub gaps: Vec<String>,
}

impl Difference {
    /// Whether something is broken that was not.
    pub fn breaks(&self) -> bool {
        !self.errors.is_empty() || !self.tests.failing.is_empty()
    }
}

/// Compares two versions of a desk; only these playbooks, if some are named.
pub fn difference(old: &Desk, new: &Desk, playbooks: &[String], today: Date) -> Difference {
    let mut changed = compare(old, new);
    changed.only(playbooks);
    let is_meant = |path: &str| playbooks.is_empty() || playbooks.iter().any(|id| is_of(path, id));
    let (errors, tests) = (errors(old, new, &is_meant, today), tests(old, new, &is_meant));
    Difference { changed, errors, tests, runs: Vec::new() }
}

impl App {
    /// Walks the recorded runs of the playbooks whose flow changed over the new version.
    pub async fn replay_changes(&self, found: &mut Difference, new: &Desk) -> Result<(), Error> {
        for changed in found.changed.playbooks.iter().filter(|changed| changed.is_flow()) {
            if new.program(&changed.id).is_some() {
                let summary = self.replay(&changed.id, new).await?;
                found.runs.push(Runs { playbook: changed.id.clone(), summary });
            }
        }
        found.runs.retain(|runs| runs.summary.runs > 0);
        Ok(())
    }
}

/// Whether a file is a playbook's or holds its tests.
fn is_of(path: &str, playbook: &str) -> bool {
    let name = path.rsplit('/').next().and_then(|name| name.strip_suffix(".yaml"));
    name.is_some_and(|name| name.strip_suffix(".test").unwrap_or(name) == playbook)
}

fn errors(old: &Desk, new: &Desk, is_meant: &dyn Fn(&str) -> bool, today: Date) -> Vec<Place> {
    let failing = |desk: &Desk| -> Vec<Diagnostic> {
        check(desk, today).into_iter().filter(|found| found.rule.severity == Severity::Error).collect()
    };
    let path = |desk: &Desk, found: &Diagnostic| desk.sources.file(found.primary.span).path.clone();
    let mut known: Vec<(String, &str, String)> =
        failing(old).into_iter().map(|found| (path(old, &found), found.rule.code, found.message)).collect();
    let mut out = Vec::new();
    for found in failing(new).into_iter().filter(|found| is_meant(&path(new, found))) {
        let key = (path(new, &found), found.rule.code, found.message.clone());
        match known.iter().position(|known| *known == key) {
            Some(at) => drop(known.swap_remove(at)),
            None => out.push(Place { place: new.sources.place(found.primary.span), why: found.message }),
        }
    }
    out
}

fn tests(old: &Desk, new: &Desk, is_meant: &dyn Fn(&str) -> bool) -> Tests {
    let none = HashSet::new();
    let run = |authors, desk| run_tests_of(authors, desk, &none, is_meant);
    let ((before, reached_before), (now, reached)) = (run(old, old), run(new, new));
    let (old_over_new, new_over_old) = (run(old, new).0, run(new, old).0);
    let passing = |reports: &[Report]| -> BTreeSet<Test> {
        reports.iter().filter(|report| report.failure.is_none()).map(test).collect()
    };
    let score = |reports: &[Report]| {
        let good = reports.iter().filter(|report| report.failure.is_none()).count();
        Share { good, all: reports.len() }
    };
    let (passed_before, passes) = (passing(&before), passing(&now));
    let names = |reports: &[Report]| reports.iter().map(test).collect::<BTreeSet<_>>();
    let (named_before, named) = (names(&before), names(&now));
    let broken: Vec<Test> = old_over_new
        .iter()
        .filter(|report| report.failure.is_some())
        .map(test)
        .filter(|test| passed_before.contains(test))
        .collect();
    let failing = now.iter().filter_map(|report| {
        let (test, failure) = (test(report), report.failure.as_ref()?);
        let is_news = passed_before.contains(&test) || !named_before.contains(&test);
        let place = Place { place: new.sources.place(failure.span), why: failure.why.clone() };
        is_news.then_some(Failing { test, place })
    });
    // Of a playbook that is new all tests would fail before; that says nothing.
    let is_telling = |test: &Test| {
        let is_known = old.playbooks.contains_key(&test.playbook);
        is_known && passes.contains(test) && !broken.contains(test)
    };
    let telling = new_over_old.iter().filter(|report| report.failure.is_some()).map(test).filter(is_telling).collect();
    let (gaps_before, gaps) = (gaps(old, &reached_before, is_meant), gaps(new, &reached, is_meant));
    let count = |(all, gaps): &(usize, Vec<String>)| Share { good: all - gaps.len(), all: *all };
    Tests {
        before: score(&before),
        now: score(&now),
        failing: failing.collect(),
        rewritten: broken.iter().filter(|test| passes.contains(test)).cloned().collect(),
        dropped: broken.iter().filter(|test| !named.contains(test)).cloned().collect(),
        telling,
        reached_before: count(&gaps_before),
        reached: count(&gaps),
        gaps: gaps.1.into_iter().filter(|gap| !gaps_before.1.contains(gap)).collect(),
    }
}

fn test(report: &Report) -> Test {
    Test { playbook: report.playbook.clone(), name: report.name.clone() }
}

/// How many steps and answers there are, and which of them no test reaches.
fn gaps(desk: &Desk, coverage: &Coverage, is_meant: &dyn Fn(&str) -> bool) -> (usize, Vec<String>) {
    let playbooks = desk.playbooks.values().filter(|playbook| is_meant(&desk.source(playbook).path));
    let covered: BTreeMap<_, _> = playbooks.map(|playbook| (&playbook.id, coverage.of(playbook))).collect();
    let all = covered.values().map(|covered| covered.all).sum();
    let name = |(id, covered): (_, crate::run::author::Covered)| {
        covered.gaps.into_iter().map(move |gap| format!("{id}: {}", gap.name)).collect::<Vec<_>>()
    };
    (all, covered.into_iter().flat_map(name).collect())
}
