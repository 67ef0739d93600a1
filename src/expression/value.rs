//! Values of facts and their types.

use jiff::civil::Date;
use regex::{Regex, RegexBuilder};
use std::{
    fmt,
    sync::{Arc, OnceLock},
};

/// A known value. Choices are their ids.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
pub enum Value {
    /// Yes or no.
    YesNo(bool),
    /// A text, or the id of a choice.
    Text(Arc<str>),
    /// A number: finite, at most 15 digits, never -0.
    Number(f64),
    /// A day.
    Date(Date),
}

impl fmt::Display for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Value::YesNo(yes) => f.write_str(if *yes { "yes" } else { "no" }),
            Value::Text(text) => f.write_str(text),
            Value::Number(number) => number.fmt(f),
            Value::Date(date) => date.fmt(f),
        }
    }
}

/// A regular expression that a whole text must match; compiled when the first text is held against it.
#[derive(Clone)]
pub struct Pattern {
    source: String,
    compiled: OnceLock<Regex>,
}

impl Pattern {
    /// Takes an expression, or says why it is none.
    pub fn parse(source: &str) -> Result<Self, String> {
        // What cannot stand alone must not become whole by what is put around it.
        let why = |error: regex::Error| {
            let words = error.to_string();
            words.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
        };
        build(source).and_then(|_| build(&whole(source))).map_err(why)?;
        Ok(Self { source: source.to_owned(), compiled: OnceLock::new() })
    }

    /// As it was written.
    pub fn source(&self) -> &str {
        &self.source
    }

    fn is_match(&self, text: &str) -> bool {
        self.compiled.get_or_init(|| build(&whole(&self.source)).expect("it was built before")).is_match(text)
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.source.fmt(f)
    }
}

fn whole(source: &str) -> String {
    format!("^(?:{source})$")
}

fn build(source: &str) -> Result<Regex, regex::Error> {
    RegexBuilder::new(source).size_limit(1 << 20).build()
}

/// What a fact may be.
#[derive(Clone, Debug)]
pub enum Type {
    /// Yes or no.
    YesNo,
    /// One of these ids.
    Choice(Vec<Arc<str>>),
    /// Any text of one line or more that the pattern, if there is one, matches from end to end.
    Text(Option<Pattern>),
    /// A number between these, both included.
    Number(Option<f64>, Option<f64>),
    /// A day between these, both included.
    Date(Option<Date>, Option<Date>),
    /// Could not be read; reported already.
    Broken,
}

/// The longest text that is taken as a value, in characters.
const MAX_TEXT: usize = 10_000;
/// Whole numbers up to here are exact.
const MAX_NUMBER: f64 = 1e15;

impl Type {
    /// The word in `type:`, or `choices`.
    pub fn name(&self) -> &'static str {
        match self {
            Type::YesNo => "yes-no",
            Type::Choice(_) => "choices",
            Type::Text(_) => "text",
            Type::Number(..) => "number",
            Type::Date(..) => "date",
            Type::Broken => "broken",
        }
    }

    /// The regular expression that the whole text must match, as written.
    pub fn pattern(&self) -> Option<&str> {
        match self {
            Type::Text(Some(pattern)) => Some(pattern.source()),
            _ => None,
        }
    }

    /// What it takes, for messages: "a number from 1 to 10".
    pub fn takes(&self) -> String {
        fn range(low: &Option<impl fmt::Display>, high: &Option<impl fmt::Display>) -> String {
            match (low, high) {
                (Some(low), Some(high)) => format!(" from {low} to {high}"),
                (Some(low), None) => format!(" from {low} on"),
                (None, Some(high)) => format!(" up to {high}"),
                (None, None) => String::new(),
            }
        }
        match self {
            Type::YesNo => "`yes` or `no`".into(),
            Type::Choice(ids) => crate::diagnostic::wording::list(ids, "or"),
            Type::Text(None) => "a text".into(),
            Type::Text(Some(_)) => {
                let pattern = self.pattern().unwrap_or_default();
                format!("a text that matches `{pattern}`")
            }
            Type::Number(low, high) => {
                let range = range(low, high);
                format!("a number{range}")
            }
            Type::Date(low, high) => {
                let range = range(low, high);
                format!("a date{range}, as in `2027-05-01`")
            }
            Type::Broken => "nothing".into(),
        }
    }

    /// Reads a value as people type it; `None` if it does not fit.
    pub fn read(&self, typed: &str) -> Option<Value> {
        let typed = typed.trim();
        let value = match self {
            Type::YesNo => match typed {
                "yes" => Value::YesNo(true),
                "no" => Value::YesNo(false),
                _ => return None,
            },
            Type::Choice(ids) => Value::Text(ids.iter().find(|id| id.as_ref() == typed)?.clone()),
            Type::Text(_) => Value::Text(typed.into()),
            Type::Number(..) => Value::Number(typed.parse::<f64>().ok()? + 0.0),
            Type::Date(..) => Value::Date(typed.parse().ok()?),
            Type::Broken => return None,
        };
        self.admits(&value).then_some(value)
    }

    /// Whether a value fits this type, its range and pattern.
    pub fn admits(&self, value: &Value) -> bool {
        fn within<T: PartialOrd>(value: &T, low: &Option<T>, high: &Option<T>) -> bool {
            low.as_ref().is_none_or(|low| value >= low) && high.as_ref().is_none_or(|high| value <= high)
        }
        match (self, value) {
            (Type::YesNo, Value::YesNo(_)) => true,
            (Type::Choice(ids), Value::Text(id)) => ids.contains(id),
            (Type::Text(pattern), Value::Text(text)) => {
                !text.is_empty()
                    && text.chars().count() <= MAX_TEXT
                    && pattern.as_ref().is_none_or(|p| p.is_match(text))
            }
            (Type::Number(low, high), Value::Number(n)) => {
                n.is_finite() && n.abs() < MAX_NUMBER && within(n, low, high)
            }
            (Type::Date(low, high), Value::Date(date)) => within(date, low, high),
            _ => false,
        }
    }
}
