//! YAML text to values that know where they stand: every finding, within a budget, whatever the bytes.

mod fields;
mod parse;
mod traps;
mod write;

pub use fields::{Fields, ident, shown};
pub use parse::parse;
pub use write::{list, text};

use crate::diagnostic::Spanned;

/// A YAML value. Scalars stay as they are written: what they mean is for the reader to say.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Node {
    /// Nothing, `~` or `null`.
    Null,
    /// Text, number or whatever it was meant as.
    Scalar(String),
    /// A list.
    Seq(Vec<Spanned<Node>>),
    /// A mapping in written order; a key stands in it once.
    Map(Vec<(Spanned<String>, Spanned<Node>)>),
    /// Something that was reported already and is to be passed over.
    Broken,
}

impl Node {
    /// What this is, for messages.
    pub fn found(&self) -> &'static str {
        match self {
            Node::Null | Node::Broken => "nothing",
            Node::Scalar(_) => "a text",
            Node::Seq(_) => "a list",
            Node::Map(_) => "a mapping",
        }
    }
}
