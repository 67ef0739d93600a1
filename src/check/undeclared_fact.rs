//! A name that is no fact.

use super::{Context, Findings, Subject};
use crate::{
    desk::policy,
    diagnostic::{Diagnostic, Rule, Span, Spanned, wording},
    expression::Fault,
    playbook::flow::Node,
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL401", "undeclared_fact", Error);

/// For each playbook: names in conditions, texts, `save` and `with`.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    let flow = &subject.playbook.flow;
    let names = || flow.facts.names().chain(context.desk.facts.names());
    for fault in flow.faults.iter().filter(|_| !context.desk_unread) {
        let Fault::Undeclared { name, literal } = fault else { continue };
        let near = wording::nearest(&name.value, names());
        let help = match (literal, near) {
            (true, _) => format!("a value stands in quotes: `\"{}\"`", name.value),
            (false, Some(near)) => format!("did you mean `{near}`?"),
            (false, None) => {
                format!("declare it: `facts: {{{}: {{ask: …, choices: …}}}}`", wording::shorten(&name.value))
            }
        };
        out.push(found(name).help(help));
    }
    for node in &flow.nodes {
        let Node::Call(call) = node else { continue };
        let callee = context.callee(subject, call.number).filter(|callee| !context.is_unread(callee));
        let Some(callee) = callee else { continue };
        let facts = &callee.playbook.flow.facts;
        for (name, _) in call.with.iter().filter(|(name, _)| facts.position(&name.value).is_none()) {
            let help = match context.desk.facts.position(&name.value) {
                Some(_) => "it is a fact of the desk, which all playbooks share: leave it out here".to_owned(),
                None => wording::suggest(&name.value, facts.names())
                    .unwrap_or_else(|| format!("`{}` declares no facts", callee.playbook.id)),
            };
            let message =
                format!("playbook `{}` has no fact `{}` of its own", callee.playbook.id, wording::shorten(&name.value));
            out.push(Diagnostic::new(&RULE, name.span, message).help(help));
        }
    }
}

/// For `desk.yaml`: the routes' conditions and the prompts of its facts; for articles: `applies_to`.
pub fn check_desk(context: &Context<'_>, out: &Findings) {
    if context.desk_unread {
        return;
    }
    for fault in &context.desk.policy.faults {
        let Fault::Undeclared { name, literal } = fault else { continue };
        let help = match literal {
            true => format!("a value stands in quotes: `\"{}\"`", name.value),
            false => format!("a route may read {}; a prompt the facts of the desk", policy::readable()),
        };
        out.push(found(name).help(help));
    }
    let facts = &context.desk.facts;
    for article in context.desk.articles.values() {
        for (name, values) in article.applies_to.iter().filter(|(name, _)| facts.position(name).is_none()) {
            let Some(value) = values.first() else { continue };
            let text = &context.desk.sources.file(value.span).text[..value.span.start as usize];
            let start = text.rfind(name.as_str()).unwrap_or_default() as u32;
            let span = Span { file: article.file, start, end: start + name.len() as u32 };
            let name = &Spanned::new(name.clone(), span);
            let help = wording::suggest(&name.value, facts.names())
                .unwrap_or_else(|| "`applies_to` names facts of `desk.yaml`, which all playbooks share".to_owned());
            out.push(found(name).help(help));
        }
    }
}

fn found(name: &Spanned<String>) -> Diagnostic {
    Diagnostic::new(&RULE, name.span, format!("there is no fact `{}`", wording::shorten(&name.value)))
}
