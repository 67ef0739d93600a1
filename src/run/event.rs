//! What people say to a run, and what it records of it.

use super::book::Audience;
use crate::reason::Reason;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A place that took an answer, by names, so that it can be read for ever and over other programs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct At {
    /// The calls that lead to its frame, each with its visit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub calls: Vec<(String, u32)>,
    /// `step`, `step/item` or the name of a fact.
    pub name: String,
    /// The step's visit in its frame; 1 for facts.
    pub visit: u32,
}

/// An answer in the words of whoever gave it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Said {
    /// The id of an answer or choice, `next`, or `stuck`.
    Answer(String),
    /// Something typed.
    Value(String),
}

impl Said {
    /// The words.
    pub fn words(&self) -> &str {
        match self {
            Said::Answer(words) | Said::Value(words) => words,
        }
    }
}

/// What happened. A kind that was released is read for ever.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// The prompt that the run stood at was answered.
    Answered { at: At, said: Said },
    /// The run stands at an earlier prompt.
    WentBack { to: At },
    /// An answer further up was replaced.
    Changed { at: At, said: Said },
    /// A fact of the entry playbook or the desk came from the case.
    Imported { name: String, value: String },
    /// Someone else goes on.
    TakenOver { audience: Audience, tier: String },
    /// A person's word ended it for those who hold it.
    HandedOver { because: Reason },
    /// The caller is upset; the run goes on.
    GotUpset,
    /// Words for whoever reads the run.
    Noted { text: String },
}

/// An event with its time and author, which people read and the walk does not.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When.
    pub when: Timestamp,
    /// Who.
    pub by: String,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}

/// Something beside the script.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Signal {
    /// Asks for a person, or the next tier.
    HandOver,
    /// The caller is upset.
    Upset,
    /// A security incident.
    Security,
}

/// What can be said to a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Input {
    /// Answers the prompt it stands at.
    Say(Said),
    /// Goes back by this many prompts.
    Back(usize),
    /// Replaces an answer, the latest visit's unless it names one.
    Change { at: String, visit: Option<u32>, said: Said },
    /// See [`Signal`].
    Signal(Signal),
    /// See [`Event::Noted`].
    Note(String),
    /// See [`Event::Imported`]; the value as it is typed.
    Import { name: String, value: String },
    /// See [`Event::TakenOver`].
    TakeOver { audience: Audience, tier: String },
}

/// Why something was not taken; the run is as it was.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refused {
    /// In a sentence without a full stop.
    pub why: String,
    /// What would be taken.
    pub valid: Vec<String>,
}

impl Refused {
    /// See [`Refused`].
    pub fn new(why: impl Into<String>, valid: Vec<String>) -> Self {
        Self { why: why.into(), valid }
    }
}
