//! Texts of made-up words, as often as words are in a language, and queries for some of them.

use firstline::search::evaluation::{Set, Text};
use std::collections::HashMap;

const WORDS: usize = 20_000;
const SEED: u64 = 0x5EED;

/// A small generator of numbers: SplitMix64.
pub struct Chance(pub u64);

impl Chance {
    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        z ^ (z >> 31)
    }

    pub fn below(&mut self, end: usize) -> usize {
        (self.next() % end as u64) as usize
    }

    /// Frequent words first: about as Zipf has it.
    fn word(&mut self) -> String {
        let share = (self.next() >> 11) as f64 / (1u64 << 53) as f64;
        let rank = (WORDS as f64).powf(share) as usize;
        let syllables = ["ba", "ke", "li", "mo", "nu", "ras", "tel", "vin", "don", "pur"];
        let (mut rest, mut out) = (rank, String::new());
        while rest > 0 || out.is_empty() {
            out.push_str(syllables[rest % syllables.len()]);
            rest /= syllables.len();
        }
        out
    }

    fn words(&mut self, count: usize) -> String {
        (0..count).map(|_| self.word()).collect::<Vec<_>>().join(" ")
    }
}

/// So many texts, and a query for every fiftieth: four words of its body and its title.
pub fn made_up(count: usize) -> Set {
    let mut chance = Chance(SEED);
    let (mut texts, mut queries, mut relevant) = (Vec::new(), Vec::new(), HashMap::new());
    for n in 0..count {
        let id = format!("text-{n}");
        let title = chance.words(6);
        let length = 80 + chance.below(240);
        let body = chance.words(length);
        if n % 50 == 0 {
            let pick = |chance: &mut Chance, text: &str| {
                let words: Vec<&str> = text.split(' ').collect();
                words[chance.below(words.len())].to_owned()
            };
            let words = [
                pick(&mut chance, &title),
                pick(&mut chance, &title),
                pick(&mut chance, &body),
                pick(&mut chance, &body),
            ];
            queries.push((id.clone(), words.join(" ")));
            relevant.insert(id.clone(), HashMap::from([(id.clone(), 1.0)]));
        }
        texts.push(Text { id, title, body });
    }
    Set { texts, queries, relevant }
}
