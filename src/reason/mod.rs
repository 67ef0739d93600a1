//! The closed list of reasons for which a run stops without an ending; a page beside each.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Whose doing a stop is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Class {
    /// Someone wished it, or went away.
    Person,
    /// The desk's rules.
    Policy,
    /// Something that nobody could find out.
    World,
    /// The playbook; a playbook that passes the check never stops so.
    Author,
}

/// Why a run stopped.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Reason {
    Stuck,
    HandOver,
    Upset,
    Security,
    Abandoned,
    StaffOnly,
    TimeLimit,
    Recalled,
    UnknownFact,
    NoBranch,
    StepLimit,
}

/// A reason's name, class and page.
pub struct Entry {
    /// The reason.
    pub reason: Reason,
    /// As it stands in JSON, tests and tickets.
    pub name: &'static str,
    /// Whose doing it is, unless the walk knows better ([`Reason::UnknownFact`]).
    pub class: Class,
    /// The reference page, Markdown.
    pub page: &'static str,
}

macro_rules! entry {
    ($reason:ident, $name:literal, $class:ident) => {
        Entry { reason: Reason::$reason, name: $name, class: Class::$class, page: include_str!(concat!($name, ".md")) }
    };
}

/// All reasons, in the order of their declaration.
pub static REASONS: &[Entry] = &[
    entry!(Stuck, "stuck", Person),
    entry!(HandOver, "hand-over", Person),
    entry!(Upset, "upset", Person),
    entry!(Security, "security", Person),
    entry!(Abandoned, "abandoned", Person),
    entry!(StaffOnly, "staff-only", Policy),
    entry!(TimeLimit, "time-limit", Policy),
    entry!(Recalled, "recalled", Policy),
    entry!(UnknownFact, "unknown-fact", World),
    entry!(NoBranch, "no-branch", Author),
    entry!(StepLimit, "step-limit", Author),
];

impl Reason {
    /// Its entry in the list.
    pub fn entry(self) -> &'static Entry {
        &REASONS[self as usize]
    }
}

impl fmt::Display for Reason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.entry().name)
    }
}
