//! Articles: Markdown behind a header.

mod header;
mod parse;

pub use header::{AUDIENCES, bounds};
pub use parse::{INDEXES, id, parse, translation};

use crate::{
    diagnostic::{FileId, Span, Spanned},
    language::translation::hash,
    markdown::{self, Outline},
};
use jiff::civil::Date;
use std::{collections::BTreeMap, ops::Range};

/// An article. Its Markdown stands as it was written; what pages show is rendered from it.
#[derive(Debug)]
pub struct Article {
    /// The file's stem in lower case, words joined by `-`; of an `index.md` or `README.md`, the folder's.
    pub id: String,
    /// Its file.
    pub file: FileId,
    /// What people call it: the header's, else the first heading, else the file's name in words.
    pub title: String,
    /// In a sentence.
    pub summary: Option<String>,
    /// Whether self-service may read it. Staff may read everything.
    pub self_service: bool,
    /// For lists: the header's, else the folder below `kb/`.
    pub category: Option<String>,
    /// For search.
    pub tags: Vec<Spanned<String>>,
    /// What callers say, in their words.
    pub symptoms: Vec<Spanned<String>>,
    /// Earlier ids; links to them keep working.
    pub aliases: Vec<Spanned<String>>,
    /// Articles and playbooks (`playbook:ID` or an id) to read on.
    pub related: Vec<Spanned<String>>,
    /// Facts and their values that it is for; everybody, if empty.
    pub applies_to: BTreeMap<String, Vec<Spanned<String>>>,
    /// The team that keeps it.
    pub owner: Option<String>,
    /// When somebody last looked at it.
    pub reviewed: Option<Date>,
    /// When somebody has to look at it again.
    pub review_by: Option<Spanned<Date>>,
    /// The header is of another system; the first key that was not taken.
    pub foreign: Option<Span>,
    /// Markdown, without the header.
    pub body: String,
    /// Where the body begins in its file, in bytes.
    pub body_at: u32,
    /// The body's headings, links and pictures; places count from where the body begins.
    pub outline: Outline,
    /// The body begins with the title.
    pub begins_with_title: bool,
    /// What stands below each heading but the title.
    pub sections: Vec<Section>,
    /// It stands for another in another language.
    pub translation: Option<Translation>,
}

/// What an article has that translates another.
#[derive(Debug, Default)]
pub struct Translation {
    /// The hash of what it translates, as its header has it.
    pub of: Option<Spanned<String>>,
    /// What it translates is as it was then.
    pub current: bool,
    /// The anchors of what it translates, each with its own; empty if their headings do not agree.
    pub anchors: Vec<(String, String)>,
}

/// A part of an article, from its heading to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Section {
    /// Its address within the article.
    pub anchor: String,
    /// The headings that it stands below, its own last.
    pub path: Vec<String>,
    /// 1 to 6.
    pub level: u8,
    /// Its bytes in the body, the heading too.
    pub at: Range<usize>,
}

impl Article {
    /// Whether its `review_by` is over.
    pub fn is_expired(&self, today: Date) -> bool {
        self.review_by.as_ref().is_some_and(|date| date.value < today)
    }

    /// Whether a known fact says that it is for others.
    pub fn contradicts<'a>(&self, fact: impl Fn(&str) -> Option<&'a str>) -> bool {
        self.applies_to
            .iter()
            .any(|(name, values)| fact(name).is_some_and(|known| values.iter().all(|value| value.value != known)))
    }

    /// The place of some bytes of the body in the file.
    pub fn span(&self, at: &Range<usize>) -> Span {
        Span { file: self.file, start: self.body_at + at.start as u32, end: self.body_at + at.end as u32 }
    }

    /// The hash that its translations have of it.
    pub fn hash(&self) -> String {
        let symptoms = self.symptoms.iter().map(|symptom| symptom.value.as_str());
        let texts = [self.title.as_str(), self.summary.as_deref().unwrap_or_default(), &self.body];
        hash(&texts.into_iter().chain(symptoms).collect::<Vec<_>>().join("\n"))
    }

    /// Whether it stands for another, and that is as it was then.
    pub fn is_current(&self) -> bool {
        self.translation.as_ref().is_some_and(|translation| translation.current)
    }

    /// Makes it stand for another: who may read it and where it belongs is the other's to say.
    pub fn translates(&mut self, source: &Self) {
        self.id.clone_from(&source.id);
        (self.self_service, self.category) = (source.self_service, source.category.clone());
        (self.applies_to, self.related) = (source.applies_to.clone(), source.related.clone());
        (self.owner, self.reviewed) = (source.owner.clone(), source.reviewed);
        self.review_by.clone_from(&source.review_by);
        if self.tags.is_empty() {
            self.tags.clone_from(&source.tags);
        }
        let (own, other) = (&self.outline.headings, &source.outline.headings);
        let agree = own.iter().map(|heading| heading.level).eq(other.iter().map(|heading| heading.level));
        let pairs = other.iter().zip(own).filter(|_| agree);
        let anchors = pairs.map(|(other, own)| (other.anchor.clone(), own.anchor.clone())).collect();
        let translation = self.translation.get_or_insert_default();
        translation.current = translation.of.as_ref().is_some_and(|of| of.value == source.hash());
        translation.anchors = anchors;
    }

    /// The anchor that a link means, be it written for this article or for the one that it translates; `None` if there
    /// is no such heading.
    pub fn anchor(&self, written: &str) -> Option<&str> {
        let own = self.outline.headings.iter().map(|heading| &heading.anchor).chain(&self.outline.names);
        let others = self.translation.iter().flat_map(|translation| &translation.anchors);
        let anchors: Vec<(&String, &String)> =
            own.map(|anchor| (anchor, anchor)).chain(others.map(|(other, own)| (other, own))).collect();
        let meant = markdown::slug(&decoded(written));
        let found = anchors.iter().find(|(name, _)| *name == written);
        let found = found.or_else(|| anchors.iter().find(|(name, _)| markdown::slug(name) == meant));
        found.map(|(_, anchor)| anchor.as_str())
    }

    /// Its words, plain: what belongs to no section, then each section's.
    pub fn texts(&self) -> (String, Vec<(&Section, String)>) {
        let mut texts = markdown::texts(&self.body).into_iter();
        let own: Vec<String> = texts.by_ref().take(1 + usize::from(self.begins_with_title)).collect();
        (own.concat(), self.sections.iter().zip(texts).collect())
    }
}

/// An address without its `%20`.
pub fn decoded(address: &str) -> String {
    let (mut out, mut rest) = (Vec::with_capacity(address.len()), address.as_bytes());
    while let Some((first, behind)) = rest.split_first() {
        let code = behind.get(..2).filter(|_| *first == b'%').and_then(|hex| std::str::from_utf8(hex).ok());
        match code.and_then(|hex| u8::from_str_radix(hex, 16).ok()) {
            Some(byte) => (out.push(byte), rest = &behind[2..]).1,
            None => (out.push(*first), rest = behind).1,
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

/// Pictures that pages show, by the ending of their names, with their media types.
const IMAGES: [(&str, &str); 6] = [
    ("png", "image/png"),
    ("jpg", "image/jpeg"),
    ("jpeg", "image/jpeg"),
    ("gif", "image/gif"),
    ("svg", "image/svg+xml"),
    ("webp", "image/webp"),
];

/// The media type of a picture, by its name.
pub fn media(path: &str) -> Option<&'static str> {
    let ending = path.rsplit_once('.')?.1;
    IMAGES.iter().find(|(known, _)| known.eq_ignore_ascii_case(ending)).map(|(_, media)| *media)
}

/// Whether a path of the desk is a picture's.
pub fn is_image(path: &str) -> bool {
    path.starts_with("kb/") && media(path).is_some()
}
