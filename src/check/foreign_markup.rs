//! Markup of another system, which is shown as it stands.

use super::{Context, Findings, links};
use crate::{diagnostic::Rule, rule};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL511", "foreign_markup", Warning);

/// For all articles, at the first place of each.
pub fn check(context: &Context<'_>, out: &Findings) {
    let articles = context.desk.articles.values();
    let spans = articles.filter_map(|article| Some(article.span(article.outline.foreign.as_ref()?)));
    let message = "this is markup of another system: readers see it as it stands";
    let places: Vec<_> = spans.map(|span| (span, message.to_owned())).collect();
    let all = |count| format!("this and {} articles more have markup of another system: readers see it", count - 1);
    let help = "write Markdown: `![words](picture.png)`, `> [!NOTE]`, or the included text itself";
    links::each_or_all(&RULE, &places, all, help, out);
}
