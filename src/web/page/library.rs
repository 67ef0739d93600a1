//! The library: how playbooks and articles stand, one playbook with its versions, a draft gone through.

use super::{
    case::{OutcomeView, StepView},
    health::{Finding, Health, findings},
};
use crate::{
    app::{
        Live, Offer, Rebased,
        gaps::{Gap, Lack},
        library::{Draft, Version},
        searches::Search,
    },
    case::numbers::{Outcomes, PlaybookNumbers, StepNumbers},
    compare::{
        Comparison, Weight,
        lines::{self, Row},
    },
    desk::Desk,
    diagnostic::Severity,
    language::Language,
    markdown,
    playbook::Playbook,
    run::{Audience, CaseInfo, View, replay::Summary},
    web::view::encoded,
};
use jiff::{Timestamp, ToSpan, civil::Date};
use serde::Serialize;
use std::collections::HashSet;

/// Reviews are shown so many days before they are due.
const AHEAD: i64 = 30;

/// See the module.
#[derive(Clone, Debug, Serialize)]
pub struct Library {
    /// What is wrong, and what is served instead.
    pub health: Health,
    /// What somebody has to look at again, the most overdue first.
    pub reviews: Vec<Review>,
    /// What authors should write next, the most frequent first.
    pub gaps: Vec<GapView>,
    /// What people search.
    pub searches: Vec<Search>,
    /// All playbooks, by title.
    pub playbooks: Vec<Book>,
    /// How many articles there are.
    pub articles: usize,
}

/// Something that is lacking.
#[derive(Clone, Debug, Serialize)]
pub struct GapView {
    /// As it was found.
    #[serde(flatten)]
    pub gap: Gap,
    /// The playbook's or the article's title.
    pub title: Option<String>,
    /// Why it stopped, in words.
    pub why: Option<String>,
}

/// Something that somebody has to look at again.
#[derive(Clone, Debug, Serialize)]
pub struct Review {
    /// What it is called.
    pub title: String,
    /// Where it is.
    pub address: String,
    /// Whether it is a playbook.
    pub playbook: bool,
    /// The team that keeps it.
    pub owner: Option<String>,
    /// By when.
    pub by: String,
    /// That is over.
    pub overdue: bool,
}

/// A playbook in the list.
#[derive(Clone, Debug, Serialize)]
pub struct Book {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// The team that keeps it.
    pub owner: Option<String>,
    /// Errors found in its file.
    pub errors: usize,
    /// Warnings there.
    pub warnings: usize,
    /// How many of its tests pass.
    pub passed: usize,
    /// How many tests it has.
    pub tests: usize,
    /// How much of it they reach, in hundredths.
    pub covered: usize,
    /// What became of its runs lately.
    pub outcomes: Outcomes,
    /// How many of them went to another tier.
    pub escalated: u64,
}

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

/// A draft gone through.
#[derive(Clone, Debug, Serialize)]
pub struct Preview {
    /// The playbook's id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// `agent` or `self-service`.
    pub audience: &'static str,
    /// Where it begins for the others, if they may start it.
    pub other: Option<(&'static str, String)>,
    /// The beginning of the address of whatever comes next.
    pub address: String,
    /// What was answered so far, as a form carries it on.
    pub answers: Vec<String>,
    /// The prompt that it stands at.
    pub step: Option<StepView>,
    /// The prompt's name.
    pub at: Option<String>,
    /// How it ended.
    pub outcome: Option<OutcomeView>,
    /// The path, with where each prompt is gone back to.
    pub path: Vec<PreviewLine>,
    /// Why the answers from here on were left out.
    pub refused: Option<String>,
    /// What is wrong with the playbook.
    pub findings: Vec<Finding>,
}

/// An answered prompt of a preview.
#[derive(Clone, Debug, Serialize)]
pub struct PreviewLine {
    /// The prompt in one line.
    pub text: String,
    /// What was answered.
    pub label: String,
    /// Where the preview stands at this prompt again.
    pub back: String,
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

impl Library {
    /// Of what is in force, on a day; `numbers` and `gaps` are what became of it lately.
    pub fn new(
        live: &Live,
        trouble: Option<String>,
        today: Date,
        numbers: &[PlaybookNumbers],
        gaps: Vec<Gap>,
        searches: Vec<Search>,
        language: Language,
    ) -> Self {
        let mut playbooks: Vec<Book> =
            live.newest.playbooks.values().map(|playbook| Book::new(live, playbook, numbers)).collect();
        playbooks.sort_by(|a, b| a.title.cmp(&b.title));
        Self {
            health: Health::new(live, trouble),
            reviews: reviews(live, today),
            gaps: gaps.into_iter().map(|gap| GapView::new(live, gap, language)).collect(),
            searches,
            playbooks,
            articles: live.newest.articles.len(),
        }
    }
}

fn reviews(live: &Live, today: Date) -> Vec<Review> {
    let until = today.saturating_add(AHEAD.days());
    let mut due: Vec<(Date, Review)> = Vec::new();
    let mut add = |by: Option<Date>, title: &str, address: String, playbook: bool, owner: Option<&str>| {
        let Some(by) = by.filter(|by| *by <= until) else { return };
        let (title, owner) = (title.to_owned(), owner.map(crate::web::view::words));
        due.push((by, Review { title, address, playbook, owner, by: by.to_string(), overdue: by < today }));
    };
    for playbook in live.newest.playbooks.values() {
        let by = playbook.review_by.as_ref().map(|by| by.value);
        let owner = playbook.owner.as_ref().map(|owner| owner.value.as_str());
        add(by, title(playbook), address(&playbook.id), true, owner);
    }
    for article in live.newest.articles.values() {
        let by = article.review_by.as_ref().map(|by| by.value);
        add(by, &article.title, super::article_address(&article.id, None, None, ""), false, article.owner.as_deref());
    }
    due.sort_by(|a, b| (a.0, &a.1.title).cmp(&(b.0, &b.1.title)));
    due.into_iter().map(|(_, review)| review).collect()
}

fn title(playbook: &Playbook) -> &str {
    playbook.title.as_ref().map_or(&playbook.id, |title| &title.value)
}

/// Where a playbook's page is.
fn address(id: &str) -> String {
    format!("/library/{}", encoded(id))
}

/// The findings in a playbook's file and in its tests.
fn found(live: &Live, playbook: &Playbook) -> Vec<Finding> {
    let tests: HashSet<_> =
        live.newest.tests.iter().filter(|tests| tests.playbook == playbook.id).map(|tests| tests.file).collect();
    let here = live.findings.iter().filter(|finding| {
        let file = finding.primary.span.file;
        file == playbook.file || tests.contains(&file)
    });
    findings(here, &live.newest.sources)
}

impl Book {
    fn new(live: &Live, playbook: &Playbook, numbers: &[PlaybookNumbers]) -> Self {
        let numbers = numbers.iter().find(|numbers| numbers.playbook == playbook.id).map(|numbers| &numbers.all);
        let outcomes = numbers.map(|numbers| numbers.outcomes.clone()).unwrap_or_default();
        let tested = live.tested();
        let reports = tested.reports.iter().filter(|report| report.playbook == playbook.id);
        let count = |severity| {
            let here = live.findings.iter().filter(|finding| finding.primary.span.file == playbook.file);
            here.filter(|finding| finding.rule.severity == severity).count()
        };
        let covered = tested.coverage.of(playbook);
        Self {
            id: playbook.id.clone(),
            title: title(playbook).to_owned(),
            owner: playbook.owner.as_ref().map(|owner| crate::web::view::words(&owner.value)),
            errors: count(Severity::Error),
            warnings: count(Severity::Warning),
            passed: reports.clone().filter(|report| report.failure.is_none()).count(),
            tests: reports.count(),
            covered: (covered.all - covered.gaps.len()) * 100 / covered.all.max(1),
            escalated: outcomes.all_escalated(),
            outcomes,
        }
    }
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

impl GapView {
    fn new(live: &Live, gap: Gap, language: Language) -> Self {
        let playbook = gap.playbook.as_ref().and_then(|id| live.newest.playbooks.get(id)).map(title);
        let article = gap.article.as_ref().and_then(|id| live.newest.article(id)).map(|article| &*article.title);
        let why = gap.reason.as_deref().filter(|_| gap.lack == Lack::Stop).map(super::reason_words);
        let why = why.map(|why| language.say(why));
        Self { title: playbook.or(article).map(str::to_owned), why: why.map(str::to_owned), gap }
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

impl VersionView {
    fn new(version: Version) -> Self {
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

impl Preview {
    /// A draft after `answers`, each `prompt=answer`; without a draft only what keeps it from being gone through.
    pub fn new(
        live: &Live,
        playbook: &Playbook,
        audience: Audience,
        answers: &[String],
        draft: Option<&Draft>,
        language: Language,
    ) -> Self {
        let (word, other) = match audience {
            Audience::Agent => ("agent", playbook.audience.self_service.then_some("self-service")),
            Audience::SelfService => ("self-service", Some("agent")),
        };
        let begin = |audience: &str| format!("{}/preview?audience={audience}", address(&playbook.id));
        let with =
            |answers: &[String]| answers.iter().fold(begin(word), |address, answer| address + "&a=" + &encoded(answer));
        let answers = &answers[..draft.map_or(0, |draft| draft.taken)];
        let info = CaseInfo::default();
        let (mut step, mut at, mut outcome, mut path) = (None, None, None, Vec::new());
        if let Some(draft) = draft {
            match draft.run.view(&info) {
                View::Prompt(prompt) => (step, at) = (Some(StepView::new(&prompt, language)), Some(prompt.at.clone())),
                View::Outcome(ended) => outcome = Some(OutcomeView::new(&ended, language)),
            }
            path = draft.run.path(&info);
        }
        Self {
            id: playbook.id.clone(),
            title: title(playbook).to_owned(),
            audience: word,
            other: other.map(|other| (other, begin(other))),
            address: with(answers),
            answers: answers.to_vec(),
            step,
            at,
            outcome,
            path: path
                .into_iter()
                .enumerate()
                .map(|(n, line)| PreviewLine {
                    text: markdown::first_line(&line.text),
                    label: line.label,
                    back: with(&answers[..n]),
                })
                .collect(),
            refused: draft.and_then(|draft| draft.refused.clone()),
            findings: found(live, playbook),
        }
    }
}
