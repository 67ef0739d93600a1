//! A step from which no ending can be reached.

use super::{Context, Findings, Subject};
use crate::{
    diagnostic::{Diagnostic, Rule},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL205", "no_way_out", Error);

/// For each playbook. What could not be read counts as a way out.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    let graph = &subject.graph;
    let escapes =
        |call: &u32| context.callee(subject, *call).is_none_or(|callee| callee.ends.escalated || callee.ends.unsure);
    let mut out_of = vec![false; graph.next.len()];
    let mut before: Vec<Vec<u32>> = vec![Vec::new(); graph.next.len()];
    let mut todo = Vec::new();
    for at in 0..graph.next.len() {
        graph.next[at].iter().for_each(|to| before[*to as usize].push(at as u32));
        if graph.loose[at] || !graph.ends[at].is_empty() || graph.calls[at].iter().any(escapes) {
            todo.push(at as u32);
        }
    }
    while let Some(at) = todo.pop() {
        if !std::mem::replace(&mut out_of[at as usize], true) {
            todo.extend(&before[at as usize]);
        }
    }
    for (step, ends) in subject.playbook.flow.steps.iter().zip(out_of) {
        if !ends {
            let message = format!("from step `{}` no ending can be reached", step.id.value);
            out.push(Diagnostic::new(&RULE, step.id.span, message).help(
                "let one of its ways, or of the steps behind it, lead to `resolve`, `not_resolved` or `escalate`",
            ));
        }
    }
}
