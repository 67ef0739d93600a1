//! A text that branches by itself, where no one can check it.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL116", "text_block", Error);

/// `span` is the `{%` or `{#`.
pub fn text_block(span: Span, opening: &str) -> Diagnostic {
    let (message, help) = match opening {
        "{#" => ("a text has no `{# #}`", "write a YAML comment on a line of its own, or leave it out"),
        _ => (
            "a text has no `{% %}`",
            "a branch inside a text cannot be checked: make it a `branch` step, and two steps with a text each",
        ),
    };
    Diagnostic::new(&RULE, span, message).help(help)
}
