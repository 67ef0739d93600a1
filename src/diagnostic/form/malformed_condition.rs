//! A condition that cannot be read.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL114", "malformed_condition", Error);

/// `message` says what is wrong at that place.
pub fn malformed_condition(span: Span, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&RULE, span, message).help(help)
}
