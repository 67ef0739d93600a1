//! An article that is not there.

use super::{Context, Findings, Subject};
use crate::{
    diagnostic::{Diagnostic, Rule, Spanned, wording},
    playbook::flow::Node,
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL504", "missing_article", Error);

/// For each playbook: `article` and `articles` of steps and items.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    let mut seen = Vec::new();
    for node in &subject.playbook.flow.nodes {
        let Node::Prompt(prompt) = node else { continue };
        for article in &prompt.articles {
            if !seen.contains(&article.span) {
                seen.push(article.span);
                report(context, article, out);
            }
        }
    }
}

/// For `upset` in `desk.yaml`.
pub fn check_desk(context: &Context<'_>, out: &Findings) {
    if let Some(show) = context.desk.policy.upset.as_ref().and_then(|upset| upset.show.as_ref()) {
        report(context, show, out);
    }
}

fn report(context: &Context<'_>, id: &Spanned<String>, out: &Findings) {
    let desk = context.desk;
    if desk.article(&id.value).is_some() {
        return;
    }
    let (path, anchor) = id.value.split_once('#').map_or((id.value.as_str(), None), |(path, at)| (path, Some(at)));
    let last = path.rsplit('/').next().unwrap_or_default();
    let meant = desk.article(path).or_else(|| desk.article(last.strip_suffix(".md").unwrap_or(last)));
    let near = || wording::nearest(last, desk.articles.keys().map(String::as_str));
    let name = wording::shorten(&id.value);
    let help = match (meant, anchor) {
        (Some(article), Some(anchor)) => format!(
            "a step names a whole article, `{0}`; a text may link to a part of it: `[…]({0}#{1})`",
            article.id,
            wording::shorten(anchor)
        ),
        (Some(article), None) => format!("did you mean `{}`?", article.id),
        (None, _) => match near() {
            Some(near) => format!("did you mean `{near}`?"),
            None => format!("write it as `kb/{}.md`", wording::shorten(path)),
        },
    };
    out.push(Diagnostic::new(&RULE, id.span, format!("there is no article `{name}`")).help(help));
}
