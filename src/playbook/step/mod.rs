//! The closed list of step kinds, and what reading them shares.
//!
//! A kind is one file that turns YAML into nodes, its page beside it, and a line in [`KINDS`].

mod reader;

mod ask;
mod branch;
mod call;
mod r#do;
mod escalate;
mod not_resolved;
mod resolve;
mod say;
mod tasks;
mod r#try;

pub(super) use reader::{Built, read};
pub use reader::{MAX_MINUTES, MAX_VISITS};

use reader::Reader;

/// A step kind.
pub struct Kind {
    /// The key that gives it.
    pub key: &'static str,
    /// The reference page, Markdown.
    pub page: &'static str,
    read: fn(&mut Reader<'_>),
}

/// All step kinds.
pub static KINDS: &[Kind] = &[
    Kind { key: "say", page: include_str!("say.md"), read: say::read },
    Kind { key: "ask", page: include_str!("ask.md"), read: ask::read },
    Kind { key: "do", page: include_str!("do.md"), read: r#do::read },
    Kind { key: "try", page: include_str!("try.md"), read: r#try::read },
    Kind { key: "tasks", page: include_str!("tasks.md"), read: tasks::read },
    Kind { key: "branch", page: include_str!("branch.md"), read: branch::read },
    Kind { key: "call", page: include_str!("call.md"), read: call::read },
    Kind { key: "resolve", page: include_str!("resolve.md"), read: resolve::read },
    Kind { key: "not_resolved", page: include_str!("not_resolved.md"), read: not_resolved::read },
    Kind { key: "escalate", page: include_str!("escalate.md"), read: escalate::read },
];
