//! A regular expression that cannot be read.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL117", "malformed_pattern", Error);

/// `why` is what the expression's reader says of it.
pub fn malformed_pattern(span: Span, why: &str) -> Diagnostic {
    Diagnostic::new(&RULE, span, "this is not a regular expression")
        .label(why)
        .help("write for example `[A-Z]{2}-[0-9]{4}`; a character that is meant as itself takes a backslash: `\\.`")
}
