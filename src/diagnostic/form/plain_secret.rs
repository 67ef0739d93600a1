//! A secret that stands in the file itself.

use crate::diagnostic::{Diagnostic, Rule, Span};

/// See the page beside this file.
pub static RULE: Rule = crate::rule!("FL123", "plain_secret", Error);

/// `span` is the value of `key`; it is covered before it is shown.
pub fn plain_secret(span: Span, key: &str) -> Diagnostic {
    let name = key.to_ascii_uppercase();
    Diagnostic::new(&RULE, span, format!("`{key}` is written in plain text"))
        .label("everyone who reads the desk reads this too: change it where it is valid")
        .help(format!("name an environment variable or a file that holds it: `{key}: {{env: {name}}}` or `{key}: {{file: /run/secrets/{key}}}`"))
}
