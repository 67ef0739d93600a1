//! Where a run goes that leaves its tier.

use super::{session::Run, view::Outcome};
use crate::{
    desk::{Destination, Leaving, Policy},
    playbook::{Playbook, flow::EndKind},
};

/// What the routes are told of a run besides its outcome.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    /// The playbook's id.
    pub playbook: &'a str,
    /// Its category.
    pub category: Option<&'a str>,
    /// How urgent a person said that the case is; it stands over what an ending says.
    pub rated: Option<&'a str>,
}

impl<'a> Origin<'a> {
    /// A run that belongs to no case.
    pub fn practice(playbook: &'a Playbook) -> Self {
        let category = playbook.category.as_ref().map(|category| category.value.as_str());
        Self { playbook: &playbook.id, category, rated: None }
    }
}

/// The tier, team and priority that an outcome leads to; `None` if the run was resolved.
pub fn destination(policy: &Policy, origin: Origin<'_>, run: &Run, outcome: &Outcome) -> Option<Destination> {
    let reason = outcome.why()?;
    let priority = origin.rated.or(outcome.priority.as_deref());
    let leaving = Leaving { reason, priority, tier: &run.tier, category: origin.category, playbook: origin.playbook };
    let said = Destination {
        to: outcome.to.clone().unwrap_or_default(),
        team: outcome.team.clone(),
        priority: priority.map(str::to_owned),
    };
    Some(policy.route(&leaving, said))
}

impl Outcome {
    /// Why the case leaves its tier: `escalate`, `not-resolved` or a reason code; `None` if it was resolved.
    pub fn why(&self) -> Option<&'static str> {
        match (self.ending, self.reason) {
            (Some(EndKind::Resolved), _) => None,
            (Some(EndKind::NotResolved), _) => Some("not-resolved"),
            (Some(EndKind::Escalated), _) => Some("escalate"),
            (None, reason) => Some(reason?.entry().name),
        }
    }
}
