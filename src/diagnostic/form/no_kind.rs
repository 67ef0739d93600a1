//! A step of which nobody can tell what it does.

use crate::diagnostic::{Diagnostic, Rule, Spanned, wording};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL110", "no_kind", Error);

/// `present` are the keys it has, `kinds` the keys that say what a step does.
pub fn no_kind(id: &Spanned<String>, present: &[&str], kinds: &[&str]) -> Diagnostic {
    let near = present.iter().find_map(|key| wording::nearest(key, kinds.iter().copied()).map(|kind| (key, kind)));
    let help = match near {
        Some((key, kind)) => format!("instead of `{key}`, did you mean `{kind}`?"),
        None => format!("write one of {}", wording::list(kinds, "or")),
    };
    Diagnostic::new(&RULE, id.span, format!("step `{}` does not say what it does", id.value)).help(help)
}
