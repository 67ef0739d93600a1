//! A file to an article, whatever the bytes.

use super::{Article, Section, Translation, header};
use crate::{
    diagnostic::{Diagnostic, FileId, Sink, Source, Span, form, wording},
    language::{Language, translation::split},
    markdown::{self, Outline},
};
use std::collections::BTreeMap;

/// The longest file that is read, in bytes.
const MAX_BYTES: usize = 1 << 20;
/// Files that speak for their folder.
pub const INDEXES: [&str; 3] = ["index", "_index", "readme"];

/// The id of an article from its path below the desk.
pub fn id(path: &str) -> String {
    let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
    let stem = stem(name);
    let folder = folder.split_once('/').and_then(|(_, below)| below.rsplit('/').next());
    let name = if INDEXES.contains(&stem.to_lowercase().as_str()) { folder.unwrap_or(stem) } else { stem };
    let mut id = String::with_capacity(name.len());
    for c in name.chars().flat_map(char::to_lowercase) {
        match c {
            c if c.is_alphanumeric() || (c == '_' && !id.is_empty()) => id.push(c),
            _ if id.is_empty() || id.ends_with('-') => {}
            _ => id.push('-'),
        }
    }
    let id = id.trim_end_matches('-');
    if id.is_empty() { "article".to_owned() } else { id.to_owned() }
}

fn stem(name: &str) -> &str {
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The path of the article that a file translates, and into which language, by its name: `vpn.de.md`.
pub fn translation(path: &str) -> Option<(String, Language)> {
    let (stem, ending) = path.rsplit_once('.')?;
    let (of, language) = split(stem).filter(|(of, _)| !of.ends_with('/'))?;
    Some((format!("{of}.{ending}"), language))
}

/// Takes an article in, or a translation of one. `None` for a folder's index that says nothing, and for what is far too
/// large to be read.
pub fn parse(file: FileId, path: &str, bytes: &[u8], translates: bool) -> (Source, Option<Article>, Vec<Diagnostic>) {
    let top = Span { file, start: 0, end: 0 };
    if bytes.len() > MAX_BYTES {
        let found = form::too_large(top, &format!("larger than {} KiB", MAX_BYTES / 1024))
            .help("split it into articles that people can read; pictures lie in files of their own beside it");
        return (Source::new(path, ""), None, vec![found]);
    }
    let findings = Sink::default();
    let text = String::from_utf8_lossy(bytes);
    if let Err(error) = std::str::from_utf8(bytes) {
        let at = error.valid_up_to() as u32;
        findings.push(form::not_utf8(Span { file, start: at, end: at + '\u{fffd}'.len_utf8() as u32 }));
    }
    let source = Source::new(path, text);
    let unmerged = form::unmerged(file, &source.text);
    let is_whole = unmerged.is_none();
    unmerged.into_iter().for_each(|found| findings.push(found));
    if source.text.trim().is_empty() {
        let help = "write what people need to know, behind a header with `title:` and `audience:`";
        findings.push(form::invalid_yaml(top, "this article is empty", help));
    }
    let unheard = Sink::default();
    let heard = if is_whole { &findings } else { &unheard };
    let article = article(file, path, &source.text, translates, heard);
    let is_index = path.to_lowercase().ends_with("index.md");
    let article = (!is_index || !article.body.trim().is_empty()).then_some(article);
    (source, article, findings.into_vec())
}

fn article(file: FileId, path: &str, text: &str, translates: bool, findings: &Sink<Diagnostic>) -> Article {
    let name = path.rsplit('/').next().unwrap_or(path);
    let folder = path.split('/').nth(1).filter(|_| path.matches('/').count() > 1);
    let mut article = Article {
        id: id(path),
        file,
        title: String::new(),
        summary: None,
        self_service: false,
        category: folder.map(str::to_owned),
        tags: Vec::new(),
        symptoms: Vec::new(),
        aliases: Vec::new(),
        related: Vec::new(),
        applies_to: BTreeMap::new(),
        owner: None,
        reviewed: None,
        review_by: None,
        foreign: None,
        body: String::new(),
        body_at: 0,
        outline: Outline::default(),
        begins_with_title: false,
        sections: Vec::new(),
        translation: translates.then(Translation::default),
    };
    let body_at = header::read(&mut article, path, text, findings);
    article.body_at = body_at as u32;
    article.body = text[body_at..].to_owned();
    article.outline = markdown::outline(&article.body);
    let first = article.outline.headings.first();
    let leads = first.is_some_and(|first| first.level == 1 && article.body[..first.at.start].trim().is_empty());
    match first.filter(|first| !first.text.is_empty()) {
        Some(first) if article.title.is_empty() => {
            article.begins_with_title = leads;
            article.title = first.text.clone();
        }
        Some(first) => {
            article.begins_with_title = leads && markdown::slug(&first.text) == markdown::slug(&article.title)
        }
        None if article.title.is_empty() => article.title = wording::in_words(stem(name)),
        None => {}
    }
    article.sections = sections(&article.outline, article.begins_with_title, article.body.len());
    article
}

fn sections(outline: &Outline, begins_with_title: bool, end: usize) -> Vec<Section> {
    let headings = &outline.headings[usize::from(begins_with_title)..];
    let mut above: Vec<(u8, &str)> = Vec::new();
    let ends = headings.iter().skip(1).map(|next| next.at.start).chain([end]);
    let section = |(heading, end): (&'_ markdown::Heading, usize)| Section {
        anchor: heading.anchor.clone(),
        path: Vec::new(),
        level: heading.level,
        at: heading.at.start..end,
    };
    let mut out: Vec<Section> = headings.iter().zip(ends).map(section).collect();
    for (section, heading) in out.iter_mut().zip(headings) {
        above.retain(|(level, _)| *level < heading.level);
        above.push((heading.level, &heading.text));
        section.path = above.iter().map(|(_, text)| (*text).to_owned()).collect();
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_can_be_typed() {
        for (path, expected) in [
            ("kb/restart-spooler.md", "restart-spooler"),
            ("kb/a/Wi-Fi (5 GHz) & more.md", "wi-fi-5-ghz-more"),
            ("kb/Über uns.MD", "über-uns"),
            ("kb/vpn/_index.md", "vpn"),
            ("kb/vpn/README.md", "vpn"),
            ("kb/README.md", "readme"),
            ("kb/_index.md", "index"),
            ("kb/--.md", "article"),
            ("kb/print_jobs.md", "print_jobs"),
        ] {
            assert_eq!(id(path), expected, "{path}");
        }
    }

    #[test]
    fn an_article_says_what_it_is_made_of() {
        let text = "\u{feff}---\r\ntitle: Free space\r\ntags: disk\r\n---\r\n# Free space\r\nTop.\r\n## Windows\r\nA\r\n### More\r\n## Mac\r\nB\r\n";
        let (_, article, found) = parse(FileId(0), "kb/disk/free-space.md", text.as_bytes(), false);
        let article = article.expect("it is one");
        assert!(found.is_empty(), "{found:?}");
        assert_eq!((article.title.as_str(), article.category.as_deref()), ("Free space", Some("disk")));
        let (own, sections) = article.texts();
        assert_eq!(own, "Top.\n");
        let sections: Vec<_> = sections.iter().map(|(section, text)| (section.path.join(">"), text.as_str())).collect();
        let expected = [("Windows", "A\n"), ("Windows>More", ""), ("Mac", "B\n")];
        assert_eq!(sections, expected.map(|(path, text)| (path.to_owned(), text)));
        assert!(article.body[article.sections[2].at.clone()].starts_with("## Mac"));
    }

    #[test]
    fn an_index_without_text_is_no_article() {
        assert!(parse(FileId(0), "kb/vpn/_index.md", b"---\ntitle: VPN\n---\n", false).1.is_none());
        assert!(parse(FileId(0), "kb/vpn/connect.md", b"---\ntitle: VPN\n---\n", false).1.is_some());
    }
}
