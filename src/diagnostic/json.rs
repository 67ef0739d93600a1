//! Findings for scripts.

use super::{Diagnostic, Label, Severity, Sources};
use serde_json::{Value, json};

/// The `findings` of `check --format json`.
pub fn json(findings: &[Diagnostic], sources: &Sources) -> Value {
    findings.iter().map(|finding| one(finding, sources)).collect()
}

fn one(finding: &Diagnostic, sources: &Sources) -> Value {
    let (file, line, column) = place(&finding.primary, sources);
    let severity = match finding.rule.severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
    };
    let message = match finding.primary.text.as_str() {
        "" => finding.message.clone(),
        label => format!("{}: {label}", finding.message),
    };
    let related = finding.secondary.iter().map(|label| {
        let (file, line, column) = place(label, sources);
        json!({"file": file, "line": line, "column": column, "message": label.text})
    });
    json!({
        "code": finding.rule.code, "name": finding.rule.name, "severity": severity,
        "file": file, "line": line, "column": column,
        "message": message, "help": finding.help, "related": related.collect::<Value>(),
    })
}

fn place<'a>(label: &Label, sources: &'a Sources) -> (&'a str, usize, usize) {
    let file = sources.file(label.span);
    let (line, column) = file.position(label.span.start);
    (&file.path, line, column)
}
