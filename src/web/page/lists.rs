//! Pages that are lists: the queue, cases that were looked for, what is on its way to other systems.

use super::{RowView, TierView, tier_name};
use crate::{
    desk::Desk,
    language::Language,
    store::{Outgoing, Standing},
};
use jiff::Timestamp;
use serde::Serialize;

/// What waits in a tier.
#[derive(Clone, Debug, Serialize)]
pub struct Queue {
    /// All tiers, with how many cases wait in each.
    pub tabs: Vec<Tab>,
    /// The one that is shown.
    pub tier: TierView,
    /// Only this team's.
    pub team: Option<String>,
    /// Nobody works on them; by respond-by.
    pub waiting: Vec<RowView>,
    /// Somebody does.
    pub held: Vec<RowView>,
    /// Parked; by when the caller is called back.
    pub parked: Vec<RowView>,
}

/// A tier among the queue's tabs.
#[derive(Clone, Debug, Serialize)]
pub struct Tab {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// How many wait there.
    pub waiting: usize,
    /// How many of them are late.
    pub late: usize,
}

impl Queue {
    /// One tier's queue out of all open cases.
    pub fn new(rows: Vec<RowView>, tiers: Vec<TierView>, tier: TierView, team: Option<String>) -> Self {
        let waits = |row: &RowView| row.row.state == "open" && row.row.holder.is_none();
        let tab = |tier: &TierView| {
            let here = || rows.iter().filter(|row| row.row.tier == tier.id && waits(row));
            let late = here().filter(|row| row.late).count();
            Tab { id: tier.id.clone(), name: tier.name.clone(), waiting: here().count(), late }
        };
        let tabs = tiers.iter().map(tab).collect();
        let here = |row: &RowView| row.row.tier == tier.id && (team.is_none() || row.row.team == team);
        let (mut waiting, mut held, mut parked) = (Vec::new(), Vec::new(), Vec::new());
        for row in rows.into_iter().filter(here) {
            match row.row.state.as_str() {
                "parked" => parked.push(row),
                "open" if row.row.holder.is_none() => waiting.push(row),
                "open" => held.push(row),
                _ => {}
            }
        }
        let order = |row: &RowView| (row.row.respond_by.is_none(), row.row.respond_by, row.row.opened);
        [&mut waiting, &mut held, &mut parked].into_iter().for_each(|rows| rows.sort_by_key(order));
        Self { tabs, tier, team, waiting, held, parked }
    }
}

/// Cases that somebody looked for.
#[derive(Clone, Debug, Serialize)]
pub struct Cases {
    /// What was typed.
    pub find: String,
    /// What was found.
    pub rows: Vec<RowView>,
}

/// What has to reach other systems.
#[derive(Clone, Debug, Serialize)]
pub struct Outbox {
    /// Refused for good: somebody has to look.
    pub refused: Vec<OutgoingView>,
    /// On their way.
    pub waiting: Vec<OutgoingView>,
}

/// One entry of the outbox.
#[derive(Clone, Debug, Serialize)]
pub struct OutgoingView {
    /// Its id.
    pub id: String,
    /// The case's number; none for a test of a connector.
    pub number: Option<u64>,
    /// The ticket's subject.
    pub subject: String,
    /// Through which connector.
    pub connector: String,
    /// Where the case went.
    pub to: String,
    /// What the other side said last.
    pub said: Option<String>,
    /// How often it was tried.
    pub attempts: u32,
    /// When it was caused.
    pub created: Timestamp,
    /// When it is tried next, or was refused.
    pub at: Timestamp,
}

impl Outbox {
    /// What is not delivered.
    pub fn new(all: Vec<Outgoing>, desk: &Desk, language: Language) -> Self {
        let (mut refused, mut waiting) = (Vec::new(), Vec::new());
        for outgoing in all {
            let (to, at, attempts, said) = match outgoing.standing {
                Standing::Due { at, attempts, said } => (&mut waiting, at, attempts, said),
                Standing::Refused { at, attempts, said } => (&mut refused, at, attempts, Some(said)),
                Standing::Delivered { .. } => continue,
            };
            to.push(OutgoingView {
                id: outgoing.entry.id.to_string(),
                number: outgoing.entry.escalation.map(|_| outgoing.number),
                subject: outgoing.entry.ticket.subject,
                connector: outgoing.entry.connector,
                to: tier_name(desk, &outgoing.entry.ticket.envelope.to.tier, language),
                said,
                attempts,
                created: outgoing.entry.created,
                at,
            });
        }
        Self { refused, waiting }
    }
}
