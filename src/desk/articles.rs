//! What articles lead to: each other, playbooks, pictures.

use super::Desk;
use crate::{
    diagnostic::{Span, form},
    kb::{self, Article},
};
use jiff::civil::Date;

/// Where a link leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// Out of the desk: a web page, a mail address, a telephone number.
    Outside,
    /// An article, by its id, and the anchor in it, as the link has it.
    Article(&'a str, Option<&'a str>),
    /// A playbook, by its id.
    Playbook(&'a str),
    /// A picture, by its path.
    Image(&'a str),
    /// A place on a website that is not named: it begins with `/`.
    Site,
    /// Nowhere.
    Nowhere,
}

/// What links out of the desk begin with.
const OUTSIDE: [&str; 4] = ["https://", "http://", "mailto:", "tel:"];

impl Desk {
    /// An article by its id, or by an earlier one.
    pub fn article(&self, id: &str) -> Option<&Article> {
        let found = self.articles.get(id).or_else(|| self.articles.get(self.ways.get(id)?));
        found.or_else(|| self.articles.get(&kb::id(&format!("kb/{id}.md"))).filter(|_| !id.contains('/')))
    }

    /// Whether self-service may read an article today.
    pub fn is_public(&self, article: &Article, today: Date) -> bool {
        article.self_service && !(self.policy.hide_expired && article.is_expired(today))
    }

    /// Whether self-service may see a picture today: an article that it may read shows it.
    pub fn is_public_image(&self, path: &str, today: Date) -> bool {
        let shown_by = self.images.get(path).into_iter().flatten().filter_map(|id| self.articles.get(id));
        shown_by.into_iter().any(|article| self.is_public(article, today))
    }

    /// Where a link leads that is written in an article, or outside of all (`from` is none).
    pub fn target<'a>(&'a self, from: Option<&'a Article>, link: &'a str) -> Target<'a> {
        let starts = |start: &&str| link.get(..start.len()).is_some_and(|s| s.eq_ignore_ascii_case(start));
        if OUTSIDE.iter().any(|start| starts(start) && link.len() > start.len()) {
            return Target::Outside;
        }
        if let Some(id) = link.strip_prefix("playbook:") {
            return self.playbooks.get_key_value(id).map_or(Target::Nowhere, |(id, _)| Target::Playbook(id));
        }
        if link.starts_with('/') {
            return if link.starts_with("//") { Target::Nowhere } else { Target::Site };
        }
        let (name, anchor) = match link.split_once('#') {
            Some((name, anchor)) => (name, Some(anchor).filter(|anchor| !anchor.is_empty())),
            None => (link, None),
        };
        let name = kb::decoded(name.split('?').next().unwrap_or_default());
        if name.is_empty() {
            return from.map_or(Target::Nowhere, |from| Target::Article(&from.id, anchor));
        }
        let path = from.and_then(|from| beside(&self.sources.0[from.file.0 as usize].path, &name));
        if let Some((path, _)) = path.as_ref().and_then(|path| self.images.get_key_value(path)) {
            return Target::Image(path);
        }
        let path = path.map(|path| path.to_lowercase());
        let by_path = path.as_ref().and_then(|path| {
            let of = |path: &str| self.ways.get(path).and_then(|id| self.articles.get(id));
            let index = |name: &&str| of(&format!("{path}/{name}.md"));
            of(path).or_else(|| of(&format!("{path}.md"))).or_else(|| kb::INDEXES.iter().find_map(&index))
        });
        let found = by_path.or_else(|| self.article(&name));
        found.map_or(Target::Nowhere, |article| Target::Article(&article.id, anchor))
    }

    /// What tells a picture from others, where it was read.
    pub fn picture(&self, path: &str) -> Option<&str> {
        self.fingerprints.get(path).map(String::as_str)
    }

    /// Takes an article in. A second of the same id is known by its folder too.
    pub(super) fn add_article(&mut self, mut article: Article) {
        let top = |file| Span { file, start: 0, end: 0 };
        let path = self.sources.0[article.file.0 as usize].path.clone();
        if let Some(first) = self.articles.get(&article.id) {
            let folder = path.rsplit('/').nth(1).unwrap_or("kb");
            let longer = kb::id(&format!("kb/{folder} {}.md", article.id));
            let numbered = (2..).map(|n| format!("{}-{n}", article.id));
            let is_free = |id: &String| !self.articles.contains_key(id);
            let free = std::iter::once(longer).chain(numbered).find(is_free).expect("numbers do not end");
            let message = format!("two articles are called `{}`", article.id);
            let help = format!("rename one of the files; until then this one is `{free}`");
            self.findings.push(form::name_clash(top(article.file), message, top(first.file), help));
            article.id = free;
        }
        self.ways.insert(path.to_lowercase(), article.id.clone());
        self.articles.insert(article.id.clone(), article);
    }

    /// Once all articles are there: earlier ids, and who shows which picture.
    pub(super) fn join_articles(&mut self) {
        let all = self.articles.values().flat_map(|article| article.aliases.iter().map(|alias| (alias, &article.id)));
        let all: Vec<_> = all.map(|(alias, id)| (alias.clone(), id.clone())).collect();
        for (alias, id) in all {
            match self.article(&alias.value).filter(|first| first.id != id) {
                Some(first) => {
                    let message = format!("`{}` is the article `{}` already", alias.value, first.id);
                    let span = first.aliases.iter().find(|known| known.value == alias.value).map(|known| known.span);
                    let span = span.unwrap_or(Span { file: first.file, start: 0, end: 0 });
                    let help = "links to this id can lead to one article only: drop it from the other";
                    self.findings.push(form::name_clash(alias.span, message, span, help));
                }
                None => drop(self.ways.insert(alias.value, id)),
            }
        }
        let mut shown = Vec::new();
        let translated = self.editions.values().flat_map(|edition| edition.articles.values());
        for article in self.articles.values().chain(translated) {
            for link in &article.outline.links {
                if let Target::Image(path) = self.target(Some(article), &link.target) {
                    shown.push((path.to_owned(), article.id.clone()));
                }
            }
        }
        for (path, id) in shown {
            let by = self.images.entry(path).or_default();
            if !by.contains(&id) {
                by.push(id);
            }
        }
    }
}

/// The path of a name that is written beside a file; `None` if it leads out of `kb/`.
fn beside(file: &str, name: &str) -> Option<String> {
    let mut parts: Vec<&str> = file.split('/').collect();
    parts.pop();
    for part in name.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()),
            part => parts.push(part),
        }
    }
    Some(parts.join("/")).filter(|path| path.starts_with("kb/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desk(files: &[(&str, &str)]) -> Desk {
        Desk::build(files.iter().map(|(path, text)| ((*path).to_owned(), text.as_bytes().to_vec())).collect())
    }

    #[test]
    fn links_lead_by_id_alias_and_path() {
        let desk = desk(&[
            ("kb/a/one.md", "---\naliases: [first]\n---\n![x](media/p.png)"),
            ("kb/b/Two Words.md", "# T"),
            ("kb/b/readme.md", "# B"),
            ("kb/a/media/p.png", ""),
            ("playbooks/fix.yaml", ""),
        ]);
        let one = desk.article("first").expect("an alias");
        let to = |link| desk.target(Some(one), link);
        assert_eq!(one.id, "one");
        for link in ["two-words#x", "../b/Two%20Words.md#x", "../b/two words#x", "Two-Words#x"] {
            assert_eq!(to(link), Target::Article("two-words", Some("x")), "{link}");
        }
        assert_eq!(to("#here"), Target::Article("one", Some("here")));
        assert_eq!((to("../b/README.md"), to("b")), (Target::Article("b", None), Target::Article("b", None)));
        assert_eq!((to("playbook:fix"), to("playbook:fax")), (Target::Playbook("fix"), Target::Nowhere));
        assert_eq!((to("./media/p.png"), to("q.png")), (Target::Image("kb/a/media/p.png"), Target::Nowhere));
        assert_eq!((to("HTTPS://a.example"), to("javascript:x")), (Target::Outside, Target::Nowhere));
        assert_eq!(
            (to("/site/x"), to("//host/x"), to("")),
            (Target::Site, Target::Nowhere, Target::Article("one", None))
        );
        assert_eq!((to("../../desk.yaml"), to("../../../x")), (Target::Nowhere, Target::Nowhere));
        assert_eq!(desk.images["kb/a/media/p.png"], ["one"]);
    }

    #[test]
    fn two_articles_of_one_name_can_both_be_read() {
        let desk = desk(&[("kb/a/x.md", "A"), ("kb/b/x.md", "B"), ("kb/c/y.md", "---\naliases: [x]\n---\n")]);
        assert_eq!(desk.articles.keys().collect::<Vec<_>>(), ["b-x", "x", "y"]);
        assert_eq!(desk.findings.iter().filter(|finding| finding.rule.name == "name_clash").count(), 2);
    }
}
