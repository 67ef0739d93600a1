//! The first page: what is the caller's problem?

use super::{Category, RowView};
use crate::id::CaseId;
use serde::Serialize;

/// See the module.
#[derive(Clone, Debug, Serialize)]
pub struct Home {
    /// What a case from this page is called: the form sent twice is one case.
    pub case: CaseId,
    /// What can be started.
    pub categories: Vec<Category>,
    /// The viewer's open cases.
    pub mine: Vec<RowView>,
}
