//! Two answers or two choices that read the same.

use super::{Context, Findings, Subject};
use crate::{
    diagnostic::{Diagnostic, Rule, Span, wording},
    playbook::{
        Facts,
        flow::{Node, Options},
    },
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL410", "same_label", Error);

/// For each playbook: the answers of its steps, the choices of its facts.
pub fn check(_: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    let flow = &subject.playbook.flow;
    for node in &flow.nodes {
        let Node::Prompt(prompt) = node else { continue };
        let Options::Choices(choices) = &prompt.options else { continue };
        report(choices.iter().map(|choice| (choice.label.source.value.as_str(), choice.label.source.span)), out);
    }
    of_facts(&flow.facts, out);
}

/// For the desk's facts.
pub fn check_desk(context: &Context<'_>, out: &Findings) {
    of_facts(&context.desk.facts, out);
}

fn of_facts(facts: &Facts, out: &Findings) {
    for fact in &facts.list {
        report(fact.choices.iter().map(|(id, label)| (label.as_str(), id.span)), out);
    }
}

fn report<'a>(labels: impl Iterator<Item = (&'a str, Span)> + Clone, out: &Findings) {
    for (at, (label, span)) in labels.clone().enumerate() {
        if let Some((_, first)) = labels.clone().take(at).find(|(first, _)| first.trim() == label.trim()) {
            let message = format!("two answers read `{}`", wording::shorten(label.trim()));
            let help = "say what tells them apart: whoever answers sees these words alone";
            out.push(Diagnostic::new(&RULE, span, message).also(first, "the other").help(help));
        }
    }
}
