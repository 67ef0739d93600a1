//! What is found for somebody's words: known outages, the playbook to start with, articles.

use super::article_address;
use crate::{
    search::{self, Hit, Kind, Triage},
    store::Incident,
};
use serde::Serialize;

/// See the module.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Found {
    /// What was looked for.
    pub words: String,
    /// Known outages that it may be, the likeliest first.
    pub outages: Vec<OutageView>,
    /// Whether the first playbook is the one; otherwise which one is a question.
    pub sure: bool,
    /// Playbooks to start with, the likeliest first.
    pub starts: Vec<StartView>,
    /// Articles, the best first.
    pub hits: Vec<HitView>,
    /// Nothing had all the words, and the articles are the nearest.
    pub widened: bool,
    /// The words as they were probably meant.
    pub did_you_mean: Option<String>,
    /// Whether one of the playbooks can be started from here.
    pub may_start: bool,
    /// The case that it is looked up for.
    pub case: Option<u64>,
}

/// A known outage in a few lines.
#[derive(Clone, Debug, Serialize)]
pub struct OutageView {
    /// Where it is.
    pub address: String,
    /// In a few words.
    pub title: String,
    /// What callers are told, in a line.
    pub line: String,
}

/// A playbook to start with.
#[derive(Clone, Debug, Serialize)]
pub struct StartView {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// In a sentence.
    pub summary: Option<String>,
    /// How sure, in words.
    pub sure: &'static str,
}

/// An article, or a part of one.
#[derive(Clone, Debug, Serialize)]
pub struct HitView {
    /// Where it is.
    pub address: String,
    /// The article's title.
    pub title: String,
    /// The heading of the part.
    pub heading: Option<String>,
    /// Escaped HTML with `<mark>` and nothing else.
    pub snippet: String,
    /// Somebody should look at it again.
    pub expired: bool,
}

impl Found {
    /// For words; `case` is the one that it is looked up for.
    pub fn new(words: String, outages: Vec<Incident>, triage: Triage, found: search::Found, case: Option<u64>) -> Self {
        let start = |candidate: search::Candidate| StartView {
            id: candidate.id,
            title: candidate.title,
            summary: candidate.summary,
            sure: sure(candidate.confidence),
        };
        let hits = found.hits.into_iter().map(|hit| HitView::new(hit, case, &words)).collect();
        Self {
            words,
            outages: outages.iter().map(OutageView::new).collect(),
            sure: triage.sure,
            starts: triage.playbooks.into_iter().map(start).collect(),
            hits,
            widened: found.widened,
            did_you_mean: found.did_you_mean,
            may_start: true,
            case,
        }
    }
}

impl OutageView {
    /// Of an outage.
    pub fn new(incident: &Incident) -> Self {
        Self {
            address: format!("/incidents/{}", incident.id),
            title: incident.title.clone(),
            line: crate::markdown::first_line(&incident.text),
        }
    }
}

impl HitView {
    /// Of a hit that is an article or a part of one, found by somebody's words, or by nobody's.
    pub fn new(hit: Hit, case: Option<u64>, words: &str) -> Self {
        let anchor = hit.anchor.as_deref().filter(|_| hit.kind == Kind::Section);
        Self {
            address: article_address(&hit.id, anchor, case, words),
            title: hit.title,
            heading: hit.heading.filter(|_| hit.kind == Kind::Section),
            snippet: hit.snippet,
            expired: hit.expired,
        }
    }
}

fn sure(confidence: f32) -> &'static str {
    match confidence {
        c if c >= 0.75 => "almost sure",
        c if c >= 0.4 => "likely",
        _ => "possible",
    }
}
