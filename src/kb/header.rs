//! What stands between the `---` at the top of an article.

use super::Article;
use crate::{
    diagnostic::{Diagnostic, Sink, Span, Spanned, form, wording},
    yaml::{self, Fields, Node},
};
use std::ops::Range;

/// Keys of ours, in the order in which they are best written.
const KEYS: [&str; 13] = [
    "title",
    "summary",
    "audience",
    "category",
    "tags",
    "applies_to",
    "symptoms",
    "aliases",
    "related",
    "owner",
    "reviewed",
    "review_by",
    "language",
];
/// Keys that other systems do not have.
const OURS: [&str; 7] = ["summary", "applies_to", "symptoms", "related", "owner", "reviewed", "review_by"];
/// What an audience may be.
pub const AUDIENCES: [&str; 2] = ["self-service", "agent"];

/// Reads the header into the article; returns where the body begins.
pub(super) fn read(article: &mut Article, path: &str, text: &str, findings: &Sink<Diagnostic>) -> usize {
    let (begin, found) = fence(text);
    let Some(fence) = found else {
        if let Some(at) = misplaced(&text[begin..]) {
            let start = (begin + at.start) as u32;
            let here = Span { file: article.file, start, end: (begin + at.end) as u32 };
            let help = "write `---` on the first line of the file, alone and without a space before it";
            findings.push(form::invalid_yaml(here, "this header is not read: readers see it as text", help));
        }
        return begin;
    };
    let Some((inner, body)) = ends(text, begin, fence) else {
        // A rule across the page is no header; a line `key: value` is the beginning of one.
        if is_entry(first_line(&text[begin + first_line(&text[begin..]).len()..])) {
            let here = Span { file: article.file, start: begin as u32, end: begin as u32 + 3 };
            let help = format!("write `{fence}` on a line of its own behind the last key");
            findings.push(form::invalid_yaml(here, "the header does not end", help));
        }
        return begin;
    };
    if fence == "+++" {
        article.foreign = Some(Span { file: article.file, start: begin as u32, end: begin as u32 + 3 });
        return body;
    }
    if text[inner.clone()].trim().is_empty() {
        return body;
    }
    // Places count from the beginning of the file, so what stands before the keys is blanked, not cut.
    let masked = format!("{}{}", "\n".repeat(inner.start), &text[inner.clone()]);
    let (_, tree, found) = yaml::parse(article.file, path, masked.as_bytes());
    let span = Span { file: article.file, start: inner.start as u32, end: inner.start as u32 };
    match tree.as_ref() {
        Some(tree) if article.translation.is_some() => {
            found.into_iter().for_each(|finding| findings.push(finding));
            if let Some(fields) = Fields::new(tree, "the header of a translation", span, findings) {
                take_translated(article, fields);
            }
        }
        Some(Spanned { value: Node::Map(map), .. }) if is_foreign(map) => {
            let known = |key: &str| KEYS.contains(&key);
            article.foreign = map.iter().find(|(key, _)| !known(&key.value)).map(|(key, _)| key.span);
            let unheard = Sink::default();
            Fields::new(tree.as_ref().expect("it was read"), "", span, &unheard)
                .into_iter()
                .for_each(|fields| take_foreign(article, fields));
        }
        Some(tree) => {
            found.into_iter().for_each(|finding| findings.push(finding));
            if let Some(fields) = Fields::new(tree, "the header", span, findings) {
                take(article, fields);
            }
        }
        None => found.into_iter().for_each(|finding| findings.push(finding)),
    }
    body
}

/// Where a header's fence, the bytes of its keys, and the body are. `None` without a whole header.
pub fn bounds(text: &str) -> Option<(&'static str, Range<usize>, usize)> {
    let (begin, found) = fence(text);
    let fence = found?;
    ends(text, begin, fence).map(|(keys, body)| (fence, keys, body))
}

/// Where a text begins behind its byte order mark, and the fence that it begins with.
fn fence(text: &str) -> (usize, Option<&'static str>) {
    let begin = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
    (begin, ["---", "+++"].into_iter().find(|fence| first_line(&text[begin..]).trim_end() == *fence))
}

/// What was meant as a fence: it does not stand on the first line, or is not written as one.
fn misplaced(text: &str) -> Option<Range<usize>> {
    let start = text.len() - text.trim_start().len();
    let line = first_line(&text[start..]).trim_end();
    let meant = line.len() >= 3 && (line.bytes().all(|b| b == b'-') || line.bytes().all(|b| b == b'+'));
    let below = &text[(start + first_line(&text[start..]).len()).min(text.len())..];
    (meant && is_entry(first_line(below))).then(|| start..start + line.len())
}

/// The bytes of the keys, and where the body begins.
fn ends(text: &str, begin: usize, fence: &str) -> Option<(Range<usize>, usize)> {
    let start = begin + first_line(&text[begin..]).len();
    let mut at = start;
    while at < text.len() {
        let line = first_line(&text[at..]);
        if line.trim_end() == fence || (fence == "---" && line.trim_end() == "...") {
            return Some((start..at, at + line.len()));
        }
        at += line.len();
    }
    None
}

/// A line with its break.
fn first_line(text: &str) -> &str {
    text.split_inclusive('\n').next().unwrap_or_default()
}

fn is_entry(line: &str) -> bool {
    let key = line.split_once(':').map(|(key, _)| key).unwrap_or_default();
    !key.is_empty() && key.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'_' | b'-' | b'.'))
}

/// Whether the header was written for another system: keys that are not ours, and none that only we have. A single one
/// that is nearly ours is a slip.
fn is_foreign(map: &[(Spanned<String>, Spanned<Node>)]) -> bool {
    let keys = || map.iter().map(|(key, _)| key.value.as_str());
    let audience = map.iter().find(|(key, _)| key.value == "audience");
    let is_ours = keys().any(|key| OURS.contains(&key)) || audience.is_some_and(|(_, node)| has_audience(&node.value));
    let unknown: Vec<&str> = keys().filter(|key| !KEYS.contains(key)).collect();
    let slip = || unknown.len() == 1 && wording::nearest(unknown[0], KEYS).is_some();
    !is_ours && !unknown.is_empty() && !slip()
}

fn has_audience(node: &Node) -> bool {
    match node {
        Node::Scalar(word) => AUDIENCES.contains(&word.as_str()),
        Node::Seq(words) => words.iter().any(|word| has_audience(&word.value)),
        _ => false,
    }
}

/// What other systems call the same: `title`, `description`, `tags`.
fn take_foreign(article: &mut Article, mut fields: Fields<'_>) {
    if let Some(title) = fields.text("title") {
        article.title = title.value;
    }
    article.summary = fields.text("description").map(|text| text.value);
    article.tags = fields.texts("tags");
}

/// What is another's in another language; all else is that article's to say.
fn take_translated(article: &mut Article, mut fields: Fields<'_>) {
    article.title = fields.text("title").map(|title| title.value).unwrap_or_default();
    article.summary = fields.text("summary").map(|summary| summary.value);
    article.tags = fields.texts("tags");
    article.symptoms = fields.texts("symptoms");
    article.translation.get_or_insert_default().of = fields.text("translates");
    fields.finish();
}

fn take(article: &mut Article, mut fields: Fields<'_>) {
    let text = |text: Option<Spanned<String>>| text.map(|text| text.value);
    article.title = text(fields.text("title")).unwrap_or_default();
    article.summary = text(fields.text("summary"));
    for word in fields.texts("audience") {
        match word.value.as_str() {
            "self-service" => article.self_service = true,
            "agent" => {}
            _ => {
                let help = "write `audience: [self-service, agent]`, or `[agent]` for staff alone";
                fields.findings.push(form::wrong_type(
                    word.span,
                    "audience",
                    "`self-service` and `agent`",
                    "neither",
                    help,
                ));
            }
        }
    }
    article.category = text(fields.text("category")).or(article.category.take());
    article.tags = fields.texts("tags");
    if let Some((_, node)) = fields.take("applies_to")
        && let Some(mut facts) = Fields::new(node, "`applies_to`", node.span, fields.findings)
    {
        for (name, values) in facts.take_all() {
            article.applies_to.insert(name.value.clone(), facts.as_texts(name, values));
        }
    }
    article.symptoms = fields.texts("symptoms");
    article.aliases = fields.texts("aliases");
    article.related = fields.texts("related");
    article.owner = text(fields.text("owner"));
    article.reviewed = fields.date("reviewed").map(|date| date.value);
    article.review_by = fields.date("review_by");
    fields.text("language");
    fields.finish();
}
