//! Steps that can be gone round for ever.

use super::{
    Context, Findings, Subject,
    graph::{around, cycles},
};
use crate::{
    diagnostic::{Diagnostic, Rule},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL203", "endless_cycle", Error);

/// For each playbook: one finding for each group of steps that lead to each other.
pub fn check(_: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    let steps = &subject.playbook.flow.steps;
    for members in cycles(&subject.graph.unlimited) {
        let path = around(&subject.graph.unlimited, &members);
        let id = |at: &u32| steps[*at as usize].id.value.as_str();
        let round: Vec<&str> = path.iter().chain(&path[..1]).map(id).collect();
        let message = if path.len() == 1 {
            format!("step `{}` can lead to itself for ever", round[0])
        } else {
            format!("these steps can be gone round for ever: {}", round.join(" -> "))
        };
        let first = &steps[path[0] as usize].id;
        let mut found = Diagnostic::new(&RULE, first.span, message)
            .help(format!("limit how often one of them is entered: `visits: {{max: 2, then: some-step}}` at `{}`, and say where to go then", first.value));
        for at in path.iter().skip(1).take(5) {
            found = found.also(steps[*at as usize].id.span, "and back from here");
        }
        out.push(found);
    }
}
