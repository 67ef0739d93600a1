//! A run that could go through more steps than the walk allows.

use super::{Context, Findings, graph::components};
use crate::{
    diagnostic::{Diagnostic, Rule},
    rule,
    run::STEP_LIMIT,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL209", "too_long", Error);

/// For the desk: an upper bound of the steps a run can enter, callees first.
///
/// Without the ways that leave a step with `visits` otherwise than by `then`, the steps form no cycle; such a way is
/// taken at most `max` times, and between two of them lies at most a longest path. Rings are other rules' to report.
pub fn check(context: &Context<'_>, out: &Findings) {
    let mut bounds = vec![0u64; context.subjects.len()];
    for &at in context.order.iter().flatten() {
        let subject = &context.subjects[at as usize];
        let flow = &subject.playbook.flow;
        let Some(start) = flow.start else { continue };
        let inside = |step: usize| -> u64 {
            let callees = subject.graph.calls[step].iter().filter_map(|call| subject.callees[*call as usize]);
            callees.map(|callee| bounds[callee as usize]).sum()
        };
        let mut longest = vec![0u64; flow.steps.len()];
        for step in components(&subject.graph.unlimited).into_iter().flatten() {
            let behind = subject.graph.unlimited[step as usize].iter().map(|next| longest[*next as usize]).max();
            longest[step as usize] = behind.unwrap_or(0).saturating_add(1).saturating_add(inside(step as usize));
        }
        let rounds =
            flow.steps.iter().filter_map(|step| step.visits.as_ref()).map(|visits| u64::from(visits.max)).sum::<u64>();
        let path = longest.iter().copied().max().unwrap_or(0);
        let bound = path.saturating_mul(rounds + 1);
        bounds[at as usize] = bound.min(u64::from(u32::MAX));
        let own = bounds[at as usize] > u64::from(STEP_LIMIT);
        let callee = context.calls[at as usize].iter().any(|callee| bounds[*callee as usize] > u64::from(STEP_LIMIT));
        if own && !callee {
            let message =
                format!("a run of `{}` could go through {} steps, more than {STEP_LIMIT}", subject.playbook.id, bound);
            let place = flow
                .steps
                .iter()
                .find_map(|step| step.visits.as_ref())
                .map_or(flow.steps[start as usize].id.span, |visits| visits.then.written.span);
            out.push(
                Diagnostic::new(&RULE, place, message)
                    .help("lower the `max` of `visits`, here and in the playbooks that are called"),
            );
        }
    }
}
