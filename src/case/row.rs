//! A case as lists show it.

use crate::id::CaseId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Follows from the stream; kept beside it so that a list need not read streams.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Row {
    /// The case.
    pub case: CaseId,
    /// The entry that it shows the case after.
    pub seq: u64,
    /// The number that people say.
    pub number: u64,
    /// In a few words: the playbook's title, else the caller's.
    pub title: String,
    /// Who has the problem.
    pub requester: String,
    /// The folded contact, else the folded name: finds earlier cases.
    pub requester_key: String,
    /// Where it is.
    pub tier: String,
    /// The team there.
    pub team: Option<String>,
    /// Who works on it.
    pub holder: Option<String>,
    /// How urgent.
    pub priority: String,
    /// `open`, `parked` or `resolved`.
    pub state: String,
    /// Why it is in this tier: the last escalation's reason.
    pub reason: Option<String>,
    /// When somebody should have answered, or calls back.
    pub respond_by: Option<Timestamp>,
    /// When it began.
    pub opened: Timestamp,
    /// The last entry's time.
    pub updated: Timestamp,
}
