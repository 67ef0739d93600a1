//! Findings for scripts.

use super::{Diagnostic, Label, Sources};
use serde_json::{Value, json};

/// The `findings` of `check --format json`.
pub fn json(findings: &[Diagnostic], sources: &Sources) -> Value {
    findings.iter().map(|finding| one(finding, sources)).collect()
}

fn one(finding: &Diagnostic, sources: &Sources) -> Value {
    let (file, line, column) = place(&finding.primary, sources);
    let related = finding.secondary.iter().map(|label| {
        let (file, line, column) = place(label, sources);
        json!({"file": file, "line": line, "column": column, "message": label.text})
    });
    json!({
        "code": finding.rule.code, "name": finding.rule.name, "severity": finding.rule.severity.name(),
        "file": file, "line": line, "column": column,
        "message": finding.said(), "help": finding.help, "related": related.collect::<Value>(),
    })
}

fn place<'a>(label: &Label, sources: &'a Sources) -> (&'a str, usize, usize) {
    let file = sources.file(label.span);
    let (line, column) = file.position(label.span.start);
    (&file.path, line, column)
}
