//! What was opened after which words, and whether it helped: a gentle lean of the ranking.
//!
//! It moves what the texts have found, by little, and only after several visits; it finds nothing by itself, and it
//! fades.

use super::{
    analyzer::{CODE, STEM},
    terms,
};
use std::collections::{BTreeMap, HashMap};

/// The most that an entry gains, as a share of its score.
const GAIN: f32 = 0.15;
/// The most that it loses.
const LOSS: f32 = 0.10;
/// So many visits count nothing; a visit is one visitor's on one day.
const FEWER: u64 = 3;
/// How much an opening counts beside somebody who says that it helped.
const OPENED: f32 = 0.2;
/// So many more openings and answers have to say the same until half of the most is reached.
const DOUBT: f32 = 8.0;
/// What is so many days old counts half.
const HALF_LIFE: f32 = 90.0;
/// Words that share less than this (Jaccard) with those of a search say nothing of it.
const ALIKE: f32 = 0.5;
/// A change below this is none.
const NOTHING: f32 = 0.005;

/// What became of an entry that was found by some words, on one day.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// As [`key`] makes them, with spaces between them.
    pub terms: String,
    /// See [`entry`].
    pub entry: String,
    /// So many days ago.
    pub age: u32,
    /// Visitors who opened it.
    pub opened: u64,
    /// Visitors whom it helped.
    pub helped: u64,
    /// Visitors whom it did not help.
    pub not_helped: u64,
}

/// What speaks for an entry, and against it.
#[derive(Clone, Copy, Debug, Default)]
struct Tally {
    visits: u64,
    good: f32,
    bad: f32,
}

impl Tally {
    /// By which an entry's score is multiplied.
    fn factor(&self) -> f32 {
        let lean = (self.good - self.bad) / (self.good + self.bad + DOUBT);
        1.0 + if lean > 0.0 { GAIN * lean } else { LOSS * lean }
    }
}

/// See the module.
#[derive(Debug, Default)]
pub struct Prior {
    /// For each key: how many terms it has, and what was opened.
    keys: Vec<(usize, Vec<(String, Tally)>)>,
    /// The keys that have a term.
    by_term: HashMap<String, Vec<u32>>,
}

impl Prior {
    /// From what was counted, in any order.
    pub fn new(rows: impl Iterator<Item = Row>) -> Self {
        let mut keys: BTreeMap<String, BTreeMap<String, Tally>> = BTreeMap::new();
        for row in rows {
            let tally = keys.entry(row.terms).or_default().entry(row.entry).or_default();
            let fresh = 0.5_f32.powf(row.age as f32 / HALF_LIFE);
            tally.visits += row.opened;
            tally.good += fresh * (row.helped as f32 + OPENED * row.opened as f32);
            tally.bad += fresh * row.not_helped as f32;
        }
        let mut out = Self::default();
        for (terms, tallies) in keys {
            let number = out.keys.len() as u32;
            let mut count = 0;
            for term in terms.split_whitespace() {
                out.by_term.entry(term.to_owned()).or_default().push(number);
                count += 1;
            }
            out.keys.push((count, tallies.into_iter().collect()));
        }
        out
    }

    /// By what the scores of which entries are multiplied in a search for words; all others stay as they are.
    pub fn factors(&self, words: &str) -> HashMap<String, f32> {
        if self.keys.is_empty() {
            return HashMap::new();
        }
        let terms = terms(words);
        let mut shared: BTreeMap<u32, usize> = BTreeMap::new();
        for key in terms.iter().filter_map(|term| self.by_term.get(term)).flatten() {
            *shared.entry(*key).or_default() += 1;
        }
        let mut sums: HashMap<&str, Tally> = HashMap::new();
        for (key, both) in shared {
            let (count, tallies) = &self.keys[key as usize];
            let alike = both as f32 / (terms.len() + count - both) as f32;
            for (entry, tally) in tallies.iter().filter(|_| alike >= ALIKE) {
                let sum = sums.entry(entry).or_default();
                sum.visits += tally.visits;
                sum.good += alike * tally.good;
                sum.bad += alike * tally.bad;
            }
        }
        let known = sums.into_iter().filter(|(_, sum)| sum.visits >= FEWER);
        let factors = known.map(|(entry, sum)| (entry.to_owned(), sum.factor()));
        factors.filter(|(_, factor)| (factor - 1.0).abs() >= NOTHING).collect()
    }
}

/// What words are known by: the telling ones, in order.
pub fn key(words: &str) -> String {
    terms(words).into_iter().collect::<Vec<_>>().join(" ")
}

/// Terms for people: words without their endings.
pub fn readable(terms: &str) -> String {
    terms.split_whitespace().map(|term| term.trim_start_matches([STEM, CODE])).collect::<Vec<_>>().join(" ")
}

/// What an article or a playbook is known by.
pub fn entry(is_playbook: bool, id: &str) -> String {
    format!("{}:{id}", if is_playbook { "playbook" } else { "article" })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(words: &str, id: &str, [opened, helped, not_helped]: [u64; 3], age: u32) -> Row {
        Row { terms: key(words), entry: entry(false, id), age, opened, helped, not_helped }
    }

    fn factor(rows: &[Row], words: &str, id: &str) -> f32 {
        Prior::new(rows.iter().cloned()).factors(words).get(&entry(false, id)).copied().unwrap_or(1.0)
    }

    #[test]
    fn it_leans_gently_to_what_helped() {
        let of = |counts| factor(&[row("printer offline", "a", counts, 0)], "the printer is offline", "a");
        assert_eq!(of([2, 2, 0]), 1.0, "two visits say nothing");
        let (few, many, endless) = (of([3, 3, 0]), of([30, 20, 0]), of([1_000_000, 1_000_000, 0]));
        assert!(1.0 < few && few < many && many < endless && endless <= 1.0 + GAIN, "{few} {many} {endless}");
        let (bad, worst) = (of([5, 0, 5]), of([1_000, 0, 1_000_000]));
        assert!(1.0 - LOSS <= worst && worst < bad && bad < 1.0, "{bad} {worst}");
        assert!(of([1_000, 0, 0]) > 1.1, "what is opened without an answer speaks for it too");
    }

    #[test]
    fn it_fades() {
        let of = |age| factor(&[row("printer offline", "a", [10, 10, 0], age)], "printer offline", "a");
        assert!(of(0) > of(90) && of(90) > of(365), "{} {} {}", of(0), of(90), of(365));
    }

    #[test]
    fn words_that_share_most_terms_count_by_what_they_share() {
        let rows = [row("printer offline office", "a", [10, 10, 0], 0), row("printer", "b", [10, 10, 0], 0)];
        let own = factor(&rows, "office printers offline", "a");
        let near = factor(&rows, "printer offline", "a");
        assert!(1.0 < near && near < own, "{near} {own}");
        assert_eq!(factor(&rows, "offline office mail calendar", "a"), 1.0);
        assert_eq!(factor(&rows, "", "b"), 1.0);
        assert_eq!(factor(&rows, "office printers offline", "c"), 1.0);
    }
}
