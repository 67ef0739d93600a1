//! A folder of Markdown to articles: ids, headers, links and pictures; the rest of each text stays byte for byte.

use super::{
    Content, Import, decode, finding,
    header::{self, Header},
    other_encoding, shown, span,
};
use crate::{
    diagnostic::{Diagnostic, FileId, Rule, Source, Span, wording},
    kb,
    markdown::{self, What},
};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use unicode_normalization::UnicodeNormalization;

/// How a folder is taken over.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// Whether self-service may read what does not say who may.
    pub self_service: bool,
    /// The website whose places links beginning with `/` mean.
    pub site: Option<&'a str>,
    /// What findings write before the paths of files.
    pub folder: &'a str,
    /// Links that lead out of the folder: they are not followed.
    pub outside: &'a [String],
}

/// The largest article that is read, in bytes.
const MAX_BYTES: usize = 1 << 20;
/// What addresses out of the desk begin with, and of a playbook.
const SCHEMES: [&str; 5] = ["https:", "http:", "mailto:", "tel:", "playbook:"];

/// Folders that websites leave out of their addresses.
const ROOTS: [&str; 4] = ["content", "docs", "static", "public"];

/// A Markdown file of the folder.
struct Page {
    /// Below the folder.
    path: String,
    file: FileId,
    header: Header,
    id: String,
    /// Below the desk, without the file's name.
    folder: String,
}

/// The folder, by everything that a link can name.
struct Library<'a> {
    options: &'a Options<'a>,
    pages: Vec<Page>,
    /// By path in lower case.
    paths: HashMap<String, usize>,
    /// By address on the website.
    addresses: HashMap<String, usize>,
    /// By file name or title in lower case; `None` if several have it.
    names: HashMap<String, Option<usize>>,
    /// Files that are no Markdown, by path in lower case.
    others: BTreeMap<String, String>,
    /// Pictures that articles show, with where they go.
    pictures: BTreeMap<String, String>,
    findings: Vec<Diagnostic>,
}

/// Where a link leads.
enum Lead {
    /// Nowhere else than it did.
    Same,
    Page(usize),
    Picture(String),
    /// A whole address.
    Address(String),
    /// To nothing that is taken over, and why.
    Lost(&'static str),
}

/// Takes over a folder: paths below it, and for each Markdown file its bytes; a path that ends with `/` is a folder
/// that was not gone into.
pub fn articles(files: Vec<(String, Option<Vec<u8>>)>, options: &Options<'_>) -> Import {
    let mut import = Import::default();
    let mut library = Library {
        options,
        pages: Vec::new(),
        paths: HashMap::new(),
        addresses: HashMap::new(),
        names: HashMap::new(),
        others: BTreeMap::new(),
        pictures: BTreeMap::new(),
        findings: Vec::new(),
    };
    let mut skipped: Vec<(FileId, &str)> = Vec::new();
    let files: Vec<_> = files.into_iter().chain(options.outside.iter().map(|path| (path.clone(), None))).collect();
    let mut names: Vec<FileId> = Vec::new();
    for (path, bytes) in &files {
        let file = FileId(import.sources.0.len() as u32);
        let is_large = bytes.as_ref().is_some_and(|bytes| bytes.len() > MAX_BYTES);
        let decoded = bytes.as_ref().filter(|_| !is_large).and_then(|bytes| decode(bytes));
        let text = decoded.as_ref().map_or("", |decoded| decoded.text.as_str());
        import.sources.0.push(Source::new(format!("{}{path}", options.folder), text));
        match (bytes, &decoded) {
            (Some(_), Some(decoded)) => {
                library.findings.extend(other_encoding(file, decoded));
                if !library.add(file, path, text) {
                    skipped.push((file, "a folder's page that says nothing"));
                }
            }
            (Some(_), None) if is_large => skipped.push((file, "larger than 1024 KiB")),
            (Some(_), None) => skipped.push((file, "neither UTF-8 nor another encoding that is known")),
            (None, _) if path.ends_with('/') => skipped.push((file, "a hidden folder")),
            (None, _) if options.outside.contains(path) => skipped.push((file, "a link that leads out of the folder")),
            (None, _) => {
                library.others.insert(path.to_lowercase(), path.clone());
                names.push(file);
            }
        }
    }
    library.join();
    for at in 0..library.pages.len() {
        let file = library.pages[at].file;
        let source = import.sources.0[file.0 as usize].text.clone();
        let text = library.written(at, &source);
        let page = &library.pages[at];
        import.files.push((format!("{}{}.md", page.folder, page.id), Content::Text(text)));
    }
    for file in names {
        let path = &files[file.0 as usize].0;
        match library.pictures.get(path) {
            Some(target) => import.files.push((target.clone(), Content::Copy(path.clone()))),
            None if kb::media(path).is_some() => skipped.push((file, "a picture that no article shows")),
            None => skipped.push((file, "neither Markdown nor a picture")),
        }
    }
    for (file, why) in skipped {
        let path = &files[file.0 as usize].0;
        let message = format!("{} was not taken: {why}", shown(path));
        let help = "put what readers need of it into an article";
        library.findings.push(Diagnostic::new(&finding::SKIPPED_FILE, span(file, 0..0), message).help(help));
    }
    import.findings = library.findings;
    let place = |finding: &Diagnostic| (finding.primary.span.file, finding.primary.span.start, finding.rule.code);
    import.findings.sort_by_key(place);
    import
}

/// The parts of a path that pages can have: none that begins with `_` or `.`.
fn visible(part: &str) -> &str {
    let trimmed = part.trim_start_matches(['_', '.']);
    if trimmed.is_empty() { "other" } else { trimmed }
}

fn folder_of(path: &str) -> &str {
    path.rsplit_once('/').map_or("", |(folder, _)| folder)
}

fn stem(path: &str) -> &str {
    let name = path.rsplit('/').next().unwrap_or(path);
    name.rsplit_once('.').map_or(name, |(stem, _)| stem)
}

/// The id that a name gives: words joined by `-`, such as `firstline new` takes; other letters than Latin stay.
fn id(name: &str) -> String {
    let name: String = name.nfc().collect();
    let plain = kb::id(&format!("kb/{name}.md")).replace('_', "-");
    let id = kb::id(&format!("kb/{plain}.md"));
    wording::slug(&id, 80).filter(|_| wording::is_latin(&id)).unwrap_or(id)
}

/// The last part of an address.
fn last(address: &str) -> Option<&str> {
    let path = address.split(['#', '?']).next().unwrap_or_default().trim_end_matches(".html");
    path.rsplit('/').find(|part| !part.is_empty() && !part.contains(':'))
}

/// An address as it is compared.
fn plain(address: &str) -> String {
    let address = address.trim_matches('/').to_lowercase();
    let address = address.trim_end_matches(".html").trim_end_matches("index");
    address.trim_end_matches('/').to_owned()
}

/// A path from a folder; `None` if it leads out of all.
fn joined(folder: &str, path: &str) -> Option<String> {
    let mut parts: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => drop(parts.pop()?),
            part => parts.push(part),
        }
    }
    Some(parts.join("/"))
}

/// The way from a folder to a file, as it is written in a link.
fn relative(folder: &str, path: &str) -> String {
    let from: Vec<&str> = folder.split('/').filter(|part| !part.is_empty()).collect();
    let to: Vec<&str> = path.split('/').collect();
    let common = from.iter().zip(&to).take_while(|(a, b)| a == b).count();
    let up = "../".repeat(from.len() - common);
    let mut out = up;
    for c in to[common..].join("/").chars() {
        match c {
            ' ' | '(' | ')' | '<' | '>' | '%' | '#' | '?' | '"' | '\\' => out.push_str(&format!("%{:02X}", c as u32)),
            c => out.push(c),
        }
    }
    out
}

/// A target as its writer meant it: `\_` is `_`.
fn unescaped(target: &str) -> String {
    let mut out = String::new();
    let mut rest = target.chars().peekable();
    while let Some(c) = rest.next() {
        match rest.peek() {
            Some(next) if c == '\\' && next.is_ascii_punctuation() => {}
            _ => out.push(c),
        }
    }
    out.replace("&amp;", "&")
}

impl Library<'_> {
    fn find(&mut self, rule: &'static Rule, span: Span, message: String, help: &str) {
        self.findings.push(Diagnostic::new(rule, span, message).help(help));
    }

    /// Takes a file in; false if it says nothing.
    fn add(&mut self, file: FileId, path: &str, text: &str) -> bool {
        let mut header = header::read(file, text, &mut self.findings);
        let body = &text[header.body_at..];
        let is_index = kb::INDEXES.contains(&stem(path).to_lowercase().as_str());
        if is_index && body.trim().is_empty() {
            return false;
        }
        if header.draft {
            header.audience = vec!["agent".to_owned()];
        } else if header.audience.is_empty() && self.options.self_service {
            header.audience = vec!["self-service".to_owned(), "agent".to_owned()];
        }
        if header.title.is_none() && markdown::outline(body).headings.is_empty() {
            header.title = Some(wording::in_words(stem(path)));
        }
        let folder: String = folder_of(path)
            .split('/')
            .filter(|part| !part.is_empty())
            .map(|part| format!("{}/", visible(part)))
            .collect();
        let page = Page { path: path.to_owned(), file, header, id: String::new(), folder: format!("kb/{folder}") };
        self.paths.insert(path.to_lowercase(), self.pages.len());
        self.pages.push(page);
        true
    }

    /// Once all files are there: gives each its id, and each name its page.
    fn join(&mut self) {
        let mut ids = BTreeSet::new();
        for at in 0..self.pages.len() {
            let page = &self.pages[at];
            let named = page.header.address.as_ref().and_then(|(address, _)| last(address));
            let wanted = named.map_or_else(|| id(page.path.rsplit_once('.').map_or(&page.path, |(path, _)| path)), id);
            let longer = id(&format!("{} {wanted}", folder_of(&page.path).rsplit('/').next().unwrap_or_default()));
            let numbered = (2..).map(|n| format!("{wanted}-{n}"));
            let free =
                std::iter::once(wanted.clone()).chain([longer]).chain(numbered).find(|id| ids.insert(id.clone()));
            let free = free.expect("numbers do not end");
            let top = page.header.address.as_ref().map_or(span(page.file, 0..0), |(_, span)| *span);
            let stem = stem(&page.path).to_lowercase();
            let name = if kb::INDEXES.contains(&stem.as_str()) { free.clone() } else { stem };
            let mut names = vec![name, free.clone()];
            names.extend(page.header.title.as_ref().map(|title| title.to_lowercase()));
            names.dedup();
            let address = page.header.address.iter().chain(&page.header.aliases).map(|(address, _)| plain(address));
            for address in address.filter(|address| !address.is_empty()).collect::<Vec<_>>() {
                self.addresses.entry(address).or_insert(at);
            }
            for name in names {
                self.names
                    .entry(name)
                    .and_modify(|known| *known = known.filter(|known| *known == at))
                    .or_insert(Some(at));
            }
            if free != wanted {
                let message = format!("two files would be `{wanted}`: this one is `{free}`");
                let help =
                    "links in this import lead to the right one; rename it if people are to know it by another name";
                self.find(&finding::CHANGED_ID, top, message, help);
            }
            self.pages[at].id = free;
        }
        for at in 0..self.pages.len() {
            let mut taken = Vec::new();
            for (name, place) in std::mem::take(&mut self.pages[at].header.aliases) {
                let alias = last(&name).map(id).unwrap_or_default();
                if alias == self.pages[at].id || alias.is_empty() {
                    continue;
                }
                if ids.insert(alias.clone()) {
                    taken.push((alias, place));
                } else {
                    let message =
                        format!("the earlier name {} is taken: links to it lead to another article", shown(&name));
                    let help = "mend those links; the name stays in the header as a comment";
                    self.find(&finding::CHANGED_ID, place, message, help);
                    self.pages[at].header.kept.push(format!("aliases: {name}"));
                }
            }
            self.pages[at].header.aliases = taken;
        }
    }

    /// An article as it is written.
    fn written(&mut self, at: usize, text: &str) -> String {
        let (file, body_at) = (self.pages[at].file, self.pages[at].header.body_at);
        let body = &text[body_at..];
        let mut out = String::with_capacity(body.len());
        let mut done = 0;
        for place in markdown::survey(body) {
            let here = span(file, body_at + place.at.start..body_at + place.at.end);
            let written = &body[place.at.clone()];
            let edit = match place.what {
                What::Target { image } => self.target(at, here, written, image),
                What::Embed { to, text, image } => self.embed(at, here, &to, &text, image),
                What::Markup => {
                    let message =
                        format!("{} is markup of another system: readers see it as it stands", shown(written));
                    let help = "write Markdown: `![words](picture.png)`, `> [!NOTE]`, or the included text itself";
                    self.find(&finding::UNMAPPED_MARKUP, here, message, help);
                    None
                }
                What::Tag => {
                    let message = format!("{} is left out of pages", shown(written));
                    let help =
                        "write Markdown in its place; a word in angle brackets is shown if it stands between backticks";
                    self.find(&finding::UNMAPPED_MARKUP, here, message, help);
                    None
                }
            };
            if let Some(edit) = edit {
                out.push_str(&body[done..place.at.start]);
                out.push_str(&edit);
                done = place.at.end;
            }
        }
        out.push_str(&body[done..]);
        let aliases: Vec<String> = self.pages[at].header.aliases.iter().map(|(alias, _)| alias.clone()).collect();
        let mut related = Vec::new();
        for (name, here) in std::mem::take(&mut self.pages[at].header.related) {
            match self.lead(at, &name, false, true) {
                Lead::Page(to) => related.push(self.pages[to].id.clone()),
                Lead::Same if name.starts_with("playbook:") => related.push(name),
                _ => {
                    let message = format!("{} is not among what was imported", shown(&name));
                    let help = "name an article or a playbook; it stays in the header as a comment";
                    self.find(&finding::LOST_LINK, here, message, help);
                    self.pages[at].header.kept.push(format!("related: {name}"));
                }
            }
        }
        self.pages[at].header.written(&aliases, &related) + &out
    }

    /// What a target becomes; `None` if it stays.
    fn target(&mut self, at: usize, here: Span, written: &str, image: bool) -> Option<String> {
        let meant = unescaped(written);
        let suffix = || &written[written.find(['#', '?']).unwrap_or(written.len())..];
        let edit = match self.lead(at, &meant, image, false) {
            Lead::Same => return None,
            Lead::Page(to) => format!("{}{}", self.pages[to].id, suffix()),
            Lead::Picture(path) => self.picture(at, &path),
            Lead::Address(address) => address,
            Lead::Lost(why) => {
                self.lost(here, written, why);
                return None;
            }
        };
        (edit != written).then_some(edit)
    }

    /// A link or a picture in other markup as Markdown; `None` if it stays.
    fn embed(&mut self, at: usize, here: Span, to: &str, text: &str, image: bool) -> Option<String> {
        let (name, heading) = to.split_once('#').map_or((to, None), |(name, heading)| (name, Some(heading)));
        let anchor = heading.map_or(String::new(), |heading| format!("#{}", markdown::slug(heading)));
        let words = text.replace('[', "\\[").replace(']', "\\]");
        match self.lead(at, to, image, true) {
            Lead::Page(page) => Some(format!("[{words}]({}{anchor})", self.pages[page].id)),
            Lead::Picture(path) => {
                let words = if words == name || words.bytes().all(|b| b.is_ascii_digit() || b == b'x') {
                    stem(name).to_owned()
                } else {
                    words
                };
                let shown = if image { "!" } else { "" };
                Some(format!("{shown}[{words}]({})", self.picture(at, &path)))
            }
            Lead::Address(address) => Some(format!("{}[{words}]({address})", if image { "!" } else { "" })),
            Lead::Same if name.is_empty() => Some(format!("[{}]({anchor})", words.trim_start_matches('#'))),
            Lead::Same => Some(format!("{}[{words}]({to})", if image { "!" } else { "" })),
            Lead::Lost(why) => {
                self.lost(here, to, why);
                None
            }
        }
    }

    fn lost(&mut self, here: Span, written: &str, why: &str) {
        let message = format!("{} {why}: it stays as it is", shown(written));
        let help = "write an article's id, a picture's path from here, or a whole address, `https://…`";
        self.find(&finding::LOST_LINK, here, message, help);
    }

    /// The way to a picture, which goes where its folder goes.
    fn picture(&mut self, at: usize, path: &str) -> String {
        let target: Vec<&str> = path.split('/').map(visible).collect();
        let target = format!("kb/{}", target.join("/"));
        let way = relative(&self.pages[at].folder, &target);
        self.pictures.insert(path.to_owned(), target);
        way
    }

    /// Where a target leads that is written in a page; `named`: by an article's name, from anywhere.
    fn lead(&self, at: usize, target: &str, image: bool, named: bool) -> Lead {
        let target = target.trim();
        let scheme = target.find(':').filter(|n| !target[..*n].contains(['/', '#', '?', '.', ' ']));
        if let Some(n) = scheme {
            let known = SCHEMES.iter().any(|scheme| target[..=n].eq_ignore_ascii_case(scheme));
            return if known { Lead::Same } else { Lead::Lost("is no address that pages follow") };
        }
        let name = kb::decoded(target.split(['#', '?']).next().unwrap_or_default()).replace('\\', "/");
        if name.is_empty() {
            return Lead::Same;
        }
        let (from, rooted) = (&self.pages[at].path, name.starts_with('/'));
        if name.starts_with("//") {
            return Lead::Lost("does not say how it is reached");
        }
        if let Some(page) = self.addresses.get(&plain(&name)).filter(|_| rooted && !image) {
            return Lead::Page(*page);
        }
        let beside = if rooted { joined("", &name) } else { joined(folder_of(from), &name) };
        let below = joined(from.rsplit_once('.').map_or(from, |(path, _)| path), &name).filter(|_| !rooted);
        let root = joined("", &name).filter(|_| named);
        let roots = ROOTS.iter().filter(|_| rooted).filter_map(|root| joined(root, &name));
        let mut paths = [beside.clone(), below, root].into_iter().flatten().chain(roots);
        let found = paths.find_map(|path| self.at_path(&path, image));
        let by_name = || {
            let mut alike = self.others.values().filter(|path| named && path.rsplit('/').next() == Some(&name));
            if let (Some(path), None) = (alike.next().filter(|path| kb::media(path).is_some()), alike.next()) {
                return Some(Lead::Picture(path.clone()));
            }
            let page = self.names.get(&name.to_lowercase()).copied().flatten().filter(|_| !image)?;
            Some(Lead::Page(page))
        };
        let lost = || match (self.options.site, rooted, &beside) {
            (Some(site), true, _) => Lead::Address(format!("{}{target}", site.trim_end_matches('/'))),
            (None, true, _) => Lead::Lost("is a place on a website that is not named (`--site` names it)"),
            (_, _, None) => Lead::Lost("leads out of the folder"),
            _ if image => Lead::Lost("is no picture of the folder"),
            _ => Lead::Lost("is no article of the folder"),
        };
        found.or_else(by_name).unwrap_or_else(lost)
    }

    /// What lies at a path of the folder.
    fn at_path(&self, path: &str, image: bool) -> Option<Lead> {
        let path = path.to_lowercase();
        if let Some(file) = self.others.get(&path) {
            let is_picture = kb::media(file).is_some();
            return Some(if is_picture {
                Lead::Picture(file.clone())
            } else {
                Lead::Lost("is a file that was not taken")
            });
        }
        let plain = path.trim_end_matches(".html").trim_end_matches(".htm");
        let page = |path: &str| self.paths.get(path);
        let index = || kb::INDEXES.iter().find_map(|name| page(format!("{path}/{name}.md").trim_start_matches('/')));
        let found = page(&path).or_else(|| page(&format!("{plain}.md"))).or_else(index)?;
        Some(if image { Lead::Lost("includes another page") } else { Lead::Page(*found) })
    }
}
