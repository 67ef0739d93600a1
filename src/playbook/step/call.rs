//! `call`: another playbook, in a frame of its own.

use super::{
    super::flow::{Call, Given, Node},
    reader::Reader,
};
use crate::{
    diagnostic::{Spanned, form},
    yaml::{self, Fields},
};

pub fn read(step: &mut Reader<'_>) {
    let Some(playbook) = step.fields.text("call") else { return step.broken() };
    let with = step.fields.take("with").map(|(_, node)| with(step, node)).unwrap_or_default();
    let resolved = step.way("resolved", "resolved");
    let not_resolved = step.way("not_resolved", "not_resolved");
    let mut reads = Vec::new();
    for (_, given) in &with {
        if let Given::Fact(slot) = given
            && !reads.contains(&slot.value)
        {
            reads.push(slot.value);
        }
    }
    let number = step.call(playbook.clone());
    step.push(Node::Call(Box::new(Call { playbook, number, with, resolved, not_resolved, reads })));
}

fn with(step: &mut Reader<'_>, node: &Spanned<yaml::Node>) -> Vec<(Spanned<String>, Given)> {
    let yaml::Node::Map(entries) = &node.value else {
        if node.value != yaml::Node::Broken {
            let help = "write `with: {fact: value}`, or `with: {fact: {fact: other_fact}}`";
            step.findings.push(form::wrong_type(node.span, "with", "facts with values", node.value.found(), help));
        }
        step.broken();
        return Vec::new();
    };
    entries.iter().map(|(name, value)| (name.clone(), given(step, name, value))).collect()
}

fn given(step: &mut Reader<'_>, name: &Spanned<String>, node: &Spanned<yaml::Node>) -> Given {
    if let yaml::Node::Map(_) = &node.value {
        let owner = format!("`with` for `{}`", name.value);
        let Some(mut fields) = Fields::new(node, owner, node.span, step.findings) else { return Given::Broken };
        let fact = fields.required("fact", "write `{fact: name_of_a_fact}`");
        fields.finish();
        return match fact.and_then(|fact| Some((step.fact(&fact)?, fact.span))) {
            Some((slot, span)) => Given::Fact(Spanned::new(slot, span)),
            None => Given::Broken,
        };
    }
    match &node.value {
        yaml::Node::Scalar(text) => Given::Literal(Spanned::new(text.clone(), node.span)),
        yaml::Node::Broken => Given::Broken,
        other => {
            step.findings.push(form::wrong_type(
                node.span,
                &name.value,
                "a value or `{fact: …}`",
                other.found(),
                "write one value",
            ));
            Given::Broken
        }
    }
}
