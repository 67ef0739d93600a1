//! A ticket's template that does not compile, fails on an example, or reads what no envelope has.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL130", "malformed_ticket", Error);

/// `message` says what is wrong at that place.
pub fn malformed_ticket(span: Span, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&RULE, span, message).help(help)
}
