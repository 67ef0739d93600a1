//! `firstline eval`

use super::{Error, Status, output::Format};
use crate::{
    app,
    desk::Desk,
    language::Language,
    search::{
        Index,
        evaluation::{Quality, Set, judge},
        sentences::{self, Said, Summary},
    },
};
use clap::Args;
use std::{io::Write, path::PathBuf, time::Instant};

/// Measure the search over judged queries, or triage over sentences whose playbook is known
#[derive(Debug, Args)]
pub struct Arguments {
    /// A folder with `corpus.jsonl` (id, title, body), `queries.tsv` (id, text) and `qrels.tsv` (query, document, relevance)
    /// [or with `triage.tsv`: sentence, playbook of the desk or nothing]
    set: PathBuf,
    /// Of triage: playbooks about which callers say all other sentences, instead of the desk's
    #[arg(long)]
    leave_one_out: bool,
    /// How to show it
    #[arg(long, value_enum, default_value = "human", env = "FIRSTLINE_FORMAT")]
    format: Format,
}

/// One query's outcome.
struct Asked {
    id: String,
    ranking: Vec<String>,
    quality: Quality,
    seconds: f64,
}

pub fn run(arguments: &Arguments, load: impl FnOnce() -> Result<Desk, app::Error>) -> Result<Status, Error> {
    let sentences = arguments.set.join("triage.tsv");
    if sentences.is_file() {
        let sentences = sentences::load(&sentences).map_err(Error::Usage)?;
        let said = if arguments.leave_one_out {
            sentences::leave_one_out(Language::ENGLISH, &sentences)?
        } else {
            let desk = load()?;
            sentences::ask(&app::find::index(&desk, desk.policy.language(), None)?, &sentences)
        };
        return report_triage(arguments.format, &said);
    }
    let set = Set::load(&arguments.set).map_err(Error::Usage)?;
    let began = Instant::now();
    let index = Index::open(Language::ENGLISH, None, set.documents(), &[])?;
    let rate = set.texts.len() as f64 / began.elapsed().as_secs_f64();
    index.warm_up();
    let ask = |(id, words): &(String, String)| {
        let relevant = set.relevant.get(id)?;
        let began = Instant::now();
        let ranking = set.ranking(&index, words);
        let seconds = began.elapsed().as_secs_f64();
        Some(Asked { id: id.clone(), quality: judge(&ranking, relevant), ranking, seconds })
    };
    let asked: Vec<Asked> = set.queries.iter().filter_map(ask).collect();
    report(arguments, &asked, set.texts.len(), rate)
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

fn report_triage(format: Format, said: &[Said]) -> Result<Status, Error> {
    let summary = Summary::of(said);
    let mut out = std::io::stdout().lock();
    match format {
        Format::Json => writeln!(out, "{}", serde_json::json!({"summary": summary, "sentences": said}))?,
        Format::Human => {
            let Summary { sentences, meant, first, sure, right_and_sure, wrong_and_sure, none_and_sure, levels } =
                summary;
            writeln!(out, "{sentences} sentences, {meant} of them for a playbook: {first} times it came first")?;
            writeln!(
                out,
                "sure of {sure}: {right_and_sure} right, {wrong_and_sure} of another playbook, {none_and_sure} of none"
            )?;
            for (mean, right, count) in levels {
                writeln!(out, "said to be {mean:.2} likely: {right:.2} right of {count}")?;
            }
        }
    }
    Ok(Status::Fine)
}
