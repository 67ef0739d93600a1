//! A playbook for everybody that calls one for staff.

use super::{Context, Findings, Subject};
use crate::{
    diagnostic::{Diagnostic, Rule},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL501", "staff_call", Warning);

/// For each playbook.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    if !subject.playbook.audience.self_service {
        return;
    }
    for (number, name) in subject.playbook.flow.calls.iter().enumerate() {
        let callee = context.callee(subject, number as u32).filter(|callee| !context.is_unread(callee));
        if let Some(callee) = callee
            && callee.playbook.audience.is_staff()
        {
            let message = format!("`{}` is for staff: people who help themselves are handed over here", name.value);
            out.push(Diagnostic::new(&RULE, name.span, message).help("if that is meant, mark the step `audience: agent` and call it from a playbook for staff; else open the callee to `self-service`"));
        }
    }
}
