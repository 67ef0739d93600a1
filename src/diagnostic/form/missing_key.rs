//! Something that must be written is not.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL107", "missing_key", Error);

/// `owner` is what lacks the key, `help` an example of what to write.
pub fn missing_key(span: Span, owner: &str, key: &str, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&RULE, span, format!("{owner} needs `{key}`")).help(help)
}
