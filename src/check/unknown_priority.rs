//! A priority that the desk does not have.

use super::{Context, Findings, references};
use crate::{diagnostic::Rule, rule};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL605", "unknown_priority", Error);

/// For the desk: escalations and routes.
pub fn check(context: &Context<'_>, out: &Findings) {
    let ids = context.desk.policy.priorities.iter().map(|priority| priority.id.value.as_str());
    for priority in references::goings(context).iter().filter_map(|going| going.priority) {
        references::known(context, &RULE, "priority", priority, ids.clone(), out);
    }
}
