//! A number or date outside what makes sense.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL113", "out_of_range", Error);

/// `allowed` completes "`key` must be …".
pub fn out_of_range(span: Span, key: &str, allowed: &str) -> Diagnostic {
    Diagnostic::new(&RULE, span, format!("`{key}` must be {allowed}")).help("write a value in that range")
}
