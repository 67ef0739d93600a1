//! The words of an index: how they go on, and which are near to one that is unknown.

use std::collections::HashMap;

/// See the module.
#[derive(Debug, Default)]
pub struct Vocabulary {
    /// In order.
    words: Vec<Box<str>>,
    counts: Vec<u32>,
    /// Words of letters alone by how many: which letters each has, a bit for each, and its place. Words that are near
    /// differ in few.
    letters: Vec<Vec<(u32, u32)>>,
}

/// A word that is near to another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Near<'a> {
    /// As indexed.
    pub word: &'a str,
    /// Letters to change, add, leave out or swap with the next.
    pub edits: usize,
    /// How many entries have it.
    pub count: u32,
}

/// How many letters of a word may be wrong; of shorter ones two may be swapped.
pub fn edits(word: &str) -> usize {
    match word.chars().count() {
        _ if has_digit(word) => 0,
        0..5 => 0,
        5..9 => 1,
        _ => 2,
    }
}

impl Vocabulary {
    /// Of words with the number of entries that have them.
    pub fn new(words: HashMap<Box<str>, u32>) -> Self {
        let mut words: Vec<_> = words.into_iter().collect();
        words.sort_unstable();
        let mut letters: Vec<Vec<(u32, u32)>> = Vec::new();
        for ((word, _), at) in words.iter().zip(0..).filter(|((word, _), _)| !has_digit(word)) {
            let length = word.chars().count();
            letters.resize_with(letters.len().max(length + 1), Vec::new);
            letters[length].push((self::letters(word), at));
        }
        let (words, counts) = words.into_iter().unzip();
        Self { words, counts, letters }
    }

    /// How many entries have a word.
    pub fn count(&self, word: &str) -> u32 {
        self.words.binary_search_by(|known| (**known).cmp(word)).map_or(0, |at| self.counts[at])
    }

    /// The most frequent words that go on from a beginning.
    pub fn beginning(&self, beginning: &str, limit: usize) -> Vec<&str> {
        let from = self.words.partition_point(|word| **word < *beginning);
        let to = from + self.words[from..].partition_point(|word| word.starts_with(beginning));
        let mut found: Vec<usize> = (from..to).collect();
        found.sort_by_key(|at| std::cmp::Reverse(self.counts[*at]));
        found.truncate(limit);
        found.into_iter().map(|at| &*self.words[at]).collect()
    }

    /// The nearest words, the likeliest first: fewer edits, then the same first letter, then no other letters than were
    /// typed (swapped, doubled or not), then the more frequent.
    pub fn near(&self, word: &str, limit: usize) -> Vec<Near<'_>> {
        let most = edits(word);
        let wanted: Vec<char> = word.chars().collect();
        if most == 0 {
            return self.swapped(&wanted);
        }
        let mask = letters(word);
        let mut found = Vec::new();
        let mut table = Vec::new();
        let lengths = wanted.len() - most..=wanted.len() + most;
        let (from, to) = (*lengths.start(), self.letters.len().min(lengths.end() + 1));
        for (has, at) in self.letters.get(from..to).into_iter().flatten().flatten() {
            if (has ^ mask).count_ones() as usize > 2 * most {
                continue;
            }
            let candidate = &*self.words[*at as usize];
            if let Some(edits) = distance(&wanted, candidate, most, &mut table).filter(|edits| *edits > 0) {
                found.push(Near { word: candidate, edits, count: self.counts[*at as usize] });
            }
        }
        let first = wanted.first().copied();
        found.sort_by_key(|near| {
            let (begins, others) = (near.word.chars().next() == first, letters(near.word) != mask);
            (near.edits, !begins, others, std::cmp::Reverse(near.count))
        });
        found.truncate(limit);
        found
    }

    /// Short words with two neighbours swapped: another edit makes another word of them.
    fn swapped(&self, word: &[char]) -> Vec<Near<'_>> {
        let short = word.len() > 2 && word.iter().all(|c| c.is_alphabetic());
        let swaps = (1..word.len()).filter(|at| short && word[at - 1] != word[*at]).filter_map(|at| {
            let mut swapped = word.to_vec();
            swapped.swap(at - 1, at);
            let swapped: String = swapped.into_iter().collect();
            let at = self.words.binary_search_by(|known| (**known).cmp(&swapped)).ok()?;
            Some(Near { word: &self.words[at], edits: 1, count: self.counts[at] })
        });
        let mut found: Vec<_> = swaps.collect();
        found.sort_by_key(|near| std::cmp::Reverse(near.count));
        found
    }

    /// The longest known word of five letters or more that a word ends in: what a German compound is a kind of.
    pub fn ending(&self, word: &str) -> Option<&str> {
        let ends = word.char_indices().map(|(at, _)| &word[at..]).skip(2);
        let mut ends = ends.take_while(|end| end.chars().count() > 4).filter(|end| self.count(end) > 0);
        let at = ends.next().and_then(|end| self.words.binary_search_by(|known| (**known).cmp(end)).ok())?;
        Some(&self.words[at])
    }

    /// The word as two that are both known, if it can be: the pair whose rarer half is the most frequent.
    pub fn halves(&self, word: &str) -> Option<(&str, &str)> {
        let known = |part: &str| self.words.binary_search_by(|known| (**known).cmp(part)).ok();
        let cuts = word.char_indices().map(|(at, _)| at).filter(|at| *at >= 2 && word.len() - at >= 2);
        let pairs = cuts.filter_map(|at| Some((known(&word[..at])?, known(&word[at..])?)));
        let best = pairs.max_by_key(|(a, b)| self.counts[*a].min(self.counts[*b]))?;
        Some((&*self.words[best.0], &*self.words[best.1]))
    }
}

fn has_digit(word: &str) -> bool {
    word.bytes().any(|byte| byte.is_ascii_digit())
}

fn letters(word: &str) -> u32 {
    word.chars().fold(0, |mask, c| {
        let bit = match c {
            'a'..='z' => c as u32 - 'a' as u32,
            '0'..='9' => 26,
            c if c.is_ascii() => 27,
            c => 28 + (c as u32 % 4),
        };
        mask | 1 << bit
    })
}

/// How many edits lie between two words, a swap of neighbours being one; `None` if more than allowed.
fn distance(wanted: &[char], other: &str, most: usize, table: &mut Vec<[usize; 3]>) -> Option<usize> {
    let width = wanted.len() + 1;
    table.clear();
    table.extend((0..width).map(|n| [n, 0, 0]));
    // Of each column: this row, the one above, the one above that.
    let mut before = None;
    let mut row = 0;
    for c in other.chars() {
        row += 1;
        table.iter_mut().for_each(|[this, above, far]| (*far, *above) = (*above, *this));
        table[0][0] = row;
        let mut least = row;
        for n in 1..width {
            let change = table[n - 1][1] + usize::from(wanted[n - 1] != c);
            let mut best = change.min(table[n][1] + 1).min(table[n - 1][0] + 1);
            if n > 1 && before == Some(wanted[n - 1]) && wanted[n - 2] == c {
                best = best.min(table[n - 2][2] + 1);
            }
            table[n][0] = best;
            least = least.min(best);
        }
        if least > most {
            return None;
        }
        before = Some(c);
    }
    Some(table[width - 1][0]).filter(|edits| *edits <= most)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compounds_end_in_what_they_are() {
        let vocabulary = Vocabulary::new(["drucker", "schlüssel", "sel", "ecker"].map(|word| (word.into(), 1)).into());
        assert_eq!(vocabulary.ending("tintenstrahldrucker"), Some("drucker"));
        assert_eq!(vocabulary.ending("netzwerkschlüssel"), Some("schlüssel"));
        assert_eq!((vocabulary.ending("drucker"), vocabulary.ending("wechsel")), (None, None));
    }

    #[test]
    fn near_words_are_found_by_edits() {
        let words =
            ["windows", "widows", "window", "connection", "printer", "vpn", "slow", "slot", "online", "offline"]
                .map(|word| (word.into(), 1));
        let vocabulary = Vocabulary::new(words.into_iter().collect());
        let near = |word| vocabulary.near(word, 9).into_iter().map(|near| (near.word, near.edits)).collect::<Vec<_>>();
        assert_eq!(near("wiedows"), [("widows", 1), ("windows", 1)]);
        assert_eq!(near("pritner"), [("printer", 1)]);
        assert_eq!(near("crnnection"), [("connection", 1)]);
        assert_eq!(near("conection"), [("connection", 1)]);
        assert_eq!(near("cnonectoin"), [("connection", 2)]);
        assert_eq!(near("ofline"), [("offline", 1), ("online", 1)]);
        assert_eq!(near("print"), []);
        assert_eq!(near("vnp"), [("vpn", 1)]);
        assert_eq!(near("slwo"), [("slow", 1)]);
        assert_eq!([near("slop"), near("vp"), near("7x4")], [[], [], []]);
    }
}
