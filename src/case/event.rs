//! What happens to a case: one stream, which everything else follows from.

use super::{
    Escalation, Verdict,
    envelope::{Party, Requester},
};
use crate::{
    id::{OutboxId, RunId},
    run::{self, Audience},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What happened. A kind that was released is read for ever.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "event")]
pub enum Event {
    /// Someone has a problem. `words` are the caller's own; the case begins in `tier`.
    Opened { number: u64, requester: Requester, channel: Option<String>, words: String, tier: String },
    /// Who it is, how they reach the desk, or what they said, was put right.
    Described { requester: Requester, channel: Option<String>, words: String },
    /// How urgent it is.
    Rated { impact: Option<String>, urgency: Option<String>, priority: String },
    /// A fact was put in, or taken out, by hand.
    FactSet { name: String, value: Option<String> },
    /// What a run learned, as it ended or was handed over: every fact known on its live path, under the names that
    /// the run's surfaces show.
    FactsLearned { run: RunId, facts: BTreeMap<String, String> },
    /// Words for whoever works on it.
    Noted { text: String },
    /// A file was added; its bytes lie in the data folder under their SHA-256.
    Attached { name: String, media: String, bytes: u64, hash: String },
    /// A playbook was started, with these facts of the case.
    RunStarted {
        run: RunId,
        playbook: String,
        title: String,
        program: String,
        audience: Audience,
        tier: String,
        facts: Vec<(String, String)>,
    },
    /// Something was said to a run.
    Went { run: RunId, what: run::Event },
    /// A run goes on by another version of its playbook, from where it stood.
    Rebased { run: RunId, program: String },
    /// It went to another tier.
    Escalated { escalation: Box<Escalation> },
    /// Someone works on it from now on.
    Claimed { tier: String },
    /// Nobody works on it any more; it waits in its tier.
    Released,
    /// It went back to the tier that it came from, with a question.
    HandedBack { to: String, team: Option<String>, question: String, respond_by: Option<Timestamp> },
    /// It waits until this moment; the caller is called back then.
    Parked { until: Timestamp, why: String },
    /// It goes on.
    Resumed,
    /// Solved; `confirmed` by the caller, or only assumed.
    Resolved { text: String, confirmed: bool },
    /// Not solved after all.
    Reopened { why: String },
    /// Whoever solved it said what was the matter with the script; see [`super::Opinion`].
    Judged { run: RunId, playbook: String, program: String, step: Option<String>, verdict: Verdict, solved: String },
    /// A connector's other side has it.
    Delivered { outbox: OutboxId, connector: String, ticket: Option<String>, link: Option<String> },
    /// A connector's other side refused it for good.
    NotDelivered { outbox: OutboxId, connector: String, said: String },
    /// A refused delivery is tried again, because a person said so.
    Retried { outbox: OutboxId, connector: String },
}

/// An event with its place in the stream, its time and its author.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Entry {
    /// Counts the case's entries from 1.
    pub seq: u64,
    /// When.
    pub when: Timestamp,
    /// Who; the surfaces' own doings are by `firstline`.
    pub by: Party,
    /// What.
    #[serde(flatten)]
    pub event: Event,
}
