//! Looking things up: as the caller's words are typed, and beside a case.

use super::{
    error::Answer,
    page::{case::known, found::Found},
    visit::Visit,
};
use crate::{
    case::{Case, State},
    markdown,
    run::View,
    search::{Hit, Kind, Query, Reader},
};
use axum::extract::{self, Path};
use serde::Deserialize;

/// So many articles are shown.
const ARTICLES: usize = 5;
/// Longer words are no search.
const LONGEST: usize = 2000;

/// What is looked for.
#[derive(Deserialize)]
pub struct Words {
    #[serde(default)]
    q: String,
    /// Not empty while it is being typed.
    #[serde(default)]
    typing: String,
}

impl Visit {
    /// What is found for somebody's words. `case` is the one that it is looked up for, with what is known there.
    pub async fn found(&self, words: &str, typing: bool, case: Option<&Case>) -> Found {
        let words: String = words.trim().chars().take(LONGEST).collect();
        let number = case.map(|case| case.number);
        if words.is_empty() {
            return Found { case: number, ..Found::default() };
        }
        let query = Query {
            words: words.clone(),
            typing,
            facts: case.map(known).unwrap_or_default(),
            language: Some(self.speech.language),
            ..Query::default()
        };
        let articles = Query { kinds: vec![Kind::Article, Kind::Section], limit: ARTICLES, ..query.clone() };
        let triage = self.app().triage(Reader::Staff, query).await;
        let first = triage.playbooks.first().filter(|_| triage.sure).map(|first| first.id.as_str());
        let outages = self.app().incidents_for(Reader::Staff, &words, first.as_slice()).await;
        let found = self.app().search(Reader::Staff, articles).await;
        // What is typed is no search yet; on the start page it is one when the case begins.
        if case.is_some() && !typing {
            self.app().searched(Reader::Staff, &words, found.answers() + triage.playbooks.len());
        }
        Found::new(words, outages, triage, found, number)
    }

    /// The article that fits a case's step best, where the step names none: what the step asks is read with what the run
    /// is about, and then what the caller said. None if nothing has most of it.
    pub async fn suggestion(&self, case: &Case) -> Option<Hit> {
        let run = case.latest_run()?;
        let language = Some(self.speech.language);
        let View::Prompt(prompt) = run.run.view(&self.live().info(case, self.speech.language)) else { return None };
        for words in [&markdown::first_line(&prompt.text), &case.words] {
            let (words, kinds) = (format!("{} {words}", run.title), vec![Kind::Article, Kind::Section]);
            let query = Query { words, kinds, facts: known(case), limit: 1, language, ..Query::default() };
            let found = self.app().search(Reader::Staff, query).await;
            if let Some(hit) = found.hits.into_iter().next().filter(|_| found.answered) {
                return Some(hit);
            }
        }
        None
    }
}

/// `GET /suggest`: the part of the start page that follows the words.
pub async fn suggest(visit: Visit, extract::Query(Words { q, .. }): extract::Query<Words>) -> Answer {
    let found = visit.found(&q, true, None).await;
    Ok(visit.page("suggest.html", "", found).await)
}

/// `GET /cases/{number}/search`
pub async fn beside(
    visit: Visit,
    Path(number): Path<u64>,
    extract::Query(Words { q, typing }): extract::Query<Words>,
) -> Answer {
    let case = visit.case(number).await?;
    let may_start = case.holder.as_deref() == Some(&*visit.actor().name) && case.state == State::Open;
    let found = Found { may_start, ..visit.found(&q, !typing.is_empty(), Some(&case)).await };
    Ok(visit.page("case_search.html", "", found).await)
}
