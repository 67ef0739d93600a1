//! What changed of texts and articles in other languages.

use super::{Change, Kind, Weight, article, same};
use crate::{desk::Desk, diagnostic::wording, language::Language, playbook::translation::Translated};
use std::collections::{BTreeMap, BTreeSet};

fn languages(old: &Desk, new: &Desk) -> BTreeSet<Language> {
    old.editions.keys().chain(new.editions.keys()).copied().collect()
}

/// Compares the texts of a playbook, a change for each language.
pub fn texts(playbook: &str, old: &Desk, new: &Desk) -> Vec<Change> {
    let changed = |language: Language| {
        let (before, after) = (by_place(old, language, playbook), by_place(new, language, playbook));
        let places: BTreeSet<&String> = before.keys().chain(after.keys()).collect();
        let places: Vec<&String> = places.into_iter().filter(|place| before.get(*place) != after.get(*place)).collect();
        let (list, more) = (wording::list(&places[..places.len().min(3)], "and"), places.len().saturating_sub(3));
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let words = format!("the texts in {} read otherwise: {list}{more}", language.name());
        (!places.is_empty()).then(|| Change::new("", Kind::Translation, words))
    };
    languages(old, new).into_iter().filter_map(changed).collect()
}

/// What a playbook's texts show in a language, by their places; those that nobody wrote yet are none.
fn by_place(desk: &Desk, language: Language, playbook: &str) -> BTreeMap<String, Vec<String>> {
    let part = desk.editions.get(&language).and_then(|edition| edition.texts.parts.get(playbook));
    let shown = |text: &Translated| text.texts.iter().map(same::text).collect::<Vec<_>>();
    let written = part.into_iter().flat_map(|part| &part.list).filter(|text| !text.texts.is_empty());
    written.map(|text| (text.path.clone(), shown(text))).collect()
}

/// Compares an article in other languages.
pub fn articles(id: &str, old: &Desk, new: &Desk) -> Vec<Change> {
    let changes = |language: Language| {
        let then = old.editions.get(&language).and_then(|edition| edition.articles.get(id));
        let now = new.editions.get(&language).and_then(|edition| edition.articles.get(id));
        let found: Vec<String> = match (then, now) {
            (Some(then), Some(now)) => {
                let wording = article::one(then, now).into_iter().filter(|change| change.weight == Weight::Wording);
                wording.map(|change| change.words).collect()
            }
            (None, Some(_)) => vec!["is new".to_owned()],
            (Some(_), None) => vec!["was removed".to_owned()],
            (None, None) => Vec::new(),
        };
        let name = language.name().to_owned();
        found.into_iter().map(move |words| Change::new("", Kind::Translation, format!("in {name}: {words}")))
    };
    languages(old, new).into_iter().flat_map(changes).collect()
}
