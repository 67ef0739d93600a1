//! A fact that is declared and used by nothing.

use super::{Context, Findings, Subject, reads::reads};
use crate::{
    diagnostic::{Diagnostic, Rule},
    expression::Slot,
    playbook::{Fact, flow::Node},
    rule,
};
use std::collections::HashSet;

/// See the page beside this file.
pub static RULE: Rule = rule!("FL404", "never_read", Warning);

/// For each playbook.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    // What could not be read of a step may be where it is used.
    if subject.playbook.flow.steps.iter().any(|step| step.unread) {
        return;
    }
    let mut used = HashSet::new();
    uses(context, subject, &mut used);
    for (at, fact) in subject.playbook.flow.facts.list.iter().enumerate() {
        if !used.contains(&Slot::Own(at as u32)) {
            report(fact, out);
        }
    }
}

/// For the desk's facts.
pub fn check_desk(context: &Context<'_>, out: &Findings) {
    if context.some_unread {
        return;
    }
    let mut used = HashSet::new();
    for fact in &context.desk.facts.list {
        used.extend(&fact.reads);
    }
    for subject in &context.subjects {
        uses(context, subject, &mut used);
    }
    let named = context.desk.articles.values().flat_map(|article| article.applies_to.keys());
    used.extend(named.filter_map(|name| context.desk.facts.position(name)).map(Slot::Desk));
    for (at, fact) in context.desk.facts.list.iter().enumerate() {
        // A playbook that declares it again is another rule's.
        let again =
            context.subjects.iter().any(|subject| subject.playbook.flow.facts.position(&fact.name.value).is_some());
        if !again && !used.contains(&Slot::Desk(at as u32)) {
            report(fact, out);
        }
    }
}

fn uses(context: &Context<'_>, subject: &Subject<'_>, used: &mut HashSet<Slot>) {
    let flow = &subject.playbook.flow;
    used.extend(reads(context, subject).into_iter().map(|(_, read)| read.slot));
    used.extend(flow.facts.list.iter().flat_map(|fact| &fact.reads));
    for node in &flow.nodes {
        if let Node::Prompt(prompt) = node {
            used.extend(prompt.save.as_ref().map(|slot| slot.value));
        }
    }
}

fn report(fact: &Fact, out: &Findings) {
    let message = format!("fact `{}` is never used", fact.name.value);
    out.push(
        Diagnostic::new(&RULE, fact.name.span, message)
            .help("read it in a condition or a text, save an answer into it, or remove it"),
    );
}
