//! Search: as you type, and in full.

use super::{Guest, Outage, READER, address, guide::WORDS, home::ItemView, trouble::Answer, typed};
use crate::{
    app::Live,
    case::fold,
    desk::Desk,
    language::Language,
    search::{Candidate, Found, Hit, Kind, Query as Search},
    web::{page::category_name, view},
};
use axum::extract::Query;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// So many hits as you type.
const SUGGESTED: usize = 6;
/// So many hits on a page.
const PAGE: usize = 10;
/// No page behind this one.
const LAST: usize = 50;
/// The fact that says for which system something is.
const SYSTEM: &str = "os";

/// Something that was found.
#[derive(Serialize)]
pub struct HitView {
    title: String,
    heading: Option<String>,
    /// Its language, where that is not the page's.
    lang: Option<Language>,
    /// Escaped HTML with `<mark>`.
    snippet: String,
    category: Option<String>,
    address: String,
    guided: bool,
}

impl HitView {
    /// `words` are those that it was found by.
    pub fn new(hit: Hit, words: &str, live: &Live, language: Language) -> Self {
        let guided = matches!(hit.kind, Kind::Playbook | Kind::Step);
        let path = format!("/help/{}/{}", if guided { "playbooks" } else { "articles" }, hit.id);
        let mut address = address(&path, &[("q", words)]);
        if let Some(anchor) = hit.anchor.filter(|_| !guided) {
            address = format!("{address}#{}", super::encoded(&anchor));
        }
        let article = live.desk.article(&hit.id).filter(|_| !guided).map(|own| live.desk.article_in(language, own));
        Self {
            title: hit.title,
            heading: hit.heading,
            lang: article.and_then(|article| live.language_of(article, language)),
            snippet: hit.snippet,
            category: hit.category.map(|category| category_name(&live.desk, &category, language)),
            address,
            guided,
        }
    }
}

/// A playbook that may be what is meant.
#[derive(Serialize)]
struct Fix {
    title: String,
    summary: Option<String>,
    address: String,
}

impl Fix {
    fn new(candidate: &Candidate, words: &str) -> Self {
        let address = address(&format!("/help/playbooks/{}", candidate.id), &[("q", words)]);
        Self { title: candidate.title.clone(), summary: candidate.summary.clone(), address }
    }
}

/// Something that narrows a search, or widens it again.
#[derive(Serialize)]
struct Facet {
    label: String,
    count: Option<usize>,
    address: String,
    on: bool,
}

#[derive(Serialize)]
struct Page {
    outages: Vec<Outage>,
    q: String,
    /// What it is narrowed to, to send along.
    narrowed: Vec<(&'static str, String)>,
    total: usize,
    hits: Vec<HitView>,
    /// The first is what they mean; else they are asked whether it is one of these.
    sure: bool,
    fixes: Vec<Fix>,
    categories: Vec<Facet>,
    systems: Vec<Facet>,
    tags: Vec<Facet>,
    did_you_mean: Option<(String, String)>,
    widened: bool,
    page: usize,
    before: Option<String>,
    after: Option<String>,
    /// Where to begin when nothing was found.
    guided: Vec<ItemView>,
    /// The same without what narrows it.
    everywhere: String,
    ask: String,
    /// What a list without words shows.
    title: Option<String>,
}

/// What is looked for.
#[derive(Clone, Deserialize)]
pub struct Asked {
    #[serde(default)]
    q: String,
    #[serde(default)]
    category: String,
    #[serde(default)]
    tag: String,
    #[serde(default)]
    os: String,
    #[serde(default)]
    page: String,
}

impl Asked {
    /// The address of the same search with something else.
    fn with(&self, name: &str, value: &str) -> String {
        let of = |known: &str, now: &str| if known == name { value.to_owned() } else { now.to_owned() };
        let page = if name == "page" { value } else { "" };
        let (category, tag, os) = (of("category", &self.category), of("tag", &self.tag), of("os", &self.os));
        let query = [("q", self.q.as_str()), ("category", &category), ("tag", &tag), ("os", &os), ("page", page)];
        address("/help/search", &query)
    }

    fn is_plain(&self) -> bool {
        self.category.is_empty() && self.tag.is_empty() && self.os.is_empty() && self.page.is_empty()
    }

    /// A facet's values: the one that is on, or all there are.
    fn facets(
        &self,
        name: &'static str,
        on: &str,
        known: Vec<(String, usize)>,
        desk: &Desk,
        language: Language,
    ) -> Vec<Facet> {
        let label = |value: &str| match name {
            "os" => system(desk, value, language),
            "category" => category_name(desk, value, language),
            _ => value.to_owned(),
        };
        if !on.is_empty() {
            return vec![Facet { label: label(on), count: None, address: self.with(name, ""), on: true }];
        }
        let facet = |(value, count): (String, usize)| Facet {
            label: label(&value),
            count: Some(count),
            address: self.with(name, &value),
            on: false,
        };
        known.into_iter().map(facet).collect()
    }
}

/// A system as people call it.
fn system(desk: &Desk, id: &str, language: Language) -> String {
    let fact = desk.facts.list.iter().find(|fact| fact.name.value == SYSTEM);
    let choice = fact.and_then(|fact| fact.choices.iter().find(|(known, _)| known.value == id));
    choice.map_or_else(|| view::words(id), |(_, label)| desk.say(language, label).unwrap_or(label).to_owned())
}

#[derive(Serialize)]
struct Suggestions {
    fix: Option<Fix>,
    hits: Vec<HitView>,
    all: String,
    q: String,
}

/// `GET /help/suggest?q=`: a part of a page; nothing of it is kept.
pub async fn suggest(guest: Guest, Query(asked): Query<Asked>) -> Answer {
    let (q, live) = (typed(&asked.q, WORDS), guest.live());
    let language = Some(guest.speech.language);
    let query = Search { words: q.clone(), typing: true, limit: SUGGESTED, language, ..Search::default() };
    let triage = guest.app().triage(READER, query.clone()).await;
    let fix = triage.playbooks.into_iter().next().filter(|_| triage.sure);
    let found = guest.app().search(READER, query).await;
    let is_fix = |hit: &Hit| fix.as_ref().is_some_and(|fix| hit.id == fix.id && hit.kind != Kind::Article);
    let hits = found
        .hits
        .into_iter()
        .filter(|hit| !is_fix(hit))
        .map(|hit| HitView::new(hit, &q, &live, guest.speech.language))
        .collect();
    let all = address("/help/search", &[("q", &q)]);
    let page = Suggestions { fix: fix.map(|fix| Fix::new(&fix, &q)), hits, all, q };
    guest.page("portal/suggest.html", page)
}

/// `GET /help/search`
pub async fn search(guest: Guest, Query(asked): Query<Asked>) -> Answer {
    let asked = Asked { q: typed(&asked.q, WORDS), ..asked };
    let live = guest.live();
    if asked.q.is_empty() {
        return guest.page("portal/search.html", shelf(&asked, &live, guest.speech.language));
    }
    let page = asked.page.parse().unwrap_or(1).clamp(1, LAST);
    let system = Some(asked.os.clone()).filter(|os| !os.is_empty());
    let some = |text: &String| Some(fold(text)).filter(|text| !text.is_empty());
    let query = Search {
        words: asked.q.clone(),
        category: some(&asked.category),
        tag: some(&asked.tag),
        facts: system.into_iter().map(|os| (SYSTEM.to_owned(), os)).collect(),
        limit: PAGE,
        offset: (page - 1) * PAGE,
        language: Some(guest.speech.language),
        ..Search::default()
    };
    let fixes = match page {
        1 => guest.app().triage(READER, query.clone()).await,
        _ => Default::default(),
    };
    let mut found = guest.app().search(READER, query).await;
    if asked.is_plain() {
        guest.app().searched(READER, &asked.q, found.answers());
    }
    let sure = fixes.sure;
    let fixes = match sure {
        true => fixes.playbooks.into_iter().take(1).collect::<Vec<_>>(),
        false => fixes.playbooks,
    };
    if let [only] = &fixes[..] {
        // It stands above the others already.
        found.hits.retain(|hit| hit.id != only.id || matches!(hit.kind, Kind::Article | Kind::Section));
    }
    let ids: Vec<&str> = fixes.iter().map(|fix| fix.id.as_str()).collect();
    let outages = guest.app().incidents_for(READER, &asked.q, &ids).await;
    let fixes = fixes.iter().map(|fix| Fix::new(fix, &asked.q)).collect();
    let page = Page::new(&asked, found, fixes, page, &live, guest.speech.language);
    guest.page("portal/search.html", Page { sure, outages: Outage::all(&live, guest.speech.language, outages), ..page })
}

impl Page {
    fn new(asked: &Asked, found: Found, fixes: Vec<Fix>, page: usize, live: &Live, language: Language) -> Self {
        let Found { hits, total, categories, mut systems, did_you_mean, widened, .. } = found;
        let narrowed = [("category", &asked.category), ("tag", &asked.tag), ("os", &asked.os)];
        let narrowed = narrowed.into_iter().filter(|(_, value)| !value.is_empty());
        let systems = systems.remove(SYSTEM).unwrap_or_default();
        let guided = if total == 0 || widened { guided(live, language, &asked.q) } else { Vec::new() };
        Self {
            outages: Vec::new(),
            sure: false,
            narrowed: narrowed.map(|(name, value)| (name, value.clone())).collect(),
            hits: hits.into_iter().map(|hit| HitView::new(hit, &asked.q, live, language)).collect(),
            fixes,
            categories: asked.facets("category", &asked.category, categories, &live.desk, language),
            systems: asked.facets("os", &asked.os, systems, &live.desk, language),
            tags: asked.facets("tag", &asked.tag, Vec::new(), &live.desk, language),
            did_you_mean: did_you_mean.map(|words| (address("/help/search", &[("q", &words)]), words)),
            widened,
            page,
            before: (page > 1).then(|| asked.with("page", &(page - 1).to_string())),
            after: (page * PAGE < total && page < LAST).then(|| asked.with("page", &(page + 1).to_string())),
            guided,
            everywhere: address("/help/search", &[("q", &asked.q)]),
            ask: address("/help/ask", &[("words", &asked.q)]),
            q: asked.q.clone(),
            total,
            title: None,
        }
    }
}

fn guided(live: &Live, language: Language, words: &str) -> Vec<ItemView> {
    let playbooks = live.shelf(READER, language).into_iter().filter(|item| item.kind == Kind::Playbook);
    playbooks.map(|item| ItemView::new(item, words)).collect()
}

/// Everything of a category or with a tag; everything at all, if neither is named.
fn shelf(asked: &Asked, live: &Live, language: Language) -> Page {
    let is = |value: &str, wanted: &str| wanted.is_empty() || fold(value) == fold(wanted);
    let shelf = live.shelf(READER, language).into_iter().filter(|item| {
        is(item.category.as_deref().unwrap_or_default(), &asked.category)
            && (asked.tag.is_empty() || item.tags.iter().any(|tag| is(tag, &asked.tag)))
    });
    let shelf: Vec<_> = shelf.collect();
    let mut categories: BTreeMap<String, usize> = BTreeMap::new();
    for category in shelf.iter().filter_map(|item| item.category.as_ref()) {
        *categories.entry(category.to_lowercase()).or_default() += 1;
    }
    let title = match (asked.category.as_str(), asked.tag.as_str()) {
        ("", "") => language.say("Everything").to_owned(),
        ("", tag) => view::words(tag),
        (category, _) => category_name(&live.desk, category, language),
    };
    let found = Found { total: shelf.len(), categories: categories.into_iter().collect(), ..Found::default() };
    let mut page = Page::new(asked, found, Vec::new(), 1, live, language);
    page.after = None;
    // The heading says it.
    page.categories.retain(|facet| !facet.on);
    page.guided = shelf.into_iter().map(|item| ItemView::new(item, "")).collect();
    page.title = Some(title);
    page
}
