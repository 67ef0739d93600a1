//! A desk: policy, playbooks and articles together, one immutable value; no I/O.

mod articles;
pub mod connector;
mod edition;
pub mod policy;
pub mod schema;
mod synonyms;
pub mod ticket;

pub use articles::Target;
pub use connector::Connector;
pub use edition::Edition;
pub use policy::{Destination, Leaving, Policy};

use crate::{
    diagnostic::{Diagnostic, FileId, Sink, Source, Sources, Span, Spanned, form},
    kb::{self, Article},
    language::{Language, translation::split},
    playbook::{self, Facts, Playbook, Program, Translation, author_test, program::Part, translation},
    template::Document,
    yaml::{self, Node},
};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    sync::Arc,
};

/// See the module.
#[derive(Debug)]
pub struct Desk {
    /// Every file.
    pub sources: Sources,
    /// `desk.yaml`.
    pub policy: Policy,
    /// The facts that all playbooks share.
    pub facts: Arc<Facts>,
    /// By id.
    pub playbooks: BTreeMap<String, Playbook>,
    /// The authors' tests.
    pub tests: Vec<author_test::TestFile>,
    /// By id.
    pub articles: BTreeMap<String, Article>,
    /// Pictures beside the articles, by path, with the ids of those that show them.
    pub images: BTreeMap<String, Vec<String>>,
    /// What is translated, in declared languages and others.
    pub editions: BTreeMap<Language, Edition>,
    /// Words that mean the same to its callers.
    pub synonyms: Vec<Vec<String>>,
    /// What was found while reading.
    pub findings: Vec<Diagnostic>,
    /// Files that may hold more than could be read.
    unread: BTreeSet<FileId>,
    /// What tells each picture from others, by path, where it was read.
    fingerprints: HashMap<String, String>,
    ticket: Option<Document>,
    /// Articles' ids by their earlier ids, and by their paths.
    ways: HashMap<String, String>,
}

/// What one file turned out to hold.
enum Content {
    Playbook(Box<Playbook>),
    Tests(author_test::TestFile),
    Article(Box<Article>),
    /// The path of what it translates.
    Translated(Language, String, Box<Article>),
    Texts(Language, Box<Translation>),
    /// What tells it from others; empty, if it was not read.
    Image(String),
    Ticket(Box<Document>),
    Synonyms(Vec<Vec<String>>),
    Nothing,
}

impl Desk {
    /// Reads all files of a desk: paths relative to it, with `/`, and their bytes. Order does not matter.
    pub fn build(files: Vec<(String, Vec<u8>)>) -> Self {
        std::thread::scope(|scope| {
            on_large_stack(scope, || Self::build_here(files)).join().expect("reading never panics")
        })
    }

    fn build_here(mut files: Vec<(String, Vec<u8>)>) -> Self {
        files.sort_by(|a, b| a.0.cmp(&b.0));
        let findings = Sink::default();
        let (policy, facts, desk_source) = desk_file(&files, &findings);
        let facts = Arc::new(facts);
        let threads = std::thread::available_parallelism().map_or(1, |n| n.get()).min(files.len().div_ceil(64)).max(1);
        let chunk = files.len().div_ceil(threads).max(1);
        let all = files.as_slice();
        let parts: Vec<Vec<_>> = std::thread::scope(|scope| {
            let workers: Vec<_> = files
                .chunks(chunk)
                .enumerate()
                .map(|(n, files)| {
                    let desk = Head { facts: &facts, languages: policy.other_languages(), files: all };
                    on_large_stack(scope, move || {
                        let numbered = files.iter().enumerate();
                        numbered
                            .map(|(at, (path, bytes))| read(FileId((n * chunk + at) as u32), path, bytes, desk))
                            .collect()
                    })
                })
                .collect();
            workers.into_iter().map(|worker| worker.join().expect("reading never panics")).collect()
        });
        let mut desk = Self {
            sources: Sources::default(),
            policy,
            facts,
            playbooks: BTreeMap::new(),
            tests: Vec::new(),
            articles: BTreeMap::new(),
            images: BTreeMap::new(),
            editions: BTreeMap::new(),
            synonyms: Vec::new(),
            findings: Vec::new(),
            unread: BTreeSet::new(),
            fingerprints: HashMap::new(),
            ticket: None,
            ways: HashMap::new(),
        };
        let mut translated = Vec::new();
        for (source, content, found) in parts.into_iter().flatten() {
            desk.sources.0.push(source);
            desk.findings.extend(found);
            match content {
                Content::Playbook(playbook) => desk.add(*playbook),
                Content::Tests(tests) => desk.tests.push(tests),
                Content::Article(article) => desk.add_article(*article),
                Content::Translated(language, of, article) => translated.push((language, of, *article)),
                Content::Texts(language, texts) => desk.add_texts(language, *texts),
                Content::Image(fingerprint) => {
                    let path = &desk.sources.0.last().expect("it was put there").path;
                    desk.images.insert(path.clone(), Vec::new());
                    if !fingerprint.is_empty() {
                        desk.fingerprints.insert(path.clone(), fingerprint);
                    }
                }
                Content::Ticket(document) => desk.ticket = Some(*document),
                Content::Synonyms(synonyms) => desk.synonyms = synonyms,
                Content::Nothing => {}
            }
        }
        if let Some((at, source)) = desk_source {
            desk.sources.0[at] = source;
        }
        if desk.sources.0.is_empty() {
            desk.sources.0.push(Source::new("desk.yaml", ""));
        }
        desk.findings.extend(findings.into_vec());
        let hiding = desk.findings.iter().filter(|finding| form::hides(finding.rule));
        desk.unread = hiding.map(|finding| finding.primary.span.file).collect();
        desk.join_translations(translated);
        desk.join_articles();
        desk
    }

    fn add(&mut self, playbook: Playbook) {
        let top = |file| Span { file, start: 0, end: 0 };
        match self.playbooks.get(&playbook.id) {
            Some(first) => {
                let message = format!("two playbooks are called `{}`", playbook.id);
                let help = "rename one of the files: a playbook is known by its file's name, in whatever folder";
                self.findings.push(form::name_clash(top(playbook.file), message, top(first.file), help));
            }
            None => {
                self.playbooks.insert(playbook.id.clone(), playbook);
            }
        }
    }

    /// Whether a file may hold more than could be read of it: what seems to be missing there may not be.
    pub fn is_unread(&self, file: FileId) -> bool {
        self.unread.contains(&file)
    }

    /// The same of the file at a path.
    pub fn is_unread_at(&self, path: &str) -> bool {
        self.unread.iter().any(|file| self.sources.0[file.0 as usize].path == path)
    }

    /// The first mistake of form in the file at a path.
    pub fn mistake(&self, path: &str) -> Option<&Diagnostic> {
        let of = self.findings.iter().filter(|finding| self.sources.file(finding.primary.span).path == path);
        of.min_by_key(|finding| finding.primary.span.start)
    }

    /// A playbook's file.
    pub fn source(&self, playbook: &Playbook) -> &Source {
        &self.sources.0[playbook.file.0 as usize]
    }

    /// A playbook ready to be walked. `None` if there is none of this id, or something in it or in what it calls
    /// could not be read, which the check reports.
    pub fn program(&self, id: &str) -> Option<Program> {
        Program::link(id, &self.facts, |id| {
            let playbook = self.playbooks.get(id)?;
            Some(Part {
                id: &playbook.id,
                flow: &playbook.flow,
                staff: playbook.audience.is_staff(),
                source: &self.source(playbook).text,
            })
        })
    }

    /// How a case is told to other systems: the desk's own template, or the one that is built in.
    pub fn ticket(&self) -> &Document {
        self.ticket.as_ref().unwrap_or(&ticket::STANDARD)
    }

    /// The tier whose script a playbook is.
    pub fn tier_of<'a>(&'a self, playbook: &'a Playbook) -> &'a str {
        playbook.tier.as_ref().map_or_else(|| self.policy.first_staffed(), |tier| &tier.value)
    }
}

/// Reading a deeply nested file takes more stack than a worker thread has by default.
fn on_large_stack<'scope, T: Send + 'scope>(
    scope: &'scope std::thread::Scope<'scope, '_>,
    work: impl FnOnce() -> T + Send + 'scope,
) -> std::thread::ScopedJoinHandle<'scope, T> {
    let builder = std::thread::Builder::new().stack_size(16 << 20);
    builder.spawn_scoped(scope, work).expect("the system can start a thread")
}

type DeskSource = Option<(usize, Source)>;

/// `desk.yaml` comes first: the playbooks read its facts.
fn desk_file(files: &[(String, Vec<u8>)], findings: &Sink<Diagnostic>) -> (Policy, Facts, DeskSource) {
    let standard = || (Policy::standard(Span { file: FileId(0), start: 0, end: 0 }), Facts::default());
    let Some(at) = files.iter().position(|(path, _)| path == "desk.yaml") else {
        let (policy, facts) = standard();
        return (policy, facts, None);
    };
    let (path, bytes) = &files[at];
    let (mut source, tree, found) = yaml::parse(FileId(at as u32), path, bytes);
    let read = Sink::default();
    let (policy, facts) = match &tree {
        Some(tree) if tree.value != Node::Null => policy::parse(tree, &source.text, &read),
        _ => standard(),
    };
    for finding in found.into_iter().chain(read.into_vec()) {
        if finding.rule == &form::PLAIN_SECRET {
            source.cover(finding.primary.span);
        }
        findings.push(finding);
    }
    (policy, facts, Some((at, source)))
}

/// What is known of a desk before its files are read.
#[derive(Clone, Copy)]
struct Head<'a> {
    facts: &'a Facts,
    /// What it is translated into.
    languages: &'a [Language],
    /// By path.
    files: &'a [(String, Vec<u8>)],
}

impl Head<'_> {
    /// What an article translates: in a language of the desk, or beside an article of that name.
    fn translated(&self, path: &str) -> Option<(String, Language)> {
        let is_there = |path: &str| self.files.binary_search_by(|(known, _)| known.as_str().cmp(path)).is_ok();
        kb::translation(path).filter(|(of, language)| self.languages.contains(language) || is_there(of))
    }
}

fn read(file: FileId, path: &str, bytes: &[u8], desk: Head<'_>) -> (Source, Content, Vec<Diagnostic>) {
    let name = path.rsplit('/').next().unwrap_or(path);
    let hidden = path.split('/').any(|part| part.starts_with(['_', '.']) && part != "_index.md");
    let plain = |text: &str| Source::new(path, text);
    let top = Span { file, start: 0, end: 0 };
    if path == ticket::PATH {
        let (source, document, found) = ticket::read(file, path, bytes);
        return (source, document.map_or(Content::Nothing, |document| Content::Ticket(Box::new(document))), found);
    }
    if path == synonyms::PATH {
        let (source, synonyms, found) = synonyms::read(file, path, bytes);
        return (source, Content::Synonyms(synonyms), found);
    }
    if hidden || path == "desk.yaml" {
        return (plain(""), Content::Nothing, Vec::new());
    }
    if path.starts_with("kb/") && name.to_ascii_lowercase().ends_with(".md") {
        let translated = desk.translated(path);
        let (source, article, found) = kb::parse(file, path, bytes, translated.is_some());
        let content = match (article.map(Box::new), translated) {
            (Some(article), Some((of, language))) => Content::Translated(language, of, article),
            (Some(article), None) => Content::Article(article),
            (None, _) => Content::Nothing,
        };
        return (source, content, found);
    }
    if kb::is_image(path) {
        return (plain(""), Content::Image(String::from_utf8_lossy(bytes).into_owned()), Vec::new());
    }
    let of_desk = path.strip_suffix(".yaml").and_then(split).filter(|(of, _)| *of == "desk");
    if !path.starts_with("playbooks/") && of_desk.is_none() {
        return (plain(""), Content::Nothing, Vec::new());
    }
    let Some(stem) = name.strip_suffix(".yaml") else {
        let stem = name.strip_suffix(".yml");
        let found = stem.map(|stem| {
            form::stray_file(top, "this file is not read: its name ends in `.yml`", format!("name it `{stem}.yaml`"))
        });
        return (plain(&String::from_utf8_lossy(bytes)), Content::Nothing, found.into_iter().collect());
    };
    let (source, tree, found) = yaml::parse(file, path, bytes);
    let findings = Sink::default();
    let text = &source.text;
    let content = match (stem.strip_suffix(".test"), split(stem)) {
        (Some(id), _) => Content::Tests(author_test::parse(id, file, tree.as_ref(), &findings)),
        (None, Some((of, language))) => {
            let of = if of_desk.is_some() { "" } else { of };
            Content::Texts(language, Box::new(translation::parse(of, file, text, tree.as_ref(), &findings)))
        }
        (None, None) => {
            Content::Playbook(Box::new(playbook::parse(stem, file, text, tree.as_ref(), desk.facts, &findings)))
        }
    };
    let mut all = found;
    let broken_yaml = !all.is_empty();
    all.extend(findings.into_vec());
    let content = match content {
        Content::Playbook(mut playbook) if broken_yaml => {
            Arc::get_mut(&mut playbook.flow).expect("nobody else has it yet").broken = true;
            Content::Playbook(playbook)
        }
        other => other,
    };
    (source, content, all)
}

/// The id of a spanned name, for lists.
pub fn names(list: &[Spanned<String>]) -> impl Iterator<Item = &str> + Clone {
    list.iter().map(|name| name.value.as_str())
}
