//! Kleene's logic, and which fact to ask for next.

use super::{Compare, Condition, Slot, Value};

/// What is known of a fact at a moment.
#[derive(Clone, Copy, Debug)]
pub enum Known<'a> {
    /// Its value.
    Value(&'a Value),
    /// Nobody was asked yet, but can be.
    Askable,
    /// There is no value, and asking gives none.
    No,
}

/// What a condition says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It holds.
    True,
    /// It does not.
    False,
    /// It depends on this fact, which can be asked for.
    Ask(Slot),
    /// It has no value; this fact is to blame.
    NoValue(Slot),
}

impl Condition {
    /// Evaluates from left to right; never fails. [`Verdict::Ask`] comes before a missing value on its
    /// right, since an answer may settle the whole.
    pub fn eval<'a>(&self, facts: &impl Fn(Slot) -> Known<'a>) -> Verdict {
        match self {
            Condition::And(a, b) => join(a.eval(facts), || b.eval(facts), Verdict::False),
            Condition::Or(a, b) => join(a.eval(facts), || b.eval(facts), Verdict::True),
            Condition::Not(a) => match a.eval(facts) {
                Verdict::True => Verdict::False,
                Verdict::False => Verdict::True,
                other => other,
            },
            Condition::Test(slot, compare, value) => test(slot.value, facts, |known| holds(known, *compare, value)),
            Condition::In(slot, values) => test(slot.value, facts, |known| values.contains(known)),
            Condition::IsKnown(slot) => truth(matches!(facts(slot.value), Known::Value(_))),
            Condition::Broken => Verdict::False,
        }
    }
}

fn truth(holds: bool) -> Verdict {
    if holds { Verdict::True } else { Verdict::False }
}

fn test<'a>(slot: Slot, facts: &impl Fn(Slot) -> Known<'a>, holds: impl FnOnce(&Value) -> bool) -> Verdict {
    match facts(slot) {
        Known::Value(value) => truth(holds(value)),
        Known::Askable => Verdict::Ask(slot),
        Known::No => Verdict::NoValue(slot),
    }
}

/// `and` with `settling` false, `or` with `settling` true.
fn join(left: Verdict, right: impl FnOnce() -> Verdict, settling: Verdict) -> Verdict {
    if left == settling {
        return settling;
    }
    match (left, right()) {
        (_, right) if right == settling => settling,
        (Verdict::Ask(slot), _) => Verdict::Ask(slot),
        (_, Verdict::Ask(slot)) => Verdict::Ask(slot),
        (Verdict::NoValue(slot), _) => Verdict::NoValue(slot),
        (_, right) => right,
    }
}

pub(super) fn holds(known: &Value, compare: Compare, value: &Value) -> bool {
    let order = known.partial_cmp(value);
    match compare {
        Compare::Equal => order.is_some_and(|o| o.is_eq()),
        Compare::Unequal => order.is_some_and(|o| o.is_ne()),
        Compare::Less => order.is_some_and(|o| o.is_lt()),
        Compare::AtMost => order.is_some_and(|o| o.is_le()),
        Compare::Greater => order.is_some_and(|o| o.is_gt()),
        Compare::AtLeast => order.is_some_and(|o| o.is_ge()),
    }
}
