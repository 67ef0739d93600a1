//! Where a playbook reads facts.

use super::{Context, Subject};
use crate::{
    diagnostic::Span,
    expression::Slot,
    playbook::{
        Scope,
        flow::{Given, Node, Options},
    },
    template::{self, Text},
};

/// One reading of a fact.
#[derive(Clone, Copy, Debug)]
pub struct Read {
    /// The fact.
    pub slot: Slot,
    /// Where.
    pub span: Span,
    /// Only whether it is known.
    pub is_known: bool,
}

/// Every reading of a fact with its node: in conditions, texts and `with`.
pub fn reads(context: &Context<'_>, subject: &Subject<'_>) -> Vec<(u32, Read)> {
    let flow = &subject.playbook.flow;
    let scope = Scope { own: &flow.facts, desk: &context.desk.facts };
    let mut out = Vec::new();
    for (at, node) in flow.nodes.iter().enumerate() {
        let mut push = |slot, span, is_known| out.push((at as u32, Read { slot, span, is_known }));
        let text = |text: &Text, push: &mut dyn FnMut(Slot, Span, bool)| {
            for read in text.reads() {
                let template::Read::Fact(name) = read else { continue };
                if let Some(slot) = scope.find(&name.value) {
                    push(slot, name.span, false);
                }
            }
        };
        match node {
            Node::Prompt(prompt) => {
                text(&prompt.text, &mut push);
                prompt.verify.iter().chain(&prompt.tip).for_each(|part| text(part, &mut push));
                if let Options::Choices(choices) = &prompt.options {
                    choices.iter().for_each(|choice| text(&choice.label, &mut push));
                }
            }
            Node::End(end) => std::iter::once(&end.text).chain(&end.tell).for_each(|part| text(part, &mut push)),
            Node::Gate(gate) => gate.condition.reads(&mut |slot, known| push(slot.value, slot.span, known)),
            Node::Branch(branch) => branch
                .arms
                .iter()
                .for_each(|(condition, ..)| condition.reads(&mut |slot, known| push(slot.value, slot.span, known))),
            Node::Call(call) => {
                for (_, given) in &call.with {
                    if let Given::Fact(slot) = given {
                        push(slot.value, slot.span, false);
                    }
                }
            }
            Node::Broken => {}
        }
    }
    out
}
