//! `playbooks/_templates/ticket.md`: how a case is told to other systems.

use crate::{
    diagnostic::{Diagnostic, FileId, Source, Span, form, wording},
    template::{Document, Fault},
};
use serde_json::Value;
use std::sync::LazyLock;

/// Where a desk keeps its own.
pub const PATH: &str = "playbooks/_templates/ticket.md";
/// An envelope in which every field has a value: templates are tried on it.
pub const EXAMPLE: &str = include_str!("envelope.example.json");

/// The one that is built in.
pub static STANDARD: LazyLock<Document> =
    LazyLock::new(|| Document::compile(include_str!("ticket.md")).expect("it is tested"));

static VALUES: LazyLock<Value> = LazyLock::new(|| serde_json::from_str(EXAMPLE).expect("it is tested"));

/// Reads a desk's own template: compiles it, and tries it on the example.
pub fn read(file: FileId, path: &str, bytes: &[u8]) -> (Source, Option<Document>, Vec<Diagnostic>) {
    let source = Source::new(path, String::from_utf8_lossy(bytes));
    let line = |line: usize| {
        let last = source.line_at(source.text.len() as u32);
        let range = source.line(line.clamp(1, last));
        Span { file, start: range.start as u32, end: range.end as u32 }
    };
    let fail = |fault: Fault| {
        let help = "`firstline explain malformed_ticket` shows what a ticket's template may hold";
        vec![form::malformed_ticket(line(fault.line), fault.message, help)]
    };
    let document = match Document::compile(&source.text) {
        Ok(document) => document,
        Err(fault) => return (source.clone(), None, fail(fault)),
    };
    let mut findings: Vec<Diagnostic> =
        document.reads().iter().filter_map(|read| unknown(file, &source, read)).collect();
    match document.render(&*VALUES) {
        Ok(rendered) if rendered.cut => {
            let span = Span { file, start: 0, end: 0 };
            let help = "a ticket that nobody can read to its end helps nobody: leave something out";
            findings.push(form::malformed_ticket(span, "the ticket is too long, or takes too much work", help));
        }
        Ok(rendered) if rendered.text.trim().is_empty() => {
            let span = Span { file, start: 0, end: 0 };
            let help = "the first line is the subject, the rest is the body";
            findings.push(form::malformed_ticket(span, "the ticket is empty", help));
        }
        Ok(_) => {}
        Err(fault) => return (source.clone(), None, fail(fault)),
    }
    let sound = findings.is_empty();
    (source, sound.then_some(document), findings)
}

/// The finding for a name that no envelope has. Facts may have any name.
fn unknown(file: FileId, source: &Source, read: &str) -> Option<Diagnostic> {
    let mut here = &*VALUES;
    for part in read.split('.') {
        let Value::Object(fields) = here else { return None };
        if let Some(value) = fields.get(part) {
            here = value;
            if part == "facts" {
                return None;
            }
            continue;
        }
        let start = source.text.find(read).or_else(|| source.text.find(part)).unwrap_or(0);
        let span = Span { file, start: start as u32, end: (start + read.len()).min(source.text.len()) as u32 };
        let help = wording::nearest(part, fields.keys().map(String::as_str));
        let help = help.map_or_else(
            || format!("there are {}", wording::list(&fields.keys().collect::<Vec<_>>(), "and")),
            |near| format!("did you mean `{near}`?"),
        );
        return Some(form::malformed_ticket(span, format!("an envelope has no `{read}`"), help));
    }
    None
}
