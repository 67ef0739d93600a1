//! A connector that the desk does not have.

use super::{Context, Findings, references};
use crate::{diagnostic::Rule, rule};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL604", "unknown_connector", Error);

/// For the tiers.
pub fn check(context: &Context<'_>, out: &Findings) {
    let policy = &context.desk.policy;
    for connector in policy.tiers.iter().flat_map(|tier| &tier.deliver) {
        references::known(context, &RULE, "connector", connector, policy.connector_ids(), out);
    }
}
