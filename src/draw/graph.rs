//! Boxes and arrows.

use crate::diagnostic::wording;

/// What a box stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Something to read.
    Say,
    /// A question.
    Ask,
    /// An action.
    Do,
    /// Actions of which one may help.
    Try,
    /// Actions that are all to be done.
    Tasks,
    /// A decision by itself.
    Branch,
    /// Another playbook.
    Call,
    /// Solved.
    Resolved,
    /// This script has nothing more.
    NotResolved,
    /// It goes on elsewhere.
    Escalated,
    /// A way leads there, but the playbook has no such step.
    Missing,
}

/// A box.
#[derive(Debug)]
pub struct Vertex {
    /// Unique in the graph: a step's id, or the name of an ending in place, `step.answer`.
    pub id: String,
    /// What it stands for.
    pub kind: Kind,
    /// A step's `title`.
    pub title: Option<String>,
    /// What is asked, done or said, as it was written.
    pub text: String,
    /// The actions of `try` and `tasks`, in the order in which they are offered.
    pub items: Vec<Item>,
    /// Only staff sees it.
    pub staff: bool,
    /// The playbook of a call; the tier and team of an ending that names them.
    pub to: Option<String>,
}

/// One action of a list.
#[derive(Debug)]
pub struct Item {
    /// Unique in its step.
    pub id: String,
    /// What is done, as it was written.
    pub text: String,
    /// When it is offered.
    pub condition: Option<String>,
}

/// An arrow.
#[derive(Debug)]
pub struct Edge {
    /// From the box of this position.
    pub from: usize,
    /// To that one.
    pub to: usize,
    /// Its name, unique in the graph: `step.answer`, `step/item.answer`.
    pub way: String,
    /// What is written on it.
    pub label: String,
    /// Whether that is a condition.
    pub condition: bool,
}

/// A playbook's steps and endings with the ways between them.
#[derive(Debug)]
pub struct Graph {
    /// The playbook's id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// Where a run begins.
    pub start: Option<usize>,
    /// The steps in written order, then the endings in place.
    pub vertices: Vec<Vertex>,
    /// In written order.
    pub edges: Vec<Edge>,
}

impl Kind {
    /// The key that gives it in a playbook; `missing` for a step that is not there.
    pub fn name(self) -> &'static str {
        match self {
            Kind::Say => "say",
            Kind::Ask => "ask",
            Kind::Do => "do",
            Kind::Try => "try",
            Kind::Tasks => "tasks",
            Kind::Branch => "branch",
            Kind::Call => "call",
            Kind::Resolved => "resolve",
            Kind::NotResolved => "not_resolved",
            Kind::Escalated => "escalate",
            Kind::Missing => "missing",
        }
    }

    /// Whether a run is over there.
    pub fn is_end(self) -> bool {
        matches!(self, Kind::Resolved | Kind::NotResolved | Kind::Escalated)
    }
}

impl Vertex {
    pub(super) fn new(id: String, kind: Kind) -> Self {
        Self { id, kind, title: None, text: String::new(), items: Vec::new(), staff: false, to: None }
    }

    /// Its title, or the first words of its text.
    pub fn label(&self) -> String {
        let text = match self.kind {
            Kind::Try => "Try, best first",
            Kind::Tasks => "Do all in order",
            Kind::Call => self.to.as_deref().unwrap_or_default(),
            _ => &self.text,
        };
        self.title.clone().unwrap_or_else(|| wording::shorten(text.trim()))
    }
}
