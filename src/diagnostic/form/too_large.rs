//! A file beyond what a playbook can need: too long, too deep, too many nodes or aliases.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL102", "too_large", Error);

/// `what` is over its limit, as in "nested deeper than 64 levels".
pub fn too_large(span: Span, what: &str) -> Diagnostic {
    Diagnostic::new(&RULE, span, format!("this file is {what}"))
        .help("split it: a playbook that fits on a few screens can be followed, and `call` joins playbooks")
}
