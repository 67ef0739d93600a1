//! Whole documents, such as tickets: templates with loops and conditions, for plain text.

use crate::markdown;
use jiff::{Timestamp, tz::TimeZone};
use minijinja::{Environment, ErrorKind, UndefinedBehavior, Value, syntax::SyntaxConfig, value::Serde};
use serde::Serialize;
use std::{io, sync::LazyLock};

/// A rendered document is cut behind so many bytes.
pub const MAX_BYTES: usize = 256 << 10;
/// What stands at the end of a document that was cut.
pub const CUT: &str = "\n\n[The rest does not fit here.]\n";
/// How many steps of work one document may take.
const FUEL: u64 = 2_000_000;
/// The one template of its environment.
const NAME: &str = "document";

/// What is wrong with a template.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("line {line}: {message}")]
pub struct Fault {
    /// Where, from 1.
    pub line: usize,
    /// What: lower case, no full stop.
    pub message: String,
}

impl From<minijinja::Error> for Fault {
    fn from(error: minijinja::Error) -> Self {
        let message = error.detail().map_or_else(|| error.kind().to_string(), str::to_owned);
        Self { line: error.line().unwrap_or(1), message }
    }
}

/// A rendered document.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rendered {
    /// Plain text.
    pub text: String,
    /// Whether it was too long, or took too much work: its end is missing, and says so.
    pub cut: bool,
}

/// A compiled template. It sees the values that it is rendered with, and nothing else.
pub struct Document(Environment<'static>);

impl std::fmt::Debug for Document {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Document")
    }
}

impl Document {
    /// Compiles a template.
    pub fn compile(source: &str) -> Result<Self, Fault> {
        let mut environment = ENVIRONMENT.clone();
        environment.add_template_owned(NAME, source.to_owned())?;
        Ok(Self(environment))
    }

    /// What the template reads from outside, at any depth: `to`, `to.name`.
    pub fn reads(&self) -> Vec<String> {
        let template = self.0.get_template(NAME).expect("it was compiled under this name");
        let mut names: Vec<String> = template.undeclared_variables(true).into_iter().collect();
        names.retain(|name| !self.0.globals().any(|(global, _)| global == name));
        names.sort();
        names
    }

    /// Fills the template in. What has no value prints as nothing.
    pub fn render(&self, values: &impl Serialize) -> Result<Rendered, Fault> {
        let template = self.0.get_template(NAME).expect("it was compiled under this name");
        let mut paper = Paper { text: Vec::new(), full: false };
        let result = template.render_captured_to(Value::from(Serde(values)), &mut paper).map(drop);
        let mut text = match String::from_utf8(paper.text) {
            Ok(text) => text,
            // Cut inside a character.
            Err(error) => String::from_utf8_lossy(error.as_bytes()).trim_end_matches('\u{fffd}').to_owned(),
        };
        let cut = match result {
            Ok(()) => false,
            Err(_) if paper.full => true,
            Err(error) if error.kind() == ErrorKind::OutOfFuel => true,
            Err(error) => return Err(error.into()),
        };
        if cut {
            text.push_str(CUT);
        }
        Ok(Rendered { text, cut })
    }
}

static ENVIRONMENT: LazyLock<Environment<'static>> = LazyLock::new(|| {
    let mut environment = Environment::new();
    let syntax = SyntaxConfig::builder().trim_blocks(true).lstrip_blocks(true).build();
    environment.set_syntax(syntax.expect("the usual delimiters are sound"));
    environment.set_auto_escape_callback(|_| minijinja::AutoEscape::None);
    environment.set_undefined_behavior(UndefinedBehavior::Chainable);
    environment.set_fuel(Some(FUEL));
    environment.remove_global("debug");
    environment.set_formatter(|out, _, value| {
        if !value.is_undefined() && !value.is_none() {
            out.write_str(&clean(&value.to_string()))?;
        }
        Ok(())
    });
    environment.add_filter("plain", |text: Option<String>| markdown::plain(&clean(&text.unwrap_or_default())));
    environment.add_filter("line", |text: Option<String>| line(&text.unwrap_or_default()));
    environment.add_filter("quote", |text: Option<String>| {
        let text = clean(&text.unwrap_or_default());
        text.trim().lines().map(|line| format!("> {line}").trim_end().to_owned()).collect::<Vec<_>>().join("\n")
    });
    environment.add_filter("when", when);
    environment.add_filter("duration", duration);
    environment
});

/// Text without what could turn a page around or pass for something else: control characters but line breaks and tabs,
/// and the marks that change the direction of writing.
pub fn clean(text: &str) -> String {
    let text = text.replace("\r\n", "\n");
    let kept = |c: char| match c {
        '\n' | '\t' => Some(c),
        '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}' => Some('\n'),
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}' => None,
        c if c.is_control() => None,
        c => Some(c),
    };
    text.chars().filter_map(kept).collect()
}

/// [`clean`] text in one line.
pub fn line(text: &str) -> String {
    clean(text).split_whitespace().collect::<Vec<_>>().join(" ")
}

/// A moment on the clocks of a time zone; UTC without one, or with one that nobody knows.
fn when(text: Option<String>, zone: Option<String>) -> String {
    let text = text.unwrap_or_default();
    let Ok(moment) = text.parse::<Timestamp>() else { return text };
    let zone = zone.and_then(|name| TimeZone::get(&name).ok()).unwrap_or(TimeZone::UTC);
    let name = zone.iana_name().unwrap_or("UTC").to_owned();
    format!("{} ({name})", moment.to_zoned(zone).strftime("%a %Y-%m-%d %H:%M"))
}

/// Seconds as people say them.
fn duration(seconds: Option<i64>) -> String {
    let minutes = seconds.unwrap_or(0).max(0) / 60;
    match (minutes / 1440, minutes / 60 % 24, minutes % 60) {
        (0, 0, minutes) => format!("{minutes} min"),
        (0, hours, minutes) => format!("{hours} h {minutes} min"),
        (days, hours, _) => format!("{days} d {hours} h"),
    }
}

/// Takes so much and no more.
struct Paper {
    text: Vec<u8>,
    full: bool,
}

impl io::Write for Paper {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let room = (MAX_BYTES - CUT.len()).saturating_sub(self.text.len());
        self.full = self.full || bytes.len() > room;
        self.text.extend_from_slice(&bytes[..bytes.len().min(room)]);
        if self.full { Err(io::ErrorKind::WriteZero.into()) } else { Ok(bytes.len()) }
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeMap;

    fn render(source: &str, value: &str) -> Rendered {
        let document = Document::compile(source).expect("it compiles");
        document.render(&BTreeMap::from([("value", value)])).expect("it renders")
    }

    #[test]
    fn values_cannot_turn_a_page_around() {
        let nasty = "a\u{202e}b\u{2066}c\r\nd\u{2028}e\u{1b}[31mf\u{7}\tg";
        assert_eq!(render("[{{ value }}]", nasty).text, "[abc\nd\ne[31mf\tg]");
        assert_eq!(render("[{{ value | line }}]", nasty).text, "[abc d e[31mf g]");
        assert_eq!(render("{{ value | quote }}", nasty).text, "> abc\n> d\n> e[31mf\tg");
    }

    #[test]
    fn too_much_is_cut_and_says_so() {
        let long = render("{% for n in range(100) %}{{ value }}{% endfor %}", &"ä".repeat(3001));
        assert!(long.cut && long.text.len() <= MAX_BYTES && long.text.ends_with(CUT));
        let endless = render("x{% for a in range(9999) %}{% for b in range(9999) %}{% endfor %}{% endfor %}", "");
        assert!(endless.cut && endless.text == format!("x{CUT}"));
    }

    #[test]
    fn what_is_not_there_prints_as_nothing() {
        assert_eq!(render("{{ a.b.c }}{{ gone | plain }}{{ value }}.", "*x*").text, "*x*.");
        assert_eq!(render("{{ value | plain }}", "**Do** `this` [now](https://example.com)").text, "Do this now");
    }

    #[test]
    fn faults_have_a_line() {
        let fault = Document::compile("a\n{% for %}").expect_err("it does not compile");
        assert_eq!(fault.line, 2);
        let document = Document::compile("a\n\n{{ value | shout }}").expect("it compiles");
        let fault = document.render(&BTreeMap::from([("value", "")])).expect_err("there is no such filter");
        assert!(fault.line == 3 && fault.message.contains("shout"), "{fault:?}");
    }

    #[test]
    fn moments_and_durations_are_for_people() {
        let berlin = r#"{{ value | when("Europe/Berlin") }}, {{ value | when }}, {{ value | when("Nowhere") }}"#;
        let expected = "Mon 2026-11-23 09:30 (Europe/Berlin), Mon 2026-11-23 08:30 (UTC), Mon 2026-11-23 08:30 (UTC)";
        assert_eq!(render(berlin, "2026-11-23T08:30:00Z").text, expected);
        assert_eq!(
            render("{{ 59 | duration }}, {{ 7500 | duration }}, {{ 100000 | duration }}", "").text,
            "0 min, 2 h 5 min, 1 d 3 h"
        );
    }
}
