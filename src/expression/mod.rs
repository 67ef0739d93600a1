//! Conditions: facts and literals, typed when they are read, three-valued when they are evaluated.

mod eval;
mod parse;
mod value;

pub use eval::{Known, Verdict};
pub use parse::{Fault, parse};
pub use value::{Pattern, Type, Value};

use crate::diagnostic::Spanned;

/// Where a fact lives.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Slot {
    /// In the playbook's own frame.
    Own(u32),
    /// In the desk, shared by all frames.
    Desk(u32),
}

/// How two values of one type are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Compare {
    /// `==`
    Equal,
    /// `!=`
    Unequal,
    /// `<`
    Less,
    /// `<=`
    AtMost,
    /// `>`
    Greater,
    /// `>=`
    AtLeast,
}

/// A condition whose names are resolved and whose types fit.
#[derive(Clone, Debug)]
pub enum Condition {
    /// Both.
    And(Box<Condition>, Box<Condition>),
    /// One of them, or both.
    Or(Box<Condition>, Box<Condition>),
    /// The opposite.
    Not(Box<Condition>),
    /// A fact against a value.
    Test(Spanned<Slot>, Compare, Value),
    /// A fact in a list of values.
    In(Spanned<Slot>, Vec<Value>),
    /// Whether a fact is known at this moment.
    IsKnown(Spanned<Slot>),
    /// Could not be read; reported already.
    Broken,
}

impl Condition {
    /// Every fact that it reads, from left to right; `true` where it is only asked whether it is known.
    pub fn reads(&self, each: &mut impl FnMut(&Spanned<Slot>, bool)) {
        match self {
            Condition::And(a, b) | Condition::Or(a, b) => {
                a.reads(each);
                b.reads(each);
            }
            Condition::Not(a) => a.reads(each),
            Condition::Test(slot, ..) | Condition::In(slot, _) => each(slot, false),
            Condition::IsKnown(slot) => each(slot, true),
            Condition::Broken => {}
        }
    }

    /// The values that it compares each fact with.
    pub fn values(&self, each: &mut impl FnMut(Slot, &Value)) {
        match self {
            Condition::And(a, b) | Condition::Or(a, b) => {
                a.values(each);
                b.values(each);
            }
            Condition::Not(a) => a.values(each),
            Condition::Test(slot, _, value) => each(slot.value, value),
            Condition::In(slot, values) => values.iter().for_each(|value| each(slot.value, value)),
            Condition::IsKnown(_) | Condition::Broken => {}
        }
    }

    /// Whether some part of it could not be read.
    pub fn is_broken(&self) -> bool {
        match self {
            Condition::And(a, b) | Condition::Or(a, b) => a.is_broken() || b.is_broken(),
            Condition::Not(a) => a.is_broken(),
            Condition::Broken => true,
            _ => false,
        }
    }
}
