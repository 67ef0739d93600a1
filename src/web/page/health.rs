//! How the desk's content stands: what is wrong with it, and what is served instead.

use crate::{
    app::Live,
    diagnostic::{Diagnostic, Severity, Sources},
};
use jiff::Timestamp;
use serde::Serialize;

/// See the module.
#[derive(Clone, Debug, Serialize)]
pub struct Health {
    /// Since when what is in force is.
    pub since: Timestamp,
    /// What kept the folder from being read the last time.
    pub trouble: Option<String>,
    /// The policy is served from its last good version.
    pub desk_held_back: bool,
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
    /// How many errors keep it from being served.
    pub errors: Option<usize>,
    /// Whether its last good version is served instead; if not, nobody can start it.
    pub served: bool,
    /// Why it was withdrawn, if it was.
    pub withdrawn: Option<String>,
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

impl Health {
    /// Of what is in force.
    pub fn new(live: &Live, trouble: Option<String>) -> Self {
        let stale = |id: &String| Stale { id: id.clone(), errors: None, served: false, withdrawn: None };
        let held = live.held_back();
        let held = held.map(|(offer, errors)| Stale { errors: Some(errors), served: true, ..stale(&offer.id) });
        let missing = live.missing.iter().map(stale);
        let recalled = live.recalled.iter();
        let recalled = recalled.map(|recall| Stale { withdrawn: Some(recall.why.clone()), ..stale(&recall.playbook) });
        Self {
            since: live.since,
            trouble,
            desk_held_back: live.desk_held_back,
            playbooks: live.offers.len(),
            stale: held.chain(missing).chain(recalled).collect(),
            findings: findings(live.findings.iter(), &live.newest.sources),
        }
    }
}

/// Findings for people, errors first, then by file and line.
pub fn findings<'a>(found: impl Iterator<Item = &'a Diagnostic>, sources: &Sources) -> Vec<Finding> {
    let mut findings: Vec<Finding> = found
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
