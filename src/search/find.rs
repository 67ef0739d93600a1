//! A search from what was typed to what is shown.

use super::{
    Found, Hit, Query,
    document::Kind,
    entry::Entry,
    folded,
    query::{Asked, Part, ask},
    rank::{Ranked, Ranking, rank, value_of},
    shelf::Shelf,
    snippet::Marker,
    synonyms::Synonyms,
    vocabulary::edits,
};
use std::time::Instant;

/// Hits of one page, if nobody says how many.
const LIMIT: usize = 10;
/// A frequent word is suggested for a rare one near to it if it is in so many times as many entries.
const MORE: u32 = 20;

/// See the module.
pub fn find(shelf: &Shelf, synonyms: &Synonyms, query: &Query) -> Found {
    let began = Instant::now();
    let (asked, ranking) = asked(shelf, synonyms, query);
    let mut choice = shelf.facets.choice(query.category.as_deref(), query.tag.as_deref());
    let chosen: Vec<u32> = ranking.matched.iter().copied().filter(|entry| choice.take(*entry)).collect();
    let limit = if query.limit == 0 { LIMIT } else { query.limit };
    let shown = match query.words.trim().is_empty() {
        true => by_title(shelf, &chosen),
        false => ranking.ranked(shelf, &asked, &chosen, query.offset + limit),
    };
    let mut marker = Marker::new(shelf.language(), &asked, &ranking.rarity);
    let shown = shown.into_iter().skip(query.offset).take(limit);
    let hits = shown.map(|found| hit(shelf, &asked, &ranking, &mut marker, found, query)).collect();
    Found {
        hits,
        total: chosen.len(),
        answered: ranking.answers(&chosen),
        categories: choice.categories(),
        tags: choice.tags(),
        systems: choice.systems(),
        did_you_mean: meant(shelf, &asked, &query.words),
        widened: !asked.concepts.is_empty() && (asked.missing || !ranking.is_whole()),
        took: began.elapsed(),
    }
}

/// The numbers of what is found, best first, and nothing that shows them.
pub fn numbers(shelf: &Shelf, synonyms: &Synonyms, query: &Query) -> Vec<u32> {
    let (asked, ranking) = asked(shelf, synonyms, query);
    let limit = if query.limit == 0 { LIMIT } else { query.limit };
    let ranked = ranking.ranked(shelf, &asked, &ranking.matched, query.offset + limit);
    ranked.into_iter().skip(query.offset).map(|found| found.entry).collect()
}

/// What is looked for, and what has it. Where nothing has what stands in quotes, the words come nearest.
fn asked(shelf: &Shelf, synonyms: &Synonyms, query: &Query) -> (Asked, Ranking) {
    let mut asked = ask(&query.words, query.typing, shelf, synonyms);
    let ranked = ranking(shelf, &asked, query);
    if asked.phrases.is_empty() || !ranked.matched.is_empty() {
        return (asked, ranked);
    }
    asked.phrases.clear();
    asked.missing = true;
    let ranked = ranking(shelf, &asked, query);
    (asked, ranked)
}

/// Without words, a category or tag is what is looked for: all of it.
fn ranking(shelf: &Shelf, asked: &Asked, query: &Query) -> Ranking {
    let everybody = query.kinds.is_empty() && query.facts.is_empty();
    let may = |entry: u32| everybody || may(&shelf.entries[entry as usize], query);
    let factors = || query.prior.as_ref().map(|prior| prior.factors(&asked.plain())).unwrap_or_default();
    match query.words.trim().is_empty() {
        true if query.category.is_none() && query.tag.is_none() => Ranking::default(),
        true => Ranking::unordered((0..shelf.entries.len() as u32).filter(|n| may(*n)).collect()),
        false => rank(shelf, asked, may).leaning(factors()),
    }
}

fn by_title(shelf: &Shelf, chosen: &[u32]) -> Vec<Ranked> {
    let mut all = chosen.to_vec();
    all.sort_by_cached_key(|entry| folded(&shelf.entries[*entry as usize].head.title));
    all.into_iter().map(|entry| Ranked { entry, score: 0.0, coverage: 1.0, together: 0.0 }).collect()
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
    let concepts = asked.concepts.iter().zip(&ranking.rarity);
    for (concept, rare) in concepts.filter(|(concept, _)| concept.part != Part::Minor) {
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
    if found.together > 0.0 {
        out.push_str(&format!("\nbeside each other, as typed: {:.2}", found.together));
    }
    if let Some(factor) = ranking.factor(&shelf.entries[found.entry as usize]) {
        let why = if factor > 1.0 { "opened and helped before" } else { "opened before and did not help" };
        out.push_str(&format!("\n{why}: ×{factor:.2}"));
    }
    out
}

/// What was typed with each misspelt word put right, if any is: one that nothing has, or one that hardly anything has
/// where a word that begins alike stands in many.
fn meant(shelf: &Shelf, asked: &Asked, words: &str) -> Option<String> {
    let mut out = words.to_owned();
    let mut changed = false;
    for concept in asked.concepts.iter().rev().filter(|concept| concept.part == Part::Main) {
        let meant = concept.meant.clone().or_else(|| {
            let count = concept.count.max(1) as u32;
            let rare = count <= 2 && edits(&concept.word) > 0;
            let near = rare.then(|| shelf.vocabulary().near(&concept.word, 1).into_iter().next()).flatten()?;
            let alike = near.edits == 1 && near.word.chars().next() == concept.word.chars().next();
            (alike && near.count >= MORE * count).then(|| near.word.to_owned())
        });
        if let Some(meant) = meant.filter(|_| out.get(concept.place.0..concept.place.1).is_some()) {
            out.replace_range(concept.place.0..concept.place.1, &meant);
            changed = true;
        }
    }
    changed.then_some(out)
}
