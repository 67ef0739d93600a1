//! A tier that the desk does not have.

use super::{Context, Findings, references};
use crate::{diagnostic::Rule, rule};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL601", "unknown_tier", Error);

/// For the desk: escalations, routes, `upset`, priorities and playbooks.
pub fn check(context: &Context<'_>, out: &Findings) {
    let policy = &context.desk.policy;
    let tiers = references::tiers(policy);
    let mut all: Vec<_> = references::goings(context).iter().filter_map(|going| going.to).collect();
    all.extend(policy.priorities.iter().filter_map(|priority| priority.at_least.as_ref()));
    all.extend(policy.upset.iter().filter_map(|upset| upset.to.as_ref()));
    all.extend(context.desk.playbooks.values().filter_map(|playbook| playbook.tier.as_ref()));
    for tier in all {
        references::known(context, &RULE, "tier", tier, tiers.iter().copied(), out);
    }
}
