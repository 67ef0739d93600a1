//! What articles lead to, for the rules about them.

use super::{Context, Findings, translated};
use crate::{
    desk::Target,
    diagnostic::{Diagnostic, Rule, Span, wording},
    kb::Article,
    markdown::Link,
};

/// Every link and picture of every article and its translations, with where it leads.
pub fn all<'a>(context: &Context<'a>) -> impl Iterator<Item = (&'a Article, &'a Link, Target<'a>)> {
    let desk = context.desk;
    let articles = desk.articles.values().chain(translated::articles(desk).map(|(_, article, _)| article));
    let links = articles.flat_map(|article| article.outline.links.iter().map(move |link| (article, link)));
    links.map(move |(article, link)| (article, link, desk.target(Some(article), &link.target)))
}

/// The name that was probably meant. Libraries are large: names of quite another length are not looked at.
pub fn near<'a>(word: &str, names: impl Iterator<Item = &'a str>) -> Option<String> {
    let alike = names.filter(|name| name.len().abs_diff(word.len()) <= 3);
    wording::nearest(word, alike).map(|near| format!("did you mean `{near}`?"))
}

/// More articles than this are one finding: a library that came from elsewhere is not mended file by file.
const FEW: usize = 10;

/// A finding for each article, or one for all: `each` is what is said of one, `all` of so many.
pub fn each_or_all(
    rule: &'static Rule,
    places: &[(Span, String)],
    all: impl Fn(usize) -> String,
    help: &str,
    out: &Findings,
) {
    match places {
        [first, ..] if places.len() > FEW => out.push(Diagnostic::new(rule, first.0, all(places.len())).help(help)),
        _ => places.iter().for_each(|(span, message)| out.push(Diagnostic::new(rule, *span, message).help(help))),
    }
}
