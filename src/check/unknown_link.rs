//! A link that leads nowhere.

use super::{Context, Findings, links};
use crate::{
    desk::Target,
    diagnostic::{Diagnostic, Rule, Span, wording},
    kb, rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL505", "unknown_link", Error);

/// For all articles and steps: links in their texts, and `related`.
pub fn check(context: &Context<'_>, out: &Findings) {
    for linked in links::all(context).filter(|linked| linked.target == Target::Nowhere && !linked.link.image) {
        report(context, &linked.link.target, linked.span, out);
    }
    for related in context.desk.articles.values().flat_map(|article| &article.related) {
        let (id, desk) = (related.value.as_str(), context.desk);
        let is_playbook = desk.playbooks.contains_key(id.strip_prefix("playbook:").unwrap_or(id));
        if !is_playbook && (id.starts_with("playbook:") || desk.article(id).is_none()) {
            report(context, id, related.span, out);
        }
    }
}

fn report(context: &Context<'_>, target: &str, span: Span, out: &Findings) {
    let desk = context.desk;
    let shown = wording::shorten(target);
    let (message, help) = match target.strip_prefix("playbook:") {
        Some(id) => {
            let help = links::near(id, desk.playbooks.keys().map(String::as_str));
            (format!("there is no playbook `{}`", wording::shorten(id)), help)
        }
        None => {
            let name = target.split(['#', '?']).next().unwrap_or_default();
            let id = kb::id(&format!("kb/{}", kb::decoded(name.rsplit('/').next().unwrap_or_default())));
            (format!("`{shown}` leads to no article"), links::near(&id, desk.articles.keys().map(String::as_str)))
        }
    };
    let help = help.unwrap_or_else(|| {
        "write an article's id, `playbook:` and a playbook's id, or a whole address, `https://…`".to_owned()
    });
    out.push(Diagnostic::new(&RULE, span, message).help(help));
}
