//! How the desk's content stands: what is wrong with it, and what is served instead.

use crate::diagnostic::{Diagnostic, Severity, Sources};
use jiff::Timestamp;
use serde::Serialize;

/// See the module.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    /// When the folder was read last.
    pub read: Timestamp,
    /// How many playbooks can be started or called.
    pub playbooks: usize,
    /// Playbooks that are served from their last good version.
    pub stale: Vec<Stale>,
    /// What was found, errors first.
    pub findings: Vec<Finding>,
}

/// A playbook that is not served as it is written.
#[derive(Clone, Debug, Serialize)]
pub struct Stale {
    /// Its id.
    pub id: String,
    /// When the version that is served was good; none if there never was one, so that it is not served at all.
    pub good: Option<Timestamp>,
}

/// A finding with its place.
#[derive(Clone, Debug, Serialize)]
pub struct Finding {
    /// Whether it keeps the playbook from being served.
    pub error: bool,
    /// The rule's name.
    pub rule: String,
    /// What is wrong.
    pub message: String,
    /// What to do.
    pub help: Option<String>,
    /// The file.
    pub path: String,
    /// The line in it.
    pub line: usize,
}

/// Findings for people, errors first, then by file and line.
pub fn findings(found: &[Diagnostic], sources: &Sources) -> Vec<Finding> {
    let mut findings: Vec<Finding> = found
        .iter()
        .map(|found| {
            let source = sources.file(found.primary.span);
            Finding {
                error: found.rule.severity == Severity::Error,
                rule: found.rule.name.to_owned(),
                message: found.message.clone(),
                help: found.help.clone(),
                path: source.path.clone(),
                line: source.line_at(found.primary.span.start),
            }
        })
        .collect();
    findings.sort_by(|a, b| (!a.error, &a.path, a.line).cmp(&(!b.error, &b.path, b.line)));
    findings
}
