//! What went wrong, and the way out.

use serde::Serialize;

/// See the module.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// The status.
    pub status: u16,
    /// In a few words.
    pub title: String,
    /// In a sentence or two; plain text.
    pub text: String,
    /// Where to go on: an address of ours and its words.
    pub ways: Vec<(String, String)>,
}

impl Problem {
    /// With the way to the first page.
    pub fn new(status: u16, title: &str, text: impl Into<String>) -> Self {
        Self { status, title: title.into(), text: text.into(), ways: vec![("/".into(), "To the first page".into())] }
    }

    /// One more way, before the others.
    pub fn way(mut self, address: impl Into<String>, words: impl Into<String>) -> Self {
        self.ways.insert(0, (address.into(), words.into()));
        self
    }
}
