//! Findings as data: what is wrong, where, and what to write instead. How they look is another file.

pub mod form;
mod github;
mod human;
mod json;
mod sarif;
mod span;
pub mod wording;

pub use github::{annotation, github};
pub use human::{human, summary};
pub use json::json;
pub use sarif::sarif;
pub use span::{FileId, Source, Sources, Span, Spanned, locate};

use std::cell::RefCell;

/// Whether a finding fails the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Severity {
    /// Fails it.
    Error,
    /// Is worth a look.
    Warning,
}

impl Severity {
    /// As it is written everywhere.
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Warning => "warning",
        }
    }
}

/// What can be wrong: one file each, with its page beside it.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// `FL` and three digits; never used again for something else.
    pub code: &'static str,
    /// Reads well after "allow".
    pub name: &'static str,
    /// Error or warning.
    pub severity: Severity,
    /// The reference page, Markdown.
    pub page: &'static str,
}

/// A [`Rule`] with the page `NAME.md` that lies beside the file in which it is declared.
#[macro_export]
macro_rules! rule {
    ($code:literal, $name:literal, $severity:ident) => {
        $crate::diagnostic::Rule {
            code: $code,
            name: $name,
            severity: $crate::diagnostic::Severity::$severity,
            page: include_str!(concat!($name, ".md")),
        }
    };
}

/// A place and what is to be said of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Label {
    /// Where.
    pub span: Span,
    /// What; may be empty.
    pub text: String,
}

/// One finding.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Diagnostic {
    /// What kind of mistake.
    pub rule: &'static Rule,
    /// The headline: lower case, no full stop, names in backticks.
    pub message: String,
    /// Where it is.
    pub primary: Label,
    /// What else to look at.
    pub secondary: Vec<Label>,
    /// What to write instead.
    pub help: Option<String>,
}

impl Diagnostic {
    /// A finding at a place.
    pub fn new(rule: &'static Rule, span: Span, message: impl Into<String>) -> Self {
        let primary = Label { span, text: String::new() };
        Self { rule, message: message.into(), primary, secondary: Vec::new(), help: None }
    }

    /// The headline, and what is said at the place itself.
    pub fn said(&self) -> String {
        match self.primary.text.as_str() {
            "" => self.message.clone(),
            label => format!("{}: {label}", self.message),
        }
    }

    /// Says something at the place itself.
    pub fn label(mut self, text: impl Into<String>) -> Self {
        self.primary.text = text.into();
        self
    }

    /// Points at another place too.
    pub fn also(mut self, span: Span, text: impl Into<String>) -> Self {
        self.secondary.push(Label { span, text: text.into() });
        self
    }

    /// Says what to write instead.
    pub fn help(mut self, text: impl Into<String>) -> Self {
        self.help = Some(text.into());
        self
    }

    /// Says what to write instead, if there is something to say.
    pub fn maybe_help(mut self, text: Option<String>) -> Self {
        self.help = text.or(self.help);
        self
    }
}

/// Where readers of one file put what they find, in any order.
#[derive(Debug)]
pub struct Sink<T>(RefCell<Vec<T>>);

impl<T> Default for Sink<T> {
    fn default() -> Self {
        Self(RefCell::new(Vec::new()))
    }
}

impl<T> Sink<T> {
    /// Adds one.
    pub fn push(&self, item: T) {
        self.0.borrow_mut().push(item);
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.0.borrow().len()
    }

    /// Whether nothing was found so far.
    pub fn is_empty(&self) -> bool {
        self.0.borrow().is_empty()
    }

    /// All of them.
    pub fn into_vec(self) -> Vec<T> {
        self.0.into_inner()
    }
}

/// More findings than this in one file say nothing more.
const MOST: usize = 300;

/// Orders findings by file and place, and drops what was found twice, and of one file what goes beyond the first
/// hundreds; a finding of its own says so.
pub fn sort(findings: &mut Vec<Diagnostic>, sources: &Sources) {
    findings.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.primary.span.start, d.rule.code, d.primary.span.end);
        let path = |d: &Diagnostic| &sources.file(d.primary.span).path;
        path(a).cmp(path(b)).then_with(|| key(a).cmp(&key(b))).then_with(|| a.message.cmp(&b.message))
    });
    findings.dedup();
    let mut counts: std::collections::BTreeMap<FileId, (usize, Span)> = std::collections::BTreeMap::new();
    findings.retain(|finding| {
        let span = finding.primary.span;
        let (count, last) = counts.entry(span.file).or_insert((0, span));
        *count += 1;
        if *count <= MOST {
            *last = span;
        }
        *count <= MOST
    });
    for (count, last) in counts.into_values().filter(|(count, _)| *count > MOST) {
        let at =
            findings.iter().rposition(|finding| finding.primary.span.file == last.file).expect("the file has findings");
        let more = form::too_large(last, &format!("not worth {} findings more", count - MOST));
        findings.insert(at + 1, more.help("mend those above first, and check again"));
    }
}
