//! What goes along with a case: one document, for people and for other systems.

use crate::id::{CaseId, EscalationId, RunId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// [`Envelope`] as a JSON Schema.
pub const SCHEMA: &str = include_str!("envelope.schema.json");

/// Who did something: a name as the desk knows it.
pub type Party = String;

/// Whoever has the problem.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requester {
    /// What they are called; may be empty.
    pub name: String,
    /// How they are reached: a mail address or number, as typed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

/// A place in the desk that a case comes from or goes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Seat {
    /// The tier's id.
    pub tier: String,
    /// The tier's name for people.
    pub name: String,
    /// The team there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// The time zone of its calendar, as IANA calls it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
}

/// Which version of which playbook.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Script {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The program's hash.
    pub version: String,
    /// The run that went through it.
    pub run: RunId,
}

/// Why a case leaves its tier.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Why {
    /// `escalate`, `not-resolved`, `by-hand`, or a dead end's reason code.
    pub reason: String,
    /// The ending or the prompt that it happened at; none for a case handed on without a run.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// In words: the ending's text, or what a person wrote. Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub detail: Option<String>,
}

/// One prompt that was answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// The prompt's name.
    pub at: String,
    /// The step's visit, from 1.
    pub visit: u32,
    /// `say`, `ask` or `do`.
    pub kind: String,
    /// What was shown. Markdown.
    pub shown: String,
    /// The answer's id, or what was typed.
    pub answer: String,
    /// The answer as people read it.
    pub label: String,
    /// By whom.
    pub by: Party,
    /// When.
    pub when: Timestamp,
}

/// An action that was tried, and how it was seen whether it worked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Tried {
    /// The prompt's name.
    pub at: String,
    /// What was to be done. Markdown.
    pub action: String,
    /// How it was verified. Markdown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub verify: Option<String>,
    /// `worked`, `failed`, `stuck` or `done`.
    pub outcome: String,
}

/// Words that somebody left.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Note {
    /// What.
    pub text: String,
    /// By whom.
    pub by: Party,
    /// When.
    pub when: Timestamp,
}

/// A file that belongs to a case.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Attachment {
    /// As it was called.
    pub name: String,
    /// Its media type, as it was declared.
    pub media: String,
    /// Its length.
    pub bytes: u64,
    /// Its SHA-256, under which it lies in the data folder.
    pub hash: String,
    /// By whom.
    pub by: Party,
    /// When.
    pub when: Timestamp,
}

/// How smoothly the run went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Friction {
    /// How often someone went back.
    pub backs: u32,
    /// How often an answer was changed.
    pub changes: u32,
    /// How many prompts were shown a second time or more.
    pub repeats: u32,
}

/// The document. `envelope.schema.json` beside this file says the same for other systems.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Envelope {
    /// This document's version: 1.
    pub version: u32,
    /// The desk's name.
    pub desk: String,
    /// The case's id: the external id in other systems.
    pub case: CaseId,
    /// The number that people say.
    pub number: u64,
    /// The escalation's id.
    pub escalation: EscalationId,
    /// When it left.
    pub when: Timestamp,
    /// Who caused it.
    pub by: Party,
    /// Where from.
    pub from: Seat,
    /// Where to.
    pub to: Seat,
    /// Nobody is above: it stays in the tier, for somebody to see.
    pub stays: bool,
    /// How urgent.
    pub priority: String,
    /// When somebody there should have answered; none if the tier does not say.
    pub respond_by: Option<Timestamp>,
    /// Why.
    pub why: Why,
    /// The playbook, if one was being followed.
    pub playbook: Option<Script>,
    /// Who has the problem.
    pub requester: Requester,
    /// How they reached the desk.
    pub channel: Option<String>,
    /// What they said, in their words.
    pub words: String,
    /// What the caller was told happens now. Markdown.
    pub told: Option<String>,
    /// What is known: numbers and dates as they are typed.
    pub facts: BTreeMap<String, String>,
    /// The path so far of the run that led here.
    pub path: Vec<Answered>,
    /// The actions on that path, and those on branches since left.
    pub tried: Vec<Tried>,
    /// Actions of the playbook that were offered to nobody: titles or first lines.
    pub not_tried: Vec<String>,
    /// Notes, in order.
    pub notes: Vec<Note>,
    /// Files; their bytes are fetched in the console.
    pub attachments: Vec<Attachment>,
    /// Seconds between the case's opening and now, parked time included.
    pub seconds_open: i64,
    /// See [`Friction`].
    pub friction: Friction,
    /// Where the case stands in the console; none if the address is not known.
    pub link: Option<String>,
}
