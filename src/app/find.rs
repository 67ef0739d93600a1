//! Search over the desk that is in force.

use super::{App, Live, Offer, live::offer};
use crate::{
    clock,
    desk::Desk,
    language::Language,
    search::{self, Document, Found, Index, Kind, Query, Reader, Triage},
};
use std::{collections::BTreeMap, path::Path, sync::OnceLock};

/// Below the data folder.
pub(super) const FOLDER: &str = "index";

/// An index for each language of a desk, opened when somebody first asks for it.
#[derive(Debug)]
pub struct Indexes {
    /// In the language that the desk is written in.
    own: OnceLock<Index>,
    others: BTreeMap<Language, OnceLock<Index>>,
}

impl Indexes {
    /// None is open yet.
    pub fn new(desk: &Desk) -> Self {
        let others = desk.policy.other_languages().iter().map(|language| (*language, OnceLock::new()));
        Self { own: OnceLock::new(), others: others.collect() }
    }
}

impl Live {
    /// Finds what is in force, as somebody reads it. The first who asks opens or builds it; others wait for that.
    pub fn index_in(&self, language: Option<Language>) -> &Index {
        let other = language.and_then(|language| Some((language, self.indexes.others.get(&language)?)));
        let (language, index) = other.unwrap_or((self.desk.policy.language(), &self.indexes.own));
        index.get_or_init(|| {
            let folder = self.index_folder.as_ref().map(|folder| match other {
                Some(_) => folder.join(language.code()),
                None => folder.clone(),
            });
            let open = |folder| Index::open(language, folder, self.documents(language), &self.desk.synonyms);
            open(folder.as_deref()).unwrap_or_else(|error| {
                tracing::warn!(%error, "the search index is kept in memory");
                open(None).expect("memory takes an index")
            })
        })
    }

    /// Opens the indexes that somebody asked for while another desk was in force.
    pub(super) fn warm_up_after(&self, before: &Live) {
        if before.indexes.own.get().is_some() {
            self.index_in(None).warm_up();
        }
        for (language, _) in before.indexes.others.iter().filter(|(_, index)| index.get().is_some()) {
            self.index_in(Some(*language)).warm_up();
        }
    }

    /// Everything that can be found, as somebody reads it: articles of the folder, playbooks in the version that is in
    /// force.
    pub fn documents(&self, language: Language) -> Vec<Document> {
        documents(&self.desk, self.offers.values(), language)
    }
}

/// Finds what a desk has as it lies in its folder; the index is kept below a data folder, if there is one.
pub fn index(desk: &Desk, language: Language, data: Option<&Path>) -> Result<Index, search::Error> {
    let offers: Vec<Offer> = desk
        .playbooks
        .values()
        .filter_map(|playbook| Some(offer(playbook, desk.program(&playbook.id)?, None)))
        .collect();
    let own = language == desk.policy.language();
    let folder = data.filter(|data| data.is_dir()).map(|data| data.join(FOLDER));
    let folder = folder.map(|folder| if own { folder } else { folder.join(language.code()) });
    Index::open(language, folder.as_deref(), documents(desk, offers.iter(), language), &desk.synonyms)
}

fn documents<'a>(desk: &Desk, offers: impl Iterator<Item = &'a Offer>, language: Language) -> Vec<Document> {
    let today = clock::today();
    let mut languages = vec![desk.policy.language()];
    languages.extend(desk.policy.other_languages());
    let articles = desk.articles.values().flat_map(|source| {
        let self_service = desk.is_public(source, today);
        let article = desk.article_in(language, source);
        let mut documents = search::articles(article, article.is_expired(today));
        let all = languages.iter().map(|other| desk.article_in(*other, source));
        // What is not translated is in all languages one and the same.
        for other in all.filter(|other| other.file != article.file) {
            let known = &mut documents[0].elsewhere;
            let words = std::iter::once(&other.title).chain(other.symptoms.iter().map(|symptom| &symptom.value));
            let new: Vec<_> = words.filter(|word| !known.contains(word)).cloned().collect();
            known.extend(new);
        }
        documents.into_iter().map(move |document| Document { self_service, ..document })
    });
    let playbooks = offers.filter(|offer| offer.audience.agent || offer.audience.self_service);
    let playbooks = playbooks.flat_map(|offer| {
        let shown = offer.read(desk, language);
        let others = languages.iter().map(|other| offer.read(desk, *other)).filter(|other| other.title != shown.title);
        let elsewhere = others.flat_map(|other| std::iter::once(other.title).chain(other.symptoms));
        let head = Document {
            kind: Kind::Playbook,
            id: offer.id.clone(),
            anchor: None,
            elsewhere: elsewhere.collect(),
            title: shown.title,
            heading: String::new(),
            summary: shown.summary.unwrap_or_default(),
            symptoms: shown.symptoms,
            category: offer.category.clone(),
            tags: offer.tags.clone(),
            body: String::new(),
            applies_to: Vec::new(),
            self_service: offer.audience.self_service,
            agent: offer.audience.agent,
            expired: false,
        };
        search::playbook(head, &offer.program.units[0].flow, desk.texts(language).as_deref())
    });
    articles.chain(playbooks).collect()
}

impl App {
    /// Opens the index before anybody searches.
    pub async fn warm_up(&self) {
        let live = self.live();
        let opened = tokio::task::spawn_blocking(move || live.index_in(None).warm_up());
        opened.await.expect("indexing does not panic");
    }

    /// Searches what a reader may read.
    pub async fn search(&self, reader: Reader, query: Query) -> Found {
        let live = self.live();
        let query = Query { prior: self.prior(reader), ..query };
        let searched = tokio::task::spawn_blocking(move || live.index_in(query.language).search(reader, &query));
        searched.await.expect("searching does not panic")
    }

    /// Where to begin with what a caller said.
    pub async fn triage(&self, reader: Reader, query: Query) -> Triage {
        let live = self.live();
        let asked = tokio::task::spawn_blocking(move || live.index_in(query.language).triage(reader, &query));
        asked.await.expect("searching does not panic")
    }
}
