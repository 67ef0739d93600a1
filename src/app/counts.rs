//! What people search and open, as counts: gathered in memory, written every few seconds and at the end.

use super::App;
use crate::{
    case::fold,
    clock,
    search::Reader,
    store::{Searched, Viewed},
};
use jiff::civil::Date;
use std::{
    collections::HashMap,
    mem,
    sync::{Arc, PoisonError},
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// How often it is written.
const FLUSH: Duration = Duration::from_secs(5);
/// The longest words that are kept, in characters.
const LONGEST: usize = 200;
/// So many different ones are counted between two writes; more are somebody's nonsense.
const MOST: usize = 2000;

/// What was not written yet.
#[derive(Debug, Default)]
pub(super) struct Counts {
    searches: HashMap<(Date, Reader, String), (u64, u64, u64)>,
    views: HashMap<(Date, &'static str, String), u64>,
}

impl Counts {
    fn search(&mut self, reader: Reader, words: &str) -> Option<&mut (u64, u64, u64)> {
        let words: String = fold(words).chars().take(LONGEST).collect();
        let key = (clock::today(), reader, words);
        let fits = !key.2.is_empty() && (self.searches.len() < MOST || self.searches.contains_key(&key));
        fits.then(|| self.searches.entry(key).or_default())
    }
}

impl App {
    fn counts(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody searched, and found so much.
    pub fn searched(&self, reader: Reader, words: &str, hits: usize) {
        if let Some(known) = self.counts().search(reader, words) {
            (known.0, known.1) = (known.0 + 1, hits as u64);
        }
    }

    /// Somebody opened something that a search had found.
    pub fn opened(&self, reader: Reader, words: &str) {
        if let Some(known) = self.counts().search(reader, words) {
            known.2 += 1;
        }
    }

    /// Somebody who helps themselves opened an `article` or a `playbook`.
    pub fn viewed(&self, kind: &'static str, id: &str) {
        *self.counts().views.entry((clock::today(), kind, id.to_owned())).or_default() += 1;
    }

    /// Writes what was counted since the last time. What cannot be written is counted on.
    pub async fn flush_counts(&self) {
        let Counts { searches, views } = mem::take(&mut *self.counts());
        let reader = |reader| if reader == Reader::Staff { "staff" } else { "self-service" };
        let searched = |((day, who, words), (times, hits, opened)): (&(Date, Reader, String), &(u64, u64, u64))| {
            let (reader, words) = (reader(*who).to_owned(), words.clone());
            Searched { day: *day, reader, words, times: *times, hits: *hits, opened: *opened }
        };
        let viewed = |((day, kind, id), times): (&(Date, &'static str, String), &u64)| Viewed {
            day: *day,
            kind: (*kind).to_owned(),
            id: id.clone(),
            times: *times,
        };
        let (searched, viewed) = (searches.iter().map(searched).collect::<Vec<_>>(), views.iter().map(viewed));
        let Err(error) = self.store.count(&searched, &viewed.collect::<Vec<_>>()).await else { return };
        tracing::warn!(%error, "what was searched and opened could not be counted");
        let mut counts = self.counts();
        for (key, (times, hits, opened)) in searches {
            let known = counts.searches.entry(key).or_insert((0, hits, 0));
            (known.0, known.2) = (known.0 + times, known.2 + opened);
        }
        for (key, times) in views {
            *counts.views.entry(key).or_default() += times;
        }
    }
}

/// Writes what is counted until `stop`, and the rest then.
pub async fn count(app: Arc<App>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(FLUSH);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        app.flush_counts().await;
    }
    app.flush_counts().await;
}
