//! Which entries have what is looked for, best first.
//!
//! BM25 over fields (Robertson and Zaragoza 2009), where a word is a concept: it counts as its best variant does, and is
//! as rare as all its variants together. The best are looked at again: how near to each other they have the words.

use super::{
    entry::Entry,
    prior, proximity,
    query::{Asked, Concept, Part, Variant},
    shelf::Shelf,
};
use std::{
    cmp::Ordering,
    collections::{BinaryHeap, HashMap},
};

/// An entry with less of what is looked for than this share is not found.
const LEAST: f32 = 0.1;
/// An entry with at least this share of it is an answer, not just the nearest there is.
const FITS: f32 = 0.5;
/// So many of the best are looked at again.
const POOL: usize = 50;

/// An entry that was found.
#[derive(Clone, Copy, Debug)]
pub struct Ranked {
    /// Its number on the shelf.
    pub entry: u32,
    /// Higher is better.
    pub score: f32,
    /// The share of what is looked for that it has, rare words counting more.
    pub coverage: f32,
    /// What of its score is for having the words beside each other.
    pub together: f32,
}

impl Ranked {
    /// The better first; of two that are as good, the first by name.
    fn order(&self, other: &Self) -> Ordering {
        other.score.total_cmp(&self.score).then(self.entry.cmp(&other.entry))
    }
}

/// The worst of those kept is at the top of a heap.
struct Worst(Ranked);

impl PartialEq for Worst {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}
impl Eq for Worst {}
impl PartialOrd for Worst {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}
impl Ord for Worst {
    fn cmp(&self, other: &Self) -> Ordering {
        self.0.order(&other.0)
    }
}

/// What was found, and what each concept is worth.
#[derive(Debug, Default)]
pub struct Ranking {
    /// What may be found and has enough of it, in no order that means anything.
    pub matched: Vec<u32>,
    /// How rare each concept is.
    pub rarity: Vec<f32>,
    /// By what the scores of which entries are multiplied; see [`prior`].
    factors: HashMap<String, f32>,
    /// By entry: the points, and the rarity of what it has.
    sums: Vec<[f32; 2]>,
    /// The rarity of all that is looked for and that something has.
    all: f32,
    /// The rarity of words that nothing has.
    unknown: f32,
    /// How many words are looked for.
    words: usize,
}

/// Finds what may be found.
pub fn rank(shelf: &Shelf, asked: &Asked, may: impl Fn(u32) -> bool) -> Ranking {
    let size = shelf.entries.len();
    let mut sums = vec![[0.0f32; 2]; size];
    let power = shelf.weights().rarity;
    let mut rarity = Vec::with_capacity(asked.concepts.len());
    for concept in &asked.concepts {
        let rare = rare(size, concept.count).powf(power);
        rarity.push(rare);
        if concept.part == Part::Minor {
            continue;
        }
        let (points, has) = (concept.weight * rare, if concept.part == Part::Main { rare } else { 0.0 });
        for (entry, value) in concept.list.iter() {
            let sum = &mut sums[entry as usize];
            sum[0] += points * value;
            sum[1] += has;
        }
    }
    let main = asked.concepts.iter().zip(&rarity).filter(|(concept, _)| concept.part == Part::Main);
    let words = main.clone().count();
    let all: f32 = main.map(|(_, rare)| rare).sum();
    let unknown = asked.unknown.len() as f32 * rare(size, 0).powf(power);
    let required = asked.phrases.iter().map(|phrase| holding(shelf, phrase)).collect::<Vec<_>>();
    let excluded = asked.excluded.iter().map(|phrase| holding(shelf, phrase)).collect::<Vec<_>>();
    let allowed = |entry: u32| {
        required.iter().all(|list| list[entry as usize]) && !excluded.iter().any(|list| list[entry as usize])
    };
    let enough = |sum: &[f32; 2]| sum[0] > 0.0 && sum[1] >= LEAST * all;
    let matched = sums.iter().zip(0..).filter(|(sum, _)| enough(sum)).map(|(_, entry)| entry);
    let matched = matched.filter(|entry| may(*entry) && allowed(*entry)).collect();
    Ranking { matched, rarity, factors: HashMap::new(), sums, all, unknown, words }
}

impl Ranking {
    /// Entries that nobody ranked.
    pub fn unordered(matched: Vec<u32>) -> Self {
        Self { matched, ..Self::default() }
    }

    /// The same, moved by [`prior`].
    pub fn leaning(self, factors: HashMap<String, f32>) -> Self {
        Self { factors, ..self }
    }

    /// The best of some that matched, best first, looked at once.
    pub fn best(&self, shelf: &Shelf, chosen: &[u32], count: usize) -> Vec<Ranked> {
        let power = shelf.weights().coverage / self.words.max(1) as f32;
        let mut heap: BinaryHeap<Worst> = BinaryHeap::with_capacity(count + 1);
        let mut least = f32::NEG_INFINITY;
        for entry in chosen {
            let [points, has] = self.sums[*entry as usize];
            // What it lacks can only take from its points.
            if points < least {
                continue;
            }
            let coverage = if self.all > 0.0 { (has / self.all).min(1.0) } else { 1.0 };
            let share = if coverage > 0.999 { 1.0 } else { coverage.powf(power) };
            heap.push(Worst(Ranked { entry: *entry, score: points * share, coverage, together: 0.0 }));
            if heap.len() > count {
                heap.pop();
                least = heap.peek().map_or(least, |worst| worst.0.score);
            }
        }
        heap.into_sorted_vec().into_iter().map(|worst| worst.0).collect()
    }

    /// The same, the first [`POOL`] of which are looked at again: words beside each other, and what people opened
    /// before.
    pub fn ranked(&self, shelf: &Shelf, asked: &Asked, chosen: &[u32], count: usize) -> Vec<Ranked> {
        let mut ranked = self.best(shelf, chosen, count.max(POOL));
        let pool = ranked.len().min(POOL);
        let (again, _) = ranked.split_at_mut(pool);
        let entries: Vec<u32> = again.iter().map(|found| found.entry).collect();
        for (found, together) in again.iter_mut().zip(proximity::points(shelf, asked, &self.rarity, &entries)) {
            let factor = self.factor(&shelf.entries[found.entry as usize]).unwrap_or(1.0);
            (found.score, found.together) = (factor * (found.score + together), together);
        }
        again.sort_unstable_by(Ranked::order);
        ranked.truncate(count);
        ranked
    }

    /// By what an entry's score is multiplied, if by anything.
    pub fn factor(&self, entry: &Entry) -> Option<f32> {
        let known = || self.factors.get(&prior::entry(entry.is_playbook(), &entry.head.id));
        if self.factors.is_empty() { None } else { known().copied() }
    }

    /// Whether one of some that matched has so much of what is looked for that it may be the answer.
    pub fn answers(&self, chosen: &[u32]) -> bool {
        let enough = FITS * (self.all + self.unknown);
        chosen.iter().any(|entry| self.sums.get(*entry as usize).is_none_or(|[_, has]| *has >= enough))
    }

    /// Whether some entry has all that is looked for.
    pub fn is_whole(&self) -> bool {
        self.matched.iter().any(|entry| self.sums[*entry as usize][1] > 0.999 * self.all)
    }
}

/// What one entry gets for one concept and by which variant, for explanations.
pub fn value_of<'a>(shelf: &Shelf, concept: &'a Concept, entry: u32) -> Option<(f32, &'a Variant)> {
    let value = |variant| shelf.list(std::slice::from_ref(variant)).value(entry);
    let values = concept.variants.iter().filter_map(|variant| Some((value(variant)?, variant)));
    values.max_by(|a, b| a.0.total_cmp(&b.0))
}

fn holding(shelf: &Shelf, phrase: &[String]) -> Vec<bool> {
    let mut out = vec![false; shelf.entries.len()];
    shelf.each(phrase, |entry, _| out[entry as usize] = true);
    out
}

/// Inverse document frequency.
fn rare(all: usize, having: usize) -> f32 {
    let (all, having) = (all as f32, having as f32);
    (1.0 + (all - having + 0.5) / (having + 0.5)).ln()
}
