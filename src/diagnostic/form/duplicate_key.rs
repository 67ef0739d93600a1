//! A key that stands twice in one mapping.

use crate::diagnostic::{Diagnostic, Rule, Span, Spanned};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL105", "duplicate_key", Error);

/// The second of two equal keys; the first one counts.
pub fn duplicate_key(key: &Spanned<String>, first: Span) -> Diagnostic {
    Diagnostic::new(&RULE, key.span, format!("`{}` stands here twice", key.value))
        .label("again here")
        .also(first, "first here")
        .help("give one of them another name, or remove it")
}
