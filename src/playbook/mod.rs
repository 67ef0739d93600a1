//! A playbook: read with a place for everything, and turned into a flow that is checked, drawn and walked.

pub mod author_test;
pub mod facts;
pub mod flow;
mod parse;
pub mod program;
mod step;
pub mod translation;

pub use facts::{Fact, Facts, Scope};
pub use flow::Flow;
pub use parse::parse;
pub use program::Program;
pub use step::{KINDS, Kind, MAX_MINUTES, MAX_VISITS};
pub use translation::{Texts, Translation};

use crate::diagnostic::{FileId, Spanned};
use std::sync::Arc;

/// Who may start a playbook.
#[derive(Clone, Debug, Default)]
pub struct Starters {
    /// Whoever has the problem.
    pub self_service: bool,
    /// Staff.
    pub agent: bool,
    /// Where it was written.
    pub span: Option<crate::diagnostic::Span>,
}

impl Starters {
    /// Whether only staff may start it, so that a self-service run stops where it is called.
    pub fn is_staff(&self) -> bool {
        self.agent && !self.self_service
    }
}

/// What stands at the top of a playbook, and its flow.
#[derive(Debug)]
pub struct Playbook {
    /// The file's stem.
    pub id: String,
    /// Its file.
    pub file: FileId,
    /// What people call it.
    pub title: Option<Spanned<String>>,
    /// In a sentence.
    pub summary: Option<Spanned<String>>,
    /// Who may start it.
    pub audience: Starters,
    /// Whose script it is.
    pub tier: Option<Spanned<String>>,
    /// For lists.
    pub category: Option<Spanned<String>>,
    /// For search.
    pub tags: Vec<Spanned<String>>,
    /// What callers say, in their words.
    pub symptoms: Vec<Spanned<String>>,
    /// The team that keeps it.
    pub owner: Option<Spanned<String>>,
    /// When somebody has to look at it again.
    pub review_by: Option<Spanned<jiff::civil::Date>>,
    /// Its steps.
    pub flow: Arc<Flow>,
}
