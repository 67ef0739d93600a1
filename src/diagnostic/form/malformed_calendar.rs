//! Hours, days, dates or a time zone that a calendar cannot have.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL120", "malformed_calendar", Error);

/// `message` says what is wrong with it.
pub fn malformed_calendar(span: Span, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&RULE, span, message).help(help)
}
