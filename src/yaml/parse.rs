//! Bytes to a tree, going on behind what can be stepped over.

use super::{Node, traps};
use crate::diagnostic::{Diagnostic, FileId, Source, Span, Spanned, form};
use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde_yaml::{DuplicateKeyPolicy, Location, MergeKeyPolicy, Options};
use std::{collections::HashMap, fmt};

/// The largest file that is read, in bytes.
const MAX_BYTES: usize = 1 << 20;
/// How deep mappings and lists may be nested.
const MAX_DEPTH: usize = 64;
/// How many values a file may have.
const MAX_NODES: usize = 20_000;
/// How many traps of one file are stepped over.
const MAX_TRAPS: usize = 50;

/// Reads one file. The tree is there unless the YAML itself could not be read; the source always is.
pub fn parse(file: FileId, path: &str, bytes: &[u8]) -> (Source, Option<Spanned<Node>>, Vec<Diagnostic>) {
    let here = |start: usize, end: usize| Span { file, start: start as u32, end: end as u32 };
    if bytes.len() > MAX_BYTES {
        let text = String::from_utf8_lossy(&bytes[..200]);
        let found = form::too_large(here(0, 0), &format!("larger than {} KiB", MAX_BYTES / 1024));
        return (Source::new(path, text), None, vec![found]);
    }
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text,
        Err(error) => {
            let at = error.valid_up_to();
            let source = Source::new(path, String::from_utf8_lossy(bytes));
            let found = form::not_utf8(here(at, at + '\u{fffd}'.len_utf8()));
            return (source, None, vec![found]);
        }
    };
    let source = Source::new(path, text);
    if let Some(found) = form::unmerged(file, text) {
        return (source, None, vec![found]);
    }
    let mut findings = Vec::new();
    let mut masked = Masked { text: text.to_owned(), holes: Vec::new() };
    let tree = loop {
        match serde_yaml::from_str_with_options::<At>(&masked.text, options()) {
            Ok(raw) => {
                let mut lower = Lower { file, source: &source, holes: &masked.holes, findings: Vec::new() };
                let tree = lower.node(raw);
                findings.append(&mut lower.findings);
                break Some(tree);
            }
            Err(error) => match traps::explain(&error, &masked.text, file) {
                traps::Fault::Stop(found) => {
                    findings.push(found);
                    break None;
                }
                traps::Fault::Hole(found, hole) => {
                    findings.push(found);
                    if findings.len() > MAX_TRAPS || !masked.cover(hole) {
                        break None;
                    }
                }
            },
        }
    };
    (source, tree, findings)
}

/// The text with what cannot be read covered by a quoted text of the same length.
struct Masked {
    text: String,
    holes: Vec<std::ops::Range<usize>>,
}

impl Masked {
    /// False if there is no room for a quoted text, or it was covered before.
    fn cover(&mut self, hole: std::ops::Range<usize>) -> bool {
        if hole.len() < 2 || self.holes.contains(&hole) {
            return false;
        }
        let filler = format!("\"{}\"", "_".repeat(hole.len() - 2));
        self.text.replace_range(hole.clone(), &filler);
        self.holes.push(hole);
        true
    }
}

fn options() -> Options {
    serde_yaml::options! {
        budget: serde_yaml::budget! {
            max_depth: MAX_DEPTH,
            flow_nesting_limit: MAX_DEPTH,
            max_nodes: MAX_NODES,
            max_events: 4 * MAX_NODES,
            max_aliases: 1_000,
            max_documents: 1,
            enforce_alias_anchor_ratio: false,
        },
        duplicate_keys: DuplicateKeyPolicy::PassThrough,
        merge_keys: MergeKeyPolicy::AsOrdinary,
        alias_limits: serde_yaml::alias_limits! {
            max_total_replayed_events: MAX_NODES,
            max_replay_stack_depth: 8,
            max_alias_expansions_per_anchor: 1_000,
        },
        strict_booleans: true,
        leading_zero_numbers_as_strings: true,
        underscored_numbers_as_strings: true,
        ignore_binary_tag_for_string: true,
        non_finite_float_policy: serde_yaml::NonFiniteFloatPolicy::AsString,
        reject_unsupported_tags: true,
        with_snippet: false,
    }
}

type At = serde_yaml::Spanned<Raw>;

/// What the YAML reader hands over.
enum Raw {
    /// A text, unquoted and unescaped.
    Text(String),
    /// A number, truth value or null: its text is in the source.
    AsWritten,
    Seq(Vec<At>),
    Map(Vec<(At, At)>),
}

impl<'de> Deserialize<'de> for Raw {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(RawVisitor)
    }
}

struct RawVisitor;

impl<'de> Visitor<'de> for RawVisitor {
    type Value = Raw;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any value")
    }
    fn visit_str<E: de::Error>(self, text: &str) -> Result<Raw, E> {
        Ok(Raw::Text(text.to_owned()))
    }
    fn visit_string<E: de::Error>(self, text: String) -> Result<Raw, E> {
        Ok(Raw::Text(text))
    }
    fn visit_bool<E: de::Error>(self, _: bool) -> Result<Raw, E> {
        Ok(Raw::AsWritten)
    }
    fn visit_i64<E: de::Error>(self, _: i64) -> Result<Raw, E> {
        Ok(Raw::AsWritten)
    }
    fn visit_i128<E: de::Error>(self, _: i128) -> Result<Raw, E> {
        Ok(Raw::AsWritten)
    }
    fn visit_u64<E: de::Error>(self, _: u64) -> Result<Raw, E> {
        Ok(Raw::AsWritten)
    }
    fn visit_u128<E: de::Error>(self, _: u128) -> Result<Raw, E> {
        Ok(Raw::AsWritten)
    }
    fn visit_f64<E: de::Error>(self, _: f64) -> Result<Raw, E> {
        Ok(Raw::AsWritten)
    }
    fn visit_bytes<E: de::Error>(self, _: &[u8]) -> Result<Raw, E> {
        Ok(Raw::AsWritten)
    }
    fn visit_unit<E: de::Error>(self) -> Result<Raw, E> {
        Ok(Raw::AsWritten)
    }
    fn visit_none<E: de::Error>(self) -> Result<Raw, E> {
        Ok(Raw::AsWritten)
    }
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }
    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<Raw, D::Error> {
        Raw::deserialize(deserializer)
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Raw, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = seq.next_element()? {
            items.push(item);
        }
        Ok(Raw::Seq(items))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Raw, A::Error> {
        let mut entries = Vec::new();
        while let Some(entry) = map.next_entry()? {
            entries.push(entry);
        }
        Ok(Raw::Map(entries))
    }
}

/// The bytes of a location.
pub(super) fn bytes(location: Location, text: &str) -> std::ops::Range<usize> {
    let span = location.span();
    let start = span.byte_offset().map_or(text.len(), |at| (at as usize).min(text.len()));
    let end = (start + span.byte_len().unwrap_or(0) as usize).min(text.len());
    start..end
}

/// From what was handed over to our tree, with the findings that only the source can tell.
struct Lower<'a> {
    file: FileId,
    source: &'a Source,
    holes: &'a [std::ops::Range<usize>],
    findings: Vec<Diagnostic>,
}

impl Lower<'_> {
    fn node(&mut self, at: At) -> Spanned<Node> {
        let text = &self.source.text;
        let range = bytes(at.referenced, text);
        let span = self.span(range.clone());
        if self.holes.iter().any(|hole| hole.start == range.start) {
            return Spanned::new(Node::Broken, span);
        }
        let node = match at.value {
            Raw::Text(value) => {
                if at.referenced == at.defined {
                    self.findings.extend(traps::comment(text, &range, &value, span));
                    self.findings.extend(traps::anchor(text, span));
                }
                Node::Scalar(value)
            }
            Raw::AsWritten => match text.get(bytes(at.defined, text)).unwrap_or_default().trim() {
                "" | "~" | "null" | "Null" | "NULL" => Node::Null,
                written => Node::Scalar(written.to_owned()),
            },
            Raw::Seq(items) => Node::Seq(items.into_iter().map(|item| self.node(item)).collect()),
            Raw::Map(entries) => self.map(entries, text.as_bytes().get(range.start) == Some(&b'{')),
        };
        let span = match &node {
            Node::Scalar(value) => self.span(self.trimmed(range, value)),
            Node::Seq(_) | Node::Map(_) => self.span(range.start..self.first_line_end(range.start)),
            _ => span,
        };
        Spanned::new(node, span)
    }

    fn map(&mut self, entries: Vec<(At, At)>, flow: bool) -> Node {
        let mut map: Vec<(Spanned<String>, Spanned<Node>)> = Vec::with_capacity(entries.len());
        let mut seen: HashMap<String, Span> = HashMap::with_capacity(entries.len());
        for (key, value) in entries {
            let key = self.node(key);
            let value = self.node(value);
            let name = match key.value {
                Node::Scalar(name) => Spanned::new(name, key.span),
                Node::Null => Spanned::new(String::new(), key.span),
                Node::Broken => continue,
                Node::Seq(_) | Node::Map(_) => {
                    self.findings.push(traps::braces(key.span));
                    continue;
                }
            };
            if name.value == "<<" {
                self.findings.push(traps::merge(name.span));
                continue;
            }
            if flow && value.value == Node::Null && !traps::has_colon(&self.source.text, name.span) {
                self.findings.push(traps::comma(&name));
                continue;
            }
            match seen.get(&name.value) {
                Some(first) => self.findings.push(form::duplicate_key(&name, *first)),
                None => {
                    seen.insert(name.value.clone(), name.span);
                    map.push((name, value));
                }
            }
        }
        Node::Map(map)
    }

    fn span(&self, range: std::ops::Range<usize>) -> Span {
        Span { file: self.file, start: range.start as u32, end: range.end as u32 }
    }

    fn first_line_end(&self, start: usize) -> usize {
        let line = self.source.line(self.source.line_at(start as u32));
        line.end.max(start)
    }

    /// A scalar's place: its own line if it is one, else the first line of it.
    fn trimmed(&self, range: std::ops::Range<usize>, value: &str) -> std::ops::Range<usize> {
        let written = &self.source.text[range.clone()];
        if written == value {
            return range;
        }
        let first = written.lines().next().unwrap_or_default();
        range.start..range.start + first.trim_end().len()
    }
}
