//! A branch that says nothing for some values.

use super::{
    Context, Findings, Subject,
    branches::{branches, judge},
};
use crate::{
    diagnostic::{Diagnostic, Rule},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL301", "uncovered_branch", Error);

/// For each playbook, with a counterexample.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    for (step, _, branch) in branches(&subject.playbook.flow) {
        if let Some(values) = judge(context, subject, branch).uncovered {
            let message = format!("branch `{}` covers nothing when {values}", step.id.value);
            let last = branch.arms.last().expect("a branch has a condition").1.span;
            out.push(
                Diagnostic::new(&RULE, step.id.span, message)
                    .also(last, "the last condition")
                    .help("add a condition for it, or `else: some-step`"),
            );
        }
    }
}
