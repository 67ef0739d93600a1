//! The first page: what is the caller's problem?

use super::{Category, RowView};
use serde::Serialize;

/// See the module.
#[derive(Clone, Debug, Serialize)]
pub struct Home {
    /// What can be started.
    pub categories: Vec<Category>,
    /// The viewer's open cases.
    pub mine: Vec<RowView>,
    /// What was typed already, when the page is shown again.
    pub typed: Typed,
}

/// The fields of the form for a new case.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Typed {
    /// The caller's words.
    pub words: String,
    /// The caller's name.
    pub name: String,
    /// How they are reached.
    pub contact: String,
    /// How they reached the desk.
    pub channel: String,
}
