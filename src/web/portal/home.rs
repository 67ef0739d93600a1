//! The first page: what do you need help with?

use super::{Guest, Outage, READER, address, trouble::Answer};
use crate::{
    app::Item,
    search::Kind,
    web::{page::category_name, view::capital},
};
use serde::Serialize;
use std::collections::BTreeMap;

/// So many popular things are shown.
const POPULAR: usize = 6;

#[derive(Serialize)]
struct Home {
    outages: Vec<Outage>,
    categories: Vec<Category>,
    popular: Vec<ItemView>,
    /// Whether somebody opened what is popular, or it is only where to begin.
    opened: bool,
}

/// What everybody may read of one category.
#[derive(Serialize)]
struct Category {
    name: String,
    address: String,
    count: usize,
}

/// Something that can be opened.
#[derive(Serialize)]
pub struct ItemView {
    title: String,
    summary: Option<String>,
    address: String,
    guided: bool,
}

impl ItemView {
    /// `words` are those that it was found by.
    pub fn new(item: Item, words: &str) -> Self {
        let guided = item.kind == Kind::Playbook;
        let path = format!("/help/{}/{}", if guided { "playbooks" } else { "articles" }, item.id);
        Self { title: item.title, summary: item.summary, address: address(&path, &[("q", words)]), guided }
    }
}

/// `GET /help`
pub async fn show(guest: Guest) -> Answer {
    let live = guest.live();
    let shelf = live.shelf(READER, guest.speech.language);
    let mut counts: BTreeMap<String, (String, usize)> = BTreeMap::new();
    for category in shelf.iter().filter_map(|item| item.category.as_ref()) {
        counts.entry(category.to_lowercase()).or_insert_with(|| (category.clone(), 0)).1 += 1;
    }
    let categories = counts.into_values().map(|(id, count)| Category {
        name: capital(&category_name(&live.desk, &id, guest.speech.language)),
        address: address("/help/search", &[("category", &id)]),
        count,
    });
    let mut popular = guest.app().popular(READER, guest.speech.language, POPULAR).await?;
    let opened = !popular.is_empty();
    if !opened {
        popular = shelf.into_iter().filter(|item| item.kind == Kind::Playbook).take(POPULAR).collect();
    }
    let popular = popular.into_iter().map(|item| ItemView::new(item, "")).collect();
    let outages = Outage::all(&live, guest.speech.language, guest.app().incidents(READER).await);
    guest.page("portal/home.html", Home { outages, categories: categories.collect(), popular, opened })
}
