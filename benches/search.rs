//! How good and how fast search is: beside SQLite FTS5 over the same texts, as somebody types, and how soon an index is
//! there.
//!
//! `FIRSTLINE_SET` names a folder as `firstline eval` takes it; without one, texts of made-up words are used.

#[path = "search/fts5.rs"]
mod fts5;
#[path = "search/texts.rs"]
mod texts;

use firstline::{
    language::Language,
    search::{
        Document, Index, Query, Reader,
        evaluation::{Quality, Set, judge},
    },
};
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

/// How often every query is asked.
const ROUNDS: usize = 3;
/// How many articles there are while somebody types.
const TYPED_OVER: usize = 10_000;

fn main() {
    let named: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |name: &str| named.is_empty() || named.iter().any(|part| part == name);
    let set = match std::env::var_os("FIRSTLINE_SET") {
        Some(folder) => Set::load(Path::new(&folder)).unwrap_or_else(|error| panic!("{error}")),
        None => texts::made_up(TYPED_OVER),
    };
    println!("{} texts, {} queries", set.texts.len(), set.queries.len());
    if wanted("beside") {
        beside(&set);
    }
    if wanted("typing") {
        typing(&set);
    }
    if wanted("start") {
        start(&set);
    }
}

/// One engine over a set.
struct Figures {
    seconds: f64,
    times: Vec<f64>,
    quality: Quality,
}

impl Figures {
    fn show(mut self, name: &str, texts: usize) {
        self.times.sort_by(f64::total_cmp);
        let Quality { ndcg, mrr, recall } = self.quality;
        println!(
            "{name:<12} {:>7.0} texts/s  median {:>7.3} ms  99th {:>7.3} ms  nDCG@10 {ndcg:.3}  MRR@10 {mrr:.3}  \
             Recall@10 {recall:.3}",
            texts as f64 / self.seconds,
            at(&self.times, 50),
            at(&self.times, 99),
        );
    }
}

/// So many hundredths of the times are no longer.
fn at(sorted: &[f64], hundredth: usize) -> f64 {
    sorted[(sorted.len() * hundredth / 100).min(sorted.len() - 1)]
}

/// Milliseconds since.
fn since(began: Instant) -> f64 {
    began.elapsed().as_secs_f64() * 1e3
}

/// Asks every query of an engine, in turns with the others, so that all see the same machine.
fn beside(set: &Set) {
    let documents = set.documents();
    let began = Instant::now();
    let index = Index::open(Language::ENGLISH, None, documents, &[]).expect("memory takes it");
    let ours = began.elapsed().as_secs_f64();
    let began = Instant::now();
    let mut fts5 = fts5::Fts5::build(&set.texts);
    let theirs = began.elapsed().as_secs_f64();
    let mut engines: [(&str, f64, Vec<f64>, Vec<Quality>); 2] =
        [("firstline", ours, Vec::new(), Vec::new()), ("SQLite FTS5", theirs, Vec::new(), Vec::new())];
    let none = HashMap::new();
    for round in 0..=ROUNDS {
        for (id, words) in &set.queries {
            let relevant = set.relevant.get(id).unwrap_or(&none);
            for (n, (_, _, times, qualities)) in engines.iter_mut().enumerate() {
                let began = Instant::now();
                let ranking = if n == 0 { set.ranking(&index, words) } else { fts5.ranking(words) };
                let time = since(began);
                // The first round warms up.
                if round > 0 {
                    times.push(time);
                }
                if round == 1 && !relevant.is_empty() {
                    qualities.push(judge(&ranking, relevant));
                }
            }
        }
    }
    for (name, seconds, times, qualities) in engines {
        Figures { seconds, times, quality: Quality::mean(&qualities) }.show(name, set.texts.len());
    }
}

/// Every query letter by letter, over ten thousand articles.
fn typing(set: &Set) {
    let documents = multiplied(set.documents(), TYPED_OVER);
    let index = Index::open(Language::ENGLISH, None, documents, &[]).expect("memory takes it");
    let mut times = Vec::new();
    for (_, words) in set.queries.iter().take(100) {
        for (end, _) in words.char_indices().skip(2).take(60) {
            let query = Query { words: words[..end].to_owned(), typing: true, limit: 6, ..Query::default() };
            let began = Instant::now();
            std::hint::black_box(index.search(Reader::Staff, &query));
            times.push(since(began));
        }
    }
    times.sort_by(f64::total_cmp);
    println!(
        "typing over {TYPED_OVER}: median {:.3} ms  99th {:.3} ms  of {} beginnings",
        at(&times, 50),
        at(&times, 99),
        times.len()
    );
}

/// The first and the second start, and one after a change.
fn start(set: &Set) {
    let folder = folder("index");
    let open = |documents: Vec<Document>, what: &str| {
        let began = Instant::now();
        let index = Index::open(Language::ENGLISH, Some(&folder), documents, &[]).expect("the folder takes it");
        println!("{what:<28} {:>8.0} ms", since(began));
        drop(index);
    };
    open(set.documents(), "first start");
    open(set.documents(), "second start");
    let mut changed = set.documents();
    changed[0].body.push_str(" and one word more");
    open(changed, "after a change of one text");
    let bytes: u64 = files(&folder).iter().filter_map(|path| Some(fs::metadata(path).ok()?.len())).sum();
    println!("{:.1} MB on the disk, what the change left behind included", bytes as f64 / 1e6);
    let _ = fs::remove_dir_all(&folder);
}

/// So many articles; copies have another id.
fn multiplied(documents: Vec<Document>, articles: usize) -> Vec<Document> {
    let mut out = Vec::new();
    let mut ids = std::collections::HashSet::new();
    for copy in 0.. {
        for document in &documents {
            let id = format!("{}-{copy}", document.id);
            if !ids.contains(&id) {
                if ids.len() == articles {
                    return out;
                }
                ids.insert(id.clone());
            }
            out.push(Document { id, ..document.clone() });
        }
    }
    out
}

/// An empty folder below the target folder, which is on a disk where `/tmp` may not be.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("search-{}", std::process::id())).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let mut out = Vec::new();
    for entry in fs::read_dir(folder).expect("it is there").filter_map(Result::ok) {
        let path = entry.path();
        if path.is_dir() { out.extend(files(&path)) } else { out.push(path) }
    }
    out
}
