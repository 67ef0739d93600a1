//! A web address, mail address or server's name that cannot be one.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL124", "malformed_address", Error);

/// `expected` with its article, as in "a mail address".
pub fn malformed_address(span: Span, key: &str, expected: &str, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&RULE, span, format!("`{key}` takes {expected}")).label("this is none").help(help)
}
