//! What is measured beside firstline, and how each is asked.

use super::{bare::Bare, fts5::Fts5, outside::Outside};
use firstline::{
    language::Language,
    search::{
        Index, Query, Reader,
        evaluation::{Quality, Set, judge},
    },
};
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

/// How often every query is asked, after a first round that warms up.
const ROUNDS: usize = 3;

/// Something that finds texts.
pub trait Engine {
    /// The first ten, and after how many milliseconds.
    fn ask(&mut self, words: &str) -> (Vec<String>, f64);
}

/// An engine that is ready.
pub struct Ready<'a> {
    pub name: &'static str,
    pub engine: Box<dyn Engine + 'a>,
    /// What it took to take the texts in.
    pub seconds: f64,
    pub bytes: u64,
    /// Where the bytes are.
    pub place: String,
}

/// firstline, with everything a page of hits shows.
struct Firstline<'a> {
    set: &'a Set,
    index: Index,
}

impl Engine for Firstline<'_> {
    fn ask(&mut self, words: &str) -> (Vec<String>, f64) {
        timed(|| self.set.ranking(&self.index, words))
    }
}

/// The same, with nothing but the ids.
struct Ids<'a>(Firstline<'a>);

impl Engine for Ids<'_> {
    fn ask(&mut self, words: &str) -> (Vec<String>, f64) {
        let Self(Firstline { set, index }) = self;
        let query = Query { words: words.to_owned(), limit: 10, ..Query::default() };
        let (ids, ms) = timed(|| index.ids(Reader::Staff, &query));
        let text = |id: &str| set.texts.get(id.strip_prefix("text-")?.parse::<usize>().ok()?);
        (ids.into_iter().filter_map(text).map(|text| text.id.clone()).collect(), ms)
    }
}

/// A result, and after how many milliseconds it came.
pub fn timed<T>(work: impl FnOnce() -> T) -> (T, f64) {
    let began = Instant::now();
    let result = work();
    (result, since(began))
}

/// Milliseconds since.
pub fn since(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

/// So many hundredths of the times are no longer.
pub fn at(sorted: &[f64], hundredth: usize) -> f64 {
    sorted[(sorted.len() * hundredth / 100).min(sorted.len() - 1)]
}

/// firstline over a set, with pages and with ids alone, which have an index of their own: what one keeps is not there
/// for the other. Reading the Markdown counts.
pub fn firstline<'a>(set: &'a Set, folder: &Path) -> [Ready<'a>; 2] {
    let open = || Index::open(Language::ENGLISH, Some(folder), set.documents(), &[]).expect("the folder takes it");
    let (first, ms) = timed(open);
    let bytes = size(folder);
    let [page, ids] = [first, open()].map(|index| {
        index.warm_up();
        Firstline { set, index }
    });
    let ready = |name, engine| Ready { name, engine, seconds: ms / 1e3, bytes, place: "disk".into() };
    [ready("firstline", Box::new(page)), ready("  ids alone", Box::new(Ids(ids)))]
}

/// SQLite FTS5 over a set.
pub fn fts5<'a>(set: &Set) -> Ready<'a> {
    let (mut engine, ms) = timed(|| Fts5::build(&set.texts));
    let bytes = engine.bytes();
    Ready { name: "SQLite FTS5", engine: Box::new(engine), seconds: ms / 1e3, bytes, place: "memory".into() }
}

/// tantivy alone over a set.
pub fn bare<'a>(set: &'a Set, folder: &Path) -> Ready<'a> {
    let (engine, ms) = timed(|| Bare::build(set, folder).expect("tantivy takes them"));
    let bytes = size(folder);
    Ready { name: "bare tantivy", engine: Box::new(engine), seconds: ms / 1e3, bytes, place: "disk".into() }
}

/// The engines that are programs of their own; what is not there is said and left out.
pub fn outside<'a>(set: &Set) -> Vec<Ready<'a>> {
    let ready =
        |(name, program, arguments): (&'static str, &str, &[&str])| match Outside::start(program, arguments, set) {
            Ok((engine, told)) => Some(Ready {
                name,
                engine: Box::new(engine),
                seconds: told.seconds,
                bytes: told.bytes,
                place: told.place,
            }),
            Err(error) => {
                println!("{name} is left out: {error}");
                None
            }
        };
    let (python, node) = ("python/bin/python", "node");
    let rows: [(_, _, &[&str]); 4] = [
        ("PG ts_rank", python, &["postgres.py", "ts_rank"]),
        ("PG ts_rank_cd", python, &["postgres.py", "ts_rank_cd"]),
        ("MiniSearch", node, &["--expose-gc", "minisearch.js"]),
        ("  prefix, fuzzy", node, &["--expose-gc", "minisearch.js", "loose"]),
    ];
    rows.into_iter().filter_map(ready).collect()
}

/// Asks every query of every engine, in turns, so that all see the same machine; prints a row for each.
pub fn measure(set: &Set, mut engines: Vec<Ready>) {
    let mut seen: Vec<Seen> = engines.iter().map(|_| Seen::default()).collect();
    let none = HashMap::new();
    for round in 0..=ROUNDS {
        for (id, words) in &set.queries {
            let relevant = set.relevant.get(id).unwrap_or(&none);
            for (ready, seen) in engines.iter_mut().zip(&mut seen) {
                let (ranking, time) = ready.engine.ask(words);
                if round > 0 {
                    seen.warm.push(time);
                    continue;
                }
                seen.first.push(time);
                if !relevant.is_empty() {
                    seen.qualities.push(judge(&ranking, relevant));
                }
            }
        }
    }
    println!("| engine | texts/s | index | median | 99th percentile | first asked | nDCG@10 | MRR@10 |");
    println!("|---|---|---|---|---|---|---|---|");
    for (ready, mut seen) in engines.into_iter().zip(seen) {
        seen.first.sort_by(f64::total_cmp);
        seen.warm.sort_by(f64::total_cmp);
        let Quality { ndcg, mrr, .. } = Quality::mean(&seen.qualities);
        println!(
            "| {:<15} | {:>6.0} | {:>6.1} MB {:<6} | {:>7.3} ms | {:>8.3} ms | {:>7.3} ms | {ndcg:.3} | {mrr:.3} |",
            ready.name,
            set.texts.len() as f64 / ready.seconds,
            ready.bytes as f64 / 1e6,
            ready.place,
            at(&seen.warm, 50),
            at(&seen.warm, 99),
            at(&seen.first, 50),
        );
    }
}

/// What an engine did.
#[derive(Default)]
struct Seen {
    /// Milliseconds of the first round, when nothing is kept from before.
    first: Vec<f64>,
    /// Of the others.
    warm: Vec<f64>,
    qualities: Vec<Quality>,
}

/// The bytes of all files below a folder; one with two names counts once.
pub fn size(folder: &Path) -> u64 {
    let mut files = HashMap::new();
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).expect("it is there").filter_map(Result::ok) {
            let Ok(about) = entry.metadata() else { continue };
            if about.is_dir() {
                folders.push(entry.path());
            } else {
                files.insert(number(&about, entry.path()), about.len());
            }
        }
    }
    files.values().sum()
}

#[cfg(unix)]
fn number(about: &fs::Metadata, _: PathBuf) -> u64 {
    std::os::unix::fs::MetadataExt::ino(about)
}

#[cfg(not(unix))]
fn number(_: &fs::Metadata, path: PathBuf) -> PathBuf {
    path
}
