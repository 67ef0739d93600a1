//! Texts in another language: `<id>.de.yaml` beside a playbook, each with the hash of the text that it translates.

mod original;
mod write;

pub use original::{Original, originals};
pub use write::{quoted, write};

use crate::{
    diagnostic::{Diagnostic, FileId, Sink, Span, Spanned, form},
    language::translation::hash,
    template::{Read, Text},
    yaml::{self, Fields, Node},
};
use std::collections::{BTreeMap, HashMap};

/// A text of a translation.
#[derive(Debug)]
pub struct Translated {
    /// Where it is: `steps.lights.ask`.
    pub path: String,
    /// Its last key.
    pub key: Span,
    /// The hash of what it translates.
    pub of: Spanned<String>,
    /// What it says; of a list, all. Nothing, as long as nobody has written it.
    pub texts: Vec<Text>,
}

/// A file of translated texts.
#[derive(Debug)]
pub struct Translation {
    /// The playbook's id; empty for `desk.yaml`.
    pub of: String,
    /// Its file.
    pub file: FileId,
    /// In written order.
    pub list: Vec<Translated>,
    /// Texts without a source, which the file keeps as comments at its end.
    pub kept: Vec<Translated>,
    /// By the hash of what they translate.
    by_hash: HashMap<String, Vec<usize>>,
}

/// Reads a translation.
pub fn parse(
    of: &str,
    file: FileId,
    text: &str,
    tree: Option<&Spanned<Node>>,
    findings: &Sink<Diagnostic>,
) -> Translation {
    let mut list = Vec::new();
    if let Some(tree) = tree.filter(|tree| tree.value != Node::Null) {
        match &tree.value {
            Node::Map(_) => read("", tree, text, findings, &mut list),
            Node::Broken => {}
            other => findings.push(form::wrong_type(
                tree.span,
                "a translation",
                "the keys of what it translates",
                other.found(),
                HELP,
            )),
        }
    }
    let mut by_hash: HashMap<String, Vec<usize>> = HashMap::new();
    for (at, translated) in list.iter().enumerate().filter(|(_, translated)| !translated.texts.is_empty()) {
        by_hash.entry(translated.of.value.clone()).or_default().push(at);
    }
    let mut kept = Vec::new();
    if let (_, Some(tree), _) = yaml::parse(file, "", write::kept(text).as_bytes()) {
        read("", &tree, "", &Sink::default(), &mut kept);
    }
    Translation { of: of.to_owned(), file, list, kept, by_hash }
}

const HELP: &str = "write `{of: hash, text: …}` behind the key; `firstline translate` writes the keys and the hashes";

fn read(path: &str, node: &Spanned<Node>, file: &str, findings: &Sink<Diagnostic>, out: &mut Vec<Translated>) {
    for (key, value) in entries(node) {
        let below = if path.is_empty() { key.value.clone() } else { format!("{path}.{}", key.value) };
        match &value.value {
            Node::Map(_) => {
                let own = |name: &str| get(value, name).is_some_and(|node| !matches!(node.value, Node::Map(_)));
                if own("of") || own("text") || own("texts") {
                    leaf(&below, key, value, file, findings, out);
                }
                read(&below, value, file, findings, out);
            }
            Node::Scalar(_) | Node::Seq(_) if !matches!(key.value.as_str(), "of" | "text" | "texts") => {
                findings.push(form::wrong_type(
                    value.span,
                    &key.value,
                    "a text with the hash of what it translates",
                    value.value.found(),
                    HELP,
                ));
            }
            _ => {}
        }
    }
}

fn entries(node: &Spanned<Node>) -> &[(Spanned<String>, Spanned<Node>)] {
    match &node.value {
        Node::Map(entries) => entries,
        _ => &[],
    }
}

fn get<'a>(node: &'a Spanned<Node>, key: &str) -> Option<&'a Spanned<Node>> {
    entries(node).iter().find(|(name, _)| name.value == key).map(|(_, node)| node)
}

fn leaf(
    path: &str,
    key: &Spanned<String>,
    node: &Spanned<Node>,
    file: &str,
    findings: &Sink<Diagnostic>,
    out: &mut Vec<Translated>,
) {
    let Some(mut fields) = Fields::new(node, format!("`{}`", key.value), key.span, findings) else { return };
    let of = fields.required("of", HELP);
    let is_written = |name: &str| get(node, name).is_some_and(|node| node.value != Node::Null);
    let mut texts = Vec::new();
    if is_written("text") {
        texts.extend(fields.text("text"));
    }
    if is_written("texts") {
        texts.extend(fields.texts("texts"));
    }
    let texts = texts.into_iter().map(|text| Text::parse(text, file, findings)).collect();
    out.extend(of.map(|of| Translated { path: path.to_owned(), key: key.span, of, texts }));
}

impl Translation {
    /// What stands for a text of a step or a fact (`place`), or of what stands at the top; nothing for a text that
    /// nobody has translated as it is.
    pub fn find(&self, place: &str, source: &str) -> Option<&Translated> {
        let all = self.by_hash.get(&hash(source))?.iter().map(|at| &self.list[*at]);
        all.clone().find(|translated| translated.place() == place).or(all.into_iter().next())
    }
}

impl Translated {
    /// The step or the fact that it belongs to; empty for what stands at the top.
    fn place(&self) -> &str {
        let below = self.path.strip_prefix("steps.").or_else(|| self.path.strip_prefix("facts."));
        below.and_then(|below| below.split('.').next()).unwrap_or_default()
    }
}

/// All of a desk's texts in one language.
#[derive(Debug, Default)]
pub struct Texts {
    /// By the playbook's id; those of `desk.yaml` have none.
    pub parts: BTreeMap<String, Translation>,
}

impl Texts {
    /// A text in this language, if it is translated as it is and reads nothing that the source does not.
    pub fn text(&self, playbook: &str, place: &str, source: &Text) -> Option<&Text> {
        let translated = self.parts.get(playbook)?.find(place, &source.source.value)?.texts.first()?;
        let known = reads(source);
        reads(translated).iter().all(|read| known.contains(read)).then_some(translated)
    }

    /// The same of words in which nothing is read.
    pub fn words(&self, playbook: &str, place: &str, source: &str) -> Option<&str> {
        let translated = self.parts.get(playbook)?.find(place, source)?.texts.first()?;
        Some(translated.source.value.trim_end())
    }

    /// The same of a list.
    pub fn list(&self, playbook: &str, source: &[String]) -> Option<Vec<String>> {
        let translated = self.parts.get(playbook)?.find("", &source.join("\n"))?;
        Some(translated.texts.iter().map(|text| text.source.value.trim_end().to_owned()).collect())
    }
}

/// What a text shows, as it is written: `os`, `case.caller`.
pub fn reads(text: &Text) -> Vec<String> {
    let mut reads: Vec<String> = Vec::new();
    for read in text.reads() {
        let name = match read {
            Read::Fact(name) => name.value.clone(),
            Read::Case(field) => format!("case.{field}"),
        };
        if !reads.contains(&name) {
            reads.push(name);
        }
    }
    reads
}
