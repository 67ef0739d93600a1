//! An id that is not written as ids are.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL111", "malformed_id", Error);

/// `what` has the id; `suggestion` is the nearest id that can be written, if there is one.
pub fn malformed_id(span: Span, what: &str, id: &str, form: &str, suggestion: &str) -> Diagnostic {
    let help = match suggestion {
        "" => format!("ids are {form}"),
        better => format!("ids are {form}: write `{better}`"),
    };
    Diagnostic::new(&RULE, span, format!("`{}` cannot be the id of {what}", crate::diagnostic::wording::shorten(id)))
        .help(help)
}
