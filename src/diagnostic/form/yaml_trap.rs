//! Text that YAML reads as something else than it says.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL104", "yaml_trap", Error);

/// `message` names the character and what YAML takes it for, `help` how to write it.
pub fn yaml_trap(span: Span, message: impl Into<String>, help: impl Into<String>) -> Diagnostic {
    Diagnostic::new(&RULE, span, message).help(help)
}
