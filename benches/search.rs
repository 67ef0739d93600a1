//! How good and how fast search is: beside other engines over the same texts, as somebody types, and how soon an index
//! is there.
//!
//! `FIRSTLINE_SET` names a folder as `firstline eval` takes it; without one, texts of made-up words are used.
//! `-- growth` asks over up to 130,000 articles, and only when it is named.

#[path = "search/bare.rs"]
mod bare;
#[path = "search/engines.rs"]
mod engines;
#[path = "search/fts5.rs"]
mod fts5;
#[path = "search/growth.rs"]
mod growth;
#[path = "search/outside.rs"]
mod outside;
#[path = "search/texts.rs"]
mod texts;

use engines::{at, since, size};
use firstline::{
    language::Language,
    search::{Document, Index, Query, Reader, evaluation::Set},
};
use std::{
    fs,
    path::{Path, PathBuf},
    time::Instant,
};

/// How many articles there are while somebody types.
const TYPED_OVER: usize = 10_000;

fn main() {
    let set = match std::env::var_os("FIRSTLINE_SET") {
        Some(folder) => Set::load(Path::new(&folder)).unwrap_or_else(|error| panic!("{error}")),
        None => texts::made_up(TYPED_OVER),
    };
    let arguments: Vec<String> = std::env::args().skip(1).filter(|argument| argument != "--bench").collect();
    if let [memory, articles, folder] = arguments.as_slice()
        && memory == "--memory"
    {
        return growth::memory(&set, articles.parse().expect("a number of articles"), Path::new(folder));
    }
    let wanted = |name: &str| arguments.iter().any(|argument| argument == name);
    println!("{} texts, {} queries", set.texts.len(), set.queries.len());
    if arguments.is_empty() || wanted("beside") {
        beside(&set);
    }
    if arguments.is_empty() || wanted("typing") {
        typing(&set);
    }
    if arguments.is_empty() || wanted("start") {
        start(&set);
    }
    if wanted("growth") {
        let folder = folder("growth");
        growth::report(&set, &folder);
        let _ = fs::remove_dir_all(&folder);
    }
}

/// firstline and the other engines, each over the whole set.
fn beside(set: &Set) {
    let folder = folder("beside");
    let mut engines = Vec::from(engines::firstline(set, &folder.join("firstline")));
    engines.extend([engines::bare(set, &folder.join("bare")), engines::fts5(set)]);
    engines.extend(engines::outside(set));
    engines::measure(set, engines);
    let _ = fs::remove_dir_all(&folder);
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
    println!("{:.1} MB on the disk, what the change left behind included", size(&folder) as f64 / 1e6);
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
