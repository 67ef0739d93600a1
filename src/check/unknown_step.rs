//! A target that names no step.

use super::{Context, Findings, Subject};
use crate::{
    diagnostic::{Diagnostic, Rule, wording},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL201", "unknown_step", Error);

/// For each playbook.
pub fn check(_: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    let flow = &subject.playbook.flow;
    for (_, name) in &flow.missing {
        let steps = flow.steps.iter().map(|step| step.id.value.as_str());
        let help = wording::suggest(&name.value, steps)
            .unwrap_or_else(|| "write the id of a step, or end in place: `{resolve: …}`".into());
        out.push(
            Diagnostic::new(&RULE, name.span, format!("there is no step `{}`", wording::shorten(&name.value)))
                .help(help),
        );
    }
}
