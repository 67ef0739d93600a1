//! A link to a heading that is not there.

use super::{Context, Findings, links};
use crate::{
    desk::Target,
    diagnostic::{Diagnostic, Rule, wording},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL506", "unknown_heading", Error);

/// For all articles and steps.
pub fn check(context: &Context<'_>, out: &Findings) {
    for linked in links::all(context) {
        let Target::Article(id, Some(anchor)) = linked.target else { continue };
        let to = &context.desk.articles[id];
        let translated =
            context.desk.editions.values().filter(|_| linked.from.is_some_and(|from| from.translation.is_some()));
        let others = translated.filter_map(|edition| edition.articles.get(id));
        if std::iter::once(to).chain(others).any(|to| to.anchor(anchor).is_some()) {
            continue;
        }
        let is_here = linked.from.is_some_and(|from| from.id == to.id);
        let place = if is_here { "this article".to_owned() } else { format!("`{}`", to.id) };
        let message = format!("{place} has no heading `#{}`", wording::shorten(anchor));
        let anchors = to.outline.headings.iter().map(|heading| heading.anchor.as_str());
        let help = wording::suggest(anchor, anchors)
            .unwrap_or_else(|| "an anchor is the heading in lower case, its words joined by `-`".to_owned());
        out.push(Diagnostic::new(&RULE, linked.span, message).help(help));
    }
}
