//! What the tests share: desks from text, today, findings by name.

use firstline::{
    check::check,
    desk::Desk,
    diagnostic::{Diagnostic, Severity},
};
use jiff::civil::{Date, date};

/// Paths and texts.
pub type Files = Vec<(String, String)>;

/// Today, in every test.
pub fn today() -> Date {
    date(2026, 11, 21)
}

/// A desk in one text: `first` is the path of what stands before the first line `# file: PATH`.
pub fn split(text: &str, first: &str) -> Files {
    let mut files: Files = vec![(first.to_owned(), String::new())];
    for line in text.split_inclusive('\n') {
        match line.trim_end().strip_prefix("# file: ") {
            Some(path) => files.push((path.to_owned(), String::new())),
            None => files.last_mut().expect("there is a first").1.push_str(line),
        }
    }
    files.retain(|(path, text)| path != first || !text.trim().is_empty());
    files
}

/// The desk of some files.
pub fn desk(files: &[(String, String)]) -> Desk {
    Desk::build(files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes())).collect())
}

/// The desk with what the checker says of it.
pub fn checked(files: &[(String, String)]) -> (Desk, Vec<Diagnostic>) {
    let desk = desk(files);
    let findings = check(&desk, today());
    (desk, findings)
}

/// Whether the check passes.
pub fn passes(findings: &[Diagnostic]) -> bool {
    findings.iter().all(|finding| finding.rule.severity != Severity::Error)
}

/// The files, readable in a failed test.
pub fn shown(files: &[(String, String)]) -> String {
    files.iter().map(|(path, text)| format!("# file: {path}\n{text}\n")).collect()
}
