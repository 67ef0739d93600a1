//! From a caller's words to the playbook to start, with how sure.
//!
//! A playbook counts as it ranks in a search, and as far as one sentence at its top (title, summary, what callers say)
//! says the same. Words are rare among playbooks here: what all of them speak of tells nothing.

use super::{
    Candidate, Query, Triage,
    document::Kind,
    entry::Entry,
    find::may,
    query::{Asked, ask},
    rank::{Among, rank},
    shelf::Shelf,
    snippet::Marker,
    synonyms::Synonyms,
};

/// Playbooks whose sentences are looked at.
const LOOKED_AT: usize = 16;
/// Playbooks that are shown when it is not sure.
const MOST: usize = 4;
/// One whose sentences are all less like the caller's is not meant.
const LEAST: f32 = 0.25;
/// One with less than this share of the best one's points is not meant.
const FAR: f32 = 0.5;
/// From here on the first is sure: below it, words of other things than the desk's have a playbook first as well.
const SURE: f32 = 0.68;
/// What a playbook without a fitting sentence keeps.
const BASE: f32 = 0.25;

/// See the module.
pub fn triage(shelf: &Shelf, synonyms: &Synonyms, query: &Query) -> Triage {
    let query = Query { kinds: vec![Kind::Playbook], ..query.clone() };
    let asked = ask(&query.words, query.typing, shelf, synonyms);
    let ranking = rank(shelf, &asked, Among::Allowed, |entry| may(&shelf.entries[entry as usize], &query));
    let mut marker = Marker::for_sentences(shelf.language(), &asked, &ranking.rarity);
    let mut fitting: Vec<(f32, f32, &Entry)> = Vec::new();
    for found in ranking.best(shelf, &ranking.matched, LOOKED_AT) {
        let entry = &shelf.entries[found.entry as usize];
        let like = ranking.known.sqrt() * likeness(&mut marker, entry, &asked);
        if like >= LEAST {
            fitting.push((found.score * (BASE + like), like, entry));
        }
    }
    fitting.sort_by(|a, b| b.0.total_cmp(&a.0));
    let Some((best, ..)) = fitting.first().copied() else { return Triage::default() };
    let second = fitting.get(1).map_or(0.0, |second| second.0);
    // A lead of one half over the second is as good as none beside it.
    let lead = (2.0 * (1.0 - second / best)).min(1.0);
    let candidates = fitting.iter().take_while(|(points, ..)| *points >= FAR * best).take(MOST);
    let candidates = candidates.map(|(points, like, entry)| Candidate {
        id: entry.head.id.clone(),
        title: entry.head.title.clone(),
        summary: Some(entry.head.summary.clone()).filter(|summary| !summary.is_empty()),
        confidence: (points / best * (0.5 + 0.5 * lead) * like.sqrt()).clamp(0.0, 1.0),
    });
    let mut playbooks: Vec<Candidate> = candidates.collect();
    let sure = playbooks[0].confidence >= SURE && (playbooks.len() == 1 || lead > 0.5);
    if sure {
        playbooks.truncate(1);
    }
    Triage { playbooks, sure }
}

/// How like the caller's words the likest sentence at its top is.
fn likeness(marker: &mut Marker<'_>, entry: &Entry, asked: &Asked) -> f32 {
    let sentences = entry.head.symptoms.iter().chain([&entry.head.title, &entry.head.summary]);
    let sentences = sentences.chain(&entry.head.elsewhere);
    sentences.map(|sentence| marker.likeness(sentence, asked)).fold(0.0, f32::max)
}
