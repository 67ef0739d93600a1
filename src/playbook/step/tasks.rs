//! `tasks`: actions to be done all, in order.

use super::reader::Reader;

pub fn read(step: &mut Reader<'_>) {
    step.verify();
    let done = step.required_way("done", "done");
    let failed = step.way("failed", "failed");
    let stuck = step.way("stuck", "stuck");
    let items = step.items("tasks", false);
    if failed.is_none() && items.iter().any(|item| item.failed.is_none()) {
        let help = "say where to go when an item fails: `failed: some-step`; an item may have a `failed` of its own";
        step.fields.lacks("failed", help);
        step.broken();
    }
    let first = step.next_node();
    let mut at = first;
    let count = items.len();
    for (n, mut item) in items.into_iter().enumerate() {
        let length = 1 + u32::from(item.condition.is_some());
        let pass = match n + 1 == count {
            true => done.clone(),
            false => step.implicit("worked", at + length),
        };
        at += length;
        let worked = step.renamed(&pass, "worked");
        let nowhere = || step.nowhere("failed");
        let failed = item.failed.take().or_else(|| failed.clone()).unwrap_or_else(nowhere);
        let stuck = item.stuck.take().or_else(|| stuck.clone());
        step.item(item, worked, failed, stuck, pass);
    }
    step.enter(first);
}
