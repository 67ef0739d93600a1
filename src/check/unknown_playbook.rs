//! A call of a playbook that does not exist.

use super::{Context, Findings, Subject};
use crate::{
    diagnostic::{Diagnostic, Rule, wording},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL202", "unknown_playbook", Error);

/// For each playbook.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    for (name, callee) in subject.playbook.flow.calls.iter().zip(&subject.callees) {
        if callee.is_none() {
            let ids = context.desk.playbooks.keys().map(String::as_str);
            let near = wording::nearest(&name.value, ids).map(|near| format!("did you mean `{near}`?"));
            let help =
                near.unwrap_or_else(|| format!("write it as `playbooks/{}.yaml`", wording::shorten(&name.value)));
            out.push(
                Diagnostic::new(&RULE, name.span, format!("there is no playbook `{}`", wording::shorten(&name.value)))
                    .help(help),
            );
        }
    }
}
