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
}
