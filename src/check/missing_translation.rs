//! A translation that says less than what it translates.

use super::{Context, Findings, translated};
use crate::{
    diagnostic::{Diagnostic, Rule, Span},
    rule,
};
use std::collections::HashSet;

/// See the page beside this file.
pub static RULE: Rule = rule!("FL513", "missing_translation", Warning);

/// So many are named.
const NAMED: usize = 5;

/// One finding for each file.
pub fn check(context: &Context<'_>, out: &Findings) {
    for part in &context.translations {
        let written = part.translation.list.iter().filter(|text| !text.texts.is_empty());
        let written: HashSet<&str> = written.map(|text| text.path.as_str()).collect();
        let missing = part.originals.iter().map(|original| original.path.as_str());
        let missing: Vec<&str> = missing.filter(|path| !written.contains(path)).collect();
        if missing.is_empty() {
            continue;
        }
        let mut names: Vec<String> = missing.iter().take(NAMED).map(|path| format!("`{path}`")).collect();
        names.extend(missing.len().checked_sub(NAMED).filter(|more| *more > 0).map(|more| format!("{more} more")));
        let texts = if missing.len() == 1 { "1 text".to_owned() } else { format!("{} texts", missing.len()) };
        let name = part.name();
        let message = format!("{texts} of {name} are not translated into `{}`: {}", part.language, names.join(", "));
        let message = if missing.len() == 1 { message.replacen(" are ", " is ", 1) } else { message };
        let id = if part.translation.of.is_empty() { "desk" } else { &part.translation.of };
        let help = format!(
            "`firstline translate {id} {}` puts them into the file; until then they are shown as they are",
            part.language
        );
        out.push(Diagnostic::new(&RULE, part.top(), message).help(help));
    }
    for (language, article, source) in translated::articles(context.desk) {
        if article.translation.as_ref().is_some_and(|translation| translation.of.is_none()) {
            let top = Span { file: article.file, start: 0, end: 0 };
            let message = format!("the translation of article `{}` into `{language}` is not finished", source.id);
            let help = format!(
                "when it says all that the article says, write `translates: {}` into its header",
                source.hash()
            );
            out.push(Diagnostic::new(&RULE, top, message).help(help));
        }
    }
}
