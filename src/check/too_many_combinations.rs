//! A branch over so many values that nothing can be proved of it, without `else`.

use super::{
    Context, Findings, Subject,
    branches::{branches, judge},
    space::MAX_COMBINATIONS,
};
use crate::{
    diagnostic::{Diagnostic, Rule},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL304", "too_many_combinations", Error);

/// For each playbook.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    for (step, _, branch) in branches(&subject.playbook.flow) {
        if branch.otherwise.is_none() && judge(context, subject, branch).too_many {
            let message = format!(
                "branch `{}` reads facts with more than {MAX_COMBINATIONS} combinations of values",
                step.id.value
            );
            out.push(
                Diagnostic::new(&RULE, step.id.span, message)
                    .help("add `else: some-step`, or split it over several branches"),
            );
        }
    }
}
