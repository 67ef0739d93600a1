//! A translated article with other headings than its source.

use super::{Context, Findings, translated};
use crate::{
    diagnostic::{Diagnostic, Rule, Span},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL518", "mismatched_headings", Warning);

/// For every article that is translated as it is.
pub fn check(context: &Context<'_>, out: &Findings) {
    for (_, article, source) in translated::articles(context.desk).filter(|(_, own, _)| own.is_current()) {
        let (own, other) = (&article.outline.headings, &source.outline.headings);
        let pairs = own.iter().map(Some).chain([None]).zip(other.iter().map(Some).chain([None]));
        let differs = pairs.into_iter().find(|(own, other)| own.map(|own| own.level) != other.map(|other| other.level));
        let Some((first, wanted)) = differs else { continue };
        let end = article.body.trim_end().len();
        let at = first.map_or(end.saturating_sub(1)..end, |first| first.at.clone());
        let message = match wanted {
            Some(wanted) => format!("here the source has `{} {}`", "#".repeat(wanted.level.into()), wanted.text),
            None => "the source has no such heading".to_owned(),
        };
        let place = wanted.map_or(Span { file: source.file, start: 0, end: 0 }, |wanted| source.span(&wanted.at));
        let help = "write the same headings in the same order: links to a part of the article find it by them";
        out.push(Diagnostic::new(&RULE, article.span(&at), message).also(place, "this is the source").help(help));
    }
}
