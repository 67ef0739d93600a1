//! A condition that can hold only where one above it holds too.

use super::{
    Context, Findings, Subject,
    branches::{branches, judge},
};
use crate::{
    diagnostic::{Diagnostic, Rule},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL303", "shadowed_condition", Error);

/// For each playbook.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    for (_, _, branch) in branches(&subject.playbook.flow) {
        let judged = judge(context, subject, branch);
        for (n, (_, source, _)) in branch.arms.iter().enumerate() {
            if judged.possible.get(n) == Some(&true) && !judged.first[n] {
                let mut found = Diagnostic::new(
                    &RULE,
                    source.span,
                    "whenever this condition holds, one above it does: its way is never taken",
                );
                for (_, above, _) in branch.arms[..n].iter().take(5) {
                    found = found.also(above.span, "above it");
                }
                out.push(found.help("put the special case above the general one, or remove it"));
            }
        }
    }
}
