//! Where a run goes that leaves its tier.

use super::{session::Run, view::Outcome};
use crate::{
    desk::{Desk, Destination, Leaving},
    playbook::{Playbook, flow::EndKind},
};

/// The tier, team and priority that an outcome leads to; `None` if the run was resolved.
pub fn destination(desk: &Desk, playbook: &Playbook, run: &Run, outcome: &Outcome) -> Option<Destination> {
    let reason = match (outcome.ending, outcome.reason) {
        (Some(EndKind::Resolved), _) => return None,
        (Some(EndKind::NotResolved), _) => "not-resolved",
        (Some(EndKind::Escalated), _) => "escalate",
        (None, reason) => reason?.entry().name,
    };
    let leaving = Leaving {
        reason,
        priority: outcome.priority.as_deref(),
        tier: &run.tier,
        category: playbook.category.as_ref().map(|category| category.value.as_str()),
        playbook: &playbook.id,
    };
    let said = Destination {
        to: outcome.to.clone().unwrap_or_default(),
        team: outcome.team.clone(),
        priority: outcome.priority.clone(),
    };
    Some(desk.policy.route(&leaving, said))
}
