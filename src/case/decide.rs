//! What people do with a case comes to events, or is refused.

use crate::case::{Event, OutboxEntry, Requester};

/// Who does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// As the desk knows them.
    pub name: String,
    /// The tier they work in.
    pub tier: String,
}

/// What is known of a caller at the beginning.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    /// Who.
    pub requester: Requester,
    /// How they reached the desk.
    pub channel: Option<String>,
    /// What they said.
    pub words: String,
}

/// Where somebody sends a case by hand.
#[derive(Clone, Debug, Default)]
pub struct Move {
    /// The tier.
    pub to: String,
    /// The team there.
    pub team: Option<String>,
    /// Why, or the question.
    pub why: String,
}

/// What a decision comes to.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// What happens, in order.
    pub events: Vec<Event>,
    /// What has to reach other systems because of it.
    pub outbox: Vec<OutboxEntry>,
}
