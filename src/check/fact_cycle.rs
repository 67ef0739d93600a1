//! Facts whose prompts show each other.

use super::{Context, Findings, Subject, graph::cycles};
use crate::{
    diagnostic::{Diagnostic, Rule, wording},
    expression::Slot,
    playbook::Facts,
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL409", "fact_cycle", Error);

/// For each playbook's own facts.
pub fn check(_: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    report(&subject.playbook.flow.facts, |slot| matches!(slot, Slot::Own(_)), out);
}

/// For the desk's facts.
pub fn check_desk(context: &Context<'_>, out: &Findings) {
    report(&context.desk.facts, |slot| matches!(slot, Slot::Desk(_)), out);
}

fn report(facts: &Facts, mine: impl Fn(&Slot) -> bool, out: &Findings) {
    let position = |slot: &Slot| match slot {
        Slot::Own(at) | Slot::Desk(at) => *at,
    };
    let next: Vec<Vec<u32>> =
        facts.list.iter().map(|fact| fact.reads.iter().filter(|slot| mine(slot)).map(position).collect()).collect();
    for members in cycles(&next) {
        let names: Vec<&str> = members.iter().map(|at| facts.list[*at as usize].name.value.as_str()).collect();
        let message = match names.as_slice() {
            [only] => format!("the prompt of `{only}` shows `{only}` itself"),
            names => format!("the prompts of {} show each other", wording::list(names, "and")),
        };
        let span = facts.list[members[0] as usize].name.span;
        out.push(
            Diagnostic::new(&RULE, span, message).help("one has to be asked first: take the other out of its text"),
        );
    }
}
