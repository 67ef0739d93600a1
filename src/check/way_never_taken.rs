//! A way that is written and can never be taken.

use super::{Context, Findings, Subject, space::Space};
use crate::{
    diagnostic::{Diagnostic, Rule},
    expression::Verdict,
    playbook::{Scope, flow::Node},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL208", "way_never_taken", Warning);

/// For each playbook.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    let flow = &subject.playbook.flow;
    let scope = Scope { own: &flow.facts, desk: &context.desk.facts };
    for node in &flow.nodes {
        match node {
            Node::Call(call) => {
                let Some(callee) = context.callee(subject, call.number) else { continue };
                let ways = [(&call.resolved, callee.ends.resolved), (&call.not_resolved, callee.ends.not_resolved)];
                for way in ways
                    .into_iter()
                    .filter(|(_, ends)| !ends && !callee.ends.unsure)
                    .filter_map(|(way, _)| way.as_ref())
                {
                    let message = format!("`{}` never ends {}", call.playbook.value, way.name.replace('_', " "));
                    out.push(
                        Diagnostic::new(&RULE, way.written.span, message)
                            .help("leave this way out, or let the callee end so"),
                    );
                }
            }
            Node::Branch(branch) => {
                let Some(way) = &branch.otherwise else { continue };
                if branch.arms.iter().any(|(condition, ..)| condition.is_broken()) {
                    continue;
                }
                let Some(space) = Space::new(branch.arms.iter().map(|(condition, ..)| condition), scope) else {
                    continue;
                };
                let mut taken = false;
                space.each(|combination| {
                    taken = branch.arms.iter().all(|(condition, ..)| combination.verdict(condition) == Verdict::False);
                    !taken
                });
                if !taken {
                    out.push(
                        Diagnostic::new(
                            &RULE,
                            way.written.span,
                            "`else` is never taken: the conditions cover everything",
                        )
                        .help("leave it out; then the check tells you when a new value is not covered"),
                    );
                }
            }
            _ => {}
        }
    }
}
