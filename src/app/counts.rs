//! What people search and open, as counts: gathered in memory, written every few seconds and at the end.

use super::{
    App, Live, SELF_SERVICE,
    learned::{Did, Trail, Visitors},
};
use crate::{
    case::{anonymous, fold},
    clock,
    language::Language,
    search::{Kind, Reader, prior},
    store::{Clicked, Searched, Viewed},
};
use jiff::{ToSpan, civil::Date};
use std::{
    collections::HashMap,
    mem,
    sync::{Arc, PoisonError},
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// How often it is written.
const FLUSH: Duration = Duration::from_secs(5);
/// After so many times what people opened is read again.
const LEARN: u64 = 24;
/// The longest words that are kept, in characters.
const LONGEST: usize = 200;
/// Of a text with more words than this only the desk's own are kept.
const WORDS: usize = 12;
/// So many different ones are counted between two writes; more are somebody's nonsense.
const MOST: usize = 2000;
/// So many days it is kept.
const KEPT: i64 = 400;

/// What was not written yet.
#[derive(Debug, Default)]
struct Fresh {
    searches: HashMap<(Date, Reader, String), (u64, u64, u64)>,
    views: HashMap<(Date, &'static str, String), u64>,
    clicks: HashMap<Click, Clicks>,
}

/// What was opened of what a search found.
#[derive(Debug, PartialEq, Eq, Hash)]
struct Click {
    day: Date,
    reader: Reader,
    language: Language,
    words: String,
    kind: &'static str,
    id: String,
}

/// What was not written yet, and who did it today.
#[derive(Debug, Default)]
pub(super) struct Counts {
    fresh: Fresh,
    visitors: Visitors,
}

/// What became of something that a search found.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Clicks {
    pub opened: u64,
    pub helped: u64,
    pub not_helped: u64,
}

impl Fresh {
    fn search(&mut self, reader: Reader, words: &str) -> Option<&mut (u64, u64, u64)> {
        let key = (clock::today(), reader, shortened(words));
        let fits = !key.2.is_empty() && (self.searches.len() < MOST || self.searches.contains_key(&key));
        fits.then(|| self.searches.entry(key).or_default())
    }
}

/// Words as they are counted.
fn shortened(words: &str) -> String {
    fold(words).chars().take(LONGEST).collect()
}

fn reader_name(reader: Reader) -> &'static str {
    match reader {
        Reader::SelfService => SELF_SERVICE,
        Reader::Staff => "staff",
    }
}

type Rows = (Vec<Searched>, Vec<Viewed>, Vec<Clicked>);

impl Fresh {
    /// As it is kept. Of words that may say who searched, only the desk's own are: of long texts in the list of
    /// searches, of all in what was opened.
    fn rows(&self, live: &Live) -> Rows {
        let own = |language, words: &str| live.index_in(language).own_words(Reader::Staff, words);
        let kept = |words: &str| match words.split_whitespace().count() > WORDS {
            true => own(None, words),
            false => fold(&anonymous(words, &Default::default())),
        };
        let searched = |((day, who, words), (times, hits, opened)): (&(Date, Reader, String), &(u64, u64, u64))| {
            let (reader, words) = (reader_name(*who).to_owned(), kept(words));
            Searched { day: *day, reader, words, times: *times, hits: *hits, opened: *opened }
        };
        let viewed = |((day, kind, id), times): (&(Date, &'static str, String), &u64)| Viewed {
            day: *day,
            kind: (*kind).to_owned(),
            id: id.clone(),
            times: *times,
        };
        let clicked = |(click, clicks): (&Click, &Clicks)| Clicked {
            day: click.day,
            reader: reader_name(click.reader).to_owned(),
            terms: prior::key(&own(Some(click.language), &click.words)),
            kind: click.kind.to_owned(),
            id: click.id.clone(),
            opened: clicks.opened,
            helped: clicks.helped,
            not_helped: clicks.not_helped,
        };
        let searches = self.searches.iter().map(searched).filter(|known| !known.words.is_empty());
        let clicks = self.clicks.iter().map(clicked).filter(|known| !known.terms.is_empty());
        (searches.collect(), self.views.iter().map(viewed).collect(), clicks.collect())
    }

    /// Adds what was counted meanwhile.
    fn add(&mut self, later: Self) {
        for (key, (times, hits, opened)) in later.searches {
            let known = self.searches.entry(key).or_default();
            *known = (known.0 + times, if times > 0 { hits } else { known.1 }, known.2 + opened);
        }
        for (key, times) in later.views {
            *self.views.entry(key).or_default() += times;
        }
        for (key, clicks) in later.clicks {
            let known = self.clicks.entry(key).or_default();
            known.opened += clicks.opened;
            known.helped += clicks.helped;
            known.not_helped += clicks.not_helped;
        }
    }
}

impl App {
    fn counts(&self) -> std::sync::MutexGuard<'_, Counts> {
        self.counts.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Somebody searched, and found so much.
    pub fn searched(&self, reader: Reader, words: &str, hits: usize) {
        if let Some(known) = self.counts().fresh.search(reader, words) {
            (known.0, known.1) = (known.0 + 1, hits as u64);
        }
    }

    /// Something was opened from a search.
    pub(super) fn opened_from(&self, reader: Reader, words: &str) {
        if let Some(known) = self.counts().fresh.search(reader, words) {
            known.2 += 1;
        }
    }

    /// Somebody who helps themselves opened an `article` or a `playbook`.
    pub fn viewed(&self, kind: &'static str, id: &str) {
        *self.counts().fresh.views.entry((clock::today(), kind, id.to_owned())).or_default() += 1;
    }

    /// A visitor did something with what a search had found; it counts the first time that day.
    pub(super) fn did(&self, trail: Trail<'_>, kind: Kind, id: &str, did: Did, count: impl FnOnce(&mut Clicks)) {
        let (day, words) = (clock::today(), shortened(trail.words));
        if words.is_empty() || self.live().desk.policy.ranks_by_texts {
            return;
        }
        let Trail { reader, language, visitor, .. } = trail;
        let kind = if matches!(kind, Kind::Playbook | Kind::Step) { "playbook" } else { "article" };
        let click = Click { day, reader, language, words, kind, id: id.to_owned() };
        let Counts { fresh, visitors } = &mut *self.counts();
        let fits = fresh.clicks.len() < MOST || fresh.clicks.contains_key(&click);
        if fits && visitors.first(day, visitor, did, (kind, id)) {
            count(fresh.clicks.entry(click).or_default());
        }
    }

    /// Writes what was counted since the last time. What cannot be written is counted on.
    pub async fn flush_counts(&self) {
        let (fresh, live) = (mem::take(&mut self.counts().fresh), self.live());
        let read = tokio::task::spawn_blocking(move || (fresh.rows(&live), fresh));
        let ((searches, views, clicks), mut fresh) = read.await.expect("words can be read");
        let Err(error) = self.store.count(&searches, &views, &clicks).await else { return };
        tracing::warn!(%error, "what was searched and opened could not be counted");
        let mut counts = self.counts();
        fresh.add(mem::take(&mut counts.fresh));
        counts.fresh = fresh;
    }

    /// Forgets counts that are too old to tell anything.
    async fn forget_counts(&self, today: Date) {
        if let Err(error) = self.store.forget_counts(today.saturating_sub(KEPT.days())).await {
            tracing::warn!(%error, "old counts could not be forgotten");
        }
    }
}

/// Writes what is counted until `stop`, and the rest then; learns from it now and then.
pub async fn count(app: Arc<App>, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(FLUSH);
    let (mut turn, mut swept) = (0, None);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        app.flush_counts().await;
        if turn % LEARN == 0
            && let Err(error) = app.learn().await
        {
            tracing::warn!(%error, "what was opened could not be read");
        }
        if swept != Some(clock::today()) {
            swept = Some(clock::today());
            app.forget_counts(clock::today()).await;
        }
        turn += 1;
    }
    app.flush_counts().await;
}
