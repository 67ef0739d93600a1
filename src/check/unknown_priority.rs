//! A priority that the desk does not have.

use super::{Context, Findings, references};
use crate::{diagnostic::Rule, rule};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL605", "unknown_priority", Error);

/// The priorities that every desk has.
const STANDARD: [&str; 4] = ["low", "normal", "high", "critical"];

/// For the desk: escalations and routes. Beside its own, every desk has `low`, `normal`, `high` and `critical`.
pub fn check(context: &Context<'_>, out: &Findings) {
    let own = context.desk.policy.priorities.iter().map(|priority| priority.id.value.as_str());
    let ids: Vec<&str> =
        own.clone().chain(STANDARD.into_iter().filter(|id| own.clone().all(|own| own != *id))).collect();
    for priority in references::goings(context).iter().filter_map(|going| going.priority) {
        references::known(&RULE, "priority", priority, ids.iter().copied(), out);
    }
}
