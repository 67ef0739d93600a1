//! A call that does not say where to go on, though its callee can end so.

use super::{Context, Findings, Subject};
use crate::{
    diagnostic::{Diagnostic, Rule},
    playbook::flow::Node,
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL207", "missing_way", Error);

/// For each playbook.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    let flow = &subject.playbook.flow;
    for step in &flow.steps {
        for (_, node) in flow.nodes_of(step) {
            let Node::Call(call) = node else { continue };
            let Some(callee) = context.callee(subject, call.number) else { continue };
            let lacks = [
                ("resolved", callee.ends.resolved && call.resolved.is_none()),
                ("not_resolved", callee.ends.not_resolved && call.not_resolved.is_none()),
            ];
            for (way, _) in lacks.iter().filter(|(_, lacks)| *lacks) {
                let message = format!(
                    "step `{}` does not say where to go when `{}` ends {}",
                    step.id.value,
                    call.playbook.value,
                    way.replace('_', " ")
                );
                out.push(
                    Diagnostic::new(&RULE, step.id.span, message)
                        .help(format!("write `{way}: some-step`, or end in place")),
                );
            }
        }
    }
}
