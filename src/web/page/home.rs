//! The first page: what is the caller's problem?

use super::{Category, RowView, found::Found};
use crate::id::CaseId;
use serde::Serialize;

/// See the module.
#[derive(Clone, Debug, Serialize)]
pub struct Home {
    /// What a case from this page is called: the form sent twice is one case.
    pub case: CaseId,
    /// What was typed, if the page comes back.
    pub caller: CallerView,
    /// What was found for the words.
    pub found: Found,
    /// What can be started.
    pub categories: Vec<Category>,
    /// The viewer's open cases.
    pub mine: Vec<RowView>,
}

/// A caller as a form has them.
#[derive(Clone, Debug, Default, Serialize)]
pub struct CallerView {
    /// Their name.
    pub name: String,
    /// How they are reached.
    pub contact: String,
    /// How they reached the desk.
    pub channel: String,
}
