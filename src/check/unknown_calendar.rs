//! A calendar that the desk does not have.

use super::{Context, Findings, references};
use crate::{diagnostic::Rule, rule};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL603", "unknown_calendar", Error);

/// For the tiers.
pub fn check(context: &Context<'_>, out: &Findings) {
    let policy = &context.desk.policy;
    for calendar in policy.tiers.iter().filter_map(|tier| tier.calendar.as_ref()) {
        let ids = policy.calendars.iter().map(|(id, _)| id.value.as_str());
        references::known(context, &RULE, "calendar", calendar, ids, out);
    }
}
