//! Where something stands in a file.

use std::sync::Arc;

/// A file's place in [`Sources`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct FileId(pub u32);

/// A range of bytes in a file.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// The file.
    pub file: FileId,
    /// First byte.
    pub start: u32,
    /// One past the last byte.
    pub end: u32,
}

impl Span {
    /// A span of `len` bytes that begins `offset` bytes into this one, kept inside it.
    pub fn part(self, offset: usize, len: usize) -> Self {
        let start = (self.start + offset as u32).min(self.end);
        Self { file: self.file, start, end: (start + len as u32).min(self.end) }
    }
}

/// A value and where it was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spanned<T> {
    /// What was written.
    pub value: T,
    /// Where.
    pub span: Span,
}

impl<T> Spanned<T> {
    /// A value at a place.
    pub fn new(value: T, span: Span) -> Self {
        Self { value, span }
    }
}

/// One file's path, as shown to people, and its text.
#[derive(Clone, Debug)]
pub struct Source {
    /// Relative to the desk, with `/`.
    pub path: String,
    /// The text; what was not UTF-8 is replaced.
    pub text: Arc<str>,
    /// Byte offsets at which lines begin.
    lines: Vec<u32>,
}

impl Source {
    /// Takes in a file.
    pub fn new(path: impl Into<String>, text: impl Into<Arc<str>>) -> Self {
        let text = text.into();
        let breaks = text.bytes().enumerate().filter(|(_, byte)| *byte == b'\n');
        let lines = std::iter::once(0).chain(breaks.map(|(at, _)| at as u32 + 1)).collect();
        Self { path: path.into(), text, lines }
    }

    /// Covers a place with stars, so that no report shows it.
    pub fn cover(&mut self, span: Span) {
        let mut text = self.text.to_string();
        let [start, end] = [span.start, span.end].map(|byte| text.floor_char_boundary(byte as usize));
        text.replace_range(start..end, &"*".repeat(end - start));
        self.text = text.into();
    }

    /// The line of a byte, from 1; cheap on the longest line.
    pub fn line_at(&self, byte: u32) -> usize {
        self.lines.partition_point(|start| *start <= byte).max(1)
    }

    /// Line and column of a byte, both from 1; columns count characters.
    pub fn position(&self, byte: u32) -> (usize, usize) {
        let line = self.line_at(byte) - 1;
        let mut end = (byte as usize).min(self.text.len());
        while !self.text.is_char_boundary(end) {
            end -= 1;
        }
        let start = (self.lines[line] as usize).min(end);
        (line + 1, self.text[start..end].chars().count() + 1)
    }

    /// The bytes of a line (from 1), without its line break.
    pub fn line(&self, line: usize) -> std::ops::Range<usize> {
        let start = self.lines[line - 1] as usize;
        let end = self.lines.get(line).map_or(self.text.len(), |next| *next as usize - 1);
        let end = start + self.text[start..end].trim_end_matches('\r').len();
        start..end
    }
}

/// All files of a desk, by [`FileId`].
#[derive(Clone, Debug, Default)]
pub struct Sources(pub Vec<Source>);

impl Sources {
    /// The file that a span lies in.
    pub fn file(&self, span: Span) -> &Source {
        &self.0[span.file.0 as usize]
    }

    /// `path:line`, for messages that name a place in passing.
    pub fn place(&self, span: Span) -> String {
        let file = self.file(span);
        format!("{}:{}", file.path, file.position(span.start).0)
    }
}

/// Where `word`, found at or behind byte `at` of the value `text` that stands at `span`, is in the file.
pub fn locate(file: &str, span: Span, word: &str, at: usize, text: &str) -> Span {
    let nth = text.get(..at).unwrap_or_default().matches(word).count();
    let from = span.start as usize;
    let written = file.get(from..).unwrap_or_default();
    let found = written.match_indices(word).nth(nth).map(|(offset, _)| offset);
    match found.filter(|offset| *offset <= 4 * text.len() + 200) {
        Some(offset) => {
            Span { file: span.file, start: (from + offset) as u32, end: (from + offset + word.len()) as u32 }
        }
        None => span,
    }
}
