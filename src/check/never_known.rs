//! A fact that is read where it can never be known.

use super::{
    Context, Findings, Subject,
    reads::{Read, reads},
};
use crate::{
    diagnostic::{Diagnostic, Rule},
    expression::Slot,
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL402", "never_known", Error);

/// For each playbook: facts of its own without `ask`, on no path saved or given before they are read.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    // Whoever saves it or gives it may be what could not be read.
    let Some(known) = context.sets(subject).filter(|_| !context.some_unread) else { return };
    for (node, Read { slot, span, is_known }) in reads(context, subject) {
        let Slot::Own(at) = slot else { continue };
        let fact = &subject.playbook.flow.facts.list[at as usize];
        if !is_known && fact.ask.is_none() && !known.sometimes(node, slot) {
            let message = format!(
                "`{}` is never known here: nobody is asked for it, and nothing before saves or gives it",
                fact.name.value
            );
            out.push(
                Diagnostic::new(&RULE, span, message)
                    .also(fact.name.span, "declared here")
                    .help("give it an `ask`, or save an answer into it on the way here: `save: …`"),
            );
        }
    }
}
