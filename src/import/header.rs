//! Headers of any system to ours: what has no place there stays as a comment.

use super::{finding, shown, span};
use crate::{
    diagnostic::{Diagnostic, FileId, Span, form},
    kb,
    yaml::{self, Node},
};
use jiff::civil::Date;
use std::ops::Range;

/// A key with its value and the bytes of its lines.
struct Entry {
    key: String,
    span: Span,
    value: Node,
    lines: Range<usize>,
}

/// What a header says, as far as we have words for it.
#[derive(Debug, Default)]
pub(super) struct Header {
    pub title: Option<String>,
    pub summary: Option<String>,
    pub audience: Vec<String>,
    /// Not meant for readers yet.
    pub draft: bool,
    pub category: Option<String>,
    pub tags: Vec<String>,
    pub symptoms: Vec<String>,
    pub owner: Option<String>,
    pub reviewed: Option<Date>,
    pub review_by: Option<Date>,
    pub language: Option<String>,
    pub applies_to: Vec<(String, Vec<String>)>,
    /// The address that the page has on its website, and where.
    pub address: Option<(String, Span)>,
    /// Earlier addresses or names.
    pub aliases: Vec<(String, Span)>,
    /// Other articles, as they are written.
    pub related: Vec<(String, Span)>,
    /// Lines that go on as comments.
    pub kept: Vec<String>,
    /// Where the body begins.
    pub body_at: usize,
}

/// Reads whatever stands above an article.
pub(super) fn read(file: FileId, text: &str, findings: &mut Vec<Diagnostic>) -> Header {
    let Some((fence, keys, body_at)) = kb::bounds(text) else {
        // An unclosed header is text; so is a rule across the page.
        let body_at = text.len() - text.trim_start_matches('\u{feff}').len();
        let mut lines = text[body_at..].lines();
        if lines.next().is_some_and(|line| line.trim_end() == "---")
            && lines.next().is_some_and(|line| word(line, ':').is_some())
        {
            let help = "write `---` on a line of its own behind the last key, and import again";
            findings.push(form::invalid_yaml(span(file, body_at..body_at + 3), "the header does not end", help));
        }
        return Header { body_at, ..Header::default() };
    };
    let mut header = Header { body_at, ..Header::default() };
    let entries = match fence {
        "+++" => loose(file, text, &keys, '='),
        _ => strict(file, text, &keys, findings),
    };
    let first = entries.first().map_or(keys.end, |entry| entry.lines.start);
    header.keep_comments(&text[keys.start..first]);
    for entry in entries {
        let taken = header.take(&entry);
        if taken == Some(true) {
            header.keep_comments(&text[entry.lines]);
        } else {
            let message = match taken {
                None => format!("{} is no key of ours: it stays in the header as a comment", shown(&entry.key)),
                _ => {
                    format!("what {} says has no place in ours: it stays in the header as a comment", shown(&entry.key))
                }
            };
            let help = "give its meaning to one of our keys, or drop it; `firstline explain foreign_header` lists them";
            findings.push(Diagnostic::new(&finding::UNMAPPED_KEY, entry.span, message).help(help));
            header.keep(&text[entry.lines]);
        }
    }
    header
}

/// The entries of a YAML header; line by line, if YAML cannot read it.
fn strict(file: FileId, text: &str, keys: &Range<usize>, findings: &mut Vec<Diagnostic>) -> Vec<Entry> {
    if text[keys.clone()].trim().is_empty() {
        return Vec::new();
    }
    let masked = format!("{}{}", "\n".repeat(keys.start), &text[keys.clone()]);
    let (_, tree, mut found) = yaml::parse(file, "", masked.as_bytes());
    let Some(Node::Map(map)) = tree.map(|tree| tree.value) else {
        findings.extend(found);
        return loose(file, text, keys, ':');
    };
    let line_start = |at: u32| text[..at as usize].rfind('\n').map_or(0, |n| n + 1).max(keys.start);
    let starts: Vec<usize> = map.iter().map(|(key, _)| line_start(key.span.start)).collect();
    let ends = starts.iter().skip(1).copied().chain([keys.end]);
    let lines: Vec<Range<usize>> = starts.iter().copied().zip(ends).map(|(start, end)| start..end).collect();
    let entries = map.into_iter().zip(lines).map(|((key, value), lines)| {
        let mut entry = Entry { key: key.value, span: key.span, value: value.value, lines };
        // What YAML stumbles over, such as a colon in a title, can be plain to people.
        if let (Node::Broken, [again]) = (&entry.value, loose(file, text, &entry.lines, ':').as_slice()) {
            entry.value = again.value.clone();
            found.retain(|finding| !entry.lines.contains(&(finding.primary.span.start as usize)));
        }
        entry
    });
    let entries = entries.collect();
    findings.extend(found);
    entries
}

/// A line's key, if it is `key: value` or `key = value` at its beginning, and where the value begins.
fn word(line: &str, separator: char) -> Option<(&str, usize)> {
    let at = line.find(separator)?;
    let key = line[..at].trim_end().trim_matches('"');
    let plain = |c: char| c.is_alphanumeric() || matches!(c, '_' | '-' | '.');
    (!key.is_empty() && key.chars().all(plain)).then_some((key, at + 1))
}

/// Entries line by line: a value is a text or a list in brackets; what is nested is not read.
fn loose(file: FileId, text: &str, keys: &Range<usize>, separator: char) -> Vec<Entry> {
    let mut out: Vec<Entry> = Vec::new();
    let (mut at, mut open, mut table) = (keys.start, false, false);
    for line in text[keys.clone()].split_inclusive('\n') {
        let lines = at..at + line.len();
        at = lines.end;
        let head = separator == '=' && line.starts_with('[');
        let found = if open || (table && !head) {
            None
        } else if head {
            Some((line.trim().trim_matches(['[', ']']), line.len()))
        } else {
            word(line, separator)
        };
        table |= head;
        match (found, out.last_mut()) {
            (Some((key, from)), _) => {
                let begin = lines.start + line.find(key).unwrap_or(0);
                let value = Node::Scalar(line[from..].trim().to_owned());
                let value = if head { Node::Broken } else { value };
                out.push(Entry { key: key.to_owned(), span: span(file, begin..begin + key.len()), value, lines });
            }
            (None, Some(last)) => {
                last.lines.end = lines.end;
                let comment = line.trim_start().starts_with('#') || line.trim().is_empty();
                if let (Node::Scalar(value), false) = (&mut last.value, comment) {
                    value.push(' ');
                    value.push_str(line.trim());
                }
            }
            (None, None) => {}
        }
        let unclosed = |value: &str| value.starts_with('[') && !value.ends_with(']');
        open =
            separator == '=' && out.last().is_some_and(|entry| matches!(&entry.value, Node::Scalar(v) if unclosed(v)));
    }
    out.iter_mut().for_each(|entry| entry.value = unquoted(&entry.value));
    out
}

/// `"text"`, `'text'`, `[a, "b"]`, or the word as it stands.
fn unquoted(value: &Node) -> Node {
    let Node::Scalar(text) = value else { return value.clone() };
    let plain = |text: &str| {
        let text = text.trim();
        let inner = |quote: char| text.strip_prefix(quote)?.strip_suffix(quote);
        inner('"')
            .map(|inner| inner.replace("\\\"", "\""))
            .or_else(|| inner('\'').map(str::to_owned))
            .unwrap_or(text.to_owned())
    };
    let Some(list) = text.strip_prefix('[').and_then(|list| list.strip_suffix(']')) else {
        return if text.is_empty() { Node::Null } else { Node::Scalar(plain(text)) };
    };
    let (mut items, mut quote, mut from) = (Vec::new(), None, 0);
    for (at, c) in list.char_indices() {
        match (quote, c) {
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            (None, ',') => {
                items.push(plain(&list[from..at]));
                from = at + 1;
            }
            _ => {}
        }
    }
    items.push(plain(&list[from..]));
    let here = Span { file: FileId(0), start: 0, end: 0 };
    let items = items.into_iter().filter(|item| !item.is_empty());
    Node::Seq(items.map(|item| crate::diagnostic::Spanned::new(Node::Scalar(item), here)).collect())
}

/// The text of a value.
fn text(value: &Node) -> Option<String> {
    match value {
        Node::Scalar(text) if !text.trim().is_empty() => Some(text.split_whitespace().collect::<Vec<_>>().join(" ")),
        _ => None,
    }
}

/// The texts of a value; `None` if it holds something else.
fn texts(value: &Node) -> Option<Vec<String>> {
    match value {
        Node::Seq(items) if !items.is_empty() => items.iter().map(|item| text(&item.value)).collect(),
        value => text(value).map(|text| vec![text]),
    }
}

/// Words that stand in one text with commas between them, or in a list.
fn words(value: &Node) -> Option<Vec<String>> {
    let split = |text: String| text.split(',').map(|word| word.trim().to_owned()).collect::<Vec<_>>();
    let words: Vec<String> = match value {
        Node::Seq(_) => texts(value)?,
        value => split(text(value)?),
    };
    Some(words.into_iter().filter(|word| !word.is_empty()).collect())
}

/// A day; only `ms.date` writes the month first.
fn date(key: &str, value: &Node) -> Option<Date> {
    let text = text(value)?;
    let parts: Vec<&str> = text.split('/').collect();
    match parts.as_slice() {
        [month, day, year] if key == "ms.date" => {
            Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok()
        }
        _ => text.get(..10).unwrap_or(&text).parse().ok(),
    }
}

/// Takes a value if there is none yet.
fn fill<T>(place: &mut Option<T>, value: Option<T>) -> bool {
    let fits = place.is_none() && value.is_some();
    if fits {
        *place = value;
    }
    fits
}

impl Header {
    /// Takes an entry; false if its value has no place here, `None` if its key has none.
    fn take(&mut self, entry: &Entry) -> Option<bool> {
        let (value, key) = (&entry.value, entry.key.to_lowercase());
        Some(match key.as_str() {
            "title" => fill(&mut self.title, text(value)),
            "summary" | "description" | "excerpt" | "intro" | "abstract" => fill(&mut self.summary, text(value)),
            "tags" | "tag" | "keywords" | "labels" => add(&mut self.tags, words(value)),
            "symptoms" => add(&mut self.symptoms, texts(value)),
            "category" => fill(&mut self.category, text(value)),
            "categories" => match words(value).as_deref() {
                Some([only]) => fill(&mut self.category, Some(only.clone())),
                _ => false,
            },
            "owner" | "team" => fill(&mut self.owner, text(value)),
            "language" | "lang" | "locale" => fill(&mut self.language, text(value)),
            "reviewed" | "ms.date" | "lastmod" | "last_modified_at" | "last_updated" | "last_reviewed" | "updated" => {
                fill(&mut self.reviewed, date(&key, value))
            }
            "review_by" | "expirydate" | "expires" => fill(&mut self.review_by, date(&key, value)),
            "audience" => {
                let known =
                    |words: &Vec<String>| words.iter().all(|word| matches!(word.as_str(), "self-service" | "agent"));
                texts(value).filter(known).is_some_and(|words| add(&mut self.audience, Some(words)))
            }
            "applies_to" => self.facts(value),
            "draft" | "published" => {
                let hidden = text(value).is_some_and(|word| word.eq_ignore_ascii_case("true")) == (key == "draft");
                self.draft |= hidden;
                !hidden
            }
            "permalink" | "slug" | "url" | "id" => match text(value) {
                Some(address) if self.address.is_none() => {
                    self.keep_address(entry, &address);
                    fill(&mut self.address, Some((address, entry.span)))
                }
                _ => false,
            },
            "aliases" | "alias" | "redirect_from" | "redirects" => match texts(value) {
                Some(names) => {
                    names.iter().for_each(|name| self.keep_address(entry, name));
                    self.aliases.extend(names.into_iter().map(|name| (name, entry.span)));
                    true
                }
                None => false,
            },
            "related" => texts(value).is_some_and(|ids| {
                self.related.extend(ids.into_iter().map(|id| (id, entry.span)));
                true
            }),
            _ => return None,
        })
    }

    /// `{os: [windows]}`
    fn facts(&mut self, value: &Node) -> bool {
        let Node::Map(map) = value else { return false };
        let facts: Option<Vec<_>> =
            map.iter().map(|(name, values)| Some((name.value.clone(), texts(&values.value)?))).collect();
        facts.is_some_and(|facts| {
            self.applies_to = facts;
            true
        })
    }

    /// An address of which only the last part goes on is kept as it was, too.
    fn keep_address(&mut self, entry: &Entry, address: &str) {
        if address.contains('/') {
            self.kept.push(format!("{}: {address}", entry.key));
        }
    }

    fn keep(&mut self, lines: &str) {
        self.kept.extend(lines.lines().map(|line| line.trim_end().to_owned()).filter(|line| !line.is_empty()));
    }

    /// Comments between the keys go on, too.
    fn keep_comments(&mut self, lines: &str) {
        let comments = lines.lines().map(str::trim).filter_map(|line| line.strip_prefix('#'));
        self.kept.extend(comments.map(|line| line.trim().to_owned()).filter(|line| !line.is_empty()));
    }
}

fn add(list: &mut Vec<String>, words: Option<Vec<String>>) -> bool {
    let Some(words) = words else { return false };
    for word in words {
        if !list.contains(&word) {
            list.push(word);
        }
    }
    true
}

impl Header {
    /// The header as we write it; nothing, if there is nothing to say.
    pub(super) fn written(&self, aliases: &[String], related: &[String]) -> String {
        let mut out = String::new();
        let mut line = |key: &str, value: Option<String>| {
            if let Some(value) = value {
                out.push_str(&format!("{key}: {value}\n"));
            }
        };
        let one = |text: &Option<String>| text.as_ref().map(|text| yaml::text(text, 2));
        let many = |list: &[String]| (!list.is_empty()).then(|| yaml::list(list));
        line("title", one(&self.title));
        line("summary", one(&self.summary));
        line("audience", many(&self.audience));
        line("category", one(&self.category));
        line("tags", many(&self.tags));
        let facts =
            self.applies_to.iter().map(|(name, values)| format!("{}: {}", yaml::text(name, 2), yaml::list(values)));
        let facts: Vec<String> = facts.collect();
        line("applies_to", (!facts.is_empty()).then(|| format!("{{{}}}", facts.join(", "))));
        line("symptoms", many(&self.symptoms));
        line("aliases", many(aliases));
        line("related", many(related));
        line("owner", one(&self.owner));
        line("reviewed", self.reviewed.map(|date| date.to_string()));
        line("review_by", self.review_by.map(|date| date.to_string()));
        line("language", one(&self.language));
        for kept in &self.kept {
            out.push_str(&format!("# {}\n", kept.replace(|c: char| c.is_control() && c != '\t', " ")));
        }
        if out.is_empty() { out } else { format!("---\n{out}---\n") }
    }
}
