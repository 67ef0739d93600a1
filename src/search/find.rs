//! A search from what was typed to what is shown.

use super::{
    Found, Hit, Query,
    document::{Document, Kind},
    entry::Entry,
    folded,
    query::{Asked, ask},
    rank::{Among, Ranked, Ranking, rank, value_of},
    shelf::Shelf,
    snippet::Marker,
    synonyms::Synonyms,
    vocabulary::edits,
};
use std::{
    collections::{BTreeMap, HashMap},
    time::Instant,
};

/// Hits of one page, if nobody says how many.
const LIMIT: usize = 10;
/// A frequent word is suggested for a rare one near to it if it is in so many times as many entries.
const MORE: u32 = 20;

/// See the module.
pub fn find(shelf: &Shelf, synonyms: &Synonyms, query: &Query) -> Found {
    let began = Instant::now();
    let asked = ask(&query.words, query.typing, shelf, synonyms);
    let may = |entry: u32| may(&shelf.entries[entry as usize], query);
    let ranking = if query.words.trim().is_empty() {
        Ranking { ranked: all(shelf, query, may), ..Ranking::default() }
    } else {
        rank(shelf, &asked, Among::All, may)
    };
    let category = query.category.as_deref().map(folded);
    let tag = query.tag.as_deref().map(folded);
    let in_category = |head: &Document| category.is_none() || head.category.as_deref().map(folded) == category;
    let in_tag = |head: &Document| tag.as_ref().is_none_or(|tag| head.tags.iter().any(|own| folded(own) == *tag));
    let (mut categories, mut tags, mut systems) = (Counts::default(), Counts::default(), BTreeMap::new());
    let mut chosen: Vec<Ranked> = Vec::new();
    for found in &ranking.ranked {
        let head = &shelf.entries[found.entry as usize].head;
        let (in_category, in_tag) = (in_category(head), in_tag(head));
        if in_tag {
            head.category.iter().for_each(|name| categories.add(name));
        }
        if in_category {
            head.tags.iter().for_each(|name| tags.add(name));
        }
        if in_category && in_tag {
            for (fact, values) in &head.applies_to {
                let counts = systems.entry(fact.clone()).or_insert_with(Counts::default);
                values.iter().for_each(|value| counts.add(value));
            }
            chosen.push(*found);
        }
    }
    let limit = if query.limit == 0 { LIMIT } else { query.limit };
    let mut marker = Marker::new(shelf.language(), &asked, &ranking.rarity);
    let shown = chosen.iter().skip(query.offset).take(limit);
    let hits = shown.map(|found| hit(shelf, &asked, &ranking, &mut marker, *found, query)).collect();
    let has_all = ranking.ranked.iter().any(|found| found.coverage > 0.999);
    Found {
        hits,
        total: chosen.len(),
        categories: categories.sorted(),
        tags: tags.sorted(),
        systems: systems.into_iter().map(|(fact, counts)| (fact, counts.sorted())).collect(),
        did_you_mean: meant(shelf, &asked, &query.words),
        widened: !asked.concepts.is_empty() && (!has_all || asked.missing),
        took: began.elapsed(),
    }
}

/// Whether a query's kinds and facts let an entry through.
pub fn may(entry: &Entry, query: &Query) -> bool {
    let kinds = match entry.is_playbook() {
        true => [Kind::Playbook, Kind::Step],
        false => [Kind::Article, Kind::Section],
    };
    let known = |fact: &String, values: &Vec<String>| query.facts.get(fact).is_none_or(|known| values.contains(known));
    (query.kinds.is_empty() || query.kinds.iter().any(|kind| kinds.contains(kind)))
        && entry.head.applies_to.iter().all(|(fact, values)| known(fact, values))
}

/// Without words, a category or tag is what is looked for: all of it, by title.
fn all(shelf: &Shelf, query: &Query, may: impl Fn(u32) -> bool) -> Vec<Ranked> {
    if query.category.is_none() && query.tag.is_none() {
        return Vec::new();
    }
    let mut all: Vec<u32> = (0..shelf.entries.len() as u32).filter(|entry| may(*entry)).collect();
    all.sort_by_key(|entry| folded(&shelf.entries[*entry as usize].head.title));
    all.into_iter().map(|entry| Ranked { entry, score: 0.0, coverage: 1.0 }).collect()
}

fn hit(shelf: &Shelf, asked: &Asked, ranking: &Ranking, marker: &mut Marker<'_>, found: Ranked, query: &Query) -> Hit {
    let entry = &shelf.entries[found.entry as usize];
    let shown = marker.show(entry);
    let part = shown.part.map(|part| &entry.parts[part]);
    let head = &entry.head;
    let mut audience = Vec::new();
    audience.extend(head.self_service.then_some("self-service"));
    audience.extend(head.agent.then_some("agent"));
    Hit {
        kind: part.unwrap_or(head).kind,
        id: head.id.clone(),
        anchor: part.and_then(|part| part.anchor.clone()),
        title: head.title.clone(),
        heading: part.map(|part| part.heading.clone()).filter(|heading| !heading.is_empty()),
        snippet: shown.snippet,
        category: head.category.clone(),
        audience,
        expired: head.expired,
        score: found.score,
        explanation: query.explain.then(|| explain(shelf, asked, ranking, found)),
    }
}

/// A line for each concept: what stood for it, how rare it is, what it gave.
fn explain(shelf: &Shelf, asked: &Asked, ranking: &Ranking, found: Ranked) -> String {
    let mut out = format!("{:.2} with {:.0} % of what was looked for", found.score, 100.0 * found.coverage);
    for (concept, rare) in asked.concepts.iter().zip(&ranking.rarity) {
        let gave = match value_of(shelf, concept, found.entry) {
            Some((value, variant)) => {
                let (terms, why) = (variant.terms.join(" "), variant.why);
                format!(
                    "{:.2} = {value:.2} ({why} `{terms}`) × {:.2}",
                    value * rare * concept.weight,
                    rare * concept.weight
                )
            }
            None => "nothing".to_owned(),
        };
        out.push_str(&format!("\n{}: {gave}", concept.word));
    }
    out
}

/// What was typed with each misspelt word put right, if any is.
fn meant(shelf: &Shelf, asked: &Asked, words: &str) -> Option<String> {
    let mut out = words.to_owned();
    let mut changed = false;
    for concept in asked.concepts.iter().rev().filter(|concept| !concept.extra) {
        let meant = concept.meant.clone().or_else(|| {
            let count = shelf.vocabulary().count(&concept.word);
            let rare = count <= 2 && edits(&concept.word) > 0;
            let near = rare.then(|| shelf.vocabulary().near(&concept.word, 1).into_iter().next()).flatten()?;
            (near.edits == 1 && near.count >= MORE * count.max(1)).then(|| near.word.to_owned())
        });
        if let Some(meant) = meant.filter(|_| out.get(concept.place.0..concept.place.1).is_some()) {
            out.replace_range(concept.place.0..concept.place.1, &meant);
            changed = true;
        }
    }
    changed.then_some(out)
}

/// How often each name is there; names that differ in case are one.
#[derive(Default)]
struct Counts(HashMap<String, (String, usize)>);

impl Counts {
    fn add(&mut self, name: &str) {
        self.0.entry(folded(name)).or_insert_with(|| (name.to_owned(), 0)).1 += 1;
    }

    /// Most first.
    fn sorted(self) -> Vec<(String, usize)> {
        let mut out: Vec<_> = self.0.into_values().collect();
        out.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
        out
    }
}
