//! What is translated, beside what it translates, for the rules about it.

use crate::{
    desk::Desk,
    diagnostic::Span,
    kb::Article,
    language::{Language, translation::hash},
    playbook::{
        Translation,
        translation::{Original, Translated},
    },
};
use std::collections::HashMap;

/// A file of texts with what it translates.
pub struct Part<'a> {
    /// Into which language.
    pub language: Language,
    /// The file.
    pub translation: &'a Translation,
    /// What there is to translate, in written order; nothing, if there is no such playbook.
    pub originals: Vec<Original>,
    by_path: HashMap<String, usize>,
}

impl<'a> Part<'a> {
    /// All parts of a desk, in the languages that it declares, but those of which either file could not be read whole.
    pub fn all(desk: &'a Desk) -> Vec<Self> {
        let declared = |language: &Language| desk.policy.other_languages().contains(language);
        let editions = desk.editions.iter().filter(|(language, _)| declared(language));
        let parts = editions.flat_map(|(language, edition)| edition.texts.parts.values().map(|part| (*language, part)));
        let part = |(language, translation): (Language, &'a Translation)| {
            let originals = desk.originals(&translation.of);
            let by_path = originals.iter().enumerate().map(|(at, original)| (original.path.clone(), at)).collect();
            Self { language, translation, originals, by_path }
        };
        let is_read = |part: &Self| {
            let source = match desk.playbooks.get(&part.translation.of) {
                Some(playbook) => desk.is_unread(playbook.file),
                None => desk.is_unread_at("desk.yaml"),
            };
            !source && !desk.is_unread(part.translation.file)
        };
        parts.map(part).filter(is_read).collect()
    }

    /// What a text translates.
    pub fn original(&self, translated: &Translated) -> Option<&Original> {
        self.by_path.get(&translated.path).map(|at| &self.originals[*at])
    }

    /// What a text translates that stands under another path now: its step has another name, or says the same elsewhere.
    pub fn moved(&self, translated: &Translated) -> Option<&Original> {
        self.originals.iter().find(|original| hash(&original.text) == translated.of.value)
    }

    /// What is translated, in words.
    pub fn name(&self) -> String {
        match self.translation.of.as_str() {
            "" => "`desk.yaml`".to_owned(),
            id => format!("playbook `{id}`"),
        }
    }

    /// Where the file begins.
    pub fn top(&self) -> Span {
        Span { file: self.translation.file, start: 0, end: 0 }
    }
}

/// The translated articles of a desk in the languages that it declares, each with what it translates, where both could
/// be read whole.
pub fn articles(desk: &Desk) -> impl Iterator<Item = (Language, &Article, &Article)> {
    let declared = |language: &Language| desk.policy.other_languages().contains(language);
    let editions = desk.editions.iter().filter(move |(language, _)| declared(language));
    let all = editions.flat_map(|(language, edition)| edition.articles.iter().map(move |found| (*language, found)));
    let pairs = all.filter_map(|(language, (id, article))| Some((language, article, desk.articles.get(id)?)));
    pairs.filter(|(_, article, source)| !desk.is_unread(article.file) && !desk.is_unread(source.file))
}
