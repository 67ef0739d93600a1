//! Finding articles, their sections, playbooks and steps by the words that people use.
//!
//! What is found is decided when the index is built: self-service has an index of its own, which holds only what it
//! may read, so that no count, snippet, suggestion or facet can tell of anything else.

mod analyzer;
mod document;
mod entry;
pub mod evaluation;
mod facets;
mod find;
mod index;
mod postings;
pub mod prior;
mod proximity;
mod query;
mod rank;
pub mod sentences;
mod shelf;
mod snippet;
mod synonyms;
mod triage;
mod vocabulary;
mod weights;

pub use document::{Document, Kind, articles, playbook};
pub use prior::Prior;
pub use weights::Weights;

use self::{shelf::Shelf, synonyms::Synonyms, triage::Playbooks};
use crate::language::Language;
use serde::Serialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::{Path, PathBuf},
    sync::{Arc, OnceLock},
    time::Duration,
};

/// For whom something is searched.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Reader {
    /// Whoever has the problem.
    SelfService,
    /// Staff: they may read everything.
    Staff,
}

/// What somebody looks for.
#[derive(Clone, Debug, Default)]
pub struct Query {
    /// As typed: `"a phrase"` and `-without` are understood.
    pub words: String,
    /// The last word is still being typed, so it counts as the beginning of one. A search without a result widens to
    /// this by itself.
    pub typing: bool,
    /// Only these kinds; all, if empty.
    pub kinds: Vec<Kind>,
    /// Only this category, by its folded name.
    pub category: Option<String>,
    /// Only what has this tag.
    pub tag: Option<String>,
    /// What is known of the caller's surroundings (`os` is `windows`): what applies to others only is left out.
    pub facts: BTreeMap<String, String>,
    /// At most so many hits; 0 is 10.
    pub limit: usize,
    /// So many are passed over first.
    pub offset: usize,
    /// Say why each hit ranks where it does.
    pub explain: bool,
    /// What the reader reads in; the desk's first language, if none is said.
    pub language: Option<Language>,
    /// What people opened by which words, if that may move what is found.
    pub prior: Option<Arc<Prior>>,
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Best first. An article and its sections are one hit, which opens at the section that matched best.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub total: usize,
    /// One of them has so much of what was looked for that it may be the answer.
    pub answered: bool,
    /// How many hits each category has, most first.
    pub categories: Vec<(String, usize)>,
    /// How many hits each tag has, most first.
    pub tags: Vec<(String, usize)>,
    /// By fact (`os`), how many hits are for each value; those that are for everybody count nowhere.
    pub systems: BTreeMap<String, Vec<(String, usize)>>,
    /// The query as it was probably meant, if that finds more.
    pub did_you_mean: Option<String>,
    /// Nothing had all the words, and these are the nearest.
    pub widened: bool,
    /// How long it took.
    pub took: Duration,
}

impl Found {
    /// How many hits there are where one may be the answer; without one, authors have something to write.
    pub fn answers(&self) -> usize {
        if self.answered { self.total } else { 0 }
    }
}

/// Something that was found.
#[derive(Clone, Debug, Serialize)]
pub struct Hit {
    /// What it is.
    pub kind: Kind,
    /// The article's or the playbook's id.
    pub id: String,
    /// The section's heading as an address, or the step's id.
    pub anchor: Option<String>,
    /// The article's or the playbook's title.
    pub title: String,
    /// The section's heading or the step's title.
    pub heading: Option<String>,
    /// Words around what matched. Escaped HTML with `<mark>` and nothing else.
    pub snippet: String,
    /// For lists.
    pub category: Option<String>,
    /// Who may read it.
    pub audience: Vec<&'static str>,
    /// Its `review_by` is over.
    pub expired: bool,
    /// Higher is better; comparable within one search only.
    pub score: f32,
    /// Why, if it was asked for.
    pub explanation: Option<String>,
}

/// Where to begin with what a caller said.
#[derive(Clone, Debug, Default)]
pub struct Triage {
    /// Playbooks that can be started, best first, at most four; one alone if it is sure.
    pub playbooks: Vec<Candidate>,
    /// The first is sure enough to be started without asking which.
    pub sure: bool,
}

/// A playbook that may be meant.
#[derive(Clone, Debug, Serialize)]
pub struct Candidate {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// In a sentence.
    pub summary: Option<String>,
    /// How likely it is the one, between 0 and 1.
    pub confidence: f32,
}

/// Why an index cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Its folder cannot be read or written.
    #[error("the search index in `{folder}`: {source}")]
    Io {
        /// Which.
        folder: PathBuf,
        /// Why.
        source: std::io::Error,
    },
    /// It is damaged, or no index.
    #[error("the search index: {0}")]
    Index(#[from] tantivy::TantivyError),
}

/// The indexes of a desk, one for each kind of reader.
#[derive(Debug)]
pub struct Index {
    open: Shelf,
    staff: Shelf,
    synonyms: Synonyms,
    /// Of each shelf, compared with what callers say when the first of them does.
    playbooks: [OnceLock<Playbooks>; 2],
}

impl Index {
    /// Opens the index of these documents in a language below a folder, or builds it there; in memory without one.
    /// `synonyms` are lists of words and phrases that mean the same, beside those that every support desk knows.
    pub fn open(
        language: Language,
        folder: Option<&Path>,
        documents: Vec<Document>,
        synonyms: &[Vec<String>],
    ) -> Result<Self, Error> {
        let (open, staff) = entry::entries(documents);
        let synonyms = Synonyms::new(language, synonyms);
        let (open, staff) = match folder {
            Some(folder) => {
                let open = index::in_folder(language, &folder.join("open"), open)?;
                (open, index::in_folder(language, &folder.join("staff"), staff)?)
            }
            None => (index::in_memory(language, open)?, index::in_memory(language, staff)?),
        };
        Ok(Self { open, staff, synonyms, playbooks: Default::default() })
    }

    /// Reads what the first search needs.
    pub fn warm_up(&self) {
        self.open.vocabulary();
        self.staff.vocabulary();
    }

    /// Searches. Never fails: what a query cannot be is no query.
    pub fn search(&self, reader: Reader, query: &Query) -> Found {
        find::find(self.shelf(reader), &self.synonyms, query)
    }

    /// The ids of what a search finds, best first, and nothing to show them by.
    pub fn ids(&self, reader: Reader, query: &Query) -> Vec<&str> {
        let shelf = self.shelf(reader);
        let numbers = find::numbers(shelf, &self.synonyms, query);
        numbers.into_iter().map(|number| shelf.entries[number as usize].head.id.as_str()).collect()
    }

    /// Ranks otherwise: for choosing the weights.
    pub fn tune(&mut self, weights: Weights) {
        self.open.tune(weights);
        self.staff.tune(weights);
    }

    /// Where to begin with what a caller said.
    pub fn triage(&self, reader: Reader, query: &Query) -> Triage {
        let shelf = self.shelf(reader);
        let playbooks = self.playbooks[usize::from(reader == Reader::Staff)].get_or_init(|| Playbooks::new(shelf));
        triage::triage(shelf, playbooks, &self.synonyms, query)
    }

    /// The telling words of a text that something found has too, as they were probably meant: no word of the text
    /// itself that stands nowhere in the desk.
    pub fn own_words(&self, reader: Reader, text: &str) -> String {
        query::ask(text, false, self.shelf(reader), &self.synonyms).plain()
    }

    fn shelf(&self, reader: Reader) -> &Shelf {
        match reader {
            Reader::SelfService => &self.open,
            Reader::Staff => &self.staff,
        }
    }
}

/// The words of a text as the index has them, without those that say nothing: to compare texts with each other.
pub fn terms(text: &str) -> BTreeSet<String> {
    query::telling(text)
}

/// A category or tag as two that differ in case or accents are the same.
pub fn folded(name: &str) -> String {
    let mut out = String::new();
    let words = name.split_whitespace().map(|word| {
        analyzer::fold(word, &mut out);
        std::mem::take(&mut out)
    });
    words.collect::<Vec<_>>().join(" ")
}
