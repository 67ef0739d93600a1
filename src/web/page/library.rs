//! The library: how playbooks and articles stand, and what authors should look at.

use super::health::{Finding, Health, findings};
use crate::{
    app::{
        Live,
        gaps::{Gap, Lack},
        searches::Search,
    },
    case::numbers::{Outcomes, PlaybookNumbers},
    diagnostic::Severity,
    language::Language,
    playbook::Playbook,
    web::view::encoded,
};
use jiff::{ToSpan, civil::Date};
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

pub(super) fn title(playbook: &Playbook) -> &str {
    playbook.title.as_ref().map_or(&playbook.id, |title| &title.value)
}

/// Where a playbook's page is.
pub(super) fn address(id: &str) -> String {
    format!("/library/{}", encoded(id))
}

/// The findings in a playbook's file and in its tests.
pub(super) fn found(live: &Live, playbook: &Playbook) -> Vec<Finding> {
    let tests: HashSet<_> =
        live.newest.tests.iter().filter(|tests| tests.playbook == playbook.id).map(|tests| tests.file).collect();
    let here = live.findings.iter().filter(|finding| {
        let file = finding.primary.span.file;
        file == playbook.file || tests.contains(&file)
    });
    findings(here, &live.newest.sources)
}

impl Book {
    pub(super) fn new(live: &Live, playbook: &Playbook, numbers: &[PlaybookNumbers]) -> Self {
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

impl GapView {
    pub(super) fn new(live: &Live, gap: Gap, language: Language) -> Self {
        let playbook = gap.playbook.as_ref().and_then(|id| live.newest.playbooks.get(id)).map(title);
        let article = gap.article.as_ref().and_then(|id| live.newest.article(id)).map(|article| &*article.title);
        let why = gap.reason.as_deref().filter(|_| gap.lack == Lack::Stop).map(super::reason_words);
        let why = why.map(|why| language.say(why));
        Self { title: playbook.or(article).map(str::to_owned), why: why.map(str::to_owned), gap }
    }
}
