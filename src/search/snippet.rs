//! Where in an entry what was looked for stands best: the section or step to open, and words around it.

use super::{
    analyzer::{Analyzer, Terms},
    document::Document,
    entry::Entry,
    query::{Asked, Part},
};
use crate::language::Language;
use std::collections::{BTreeSet, HashMap};

/// So many bytes of an entry are looked through.
const MAX_READ: usize = 64 << 10;
/// How long a snippet is, in bytes.
const LENGTH: usize = 200;
/// How much of it stands before the first match.
const BEFORE: usize = 40;
/// How much more it counts that a heading has a word.
const HEADING: f32 = 0.5;
/// How soon more of the same word in a part count no more.
const AGAIN: f32 = 0.25;
/// A part further down is opened if it is so much better: a list of sources names everything once more.
const BETTER: f32 = 1.2;

/// What stands for what is looked for, ready to be found in texts.
pub struct Marker<'a> {
    /// By its first term: the concept, and the terms that have to follow.
    known: HashMap<&'a str, Vec<(usize, &'a [String])>>,
    /// How much each concept counts.
    worth: Vec<f32>,
    analyzer: Analyzer,
    terms: Terms,
}

/// A place that matches.
#[derive(Clone, Copy, Debug)]
struct Match {
    from: usize,
    to: usize,
    concept: usize,
}

/// What a hit shows.
#[derive(Debug, Default)]
pub struct Shown {
    /// The part to open; the entry itself, if none.
    pub part: Option<usize>,
    /// Escaped HTML with `<mark>` and nothing else.
    pub snippet: String,
}

impl<'a> Marker<'a> {
    /// For long texts, in which most words are none that are looked for; `rarity` says how rare each concept is. What
    /// says little is not marked.
    pub fn new(language: Language, asked: &'a Asked, rarity: &[f32]) -> Self {
        let marked = || asked.concepts.iter().enumerate().filter(|(_, concept)| concept.part != Part::Minor);
        let terms = marked().flat_map(|(_, concept)| &concept.variants).flat_map(|variant| &variant.terms);
        let analyzer = Analyzer::only(language, terms.map(String::as_str));
        let mut known: HashMap<&str, Vec<_>> = HashMap::new();
        for (n, concept) in marked() {
            for variant in &concept.variants {
                if let Some((first, rest)) = variant.terms.split_first() {
                    known.entry(first).or_default().push((n, rest));
                }
            }
        }
        let worth = asked.concepts.iter().zip(rarity).map(|(concept, rare)| concept.weight * rare).collect();
        Self { known, worth, analyzer, terms: Terms::default() }
    }

    /// Where an entry has it.
    pub fn show(&mut self, entry: &Entry) -> Shown {
        let mut left = MAX_READ;
        let mut best: Option<(f32, Option<usize>, &Document, Vec<Match>)> = None;
        for (n, document) in entry.documents().enumerate() {
            if left == 0 {
                break;
            }
            let matches = self.find(super::analyzer::cut(&document.body, left));
            left = left.saturating_sub(document.body.len());
            let mut counts = vec![0.0; self.worth.len()];
            matches.iter().for_each(|found| counts[found.concept] += 1.0);
            let mut shares: Vec<f32> = counts.iter().map(|count| count / (count + AGAIN)).collect();
            if n > 0 {
                let headed: BTreeSet<usize> = self.find(&document.heading).iter().map(|found| found.concept).collect();
                headed.into_iter().for_each(|concept| shares[concept] += HEADING);
            }
            let score: f32 = shares.iter().zip(&self.worth).map(|(share, worth)| worth * share).sum();
            if score > best.as_ref().map_or(0.0, |(best, ..)| BETTER * *best) {
                best = Some((score, n.checked_sub(1), document, matches));
            }
        }
        if let Some((_, part, document, matches)) = best {
            return Shown { part, snippet: self.cut_out(&document.body, &matches) };
        }
        let others = std::iter::once(&entry.head.summary).chain(&entry.head.symptoms);
        for text in others {
            let matches = self.find(text);
            if !matches.is_empty() {
                return Shown { part: None, snippet: self.cut_out(text, &matches) };
            }
        }
        let first = entry.documents().map(|document| &document.body).find(|body| !body.trim().is_empty());
        let text = Some(&entry.head.summary).filter(|summary| !summary.is_empty()).or(first);
        Shown { part: None, snippet: text.map(|text| self.cut_out(text, &[])).unwrap_or_default() }
    }

    /// Everything in a text that matches, in order; a longer match before those within it.
    fn find(&mut self, text: &str) -> Vec<Match> {
        self.analyzer.read(text, &mut self.terms);
        let mut found: Vec<Match> = Vec::new();
        let mut ahead = self.terms.iter();
        while let Some((word, term)) = ahead.next() {
            for (concept, rest) in self.known.get(word).into_iter().flatten() {
                let mut to = term.to;
                let follows = rest.iter().zip(1..).all(|(wanted, distance)| {
                    let at = term.position + distance;
                    let near = ahead.clone().take_while(|(_, next)| next.position <= at);
                    let mut there = near.filter(|(word, next)| next.position == at && word == wanted);
                    there.next().map(|(_, next)| to = next.to).is_some()
                });
                if follows {
                    found.push(Match { from: term.from, to, concept: *concept });
                }
            }
        }
        found.sort_by_key(|found| (found.from, std::cmp::Reverse(found.to)));
        found
    }

    /// The stretch with the most of it, marked.
    fn cut_out(&self, text: &str, matches: &[Match]) -> String {
        let mut best = (0.0, 0, 0);
        for (n, first) in matches.iter().enumerate() {
            let (mut worth, mut seen) = (0.0, vec![false; self.worth.len()]);
            for next in matches[n..].iter().take_while(|next| next.to <= first.from + LENGTH - BEFORE) {
                let again = std::mem::replace(&mut seen[next.concept], true);
                worth += self.worth[next.concept] * if again { 0.1 } else { 1.0 };
            }
            if worth > best.0 {
                best = (worth, first.from.saturating_sub(BEFORE), first.from);
            }
        }
        let (_, from, first) = best;
        let from = if from == 0 { 0 } else { word_from(text, from, first) };
        let to = word_to(text, from + LENGTH);
        let mut out = String::new();
        if from > 0 {
            out.push_str("… ");
        }
        let mut at = from;
        for found in apart(matches).iter().filter(|found| found.from >= from && found.to <= to) {
            plain(&text[at..found.from], &mut out);
            out.push_str("<mark>");
            plain(&text[found.from..found.to], &mut out);
            out.push_str("</mark>");
            at = found.to;
        }
        plain(&text[at..to], &mut out);
        let length = out.trim_end_matches([' ', '·', '–']).len();
        out.truncate(length);
        if to < text.len() {
            out.push_str(" …");
        }
        out
    }
}

/// Places that do not overlap.
fn apart(matches: &[Match]) -> Vec<Match> {
    let mut out: Vec<Match> = Vec::new();
    for next in matches {
        match out.last_mut() {
            Some(last) if next.from < last.to => last.to = last.to.max(next.to),
            _ => out.push(*next),
        }
    }
    out
}

/// The beginning of the first whole word behind a place, but not behind another.
fn word_from(text: &str, from: usize, most: usize) -> usize {
    let from = text.ceil_char_boundary(from).min(most);
    text[from..most].find(char::is_whitespace).map_or(from, |at| text.ceil_char_boundary(from + at + 1).min(most))
}

/// The end of the last whole word before a place.
fn word_to(text: &str, to: usize) -> usize {
    if to >= text.len() {
        return text.len();
    }
    let to = text.floor_char_boundary(to);
    text[..to].rfind(char::is_whitespace).filter(|at| to - at < LENGTH / 2).unwrap_or(to)
}

/// Escaped, on one line: where another begins and no sentence ended, a dot stands.
fn plain(text: &str, out: &mut String) {
    let mut gap = None;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = Some(gap.unwrap_or_default() || c == '\n');
            continue;
        }
        space(gap.take(), out);
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            c if c.is_control() => {}
            c => out.push(c),
        }
    }
    space(gap, out);
}

/// A gap, and whether a line ended there.
fn space(gap: Option<bool>, out: &mut String) {
    match gap.filter(|_| !out.is_empty() && !out.ends_with(' ')) {
        Some(true) if out.ends_with(|c: char| c.is_alphanumeric() || ")]>%".contains(c)) => out.push_str(" · "),
        Some(_) => out.push(' '),
        None => {}
    }
}
