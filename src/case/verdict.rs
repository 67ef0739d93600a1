//! What a resolver says of the script that a case came up with.

use super::{Entry, Event, envelope::Party};
use crate::id::RunId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What was the matter with a script. A kind that was released is read for ever.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// A step that would have solved it is not there.
    MissingStep,
    /// A step says something that is not so, or leads astray.
    WrongStep,
    /// A step is right, and was not understood.
    UnclearStep,
    /// No script could have solved it.
    NotForAScript,
    /// The script did what it should.
    ScriptWasFine,
}

impl Verdict {
    /// All of them, as they are offered.
    pub const ALL: [Verdict; 5] =
        [Self::MissingStep, Self::WrongStep, Self::UnclearStep, Self::NotForAScript, Self::ScriptWasFine];

    /// As it stands in forms, JSON and lists.
    pub fn name(self) -> &'static str {
        match self {
            Self::MissingStep => "missing-step",
            Self::WrongStep => "wrong-step",
            Self::UnclearStep => "unclear-step",
            Self::NotForAScript => "not-for-a-script",
            Self::ScriptWasFine => "script-was-fine",
        }
    }

    /// The one of this name.
    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|verdict| verdict.name() == name)
    }

    /// Whether it is about a step, and so something for authors to do.
    pub fn names_a_step(self) -> bool {
        matches!(self, Self::MissingStep | Self::WrongStep | Self::UnclearStep)
    }
}

/// A verdict as somebody gives it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opinion {
    /// Which.
    pub verdict: Verdict,
    /// The step that it is about, as prompts are named; for a missing one, the step where it is missed.
    pub step: Option<String>,
    /// What solved it; empty: what the case was closed with.
    pub solved: String,
}

/// A verdict that was given: the latest of each person.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Judgement {
    /// The run that it is about.
    pub run: RunId,
    /// The run's playbook.
    pub playbook: String,
    /// The hash of the program that it went through.
    pub program: String,
    /// See [`Opinion::step`].
    pub step: Option<String>,
    /// Which.
    pub verdict: Verdict,
    /// What solved it.
    pub solved: String,
    /// By whom.
    pub by: Party,
    /// When.
    pub when: Timestamp,
}

impl Judgement {
    /// What an entry says, if it is one.
    pub fn of(entry: &Entry) -> Option<Self> {
        let Event::Judged { run, playbook, program, step, verdict, solved } = entry.event.clone() else { return None };
        Some(Self { run, playbook, program, step, verdict, solved, by: entry.by.clone(), when: entry.when })
    }
}

/// A place that a verdict can name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Choice {
    /// The prompt's or the ending's name.
    pub step: String,
    /// What stood there, in a line of plain text.
    pub text: String,
    /// Whether the run stopped or ended there.
    pub last: bool,
}
