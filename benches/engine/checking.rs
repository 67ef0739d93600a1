//! Building and checking large desks, and small ones that break a rule.

use crate::{
    generator::{self, Flaw, Random, Shape},
    library::{self, Files},
};
use divan::{Bencher, counter::ItemsCount};
use firstline::{
    check::{self, check},
    desk::Desk,
};
use jiff::civil::{Date, date};
use std::fmt;

const TODAY: Date = date(2026, 11, 21);

#[derive(Clone, Copy)]
enum Library {
    Written,
    Random,
}

impl Library {
    fn files(self) -> Files {
        match self {
            Library::Written => library::written(),
            Library::Random => library::random(),
        }
    }
}

impl fmt::Display for Library {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Library::Written => "written",
            Library::Random => "random",
        })
    }
}

/// From the bytes of 10,000 playbooks of ten steps to the list of findings.
#[divan::bench(args = [Library::Written, Library::Random], sample_count = 10, sample_size = 1)]
fn ten_thousand(bencher: Bencher<'_, '_>, library: Library) {
    let files = library.files();
    bencher.counter(ItemsCount::new(library::PLAYBOOKS)).with_inputs(|| files.clone()).bench_values(|files| {
        let desk = Desk::build(files);
        let findings = check(&desk, TODAY);
        (desk, findings)
    });
}

/// The rules alone, over a desk that is built already.
#[divan::bench(args = [Library::Written, Library::Random], sample_count = 10, sample_size = 1)]
fn rules_alone(bencher: Bencher<'_, '_>, library: Library) {
    let desk = Desk::build(library.files());
    bencher.counter(ItemsCount::new(library::PLAYBOOKS)).bench(|| check(&desk, TODAY));
}

/// Twenty desks of five playbooks, half of which break one rule: no rule may be slow where it has something to say.
#[divan::bench(args = Flaw::ALL.map(Flaw::rule), sample_count = 20)]
fn flawed(bencher: Bencher<'_, '_>, rule: &str) {
    assert!(check::rules().any(|known| known.name == rule), "`{rule}` is a rule");
    let flaw = Flaw::ALL.into_iter().find(|flaw| flaw.rule() == rule);
    let shape = Shape { playbooks: 5, steps: 10, flaw, wild: false };
    let desks: Vec<Files> =
        (0..20).map(|seed| library::bytes(generator::desk(&mut Random::new(seed), &shape))).collect();
    bencher.counter(ItemsCount::new(desks.len())).with_inputs(|| desks.clone()).bench_values(|desks| {
        let findings = desks.into_iter().map(|files| check(&Desk::build(files), TODAY).len());
        findings.sum::<usize>()
    });
}
