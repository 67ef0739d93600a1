//! Text that YAML cannot read.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL103", "invalid_yaml", Error);

/// `message` says what YAML stumbled over, `help` what to write.
pub fn invalid_yaml(span: Span, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&RULE, span, message).help(help)
}
