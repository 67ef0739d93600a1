//! A branch that can be left without a value, and does not say where to go then.

use super::{Context, Findings, Subject, branches::branches, space::Space};
use crate::{
    diagnostic::{Diagnostic, Rule, Span},
    expression::{Slot, Verdict},
    playbook::{Scope, flow::Branch},
    rule,
};
use std::collections::BTreeMap;

/// See the page beside this file.
pub static RULE: Rule = rule!("FL403", "may_be_unknown", Error);

/// For each playbook: facts without `ask` that may be missing where a branch without `unknown` reads them.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    // Whoever saves it or gives it may be what could not be read.
    let Some(known) = context.sets(subject).filter(|_| !context.some_unread) else { return };
    let scope = Scope { own: &subject.playbook.flow.facts, desk: &context.desk.facts };
    for (step, node, branch) in branches(&subject.playbook.flow) {
        if branch.unknown.is_some() {
            continue;
        }
        // A fact that is never known is another rule's.
        let may_miss = |slot: Slot| {
            scope.fact(slot).ask.is_none()
                && !known.always(node, slot)
                && (known.sometimes(node, slot) || matches!(slot, Slot::Desk(_)))
        };
        for (slot, span) in blamed(branch, scope, &may_miss) {
            let fact = scope.fact(slot);
            let message =
                format!("`{}` may not be known here, and branch `{}` has no `unknown`", fact.name.value, step.id.value);
            let help = "say where to go then: `unknown: some-step`; or give the fact an `ask`, or save it on every path that leads here";
            out.push(
                Diagnostic::new(&RULE, span, message).also(fact.name.span, "declared here without `ask`").help(help),
            );
        }
    }
}

/// The facts that leave the branch without a value in some combination, with where they are read first.
fn blamed(branch: &Branch, scope: Scope<'_>, may_miss: &dyn Fn(Slot) -> bool) -> BTreeMap<Slot, Span> {
    let mut places = BTreeMap::new();
    for (condition, ..) in &branch.arms {
        condition.reads(&mut |slot, is_known| {
            if may_miss(slot.value) && !is_known {
                places.entry(slot.value).or_insert(slot.span);
            }
        });
    }
    let conditions = branch.arms.iter().map(|(condition, ..)| condition);
    let (Some(space), false) = (Space::new(conditions.clone(), scope), places.is_empty()) else { return places };
    let mut blamed = BTreeMap::new();
    space.each(|combination| {
        // A fact that is surely known, or can be asked for, is missing only where somebody could not tell.
        for condition in conditions.clone() {
            match combination.verdict(condition) {
                Verdict::True => break,
                Verdict::NoValue(slot) => {
                    if let Some(span) = places.get(&slot) {
                        blamed.insert(slot, *span);
                    }
                    break;
                }
                _ => {}
            }
        }
        blamed.len() < places.len()
    });
    blamed
}
