//! A case going from one tier to the next, and what has to reach other systems because of it.

use super::{Ticket, envelope::Envelope};
use crate::id::{CaseId, EscalationId, OutboxId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// See the module.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Escalation {
    /// Its id.
    pub id: EscalationId,
    /// Everything that goes along.
    pub envelope: Envelope,
    /// The outbox entries that were written with it, one for each connector of the tier.
    pub outbox: Vec<(OutboxId, String)>,
}

/// What has to reach one other system; written in the transaction of what caused it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct OutboxEntry {
    /// Its id, which is also the idempotency key.
    pub id: OutboxId,
    /// The case.
    pub case: CaseId,
    /// The escalation; none for a test of a connector.
    pub escalation: Option<EscalationId>,
    /// The connector's id in `desk.yaml`.
    pub connector: String,
    /// What is sent, rendered once, so that a repetition is the same to the letter.
    pub ticket: Ticket,
    /// When it was caused.
    pub created: Timestamp,
}
