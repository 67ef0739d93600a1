//! A playbook that calls itself, through others or not.

use super::{Context, Findings, graph::cycles};
use crate::{
    diagnostic::{Diagnostic, Rule},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL206", "recursive_call", Error);

/// For the desk: one finding for each playbook in a ring of calls.
pub fn check(context: &Context<'_>, out: &Findings) {
    for members in cycles(&context.calls) {
        for at in &members {
            let subject = &context.subjects[*at as usize];
            let flow = &subject.playbook.flow;
            let inside = |call: usize| subject.callees[call].is_some_and(|callee| members.contains(&callee));
            let reached = subject.graph.calls.iter().zip(&subject.graph.reached).filter(|(_, reached)| **reached);
            let calls = reached.flat_map(|(calls, _)| calls).map(|call| *call as usize);
            let Some(call) = calls.filter(|call| inside(*call)).min() else { continue };
            let called = &flow.calls[call];
            let message = format!("playbook `{}` comes back to itself through this call", subject.playbook.id);
            out.push(
                Diagnostic::new(&RULE, called.span, message)
                    .help("end with `not_resolved` instead, and let the caller go on"),
            );
        }
    }
}
