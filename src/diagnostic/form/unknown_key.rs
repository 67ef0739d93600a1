//! A key that the language does not have at this place.

use crate::diagnostic::{Diagnostic, Rule, Spanned, wording};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL106", "unknown_key", Error);

/// `owner` is what the mapping describes, as in "an `ask` step"; `known` what it may hold.
pub fn unknown_key(key: &Spanned<String>, owner: &str, known: &[&str]) -> Diagnostic {
    let help = wording::nearest(&key.value, known.iter().copied()).map_or_else(
        || format!("it may have {}", wording::list(known, "and")),
        |near| format!("did you mean `{near}`?"),
    );
    Diagnostic::new(&RULE, key.span, format!("{owner} has no `{}`", wording::shorten(&key.value))).help(help)
}
