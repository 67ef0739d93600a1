//! A comparison, or a value given, that does not fit the type of the fact.

use super::{Context, Findings, Subject, faults};
use crate::{
    diagnostic::{Diagnostic, Rule},
    expression::{Fault, Type},
    playbook::{
        Fact, Scope,
        flow::{Given, Node},
    },
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL405", "type_mismatch", Error);

/// For each playbook: conditions, and facts passed on by `with`.
pub fn check(context: &Context<'_>, subject: &Subject<'_>, out: &Findings) {
    report(faults::of(context, Some(subject.playbook)), out);
    let flow = &subject.playbook.flow;
    let scope = Scope { own: &flow.facts, desk: &context.desk.facts };
    for node in &flow.nodes {
        let Node::Call(call) = node else { continue };
        let Some(callee) = context.callee(subject, call.number) else { continue };
        let facts = &callee.playbook.flow.facts;
        for (name, given) in &call.with {
            let (Some(at), Given::Fact(slot)) = (facts.position(&name.value), given) else { continue };
            let (from, to) = (scope.fact(slot.value), &facts.list[at as usize]);
            if let Some(why) = unfit(from, to) {
                let message = format!(
                    "`{}` cannot be given to `{}` of playbook `{}`: {why}",
                    from.name.value, to.name.value, callee.playbook.id
                );
                out.push(
                    Diagnostic::new(&RULE, slot.span, message)
                        .also(to.name.span, "declared here")
                        .help("declare both in the same way"),
                );
            }
        }
    }
}

/// For `desk.yaml`.
pub fn check_desk(context: &Context<'_>, out: &Findings) {
    report(faults::of(context, None), out);
}

fn report(faults: &[Fault], out: &Findings) {
    for fault in faults {
        if let Fault::Mismatch { span, message, help } = fault {
            out.push(Diagnostic::new(&RULE, *span, message).help(help));
        }
    }
}

/// Why some value of one fact is none of the other.
fn unfit(from: &Fact, to: &Fact) -> Option<String> {
    match (&from.kind, &to.kind) {
        (Type::Broken, _) | (_, Type::Broken) => None,
        (Type::Choice(from), Type::Choice(to)) => {
            let missing = from.iter().find(|id| !to.contains(id))?;
            Some(format!("it has no choice `{missing}`"))
        }
        (Type::Number(low, high), Type::Number(least, most)) => {
            within(low, high, least, most).then_some("its range is narrower".into())
        }
        (Type::Date(low, high), Type::Date(least, most)) => {
            within(low, high, least, most).then_some("its range is narrower".into())
        }
        (Type::Text(_), Type::Text(Some(_))) if from.kind.pattern() != to.kind.pattern() => {
            Some("it has a pattern of its own".into())
        }
        (Type::Choice(_), Type::Text(None)) => None,
        (from, to) if from.name() == to.name() => None,
        (from, to) => Some(format!("one is `{}`, the other `{}`", from.name(), to.name())),
    }
}

/// Whether the second range leaves out something of the first.
fn within<T: PartialOrd>(low: &Option<T>, high: &Option<T>, least: &Option<T>, most: &Option<T>) -> bool {
    let below = least.as_ref().is_some_and(|least| low.as_ref().is_none_or(|low| low < least));
    let above = most.as_ref().is_some_and(|most| high.as_ref().is_none_or(|high| high > most));
    below || above
}
