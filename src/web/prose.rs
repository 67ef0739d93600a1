//! Articles as HTML, with links to where their reader may go.

use crate::{
    app::Live,
    clock,
    desk::Target,
    kb::Article,
    language::Language,
    markdown::{self, PagePlace},
    search::Reader,
};
use jiff::civil::Date;
use serde::Serialize;

/// Who reads on which surface, and the addresses there.
pub struct Prose<'a> {
    live: &'a Live,
    reader: Reader,
    language: Language,
    today: Date,
    articles: &'static str,
    playbooks: &'static str,
    images: &'static str,
}

/// A heading, to go to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// What it says.
    pub text: String,
    /// Where it is on the page.
    pub anchor: String,
    /// Below another.
    pub below: bool,
}

/// Something to read on.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Related {
    /// What it is called.
    pub title: String,
    /// Where it is.
    pub address: String,
    /// A playbook.
    pub guided: bool,
}

impl<'a> Prose<'a> {
    /// For staff, on the console.
    pub fn console(live: &'a Live, language: Language) -> Self {
        let today = clock::today();
        let (articles, playbooks, images) = ("/articles/", "/#playbook-", "/images/");
        Self { live, reader: Reader::Staff, language, today, articles, playbooks, images }
    }

    /// For people who help themselves, on the portal.
    pub fn portal(live: &'a Live, language: Language) -> Self {
        let today = clock::today();
        let (articles, playbooks, images) = ("/help/articles/", "/help/playbooks/", "/help/images/");
        Self { live, reader: Reader::SelfService, language, today, articles, playbooks, images }
    }

    /// An article's body. `top` is the level of its highest headings; `beside` something that must not be lost, links
    /// open new pages, and nothing has an id.
    pub fn html(&self, article: &Article, top: u8, beside: bool) -> String {
        let link = |to: &str| self.link(Some(article), to, beside);
        let image = |to: &str| self.image(article, to);
        let place = PagePlace { top, beside, link: &link, image: &image };
        markdown::page(&article.body, article.begins_with_title, &place)
    }

    /// What stands in an article, if it is enough to choose from: its headings of the two highest levels.
    pub fn contents(article: &Article) -> Vec<Entry> {
        let highest = article.sections.iter().map(|section| section.level).min().unwrap_or_default();
        let sections = article.sections.iter().filter(|section| section.level <= highest + 1);
        let entries: Vec<_> = sections
            .map(|section| Entry {
                text: section.path.last().cloned().unwrap_or_default(),
                anchor: section.anchor.clone(),
                below: section.level > highest,
            })
            .collect();
        if entries.len() > 2 { entries } else { Vec::new() }
    }

    /// What its header says to read on, as far as the reader may.
    pub fn related(&self, article: &Article) -> Vec<Related> {
        article.related.iter().filter_map(|related| self.read_on(&related.value)).collect()
    }

    fn read_on(&self, written: &str) -> Option<Related> {
        let id = written.strip_prefix("playbook:");
        let article = if id.is_some() { None } else { self.live.desk.article(written) };
        if let Some(article) = article {
            let address = self.article(article)?;
            let title = self.live.desk.article_in(self.language, article).title.clone();
            return Some(Related { title, address, guided: false });
        }
        let offer = self.live.offers.get(id.unwrap_or(written))?;
        let title = offer.read(&self.live.desk, self.language).title;
        Some(Related { title, address: self.playbook(&offer.id)?, guided: true })
    }

    /// Where a link leads that is written in an article, or in a playbook (`from` is none); `None` if it leads nowhere
    /// or to what the reader may not open. Links out of the desk are not asked for.
    pub fn link(&self, from: Option<&Article>, written: &str, beside: bool) -> Option<String> {
        match self.live.desk.target(from, written) {
            Target::Article(id, anchor) => {
                let article = self.live.desk.articles.get(id)?;
                let shown = self.live.desk.article_in(self.language, article);
                let anchor = anchor.and_then(|anchor| shown.anchor(anchor));
                let anchor = anchor.map(|anchor| format!("#{}", encoded(anchor))).unwrap_or_default();
                let here = !beside && !anchor.is_empty() && from.is_some_and(|from| from.id == article.id);
                if here { Some(anchor) } else { Some(self.article(article)? + &anchor) }
            }
            Target::Playbook(id) => self.playbook(id),
            Target::Image(path) => self.picture(path),
            Target::Outside | Target::Site | Target::Nowhere => None,
        }
    }

    fn image(&self, from: &Article, written: &str) -> Option<String> {
        match self.live.desk.target(Some(from), written) {
            Target::Image(path) => self.picture(path),
            _ => None,
        }
    }

    fn article(&self, article: &Article) -> Option<String> {
        let may = self.reader == Reader::Staff || self.live.desk.is_public(article, self.today);
        may.then(|| format!("{}{}", self.articles, encoded(&article.id)))
    }

    fn playbook(&self, id: &str) -> Option<String> {
        let offer = self.live.offers.get(id)?;
        let may = offer.audience.self_service || (self.reader == Reader::Staff && offer.audience.agent);
        may.then(|| format!("{}{}", self.playbooks, encoded(id)))
    }

    fn picture(&self, path: &str) -> Option<String> {
        let may = self.reader == Reader::Staff || self.live.desk.is_public_image(path, self.today);
        may.then(|| format!("{}{}", self.images, encoded(path.strip_prefix("kb/").unwrap_or(path))))
    }
}

/// A path as it stands in an address.
fn encoded(path: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~/".contains(&byte);
    path.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
