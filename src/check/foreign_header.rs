//! An article whose header was written for another system.

use super::{Context, Findings, links};
use crate::{
    diagnostic::{Rule, wording},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL510", "foreign_header", Warning);

/// For all articles.
pub fn check(context: &Context<'_>, out: &Findings) {
    let articles = context.desk.articles.values().filter_map(|article| article.foreign);
    let message = |key: &str| match key {
        "+++" => "this header is written in TOML, which is not read".to_owned(),
        key => format!("this header is of another system: `{}` is no key of ours", wording::shorten(key)),
    };
    let key = |span: crate::diagnostic::Span| {
        context.desk.sources.file(span).text.get(span.start as usize..span.end as usize).unwrap_or_default().to_owned()
    };
    let places: Vec<_> = articles.map(|span| (span, message(&key(span)))).collect();
    let all = |count| format!("this header and those of {} articles more are of another system", count - 1);
    let help = "between `---`, `title`, `description` and `tags` are taken, and the article is for staff; \
                `firstline explain foreign_header` shows our keys";
    links::each_or_all(&RULE, &places, all, help, out);
}
