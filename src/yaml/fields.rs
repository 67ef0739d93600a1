//! Reading a mapping key by key, so that whatever is wrong or left over is said.

use super::Node;
use crate::diagnostic::{Diagnostic, Sink, Span, Spanned, form, wording};

/// A mapping that is being read. Every key asked for counts as known.
pub struct Fields<'a> {
    entries: Vec<(&'a Spanned<String>, &'a Spanned<Node>, bool)>,
    known: Vec<&'static str>,
    missing: Vec<(&'static str, String)>,
    /// What the mapping describes, with its article: "an `ask` step".
    pub owner: String,
    /// Where to point when something is missing.
    pub span: Span,
    /// What was found so far.
    pub findings: &'a Sink<Diagnostic>,
}

impl<'a> Fields<'a> {
    /// `None`, and a finding, if the node is not a mapping.
    pub fn new(
        node: &'a Spanned<Node>,
        owner: impl Into<String>,
        span: Span,
        findings: &'a Sink<Diagnostic>,
    ) -> Option<Self> {
        let owner = owner.into();
        match &node.value {
            Node::Map(map) => {
                let entries = map.iter().map(|(key, value)| (key, value, false)).collect();
                Some(Self { entries, known: Vec::new(), missing: Vec::new(), owner, span, findings })
            }
            Node::Broken => None,
            other => {
                let mut found =
                    form::wrong_type(node.span, &owner, "", other.found(), "write `key: value` lines, indented");
                found.message = format!("{owner} is a mapping of keys to values");
                findings.push(found);
                None
            }
        }
    }

    /// Nothing left to read.
    pub fn done(findings: &'a Sink<Diagnostic>) -> Self {
        let span = Span { file: crate::diagnostic::FileId(0), start: 0, end: 0 };
        Self { entries: Vec::new(), known: Vec::new(), missing: Vec::new(), owner: String::new(), span, findings }
    }

    /// The keys that are there, asked for or not.
    pub fn keys(&self) -> impl Iterator<Item = &'a Spanned<String>> {
        self.entries.iter().map(|(key, ..)| *key)
    }

    /// Whether a key is there, without asking for it.
    pub fn has(&self, key: &str) -> Option<&'a Spanned<String>> {
        self.keys().find(|name| name.value == key)
    }

    /// The entry of this key, if it is there.
    pub fn take(&mut self, key: &'static str) -> Option<(&'a Spanned<String>, &'a Spanned<Node>)> {
        if !self.known.contains(&key) {
            self.known.push(key);
        }
        let entry = self.entries.iter_mut().find(|(name, ..)| name.value == key)?;
        entry.2 = true;
        Some((entry.0, entry.1))
    }

    /// All entries, in a mapping whose keys are the author's own.
    pub fn take_all(&mut self) -> Vec<(&'a Spanned<String>, &'a Spanned<Node>)> {
        self.entries.iter_mut().for_each(|entry| entry.2 = true);
        self.entries.iter().map(|(name, node, _)| (*name, *node)).collect()
    }

    /// A text. An empty one is a finding.
    pub fn text(&mut self, key: &'static str) -> Option<Spanned<String>> {
        let (name, node) = self.take(key)?;
        self.as_text(name, node)
    }

    /// The text of an entry.
    pub fn as_text(&mut self, name: &Spanned<String>, node: &Spanned<Node>) -> Option<Spanned<String>> {
        match &node.value {
            Node::Scalar(text) if !text.trim().is_empty() => Some(Spanned::new(text.clone(), node.span)),
            Node::Broken => None,
            Node::Scalar(_) | Node::Null => {
                let mut found = form::missing_key(
                    name.span,
                    &self.owner,
                    &name.value,
                    format!("write a text after `{}:`", shown(&name.value)),
                );
                found.message = format!("`{}` is empty", shown(&name.value));
                self.findings.push(found);
                None
            }
            Node::Map(_) if is_braces(node) => {
                self.findings.push(super::traps::braces(node.span));
                None
            }
            other => {
                let found = form::wrong_type(
                    node.span,
                    &shown(&name.value),
                    "a text",
                    other.found(),
                    "write the text behind the colon, or on the next lines after `|`",
                );
                self.findings.push(found);
                None
            }
        }
    }

    /// A text that must be there; `example` is what to write.
    pub fn required(&mut self, key: &'static str, example: &str) -> Option<Spanned<String>> {
        self.require(key, example);
        self.text(key)
    }

    /// Says so if the key is not there; true if it is.
    pub fn require(&mut self, key: &'static str, example: &str) -> bool {
        let there = self.take(key).is_some();
        if !there {
            self.lacks(key, example);
        }
        there
    }

    /// Says that a key is not there which something else makes necessary.
    pub fn lacks(&mut self, key: &'static str, example: &str) {
        self.missing.push((key, example.to_owned()));
    }

    /// A number above zero, and at most `max`.
    pub fn positive(&mut self, key: &'static str, max: f64, allowed: &str) -> Option<f64> {
        let text = self.text(key)?;
        let number = text.value.parse().ok().filter(|n: &f64| n.is_finite() && *n > 0.0 && *n <= max);
        if number.is_none() {
            self.findings.push(form::out_of_range(text.span, key, allowed));
        }
        number
    }

    /// A list of texts; a single text is taken for a list of one.
    pub fn texts(&mut self, key: &'static str) -> Vec<Spanned<String>> {
        self.take(key).map_or_else(Vec::new, |(name, node)| self.as_texts(name, node))
    }

    /// The texts of an entry.
    pub fn as_texts(&mut self, name: &Spanned<String>, node: &Spanned<Node>) -> Vec<Spanned<String>> {
        match &node.value {
            Node::Seq(items) => items.iter().filter_map(|item| self.as_text(name, item)).collect(),
            _ => self.as_text(name, node).into_iter().collect(),
        }
    }

    /// A date, `2027-05-01`.
    pub fn date(&mut self, key: &'static str) -> Option<Spanned<jiff::civil::Date>> {
        let text = self.text(key)?;
        match text.value.parse() {
            Ok(date) => Some(Spanned::new(date, text.span)),
            Err(_) => {
                self.findings.push(form::wrong_type(
                    text.span,
                    key,
                    "a date",
                    "something else",
                    "write year, month and day: `2027-05-01`",
                ));
                None
            }
        }
    }

    /// Reports the keys that nobody asked for. One that was written for one that is missing is one mistake.
    pub fn finish(mut self) {
        let unknown: Vec<_> = self.entries.iter().filter(|(.., taken)| !taken).map(|(key, ..)| *key).collect();
        for key in unknown {
            let meant = wording::nearest(&key.value, self.known.iter().copied());
            self.missing.retain(|(missing, _)| Some(*missing) != meant);
            self.findings.push(form::unknown_key(key, &self.owner, &self.known));
        }
    }
}

impl Drop for Fields<'_> {
    fn drop(&mut self) {
        for (key, example) in &self.missing {
            self.findings.push(form::missing_key(self.span, &self.owner, key, example));
        }
    }
}

/// `{{ fact }}` at the beginning of a plain value arrives as a mapping within a mapping.
fn is_braces(node: &Spanned<Node>) -> bool {
    matches!(&node.value, Node::Map(map) if map.is_empty())
}

/// A key as it can be shown in a message.
pub fn shown(key: &str) -> String {
    if key.is_empty() { "an empty key".to_owned() } else { wording::shorten(key) }
}

/// Checks an id and reports it; `what` has it, as in "a step". True if it can be used.
pub fn ident(id: &Spanned<String>, what: &str, separator: char, findings: &Sink<Diagnostic>) -> bool {
    let form_words = match separator {
        '_' => "lower-case words joined by `_`, beginning with a letter",
        _ => "lower-case letters and digits joined by `-`",
    };
    let word = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit());
    let begins = separator != '_' || id.value.starts_with(|c: char| c.is_ascii_lowercase());
    if id.value.len() <= 80 && begins && id.value.split(separator).all(word) {
        return true;
    }
    let mut better = wording::slug(&id.value, 80).unwrap_or_default().replace('-', &separator.to_string());
    if separator == '_' && !better.starts_with(|c: char| c.is_ascii_lowercase()) {
        better.clear();
    }
    findings.push(form::malformed_id(id.span, what, &shown(&id.value), form_words, &better));
    false
}
