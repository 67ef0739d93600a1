//! The answer book: all that came from outside, by the prompt it was given at.

use crate::{
    expression::{Slot, Value},
    playbook::Program,
};
use serde::{Deserialize, Serialize};
use std::collections::{HashMap, HashSet};

/// Who goes through a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Audience {
    /// Whoever has the problem.
    SelfService,
    /// Staff.
    Agent,
}

/// A place that takes an answer, inside its frame.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Place {
    /// A prompt of a step, at the step's visit in this frame.
    Node { node: u32, visit: u32 },
    /// A fact's prompt; the desk's facts lie in the first frame.
    Fact(Slot),
}

/// A place in a frame of this book.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Key {
    /// Counts [`AnswerBook`]'s frames; 0 is the playbook's own.
    pub frame: u32,
    /// Where in it.
    pub place: Place,
}

/// What was answered.
#[derive(Clone, Debug, PartialEq)]
pub enum Answer {
    /// Went on from something to read.
    Next,
    /// The choice at this position.
    Choice(u32),
    /// A value, typed or one of a fact's choices.
    Value(Value),
    /// Cannot be done, no answer fits, or "can't tell".
    Stuck,
}

/// An answer with what it takes to judge later whether it still counts.
#[derive(Clone, Debug)]
pub struct Given {
    /// The answer.
    pub answer: Answer,
    /// Counts the givings of this book.
    pub number: u32,
    /// Left behind by a change; counts again only where nothing is news to it.
    pub held: bool,
    /// The facts that the prompt showed, in the order of its reads.
    pub shown: Vec<Option<Value>>,
}

/// Whether an action worked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    Worked,
    Failed,
}

/// How often an action was reported, and where its latest report came about.
#[derive(Clone, Debug, Default)]
pub(super) struct Performed {
    /// The giving's number and what came of it; `None`: could not be done after all.
    pub(super) reports: Vec<(u32, Option<Outcome>)>,
    /// The givings that lay on the path before the latest report.
    path: HashSet<u32>,
}

#[derive(Clone, Debug)]
pub(super) struct Frame {
    /// The frame of the call, the call's node and its visit there; `None` for the first.
    pub(super) parent: Option<(u32, u32, u32)>,
    children: Vec<u32>,
}

/// See the module.
#[derive(Clone, Debug)]
pub struct AnswerBook {
    /// What was known from the start, or came from the case since.
    pub given_at_start: Vec<(Slot, Value)>,
    /// Who goes through it now.
    pub audience: Audience,
    pub(super) frames: Vec<Frame>,
    pub(super) answers: HashMap<Key, Given>,
    pub(super) actions: HashMap<Key, Performed>,
    pub(super) givings: u32,
}

impl AnswerBook {
    /// A book without an answer.
    pub fn new(audience: Audience, given_at_start: Vec<(Slot, Value)>) -> Self {
        let first = Frame { parent: None, children: Vec::new() };
        Self {
            given_at_start,
            audience,
            frames: vec![first],
            answers: HashMap::new(),
            actions: HashMap::new(),
            givings: 0,
        }
    }

    /// The answer at a place.
    pub fn get(&self, key: &Key) -> Option<&Given> {
        self.answers.get(key)
    }

    /// How many places have an answer.
    pub fn len(&self) -> usize {
        self.answers.len()
    }

    /// Whether nothing was answered yet.
    pub fn is_empty(&self) -> bool {
        self.answers.is_empty()
    }

    /// The frame that a call opened, if anything was answered inside.
    pub(super) fn child(&self, frame: u32, node: u32, visit: u32) -> Option<u32> {
        let children = &self.frames[frame as usize].children;
        children.iter().copied().find(|child| self.frames[*child as usize].parent == Some((frame, node, visit)))
    }

    /// The same, opened if need be.
    pub(super) fn open(&mut self, frame: u32, node: u32, visit: u32) -> u32 {
        self.child(frame, node, visit).unwrap_or_else(|| {
            let child = self.frames.len() as u32;
            self.frames.push(Frame { parent: Some((frame, node, visit)), children: Vec::new() });
            self.frames[frame as usize].children.push(child);
            child
        })
    }

    /// Puts an answer in its place, over an earlier one. `path` are the givings before it; `action` says whether
    /// it reports an action.
    pub(super) fn give(&mut self, key: Key, answer: Answer, shown: Vec<Option<Value>>, action: bool, path: Vec<u32>) {
        self.givings += 1;
        if action {
            let outcome = match answer {
                Answer::Choice(0) => Some(Outcome::Worked),
                Answer::Choice(_) => Some(Outcome::Failed),
                _ => None,
            };
            let performed = self.actions.entry(key).or_default();
            performed.reports.push((self.givings, outcome));
            performed.path = path.into_iter().collect();
        }
        self.answers.insert(key, Given { answer, number: self.givings, held: false, shown });
    }

    /// Takes an answer away, as someone who takes over does with the one that stopped the run.
    pub(super) fn withdraw(&mut self, key: &Key) {
        self.answers.remove(key);
    }

    /// Marks every step's answer but those at `keep` as held.
    pub(super) fn hold_all_but(&mut self, keep: &HashSet<Key>) {
        for (key, given) in &mut self.answers {
            given.held |= matches!(key.place, Place::Node { .. }) && !keep.contains(key);
        }
    }

    /// What has counted on the present path is no longer held.
    pub(super) fn settle(&mut self, path: impl Iterator<Item = Key>) {
        for key in path {
            if let Some(given) = self.answers.get_mut(&key) {
                given.held = false;
            }
        }
    }

    /// Whether any answer is held.
    pub(super) fn holds(&self) -> bool {
        self.answers.values().any(|given| given.held)
    }

    /// Whether no action is news to a held answer at `key`. `before` says whether a place lies on the path before it.
    pub(super) fn no_news(&self, key: &Key, given: &Given, before: impl Fn(&Key) -> bool) -> bool {
        self.actions.iter().all(|(action, performed)| {
            let latest = performed.reports.last().map_or(0, |(number, _)| *number);
            if latest <= given.number || action == key {
                return true;
            }
            let then = performed
                .reports
                .iter()
                .rev()
                .find(|(number, _)| *number < given.number)
                .and_then(|(_, outcome)| *outcome);
            let now = performed.reports.last().and_then(|(_, outcome)| *outcome);
            then == now || (!before(action) && performed.path.contains(&given.number))
        })
    }
}

/// The value of a fact of the entry playbook or the desk, read by its type.
pub(super) fn read_fact(program: &Program, name: &str, typed: &str) -> Option<(Slot, Option<Value>)> {
    let scope = program.scope(0);
    let slot = scope.find(name)?;
    Some((slot, scope.fact(slot).kind.read(typed)))
}
