//! A playbook that somebody should have looked at by now.

use super::{Context, Findings, Subject};
use crate::{
    diagnostic::{Diagnostic, Rule},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL502", "review_overdue", Warning);

/// For each playbook.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    if let Some(by) = &subject.playbook.review_by
        && by.value < context.today
    {
        let owner = subject.playbook.owner.as_ref().map(|owner| format!(" by {}", owner.value)).unwrap_or_default();
        let message = format!("this playbook was to be reviewed{owner} until {}", by.value);
        out.push(
            Diagnostic::new(&RULE, by.span, message)
                .help("go through it, mend what has changed, and set the next date"),
        );
    }
}
