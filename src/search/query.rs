//! What somebody typed, as what is looked for: built word by word, never parsed by grammar.

use super::{
    analyzer::{Analyzer, CODE, Form, STEM},
    postings::List,
    shelf::Shelf,
    synonyms::Synonyms,
    vocabulary::edits,
    weights::Weights,
};
use crate::language::Language;
use std::{
    collections::{BTreeSet, HashSet},
    sync::Arc,
};

/// No more of a query is read.
const MAX_BYTES: usize = 2_000;
/// No more words of a query count.
pub const MAX_CONCEPTS: usize = 64;
/// Words that a beginning stands for.
const MAX_BEGINNINGS: usize = 40;
/// A word is two others if even the rarer of them is in so many times as many entries.
const OFTENER: u32 = 8;
/// Words that a misspelt one stands for.
const MAX_NEAR: usize = 6;

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

/// What a concept is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part {
    /// It is looked for; who lacks it lacks something.
    Main,
    /// Several words as one, beside each of them.
    Extra,
    /// It says little while others say more, and counts for standing beside them alone.
    Minor,
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
    /// See there.
    pub part: Part,
    /// What was probably meant, if nothing has it as typed.
    pub meant: Option<String>,
    /// Which entries have it; not known of what says little.
    pub list: Arc<List>,
    /// How many do; about, of what says little.
    pub count: usize,
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

impl Asked {
    /// The words that are looked for, as they were probably meant.
    pub fn plain(&self) -> String {
        let words = self.concepts.iter().filter(|concept| concept.part == Part::Main);
        words.map(|concept| concept.meant.as_deref().unwrap_or(&concept.word)).collect::<Vec<_>>().join(" ")
    }
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
    let (language, weights) = (shelf.language(), shelf.weights());
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
    let mut concepts = concepts(&mut analyzer, &typed.plain, 2 * MAX_CONCEPTS, weights);
    number(&mut concepts, weights.synonym);
    synonyms.widen(&mut concepts, &mut analyzer, weights.synonym);
    join(&mut concepts, shelf, &mut analyzer);
    if concepts.iter().any(|concept| !is_stop(language, &concept.word)) {
        for concept in concepts.iter_mut().filter(|concept| is_stop(language, &concept.word)) {
            concept.part = Part::Minor;
        }
    }
    let open = typing && typed.plain.ends_with(|c: char| c.is_alphanumeric());
    let last = concepts.iter().rposition(|concept| concept.part != Part::Extra).filter(|_| open);
    for (at, concept) in concepts.iter_mut().enumerate() {
        let is_last = Some(at) == last;
        if is_last {
            concept.part = Part::Main;
            begin(concept, shelf);
        } else if concept.part == Part::Main {
            halve(concept, shelf);
        }
        // Nearly everything has such a word: its list would be long, and say nothing.
        if concept.part == Part::Minor {
            concept.count = shelf.count(&concept.variants);
            continue;
        }
        concept.list = shelf.list(&concept.variants);
        if concept.list.entries.is_empty() && concept.part == Part::Main && !is_last {
            mend(concept, shelf, &mut analyzer);
            concept.list = shelf.list(&concept.variants);
        }
        concept.count = concept.list.entries.len();
    }
    concepts.truncate(MAX_CONCEPTS);
    let lost = |concept: &&Concept| concept.count == 0 && concept.part == Part::Main;
    let unknown: Vec<_> = concepts.iter().filter(lost).map(|concept| concept.word.clone()).collect();
    concepts.retain(|concept| concept.count > 0);
    let missing = !unknown.is_empty() || concepts.iter().any(|concept| concept.meant.is_some());
    Asked { concepts, phrases, excluded, unknown, missing }
}

/// A concept for each word, and for each whole of several.
fn concepts(analyzer: &mut Analyzer, text: &str, most: usize, weights: &Weights) -> Vec<Concept> {
    let terms = analyzer.terms(text);
    let mut out: Vec<Concept> = Vec::new();
    let mut seen = HashSet::new();
    for (text, term) in terms.iter() {
        let weight = if matches!(term.form, Form::Stem | Form::WholeStem) { weights.stem } else { 1.0 };
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
                let (part, weight) = if extra { (Part::Extra, weights.whole) } else { (Part::Main, 1.0) };
                let place = (term.from, term.to);
                let (word, variants, list) = (text.to_owned(), vec![variant], Arc::default());
                out.push(Concept { word, place, variants, weight, part, meant: None, list, count: 0 });
            }
            Form::Exact | Form::Whole => {}
            Form::Stem | Form::WholeStem | Form::Code => {
                let place = (term.from, term.to);
                if let Some(concept) = out.iter_mut().rev().find(|concept| concept.place == place) {
                    concept.variants.push(variant);
                    // An error number is what it stands for, and not its digits and letters.
                    if term.form == Form::Code {
                        (concept.part, concept.weight) = (Part::Main, 1.0);
                        out.retain(|part| part.place == place || part.place.0 < place.0 || part.place.1 > place.1);
                    }
                }
            }
        }
        if out.len() > most {
            break;
        }
    }
    out
}

/// Windows writes an error of its own as a decimal number, in hexadecimal, and as a result code (`0x8007` before it).
fn number(concepts: &mut [Concept], weight: f32) {
    const RESULT: u32 = 0x8007_0000;
    let told = |concept: &Concept| matches!(&*concept.word, "error" | "code" | "fehler" | "fehlercode" | "status");
    for at in 0..concepts.len() {
        let hexadecimal = concepts[at].variants.iter().find_map(|variant| variant.terms[0].strip_prefix(CODE));
        let code = hexadecimal.and_then(|digits| u32::from_str_radix(digits, 16).ok());
        let plain = || concepts[at].word.parse().ok().filter(|_| at.checked_sub(1).is_some_and(|n| told(&concepts[n])));
        let low = |code: u32| if code & 0xffff_0000 == RESULT { code & 0xffff } else { code };
        let Some(number) = code.map(low).or_else(plain).filter(|number| *number <= 0xffff) else { continue };
        for term in [number.to_string(), format!("{CODE}{number:x}"), format!("{CODE}{:x}", RESULT | number)] {
            add(&mut concepts[at].variants, term, weight, "notation");
        }
    }
}

/// One term more, if it is not there.
fn add(variants: &mut Vec<Variant>, term: String, weight: f32, why: &'static str) {
    if variants.iter().all(|variant| variant.terms != [term.as_str()]) {
        variants.push(Variant { terms: vec![term], weight, why });
    }
}

/// For two words the one that they are elsewhere: `log on`, `logon`.
fn join(concepts: &mut [Concept], shelf: &Shelf, analyzer: &mut Analyzer) {
    let mains: Vec<usize> = (0..concepts.len()).filter(|at| concepts[*at].part == Part::Main).collect();
    for pair in mains.windows(2) {
        let word = format!("{}{}", concepts[pair[0]].word, concepts[pair[1]].word);
        if shelf.vocabulary().count(&word) > 0 {
            let stem = format!("{STEM}{}", analyzer.stem(&word));
            for at in pair {
                for term in [&word, &stem] {
                    add(&mut concepts[*at].variants, term.clone(), shelf.weights().joined, "joined");
                }
            }
        }
    }
}

/// For a word the two that it is in many more entries: `eventid`, `event id`.
fn halve(concept: &mut Concept, shelf: &Shelf) {
    let vocabulary = shelf.vocabulary();
    let count = vocabulary.count(&concept.word);
    let halves = vocabulary.halves(&concept.word).filter(|_| count > 0 && concept.word.len() > 5);
    if let Some((a, b)) = halves.filter(|(a, b)| vocabulary.count(a).min(vocabulary.count(b)) >= OFTENER * count) {
        let terms = vec![a.to_owned(), b.to_owned()];
        let halves = Variant { terms, weight: shelf.weights().joined, why: "halves" };
        if shelf.list(std::slice::from_ref(&halves)).entries.len() > 2 * count as usize {
            concept.variants.push(halves);
        }
    }
}

/// The word may go on.
fn begin(concept: &mut Concept, shelf: &Shelf) {
    let further = shelf.vocabulary().beginning(&concept.word, MAX_BEGINNINGS);
    let further = further.into_iter().filter(|word| **word != concept.word);
    let variant =
        |word: &str| Variant { terms: vec![word.to_owned()], weight: shelf.weights().beginning, why: "beginning" };
    concept.variants.extend(further.map(variant));
}

/// The nearest of what there is, for a word that is not there.
fn mend(concept: &mut Concept, shelf: &Shelf, analyzer: &mut Analyzer) {
    let vocabulary = shelf.vocabulary();
    if let Some((a, b)) = vocabulary.halves(&concept.word) {
        let halves = Variant { terms: vec![a.to_owned(), b.to_owned()], weight: shelf.weights().joined, why: "halves" };
        if !shelf.list(std::slice::from_ref(&halves)).entries.is_empty() {
            concept.meant = Some(format!("{a} {b}"));
            concept.variants.push(halves);
            return;
        }
    }
    let near = vocabulary.near(&concept.word, MAX_NEAR);
    if near.is_empty() && edits(&concept.word) > 0 {
        begin(concept, shelf);
        let compound = vocabulary.ending(&concept.word).filter(|_| shelf.language().code() == "de");
        concept.variants.extend(compound.map(|word| Variant {
            terms: vec![word.to_owned()],
            weight: shelf.weights().beginning,
            why: "ending",
        }));
    }
    let best = near.first().map_or(0, |near| near.edits);
    for near in near.iter().filter(|near| near.edits == best) {
        let weight = shelf.weights().near.powi(near.edits as i32);
        concept.meant.get_or_insert_with(|| near.word.to_owned());
        let stem = format!("{}{}", STEM, analyzer.stem(near.word));
        for term in [near.word.to_owned(), stem] {
            concept.variants.push(Variant { terms: vec![term], weight, why: "near" });
        }
    }
}

/// The words of a text without those that say little: stems where there are any.
pub fn telling(text: &str) -> BTreeSet<String> {
    let concepts = concepts(&mut Analyzer::default(), text, usize::MAX, &Weights::default()).into_iter();
    let telling = concepts.filter(|concept| concept.part == Part::Main && !is_stop(Language::ENGLISH, &concept.word));
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
    "as", "at", "be", "because", "been", "being", "but", "by", "can", "cannot", "cant", "could", "did", "didnt", "do",
    "does", "doesnt", "doing", "dont", "either", "else", "even", "ever", "for", "from", "get", "gets", "getting",
    "got", "had", "has", "have", "having", "he", "hello", "help", "her", "here", "hers", "hey", "hi", "him", "his",
    "how", "i", "id", "if", "ill", "im", "in", "into", "is", "isnt", "it", "its", "ive", "just", "may", "maybe", "me",
    "might", "morning", "my", "neither", "no", "nor", "not", "now", "of", "on", "or", "ought", "our", "please",
    "quite", "rather", "really", "said", "say", "says", "shall", "she", "should", "since", "so", "some", "still",
    "such", "suddenly", "than", "thank", "thanks", "that", "the", "their", "them", "then", "there", "these", "they",
    "this", "those", "though", "through", "to", "today", "too", "unless", "until", "upon", "us", "very", "want", "was",
    "we", "were", "what", "when", "where", "whether", "which", "while", "who", "whom", "whose", "why", "will", "with",
    "within", "wont", "would", "yesterday", "yet", "you", "your",
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
