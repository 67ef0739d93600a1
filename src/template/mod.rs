//! Texts: Markdown with `{{ fact }}`, compiled once, values escaped when they are printed.

mod document;

pub use document::{CUT, Document, Fault, MAX_BYTES, Rendered, clean, line};

use crate::{
    diagnostic::{Diagnostic, Sink, Span, Spanned, form, locate, wording},
    markdown::{self, Place},
};
use minijinja::{Environment, Expression, Value};
use std::sync::LazyLock;

/// How a fact without a value prints.
pub const NOT_KNOWN: &str = "not known";
/// What `case.` may be followed by.
pub const CASE: [&str; 3] = ["caller", "number", "channel"];
/// How many values one text may print.
const MAX_READS: usize = 100;
/// How many filters one value may pass through.
const MAX_FILTERS: usize = 8;
/// The filters that a value may pass through; all of them take any text and cannot fail.
const FILTERS: [&str; 5] = ["upper", "lower", "title", "trim", "capitalize"];

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::empty();
    environment.add_filter("upper", minijinja::filters::upper);
    environment.add_filter("lower", minijinja::filters::lower);
    environment.add_filter("title", minijinja::filters::title);
    environment.add_filter("trim", |text: String| text.trim().to_owned());
    environment.add_filter("capitalize", minijinja::filters::capitalize);
    environment
});

/// What stands between `{{` and `}}`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Read {
    /// A fact, by its name.
    Fact(Spanned<String>),
    /// `case.` and one of [`CASE`].
    Case(&'static str),
}

enum Part {
    Literal(String),
    Value { read: Read, expression: Expression<'static, 'static>, place: Place },
}

/// A compiled text.
pub struct Text {
    /// As it was written.
    pub source: Spanned<String>,
    parts: Vec<Part>,
}

impl std::fmt::Debug for Text {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.source.value.fmt(f)
    }
}

impl Text {
    /// Compiles a text. A `{{ }}` that cannot be read is reported and printed as it stands.
    pub fn parse(source: Spanned<String>, file: &str, findings: &Sink<Diagnostic>) -> Self {
        let text = source.value.as_str();
        let finder = Finder { file, span: source.span };
        let mut parts = Vec::new();
        let mut rest = 0;
        if text.matches("{{").count() > MAX_READS {
            let message = format!("a text reads at most {MAX_READS} values");
            findings.push(form::malformed_text(source.span, message, "split it over several steps"));
            return Self { parts: Vec::new(), source };
        }
        while let Some(open) = text[rest..].find(['{']).map(|at| rest + at) {
            let kind = text[open..].get(..2).unwrap_or_default();
            if kind == "{%" || kind == "{#" {
                findings.push(form::text_block(finder.find(kind, open, text), kind));
            }
            if kind != "{{" {
                push_literal(&mut parts, &text[rest..open + 1]);
                rest = open + 1;
                continue;
            }
            push_literal(&mut parts, &text[rest..open]);
            let inner_start = open + 2;
            let Some(length) = text[inner_start..].find("}}") else {
                let place = finder.find("{{", open, text);
                findings.push(form::malformed_text(
                    place,
                    "`{{` is not closed",
                    "write the name of a fact and `}}`: {{ os }}",
                ));
                rest = text.len();
                break;
            };
            let inner = &text[inner_start..inner_start + length];
            rest = inner_start + length + 2;
            match read(inner, inner_start, text, &finder) {
                Ok(read) => {
                    let expression = ENVIRONMENT
                        .compile_expression_owned(inner.trim().to_owned())
                        .expect("names and filters were checked");
                    parts.push(Part::Value { read, expression, place: Place::Words });
                }
                Err(found) => findings.push(*found),
            }
        }
        push_literal(&mut parts, &text[rest..]);
        if parts.iter().all(|part| matches!(part, Part::Literal(_))) {
            // Its source is all there is to print.
            parts = Vec::new();
        }
        settle_places(&mut parts);
        Self { source, parts }
    }

    /// What the text reads, from left to right.
    pub fn reads(&self) -> impl Iterator<Item = &Read> {
        self.parts.iter().filter_map(|part| match part {
            Part::Value { read, .. } => Some(read),
            Part::Literal(_) => None,
        })
    }

    /// The text as Markdown. `value` gives what is read, as it is shown to people.
    pub fn render(&self, mut value: impl FnMut(&Read) -> Option<String>) -> String {
        if self.parts.is_empty() {
            return self.source.value.trim_end().to_owned();
        }
        let mut out = String::with_capacity(self.source.value.len());
        for part in &self.parts {
            match part {
                Part::Literal(text) => out.push_str(text),
                Part::Value { read, expression, place } => {
                    let value = value(read).unwrap_or_else(|| NOT_KNOWN.to_owned());
                    let context = match read {
                        Read::Fact(name) => one(&name.value, Value::from(value)),
                        Read::Case(field) => one("case", one(field, Value::from(value))),
                    };
                    let printed = expression.eval(context).expect("a name and total filters cannot fail");
                    out.push_str(&markdown::escape(printed.as_str().unwrap_or_default(), *place));
                }
            }
        }
        out.trim_end().to_owned()
    }
}

fn one(name: &str, value: Value) -> Value {
    Value::from_pairs([(name, value)])
}

fn push_literal(parts: &mut Vec<Part>, text: &str) {
    match parts.last_mut() {
        _ if text.is_empty() => {}
        Some(Part::Literal(before)) => before.push_str(text),
        _ => parts.push(Part::Literal(text.to_owned())),
    }
}

/// Finds out which values stand in code.
fn settle_places(parts: &mut [Part]) {
    let values = parts.iter().filter(|part| matches!(part, Part::Value { .. })).count();
    let in_code = parts
        .iter()
        .any(|part| matches!(part, Part::Literal(text) if text.contains(['`', '~']) || text.contains("    ")));
    if values == 0 || !in_code {
        return;
    }
    let markers: Vec<String> = (0..values).map(|n| format!("Fa{n}ct")).collect();
    let mut names = markers.iter();
    let text: String = parts
        .iter()
        .map(|part| match part {
            Part::Literal(text) => text.as_str(),
            Part::Value { .. } => names.next().expect("one marker for each value"),
        })
        .collect();
    let found = markdown::places(&text, &markers);
    let spots = parts.iter_mut().filter_map(|part| match part {
        Part::Value { place, .. } => Some(place),
        Part::Literal(_) => None,
    });
    spots.zip(found).for_each(|(spot, place)| *spot = place);
}

/// Reads `name`, `case.field` and filters.
fn read(inner: &str, at: usize, text: &str, finder: &Finder<'_>) -> Result<Read, Box<Diagnostic>> {
    let fail = |part: &str, message: String, help: String| {
        let part = if part.trim().is_empty() { "{{" } else { part.trim() };
        let from = text[..at].rfind("{{").unwrap_or(at);
        Err(Box::new(form::malformed_text(finder.find(part, from, text), message, help)))
    };
    let mut pieces = inner.split('|');
    let name = pieces.next().unwrap_or_default();
    if inner.matches('|').count() > MAX_FILTERS {
        return fail(
            "",
            format!("a value passes through at most {MAX_FILTERS} filters"),
            "leave some of them out".into(),
        );
    }
    for filter in pieces {
        if !FILTERS.contains(&filter.trim()) {
            let help = wording::suggest(filter.trim(), FILTERS)
                .unwrap_or_else(|| format!("there are {}", wording::list(&FILTERS, "and")));
            return fail(filter, format!("there is no filter `{}`", wording::shorten(filter.trim())), help);
        }
    }
    let trimmed = name.trim();
    let word = |w: &str| {
        w.starts_with(|c: char| c.is_ascii_lowercase())
            && w.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_')
    };
    match trimmed.split_once('.') {
        Some(("case", field)) => match CASE.iter().find(|known| **known == field) {
            Some(known) => Ok(Read::Case(known)),
            None => fail(trimmed, format!("a case has no `{}`", wording::shorten(field)), wording::suggest(field, CASE).unwrap_or_default()),
        },
        None if word(trimmed) && trimmed != "case" && !is_keyword(trimmed) => {
            let offset = at + name.len() - name.trim_start().len();
            Ok(Read::Fact(Spanned::new(trimmed.to_owned(), finder.find(trimmed, offset, text))))
        }
        _ => fail(
            trimmed,
            format!("`{}` is not a fact", wording::shorten(trimmed)),
            "between {{ and }} stands the name of a fact, or `case.caller`, `case.number`, `case.channel`; what depends on a fact is a `branch`".into(),
        ),
    }
}

fn is_keyword(word: &str) -> bool {
    matches!(word, "true" | "false" | "none" | "not" | "in" | "is" | "and" | "or" | "if" | "else" | "self" | "loop")
}

/// Finds a piece of a text in the file it was written in, where quoting or folding may have moved it.
struct Finder<'a> {
    file: &'a str,
    span: Span,
}

impl Finder<'_> {
    /// The place of `word`, which stands at byte `at` or behind it in `text`.
    fn find(&self, word: &str, at: usize, text: &str) -> Span {
        locate(self.file, self.span, word, at, text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::FileId;

    fn text(source: &str) -> (Text, Vec<Diagnostic>) {
        let findings = Sink::default();
        let span = Span { file: FileId(0), start: 0, end: source.len() as u32 };
        (Text::parse(Spanned::new(source.to_owned(), span), source, &findings), findings.into_vec())
    }

    #[test]
    fn values_are_filtered_and_escaped() {
        let (text, findings) = text("Hello {{ name | upper }}, `{{ path }}`, {{ gone }} {x} }}");
        assert_eq!(findings, []);
        let shown = text.render(|read| match read {
            Read::Fact(name) if name.value == "name" => Some("j*o".into()),
            Read::Fact(name) if name.value == "path" => Some("C:\\*".into()),
            _ => None,
        });
        assert_eq!(shown, "Hello J\\*O, `C:\\*`, not known {x} }}");
    }

    #[test]
    fn anything_else_between_braces_is_reported_where_it_stands() {
        let (_, findings) = text("a {{ os }} {{ 1 + 1 }} {{ os | shout }} {% if %} {{ case.name }} {{ open");
        let places: Vec<_> = findings.iter().map(|f| (f.rule.name, f.primary.span.start)).collect();
        assert_eq!(
            places,
            [
                ("malformed_text", 14),
                ("malformed_text", 31),
                ("text_block", 40),
                ("malformed_text", 52),
                ("malformed_text", 65)
            ]
        );
    }
}
