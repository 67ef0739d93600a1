//! A playbook that nobody will find by a caller's words.

use super::{Context, Findings, Subject};
use crate::{
    diagnostic::{Diagnostic, Rule, Span},
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL503", "no_symptoms", Warning);

/// For each playbook that somebody may start.
pub fn check(_: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    let playbook = subject.playbook;
    let started = playbook.audience.self_service || playbook.audience.agent;
    if started && playbook.symptoms.is_empty() && !playbook.flow.steps.is_empty() {
        let top = Span { file: playbook.file, start: 0, end: 0 };
        let span = playbook.title.as_ref().map_or(top, |title| title.span);
        let message = format!("playbook `{}` has no `symptoms`", playbook.id);
        out.push(Diagnostic::new(&RULE, span, message).help("write what callers say: `symptoms: [my printer says offline]`; a playbook that is only called has `audience: []`"));
    }
}
