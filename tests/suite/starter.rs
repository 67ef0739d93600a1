//! The starter desk passes its own check, and its tests reach every step and answer.

use crate::support::today;
use firstline::{app, check::check, diagnostic, run::author::run_tests};
use std::collections::HashSet;

#[test]
fn the_starter_desk_is_clean() {
    let desk = app::starter();
    let findings = check(&desk, today());
    assert!(findings.is_empty(), "{}", diagnostic::human(&findings, &desk.sources));
    assert!(desk.playbooks.len() >= 5);
}

#[test]
fn its_tests_pass_and_reach_everything() {
    let desk = app::starter();
    let (reports, coverage) = run_tests(&desk, &HashSet::new(), |_| true);
    let failed: Vec<_> = reports.iter().filter(|report| report.failure.is_some()).collect();
    assert!(failed.is_empty() && reports.len() > 100, "{failed:#?}");
    for playbook in desk.playbooks.values() {
        let covered = coverage.of(playbook);
        assert!(covered.gaps.is_empty() && covered.all > 20, "{}: {:#?}", playbook.id, covered.gaps);
    }
}
