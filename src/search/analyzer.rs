//! Text to the terms of the index: one analyzer, for what is indexed, asked and highlighted.
//!
//! A word gives its exact form and, behind [`STEM`], its stem. What is written together gives its parts and the whole:
//! `Wi-Fi` is `wi`, `fi` and `wifi`; `KB5034441` is `kb`, `5034441` and `kb5034441`, which `KB 5034441` gives as well.
//! Error numbers give one term behind [`CODE`] in whichever notation. Han, Kana and Hangul give pairs of characters.

use crate::{diagnostic::wording, language::Language};
use std::collections::HashMap;
use tantivy::tokenizer::{self, RawTokenizer, Stemmer, TextAnalyzer, Token, TokenStream, Tokenizer};
use unicode_normalization::UnicodeNormalization;

/// Stands before a stem.
pub const STEM: char = '~';
/// Stands before an error number in hexadecimal digits.
pub const CODE: char = '#';
/// No more of a text is read.
const MAX_TEXT: usize = 1 << 20;
/// No more bytes of a word count.
const MAX_WORD: usize = 64;
/// Stems that are remembered.
const MAX_STEMS: usize = 50_000;

/// How a term stands for a word.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// As written, folded.
    Exact,
    /// Without its ending.
    Stem,
    /// Several parts or words as one.
    Whole,
    /// The stem of such a whole.
    WholeStem,
    /// An error number, whatever its notation.
    Code,
}

/// A term and where it stands.
#[derive(Clone, Copy, Debug)]
pub struct Term {
    /// See there.
    pub form: Form,
    /// Counts words.
    pub position: u32,
    /// In the text, in bytes.
    pub from: usize,
    /// Behind its last byte.
    pub to: usize,
    start: u32,
    end: u32,
}

/// The terms of a text, in order.
#[derive(Debug, Default)]
pub struct Terms {
    letters: String,
    list: Vec<Term>,
}

impl Terms {
    /// Each with its text.
    pub fn iter(&self) -> impl Iterator<Item = (&str, Term)> + Clone {
        self.list.iter().map(|term| (&self.letters[term.start as usize..term.end as usize], *term))
    }

    fn push(&mut self, mark: Option<char>, text: &str, form: Form, position: u32, place: (usize, usize)) {
        let start = self.letters.len();
        self.letters.extend(mark);
        self.letters.push_str(cut(text, MAX_WORD));
        let (start, end) = (start as u32, self.letters.len() as u32);
        self.list.push(Term { form, position, from: place.0, to: place.1, start, end });
    }
}

/// The first bytes of a text, up to the end of a character.
pub fn cut(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

/// See the module.
#[derive(Clone)]
pub struct Analyzer {
    stemmer: TextAnalyzer,
    stems: HashMap<Box<str>, Box<str>>,
    /// What a word becomes, used again.
    folded: String,
    /// Only words that begin so count; all, if none is said. Stems differ from their words at the end alone.
    beginnings: Option<Beginnings>,
}

impl Default for Analyzer {
    fn default() -> Self {
        Self::new(Language::ENGLISH)
    }
}

/// How words end in a language; as in English in one that nobody taught us.
fn endings(language: Language) -> tokenizer::Language {
    match language.code() {
        "da" => tokenizer::Language::Danish,
        "de" => tokenizer::Language::German,
        "es" => tokenizer::Language::Spanish,
        "fi" => tokenizer::Language::Finnish,
        "fr" => tokenizer::Language::French,
        "hu" => tokenizer::Language::Hungarian,
        "it" => tokenizer::Language::Italian,
        "nl" => tokenizer::Language::Dutch,
        "no" => tokenizer::Language::Norwegian,
        "pt" => tokenizer::Language::Portuguese,
        "ro" => tokenizer::Language::Romanian,
        "sv" => tokenizer::Language::Swedish,
        _ => tokenizer::Language::English,
    }
}

/// A stretch of letters or digits within what is written together.
#[derive(Clone, Copy)]
struct Part {
    from: usize,
    to: usize,
    digits: bool,
}

impl Analyzer {
    /// For texts in a language.
    pub fn new(language: Language) -> Self {
        let stemmer = TextAnalyzer::builder(RawTokenizer::default()).filter(Stemmer::new(endings(language))).build();
        Self { stemmer, stems: HashMap::new(), folded: String::new(), beginnings: None }
    }

    /// For finding these terms alone, which is faster.
    pub fn only<'a>(language: Language, terms: impl Iterator<Item = &'a str>) -> Self {
        let mut beginnings = Beginnings(vec![0; 1 << 10]);
        terms.for_each(|term| beginnings.add(term.strip_prefix(STEM).unwrap_or(term)));
        Self { beginnings: Some(beginnings), ..Self::new(language) }
    }

    /// The terms of a text.
    pub fn terms(&mut self, text: &str) -> Terms {
        let mut out = Terms::default();
        self.read(text, &mut out);
        out
    }

    /// The same, into what is there already.
    pub fn read(&mut self, text: &str, out: &mut Terms) {
        out.letters.clear();
        out.list.clear();
        let text = cut(text, MAX_TEXT);
        let mut position = 0;
        let mut rest = 0;
        // The last word, if it was letters alone: a number behind it makes a whole with it.
        let mut before: Option<(usize, usize, u32)> = None;
        loop {
            if let Some(beginnings) = &self.beginnings {
                let (to, words) = beginnings.skip(text.as_bytes(), rest);
                if words > 0 {
                    (rest, position, before) = (to, position + words, None);
                }
            }
            let Some((from, to, paired)) = next_run(text, rest) else { break };
            rest = to;
            if paired {
                pairs(text, from, to, &mut position, out);
                before = None;
            } else {
                before = self.run(text, from, to, before, &mut position, out);
            }
        }
    }

    /// What is written together.
    fn run(
        &mut self,
        text: &str,
        from: usize,
        to: usize,
        before: Option<(usize, usize, u32)>,
        position: &mut u32,
        out: &mut Terms,
    ) -> Option<(usize, usize, u32)> {
        let run = &text[from..to];
        let first = *position;
        let ends = text[to..].starts_with([' ', '-', '#']);
        if is_plain(run) {
            self.word(text, (from, to), Form::Exact, first, out);
            *position += 1;
            return ends.then_some((from, to, first));
        }
        let code = code(run, text[..from].ends_with('-'));
        let hexadecimal = run.starts_with("0x") || run.starts_with("0X");
        let mut list = [Part { from: 0, to: 0, digits: false }; MAX_PARTS];
        let parts = if hexadecimal { &list[..0] } else { split(text, from, to, &mut list) };
        if let [] | [_] = parts {
            self.word(text, (from, to), Form::Exact, first, out);
            *position += 1;
        } else {
            for part in parts {
                self.word(text, (part.from, part.to), Form::Exact, *position, out);
                *position += 1;
            }
            self.word(text, (from, to), Form::Whole, first, out);
        }
        if let Some(code) = code {
            out.push(Some(CODE), &format!("{code:x}"), Form::Code, first, (from, to));
        }
        let is_number = |part: &Part| part.digits && part.to - part.from >= 2;
        if let (Some((start, end, at)), Some(number)) = (before, parts.first().filter(|part| is_number(part))) {
            fold(&text[start..end], &mut self.folded);
            self.folded.push_str(&text[number.from..number.to]);
            out.push(None, &self.folded, Form::Whole, at, (start, number.to));
        }
        let letters = |part: &&Part| !part.digits && parts.len() == 1 && ends;
        parts.last().filter(letters).map(|part| (part.from, part.to, first))
    }

    /// One word in its forms.
    fn word(&mut self, text: &str, place: (usize, usize), form: Form, position: u32, out: &mut Terms) {
        if self.beginnings.as_ref().is_some_and(|beginnings| !beginnings.may_have(&text[place.0..place.1])) {
            return;
        }
        let mut folded = std::mem::take(&mut self.folded);
        fold(&text[place.0..place.1], &mut folded);
        if !folded.is_empty() {
            out.push(None, &folded, form, position, place);
            if !folded.bytes().any(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'_')) {
                let stem = if form == Form::Whole { Form::WholeStem } else { Form::Stem };
                out.push(Some(STEM), self.stem(&folded), stem, position, place);
            }
        }
        self.folded = folded;
    }

    /// A folded word without its ending.
    pub fn stem(&mut self, word: &str) -> &str {
        if self.stems.len() >= MAX_STEMS {
            self.stems.clear();
        }
        if !self.stems.contains_key(word) {
            let mut stream = self.stemmer.token_stream(cut(word, MAX_WORD));
            let stem = if stream.advance() { stream.token().text.as_str().into() } else { word.into() };
            drop(stream);
            self.stems.insert(word.into(), stem);
        }
        &self.stems[word]
    }
}

/// Which pairs of first bytes some terms have, a bit for each.
#[derive(Clone)]
struct Beginnings(Vec<u64>);

impl Beginnings {
    fn add(&mut self, term: &str) {
        let at = Self::place(term.as_bytes());
        self.0[at / 64] |= 1 << (at % 64);
    }

    /// Whether a word may be one of the terms once it is folded.
    fn may_have(&self, word: &str) -> bool {
        let bytes = word.as_bytes();
        if !bytes.iter().take(2).all(u8::is_ascii_alphanumeric) {
            return true;
        }
        let at = Self::place(&[bytes[0].to_ascii_lowercase(), bytes.get(1).map_or(0, u8::to_ascii_lowercase)]);
        self.0[at / 64] >> (at % 64) & 1 == 1
    }

    /// Passes over plain words that cannot be one of the terms: where the last of them ends, and how many they are.
    fn skip(&self, text: &[u8], from: usize) -> (usize, u32) {
        let (mut end, mut words, mut at) = (from, 0, from);
        while let Some(first) = text.get(at) {
            if !first.is_ascii_alphabetic() {
                // What may be a word of another sort, or stand before a number as its sign.
                if !first.is_ascii() || first.is_ascii_digit() {
                    break;
                }
                at += 1;
                continue;
            }
            let second = text.get(at + 1).copied().unwrap_or_default();
            let letters = text[at + 1..].iter().take_while(|byte| byte.is_ascii_lowercase()).count();
            let to = at + 1 + letters;
            let goes_on = match text.get(to) {
                Some(b'.' | b'_' | b'-' | b'\'') => text.get(to + 1).is_some_and(|next| !next.is_ascii_whitespace()),
                Some(next) => next.is_ascii_alphanumeric() || !next.is_ascii(),
                None => false,
            };
            let pair = if letters > 0 { second } else { 0 };
            let place = Self::place(&[first.to_ascii_lowercase(), pair]);
            if goes_on || self.0[place / 64] >> (place % 64) & 1 == 1 {
                break;
            }
            (end, words, at) = (to, words + 1, to);
        }
        (end, words)
    }

    fn place(bytes: &[u8]) -> usize {
        let byte = |n: usize| usize::from(bytes.get(n).copied().unwrap_or_default());
        byte(0) << 8 | byte(1)
    }
}

/// A word in lower case, without accents, width and what joins its parts.
pub fn fold(word: &str, out: &mut String) {
    out.clear();
    let word = cut(word, MAX_WORD);
    if word.is_ascii() {
        let word = word.strip_suffix("'s").or_else(|| word.strip_suffix("'S")).unwrap_or(word);
        out.extend(word.bytes().filter(|byte| !matches!(byte, b'-' | b'\'')).map(|b| b.to_ascii_lowercase() as char));
        return;
    }
    let word = word.strip_suffix("’s").unwrap_or(word);
    let bare = word.nfkd().filter(|c| !matches!(c, '\u{300}'..='\u{36f}')).nfc();
    for c in bare.flat_map(char::to_lowercase) {
        match c {
            // Made by lower case itself, of a dotted capital.
            '\u{307}' | '-' | '\'' | '’' | '‐' | '‑' => {}
            c => match wording::plain(c) {
                Some(plain) => out.push_str(plain),
                None => out.push(c),
            },
        }
    }
}

/// The next stretch that belongs together, and whether its characters are taken in pairs.
fn next_run(text: &str, rest: usize) -> Option<(usize, usize, bool)> {
    let bytes = text.as_bytes();
    let mut from = rest;
    let first = loop {
        match *bytes.get(from)? {
            byte if byte.is_ascii_alphanumeric() => break byte as char,
            byte if byte.is_ascii() => from += 1,
            _ => match char_at(text, from)? {
                c if c.is_alphanumeric() => break c,
                c => from += c.len_utf8(),
            },
        }
    };
    let paired = is_paired(first);
    let mut to = from + first.len_utf8();
    while let Some(byte) = bytes.get(to) {
        if !paired && byte.is_ascii_alphanumeric() {
            to += 1;
            continue;
        }
        let Some(c) = char_at(text, to) else { break };
        let goes_on = if is_word(c) {
            is_paired(c) == paired || is_mark(c)
        } else {
            let next = || char_at(text, to + c.len_utf8());
            !paired && joins(c) && next().is_some_and(|next| next.is_alphanumeric() && !is_paired(next))
        };
        if !goes_on {
            break;
        }
        to += c.len_utf8();
    }
    Some((from, to, paired))
}

fn char_at(text: &str, at: usize) -> Option<char> {
    text[at..].chars().next()
}

/// Letters alone, none of them a capital but the first: nothing to take apart.
fn is_plain(run: &str) -> bool {
    let bytes = run.as_bytes();
    bytes[0].is_ascii_alphabetic() && bytes[1..].iter().all(u8::is_ascii_lowercase)
}

fn is_mark(c: char) -> bool {
    matches!(c, '\u{300}'..='\u{36f}' | '\u{3099}' | '\u{309a}')
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || is_mark(c)
}

fn joins(c: char) -> bool {
    matches!(c, '.' | '_' | '-' | '\'' | '’' | '‐' | '‑')
}

/// Written without spaces: Han, Kana, Hangul.
fn is_paired(c: char) -> bool {
    matches!(c, '\u{1100}'..='\u{11ff}' | '\u{3040}'..='\u{30ff}' | '\u{31f0}'..='\u{31ff}' | '\u{3400}'..='\u{4dbf}'
        | '\u{4e00}'..='\u{9fff}' | '\u{ac00}'..='\u{d7af}' | '\u{f900}'..='\u{faff}' | '\u{ff66}'..='\u{ff9f}'
        | '\u{20000}'..='\u{3134f}' | '々' | '〆')
}

/// Pairs of characters; a lone one is itself.
fn pairs(text: &str, from: usize, to: usize, position: &mut u32, out: &mut Terms) {
    let mut folded = String::new();
    let mut previous: Option<(usize, usize)> = None;
    let mut count = 0;
    let run = &text[from..to];
    let starts = run.char_indices().filter(|(_, c)| !is_mark(*c)).map(|(at, _)| from + at);
    let ends = starts.clone().skip(1).chain([to]);
    for place in starts.zip(ends) {
        if let Some(before) = previous {
            fold(&text[before.0..place.1], &mut folded);
            out.push(None, &folded, Form::Exact, *position, (before.0, place.1));
            *position += 1;
        }
        previous = Some(place);
        count += 1;
    }
    if count == 1 {
        fold(run, &mut folded);
        out.push(None, &folded, Form::Exact, *position, (from, to));
        *position += 1;
    }
}

/// More parts than this are no words.
const MAX_PARTS: usize = 16;

/// The parts of what is written together: between what joins them, letters and digits apart, capitals inside.
fn split<'a>(text: &str, from: usize, to: usize, parts: &'a mut [Part; MAX_PARTS]) -> &'a [Part] {
    let mut count = 0;
    let mut start = from;
    let mut add = |from: usize, to: usize| {
        if from < to && count < MAX_PARTS {
            parts[count] = Part { from, to, digits: text[from..to].bytes().all(|byte| byte.is_ascii_digit()) };
            count += 1;
        }
    };
    let mut previous: Option<char> = None;
    let mut chars = text[from..to].char_indices().peekable();
    while let Some((at, c)) = chars.next() {
        let at = from + at;
        let next = chars.peek().map(|(_, next)| *next);
        if matches!(c, '\'' | '’') {
            continue;
        }
        if joins(c) {
            add(start, at);
            start = at + c.len_utf8();
        } else if previous.is_some_and(|previous| turns(previous, c, next)) && at - start >= 2 && long(&text[at..to]) {
            add(start, at);
            start = at;
        }
        previous = Some(c);
    }
    add(start, to);
    &parts[..count]
}

/// Between two characters of one word a part ends: `B5`, `eD`, `SSe`.
fn turns(previous: char, c: char, next: Option<char>) -> bool {
    previous.is_ascii_digit() != c.is_ascii_digit() && is_word(previous)
        || previous.is_lowercase() && c.is_uppercase()
        || previous.is_uppercase() && c.is_uppercase() && next.is_some_and(char::is_lowercase)
}

/// What begins here is at least two characters of the same sort: `x64` is one word, `iPhone` too.
fn long(rest: &str) -> bool {
    let mut chars = rest.chars();
    match (chars.next(), chars.next()) {
        (Some(a), Some(b)) => b.is_alphanumeric() && a.is_ascii_digit() == b.is_ascii_digit(),
        _ => false,
    }
}

/// What an error number says, be it `0x80070005`, `80070005`, `-2147024891` or `2147942405`.
fn code(run: &str, negative: bool) -> Option<u32> {
    let hexadecimal = |digits: &str| u32::from_str_radix(digits, 16).ok();
    if let Some(digits) = run.strip_prefix("0x").or_else(|| run.strip_prefix("0X")) {
        return hexadecimal(digits).filter(|_| digits.len() <= 8);
    }
    if run.len() == 8 && run.starts_with(['8', 'c', 'C']) {
        return hexadecimal(run);
    }
    let number: i64 = Some(run).filter(|_| matches!(run.len(), 9 | 10))?.parse().ok()?;
    let number = if negative { -number } else { number };
    if negative {
        i32::try_from(number).ok().map(|n| n as u32)
    } else {
        u32::try_from(number).ok().filter(|n| n >> 31 == 1)
    }
}

/// The analyzer as the index takes it.
#[derive(Clone, Default)]
pub struct Words {
    analyzer: Analyzer,
    terms: Terms,
    token: Token,
}

impl Words {
    /// For texts in a language.
    pub fn new(language: Language) -> Self {
        Self { analyzer: Analyzer::new(language), ..Self::default() }
    }
}

impl Clone for Terms {
    /// A clone begins empty: what is kept here is for the text at hand.
    fn clone(&self) -> Self {
        Self::default()
    }
}

/// See [`Words`].
pub struct Stream<'a> {
    terms: &'a Terms,
    at: usize,
    token: &'a mut Token,
}

impl Tokenizer for Words {
    type TokenStream<'a> = Stream<'a>;

    fn token_stream<'a>(&'a mut self, text: &'a str) -> Stream<'a> {
        self.analyzer.read(text, &mut self.terms);
        Stream { terms: &self.terms, at: 0, token: &mut self.token }
    }
}

impl TokenStream for Stream<'_> {
    fn advance(&mut self) -> bool {
        let Some(term) = self.terms.list.get(self.at) else { return false };
        self.at += 1;
        self.token.text.clear();
        self.token.text.push_str(&self.terms.letters[term.start as usize..term.end as usize]);
        self.token.position = term.position as usize;
        self.token.position_length = 1;
        (self.token.offset_from, self.token.offset_to) = (term.from, term.to);
        true
    }

    fn token(&self) -> &Token {
        self.token
    }

    fn token_mut(&mut self) -> &mut Token {
        self.token
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_looked_for_alone_is_found_where_it_stands() {
        let text = "Printing fails: the printer's queue (KB 5034441, 0x80070005) isn't print-ready. Wi-Fi drops—Über. \
                    A printer. Spooler v2.1 spoolsv.exe prints 印刷 prints. I/O a.";
        let wanted = ["printer", "~print", "kb5034441", "#80070005", "uber", "spoolsv", "印刷", "a", "wifi", "isnt"];
        let list = |analyzer: &mut Analyzer| {
            let terms = analyzer.terms(text);
            let terms = terms.iter().filter(|(term, _)| wanted.contains(term));
            terms.map(|(term, at)| (term.to_owned(), at.position, at.from, at.to)).collect::<Vec<_>>()
        };
        let all = list(&mut Analyzer::default());
        assert!(wanted.iter().all(|word| all.iter().any(|(term, ..)| term == word)), "{all:?}");
        assert_eq!(list(&mut Analyzer::only(Language::ENGLISH, wanted.into_iter())), all);
    }
}
