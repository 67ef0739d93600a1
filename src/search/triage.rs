//! From a caller's words to the playbook to start, with how sure.
//!
//! A playbook says what it is about in sentences: its title, its summary, what callers say, in all languages. The
//! caller's words are compared with the likest of them and with all of them together, as vectors of words that are
//! rare among playbooks; words that no playbook has count as well, against all of them. How likely one of them is meant
//! follows from how like the best is, and each has its share of that: two that are equally like are equally likely. The
//! curve is fitted to sentences whose playbook is known (`firstline eval` measures it), so that 0.8 is right eight
//! times in ten.

use super::{
    Candidate, Query, Triage,
    analyzer::{Analyzer, Form},
    document::{Document, Kind},
    find::may,
    query::{Concept, Part, Variant, ask, is_stop},
    shelf::Shelf,
    synonyms::Synonyms,
};
use crate::language::Language;
use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

/// Playbooks that are shown when it is not sure.
const MOST: usize = 4;
/// One that is less like what was said is not meant.
const LEAST: f32 = 0.03;
/// One with less than this share of the best one's likeness is not meant.
const FAR: f32 = 0.5;
/// From here on the first is started without asking: a wrong start costs as much as ten questions.
const SURE: f32 = 0.9;
/// How much the likest sentence counts; all of them together count the rest.
const LIKEST: f32 = 0.3;
/// How much words count that say little.
const STOP: f32 = 0.3;
/// How much words count that no playbook has.
const UNKNOWN: f32 = 0.6;
/// How much a title counts among the sentences of a playbook, and how much its tags.
const TITLE: f32 = 1.5;
const TAGS: f32 = 0.5;
/// How much less a summary is taken for what a caller says.
const SUMMARY: f32 = 0.8;
/// The fitted curve: where it begins, and what likeness adds.
const CURVE: [f32; 2] = [-4.0, 10.5];
/// How much more likely one is than another that is less like: a power.
const APART: i32 = 9;

/// Sentences of a playbook, as the words that they have.
struct Unit {
    /// Its place among the playbooks.
    playbook: u32,
    /// How much being like it counts.
    factor: f32,
    /// All that the playbook says, and not one sentence of it.
    whole: bool,
}

/// A word of a unit, and how much it counts there: the squares of a unit's words are one in all.
#[derive(Clone, Copy)]
struct Posting {
    unit: u32,
    weight: f32,
}

/// The playbooks of a shelf, as they are compared with what a caller says.
#[derive(Default)]
pub struct Playbooks {
    /// Their entries' numbers on the shelf.
    entries: Vec<u32>,
    units: Vec<Unit>,
    /// By word and by stem, in the order of the units.
    postings: HashMap<Box<str>, Vec<Posting>>,
    /// How many playbooks have a word or stem.
    counts: HashMap<Box<str>, u32>,
}

/// A word of what a caller says.
struct Word {
    /// How much it counts, beside how rare it is.
    weight: f32,
    /// Stands beside its parts, so that nothing lacks it.
    extra: bool,
    /// What stands for it: any of them will do, the best counts.
    variants: Vec<Variant>,
}

/// How often each stem stands in a text, and the words of each.
type Bag = BTreeMap<String, (f32, BTreeSet<String>)>;

impl Playbooks {
    /// Of all that is on a shelf.
    pub fn new(shelf: &Shelf) -> Self {
        let mut out = Self::default();
        let mut analyzer = Analyzer::new(shelf.language());
        let heads = shelf.entries.iter().zip(0..).filter(|(entry, _)| entry.is_playbook());
        let mut bags: Vec<(Unit, Bag)> = Vec::new();
        for (entry, number) in heads {
            let playbook = out.entries.len() as u32;
            out.entries.push(number);
            // What it says in other languages does not make it less like what is said in this one.
            let mut wholes = [Bag::new(), Bag::new()];
            for sentence in sentences(&entry.head) {
                let bag = bag(&mut analyzer, sentence.text);
                for (stem, (_, words)) in &bag {
                    let known = wholes[usize::from(sentence.elsewhere)].entry(stem.clone()).or_default();
                    known.0 += sentence.share;
                    known.1.extend(words.iter().cloned());
                }
                if sentence.factor > 0.0 {
                    bags.push((Unit { playbook, factor: LIKEST * sentence.factor, whole: false }, bag));
                }
            }
            let all: BTreeSet<_> = wholes.iter().flatten().flat_map(|(stem, (_, words))| terms(stem, words)).collect();
            for term in all {
                *out.counts.entry(term.as_str().into()).or_default() += 1;
            }
            for mut whole in wholes {
                whole.values_mut().for_each(|(count, _)| *count = count.ln_1p());
                bags.push((Unit { playbook, factor: 1.0 - LIKEST, whole: true }, whole));
            }
        }
        for (unit, bag) in bags {
            out.add(shelf.language(), unit, &bag);
        }
        out
    }

    fn add(&mut self, language: Language, unit: Unit, bag: &Bag) {
        let number = self.units.len() as u32;
        self.units.push(unit);
        let weight = |(stem, (count, words)): (&String, &(f32, BTreeSet<String>))| {
            let stop = if words.iter().all(|word| is_stop(language, word)) { STOP } else { 1.0 };
            stop * count * self.rarity(self.counts.get(stem.as_str()).copied().unwrap_or_default())
        };
        let weights: Vec<f32> = bag.iter().map(weight).collect();
        let length = weights.iter().map(|weight| weight * weight).sum::<f32>().sqrt().max(f32::MIN_POSITIVE);
        for ((stem, (_, words)), weight) in bag.iter().zip(weights) {
            let posting = Posting { unit: number, weight: weight / length };
            for term in terms(stem, words) {
                self.postings.entry(term.as_str().into()).or_default().push(posting);
            }
        }
    }

    /// How much a word tells that so many playbooks have.
    fn rarity(&self, count: u32) -> f32 {
        let (all, count) = (self.entries.len() as f32, count as f32);
        (1.0 + (all - count + 0.5) / (count + 0.5)).ln()
    }

    /// How many playbooks have a word, or one that means the same.
    fn count(&self, variants: &[Variant]) -> u32 {
        let counts = variants.iter().map(|variant| {
            let each = variant.terms.iter().map(|term| self.counts.get(term.as_str()).copied().unwrap_or_default());
            each.min().unwrap_or_default()
        });
        counts.max().unwrap_or_default()
    }

    /// Calls back with each unit that has all of these terms, and how much the least of them counts there.
    fn having(&self, terms: &[String], mut each: impl FnMut(u32, f32)) {
        let lists: Option<Vec<_>> = terms.iter().map(|term| self.postings.get(term.as_str())).collect();
        let Some((first, rest)) = lists.as_ref().and_then(|lists| lists.split_first()) else { return };
        for posting in first.iter() {
            let least = rest.iter().try_fold(posting.weight, |least, list| {
                let at = list.binary_search_by_key(&posting.unit, |other| other.unit).ok()?;
                Some(list[at].weight.min(least))
            });
            if let Some(least) = least {
                each(posting.unit, least);
            }
        }
    }

    /// How like what a caller says each playbook is, from 0 to 1.
    fn likeness(&self, said: &[Word]) -> Vec<f32> {
        let (mut sums, mut values) = (vec![0.0; self.units.len()], vec![0.0_f32; self.units.len()]);
        let (mut length, mut touched) = (0.0, Vec::new());
        for word in said {
            let count = self.count(&word.variants);
            if word.extra && count == 0 {
                continue;
            }
            let weight = word.weight * self.rarity(count) * if count == 0 { UNKNOWN } else { 1.0 };
            length += weight * weight;
            for variant in &word.variants {
                self.having(&variant.terms, |unit, value| {
                    touched.push(unit);
                    values[unit as usize] = values[unit as usize].max(variant.weight * value);
                });
            }
            for unit in touched.drain(..) {
                sums[unit as usize] += weight * std::mem::take(&mut values[unit as usize]);
            }
        }
        let length = f32::sqrt(length).max(f32::MIN_POSITIVE);
        let (mut likest, mut whole) = (vec![0.0_f32; self.entries.len()], vec![0.0_f32; self.entries.len()]);
        for (unit, sum) in self.units.iter().zip(sums) {
            let at = unit.playbook as usize;
            let like = unit.factor * sum / length;
            let best = if unit.whole { &mut whole[at] } else { &mut likest[at] };
            *best = best.max(like);
        }
        likest.iter().zip(whole).map(|(likest, whole)| likest + whole).collect()
    }
}

impl std::fmt::Debug for Playbooks {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Playbooks({})", self.entries.len())
    }
}

/// What a word is found by: as it is written, and by its stem.
fn terms<'a>(stem: &'a String, words: &'a BTreeSet<String>) -> impl Iterator<Item = &'a String> {
    words.iter().chain((!words.contains(stem)).then_some(stem))
}

/// What a playbook says of itself.
struct Sentence<'a> {
    text: &'a str,
    /// How much being like it counts.
    factor: f32,
    /// How much it counts among all that the playbook says.
    share: f32,
    /// It is in another language.
    elsewhere: bool,
}

fn sentences(head: &Document) -> impl Iterator<Item = Sentence<'_>> {
    let sentence = |text, factor, share, elsewhere| Sentence { text, factor, share, elsewhere };
    let top = [sentence(&head.title, 1.0, TITLE, false), sentence(&head.summary, SUMMARY, 1.0, false)];
    let symptoms = head.symptoms.iter().map(move |text| sentence(text, 1.0, 1.0, false));
    let elsewhere = head.elsewhere.iter().map(move |text| sentence(text, 1.0, 1.0, true));
    top.into_iter()
        .chain(symptoms)
        .chain(elsewhere)
        .chain(head.tags.iter().map(move |tag| sentence(tag, 0.0, TAGS, false)))
}

/// What is written together (`e-mail`, `Wi-Fi`) is one word, which its parts stand for as well.
fn bag(analyzer: &mut Analyzer, text: &str) -> Bag {
    let terms = analyzer.terms(text);
    // Where each begins, its stem, and itself with its parts.
    let mut words: Vec<(usize, String, BTreeSet<String>)> = Vec::new();
    for (text, term) in terms.iter() {
        let word = |text: &str| (term.from, text.to_owned(), BTreeSet::from([text.to_owned()]));
        match term.form {
            Form::Stem | Form::WholeStem => {
                if let Some(last) = words.last_mut() {
                    last.1 = text.to_owned();
                }
            }
            Form::Exact | Form::Code => words.push(word(text)),
            Form::Whole => {
                let parts = words.extract_if(.., |(from, ..)| (term.from..term.to).contains(from));
                let mut parts: BTreeSet<String> = parts.flat_map(|(.., words)| words).collect();
                parts.retain(|part| part.chars().count() > 1);
                parts.insert(text.to_owned());
                words.push((term.from, text.to_owned(), parts));
            }
        }
    }
    let mut out = Bag::new();
    for (_, stem, words) in words {
        let known = out.entry(stem).or_default();
        known.0 = 1.0;
        known.1.extend(words);
    }
    out
}

/// How likely one of the playbooks is meant, of which the best is so like.
fn meant(best: f32) -> f32 {
    let [begin, rise] = CURVE;
    1.0 / (1.0 + (-begin - rise * best.sqrt()).exp())
}

/// See the module.
pub fn triage(shelf: &Shelf, playbooks: &Playbooks, synonyms: &Synonyms, query: &Query) -> Triage {
    let query = Query { kinds: vec![Kind::Playbook], ..query.clone() };
    let asked = ask(&query.words, query.typing, shelf, synonyms);
    let excluded: HashSet<u32> = asked
        .excluded
        .iter()
        .flat_map(|terms| {
            let mut units = Vec::new();
            playbooks.having(terms, |unit, _| units.push(playbooks.units[unit as usize].playbook));
            units
        })
        .collect();
    let words = said(shelf.language(), playbooks, asked.concepts, &asked.unknown);
    let mut found: Vec<(f32, u32)> = playbooks.likeness(&words).into_iter().zip(0..).collect();
    found.retain(|(like, at)| {
        let entry = &shelf.entries[playbooks.entries[*at as usize] as usize];
        *like >= LEAST && !excluded.contains(at) && may(entry, &query)
    });
    let id = |at: u32| &shelf.entries[playbooks.entries[at as usize] as usize].head;
    found.sort_by(|a, b| b.0.total_cmp(&a.0).then_with(|| id(a.1).id.cmp(&id(b.1).id)));
    let Some((best, _)) = found.first().copied() else { return Triage::default() };
    let apart = |like: f32| (like / best).powi(APART);
    let share = meant(best) / found.iter().map(|(like, _)| apart(*like)).sum::<f32>();
    let shown = found.iter().take_while(|(like, _)| *like >= FAR * best).take(MOST);
    let shown = shown.map(|(like, at)| {
        let head = id(*at);
        Candidate {
            id: head.id.clone(),
            title: head.title.clone(),
            summary: Some(head.summary.clone()).filter(|summary| !summary.is_empty()),
            confidence: share * apart(*like),
        }
    });
    let mut playbooks: Vec<Candidate> = shown.collect();
    // One word says what it is about, and not what is wrong with it.
    let telling = words.iter().filter(|word| !word.extra && word.weight == 1.0 && !word.variants.is_empty()).count();
    let sure = telling > 1 && playbooks[0].confidence >= SURE;
    if sure {
        playbooks.truncate(1);
    }
    Triage { playbooks, sure }
}

/// What is looked for, with how much it counts: words that say little as well, and words that nothing has. What was
/// written together is one word, if some playbook has it or no mark stood between its parts.
fn said(language: Language, playbooks: &Playbooks, mut concepts: Vec<Concept>, unknown: &[String]) -> Vec<Word> {
    let is_whole = |concept: &Concept| {
        let unmarked = concept.word.len() == concept.place.1 - concept.place.0;
        concept.part == Part::Extra && (unmarked || playbooks.count(&concept.variants) > 0)
    };
    let wholes: Vec<_> = concepts.iter().filter(|concept| is_whole(concept)).map(|concept| concept.place).collect();
    let within = |(from, to): (usize, usize)| wholes.iter().any(|whole| whole.0 <= from && to <= whole.1);
    concepts.retain(|concept| concept.part == Part::Extra || !within(concept.place));
    let word = |concept: Concept| {
        let stop = if is_stop(language, &concept.word) { STOP } else { 1.0 };
        let extra = concept.part == Part::Extra && !wholes.contains(&concept.place);
        Word { weight: if extra { concept.weight } else { stop }, extra, variants: concept.variants }
    };
    let mut out: Vec<Word> = concepts.into_iter().map(word).collect();
    // A sentence is too short to set the form of a word apart from the word.
    let variants = out.iter_mut().flat_map(|word| &mut word.variants);
    variants.filter(|variant| variant.why == "stem").for_each(|variant| variant.weight = 1.0);
    out.extend(unknown.iter().map(|_| Word { weight: 1.0, extra: false, variants: Vec::new() }));
    out
}
