//! The languages that people read: English in the source is the key, a catalogue beside this file has each other one.
//!
//! Modules below the surfaces speak English, in logs and JSON too; a surface says it in the reader's language:
//! [`Language::say`] for a whole text, [`Language::fill`] for one with `{names}` in it, [`Language::reword`] for a
//! sentence that came from below with its values already in it. What a catalogue does not have stays English.

pub mod translation;

use jiff::fmt::strtime::BrokenDownTime;
use serde::{Serialize, Serializer};
use std::{borrow::Cow, collections::HashMap, fmt, sync::LazyLock};

/// A language by its two letters (ISO 639-1).
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Language([u8; 2]);

/// The languages of the interface besides English: what each calls itself, and its catalogue.
const CATALOGUES: &[(Language, &str, &str)] = &[(Language(*b"de"), "Deutsch", include_str!("de.po"))];

/// A sentence is found again by so many letters of its own.
const LEAST: usize = 7;

static WORDS: LazyLock<HashMap<Language, Catalogue>> =
    LazyLock::new(|| CATALOGUES.iter().map(|(language, _, po)| (*language, Catalogue::read(po))).collect());

impl Language {
    /// What the source is written in.
    pub const ENGLISH: Self = Self(*b"en");

    /// All that the interface speaks.
    pub fn all() -> impl Iterator<Item = Self> {
        std::iter::once(Self::ENGLISH).chain(CATALOGUES.iter().map(|(language, ..)| *language))
    }

    /// `de`, and the language of `de-AT` or `de_DE.UTF-8`.
    pub fn parse(tag: &str) -> Option<Self> {
        let code = tag.split(['-', '_', '.', '@']).next().unwrap_or_default().to_ascii_lowercase();
        let code: [u8; 2] = code.as_bytes().try_into().ok()?;
        code.iter().all(u8::is_ascii_lowercase).then_some(Self(code))
    }

    /// The one of `known` that an `Accept-Language` header likes best.
    pub fn accepted(header: &str, known: &[Self]) -> Option<Self> {
        let wish = |part: &str| {
            let (tag, weight) = part.split_once(';').unwrap_or((part, "q=1"));
            let weight: f32 = weight.trim().strip_prefix("q=")?.parse().ok()?;
            let language = Self::parse(tag.trim()).filter(|language| known.contains(language))?;
            (weight > 0.0).then_some((language, weight))
        };
        let wishes = header.split(',').filter_map(wish);
        // Of two that are liked as well, the first.
        wishes.reduce(|best, next| if next.1 > best.1 { next } else { best }).map(|(language, _)| language)
    }

    /// Its two letters.
    pub fn code(&self) -> &str {
        std::str::from_utf8(&self.0).expect("it is made of letters")
    }

    /// What it calls itself; its letters, if the interface does not speak it.
    pub fn name(&self) -> &str {
        match CATALOGUES.iter().find(|(language, ..)| language == self) {
            Some((_, name, _)) => name,
            None if *self == Self::ENGLISH => "English",
            None => self.code(),
        }
    }

    /// A text of ours.
    pub fn say(self, english: &str) -> &str {
        WORDS.get(&self).and_then(|catalogue| catalogue.texts.get(english)).map_or(english, String::as_str)
    }

    /// A text of ours with values in the place of `{names}`.
    pub fn fill(self, english: &str, values: &[(&str, &dyn fmt::Display)]) -> String {
        let value = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| value.to_string());
        fill(self.say(english), value)
    }

    /// The one text or the other, with the number in the place of `{n}`.
    pub fn count(self, n: usize, one: &str, many: &str) -> String {
        self.fill(if n == 1 { one } else { many }, &[("n", &n)])
    }

    /// A sentence of ours that has its values already.
    pub fn reword(self, english: &str) -> Cow<'_, str> {
        let Some(catalogue) = WORDS.get(&self) else { return Cow::Owned(english.to_owned()) };
        if let Some(text) = catalogue.texts.get(english) {
            return Cow::Borrowed(text);
        }
        let found = catalogue.patterns.iter().find_map(|pattern| Some((pattern, values(pattern, english)?)));
        Cow::Owned(match found {
            Some((pattern, values)) => {
                let value = |name: &str| values.iter().find(|(known, _)| *known == name).map(|(_, value)| *value);
                // What stands in backticks is nobody's language.
                let said = |name: &str, value: &str| match pattern.contains(&format!("`{{{name}}}`")) {
                    true => value.to_owned(),
                    false => self.reword(value).into_owned(),
                };
                fill(&catalogue.texts[pattern], |name| value(name).map(|value| said(name, value)))
            }
            None => english.to_owned(),
        })
    }

    /// A number with a fraction.
    pub fn decimal(self, number: f64) -> String {
        let number = number.to_string();
        if self == Self::ENGLISH { number } else { number.replace('.', ",") }
    }

    /// A date or a time after a form of `strftime`; the form is a text like others.
    pub fn date(self, form: &str, when: impl Into<BrokenDownTime>) -> String {
        let when = when.into();
        let shown = |form: &str| when.to_string(form).unwrap_or_default();
        let mut form = self.say(form).to_owned();
        for name in ["%A", "%B", "%b"].into_iter().filter(|_| self != Self::ENGLISH) {
            form = form.replace(name, self.say(&shown(name)));
        }
        shown(&form)
    }
}

impl Default for Language {
    fn default() -> Self {
        Self::ENGLISH
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl fmt::Debug for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

/// A text with each `{name}` replaced by its value, once; a name without a value stays.
pub fn fill(text: &str, value: impl Fn(&str) -> Option<String>) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, after)) = rest.split_once('{')
        && let Some((name, after)) = after.split_once('}')
    {
        out += before;
        out += &value(name).unwrap_or_else(|| format!("{{{name}}}"));
        rest = after;
    }
    out + rest
}

/// What stands in the place of a pattern's `{names}`; `None` if the sentence was not made of it.
fn values<'a>(pattern: &'a str, sentence: &'a str) -> Option<Vec<(&'a str, &'a str)>> {
    let (start, mut rest) = pattern.split_once('{')?;
    let mut sentence = sentence.strip_prefix(start)?;
    let mut values = Vec::new();
    loop {
        let (name, after) = rest.split_once('}')?;
        let (between, next) = match after.split_once('{') {
            Some((between, next)) => (between, Some(next)),
            None => (after, None),
        };
        let end = match next {
            Some(_) => sentence.find(between)?,
            None => sentence.strip_suffix(between)?.len(),
        };
        values.push((name, &sentence[..end]));
        sentence = &sentence[end + between.len()..];
        match next {
            Some(next) => rest = next,
            None => return Some(values),
        }
    }
}

/// One language's texts by the English ones.
struct Catalogue {
    texts: HashMap<String, String>,
    /// Those that have `{names}` in them, those with more words of their own first.
    patterns: Vec<String>,
}

impl Catalogue {
    fn read(po: &str) -> Self {
        let texts: HashMap<_, _> = entries(po).into_iter().filter(|(_, text)| !text.is_empty()).collect();
        let own = |text: &str| fill(text, |_| Some(String::new())).len();
        let is_pattern = |text: &&String| own(text) < text.len() && own(text) >= LEAST;
        let mut patterns: Vec<String> = texts.keys().filter(is_pattern).cloned().collect();
        patterns.sort_by(|a, b| own(b).cmp(&own(a)).then_with(|| a.cmp(b)));
        Self { texts, patterns }
    }
}

/// The texts of a gettext file, English and its translation, in their order.
pub fn entries(po: &str) -> Vec<(String, String)> {
    let mut entries: Vec<(String, String)> = Vec::new();
    let mut translated = false;
    for line in po.lines() {
        let quoted = match line.split_once(' ') {
            Some(("msgid", quoted)) => {
                entries.push(Default::default());
                translated = false;
                quoted
            }
            Some(("msgstr", quoted)) => {
                translated = true;
                quoted
            }
            // The part before goes on.
            _ if line.starts_with('"') => line,
            _ => continue,
        };
        let text: String = serde_json::from_str(quoted).expect("a test reads every catalogue");
        let (english, other) = entries.last_mut().expect("a text has an English one");
        *(if translated { other } else { english }) += &text;
    }
    entries.retain(|(english, _)| !english.is_empty());
    entries
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reader_likes_one_best() {
        let (english, german) = (Language::ENGLISH, Language(*b"de"));
        let known = [english, german];
        let likes = |header: &str| Language::accepted(header, &known);
        assert_eq!(likes("de-AT,de;q=0.9,en;q=0.8"), Some(german));
        assert_eq!(likes("fr, de;q=0.5, en;q=0.7"), Some(english));
        assert_eq!(likes("en, de"), Some(english));
        assert_eq!(likes("de;q=0, *"), None);
        assert_eq!(likes(";;q=,é"), None);
        assert_eq!(Language::parse("de_DE.UTF-8"), Some(german));
        assert_eq!(Language::parse("C"), None);
    }

    #[test]
    fn values_are_put_in_once_and_found_again() {
        let value = |name: &str| (name == "a").then(|| "{b} and {a}".to_owned());
        assert_eq!(fill("{a}, {b}, {", value), "{b} and {a}, {b}, {");
        assert_eq!(values("`{a}` has no {b}", "`x` has no `y`"), Some(vec![("a", "x"), ("b", "`y`")]));
        assert_eq!(values("{a} is empty", "the note is full"), None);
        assert_eq!(values("no names", "no names"), None);
    }

    #[test]
    fn a_text_may_go_over_lines() {
        let po = "# A remark.\nmsgid \"\"\nmsgstr \"Language: de\\n\"\n\nmsgid \"\"\n\"one \"\n\"two\"\nmsgstr \"eins \\\"zwei\\\"\"\n";
        assert_eq!(entries(po), [("one two".to_owned(), "eins \"zwei\"".to_owned())]);
    }
}
