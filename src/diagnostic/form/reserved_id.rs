//! An answer or choice that is called like something every step has.

use crate::diagnostic::{Diagnostic, Rule, Spanned, wording};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL112", "reserved_id", Error);

/// The ids that no answer and no choice may have.
pub const RESERVED: [&str; 6] = ["worked", "failed", "stuck", "done", "next", "unknown"];

/// `what` is an answer or a choice.
pub fn reserved_id(id: &Spanned<String>, what: &str) -> Diagnostic {
    Diagnostic::new(&RULE, id.span, format!("`{}` is reserved and cannot be the id of {what}", id.value)).help(format!(
        "{} have a meaning of their own; choose another id, the label may say the same",
        wording::list(&RESERVED, "and")
    ))
}
