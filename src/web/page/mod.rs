//! What the templates are given: one type for each page, and what all pages share.

pub mod case;
pub mod change;
pub mod error;
pub mod flow;
pub mod found;
pub mod health;
pub mod history;
pub mod home;
pub mod incidents;
pub mod library;
pub mod lists;
pub mod playbook;
pub mod preview;
pub mod reply;
pub mod versions;

use super::{
    language::Speech,
    prose::{Entry, Prose, Related},
};
use crate::{
    app::{Head, Live},
    case::Row,
    clock,
    desk::Desk,
    language::Language,
    web::view,
};
use jiff::{Timestamp, civil::Date};
use serde::Serialize;

/// Around every page.
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    /// The desk's name.
    pub desk: String,
    /// Which entry of the menu the page belongs to: `start`, `queue`, `incidents`, `outbox`, `library` or none.
    pub here: &'static str,
    /// Who looks; none before they signed in.
    pub who: Option<Viewer>,
    /// Goes into every form.
    pub token: String,
    /// When the page was made.
    pub now: Timestamp,
    /// Deliveries that another system refused.
    pub refused: usize,
    /// Known outages that are open.
    pub outages: usize,
    /// Playbooks that are not served as they are written.
    pub stale: usize,
    /// The reader's language.
    #[serde(flatten)]
    pub speech: Speech,
    /// What came of what was done before.
    pub notice: Option<Notice>,
}

impl Frame {
    /// For somebody who has yet to sign in.
    pub fn bare(desk: String, now: Timestamp, speech: Speech) -> Self {
        Self {
            desk,
            here: "",
            who: None,
            token: String::new(),
            now,
            refused: 0,
            outages: 0,
            stale: 0,
            speech,
            notice: None,
        }
    }
}

/// Who looks at a page.
#[derive(Clone, Debug, Serialize)]
pub struct Viewer {
    /// Their name.
    pub name: String,
    /// The tier they work in.
    pub tier: String,
    /// The same for people.
    pub tier_name: String,
    /// Whether there are accounts: they can sign out then, and put their name in otherwise.
    pub accounts: bool,
    /// What they read.
    pub language: Language,
}

/// A sentence above a page.
#[derive(Clone, Debug, Serialize)]
pub struct Notice {
    /// `good`, `warning` or `bad`.
    pub kind: &'static str,
    /// Plain text.
    pub text: String,
}

/// A tier as people see it.
#[derive(Clone, Debug, Serialize)]
pub struct TierView {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its teams.
    pub teams: Vec<String>,
}

/// A playbook that can be started.
#[derive(Clone, Debug, Serialize)]
pub struct Script {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// In a sentence.
    pub summary: Option<String>,
    /// What callers say.
    pub symptoms: Vec<String>,
    /// More words to find it by.
    pub tags: Vec<String>,
}

/// Playbooks under one heading.
#[derive(Clone, Debug, Serialize)]
pub struct Category {
    /// The heading.
    pub name: String,
    /// By title.
    pub scripts: Vec<Script>,
}

/// An article as a page shows it.
#[derive(Clone, Debug, Serialize)]
pub struct ArticleView {
    /// Its id.
    pub id: String,
    /// What it is called.
    pub title: String,
    /// Its language, where that is not the page's.
    pub lang: Option<Language>,
    /// What it says, as HTML.
    pub html: String,
    /// Its headings, if there are enough to choose from.
    pub contents: Vec<Entry>,
    /// What to read on.
    pub related: Vec<Related>,
    /// Where it is.
    pub address: String,
    /// Whether callers may be sent it.
    pub reply: bool,
    /// In a sentence.
    pub summary: Option<String>,
    /// The team that keeps it.
    pub owner: Option<String>,
    /// When somebody last looked at it.
    pub reviewed: Option<String>,
    /// When somebody has to look at it again.
    pub review_by: Option<String>,
    /// That is over.
    pub expired: bool,
    /// Only staff may read it.
    pub staff: bool,
}

/// An article's page.
#[derive(Clone, Debug, Serialize)]
pub struct ArticlePage {
    /// The article.
    pub article: ArticleView,
    /// The case that it is read for.
    pub case: Option<u64>,
}

/// A case in a list.
#[derive(Clone, Debug, Serialize)]
pub struct RowView {
    /// As it is kept.
    #[serde(flatten)]
    pub row: Row,
    /// The tier's name.
    pub tier_name: String,
    /// Whether whoever looks works on it.
    pub mine: bool,
    /// Whether somebody should have answered by now, or should have called back.
    pub late: bool,
    /// Why it is where it is.
    pub why: Option<String>,
}

impl RowView {
    /// A row for somebody, at a moment.
    pub fn new(row: Row, desk: &Desk, viewer: &Viewer, now: Timestamp) -> Self {
        Self {
            tier_name: tier_name(desk, &row.tier, viewer.language),
            mine: row.holder.as_deref() == Some(&viewer.name),
            late: row.state != "resolved" && row.respond_by.is_some_and(|due| due < now),
            why: row.reason.as_deref().map(|reason| viewer.language.say(reason_words(reason)).to_owned()),
            row,
        }
    }
}

/// An article by its id or an earlier one; `beside` something that must not be lost, nothing in it has an id.
pub fn article(live: &Live, id: &str, beside: bool, language: Language) -> Option<ArticleView> {
    let article = live.desk.article_in(language, live.desk.article(id)?);
    let (prose, today) = (Prose::console(live, language), clock::today());
    let day = |date: Date| language.date("%-d %B %Y", date);
    Some(ArticleView {
        id: article.id.clone(),
        title: article.title.clone(),
        lang: live.language_of(article, language),
        html: prose.html(article, if beside { 3 } else { 2 }, beside),
        contents: if beside { Vec::new() } else { Prose::contents(article) },
        related: prose.related(article),
        address: article_address(&article.id, None, None, ""),
        reply: live.desk.is_public(article, today),
        summary: article.summary.clone(),
        owner: article.owner.as_deref().map(view::words),
        reviewed: article.reviewed.map(day),
        review_by: article.review_by.as_ref().map(|by| day(by.value)),
        expired: article.is_expired(today),
        staff: !article.self_service,
    })
}

/// Where an article is, or a part of it; `case` is the one that it is read for, `words` those that it was found by.
pub fn article_address(id: &str, anchor: Option<&str>, case: Option<u64>, words: &str) -> String {
    let case = case.map(|case| format!("case={case}"));
    let words = Some(words).filter(|words| !words.is_empty()).map(|words| format!("q={}", view::encoded(words)));
    let query: Vec<_> = case.into_iter().chain(words).collect();
    let query = if query.is_empty() { String::new() } else { format!("?{}", query.join("&")) };
    let anchor = anchor.map(|anchor| format!("#{}", view::encoded(anchor))).unwrap_or_default();
    format!("/articles/{}{query}{anchor}", view::encoded(id))
}

/// A tier's name for people.
pub fn tier_name(desk: &Desk, id: &str, language: Language) -> String {
    let name = desk.policy.tier(id).and_then(|tier| tier.name.as_deref());
    name.map_or_else(|| view::words(id), |name| desk.say(language, name).unwrap_or(name).to_owned())
}

/// A category for people.
pub fn category_name(desk: &Desk, id: &str, language: Language) -> String {
    desk.say(language, id).map_or_else(|| view::words(id), str::to_owned)
}

/// All tiers that people work in.
pub fn tiers(desk: &Desk, language: Language) -> Vec<TierView> {
    let staffed = desk.policy.tiers.iter().filter(|tier| tier.level > 0 || desk.policy.tiers.len() == 1);
    staffed
        .map(|tier| TierView {
            id: tier.id.value.clone(),
            name: tier_name(desk, &tier.id.value, language),
            teams: tier.teams.iter().map(|team| team.value.clone()).collect(),
        })
        .collect()
}

/// The playbooks that staff may start, by category and title.
pub fn categories(live: &Live, language: Language) -> Vec<Category> {
    let rest = language.say("Everything else");
    let mut categories: Vec<Category> = Vec::new();
    for offer in live.offers.values().filter(|offer| offer.audience.agent || offer.audience.self_service) {
        let Head { title, summary, symptoms } = offer.read(&live.desk, language);
        let script = Script { id: offer.id.clone(), title, summary, symptoms, tags: offer.tags.clone() };
        let name = offer.category.as_deref();
        let name = name.map_or_else(|| rest.to_owned(), |name| category_name(&live.desk, name, language));
        match categories.iter_mut().find(|category| category.name == name) {
            Some(category) => category.scripts.push(script),
            None => categories.push(Category { name, scripts: vec![script] }),
        }
    }
    categories.sort_by(|a, b| (a.name == rest, &a.name).cmp(&(b.name == rest, &b.name)));
    categories.iter_mut().for_each(|category| category.scripts.sort_by(|a, b| a.title.cmp(&b.title)));
    categories
}

/// Why a case is where it is, in words.
pub fn reason_words(reason: &str) -> &str {
    match reason {
        "stuck" => "no answer fitted, or it could not be done",
        "hand-over" => "handed over on request",
        "upset" => "the caller wished for a person",
        "security" => "reported as a security incident",
        "abandoned" => "nobody went on",
        "staff-only" => "from here on it takes staff",
        "time-limit" => "it took too long",
        "recalled" => "the playbook was withdrawn",
        "unknown-fact" => "nobody could tell what had to be known",
        "no-branch" | "step-limit" => "a mistake in the playbook",
        "escalate" => "the playbook hands over here",
        "not-resolved" => "the playbook has nothing more to try",
        "by-hand" => "handed on by hand",
        other => other,
    }
}
