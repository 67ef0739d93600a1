//! Any bytes as the files of a desk: they are read, checked and reported, and every finding lies within its file.
#![no_main]

use firstline::{
    check,
    desk::Desk,
    diagnostic::{self, Diagnostic, Label, Sources},
};
use jiff::civil::date;
use libfuzzer_sys::fuzz_target;

/// A line of this and a path begins a file; what stands before the first is a playbook.
const FILE: &[u8] = b"# file: ";

fuzz_target!(|bytes: &[u8]| {
    let desk = Desk::build(split(bytes));
    let findings = check::check(&desk, date(2026, 11, 21));
    for finding in &findings {
        lies_within(finding, &desk.sources);
    }
    let rows = diagnostic::json(&findings, &desk.sources);
    assert_eq!(rows.as_array().map(Vec::len), Some(findings.len()), "one row for each finding");
    diagnostic::human(&findings, &desk.sources);
    diagnostic::summary(&findings);
});

fn split(bytes: &[u8]) -> Vec<(String, Vec<u8>)> {
    let mut files = vec![("playbooks/example.yaml".to_owned(), Vec::new())];
    for line in bytes.split_inclusive(|byte| *byte == b'\n') {
        match line.strip_prefix(FILE) {
            Some(path) => files.push((String::from_utf8_lossy(path.trim_ascii()).into_owned(), Vec::new())),
            None => files.last_mut().expect("there is a first").1.extend_from_slice(line),
        }
    }
    if files.len() > 1 && files[0].1.trim_ascii().is_empty() {
        files.remove(0);
    }
    files
}

fn lies_within(finding: &Diagnostic, sources: &Sources) {
    for Label { span, .. } in std::iter::once(&finding.primary).chain(&finding.secondary) {
        let file = sources.0.get(span.file.0 as usize).expect("a finding is about a file of the desk");
        let (start, end) = (span.start as usize, span.end as usize);
        assert!(start <= end && end <= file.text.len(), "{span:?} is outside of {}: {finding:?}", file.path);
        assert!(file.text.is_char_boundary(start), "{span:?} begins inside a character: {finding:?}");
    }
}
