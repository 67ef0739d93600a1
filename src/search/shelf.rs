//! What one reader may find: the entries, their postings, and the words in them.

use super::{
    analyzer::{CODE, STEM, Words},
    entry::Entry,
    vocabulary::Vocabulary,
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

/// How much an occurrence counts in each field: title and symptoms; headings, summary, tags, category; all else.
const FIELD_WEIGHT: [f32; FIELDS] = [4.0, 1.0, 0.5];
/// How much longer fields count less, as BM25's `b`.
const LENGTH: [f32; FIELDS] = [0.5, 0.75, 0.75];

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
    /// What an occurrence in each field counts, for each entry.
    norms: Vec<[f32; FIELDS]>,
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
        let mut found = 0;
        for reader in searcher.segment_readers() {
            let mut places = vec![GONE; reader.max_doc() as usize];
            let norms = fields.texts.map(|field| reader.get_fieldnorms_reader(field));
            for (doc, print) in prints(reader)? {
                let Some(number) = numbers.get(&print) else { return Ok(None) };
                places[doc as usize] = *number;
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
        let norms = norms(&lengths);
        let vocabulary = OnceLock::new();
        Ok(Some(Self { entries, fields, segments, norms, vocabulary, _searcher: searcher }))
    }

    /// How its words end.
    pub fn language(&self) -> Language {
        self.fields.language
    }

    /// Calls back with each entry that has the term, and what its occurrences count in all.
    pub fn occurrences(&self, term: &str, mut each: impl FnMut(u32, f32)) {
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
    pub fn phrase(&self, terms: &[String], mut each: impl FnMut(u32, f32)) {
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

    /// Whether any entry has the term.
    pub fn has(&self, term: &str) -> bool {
        self.columns().any(|(segment, field)| {
            let info = self.info(segment, field, term);
            let list = info.and_then(|info| {
                segment.inverted[field].read_postings_from_terminfo(&info, IndexRecordOption::Basic).ok()
            });
            list.is_some_and(|mut list| {
                while list.doc() != TERMINATED {
                    if segment.entries[list.doc() as usize] != GONE {
                        return true;
                    }
                    list.advance();
                }
                false
            })
        })
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

fn norms(lengths: &[[u32; FIELDS]]) -> Vec<[f32; FIELDS]> {
    let mean = |field: usize| {
        let sum: u64 = lengths.iter().map(|length| u64::from(length[field])).sum();
        (sum as f32 / lengths.len().max(1) as f32).max(1.0)
    };
    let means: [f32; FIELDS] = std::array::from_fn(mean);
    let norm = |length: &[u32; FIELDS]| {
        std::array::from_fn(|field| {
            let longer = length[field] as f32 / means[field];
            FIELD_WEIGHT[field] / (1.0 - LENGTH[field] + LENGTH[field] * longer)
        })
    };
    lengths.iter().map(norm).collect()
}

impl std::fmt::Debug for Shelf {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Shelf({} entries)", self.entries.len())
    }
}
