//! A playbook's versions: what changed, and what that does to runs.

use super::library::title;
use crate::{
    app::{Rebased, library::Version},
    compare::{
        Comparison, Weight,
        lines::{self, Row},
    },
    desk::Desk,
    playbook::Playbook,
    run::replay::Summary,
};
use jiff::Timestamp;
use serde::Serialize;

/// A version of a playbook.
#[derive(Clone, Debug, Serialize)]
pub struct VersionView {
    /// Its program's hash.
    pub hash: String,
    /// The beginning of it.
    pub short: String,
    /// Runs through it.
    pub runs: usize,
    /// Those of them whose case is open.
    pub open: usize,
    /// New runs get it.
    pub in_force: bool,
    /// Why it was withdrawn, by whom and when.
    pub recalled: Option<(String, String, Timestamp)>,
}

/// What changed since another version of a playbook, and what that does to runs.
#[derive(Clone, Debug, Serialize)]
pub struct Versions {
    /// The playbook's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// Whether whoever looks may move runs and withdraw versions.
    pub may: bool,
    /// What somebody went through.
    pub versions: Vec<VersionView>,
    /// What it is compared with, as it was named.
    pub with: String,
    /// Why it could not be compared.
    pub refused: Option<String>,
    /// What changed: how much it weighs (`flow`, `wording` or `metadata`), and in words; none if nothing is compared.
    pub changes: Option<Vec<(Weight, String)>>,
    /// The two files beside each other, where they differ.
    pub sides: Vec<Vec<Row>>,
    /// What recorded runs come to in the version as it is written.
    pub replayed: Option<ReplayView>,
    /// What the version in force makes of runs that are under way.
    pub rebased: Option<RebaseView>,
}

/// Recorded runs over the playbook as it is written.
#[derive(Clone, Debug, Serialize)]
pub struct ReplayView {
    /// How many had come to something.
    pub runs: usize,
    /// How many come to the same another way.
    pub rerouted: usize,
    /// How many do not come to the same.
    pub changed: usize,
    /// Those, as they change: what they came to, what they come to, where the ways part, and the cases.
    pub groups: Vec<(String, String, Option<String>, Vec<u64>)>,
}

/// Runs that are under way, over the version in force.
#[derive(Clone, Debug, Serialize)]
pub struct RebaseView {
    /// How many can move.
    pub moving: usize,
    /// How many go by it already.
    pub current: usize,
    /// Those that stay: the case, and where the two versions differ.
    pub stays: Vec<(u64, String)>,
}

impl VersionView {
    pub(super) fn new(version: Version) -> Self {
        Self {
            short: version.hash.chars().take(8).collect(),
            hash: version.hash,
            runs: version.runs,
            open: version.open,
            in_force: version.in_force,
            recalled: version.recalled.map(|recall| (recall.why, recall.by, recall.at)),
        }
    }
}

impl Versions {
    /// Of a playbook as it lies in the folder.
    pub fn new(playbook: &Playbook, with: &str, versions: Vec<Version>, may: bool) -> Self {
        Self {
            id: playbook.id.clone(),
            title: title(playbook).to_owned(),
            may,
            versions: versions.into_iter().map(VersionView::new).collect(),
            with: with.to_owned(),
            refused: None,
            changes: None,
            sides: Vec::new(),
            replayed: None,
            rebased: None,
        }
    }

    /// Puts in what changed in a playbook between two desks.
    pub fn compare(&mut self, id: &str, comparison: &Comparison, old: &Desk, new: &Desk) {
        let here = comparison.playbooks.iter().find(|changed| changed.id == id);
        let changes = here.into_iter().flat_map(|changed| &changed.changes);
        let mut changes: Vec<_> = changes.map(|change| (change.weight, change.to_string())).collect();
        changes.sort_by_key(|(weight, _)| *weight);
        self.changes = Some(changes);
        let text = |desk: &Desk| desk.playbooks.get(id).map(|playbook| desk.source(playbook).text.to_string());
        self.sides = lines::beside(&text(old).unwrap_or_default(), &text(new).unwrap_or_default());
    }

    /// Puts in what recorded runs come to.
    pub fn replayed(&mut self, summary: &Summary) {
        let groups = summary.groups().into_iter().map(|group| {
            let parts = group.difference.map(|difference| difference.to_string());
            (group.was.to_string(), group.now.to_string(), parts, group.cases)
        });
        let (runs, rerouted, changed) = (summary.runs, summary.rerouted, summary.changed.len());
        self.replayed = Some(ReplayView { runs, rerouted, changed, groups: groups.collect() });
    }

    /// Puts in what would become of runs that are under way.
    pub fn rebased(&mut self, report: Rebased) {
        let stays = report.stays.into_iter().map(|stays| (stays.case, stays.difference.to_string()));
        self.rebased = Some(RebaseView { moving: report.moved.len(), current: report.current, stays: stays.collect() });
    }
}
