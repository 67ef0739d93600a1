//! What changed of articles, part by part, and where they are shown.

use super::{Change, Changed, Kind, playbook::listed, same, translation};
use crate::{
    desk::Desk,
    kb::{Article, Section},
    playbook::flow::Node,
};
use std::collections::HashMap;

/// Compares the articles of two desks.
pub fn compare(old: &Desk, new: &Desk) -> Vec<Changed> {
    let changed = |article: &Article, changes: Vec<Change>| {
        let (id, title) = (article.id.clone(), article.title.clone());
        (!changes.is_empty()).then(|| Changed { shown_at: shown_at(&id, old, new), id, title, changes })
    };
    let replaced = replaced(old, new);
    let mut out = Vec::new();
    for article in new.articles.values() {
        // An article that was renamed says so, or its earlier id would lead nowhere.
        let earlier = || article.aliases.iter().find_map(|alias| old.articles.get(&alias.value));
        let then =
            old.articles.get(&article.id).or_else(|| earlier().filter(|then| !new.articles.contains_key(&then.id)));
        let mut changes = match then {
            Some(then) => one(then, article),
            None => vec![Change::new("", Kind::ArticleAdded, format!("is new; {} may read it", readers(article)))],
        };
        let others = replaced.get(article.id.as_str()).into_iter().flatten();
        let words = |path| format!("the picture `{path}` was replaced by another");
        changes.extend(others.map(|path| Change::new("", Kind::Picture, words(path))));
        changes.extend(translation::articles(&article.id, old, new));
        out.extend(changed(article, changes));
    }
    let gone = old.articles.values().filter(|article| new.article(&article.id).is_none());
    out.extend(gone.filter_map(|article| changed(article, vec![Change::new("", Kind::ArticleRemoved, "was removed")])));
    out.sort_by(|a, b| a.id.cmp(&b.id));
    out
}

/// By article, the pictures that it shows from the same place, and that show something else.
fn replaced<'a>(old: &Desk, new: &'a Desk) -> HashMap<&'a str, Vec<&'a str>> {
    let mut out: HashMap<&str, Vec<&str>> = HashMap::new();
    for (path, by) in &new.images {
        if let (Some(before), Some(after)) = (old.picture(path), new.picture(path))
            && before != after
        {
            by.iter().for_each(|id| out.entry(id).or_default().push(path));
        }
    }
    out
}

fn readers(article: &Article) -> &'static str {
    if article.self_service { "everybody" } else { "staff alone" }
}

/// Compares two versions of an article.
pub fn one(old: &Article, new: &Article) -> Vec<Change> {
    let mut out = Vec::new();
    let mut push = |kind, words: String| out.push(Change::new("", kind, words));
    if old.self_service != new.self_service {
        push(Kind::Readers, format!("{} may read it now, it was {}", readers(new), readers(old)));
    }
    if old.title != new.title {
        push(Kind::Title, same::reads("the title", &old.title, &new.title));
    }
    let summary = |article: &Article| article.summary.clone().unwrap_or_default();
    if same::shown(&summary(old)) != same::shown(&summary(new)) {
        push(Kind::Summary, same::reads("the summary", &summary(old), &summary(new)));
    }
    let (before, after) = (sections(old), sections(new));
    for (path, text) in &after {
        match before.iter().find(|(known, _)| known == path) {
            None => push(Kind::SectionAdded, format!("{} is new", called(path))),
            Some((_, was)) if was != text => push(Kind::Section, format!("{} reads otherwise", called(path))),
            Some(_) => {}
        }
    }
    for (path, _) in before.iter().filter(|(path, _)| !after.iter().any(|(known, _)| known == path)) {
        push(Kind::SectionRemoved, format!("{} was removed", called(path)));
    }
    let order = |list: &[(String, String)], other: &[(String, String)]| -> Vec<String> {
        list.iter()
            .map(|(path, _)| path)
            .filter(|path| other.iter().any(|(known, _)| known == *path))
            .cloned()
            .collect()
    };
    if order(&before, &after) != order(&after, &before) {
        push(Kind::Section, "its parts stand in another order".to_owned());
    }
    if old.id != new.id {
        push(Kind::FoundBy, format!("was called `{}`", old.id));
    }
    if old.category != new.category {
        push(Kind::Category, "the category changed".to_owned());
    }
    for (what, before, after) in [
        ("symptoms", &old.symptoms, &new.symptoms),
        ("tags", &old.tags, &new.tags),
        ("related articles", &old.related, &new.related),
    ] {
        if let Some(words) = listed(what, before, after) {
            push(Kind::FoundBy, words);
        }
    }
    let applies = |article: &Article| -> Vec<(String, Vec<String>)> {
        let plain = |values: &Vec<_>| crate::desk::names(values).map(str::to_owned).collect();
        article.applies_to.iter().map(|(name, values)| (name.clone(), plain(values))).collect()
    };
    if applies(old) != applies(new) {
        push(Kind::FoundBy, "whom it applies to changed".to_owned());
    }
    let upkeep = |article: &Article| {
        (article.owner.clone(), article.reviewed, article.review_by.as_ref().map(|date| date.value))
    };
    if upkeep(old) != upkeep(new) {
        push(Kind::Upkeep, "its owner or the dates of its review changed".to_owned());
    }
    out
}

/// The parts of an article: the headings that lead to each, and what it shows. The first has no heading.
fn sections(article: &Article) -> Vec<(String, String)> {
    let begin = article.sections.first().map_or(article.body.len(), |section| section.at.start);
    let shown = |at: std::ops::Range<usize>| {
        let text = &article.body[at.clone()];
        let inside = |link: &&crate::markdown::Link| at.contains(&link.at.start) && link.image;
        let images: Vec<&str> = article.outline.links.iter().filter(inside).map(|link| link.target.as_str()).collect();
        format!("{}{}", same::shown(text), images.join(" "))
    };
    let section = |section: &Section| (section.path.join(" / "), shown(section.at.clone()));
    std::iter::once((String::new(), shown(0..begin))).chain(article.sections.iter().map(section)).collect()
}

fn called(path: &str) -> String {
    if path.is_empty() { "the beginning".to_owned() } else { format!("“{path}”") }
}

/// The steps that show an article, before or after.
fn shown_at(id: &str, old: &Desk, new: &Desk) -> Vec<String> {
    let mut out = Vec::new();
    for desk in [new, old] {
        for playbook in desk.playbooks.values() {
            for step in &playbook.flow.steps {
                let shows = playbook.flow.nodes_of(step).any(|(_, node)| match node {
                    Node::Prompt(prompt) => prompt.articles.iter().any(|article| article.value == id),
                    _ => false,
                });
                let place = format!("{}/{}", playbook.id, step.id.value);
                if shows && !out.contains(&place) {
                    out.push(place);
                }
            }
        }
    }
    out
}
