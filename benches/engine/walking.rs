//! Walks over answered steps, of growing length: what a run costs each time that somebody answers.

use divan::{Bencher, counter::ItemsCount};
use firstline::{
    desk::Desk,
    id::RunId,
    playbook::Program,
    run::{AnswerBook, Audience, CaseInfo, Input, Position, Run, Said, View, walk},
};
use jiff::Timestamp;
use std::{fmt::Write, sync::Arc};

const LENGTHS: [usize; 6] = [5, 10, 20, 40, 80, 160];

#[derive(Clone, Copy)]
enum Steps {
    /// Questions with two answers.
    Asks,
    /// Every second step an action, whose results count for whether later answers hold.
    Actions,
}

/// Steps in a row behind a fact that leads there or elsewhere.
fn playbook(steps: Steps, length: usize) -> String {
    let mut text = "\
title: A row
symptoms: [a row]
start: where-to
facts:
  way: {ask: Which way?, choices: [forth, elsewhere]}
steps:
  where-to: {branch: [{if: way == \"forth\", goto: s1}], else: other, unknown: other}
  other: {say: Something else., then: end}
  end: {resolve: Done.}
"
    .to_owned();
    for number in 1..=length {
        let next = if number == length { "end".to_owned() } else { format!("s{}", number + 1) };
        let step = match steps {
            Steps::Actions if number % 2 == 0 => {
                format!("{{do: Act., verify: Does it work?, worked: {next}, failed: {next}}}")
            }
            _ => format!("{{ask: Is it so?, answers: {{yes: {next}, no: {next}}}}}"),
        };
        writeln!(text, "  s{number}: {step}").expect("a text can be written to");
    }
    text
}

/// A run that was answered from the first step to the ending.
fn answered(steps: Steps, length: usize) -> Run {
    let desk = Desk::build(vec![("playbooks/row.yaml".to_owned(), playbook(steps, length).into_bytes())]);
    let program = Arc::new(desk.program("row").expect("the row can be run"));
    let facts = [("way".to_owned(), "forth".to_owned())];
    let run = Run::start(RunId::mint(), program, Audience::Agent, "tier-1".to_owned(), &facts);
    let mut run = run.expect("the fact is declared");
    while let View::Prompt(prompt) = run.view(&CaseInfo::default()) {
        say(&mut run, &Input::Say(Said::Answer(prompt.choices[0].id.clone())));
    }
    assert_eq!(run.walk().trail.len(), length);
    run
}

fn say(run: &mut Run, input: &Input) {
    let taken = run.take(input, None, Timestamp::UNIX_EPOCH, "bench");
    assert_eq!(taken, Ok(true), "{input:?} is taken");
}

fn ends(program: &Program, book: &AnswerBook, length: usize) {
    let walk = walk(program, book, None);
    assert!(matches!(walk.position, Position::Ended { .. }) && walk.trail.len() == length, "all answers count");
}

/// No answer is held.
fn fresh(bencher: Bencher<'_, '_>, steps: Steps, length: usize) {
    let run = answered(steps, length);
    ends(&run.program, run.book(), length);
    bencher.counter(ItemsCount::new(length)).bench(|| walk(&run.program, run.book(), None));
}

/// Every answer was left behind by a change; then the change is taken back, and each is looked at again.
fn held(bencher: Bencher<'_, '_>, steps: Steps, length: usize) {
    let mut run = answered(steps, length);
    let given = run.book().given_at_start.clone();
    let elsewhere = Said::Answer("elsewhere".to_owned());
    say(&mut run, &Input::Change { at: "way".to_owned(), visit: None, said: elsewhere });
    let mut book = run.book().clone();
    book.given_at_start = given;
    ends(&run.program, &book, length);
    bencher.counter(ItemsCount::new(length)).bench(|| walk(&run.program, &book, None));
}

#[divan::bench(args = LENGTHS)]
fn asks(bencher: Bencher<'_, '_>, length: usize) {
    fresh(bencher, Steps::Asks, length);
}

#[divan::bench(args = LENGTHS)]
fn asks_all_held(bencher: Bencher<'_, '_>, length: usize) {
    held(bencher, Steps::Asks, length);
}

#[divan::bench(args = LENGTHS)]
fn half_actions(bencher: Bencher<'_, '_>, length: usize) {
    fresh(bencher, Steps::Actions, length);
}

#[divan::bench(args = LENGTHS)]
fn half_actions_all_held(bencher: Bencher<'_, '_>, length: usize) {
    held(bencher, Steps::Actions, length);
}

/// The last of so many answers: decided, recorded, walked, and shown with its position token.
#[divan::bench(args = LENGTHS)]
fn take_the_last_answer(bencher: Bencher<'_, '_>, length: usize) {
    let mut run = answered(Steps::Actions, length);
    let last = Input::Say(run.path(&CaseInfo::default())[length - 1].said.clone());
    say(&mut run, &Input::Back(1));
    bencher.with_inputs(|| run.clone()).bench_values(|mut run| {
        say(&mut run, &last);
        (run.view(&CaseInfo::default()), run.position())
    });
}
