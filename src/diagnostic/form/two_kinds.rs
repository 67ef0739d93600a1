//! A step with the keys of two kinds.

use crate::diagnostic::{Diagnostic, Rule, Spanned};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL109", "two_kinds", Error);

/// `first` and `second` are the keys that each make a step of their own.
pub fn two_kinds(id: &str, first: &Spanned<String>, second: &Spanned<String>) -> Diagnostic {
    Diagnostic::new(&RULE, second.span, format!("step `{id}` is both `{}` and `{}`", first.value, second.value))
        .label("second kind")
        .also(first.span, "first kind")
        .help("a step does one thing; make a second step of it, and let the first lead there")
}
