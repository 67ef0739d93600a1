//! Search over the desk that is in force.

use super::{App, Live, Offer, live::offer};
use crate::{
    clock,
    desk::Desk,
    search::{self, Document, Found, Index, Kind, Query, Reader, Triage},
};
use std::path::Path;

/// Below the data folder.
pub(super) const FOLDER: &str = "index";

impl Live {
    /// Finds what is in force. The first who asks opens or builds it; others wait for that.
    pub fn index(&self) -> &Index {
        self.index.get_or_init(|| {
            let synonyms = &self.desk.synonyms;
            let folder = self.index_folder.as_deref();
            Index::open(folder, self.documents(), synonyms).unwrap_or_else(|error| {
                tracing::warn!(%error, "the search index is kept in memory");
                Index::open(None, self.documents(), synonyms).expect("memory takes an index")
            })
        })
    }

    /// Whether somebody asked for the index.
    pub(super) fn is_indexed(&self) -> bool {
        self.index.get().is_some()
    }

    /// Everything that can be found: articles of the folder, playbooks in the version that is in force.
    pub fn documents(&self) -> Vec<Document> {
        documents(&self.desk, self.offers.values())
    }
}

/// Finds what a desk has as it lies in its folder; the index is kept below a data folder, if there is one.
pub fn index(desk: &Desk, data: Option<&Path>) -> Result<Index, search::Error> {
    let offers: Vec<Offer> = desk
        .playbooks
        .values()
        .filter_map(|playbook| Some(offer(playbook, desk.program(&playbook.id)?, None)))
        .collect();
    let folder = data.filter(|data| data.is_dir()).map(|data| data.join(FOLDER));
    Index::open(folder.as_deref(), documents(desk, offers.iter()), &desk.synonyms)
}

fn documents<'a>(desk: &Desk, offers: impl Iterator<Item = &'a Offer>) -> Vec<Document> {
    let today = clock::today();
    let articles = desk.articles.values().flat_map(|article| {
        let self_service = desk.is_public(article, today);
        let documents = search::articles(article, article.is_expired(today)).into_iter();
        documents.map(move |document| Document { self_service, ..document })
    });
    let playbooks = offers.filter(|offer| offer.audience.agent || offer.audience.self_service);
    let playbooks = playbooks.flat_map(|offer| {
        let head = Document {
            kind: Kind::Playbook,
            id: offer.id.clone(),
            anchor: None,
            title: offer.title.clone(),
            heading: String::new(),
            summary: offer.summary.clone().unwrap_or_default(),
            symptoms: offer.symptoms.clone(),
            category: offer.category.clone(),
            tags: offer.tags.clone(),
            body: String::new(),
            applies_to: Vec::new(),
            self_service: offer.audience.self_service,
            agent: offer.audience.agent,
            expired: false,
        };
        search::playbook(head, &offer.program.units[0].flow)
    });
    articles.chain(playbooks).collect()
}

impl App {
    /// Opens the index before anybody searches.
    pub async fn warm_up(&self) {
        let live = self.live();
        let opened = tokio::task::spawn_blocking(move || live.index().warm_up());
        opened.await.expect("indexing does not panic");
    }

    /// Searches what a reader may read.
    pub async fn search(&self, reader: Reader, query: Query) -> Found {
        let live = self.live();
        let searched = tokio::task::spawn_blocking(move || live.index().search(reader, &query));
        searched.await.expect("searching does not panic")
    }

    /// Where to begin with what a caller said.
    pub async fn triage(&self, reader: Reader, query: Query) -> Triage {
        let live = self.live();
        let asked = tokio::task::spawn_blocking(move || live.index().triage(reader, &query));
        asked.await.expect("searching does not panic")
    }
}
