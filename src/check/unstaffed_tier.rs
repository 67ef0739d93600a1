//! A tier in which nobody works, where a case is sent.

use super::{Context, Findings, references};
use crate::{
    diagnostic::{Diagnostic, Rule},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL606", "unstaffed_tier", Error);

/// For the desk: escalations, routes, `upset`, and playbooks that only staff may start.
pub fn check(context: &Context<'_>, out: &Findings) {
    let policy = &context.desk.policy;
    let first = policy.first_staffed();
    let is_empty = |id: &str| id != first && policy.tier(id).is_some_and(|tier| tier.level == 0);
    let mut all: Vec<_> = references::goings(context).iter().filter_map(|going| going.to).collect();
    all.extend(policy.upset.iter().filter_map(|upset| upset.to.as_ref()));
    let of_staff = context.desk.playbooks.values().filter(|playbook| playbook.audience.is_staff());
    all.extend(of_staff.filter_map(|playbook| playbook.tier.as_ref()));
    for tier in all.into_iter().filter(|tier| is_empty(&tier.value)) {
        let help = format!("name a tier that people work in, as `{first}`");
        out.push(Diagnostic::new(&RULE, tier.span, format!("nobody works in tier `{}`", tier.value)).help(help));
    }
}
