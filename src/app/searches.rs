//! What people search, and what they open of it: words and counts, nobody's.

use super::{App, Error, SELF_SERVICE, gaps::READ};
use crate::{
    case::anonymous,
    run::Audience,
    search::{Reader, prior},
};
use jiff::civil::Date;
use serde::Serialize;
use std::{cmp::Reverse, collections::BTreeMap};

/// Some words, and what became of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Search {
    /// What was searched.
    pub words: String,
    /// By whom: those who help themselves, or staff.
    pub audience: Audience,
    /// How often.
    pub times: u64,
    /// What was found the latest time; nothing, if none of it may be the answer.
    pub hits: u64,
    /// How often something was opened.
    pub opened: u64,
    /// What was opened by these words or others that say the same, most first.
    pub entries: Vec<Opened>,
}

/// What was opened, in visitors: each counts once a day.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Opened {
    /// `article` or `playbook`.
    pub kind: String,
    /// Its id.
    pub id: String,
    /// Who opened it.
    pub opened: u64,
    /// Whom it helped.
    pub helped: u64,
    /// Whom it did not help.
    pub not_helped: u64,
}

/// Of whom, and what the words are known by.
type Key = (bool, String);

impl App {
    /// The most frequent searches since a day, at most so many.
    pub async fn searches(&self, since: Date, most: usize) -> Result<Vec<Search>, Error> {
        let mut sums: BTreeMap<Key, (u64, u64, u64, Date)> = BTreeMap::new();
        for row in self.store.searches(since, READ).await? {
            let known = sums.entry((row.reader != SELF_SERVICE, row.words)).or_default();
            (known.0, known.2) = (known.0 + row.times, known.2 + row.opened);
            if row.day >= known.3 && row.times > 0 {
                (known.1, known.3) = (row.hits, row.day);
            }
        }
        let mut sums: Vec<_> = sums.into_iter().collect();
        sums.sort_by_key(|(_, (times, _, opened, _))| Reverse((*times, *opened)));
        sums.truncate(most);
        let (mut clicked, live) = (self.clicked(since).await?, self.live());
        let read = tokio::task::spawn_blocking(move || {
            let index = live.index_in(None);
            let search = |((staff, words), (times, hits, opened, _)): (Key, (u64, u64, u64, Date))| {
                let key = (staff, prior::key(&index.own_words(Reader::Staff, &words)));
                let audience = if staff { Audience::Agent } else { Audience::SelfService };
                let entries = clicked.remove(&key).unwrap_or_default();
                Search { words: anonymous(&words, &Default::default()), audience, times, hits, opened, entries }
            };
            sums.into_iter().map(search).collect()
        });
        Ok(read.await.expect("words can be read"))
    }

    /// What was opened by what since a day.
    pub(super) async fn clicked(&self, since: Date) -> Result<BTreeMap<Key, Vec<Opened>>, Error> {
        let mut clicked: BTreeMap<Key, Vec<Opened>> = BTreeMap::new();
        for row in self.store.clicks(since, READ).await? {
            let known = clicked.entry((row.reader != SELF_SERVICE, row.terms)).or_default();
            let at = known.iter().position(|it| it.kind == row.kind && it.id == row.id).unwrap_or(known.len());
            if at == known.len() {
                known.push(Opened { kind: row.kind, id: row.id, opened: 0, helped: 0, not_helped: 0 });
            }
            let entry = &mut known[at];
            entry.opened += row.opened;
            entry.helped += row.helped;
            entry.not_helped += row.not_helped;
        }
        clicked.values_mut().for_each(|all| all.sort_by_key(|it| Reverse((it.opened, it.helped))));
        Ok(clicked)
    }
}
