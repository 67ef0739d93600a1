//! One playbook of the library: what is wrong with it, its tests, its steps in numbers, its versions.

use super::{
    health::Finding,
    library::{Book, GapView, found},
    versions::VersionView,
};
use crate::{
    app::{Live, Offer, gaps::Gap, library::Version},
    case::numbers::{PlaybookNumbers, StepNumbers},
    language::Language,
};
use serde::Serialize;

/// What happened at a step.
#[derive(Clone, Debug, Serialize)]
pub struct StepLine {
    /// `step`, or `step/item`; of a callee, behind its id.
    pub at: String,
    /// As it was counted.
    #[serde(flatten)]
    pub numbers: StepNumbers,
    /// How many stopped there without an ending.
    pub stopped: u64,
    /// How often the action worked, in hundredths.
    pub rate: Option<u8>,
    /// The author's chance, in hundredths.
    pub chance: Option<u8>,
    /// The median of the minutes that it took.
    pub took: Option<f64>,
}

/// One playbook.
#[derive(Clone, Debug, Serialize)]
pub struct BookPage {
    /// As the list has it.
    pub book: Book,
    /// In a sentence.
    pub summary: Option<String>,
    /// Its file.
    pub path: String,
    /// By when somebody has to look at it again.
    pub review_by: Option<String>,
    /// Whether who helps themselves may start it.
    pub self_service: bool,
    /// How it is served: `written`, `before` (its last good version) or `not`.
    pub served: &'static str,
    /// What is wrong with it.
    pub findings: Vec<Finding>,
    /// Tests that fail: their names, and why.
    pub failed: Vec<(String, String)>,
    /// Steps and answers that no test reaches, with their lines.
    pub gaps: Vec<(String, usize)>,
    /// What is lacking in it.
    pub lacks: Vec<GapView>,
    /// What happened at its steps lately.
    pub steps: Vec<StepLine>,
    /// What somebody went through.
    pub versions: Vec<VersionView>,
}

impl BookPage {
    /// A playbook as it lies in the folder; `None` if there is none of this id.
    pub fn new(
        live: &Live,
        id: &str,
        versions: Vec<Version>,
        numbers: &[PlaybookNumbers],
        lacks: Vec<Gap>,
        language: Language,
    ) -> Option<Self> {
        let steps = numbers.iter().find(|numbers| numbers.playbook == id).map(|numbers| numbers.all.steps.as_slice());
        let playbook = live.newest.playbooks.get(id)?;
        let source = live.newest.source(playbook);
        let reports = live.tested().reports.iter().filter(|report| report.playbook == id);
        Some(Self {
            book: Book::new(live, playbook, numbers),
            summary: playbook.summary.as_ref().map(|summary| summary.value.clone()),
            path: source.path.clone(),
            review_by: playbook.review_by.as_ref().map(|by| by.value.to_string()),
            self_service: playbook.audience.self_service,
            served: match live.offers.get(id) {
                Some(Offer { held_back: None, .. }) => "written",
                Some(_) => "before",
                None => "not",
            },
            findings: found(live, playbook),
            failed: reports
                .filter_map(|report| Some((report.name.clone(), report.failure.as_ref()?.why.clone())))
                .collect(),
            gaps: live
                .tested()
                .coverage
                .of(playbook)
                .gaps
                .into_iter()
                .map(|gap| (gap.name, live.newest.sources.file(gap.span).line_at(gap.span.start)))
                .collect(),
            lacks: lacks.into_iter().map(|gap| GapView::new(live, gap, language)).collect(),
            steps: steps.unwrap_or_default().iter().map(|step| StepLine::new(id, step)).collect(),
            versions: versions.into_iter().map(VersionView::new).collect(),
        })
    }
}

impl StepLine {
    fn new(playbook: &str, step: &StepNumbers) -> Self {
        let hundredths = |share: f64| (share * 100.0).round() as u8;
        Self {
            at: if step.playbook == playbook { step.at() } else { format!("{}: {}", step.playbook, step.at()) },
            stopped: step.stops.values().sum(),
            rate: step.rate().map(hundredths),
            chance: step.chance.map(hundredths),
            took: step.seconds.map(|seconds| seconds as f64 / 60.0),
            numbers: step.clone(),
        }
    }
}
