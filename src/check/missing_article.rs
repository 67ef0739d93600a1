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
    let articles = &context.desk.articles;
    if context.desk.article(&id.value).is_none() {
        let near = wording::nearest(&id.value, articles.keys().map(String::as_str))
            .map(|near| format!("did you mean `{near}`?"));
        let name = wording::shorten(&id.value);
        let help = near.unwrap_or_else(|| format!("write it as `kb/{name}.md`"));
        out.push(Diagnostic::new(&RULE, id.span, format!("there is no article `{name}`")).help(help));
    }
}
