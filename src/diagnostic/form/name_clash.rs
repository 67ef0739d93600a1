//! Two things of one name where only one can be meant.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL118", "name_clash", Error);

/// `message` says which two.
pub fn name_clash(span: Span, message: impl Into<String>, first: Span, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&RULE, span, message).label("this one").also(first, "the other").help(help)
}
