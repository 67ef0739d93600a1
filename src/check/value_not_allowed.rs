//! A value that the fact can never have.

use super::{Context, Findings, Subject, faults};
use crate::{
    diagnostic::{Diagnostic, Rule, Spanned, locate, wording},
    expression::{Fault, Type},
    playbook::flow::{Given, Node},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL406", "value_not_allowed", Error);

/// For each playbook: literals in conditions, answers that are saved, values given by `with`.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    report(faults::of(context, Some(subject.playbook)), out);
    for node in &subject.playbook.flow.nodes {
        let Node::Call(call) = node else { continue };
        let Some(callee) = context.callee(subject, call.number) else { continue };
        let facts = &callee.playbook.flow.facts;
        for (name, given) in &call.with {
            let (Some(at), Given::Literal(text)) = (facts.position(&name.value), given) else { continue };
            let kind = &facts.list[at as usize].kind;
            if kind.read(&text.value).is_none() && !matches!(kind, Type::Broken) {
                let message = format!("`{}` can never be `{}`", name.value, wording::shorten(&text.value));
                let near = match kind {
                    Type::Choice(ids) => wording::nearest(&text.value, ids.iter().map(|id| id.as_ref())),
                    _ => None,
                };
                let help = near.map_or_else(
                    || format!("it takes {}; a fact of this playbook is passed on as `{{fact: name}}`", kind.takes()),
                    |near| format!("did you mean `{near}`?"),
                );
                out.push(Diagnostic::new(&RULE, text.span, message).help(help));
            }
        }
    }
}

/// For `desk.yaml`, and `applies_to` of articles.
pub fn check_desk(context: &Context<'_>, out: &Findings) {
    report(faults::of(context, None), out);
    let desk = context.desk;
    let categories = desk.playbooks.values().filter_map(|playbook| Some(playbook.category.as_ref()?.value.as_str()));
    compared(context, "playbook", desk.playbooks.keys().map(String::as_str), out);
    if !context.some_unread {
        compared(context, "category", categories, out);
    }
    let facts = &context.desk.facts;
    let named = context.desk.articles.values().flat_map(|article| &article.applies_to);
    for (name, values) in named {
        let Some(at) = facts.position(name) else { continue };
        let kind = &facts.list[at as usize].kind;
        let wrong = |value: &&Spanned<String>| kind.read(&value.value).is_none() && !matches!(kind, Type::Broken);
        for value in values.iter().filter(wrong) {
            let message = format!("`{name}` can never be `{}`", wording::shorten(&value.value));
            out.push(Diagnostic::new(&RULE, value.span, message).help(format!("it takes {}", kind.takes())));
        }
    }
}

/// What routes compare with the ids of playbooks, or their categories.
fn compared<'a>(context: &Context<'_>, name: &str, all: impl Iterator<Item = &'a str> + Clone, out: &Findings) {
    for (word, written) in context.desk.policy.compared(name) {
        if all.clone().any(|known| known == &*word) {
            continue;
        }
        let file = &context.desk.sources.file(written.span).text;
        let at = written.value.find(&*word).unwrap_or_default();
        let span = locate(file, written.span, &word, at, &written.value);
        let help = wording::suggest(&word, all.clone())
            .unwrap_or_else(|| format!("name the {name} of a playbook that there is"));
        let message = format!("`{name}` can never be `{}`", wording::shorten(&word));
        out.push(Diagnostic::new(&RULE, span, message).help(help));
    }
}

fn report(faults: &[Fault], out: &Findings) {
    for fault in faults {
        if let Fault::NotAllowed { span, message, help } = fault {
            out.push(Diagnostic::new(&RULE, *span, message).help(help));
        }
    }
}
