//! Names of tiers, teams, calendars, connectors and priorities, wherever they are written.

use super::{Context, Findings};
use crate::{
    desk::{names, policy::Policy},
    diagnostic::{Diagnostic, Rule, Spanned, wording},
    playbook::flow::Node,
};

/// Where something goes: an escalation or a route.
pub struct Going<'a> {
    /// The tier.
    pub to: Option<&'a Spanned<String>>,
    /// The team there.
    pub team: Option<&'a Spanned<String>>,
    /// How urgent.
    pub priority: Option<&'a Spanned<String>>,
}

/// Every escalation and route of the desk.
pub fn goings<'a>(context: &Context<'a>) -> Vec<Going<'a>> {
    let mut out = Vec::new();
    for route in &context.desk.policy.routes {
        out.push(Going { to: route.to.as_ref(), team: route.team.as_ref(), priority: route.priority.as_ref() });
    }
    for playbook in context.desk.playbooks.values() {
        for node in &playbook.flow.nodes {
            if let Node::End(end) = node {
                out.push(Going { to: end.to.as_ref(), team: end.team.as_ref(), priority: end.priority.as_ref() });
            }
        }
    }
    out
}

/// Reports a name that is not in a list of `desk.yaml`; of a file that could not be read whole, nothing is known.
pub fn known<'a>(
    context: &Context<'_>,
    rule: &'static Rule,
    what: &str,
    name: &Spanned<String>,
    all: impl IntoIterator<Item = &'a str> + Clone,
    out: &Findings,
) {
    if all.clone().into_iter().all(|known| known != name.value) && !context.desk_unread {
        let help = wording::suggest(&name.value, all)
            .unwrap_or_else(|| format!("`desk.yaml` names no {}", what.trim_end_matches(" called")));
        out.push(
            Diagnostic::new(rule, name.span, format!("there is no {what} `{}`", wording::shorten(&name.value)))
                .help(help),
        );
    }
}

/// The ids of all tiers.
pub fn tiers(policy: &Policy) -> Vec<&str> {
    policy.tiers.iter().map(|tier| tier.id.value.as_str()).collect()
}

/// The teams of one tier, or of all.
pub fn teams<'a>(policy: &'a Policy, tier: Option<&str>) -> Vec<&'a str> {
    let of = policy.tiers.iter().filter(|known| tier.is_none_or(|tier| known.id.value == tier));
    of.flat_map(|tier| names(&tier.teams)).collect()
}
