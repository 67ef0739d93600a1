//! A value of another kind than its key takes.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL108", "wrong_type", Error);

/// `expected` and `found` with their articles, as in "a list".
pub fn wrong_type(span: Span, key: &str, expected: &str, found: &str, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&RULE, span, format!("`{key}` takes {expected}")).label(format!("this is {found}")).help(help)
}
