//! A text with something between `{{` and `}}` that is not a fact.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL115", "malformed_text", Error);

/// `message` says what is wrong at that place.
pub fn malformed_text(span: Span, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&RULE, span, message).help(help)
}
