//! What there is to translate: every text of a playbook or of `desk.yaml`, by its place.

use super::{entries, get};
use crate::{
    diagnostic::{Sink, Span, Spanned, wording},
    template::Text,
    yaml::Node,
};

/// A text of a playbook or of `desk.yaml` that can be translated.
#[derive(Clone, Debug)]
pub struct Original {
    /// Where it is: `steps.lights.ask`.
    pub path: String,
    /// As written; of a list, a line for each.
    pub text: String,
    /// Its place.
    pub span: Span,
    /// It is a list of texts.
    pub list: bool,
}

/// Every text of a playbook or of `desk.yaml`, in written order.
pub fn originals(tree: &Spanned<Node>) -> Vec<Original> {
    let mut out = Vec::new();
    for (key, node) in entries(tree) {
        match key.value.as_str() {
            "title" | "summary" => scalar(&key.value, node, &mut out),
            "symptoms" => list(&key.value, node, &mut out),
            "tiers" => tier_names(node, &mut out),
            "facts" => entries(node).iter().for_each(|(name, fact)| fact_texts(&name.value, fact, &mut out)),
            "steps" => entries(node).iter().for_each(|(id, step)| {
                let path = format!("steps.{}", id.value);
                if let Some(title) = get(step, "title") {
                    scalar(&format!("{path}.title"), title, &mut out);
                }
                texts(&path, step, &mut out);
            }),
            _ => {}
        }
    }
    out
}

impl Original {
    /// The text, compiled; what is wrong with it is told where it was read.
    pub fn parsed(&self) -> Text {
        Text::parse(Spanned::new(self.text.clone(), self.span), "", &Sink::default())
    }
}

fn scalar(path: &str, node: &Spanned<Node>, out: &mut Vec<Original>) {
    if let Node::Scalar(text) = &node.value
        && !text.trim().is_empty()
    {
        out.push(Original { path: path.to_owned(), text: text.clone(), span: node.span, list: false });
    }
}

fn list(path: &str, node: &Spanned<Node>, out: &mut Vec<Original>) {
    let texts = match &node.value {
        Node::Seq(items) => items.iter().filter_map(|item| match &item.value {
            Node::Scalar(text) => Some(text.as_str()),
            _ => None,
        }),
        _ => return,
    };
    let text = texts.collect::<Vec<_>>().join("\n");
    out.push(Original { path: path.to_owned(), text, span: node.span, list: true });
}

/// What a desk's tiers are called.
fn tier_names(tiers: &Spanned<Node>, out: &mut Vec<Original>) {
    let Node::Seq(tiers) = &tiers.value else { return };
    for tier in tiers {
        if let (Some(Node::Scalar(id)), Some(name)) = (get(tier, "id").map(|id| &id.value), get(tier, "name")) {
            scalar(&format!("tiers.{id}"), name, out);
        }
    }
}

fn fact_texts(name: &str, fact: &Spanned<Node>, out: &mut Vec<Original>) {
    let path = format!("facts.{name}");
    for key in ["ask", "unit"] {
        get(fact, key).into_iter().for_each(|node| scalar(&format!("{path}.{key}"), node, out));
    }
    for (id, label) in get(fact, "choices").map(entries).unwrap_or_default() {
        let label =
            if label.value == Node::Null { &Spanned::new(Node::Scalar(id.value.clone()), id.span) } else { label };
        scalar(&format!("{path}.choices.{}", id.value), label, out);
    }
    if let Some(Node::Seq(ids)) = get(fact, "choices").map(|choices| &choices.value) {
        for id in ids {
            if let Node::Scalar(name) = &id.value {
                scalar(&format!("{path}.choices.{name}"), id, out);
            }
        }
    }
}

/// What a step, an item or an ending in place says.
fn texts(path: &str, node: &Spanned<Node>, out: &mut Vec<Original>) {
    let calls = get(node, "call").is_some();
    for (key, value) in entries(node) {
        let below = format!("{path}.{}", key.value);
        match (key.value.as_str(), &value.value) {
            ("say" | "ask" | "do" | "verify" | "tip" | "resolve" | "escalate" | "tell", _) => {
                scalar(&below, value, out);
            }
            ("not_resolved", Node::Scalar(_)) if !calls => scalar(&below, value, out),
            ("answers", _) => {
                for (id, answer) in entries(value) {
                    label(&format!("{below}.{}", id.value), id, answer, out);
                    texts(&format!("{below}.{}", id.value), answer, out);
                }
            }
            ("try" | "tasks", _) => {
                entries(value).iter().for_each(|(id, item)| texts(&format!("{below}.{}", id.value), item, out));
            }
            ("branch", Node::Seq(arms)) => {
                (1..).zip(arms).for_each(|(n, arm)| texts(&format!("{below}.{n}"), arm, out));
            }
            ("with", _) => {}
            (_, Node::Map(_)) => texts(&below, value, out),
            _ => {}
        }
    }
}

/// An answer's label; where none is written, the one that its id gives.
fn label(path: &str, id: &Spanned<String>, answer: &Spanned<Node>, out: &mut Vec<Original>) {
    match get(answer, "label") {
        Some(label) => scalar(path, label, out),
        None => {
            let text = wording::in_words(&id.value);
            out.push(Original { path: path.to_owned(), text, span: id.span, list: false });
        }
    }
}
