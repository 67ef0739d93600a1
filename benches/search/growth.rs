//! The same figures over more and more articles: what is added is mixed from sentences of the set, by a seed, and the
//! judged queries stay. Articles that are relevant to a query lend nothing, where there are others.

use super::{
    engines::{self, at, since},
    texts::Chance,
};
use firstline::{
    language::Language,
    search::{
        Document, Index, Query, Reader,
        evaluation::{Set, Text},
    },
};
use std::{collections::HashSet, fs, path::Path, process::Command, time::Instant};

const SIZES: [usize; 3] = [7_000, 30_000, 130_000];
const SEED: u64 = 7;
/// How many texts become documents at once where memory is looked at.
const TOGETHER: usize = 500;

/// The set with so many articles.
pub fn grown<'a>(set: &'a Set, articles: usize) -> Set {
    let judged: HashSet<&String> = set.relevant.values().flat_map(|relevant| relevant.keys()).collect();
    let mut lenders: Vec<&Text> = set.texts.iter().filter(|text| !judged.contains(&text.id)).collect();
    if lenders.is_empty() {
        lenders = set.texts.iter().collect();
    }
    let cut = |text: &&'a Text| text.body.split_inclusive('\n').flat_map(|line| line.split_inclusive(". ")).collect();
    let sentences: Vec<Vec<&str>> = lenders.iter().map(cut).collect();
    let mut chance = Chance(SEED);
    let mut texts = set.texts.clone();
    while texts.len() < articles {
        let pick = |chance: &mut Chance| chance.below(lenders.len());
        let (first, second) = (pick(&mut chance), pick(&mut chance));
        let words = |n: usize| lenders[n].title.split_whitespace().collect::<Vec<_>>();
        let (first, second) = (words(first), words(second));
        let title = [&first[..first.len().div_ceil(2)], &second[second.len() / 2..]].concat().join(" ");
        let length = sentences[pick(&mut chance)].len();
        let mut body = String::new();
        for _ in 0..length {
            let from = &sentences[pick(&mut chance)];
            body.push_str(from.get(chance.below(from.len().max(1))).copied().unwrap_or_default());
        }
        texts.push(Text { id: format!("mixed-{}", texts.len()), title, body });
    }
    Set { texts, ..set.clone() }
}

/// A table for each size; memory in a process of its own.
pub fn report(set: &Set, folder: &Path) {
    for articles in SIZES.into_iter().filter(|articles| *articles >= set.texts.len()) {
        let grown = grown(set, articles);
        let bytes: usize = grown.texts.iter().map(|text| text.title.len() + text.body.len()).sum();
        println!("\n{articles} articles, {:.0} MB of text", bytes as f64 / 1e6);
        let (ours, theirs) = (folder.join("firstline"), folder.join("bare"));
        let mut engines = Vec::from(engines::firstline(&grown, &ours));
        engines.extend([engines::bare(&grown, &theirs), engines::fts5(&grown)]);
        engines::measure(&grown, engines);
        drop(grown);
        let program = std::env::current_exe().expect("the program has a path");
        let done = Command::new(program).args(["--memory", &articles.to_string()]).arg(&ours).status();
        done.expect("it starts again");
        for folder in [ours, theirs] {
            let _ = fs::remove_dir_all(folder);
        }
    }
}

/// Opens the index of the grown set, which is in the folder already, and says what that took.
pub fn memory(set: &Set, articles: usize, folder: &Path) {
    let documents = documents(set, articles);
    let texts = memory_now("RssAnon");
    // The peak counts from here.
    let _ = fs::write("/proc/self/clear_refs", "5");
    let began = Instant::now();
    let index = Index::open(Language::ENGLISH, Some(folder), documents, &[]).expect("it is there");
    index.warm_up();
    let start = since(began);
    let mut times: Vec<f64> = set.queries.iter().map(|(_, words)| asked(&index, words)).collect();
    times.sort_by(f64::total_cmp);
    println!(
        "firstline alone: warm start {start:.0} ms, first answers median {:.2} ms; documents {texts} MiB, with the \
         index {} MiB and {} MiB of files mapped, peak {} MiB",
        at(&times, 50),
        memory_now("RssAnon"),
        memory_now("RssFile"),
        memory_now("VmHWM"),
    );
}

fn asked(index: &Index, words: &str) -> f64 {
    let query = Query { words: words.to_owned(), limit: 10, ..Query::default() };
    let began = Instant::now();
    std::hint::black_box(index.search(Reader::Staff, &query));
    since(began)
}

/// As [`Set::documents`] has them, a few texts at a time, so that the set and its desk are gone when the index opens.
fn documents(set: &Set, articles: usize) -> Vec<Document> {
    let mut texts = grown(set, articles).texts.into_iter().peekable();
    let (mut out, mut first) = (Vec::new(), 0);
    while texts.peek().is_some() {
        let part = Set { texts: texts.by_ref().take(TOGETHER).collect(), ..Set::default() };
        for mut document in part.documents() {
            if let Some(n) = document.id.strip_prefix("text-").and_then(|n| n.parse::<usize>().ok()) {
                document.id = format!("text-{}", first + n);
            }
            out.push(document);
        }
        first += part.texts.len();
    }
    out
}

/// A line of `/proc/self/status`, in MiB; 0 where there is none.
fn memory_now(name: &str) -> usize {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(':'));
    line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<usize>().ok()).unwrap_or(0) >> 10
}
