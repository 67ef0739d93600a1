//! What somebody typed, as what is looked for: built word by word, never parsed by grammar.

use super::{
    analyzer::{Analyzer, Form},
    shelf::Shelf,
    synonyms::Synonyms,
    vocabulary::edits,
};
use crate::language::Language;
use std::collections::{BTreeSet, HashSet};

/// No more of a query is read.
const MAX_BYTES: usize = 2_000;
/// No more words of a query count.
pub const MAX_CONCEPTS: usize = 64;
/// Words that a beginning stands for.
const MAX_BEGINNINGS: usize = 40;
/// Words that a misspelt one stands for.
const MAX_NEAR: usize = 6;

/// How much each way of saying a word counts, beside the word itself.
pub struct Weights {
    /// A word with the same stem.
    pub stem: f32,
    /// What the desk calls the same.
    pub synonym: f32,
    /// A word that goes on from the last one.
    pub beginning: f32,
    /// A word with one wrong letter; each further one counts so much less again.
    pub near: f32,
    /// Words written together, beside their parts.
    pub whole: f32,
}

/// The only ones; the fields' are in `shelf`.
pub const WEIGHTS: Weights = Weights { stem: 0.8, synonym: 0.7, beginning: 0.6, near: 0.8, whole: 0.5 };

/// What stands for a word: a term, or several one behind the other.
#[derive(Clone, Debug)]
pub struct Variant {
    /// As indexed.
    pub terms: Vec<String>,
    /// At most 1.
    pub weight: f32,
    /// For `--explain`.
    pub why: &'static str,
}

/// One thing that is looked for.
#[derive(Clone, Debug)]
pub struct Concept {
    /// As folded.
    pub word: String,
    /// Where it stands in what was typed.
    pub place: (usize, usize),
    /// Any of them will do; the best counts.
    pub variants: Vec<Variant>,
    /// How much it counts.
    pub weight: f32,
    /// Stands beside its parts, so that nothing lacks it.
    pub extra: bool,
    /// What was probably meant, if nothing has it as typed.
    pub meant: Option<String>,
}

/// What is looked for.
#[derive(Debug, Default)]
pub struct Asked {
    /// In the order typed.
    pub concepts: Vec<Concept>,
    /// Have to be there.
    pub phrases: Vec<Vec<String>>,
    /// Must not be there.
    pub excluded: Vec<Vec<String>>,
    /// Words that nothing has, nor anything near.
    pub unknown: Vec<String>,
    /// There are such words, or such that only something near stands for.
    pub missing: bool,
}

/// Stretches of what was typed.
#[derive(Debug, Default)]
struct Typed {
    /// Without what is excluded; places stay.
    plain: String,
    phrases: Vec<String>,
    excluded: Vec<String>,
}

fn typed(words: &str) -> Typed {
    let mut out = Typed::default();
    let mut rest = words;
    let mut starts = true;
    while let Some(c) = rest.chars().next() {
        let minus = starts && c == '-' && rest[1..].starts_with(|c: char| c.is_alphabetic() || c == '"');
        let from = usize::from(minus);
        let quoted = rest[from..].strip_prefix('"').and_then(|inner| inner.split_once('"')).map(|(inner, _)| inner);
        let length = match quoted {
            Some(inner) => from + inner.len() + 2,
            None if minus => rest.find(char::is_whitespace).unwrap_or(rest.len()),
            None => c.len_utf8(),
        };
        if minus {
            out.excluded.push(rest[1..length].to_owned());
            out.plain.extend(std::iter::repeat_n(' ', length));
        } else {
            out.phrases.extend(quoted.map(str::to_owned));
            out.plain.push_str(&rest[..length]);
        }
        starts = c.is_whitespace() || minus || quoted.is_some();
        rest = &rest[length..];
    }
    out
}

/// Builds what is looked for from what was typed.
pub fn ask(words: &str, typing: bool, shelf: &Shelf, synonyms: &Synonyms) -> Asked {
    let language = shelf.language();
    let mut analyzer = Analyzer::new(language);
    let words = super::analyzer::cut(words, MAX_BYTES);
    let typed = typed(words);
    let mut exact = |text: &String| -> Vec<String> {
        let terms = analyzer.terms(text);
        let exact = terms.iter().filter(|(_, term)| term.form == Form::Exact).map(|(text, _)| text.to_owned());
        exact.take(MAX_CONCEPTS).collect()
    };
    let mut phrases: Vec<_> = typed.phrases.iter().map(&mut exact).collect();
    let mut excluded: Vec<_> = typed.excluded.iter().map(&mut exact).collect();
    phrases.retain(|terms| !terms.is_empty());
    excluded.retain(|terms| !terms.is_empty());
    let mut concepts = concepts(&mut analyzer, &typed.plain, 2 * MAX_CONCEPTS);
    synonyms.widen(&mut concepts, &mut analyzer);
    if concepts.iter().any(|concept| !is_stop(language, &concept.word)) {
        concepts.retain(|concept| !is_stop(language, &concept.word));
    }
    let open = typing && typed.plain.ends_with(|c: char| c.is_alphanumeric());
    let last = concepts.iter().rposition(|concept| !concept.extra).filter(|_| open);
    for (at, concept) in concepts.iter_mut().enumerate() {
        concept.variants.retain(|variant| variant.terms.iter().all(|term| shelf.has(term)));
        if Some(at) == last {
            begin(concept, shelf);
        } else if concept.variants.is_empty() && !concept.extra {
            mend(concept, shelf, &mut analyzer);
        }
    }
    concepts.truncate(MAX_CONCEPTS);
    let lost = |concept: &&Concept| concept.variants.is_empty() && !concept.extra;
    let unknown: Vec<_> = concepts.iter().filter(lost).map(|concept| concept.word.clone()).collect();
    concepts.retain(|concept| !concept.variants.is_empty());
    let missing = !unknown.is_empty() || concepts.iter().any(|concept| concept.meant.is_some());
    Asked { concepts, phrases, excluded, unknown, missing }
}

/// A concept for each word, and for each whole of several.
fn concepts(analyzer: &mut Analyzer, text: &str, most: usize) -> Vec<Concept> {
    let terms = analyzer.terms(text);
    let mut out: Vec<Concept> = Vec::new();
    let mut seen = HashSet::new();
    for (text, term) in terms.iter() {
        let weight = if matches!(term.form, Form::Stem | Form::WholeStem) { WEIGHTS.stem } else { 1.0 };
        let why = match term.form {
            Form::Exact => "word",
            Form::Stem | Form::WholeStem => "stem",
            Form::Whole => "whole",
            Form::Code => "code",
        };
        let variant = Variant { terms: vec![text.to_owned()], weight, why };
        match term.form {
            Form::Exact | Form::Whole if seen.insert(text.to_owned()) => {
                let extra = term.form == Form::Whole;
                let weight = if extra { WEIGHTS.whole } else { 1.0 };
                let place = (term.from, term.to);
                out.push(Concept { word: text.to_owned(), place, variants: vec![variant], weight, extra, meant: None });
            }
            Form::Exact | Form::Whole => {}
            Form::Stem | Form::WholeStem | Form::Code => {
                let place = (term.from, term.to);
                if let Some(concept) = out.iter_mut().rev().find(|concept| concept.place == place) {
                    concept.variants.push(variant);
                }
            }
        }
        if out.len() > most {
            break;
        }
    }
    out
}

/// The word may go on.
fn begin(concept: &mut Concept, shelf: &Shelf) {
    let further = shelf.vocabulary().beginning(&concept.word, MAX_BEGINNINGS);
    let further = further.into_iter().filter(|word| **word != concept.word);
    let variant = |word: &str| Variant { terms: vec![word.to_owned()], weight: WEIGHTS.beginning, why: "beginning" };
    concept.variants.extend(further.map(variant));
}

/// The nearest of what there is, for a word that is not there.
fn mend(concept: &mut Concept, shelf: &Shelf, analyzer: &mut Analyzer) {
    let vocabulary = shelf.vocabulary();
    if let Some((a, b)) = vocabulary.halves(&concept.word) {
        let halves = Variant { terms: vec![a.to_owned(), b.to_owned()], weight: WEIGHTS.stem, why: "halves" };
        let mut found = false;
        shelf.phrase(&halves.terms, |_, _| found = true);
        if found {
            concept.meant = Some(format!("{a} {b}"));
            concept.variants.push(halves);
            return;
        }
    }
    let near = vocabulary.near(&concept.word, MAX_NEAR);
    if near.is_empty() && edits(&concept.word) > 0 {
        begin(concept, shelf);
    }
    let best = near.first().map_or(0, |near| near.edits);
    for near in near.iter().filter(|near| near.edits == best) {
        let weight = WEIGHTS.near.powi(near.edits as i32);
        concept.meant.get_or_insert_with(|| near.word.to_owned());
        let stem = format!("{}{}", super::analyzer::STEM, analyzer.stem(near.word));
        let term = if shelf.has(&stem) { stem } else { near.word.to_owned() };
        concept.variants.push(Variant { terms: vec![term], weight, why: "near" });
    }
}

/// The words of a text without those that say little: stems where there are any.
pub fn telling(text: &str) -> BTreeSet<String> {
    let concepts = concepts(&mut Analyzer::default(), text, usize::MAX).into_iter();
    let telling = concepts.filter(|concept| !concept.extra && !is_stop(Language::ENGLISH, &concept.word));
    let stem =
        |concept: Concept| concept.variants.into_iter().last().and_then(|variant| variant.terms.into_iter().next());
    telling.filter_map(stem).collect()
}

/// Words that say little when others say more.
pub fn is_stop(language: Language, word: &str) -> bool {
    let german = language.code() == "de" && GERMAN_STOP.binary_search(&word).is_ok();
    german || STOP.binary_search(&word).is_ok()
}

#[rustfmt::skip]
const STOP: &[&str] = &[
    "a", "about", "after", "again", "all", "already", "also", "always", "am", "an", "and", "any", "anymore", "are",
    "as", "at", "be", "been", "being", "but", "by", "can", "cannot", "cant", "could", "did", "didnt", "do", "does",
    "doesnt", "doing", "dont", "for", "from", "get", "gets", "getting", "got", "had", "has", "have", "having", "he",
    "hello", "help", "her", "here", "hers", "hey", "hi", "him", "his", "how", "i", "id", "if", "ill", "im", "in",
    "into", "is", "isnt", "it", "its", "ive", "just", "me", "morning", "my", "no", "not", "now", "of", "on", "or",
    "our", "please", "really", "said", "say", "says", "she", "should", "since", "so", "some", "still", "suddenly",
    "than", "thank", "thanks", "that", "the", "their", "them", "then", "there", "these", "they", "this", "those",
    "to", "today", "too", "us", "very", "want", "was", "we", "were", "what", "when", "where", "which", "who", "why",
    "will", "with", "wont", "would", "yesterday", "you", "your",
];

/// The same in German, folded.
#[rustfmt::skip]
const GERMAN_STOP: &[&str] = &[
    "aber", "alle", "allem", "allen", "aller", "alles", "als", "also", "am", "an", "auch", "auf", "aus", "bei",
    "beim", "bin", "bis", "bitte", "da", "danke", "dann", "das", "dass", "dein", "deine", "dem", "den", "der",
    "des", "die", "diese", "diesem", "diesen", "dieser", "dieses", "doch", "dort", "du", "ein", "eine", "einem",
    "einen", "einer", "eines", "er", "es", "etwas", "euch", "euer", "fur", "geht", "gern", "habe", "haben", "hallo",
    "hat", "hatte", "heute", "hier", "hilfe", "ich", "ihm", "ihn", "ihnen", "ihr", "ihre", "ihrem", "ihren",
    "ihrer", "im", "immer", "in", "ins", "ist", "ja", "jetzt", "kann", "kannst", "kein", "keine", "keinem",
    "keinen", "keiner", "konnen", "konnte", "leider", "mal", "man", "mehr", "mein", "meine", "meinem", "meinen",
    "meiner", "mich", "mir", "mit", "mochte", "muss", "nach", "nein", "nicht", "nichts", "noch", "nun", "nur", "ob",
    "oder", "ohne", "plotzlich", "schon", "sein", "seine", "seit", "sich", "sie", "sind", "so", "soll", "tun",
    "uber", "um", "und", "uns", "unser", "unsere", "unserem", "unseren", "vom", "von", "vor", "war", "warum", "was",
    "wegen", "weil", "welche", "wenn", "wer", "werden", "wie", "wieder", "will", "wir", "wird", "wo", "wollen",
    "wurde", "zu", "zum", "zur",
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn stop_words_are_in_order() {
        assert!(STOP.is_sorted() && GERMAN_STOP.is_sorted());
    }

    #[test]
    fn quotes_and_minus_are_understood() {
        let typed = typed(r#"printer "paper jam" -canon -"blue tooth" -2147024891 wi-fi "open"#);
        assert_eq!(typed.phrases, ["paper jam"]);
        assert_eq!(typed.excluded, ["canon", "\"blue tooth\""]);
        assert_eq!(typed.plain.len(), r#"printer "paper jam" -canon -"blue tooth" -2147024891 wi-fi "open"#.len());
        assert!(typed.plain.contains("-2147024891 wi-fi \"open"));
    }
}
