//! A file that looks like part of the desk and would never be read.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL119", "stray_file", Error);

/// `message` says why, `help` under which name it would be.
pub fn stray_file(span: Span, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&RULE, span, message).help(help)
}
