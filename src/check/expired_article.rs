//! An article that somebody should have looked at by now.

use super::{Context, Findings};
use crate::{
    diagnostic::{Diagnostic, Rule},
    playbook::flow::Node,
    rule,
};
use std::collections::HashMap;

/// See the page beside this file.
pub static RULE: Rule = rule!("FL509", "expired_article", Warning);

/// For all articles; a playbook that shows one is named.
pub fn check(context: &Context<'_>, out: &Findings) {
    let mut shown = HashMap::new();
    for node in context.subjects.iter().flat_map(|subject| &subject.playbook.flow.nodes) {
        let Node::Prompt(prompt) = node else { continue };
        for article in &prompt.articles {
            if let Some(found) = context.desk.article(&article.value) {
                shown.entry(found.id.as_str()).or_insert(article.span);
            }
        }
    }
    for article in context.desk.articles.values().filter(|article| article.is_expired(context.today)) {
        let Some(by) = &article.review_by else { continue };
        let owner = article.owner.as_ref().map(|owner| format!(" by {owner}")).unwrap_or_default();
        let message = format!("this article was to be reviewed{owner} until {}", by.value);
        let mut found = Diagnostic::new(&RULE, by.span, message)
            .help("read it with what it is about before you, mend what has changed, and set the next date");
        if let Some(place) = shown.get(article.id.as_str()) {
            found = found.also(*place, "a playbook shows it here");
        }
        out.push(found);
    }
}
