//! `firstline eval`

use super::{Error, Status};
use crate::{
    desk::Desk,
    search::{
        self, Index, Query, Reader,
        evaluation::{Quality, judge},
    },
};
use clap::{Args, ValueEnum};
use serde::Deserialize;
use std::{
    collections::HashMap,
    fs,
    io::Write,
    path::{Path, PathBuf},
    time::Instant,
};

/// Measure the search over judged queries: how good its rankings are, how long they take
#[derive(Debug, Args)]
pub struct Arguments {
    /// A folder with `corpus.jsonl` (id, title, body), `queries.tsv` (id, text) and `qrels.tsv` (query, document, relevance)
    set: PathBuf,
    /// How to show it
    #[arg(long, value_enum, default_value = "human", env = "FIRSTLINE_FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Human,
    Json,
}

#[derive(Deserialize)]
struct Text {
    id: String,
    #[serde(default)]
    title: String,
    body: String,
}

/// One query's outcome.
struct Asked {
    id: String,
    ranking: Vec<String>,
    quality: Quality,
    seconds: f64,
}

pub fn run(arguments: &Arguments) -> Result<Status, Error> {
    let texts = corpus(&arguments.set.join("corpus.jsonl"))?;
    let (queries, judged) =
        (table(&arguments.set.join("queries.tsv"), 2)?, table(&arguments.set.join("qrels.tsv"), 3)?);
    let mut relevant: HashMap<&str, HashMap<String, f64>> = HashMap::new();
    for line in &judged {
        let gain = line[2].parse().map_err(|_| Error::Usage(format!("`{}` in `qrels.tsv` is no number", line[2])))?;
        relevant.entry(&line[0]).or_default().insert(line[1].clone(), gain);
    }
    let (desk, ids) = desk(&texts);
    let began = Instant::now();
    let documents = desk.articles.values().flat_map(|article| search::articles(article, false)).collect();
    let index = Index::open(None, documents, &[])?;
    let rate = texts.len() as f64 / began.elapsed().as_secs_f64();
    index.warm_up();
    let asked: Vec<Asked> = queries
        .iter()
        .filter_map(|line| {
            let relevant = relevant.get(line[0].as_str())?;
            let query = Query { words: line[1].clone(), limit: 10, ..Query::default() };
            let began = Instant::now();
            let found = index.search(Reader::Staff, &query);
            let seconds = began.elapsed().as_secs_f64();
            let ranking: Vec<String> = found.hits.into_iter().filter_map(|hit| ids.get(&hit.id).cloned()).collect();
            Some(Asked { id: line[0].clone(), quality: judge(&ranking, relevant), ranking, seconds })
        })
        .collect();
    report(arguments, &asked, texts.len(), rate)
}

fn report(arguments: &Arguments, asked: &[Asked], documents: usize, rate: f64) -> Result<Status, Error> {
    if asked.is_empty() {
        return Err(Error::Usage("no query in `queries.tsv` is judged in `qrels.tsv`".into()));
    }
    let quality = Quality::mean(&asked.iter().map(|asked| asked.quality).collect::<Vec<_>>());
    let mut times: Vec<f64> = asked.iter().map(|asked| asked.seconds * 1e3).collect();
    times.sort_by(f64::total_cmp);
    let (median, late) = (times[times.len() / 2], times[(times.len() * 99 / 100).min(times.len() - 1)]);
    let mut out = std::io::stdout().lock();
    match arguments.format {
        Format::Json => {
            let rankings: serde_json::Map<_, _> =
                asked.iter().map(|asked| (asked.id.clone(), asked.ranking.clone().into())).collect();
            let report = serde_json::json!({
                "ndcg_at_10": quality.ndcg, "mrr_at_10": quality.mrr, "recall_at_10": quality.recall,
                "queries": asked.len(), "documents": documents, "documents_per_second": rate,
                "median_ms": median, "p99_ms": late, "rankings": rankings,
            });
            writeln!(out, "{report}")?;
        }
        Format::Human => {
            writeln!(out, "nDCG@10 {:.4}  MRR@10 {:.4}  Recall@10 {:.4}", quality.ndcg, quality.mrr, quality.recall)?;
            writeln!(out, "{} queries over {documents} documents", asked.len())?;
            writeln!(out, "{rate:.0} documents indexed per second")?;
            writeln!(out, "query time: median {median:.2} ms, 99th percentile {late:.2} ms")?;
        }
    }
    Ok(Status::Fine)
}

/// The texts as a desk's articles; with the text's id for each article's.
fn desk(texts: &[Text]) -> (Desk, HashMap<String, String>) {
    let name = |n: usize| format!("text-{n}");
    // The empty line keeps a body that begins with a rule from being taken for one with a header.
    let files = texts
        .iter()
        .enumerate()
        .map(|(n, text)| (format!("kb/{}.md", name(n)), format!("\n{}", text.body).into_bytes()));
    let mut desk = Desk::build(files.collect());
    for (n, text) in texts.iter().enumerate() {
        if let Some(article) = desk.articles.get_mut(&name(n)) {
            article.title.clone_from(&text.title);
        }
    }
    let ids = texts.iter().enumerate().map(|(n, text)| (name(n), text.id.clone())).collect();
    (desk, ids)
}

fn read(path: &Path) -> Result<String, Error> {
    fs::read_to_string(path).map_err(|error| Error::Usage(format!("`{}`: {error}", path.display())))
}

fn corpus(path: &Path) -> Result<Vec<Text>, Error> {
    let text = read(path)?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let parse = |(n, line): (usize, &str)| {
        serde_json::from_str(line)
            .map_err(|error| Error::Usage(format!("`{}`, line {}: {error}", path.display(), n + 1)))
    };
    lines.map(parse).collect()
}

fn table(path: &Path, columns: usize) -> Result<Vec<Vec<String>>, Error> {
    let text = read(path)?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let parse = |(n, line): (usize, &str)| {
        let cells: Vec<String> = line.split('\t').map(|cell| cell.trim().to_owned()).collect();
        let what = || format!("`{}`, line {}: {columns} columns are needed, parted by tabs", path.display(), n + 1);
        if cells.len() < columns { Err(Error::Usage(what())) } else { Ok(cells) }
    };
    lines.map(parse).collect()
}
