//! Findings as the commands by which a workflow of GitHub puts them beside the lines of a pull request.

use super::{Diagnostic, Severity, Sources, Span};
use std::fmt::Write;

/// A line for each finding. `folder` stands before the paths of the desk: they count from the repository's root.
pub fn github(findings: &[Diagnostic], sources: &Sources, folder: &str) -> String {
    let mut out = String::new();
    for finding in findings {
        let title = format!("{} {}", finding.rule.code, finding.rule.name);
        let places =
            finding.secondary.iter().map(|label| format!("{folder}{}: {}", sources.place(label.span), label.text));
        let text: Vec<String> =
            [finding.said()].into_iter().chain(finding.help.clone()).chain(places.collect::<Vec<_>>()).collect();
        out += &annotation(finding.rule.severity, finding.primary.span, &title, &text.join("\n"), sources, folder);
    }
    out
}

/// The command that puts a text beside a place: `::error file=…,line=…,title=…::…`
pub fn annotation(severity: Severity, span: Span, title: &str, text: &str, sources: &Sources, folder: &str) -> String {
    let file = sources.file(span);
    let ((line, column), (end_line, end)) = (file.position(span.start), file.position(span.end));
    let mut place = format!("file={},line={line}", property(&format!("{folder}{}", file.path)));
    // Columns count only within a line, and begin at 1.
    let written = match end_line == line {
        true => write!(place, ",col={column},endColumn={}", end.max(column)),
        false => write!(place, ",endLine={end_line}"),
    };
    written.expect("a string takes everything");
    format!("::{} {place},title={}::{}\n", severity.name(), property(title), data(text))
}

/// What stands behind the second `::`.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// What stands between two commas.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
