//! What a desk says in a language beside the one that it is written in.

use super::Desk;
use crate::{
    diagnostic::{FileId, Span, form},
    kb::Article,
    language::Language,
    playbook::{
        Texts, Translation,
        translation::{Original, originals},
    },
    yaml,
};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// See the module.
#[derive(Debug, Default)]
pub struct Edition {
    /// Of playbooks and of `desk.yaml`.
    pub texts: Arc<Texts>,
    /// By the id of what they translate.
    pub articles: BTreeMap<String, Article>,
    /// Files that translate an article which is not there, with its path.
    pub strays: Vec<(FileId, String)>,
}

impl Desk {
    /// The texts of playbooks in a language that the desk is translated into.
    pub fn texts(&self, language: Language) -> Option<Arc<Texts>> {
        self.edition(language).map(|edition| Arc::clone(&edition.texts))
    }

    /// An article as somebody reads it: in their language, if it is translated as it is.
    pub fn article_in<'a>(&'a self, language: Language, article: &'a Article) -> &'a Article {
        let translated = self.edition(language).and_then(|edition| edition.articles.get(&article.id));
        translated.filter(|translated| translated.is_current()).unwrap_or(article)
    }

    /// A category, a tier's name or a label of the desk's facts in a language, if it is translated.
    pub fn say(&self, language: Language, words: &str) -> Option<&str> {
        self.edition(language)?.texts.words("", "", words)
    }

    fn edition(&self, language: Language) -> Option<&Edition> {
        self.editions.get(&language).filter(|_| self.policy.other_languages().contains(&language))
    }

    /// Every text of a playbook that can be translated; if the id is empty, of `desk.yaml`, and the categories.
    pub fn originals(&self, playbook: &str) -> Vec<Original> {
        let source = match self.playbooks.get(playbook) {
            Some(playbook) => self.sources.0.get(playbook.file.0 as usize),
            None => self.sources.0.iter().find(|source| playbook.is_empty() && source.path == "desk.yaml"),
        };
        let Some(source) = source else { return Vec::new() };
        let file = self.sources.0.iter().position(|known| known.path == source.path).expect("it is one of them");
        let (_, tree, _) = yaml::parse(FileId(file as u32), &source.path, source.text.as_bytes());
        let mut all = tree.as_ref().map(originals).unwrap_or_default();
        if playbook.is_empty() {
            let plain = |name: &&str| name.chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
            let articles = self.articles.values().filter_map(|article| article.category.as_deref());
            let playbooks = self.playbooks.values().filter_map(|playbook| playbook.category.as_ref());
            let categories = articles.chain(playbooks.map(|category| category.value.as_str()));
            let categories: BTreeSet<&str> = categories.filter(plain).collect();
            let span = Span { file: FileId(file as u32), start: 0, end: 0 };
            all.extend(categories.into_iter().map(|name| Original {
                path: format!("categories.{name}"),
                text: name.to_owned(),
                span,
                list: false,
            }));
        }
        all
    }

    /// Takes texts in.
    pub(super) fn add_texts(&mut self, language: Language, translation: Translation) {
        let edition = self.editions.entry(language).or_default();
        let texts = Arc::get_mut(&mut edition.texts).expect("nobody else has it yet");
        let top = |file| Span { file, start: 0, end: 0 };
        match texts.parts.get(&translation.of) {
            Some(first) => {
                let message = format!("`{}` is translated into `{language}` twice", translation.of);
                let help = "keep one of the files";
                self.findings.push(form::name_clash(top(translation.file), message, top(first.file), help));
            }
            None => drop(texts.parts.insert(translation.of.clone(), translation)),
        }
    }

    /// Once all articles are there: gives each translation what it translates.
    pub(super) fn join_translations(&mut self, translated: Vec<(Language, String, Article)>) {
        for (language, path, mut article) in translated {
            let id = self.ways.get(&path.to_lowercase()).cloned();
            let edition = self.editions.entry(language).or_default();
            match id.and_then(|id| self.articles.get(&id)) {
                Some(source) => {
                    article.translates(source);
                    edition.articles.insert(source.id.clone(), article);
                }
                None => edition.strays.push((article.file, path)),
            }
        }
    }
}
