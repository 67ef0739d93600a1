//! A priority that the desk does not have.

use super::{Context, Findings, references};
use crate::{diagnostic::Rule, rule};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL605", "unknown_priority", Error);

/// For the desk: escalations and routes. A desk that names no priorities leaves them to those who write them.
pub fn check(context: &Context<'_>, out: &Findings) {
    let ids: Vec<&str> = context.desk.policy.priorities.iter().map(|priority| priority.id.value.as_str()).collect();
    if ids.is_empty() {
        return;
    }
    for priority in references::goings(context).iter().filter_map(|going| going.priority) {
        references::known(&RULE, "priority", priority, ids.iter().copied(), out);
    }
}
