//! `ask`: a question with answers, or a typed input that is kept in a fact.

use super::{
    super::flow::{Choice, Options, PromptKind},
    reader::Reader,
};
use crate::{
    diagnostic::{Spanned, form, wording},
    expression::{Fault, Type},
    yaml::{Node, ident},
};
use std::sync::Arc;

pub fn read(step: &mut Reader<'_>) {
    let text = step.text("ask");
    let save = step.fields.text("save");
    let options = match step.fields.take("answers") {
        Some((_, node)) => Options::Choices(answers(step, node)),
        None if save.is_some() => Options::Typed(step.required_way("then", "then")),
        None => {
            let example = "write `answers:` with an id and a target for each; or `save:` a fact and `then:`";
            step.fields.require("answers", example);
            step.broken();
            Options::Choices(Vec::new())
        }
    };
    let save = save.and_then(|name| {
        let slot = step.fact(&name)?;
        if let Options::Choices(choices) = &options {
            choices.iter().for_each(|choice| fits(step, &name.value, slot, &choice.id));
        }
        Some(Spanned::new(slot, name.span))
    });
    let stuck = step.way("stuck", "stuck");
    step.prompt(PromptKind::Ask, text, options, save, stuck);
}

/// Reports an answer that the fact it is saved in cannot have.
fn fits(step: &mut Reader<'_>, name: &str, slot: crate::expression::Slot, id: &Spanned<String>) {
    let kind = &step.scope.fact(slot).kind;
    if kind.read(&id.value).is_none() && !matches!(kind, Type::Broken) {
        let message = format!("`{name}` can never be `{}`", id.value);
        let help = format!("it takes {}; name the answer like the value", kind.takes());
        step.faults.push(Fault::NotAllowed { span: id.span, message, help });
    }
}

fn answers(step: &mut Reader<'_>, node: &Spanned<Node>) -> Vec<Choice> {
    let Node::Map(entries) = &node.value else {
        if node.value != Node::Broken {
            let help = "write `id: target` lines below it, indented";
            step.findings.push(form::wrong_type(node.span, "answers", "ids with targets", node.value.found(), help));
        }
        step.broken();
        return Vec::new();
    };
    if entries.is_empty() {
        step.findings.push(form::out_of_range(node.span, "answers", "one or more"));
        step.broken();
    }
    entries.iter().map(|(id, value)| answer(step, id, value)).collect()
}

fn answer(step: &mut Reader<'_>, id: &Spanned<String>, node: &Spanned<Node>) -> Choice {
    ident(id, "an answer", '-', step.findings);
    if form::RESERVED.contains(&id.value.as_str()) {
        step.findings.push(form::reserved_id(id, "an answer"));
    }
    let mut words = Spanned::new(wording::in_words(&id.value), id.span);
    let mut was = Vec::new();
    let way = match &node.value {
        Node::Map(_) => step.detailed_way(id, node, &mut |fields| {
            words = fields.text("label").unwrap_or(words.clone());
            was = fields.texts("was");
        }),
        _ => step.target(&id.value, id, node),
    };
    Choice { id: id.clone(), label: Arc::new(step.parse_text(words)), way, was }
}
