//! A duration that cannot be read.

use crate::diagnostic::{Diagnostic, Rule, Span, wording};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL121", "malformed_duration", Error);

/// `key` takes a duration, and `text` is none.
pub fn malformed_duration(span: Span, key: &str, text: &str, help: impl Into<String>) -> Diagnostic {
    let message = format!("`{}` is no duration for `{key}`", wording::shorten(text));
    Diagnostic::new(&RULE, span, message).help(help)
}
