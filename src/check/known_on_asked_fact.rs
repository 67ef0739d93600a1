//! Asking whether a fact is known that the playbook can ask for.

use super::{Context, Findings, Subject, reads::reads};
use crate::{
    diagnostic::{Diagnostic, Rule},
    playbook::Scope,
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL408", "known_on_asked_fact", Warning);

/// For each playbook.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    let scope = Scope { own: &subject.playbook.flow.facts, desk: &context.desk.facts };
    for (_, read) in reads(context, subject) {
        let fact = scope.fact(read.slot);
        if read.is_known && fact.ask.is_some() {
            let message = format!("whether `{}` is known depends on what was read before", fact.name.value);
            out.push(
                Diagnostic::new(&RULE, read.span, message)
                    .also(fact.name.span, "it can be asked for")
                    .help("compare its value; it is asked for when that is needed"),
            );
        }
    }
}
