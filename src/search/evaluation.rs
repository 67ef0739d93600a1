//! How good a ranking is, against judged queries.

use super::{Document, Index, Query, Reader, articles};
use crate::desk::Desk;
use serde::Deserialize;
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, HashMap},
    fs,
    path::Path,
};

/// One text of a set.
#[derive(Clone, Debug, Deserialize)]
pub struct Text {
    /// What judgements call it.
    pub id: String,
    /// Its title.
    #[serde(default)]
    pub title: String,
    /// Markdown.
    pub body: String,
}

/// Texts, queries, and which texts are relevant to which query, and how much.
#[derive(Clone, Debug, Default)]
pub struct Set {
    /// In the order of the file; an article is known by its place here.
    pub texts: Vec<Text>,
    /// Ids and words.
    pub queries: Vec<(String, String)>,
    /// By query: texts and their gains.
    pub relevant: HashMap<String, HashMap<String, f64>>,
}

impl Set {
    /// Reads a folder with `corpus.jsonl`, `queries.tsv` and `qrels.tsv`; says what is wrong with it.
    pub fn load(folder: &Path) -> Result<Self, String> {
        let queries = table(&folder.join("queries.tsv"), 2)?;
        let mut relevant: HashMap<String, HashMap<String, f64>> = HashMap::new();
        for line in table(&folder.join("qrels.tsv"), 3)? {
            let gain = line[2].parse().map_err(|_| format!("`{}` in `qrels.tsv` is no number", line[2]))?;
            relevant.entry(line[0].clone()).or_default().insert(line[1].clone(), gain);
        }
        let queries = queries.into_iter().map(|line| (line[0].clone(), line[1].clone())).collect();
        Ok(Self { texts: corpus(&folder.join("corpus.jsonl"))?, queries, relevant })
    }

    /// The topics of the judged queries, by query: the smallest id of all texts that are judged for them or for queries
    /// that share such texts, directly or not.
    pub fn topics(&self) -> BTreeMap<&str, &str> {
        fn top<'a>(above: &HashMap<&'a str, &'a str>, mut text: &'a str) -> &'a str {
            while let Some(next) = above.get(text).filter(|next| **next != text) {
                text = next;
            }
            text
        }
        let mut above: HashMap<&str, &str> = HashMap::new();
        let mut first: BTreeMap<&str, &str> = BTreeMap::new();
        for (query, relevant) in &self.relevant {
            for text in relevant.keys() {
                let (one, other) = (top(&above, first.entry(query).or_insert(text)), top(&above, text));
                above.insert(one.max(other), one.min(other));
            }
        }
        first.into_iter().map(|(query, text)| (query, top(&above, text))).collect()
    }

    /// Half of the set, by topics and a seed: 0 is for tuning, 1 for reporting. `benches/search/judged.py` parts alike.
    pub fn half(&self, seed: u64, half: u8) -> Self {
        let topics = self.topics();
        let here = |query: &str| {
            let topic = topics.get(query)?;
            Some(Sha256::digest(format!("{seed}:{topic}"))[0] & 1 == half)
        };
        let queries = self.queries.iter().filter(|(id, _)| here(id) == Some(true)).cloned().collect();
        let relevant = self.relevant.iter().filter(|(id, _)| here(id) == Some(true));
        Self {
            texts: self.texts.clone(),
            queries,
            relevant: relevant.map(|(id, relevant)| (id.clone(), relevant.clone())).collect(),
        }
    }

    /// What is indexed of them: each is an article, with its sections.
    pub fn documents(&self) -> Vec<Document> {
        let name = |n: usize| format!("text-{n}");
        // The empty line keeps a body that begins with a rule from being taken for one with a header.
        let texts = self.texts.iter().enumerate();
        let files = texts.map(|(n, text)| (format!("kb/{}.md", name(n)), format!("\n{}", text.body).into_bytes()));
        let mut desk = Desk::build(files.collect());
        for (n, text) in self.texts.iter().enumerate() {
            if let Some(article) = desk.articles.get_mut(&name(n)) {
                article.title.clone_from(&text.title);
            }
        }
        desk.articles.values().flat_map(|article| articles(article, false)).collect()
    }

    /// The ids of the texts that an index of [`Set::documents`] finds first, at most ten.
    pub fn ranking(&self, index: &Index, words: &str) -> Vec<String> {
        let found = index.search(Reader::Staff, &first(words));
        self.named(found.hits.iter().map(|hit| hit.id.as_str()))
    }

    /// The same ids, without anything to show them by.
    pub fn ids(&self, index: &Index, words: &str) -> Vec<String> {
        self.named(index.ids(Reader::Staff, &first(words)).into_iter())
    }

    fn named<'a>(&self, ids: impl Iterator<Item = &'a str>) -> Vec<String> {
        let place = |id: &str| id.strip_prefix("text-")?.parse::<usize>().ok();
        ids.filter_map(|id| Some(self.texts.get(place(id)?)?.id.clone())).collect()
    }
}

/// What finds ten.
fn first(words: &str) -> Query {
    Query { words: words.to_owned(), limit: 10, ..Query::default() }
}

fn read(path: &Path) -> Result<String, String> {
    fs::read_to_string(path).map_err(|error| format!("`{}`: {error}", path.display()))
}

fn corpus(path: &Path) -> Result<Vec<Text>, String> {
    let text = read(path)?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let parse = |(n, line): (usize, &str)| {
        serde_json::from_str(line).map_err(|error| format!("`{}`, line {}: {error}", path.display(), n + 1))
    };
    lines.map(parse).collect()
}

fn table(path: &Path, columns: usize) -> Result<Vec<Vec<String>>, String> {
    let text = read(path)?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let parse = |(n, line): (usize, &str)| {
        let cells: Vec<String> = line.split('\t').map(|cell| cell.trim().to_owned()).collect();
        let what = || format!("`{}`, line {}: {columns} columns are needed, parted by tabs", path.display(), n + 1);
        if cells.len() < columns { Err(what()) } else { Ok(cells) }
    };
    lines.map(parse).collect()
}

/// Means over queries.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Quality {
    /// Normalised discounted cumulative gain of the first ten.
    pub ndcg: f64,
    /// One over the place of the first relevant among ten.
    pub mrr: f64,
    /// The share of the relevant that is among the first ten.
    pub recall: f64,
}

/// Judges one ranking by what is relevant and how much.
pub fn judge(ranking: &[String], relevant: &HashMap<String, f64>) -> Quality {
    let discount = |place: usize| (place as f64 + 2.0).log2();
    let gain = |id: &String| relevant.get(id).copied().unwrap_or_default();
    let top = || ranking.iter().take(10).enumerate();
    let mut ideal: Vec<f64> = relevant.values().copied().collect();
    ideal.sort_by(|a, b| b.total_cmp(a));
    let best: f64 = ideal.iter().take(10).enumerate().map(|(place, gain)| gain / discount(place)).sum();
    let reached: f64 = top().map(|(place, id)| gain(id) / discount(place)).sum();
    let first = top().find(|(_, id)| gain(id) > 0.0).map_or(0.0, |(place, _)| 1.0 / (place as f64 + 1.0));
    let wanted = relevant.values().filter(|gain| **gain > 0.0).count();
    let found = top().filter(|(_, id)| gain(id) > 0.0).count();
    if best == 0.0 {
        return Quality::default();
    }
    Quality { ndcg: reached / best, mrr: first, recall: found as f64 / wanted as f64 }
}

impl Quality {
    /// The mean of several.
    pub fn mean(all: &[Self]) -> Self {
        let mean = |part: fn(&Self) -> f64| all.iter().map(part).sum::<f64>() / all.len().max(1) as f64;
        Self { ndcg: mean(|q| q.ndcg), mrr: mean(|q| q.mrr), recall: mean(|q| q.recall) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_ranking_is_judged_by_its_first_ten() {
        let relevant = HashMap::from([("a".to_owned(), 1.0), ("b".to_owned(), 1.0)]);
        let ranking = ["x", "a"].map(str::to_owned);
        let quality = judge(&ranking, &relevant);
        let ideal = 1.0 + 1.0 / 3f64.log2();
        assert!((quality.ndcg - 1.0 / 3f64.log2() / ideal).abs() < 1e-9);
        assert_eq!((quality.mrr, quality.recall), (0.5, 0.5));
        assert_eq!(judge(&[], &relevant), Quality::default());
    }

    #[test]
    fn queries_that_share_texts_are_in_one_half() {
        let judged = [("q3", "a"), ("q1", "a"), ("q1", "b"), ("q2", "b"), ("q4", "c"), ("q5", "d")];
        let mut set = Set::default();
        for (query, text) in judged {
            set.relevant.entry(query.to_owned()).or_default().insert(text.to_owned(), 1.0);
        }
        set.queries = ["q1", "q2", "q3", "q4", "q5", "not judged"].map(|id| (id.to_owned(), String::new())).to_vec();
        let topics: Vec<_> = set.topics().into_iter().collect();
        assert_eq!(topics, [("q1", "a"), ("q2", "a"), ("q3", "a"), ("q4", "c"), ("q5", "d")]);
        let ids = |half| set.half(7, half).queries.into_iter().map(|(id, _)| id).collect::<Vec<_>>();
        assert_eq!(ids(0), ["q1", "q2", "q3", "q4"]);
        assert_eq!(ids(1), ["q5"]);
    }
}
