//! SQLite: one file in the data folder.

/// See the module.
#[derive(Debug)]
pub struct Sqlite;
