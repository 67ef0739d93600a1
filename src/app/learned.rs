//! What people open of what they find, and whether it helps: counted without them, and a prior for their searches.

use super::{App, Error, SELF_SERVICE};
use crate::{
    case::{Case, Entry, Event, anonymous},
    clock,
    language::Language,
    playbook::flow::EndKind,
    run::View,
    search::{Kind, Prior, Query, Reader, prior},
    store::{self, Clicked, Store},
};
use jiff::{ToSpan, civil::Date};
use std::{
    collections::{HashMap, HashSet},
    hash::{BuildHasher, RandomState},
    path::Path,
    sync::{Arc, PoisonError},
};

/// So many rows are read.
const READ: u32 = 50_000;
/// What is older weighs nothing any more.
const DAYS: i64 = 365;
/// So many things count in all that one visitor opens and says on a day.
const A_DAY: u32 = 40;
/// So many are remembered on a day; more are somebody's nonsense.
const MOST: usize = 100_000;

/// Somebody's search, as an address carries it on.
#[derive(Clone, Copy, Debug)]
pub struct Trail<'a> {
    /// What they may read.
    pub reader: Reader,
    /// What they read in.
    pub language: Language,
    /// The words; empty if there was no search.
    pub words: &'a str,
    /// Who, to tell visitors apart for a day: never kept.
    pub visitor: &'a str,
}

/// What somebody did after a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) enum Did {
    Opened,
    /// Said, or showed, whether it helped.
    Judged,
}

/// Who did what today: hashes under a key that lies nowhere but here, and that is another one tomorrow.
#[derive(Debug, Default)]
pub(super) struct Visitors {
    day: Date,
    key: RandomState,
    known: HashSet<u64>,
    counts: HashMap<u64, u32>,
}

impl Visitors {
    /// Whether it is the first time today that the visitor does this with an entry, under whatever words.
    pub fn first(&mut self, today: Date, visitor: &str, did: Did, what: (&str, &str)) -> bool {
        if self.day != today {
            *self = Self { day: today, ..Self::default() };
        }
        let who = self.key.hash_one(visitor);
        let fits = self.known.len() < MOST && self.counts.get(&who).is_none_or(|count| *count < A_DAY);
        let first = fits && self.known.insert(self.key.hash_one((visitor, did, what)));
        if first {
            *self.counts.entry(who).or_default() += 1;
        }
        first
    }
}

/// What was learned, for each kind of reader.
#[derive(Debug, Default)]
pub(super) struct Learned {
    open: Arc<Prior>,
    staff: Arc<Prior>,
}

impl Learned {
    async fn read(store: &dyn Store) -> Result<Self, store::Error> {
        let today = clock::today();
        let clicks = store.clicks(today.saturating_sub(DAYS.days()), READ).await?;
        let row = |known: &Clicked| prior::Row {
            terms: known.terms.clone(),
            entry: prior::entry(known.kind == "playbook", &known.id),
            age: today.since(known.day).map_or(0, |age| age.get_days().max(0) as u32),
            opened: known.opened,
            helped: known.helped,
            not_helped: known.not_helped,
        };
        // What staff open moves nothing for others.
        let open = clicks.iter().filter(|known| known.reader == SELF_SERVICE);
        Ok(Self { open: Prior::new(open.map(row)).into(), staff: Prior::new(clicks.iter().map(row)).into() })
    }

    fn of(&self, reader: Reader) -> Arc<Prior> {
        Arc::clone(match reader {
            Reader::SelfService => &self.open,
            Reader::Staff => &self.staff,
        })
    }
}

/// What the people of a data folder opened before, if anything is kept there.
pub async fn prior_in(data: &Path, reader: Reader) -> Result<Option<Arc<Prior>>, store::Error> {
    if !store::Sqlite::is_in(data) {
        return Ok(None);
    }
    let store = store::Sqlite::open(data).await?;
    let learned = Learned::read(&store).await;
    store.close().await;
    Ok(Some(learned?.of(reader)))
}

impl App {
    /// Learns what was opened since the last time, by other processes too.
    pub async fn learn(&self) -> Result<(), Error> {
        let learned = match self.live().desk.policy.ranks_by_texts {
            true => Learned::default(),
            false => Learned::read(&*self.store).await?,
        };
        *self.learned.write().unwrap_or_else(PoisonError::into_inner) = learned.into();
        Ok(())
    }

    /// What may move a reader's search.
    pub(super) fn prior(&self, reader: Reader) -> Option<Arc<Prior>> {
        let learned = || Arc::clone(&self.learned.read().unwrap_or_else(PoisonError::into_inner));
        (!self.live().desk.policy.ranks_by_texts).then(|| learned().of(reader))
    }

    /// Somebody opened something that a search had found.
    pub fn opened(&self, trail: Trail<'_>, kind: Kind, id: &str) {
        self.opened_from(trail.reader, trail.words);
        self.did(trail, kind, id, Did::Opened, |known| known.opened += 1);
    }

    /// It helped them, or it did not.
    pub fn judged(&self, trail: Trail<'_>, kind: Kind, id: &str, helped: bool) {
        self.did(trail, kind, id, Did::Judged, |known| match helped {
            true => known.helped += 1,
            false => known.not_helped += 1,
        });
    }

    /// Staff began a case with what a caller says: that is what they searched for, and the playbook what they opened.
    pub async fn began(&self, case: &Case, visitor: &str, language: Language, playbook: Option<&str>) {
        let words = anonymous(&case.words, &case.requester);
        let query = Query { words: case.words.clone(), limit: 1, language: Some(language), ..Query::default() };
        let found = self.search(Reader::Staff, query).await;
        self.searched(Reader::Staff, &words, found.answers());
        if let Some(id) = playbook {
            let trail = Trail { reader: Reader::Staff, language, words: &case.words, visitor };
            self.opened_from(Reader::Staff, &words);
            self.did(trail, Kind::Playbook, id, Did::Opened, |known| known.opened += 1);
        }
    }

    /// What a case's playbook came to, if its latest entry says so, for the words that it began with: solved and
    /// confirmed, or nothing that helped. An ending that hands over does what it should, and says nothing.
    pub fn came_to(&self, case: &Case, visitor: &str, language: Language) {
        let Some(run) = case.runs.last() else { return };
        let unsolved = |reason: &str| ["not-resolved", "stuck", "hand-over"].contains(&reason);
        let last = case.entries.iter().rev().map(|Entry { event, .. }| event);
        let mut last = last.filter(|event| !matches!(event, Event::FactsLearned { .. } | Event::Judged { .. }));
        let solves = match run.run.view(&case.info()) {
            View::Outcome(outcome) => outcome.ending == Some(EndKind::Resolved),
            View::Prompt(_) => false,
        };
        let helped = match last.next() {
            Some(Event::Resolved { confirmed: true, .. }) if solves => true,
            Some(Event::Reopened { .. }) if solves => false,
            Some(Event::Escalated { escalation }) if unsolved(&escalation.envelope.why.reason) => false,
            _ => return,
        };
        let reader = if run.by == SELF_SERVICE { Reader::SelfService } else { Reader::Staff };
        let trail = Trail { reader, language, words: &case.words, visitor };
        self.judged(trail, Kind::Playbook, &run.playbook, helped);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;

    #[test]
    fn a_visitor_counts_once_a_day_and_only_so_often() {
        let (mut visitors, today) = (Visitors::default(), date(2026, 11, 22));
        let mut first = |day, visitor: &str, did, id: &str| visitors.first(day, visitor, did, ("article", id));
        assert!(first(today, "a", Did::Opened, "1"));
        assert!(!(0..100).any(|_| first(today, "a", Did::Opened, "1")));
        assert!(first(today, "a", Did::Judged, "1") && first(today, "a", Did::Opened, "2"));
        assert!(first(today, "b", Did::Opened, "1"));
        let many = (0..100).filter(|n| first(today, "c", Did::Opened, &n.to_string())).count();
        assert_eq!(many, A_DAY as usize);
        assert!(first(date(2026, 11, 23), "a", Did::Opened, "1"));
    }
}
