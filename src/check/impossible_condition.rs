//! A condition that no values make true.

use super::{
    Context, Findings, Subject,
    branches::{branches, judge},
    space::Space,
};
use crate::{
    diagnostic::{Diagnostic, Rule},
    expression::Verdict,
    playbook::{Scope, flow::Node},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL302", "impossible_condition", Error);

/// For each playbook: the conditions of branches, and the `if` of items.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    let flow = &subject.playbook.flow;
    let report = |span, what: &str| {
        let found = Diagnostic::new(&RULE, span, "no values make this condition true");
        out.push(
            found.help(format!("{what}; `or` joins what may each be the case, `and` what must be the case together")),
        );
    };
    for (_, _, branch) in branches(flow) {
        let judged = judge(context, subject, branch);
        for ((_, source, _), possible) in branch.arms.iter().zip(judged.possible) {
            if !possible {
                report(source.span, "its way is never taken");
            }
        }
    }
    let scope = Scope { own: &flow.facts, desk: &context.desk.facts };
    for node in &flow.nodes {
        let Node::Gate(gate) = node else { continue };
        let Some(space) = Space::new(std::iter::once(&gate.condition), scope) else { continue };
        let mut possible = gate.condition.is_broken();
        space.each(|combination| {
            possible |= combination.verdict(&gate.condition) == Verdict::True;
            !possible
        });
        if !possible {
            report(gate.source.span, "its item is never offered on purpose");
        }
    }
}
