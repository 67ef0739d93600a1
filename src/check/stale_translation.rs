//! A translation of a text that has changed since.

use super::{Context, Findings, translated};
use crate::{
    diagnostic::{Diagnostic, Rule, Span},
    language::translation::hash,
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL514", "stale_translation", Warning);

/// For every text and article.
pub fn check(context: &Context<'_>, out: &Findings) {
    for part in &context.translations {
        for text in part.translation.list.iter().filter(|text| !text.texts.is_empty()) {
            let Some(original) = part.original(text) else { continue };
            let now = hash(&original.text);
            if now != text.of.value {
                let message = format!("`{}` has changed since it was translated into `{}`", text.path, part.language);
                out.push(stale(text.of.span, message, &now, original.span));
            }
        }
    }
    for (language, article, source) in translated::articles(context.desk) {
        let of = article.translation.as_ref().and_then(|translation| translation.of.as_ref());
        let now = source.hash();
        if let Some(of) = of.filter(|of| of.value != now) {
            let message = format!("article `{}` has changed since it was translated into `{language}`", source.id);
            out.push(stale(of.span, message, &now, Span { file: source.file, start: 0, end: 0 }));
        }
    }
}

fn stale(at: Span, message: String, now: &str, source: Span) -> Diagnostic {
    let help = format!("make it say the same again, then write `{now}` here; until then the source is shown");
    Diagnostic::new(&RULE, at, message).also(source, "this is what it says").help(help)
}
