//! A step that no path comes to.

use super::{Context, Findings, Subject, graph};
use crate::{
    diagnostic::{Diagnostic, Rule},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL204", "unreachable_step", Error);

/// For each playbook; not while a step in it could not be read, since that might lead anywhere.
pub fn check(_: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    let flow = &subject.playbook.flow;
    if !graph::is_whole(subject.playbook) {
        return;
    }
    let start = flow.start.expect("a whole playbook has a start") as usize;
    for (step, reached) in flow.steps.iter().zip(&subject.graph.reached) {
        if !reached {
            let message = format!("no path from the start leads to step `{}`", step.id.value);
            let help = "let an answer lead there, or remove the step";
            out.push(
                Diagnostic::new(&RULE, step.id.span, message).also(flow.steps[start].id.span, "the start").help(help),
            );
        }
    }
}
