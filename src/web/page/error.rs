//! What went wrong, and the way out.

use crate::{language::Language, web::view};
use serde::Serialize;

/// See the module.
#[derive(Clone, Debug, Serialize)]
pub struct Problem {
    /// The status.
    pub status: u16,
    /// In a few words.
    pub title: String,
    /// In a sentence or two, in English; plain text.
    pub text: String,
    /// Where to go on: an address of ours and its words.
    pub ways: Vec<(String, String)>,
}

impl Problem {
    /// With the way to the first page.
    pub fn new(status: u16, title: &str, text: impl Into<String>) -> Self {
        Self { status, title: title.into(), text: text.into(), ways: vec![("/".into(), "To the first page".into())] }
    }

    /// For a reader.
    pub fn said(self, language: Language) -> Self {
        let ways = self.ways.into_iter().map(|(address, words)| (address, language.reword(&words).into_owned()));
        Self {
            title: language.reword(&self.title).into_owned(),
            text: view::sentence(&language.reword(&self.text)),
            ways: ways.collect(),
            ..self
        }
    }

    /// One more way, before the others.
    pub fn way(mut self, address: impl Into<String>, words: impl Into<String>) -> Self {
        self.ways.insert(0, (address.into(), words.into()));
        self
    }
}
