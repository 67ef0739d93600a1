//! Findings for tools that collect them: SARIF 2.1.0.

use super::{Diagnostic, Label, Sources};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::collections::HashMap;

/// The log of one check. `folder` stands before the paths of the desk: they count from where the check runs.
pub fn sarif(findings: &[Diagnostic], sources: &Sources, folder: &str) -> Value {
    let mut rules: Vec<&super::Rule> = findings.iter().map(|finding| finding.rule).collect();
    rules.sort_by_key(|rule| rule.code);
    rules.dedup();
    let mut seen = HashMap::new();
    let results = findings.iter().map(|finding| {
        let index = rules.iter().position(|rule| *rule == finding.rule).expect("every finding's rule is listed");
        let text = match &finding.help {
            Some(help) => format!("{}\n{help}", finding.said()),
            None => finding.said(),
        };
        let mut result = json!({
            "ruleId": finding.rule.code, "ruleIndex": index, "level": finding.rule.severity.name(),
            "message": {"text": text},
            "locations": [{"physicalLocation": place(&finding.primary, sources, folder)}],
            "partialFingerprints": {"primaryLocationLineHash": fingerprint(finding, sources, &mut seen)},
        });
        if !finding.secondary.is_empty() {
            let related = finding.secondary.iter().enumerate().map(|(n, label)| {
                json!({"id": n, "message": {"text": label.text}, "physicalLocation": place(label, sources, folder)})
            });
            result["relatedLocations"] = related.collect();
        }
        result
    });
    let results: Value = results.collect();
    let described = rules.iter().map(|rule| {
        let words = rule.name.replace('_', " ");
        json!({
            "id": rule.code, "name": rule.name, "shortDescription": {"text": words},
            "help": {"text": rule.page, "markdown": rule.page},
            "defaultConfiguration": {"level": rule.severity.name()},
        })
    });
    let driver = json!({
        "name": "firstline", "semanticVersion": env!("CARGO_PKG_VERSION"), "rules": described.collect::<Value>(),
    });
    json!({
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json", "version": "2.1.0",
        "runs": [{
            "tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results,
        }],
    })
}

fn place(label: &Label, sources: &Sources, folder: &str) -> Value {
    let file = sources.file(label.span);
    let ((line, column), (end_line, end)) = (file.position(label.span.start), file.position(label.span.end));
    let region = json!({"startLine": line, "startColumn": column, "endLine": end_line, "endColumn": end});
    json!({"artifactLocation": {"uri": address(&format!("{folder}{}", file.path))}, "region": region})
}

/// A path as an address: whatever may not stand in one is encoded.
fn address(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// Stays the same while lines above come and go: the rule, the file, what the line says, and which of its kind it is.
fn fingerprint(finding: &Diagnostic, sources: &Sources, seen: &mut HashMap<String, usize>) -> String {
    let file = sources.file(finding.primary.span);
    let line = &file.text[file.line(file.line_at(finding.primary.span.start))];
    let hash = Sha256::digest([finding.rule.code, &file.path, line.trim(), &finding.message].join("\n"));
    let hash: String = hash.iter().take(8).map(|byte| format!("{byte:02x}")).collect();
    let count = seen.entry(hash.clone()).and_modify(|count| *count += 1).or_insert(1);
    format!("{hash}:{count}")
}
