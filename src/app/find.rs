//! Search over the desk that is in force.

use super::{App, Live};
use crate::{
    clock,
    search::{self, Document, Found, Index, Kind, Query, Reader, Triage},
};
use std::sync::Arc;

impl Live {
    /// Everything that can be found: articles of the folder, playbooks in the version that is in force.
    pub fn documents(&self) -> Vec<Document> {
        let today = clock::today();
        let articles = self.desk.articles.values().flat_map(|article| {
            let self_service = self.desk.is_public(article, today);
            let documents = search::articles(article, article.is_expired(today)).into_iter();
            documents.map(move |document| Document { self_service, ..document })
        });
        let playbooks = self.offers.values().filter(|offer| offer.audience.agent || offer.audience.self_service);
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
}

impl App {
    /// Searches what a reader may read.
    pub async fn search(&self, reader: Reader, query: Query) -> Found {
        let index = self.index();
        let searched = tokio::task::spawn_blocking(move || index.search(reader, &query));
        searched.await.expect("searching does not panic")
    }

    /// Where to begin with what a caller said.
    pub async fn triage(&self, reader: Reader, query: Query) -> Triage {
        let index = self.index();
        let asked = tokio::task::spawn_blocking(move || index.triage(reader, &query));
        asked.await.expect("searching does not panic")
    }

    fn index(&self) -> Arc<Index> {
        Arc::clone(&self.live().index)
    }
}
