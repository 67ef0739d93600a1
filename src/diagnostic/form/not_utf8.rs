//! A file that is not UTF-8 text.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL101", "not_utf8", Error);

/// `span` is the first byte that does not fit.
pub fn not_utf8(span: Span) -> Diagnostic {
    Diagnostic::new(&RULE, span, "this file is not UTF-8 text")
        .label("the first byte that does not fit")
        .help("save the file as UTF-8; in an older editor it may be called \"Unicode (UTF-8)\"")
}
