//! Chooses the weights of the ranking by judged sets, and says what each feature is worth.
//!
//! `FIRSTLINE_SETS` names folders as `firstline eval` takes them, parted by `:`, each with what it aims at
//! (`sets/faq=0.8`): beyond that a set counts little more, lest it gain at another's cost. Half of the topics of each set
//! is used, by a seed. From that half topics are drawn again and again, weights are chosen by each draw, and their
//! geometric mean is taken (bagging, Breiman 1996): what one draw likes by chance, the others do not. What was reached
//! is said of the other half too. `ablation` leaves one feature out after the other, with the weights as they are.

use firstline::{
    language::Language,
    search::{
        Index, Weights,
        evaluation::{Quality, Set, judge},
    },
};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeSet, HashMap},
    path::Path,
};

/// The split, as in `search/judged.py`.
const SEED: u64 = 7;
/// How far a weight is moved at a time.
const STEPS: [f32; 2] = [1.6, 1.25];
/// How often topics are drawn.
const DRAWS: usize = 3;
/// The share of topics that a draw has at most so often: Poisson, as drawing with replacement has them.
const OFTEN: [f64; 5] = [0.3679, 0.7358, 0.9197, 0.9810, 0.9963];
/// What counts of a gain beyond the aim.
const BEYOND: f64 = 0.1;
/// So much beyond the aim counts in full: topics that are drawn differ from those that come.
const SPARE: f64 = 0.01;
/// A gain that is less is taken for chance.
const LEAST: f64 = 5e-4;
/// What judged sets say nothing of: they stay as they are.
const FIXED: &[&str] = &["synonym", "beginning", "near", "joined"];

/// Where it begins: the title three times, BM25 as it is in textbooks, a little of all else.
fn plain() -> Weights {
    Weights {
        title: 3.0,
        head: 1.0,
        body: 1.0,
        title_length: 0.75,
        head_length: 0.75,
        body_length: 0.75,
        saturation: 1.2,
        coverage: 0.5,
        rarity: 1.0,
        stem: 0.8,
        whole: 0.5,
        pairs: 0.2,
        pairs_head: 0.5,
        pairs_body: 0.5,
        ..Weights::default()
    }
}

/// A feature, and the weights without it.
const FEATURES: &[(&str, &[(&str, f32)])] = &[
    ("title counts as text does", &[("title", 0.5), ("head", 0.5)]),
    ("no tempered rarity", &[("rarity", 1.0)]),
    ("nothing lost for lacking words", &[("coverage", 0.0)]),
    ("no pairs", &[("pairs", 0.0)]),
    ("pairs in titles alone", &[("pairs_head", 0.0), ("pairs_body", 0.0)]),
    ("no stems", &[("stem", 0.0)]),
    ("words no better than stems", &[("stem", 1.0)]),
    ("no synonyms", &[("synonym", 0.0)]),
    ("no misspelt words", &[("near", 0.0)]),
    ("no words joined or split", &[("joined", 0.0)]),
    ("no wholes beside parts", &[("whole", 0.0)]),
    ("no lengths", &[("title_length", 0.0), ("head_length", 0.0), ("body_length", 0.0)]),
];

/// A set by its halves, and its index.
struct Judged {
    name: String,
    halves: [Set; 2],
    /// Of the queries of the first half.
    topics: HashMap<String, String>,
    index: Index,
    /// What is aimed at.
    aim: f64,
    /// What it counts: sets that ask the same questions count as one, each kind of question as much.
    share: f64,
}

impl Judged {
    fn load(wanted: &str) -> Self {
        let (folder, aim) = wanted.split_once('=').unwrap_or((wanted, "1"));
        let aim = aim.parse().unwrap_or_else(|_| panic!("`{aim}` is no nDCG@10"));
        let set = Set::load(Path::new(folder)).unwrap_or_else(|error| panic!("{error}"));
        let index = Index::open(Language::ENGLISH, None, set.documents(), &[]).expect("memory takes it");
        let name = folder.trim_end_matches('/').rsplit('/').next().unwrap_or(folder).to_owned();
        let topics = set.topics().into_iter().map(|(query, topic)| (query.to_owned(), topic.to_owned())).collect();
        Self { name, halves: [set.half(SEED, 0), set.half(SEED, 1)], topics, index, aim, share: 1.0 }
    }

    fn questions(&self) -> BTreeSet<&str> {
        self.halves.iter().flat_map(|set| &set.queries).map(|(_, words)| words.as_str()).collect()
    }

    /// nDCG@10 of the first half, each topic as often as it was drawn.
    fn drawn(&self, draw: usize) -> f64 {
        let set = &self.halves[0];
        let (mut sum, mut count) = (0.0, 0.0);
        for (id, words) in set.queries.iter().filter(|(id, _)| self.topics.contains_key(id)) {
            let times = times(draw, &self.topics[id]);
            if times > 0.0 {
                sum += times * judge(&set.ids(&self.index, words), &set.relevant[id]).ndcg;
                count += times;
            }
        }
        sum / count
    }

    fn quality(&self, half: usize) -> Quality {
        let set = &self.halves[half];
        let queries = set.queries.iter().filter_map(|(id, words)| Some((words, set.relevant.get(id)?)));
        let judged = queries.map(|(words, relevant)| judge(&set.ids(&self.index, words), relevant));
        Quality::mean(&judged.collect::<Vec<_>>())
    }
}

fn main() {
    let Ok(folders) = std::env::var("FIRSTLINE_SETS") else {
        println!("nothing to do: FIRSTLINE_SETS names no judged sets");
        return;
    };
    let mut sets: Vec<Judged> = folders.split(':').map(Judged::load).collect();
    if std::env::args().any(|argument| argument == "ablation") {
        return ablation(&mut sets);
    }
    let mut chosen = plain();
    let same = |a: &Judged| sets.iter().filter(|b| a.questions() == b.questions()).count() as f64;
    let alone: Vec<f64> = sets.iter().map(|judged| 1.0 / same(judged)).collect();
    let kinds: f64 = alone.iter().sum();
    sets.iter_mut().zip(alone).for_each(|(judged, share)| judged.share = share / kinds);
    let mut logarithms = vec![0.0; Weights::NAMES.len()];
    for draw in 0..DRAWS {
        let mut weights = plain();
        let mut best = mean(&mut sets, weights, draw);
        println!("draw {draw}: {best:.4} to begin with");
        for step in STEPS {
            while let Some((better, moved)) = round(&mut sets, weights, best, step, draw) {
                (best, weights) = (better, moved);
            }
        }
        println!("draw {draw}: {best:.4} reached");
        for (sum, name) in logarithms.iter_mut().zip(Weights::NAMES) {
            *sum += weights.named(name).expect("it is one of them").ln();
        }
    }
    for (sum, name) in logarithms.iter().zip(Weights::NAMES) {
        *chosen.named(name).expect("it is one of them") = (sum / DRAWS as f32).exp();
    }
    println!("{chosen:#?}");
    tell(&mut sets, plain(), "plain");
    tell(&mut sets, Weights::default(), "as it is");
    tell(&mut sets, chosen, "chosen");
}

/// How often a draw has a topic.
fn times(draw: usize, topic: &str) -> f64 {
    let digest = Sha256::digest(format!("{SEED}:{draw}:{topic}"));
    let share = f64::from(u16::from_be_bytes([digest[0], digest[1]])) / 65536.0;
    OFTEN.iter().filter(|often| share >= **often).count() as f64
}

/// The mean nDCG@10 of what a draw has of the halves that are used, as far as it counts.
fn mean(sets: &mut [Judged], weights: Weights, draw: usize) -> f64 {
    let qualities = sets.iter_mut().map(|judged| {
        judged.index.tune(weights);
        let reached = judged.drawn(draw);
        judged.share * (reached.min(judged.aim + SPARE) + BEYOND * reached)
    });
    qualities.sum()
}

/// Moves each weight once where that helps; `None` if nothing did.
fn round(sets: &mut [Judged], mut chosen: Weights, mut best: f64, step: f32, draw: usize) -> Option<(f64, Weights)> {
    let began = best;
    for name in Weights::NAMES.iter().filter(|name| !FIXED.contains(name)) {
        for factor in [step, 1.0 / step] {
            let mut moved = chosen;
            let weight = moved.named(name).expect("it is one of them");
            *weight *= factor;
            let value = *weight;
            // More than all of a length would count short texts less than nothing.
            if name.ends_with("_length") && value > 1.0 {
                continue;
            }
            let reached = mean(sets, moved, draw);
            if reached >= best + LEAST {
                (best, chosen) = (reached, moved);
                println!("{best:.4} {name} {value:.3}");
                break;
            }
        }
    }
    (best > began).then_some((best, chosen))
}

fn tell(sets: &mut [Judged], weights: Weights, what: &str) {
    for judged in sets {
        judged.index.tune(weights);
        let (used, unused) = (judged.quality(0), judged.quality(1));
        println!(
            "{what:<32} {:<20} used {:.4}  unused {:.4}  MRR@10 {:.4}  {:.4}",
            judged.name, used.ndcg, unused.ndcg, used.mrr, unused.mrr
        );
    }
}

/// What is lost without each feature, on the halves that are not used.
fn ablation(sets: &mut [Judged]) {
    let mut row = |what: &str, weights: Weights| {
        let figures = sets.iter_mut().map(|judged| {
            judged.index.tune(weights);
            format!("{:.4}", judged.quality(1).ndcg)
        });
        println!("| {what} | {} |", figures.collect::<Vec<_>>().join(" | "));
    };
    row("as it is", Weights::default());
    for (what, without) in FEATURES {
        let mut weights = Weights::default();
        for (name, value) in *without {
            *weights.named(name).expect("a feature's weight is one of them") = *value;
        }
        row(what, weights);
    }
}
