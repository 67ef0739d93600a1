//! Finding articles, their sections, playbooks and steps by the words that people use.
//!
//! What is found is decided when the index is built: self-service has an index of its own, which holds only what it
//! may read, so that no count, snippet, suggestion or facet can tell of anything else.

mod document;

pub use document::{Document, Kind, articles, playbook};

use serde::Serialize;
use std::{collections::BTreeMap, time::Duration};

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
}

/// What was found.
#[derive(Clone, Debug, Default)]
pub struct Found {
    /// Best first. An article and its sections are one hit, which opens at the section that matched best.
    pub hits: Vec<Hit>,
    /// How many there are in all.
    pub total: usize,
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

/// Why an index cannot be opened or asked.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The folder of the index.
    #[error("the search index in `{folder}`: {source}")]
    Io {
        /// Which.
        folder: std::path::PathBuf,
        /// Why.
        source: std::io::Error,
    },
}

/// The indexes of a desk, one for each kind of reader.
#[derive(Debug, Default)]
pub struct Index {
    documents: Vec<Document>,
}

impl Index {
    /// Opens the index of these documents below a folder, or builds it there; in memory without one.
    pub fn open(_folder: Option<&std::path::Path>, documents: Vec<Document>) -> Result<Self, Error> {
        Ok(Self { documents })
    }

    /// Searches. Never fails: what a query cannot be is no query.
    pub fn search(&self, reader: Reader, query: &Query) -> Found {
        let words: Vec<String> = query.words.to_lowercase().split_whitespace().map(str::to_owned).collect();
        let readable = self.documents.iter().filter(|document| reader == Reader::Staff || document.self_service);
        let mut hits: Vec<Hit> = readable
            .filter_map(|document| {
                let text =
                    format!("{} {} {}", document.title, document.symptoms.join(" "), document.body).to_lowercase();
                let score = words.iter().filter(|word| text.contains(word.as_str())).count() as f32;
                (score > 0.0).then(|| Hit {
                    kind: document.kind,
                    id: document.id.clone(),
                    anchor: document.anchor.clone(),
                    title: document.title.clone(),
                    heading: None,
                    snippet: String::new(),
                    category: document.category.clone(),
                    audience: vec!["agent"],
                    expired: document.expired,
                    score,
                    explanation: None,
                })
            })
            .collect();
        hits.sort_by(|a, b| b.score.total_cmp(&a.score));
        let total = hits.len();
        hits.truncate(if query.limit == 0 { 10 } else { query.limit });
        Found { hits, total, ..Found::default() }
    }

    /// Where to begin with what a caller said.
    pub fn triage(&self, reader: Reader, query: &Query) -> Triage {
        let query = Query { kinds: vec![Kind::Playbook], ..query.clone() };
        let found = self.search(reader, &query);
        let candidate = |hit: Hit| Candidate { id: hit.id, title: hit.title, summary: None, confidence: 0.5 };
        Triage { playbooks: found.hits.into_iter().take(4).map(candidate).collect(), sure: false }
    }
}

/// The words of a text as the index has them, without those that say nothing: to compare texts with each other.
pub fn terms(text: &str) -> std::collections::BTreeSet<String> {
    text.to_lowercase().split(|c: char| !c.is_alphanumeric()).filter(|word| word.len() > 2).map(str::to_owned).collect()
}
