//! `branch`: conditions in order.

use super::{
    super::flow::{Branch, Node},
    reader::Reader,
};
use crate::{
    diagnostic::{Spanned, form},
    expression::Condition,
    yaml,
};

pub fn read(step: &mut Reader<'_>) {
    let mut arms = Vec::new();
    let otherwise = step.way("else", "else");
    let unknown = step.way("unknown", "unknown");
    if let Some((_, node)) = step.fields.take("branch") {
        let yaml::Node::Seq(items) = &node.value else {
            if node.value != yaml::Node::Broken {
                let help = "write one `- {if: os == \"windows\", goto: some-step}` for each condition";
                step.findings.push(form::wrong_type(
                    node.span,
                    "branch",
                    "a list of conditions",
                    node.value.found(),
                    help,
                ));
            }
            return step.broken();
        };
        if items.is_empty() {
            step.findings.push(form::out_of_range(node.span, "branch", "one condition or more"));
            step.broken();
        }
        for (n, item) in items.iter().enumerate() {
            let mut condition = None;
            let name = (n + 1).to_string();
            let way = step.detailed_way(&Spanned::new(name, item.span), item, &mut |fields| {
                condition = fields.required("if", "write `if:` and a condition");
            });
            arms.push(match condition {
                Some(source) => (step.condition(&source), source, way),
                None => {
                    step.broken();
                    (Condition::Broken, Spanned::new(String::new(), item.span), way)
                }
            });
        }
    }
    step.push(Node::Branch(Branch { arms, otherwise, unknown }));
}
