//! `try`: actions offered one at a time, best first, until one works.

use super::reader::{Item, Reader};

pub fn read(step: &mut Reader<'_>) {
    step.verify();
    let worked = step.required_way("worked", "worked");
    let exhausted = step.required_way("exhausted", "exhausted");
    let mut items = step.items("try", true);
    if step.verify.is_none() && items.iter().any(|item| item.verify.is_none()) {
        let help = "ask what the person can see if it worked: `verify: Does a test page print?`";
        step.fields.lacks("verify", help);
        step.broken();
    }
    // Best first; the sort is stable, so ties stay as written.
    items.sort_by(|a, b| rate(b).total_cmp(&rate(a)));
    let first = step.next_node();
    let mut at = first;
    let count = items.len();
    for (n, item) in items.into_iter().enumerate() {
        let length = 1 + u32::from(item.condition.is_some());
        let pass = match n + 1 == count {
            true => exhausted.clone(),
            false => step.implicit("failed", at + length),
        };
        at += length;
        let failed = step.renamed(&pass, "failed");
        let stuck = step.renamed(&pass, "stuck");
        step.item(item, worked.clone(), failed, Some(stuck), pass);
    }
    step.enter(first);
}

/// Chance of success for each minute it takes; rounded, so that 0.3 in 3 minutes ties with 0.1 in one.
fn rate(item: &Item) -> f64 {
    (item.chance.unwrap_or(0.5) / item.minutes.unwrap_or(1.0) * 1e12).round()
}
