//! A connector of a kind that there is none of.

use crate::diagnostic::{Diagnostic, Rule, Spanned, wording};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL122", "unknown_connector_kind", Error);

/// `kinds` are those that there are.
pub fn unknown_connector_kind(name: &Spanned<String>, kinds: &[&str]) -> Diagnostic {
    let message = format!("there is no connector `{}` to use", wording::shorten(&name.value));
    Diagnostic::new(&RULE, name.span, message).maybe_help(wording::suggest(&name.value, kinds.iter().copied()))
}
