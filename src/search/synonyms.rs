//! Words that mean the same to callers: the desk's own, and those that every support desk knows.

use super::{
    analyzer::{Analyzer, Form, STEM},
    query::{Concept, Part, Variant},
};
use crate::language::Language;
use std::collections::HashMap;

/// Known everywhere: callers mix English into every language.
const COMMON: &str = include_str!("synonyms.txt");
const GERMAN: &str = include_str!("synonyms.de.txt");

/// See the module.
#[derive(Debug, Default)]
pub struct Synonyms {
    /// Each phrase as stems, by its first, with the number of its group.
    phrases: HashMap<String, Vec<(Vec<String>, usize)>>,
    groups: Vec<Vec<Vec<String>>>,
}

impl Synonyms {
    /// The common ones and a desk's own: lists of words and phrases that mean the same.
    pub fn new(language: Language, own: &[Vec<String>]) -> Self {
        let mut analyzer = Analyzer::new(language);
        let mut out = Self::default();
        let german = if language.code() == "de" { GERMAN } else { "" };
        let common = COMMON
            .lines()
            .chain(german.lines())
            .map(|line| line.split(',').map(|word| word.trim().to_owned()).collect::<Vec<_>>());
        for group in own.iter().cloned().chain(common) {
            let stems: Vec<_> = group.iter().map(|phrase| stems(&mut analyzer, phrase)).collect();
            let stems: Vec<_> = stems.into_iter().filter(|phrase| !phrase.is_empty()).collect();
            for phrase in &stems {
                let known = out.phrases.entry(phrase[0].clone()).or_default();
                known.push((phrase.clone(), out.groups.len()));
            }
            out.groups.push(stems);
        }
        out
    }

    /// Adds to each word what means the same; a phrase's synonyms to each of its words.
    pub fn widen(&self, concepts: &mut [Concept], analyzer: &mut Analyzer, weight: f32) {
        let mains: Vec<usize> = (0..concepts.len()).filter(|at| concepts[*at].part == Part::Main).collect();
        let words: Vec<String> = mains.iter().map(|at| key(analyzer, &concepts[*at].word)).collect();
        let extras: Vec<usize> = (0..concepts.len()).filter(|at| concepts[*at].part == Part::Extra).collect();
        let alone = extras.iter().map(|at| (vec![*at], vec![key(analyzer, &concepts[*at].word)]));
        let runs = (0..mains.len()).map(|from| (mains[from..].to_vec(), words[from..].to_vec()));
        for (places, words) in runs.chain(alone).collect::<Vec<_>>() {
            for (phrase, group) in self.phrases.get(&words[0]).into_iter().flatten() {
                if !words.starts_with(phrase) {
                    continue;
                }
                let others = self.groups[*group].iter().filter(|other| *other != phrase);
                for (terms, place) in others.flat_map(|other| places[..phrase.len()].iter().map(move |at| (other, *at)))
                {
                    let variants = &mut concepts[place].variants;
                    if variants.iter().all(|variant| variant.terms != *terms) {
                        let variant = Variant { terms: terms.clone(), weight, why: "synonym" };
                        variants.push(variant);
                    }
                }
            }
        }
    }
}

fn key(analyzer: &mut Analyzer, word: &str) -> String {
    stems(analyzer, word).into_iter().next().unwrap_or_default()
}

/// Each word as its stem; as itself where it has none.
fn stems(analyzer: &mut Analyzer, phrase: &str) -> Vec<String> {
    let terms = analyzer.terms(phrase);
    let mut out: Vec<String> = Vec::new();
    for (text, term) in terms.iter() {
        match term.form {
            Form::Exact => out.push(text.to_owned()),
            Form::Stem => {
                debug_assert!(text.starts_with(STEM));
                if let Some(last) = out.last_mut() {
                    *last = text.to_owned();
                }
            }
            Form::Whole | Form::WholeStem | Form::Code => {}
        }
    }
    out
}
