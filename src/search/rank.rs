//! Which entries have what is looked for, best first.
//!
//! BM25 over fields (Robertson and Zaragoza 2009), where a word is a concept: it counts as its best variant does, and is
//! as rare as all its variants together.

use super::{
    query::{Asked, Concept, Variant},
    shelf::Shelf,
};

/// BM25's `k1`.
const SATURATION: f32 = 1.2;
/// How much an entry loses that lacks some of the words: the power of the share that it has.
const COVERAGE: f32 = 0.2;
/// An entry with less of what is looked for than this share is not found.
const LEAST: f32 = 0.1;

/// An entry that was found.
#[derive(Clone, Copy, Debug)]
pub struct Ranked {
    /// Its number on the shelf.
    pub entry: u32,
    /// Higher is better.
    pub score: f32,
    /// The share of what is looked for that it has, rare words counting more.
    pub coverage: f32,
}

/// What was found, and what each concept is worth.
#[derive(Debug, Default)]
pub struct Ranking {
    /// Best first.
    pub ranked: Vec<Ranked>,
    /// How rare each concept is.
    pub rarity: Vec<f32>,
    /// The share of the words that anything on the shelf has, rare ones counting more.
    pub known: f32,
}

/// Numbers for each entry, and which of them are not zero.
struct Sums {
    values: Vec<f32>,
    touched: Vec<u32>,
}

impl Sums {
    fn new(entries: usize) -> Self {
        Self { values: vec![0.0; entries], touched: Vec::new() }
    }

    fn add(&mut self, entry: u32, value: f32) {
        let sum = &mut self.values[entry as usize];
        if *sum == 0.0 {
            self.touched.push(entry);
        }
        *sum += value;
    }

    fn raise(&mut self, entry: u32, value: f32) {
        let sum = &mut self.values[entry as usize];
        if *sum == 0.0 {
            self.touched.push(entry);
        }
        *sum = sum.max(value);
    }

    /// Takes everything out.
    fn drain(&mut self) -> impl Iterator<Item = (u32, f32)> + '_ {
        let values = &mut self.values;
        self.touched.drain(..).map(move |entry| (entry, std::mem::take(&mut values[entry as usize])))
    }
}

/// Among what a word is rare.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Among {
    /// All that there is.
    All,
    /// What may be found.
    Allowed,
}

/// Ranks what may be found.
pub fn rank(shelf: &Shelf, asked: &Asked, among: Among, may: impl Fn(u32) -> bool) -> Ranking {
    let size = shelf.entries.len();
    let may: Vec<bool> = (0..size as u32).map(may).collect();
    let counts_in = |entry: &u32| among == Among::All || may[*entry as usize];
    let base = (0..size as u32).filter(counts_in).count();
    let (mut scores, mut has) = (Sums::new(size), vec![0.0; size]);
    let (mut counts, mut values) = (Sums::new(size), Sums::new(size));
    let mut rarity = Vec::new();
    for concept in &asked.concepts {
        weigh(shelf, concept, &mut counts, &mut values);
        let rare = rare(base, values.touched.iter().filter(|entry| counts_in(entry)).count());
        rarity.push(rare);
        for (entry, value) in values.drain() {
            scores.add(entry, concept.weight * rare * value);
            if !concept.extra {
                has[entry as usize] += rare;
            }
        }
    }
    let main = asked.concepts.iter().zip(&rarity).filter(|(concept, _)| !concept.extra);
    let all: f32 = main.map(|(_, rare)| rare).sum();
    let required = asked.phrases.iter().map(|phrase| holding(shelf, phrase)).collect::<Vec<_>>();
    let excluded = asked.excluded.iter().map(|phrase| holding(shelf, phrase)).collect::<Vec<_>>();
    let allowed = |entry: u32| {
        required.iter().all(|list| list[entry as usize]) && !excluded.iter().any(|list| list[entry as usize])
    };
    let found = scores.drain().filter(|(entry, _)| allowed(*entry) && may[*entry as usize]);
    let ranked = found.map(|(entry, score)| {
        let coverage = if all > 0.0 { (has[entry as usize] / all).min(1.0) } else { 1.0 };
        Ranked { entry, score: score * coverage.powf(COVERAGE), coverage }
    });
    let mut ranked: Vec<Ranked> = ranked.filter(|found| found.coverage >= LEAST).collect();
    let key = |found: &Ranked| &shelf.entries[found.entry as usize].head.id;
    ranked.sort_unstable_by(|a, b| b.score.total_cmp(&a.score).then_with(|| key(a).cmp(key(b))));
    let unknown = asked.unknown.len() as f32 * rare(base, 0);
    let known = if all > 0.0 { all / (all + unknown) } else { 0.0 };
    Ranking { ranked, rarity, known }
}

/// What one entry gets for one concept and by which variant, for explanations.
pub fn value_of<'a>(shelf: &Shelf, concept: &'a Concept, entry: u32) -> Option<(f32, &'a Variant)> {
    let values = concept.variants.iter().map(|variant| {
        let mut count = 0.0;
        each(shelf, &variant.terms, |found, value| {
            if found == entry {
                count += value
            }
        });
        (variant.weight * saturated(count), variant)
    });
    values.filter(|(value, _)| *value > 0.0).max_by(|a, b| a.0.total_cmp(&b.0))
}

/// What the concept counts in each entry.
fn weigh(shelf: &Shelf, concept: &Concept, counts: &mut Sums, values: &mut Sums) {
    for variant in &concept.variants {
        each(shelf, &variant.terms, |entry, count| counts.add(entry, count));
        for (entry, count) in counts.drain() {
            values.raise(entry, variant.weight * saturated(count));
        }
    }
}

fn each(shelf: &Shelf, terms: &[String], add: impl FnMut(u32, f32)) {
    match terms {
        [term] => shelf.occurrences(term, add),
        terms => shelf.phrase(terms, add),
    }
}

fn holding(shelf: &Shelf, phrase: &[String]) -> Vec<bool> {
    let mut out = vec![false; shelf.entries.len()];
    each(shelf, phrase, |entry, _| out[entry as usize] = true);
    out
}

fn saturated(count: f32) -> f32 {
    count * (SATURATION + 1.0) / (count + SATURATION)
}

/// Inverse document frequency.
fn rare(all: usize, having: usize) -> f32 {
    let (all, having) = (all as f32, having as f32);
    (1.0 + (all - having + 0.5) / (having + 0.5)).ln()
}
