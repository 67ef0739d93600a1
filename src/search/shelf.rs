//! What one reader may find: the entries, their postings, and the words in them.

use super::{
    analyzer::{CODE, STEM, Words},
    entry::Entry,
    facets::Facets,
    postings::{List, Lists},
    query::Variant,
    vocabulary::Vocabulary,
    weights::Weights,
};
use crate::language::Language;
use std::{
    collections::HashMap,
    sync::{Arc, OnceLock},
};
use tantivy::{
    DocSet, Searcher, TERMINATED, TantivyDocument, Term,
    fieldnorm::FieldNormReader,
    index::{InvertedIndexReader, SegmentReader},
    postings::{Postings, SegmentPostings},
    schema::{FAST, Field, INDEXED, IndexRecordOption, Schema, TextFieldIndexing, TextOptions},
};

/// Changes when the same entries give another index.
pub const VERSION: u32 = 1;

/// How many fields an entry's texts go into.
pub const FIELDS: usize = 3;

const TOKENIZER: &str = "words";
const PRINT: &str = "print";

/// The fields of an index.
#[derive(Clone, Debug)]
pub struct Fields {
    /// As indexed.
    pub schema: Schema,
    /// How words end.
    pub language: Language,
    print: Field,
    texts: [Field; FIELDS],
}

impl Fields {
    /// Of texts in a language.
    pub fn new(language: Language) -> Self {
        let mut schema = Schema::builder();
        let indexing = TextFieldIndexing::default()
            .set_tokenizer(TOKENIZER)
            .set_index_option(IndexRecordOption::WithFreqsAndPositions);
        let options = TextOptions::default().set_indexing_options(indexing);
        let print = schema.add_u64_field(PRINT, INDEXED | FAST);
        let texts = ["title", "head", "body"].map(|name| schema.add_text_field(name, options.clone()));
        Self { schema: schema.build(), language, print, texts }
    }

    /// Tells an index how words are read.
    pub fn register(&self, index: &tantivy::Index) {
        index.tokenizers().register(TOKENIZER, Words::new(self.language));
    }

    /// An entry as it is indexed.
    pub fn document(&self, entry: &Entry) -> TantivyDocument {
        let [title, head, body] = self.texts;
        let mut out = TantivyDocument::default();
        out.add_u64(self.print, entry.print);
        out.add_text(title, &entry.head.title);
        entry.head.symptoms.iter().for_each(|symptom| out.add_text(title, symptom));
        out.add_text(head, &entry.head.summary);
        out.add_text(head, &entry.head.heading);
        entry.head.tags.iter().chain(&entry.head.category).for_each(|word| out.add_text(head, word));
        for document in entry.documents() {
            out.add_text(body, &document.body);
        }
        entry.head.elsewhere.iter().for_each(|words| out.add_text(body, words));
        for part in &entry.parts {
            if entry.head.heading.is_empty() {
                out.add_text(head, &part.heading);
            }
            part.symptoms.iter().for_each(|symptom| out.add_text(head, symptom));
        }
        out
    }

    /// Means the entry of a print.
    pub fn by_print(&self, print: u64) -> Term {
        Term::from_field_u64(self.print, print)
    }
}

/// A part of the index as it was written at once.
struct Segment {
    inverted: [Arc<InvertedIndexReader>; FIELDS],
    /// The entry of each document; [`GONE`] if there is none any more.
    entries: Vec<u32>,
}

const GONE: u32 = u32::MAX;

/// See the module.
pub struct Shelf {
    /// In no order that means anything.
    pub entries: Vec<Arc<Entry>>,
    fields: Fields,
    segments: Vec<Segment>,
    /// By what they can be narrowed.
    pub facets: Facets,
    /// How it ranks.
    weights: Weights,
    /// How many terms each field of each entry has.
    lengths: Vec<[u32; FIELDS]>,
    /// What an occurrence in each field counts, for each entry.
    norms: Vec<[f32; FIELDS]>,
    lists: Lists,
    /// The part of the index that has each entry, and where.
    places: Vec<(u32, u32)>,
    vocabulary: OnceLock<Vocabulary>,
    _searcher: Searcher,
}

/// The prints of the documents that are in a part of an index.
pub fn prints(segment: &SegmentReader) -> tantivy::Result<impl Iterator<Item = (u32, u64)> + '_> {
    let column = segment.fast_fields().u64(PRINT)?;
    Ok(segment.doc_ids_alive().map(move |doc| (doc, column.first(doc).unwrap_or_default())))
}

impl Shelf {
    /// Over an index that holds these entries. `None` if it does not: each once, and nothing else.
    pub fn new(entries: Vec<Arc<Entry>>, fields: Fields, searcher: Searcher) -> tantivy::Result<Option<Self>> {
        let numbers: HashMap<u64, u32> = entries.iter().zip(0..).map(|(entry, n)| (entry.print, n)).collect();
        let mut segments = Vec::new();
        let mut lengths = vec![[0; FIELDS]; entries.len()];
        let mut in_index = vec![(0, 0); entries.len()];
        let mut found = 0;
        for reader in searcher.segment_readers() {
            let mut places = vec![GONE; reader.max_doc() as usize];
            let norms = fields.texts.map(|field| reader.get_fieldnorms_reader(field));
            for (doc, print) in prints(reader)? {
                let Some(number) = numbers.get(&print) else { return Ok(None) };
                places[doc as usize] = *number;
                in_index[*number as usize] = (segments.len() as u32, doc);
                for (length, norm) in lengths[*number as usize].iter_mut().zip(&norms) {
                    *length = norm.as_ref().map_or(0, |norm: &FieldNormReader| norm.fieldnorm(doc));
                }
                found += 1;
            }
            let [title, head, body] = fields.texts;
            let inverted = [reader.inverted_index(title)?, reader.inverted_index(head)?, reader.inverted_index(body)?];
            segments.push(Segment { inverted, entries: places });
        }
        if found != entries.len() || numbers.len() != entries.len() {
            return Ok(None);
        }
        let weights = Weights::default();
        Ok(Some(Self {
            facets: Facets::new(&entries),
            entries,
            fields,
            segments,
            norms: norms(&lengths, &weights),
            lengths,
            weights,
            lists: Lists::default(),
            places: in_index,
            vocabulary: OnceLock::new(),
            _searcher: searcher,
        }))
    }

    /// How it ranks.
    pub fn weights(&self) -> &Weights {
        &self.weights
    }

    /// Ranks otherwise.
    pub fn tune(&mut self, weights: Weights) {
        self.norms = norms(&self.lengths, &weights);
        self.lists = Lists::default();
        self.weights = weights;
    }

    /// Which entries have any of some variants; the one that counts most in an entry is its value.
    pub fn list(&self, variants: &[Variant]) -> Arc<List> {
        let mut key = Vec::with_capacity(64);
        for variant in variants {
            key.extend_from_slice(&variant.weight.to_bits().to_le_bytes());
            variant.terms.iter().for_each(|term| {
                key.extend_from_slice(term.as_bytes());
                key.push(0);
            });
        }
        self.lists.get(&key, || self.merged(variants))
    }

    fn merged(&self, variants: &[Variant]) -> List {
        let mut values = vec![0.0f32; self.entries.len()];
        let mut counts = vec![0.0f32; self.entries.len()];
        let (mut touched, mut counted) = (Vec::new(), Vec::new());
        for variant in variants.iter().filter(|variant| variant.weight > 0.0) {
            self.each(&variant.terms, |entry, count| {
                let sum = &mut counts[entry as usize];
                if *sum == 0.0 {
                    counted.push(entry);
                }
                *sum += count;
            });
            for entry in counted.drain(..) {
                let count = std::mem::take(&mut counts[entry as usize]);
                let value = &mut values[entry as usize];
                if *value == 0.0 {
                    touched.push(entry);
                }
                *value = value.max(variant.weight * self.saturated(count));
            }
        }
        // Stretches of it are in order already, and this sort makes use of them.
        touched.sort();
        touched.shrink_to_fit();
        List { values: touched.iter().map(|entry| values[*entry as usize]).collect(), entries: touched }
    }

    /// About how many entries have any of some variants: as many as have the most frequent one, in the field that has it
    /// most.
    pub fn count(&self, variants: &[Variant]) -> usize {
        let term = |term: &String| {
            let having = |field| {
                let infos = self.segments.iter().filter_map(|segment| self.info(segment, field, term));
                infos.map(|info| info.doc_freq as usize).sum::<usize>()
            };
            (0..FIELDS).map(having).max().unwrap_or_default()
        };
        let rarest = |variant: &Variant| variant.terms.iter().map(term).min();
        variants.iter().filter_map(rarest).max().unwrap_or_default().min(self.entries.len())
    }

    /// What so many occurrences count: the more there are, the less a further one.
    pub fn saturated(&self, count: f32) -> f32 {
        let most = self.weights.saturation;
        count * (most + 1.0) / (count + most)
    }

    /// Calls back with each entry that has a term, or several one behind the other.
    pub fn each(&self, terms: &[String], each: impl FnMut(u32, f32)) {
        match terms {
            [term] => self.occurrences(term, each),
            terms => self.phrase(terms, each),
        }
    }

    /// How its words end.
    pub fn language(&self) -> Language {
        self.fields.language
    }

    /// Calls back with each entry that has the term, and what its occurrences count in all.
    fn occurrences(&self, term: &str, mut each: impl FnMut(u32, f32)) {
        for (segment, field) in self.columns() {
            let Some(info) = self.info(segment, field, term) else { continue };
            let inverted = &segment.inverted[field];
            let Ok(mut block) = inverted.read_block_postings_from_terminfo(&info, IndexRecordOption::WithFreqs) else {
                continue;
            };
            while block.block_len() > 0 {
                for (doc, count) in block.docs().iter().zip(block.freqs()) {
                    let entry = segment.entries[*doc as usize];
                    if entry != GONE {
                        each(entry, *count as f32 * self.norms[entry as usize][field]);
                    }
                }
                block.advance();
            }
        }
    }

    /// The same of words that stand one behind the other.
    fn phrase(&self, terms: &[String], mut each: impl FnMut(u32, f32)) {
        let (mut first, mut next) = (Vec::new(), Vec::new());
        for (segment, field) in self.columns() {
            let postings = |term: &String| -> Option<SegmentPostings> {
                let info = self.info(segment, field, term)?;
                let all = IndexRecordOption::WithFreqsAndPositions;
                segment.inverted[field].read_postings_from_terminfo(&info, all).ok()
            };
            let Some(mut lists) = terms.iter().map(postings).collect::<Option<Vec<_>>>() else { continue };
            let Some((lead, rest)) = lists.split_first_mut() else { continue };
            while lead.doc() != TERMINATED {
                let doc = lead.doc();
                let entry = segment.entries[doc as usize];
                if entry != GONE && rest.iter_mut().all(|list| list.doc() <= doc && list.seek(doc) == doc) {
                    lead.positions(&mut first);
                    for (list, distance) in rest.iter_mut().zip(1..) {
                        list.positions(&mut next);
                        first.retain(|at| next.binary_search(&(at + distance)).is_ok());
                    }
                    if !first.is_empty() {
                        each(entry, first.len() as f32 * self.norms[entry as usize][field]);
                    }
                }
                lead.advance();
            }
        }
    }

    /// Calls back with where a term stands in some entries: which of them, the field, and the positions there.
    pub fn stands(&self, term: &str, among: &[u32], mut each: impl FnMut(usize, usize, &[u32])) {
        let mut wanted: Vec<(u32, u32, usize)> = Vec::with_capacity(among.len());
        wanted.extend(among.iter().enumerate().map(|(n, entry)| {
            let (segment, doc) = self.places[*entry as usize];
            (segment, doc, n)
        }));
        wanted.sort_unstable();
        let mut positions = Vec::new();
        for wanted in wanted.chunk_by(|a, b| a.0 == b.0) {
            let segment = &self.segments[wanted[0].0 as usize];
            for field in 0..FIELDS {
                let Some(info) = self.info(segment, field, term) else { continue };
                let all = IndexRecordOption::WithFreqsAndPositions;
                let Ok(mut list) = segment.inverted[field].read_postings_from_terminfo(&info, all) else { continue };
                for (_, doc, n) in wanted {
                    if list.doc() <= *doc && list.seek(*doc) == *doc {
                        list.positions(&mut positions);
                        each(*n, field, &positions);
                    }
                }
            }
        }
    }

    /// Every word as written, with the number of entries that have it.
    pub fn vocabulary(&self) -> &Vocabulary {
        self.vocabulary.get_or_init(|| {
            let mut words: HashMap<Box<str>, u32> = HashMap::new();
            for (segment, field) in self.columns() {
                let whole = !segment.entries.contains(&GONE);
                let inverted = &segment.inverted[field];
                let Ok(mut stream) = inverted.terms().stream() else { continue };
                while stream.advance() {
                    let Ok(word) = std::str::from_utf8(stream.key()) else { continue };
                    if word.starts_with([STEM, CODE]) {
                        continue;
                    }
                    let count = if whole { stream.value().doc_freq } else { alive(segment, field, stream.value()) };
                    if count > 0 {
                        let known = words.entry(word.into()).or_default();
                        *known = (*known).max(count);
                    }
                }
            }
            Vocabulary::new(words)
        })
    }

    fn columns(&self) -> impl Iterator<Item = (&Segment, usize)> {
        self.segments.iter().flat_map(|segment| (0..FIELDS).map(move |field| (segment, field)))
    }

    fn info(&self, segment: &Segment, field: usize, term: &str) -> Option<tantivy::postings::TermInfo> {
        let term = Term::from_field_text(self.fields.texts[field], term);
        segment.inverted[field].get_term_info(&term).ok().flatten()
    }
}

fn alive(segment: &Segment, field: usize, info: &tantivy::postings::TermInfo) -> u32 {
    let list = segment.inverted[field].read_postings_from_terminfo(info, IndexRecordOption::Basic);
    let Ok(mut list) = list else { return 0 };
    let mut count = 0;
    while list.doc() != TERMINATED {
        count += u32::from(segment.entries[list.doc() as usize] != GONE);
        list.advance();
    }
    count
}

fn norms(lengths: &[[u32; FIELDS]], weights: &Weights) -> Vec<[f32; FIELDS]> {
    let counts = [weights.title, weights.head, weights.body];
    let shares = [weights.title_length, weights.head_length, weights.body_length];
    let mean = |field: usize| {
        let sum: u64 = lengths.iter().map(|length| u64::from(length[field])).sum();
        (sum as f32 / lengths.len().max(1) as f32).max(1.0)
    };
    let means: [f32; FIELDS] = std::array::from_fn(mean);
    let norm = |length: &[u32; FIELDS]| {
        std::array::from_fn(|field| {
            let longer = length[field] as f32 / means[field];
            counts[field] / (1.0 - shares[field] + shares[field] * longer)
        })
    };
    lengths.iter().map(norm).collect()
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shelf({} entries)", self.entries.len())
    }
}
