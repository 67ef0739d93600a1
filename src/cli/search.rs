//! `firstline search`

use super::{Error, Status, output::*};
use crate::{
    app,
    desk::Desk,
    language::Language,
    search::{Found, Hit, Kind, Query, Reader, Triage},
};
use clap::{Args, ValueEnum};
use std::{io::Write, path::Path};

/// Search articles, their sections, playbooks and their steps
#[derive(Debug, Args)]
pub struct Arguments {
    /// What to look for; in quotes of the shell, `"a phrase"` has to be there and `-word` behind a word must not
    #[arg(required = true, allow_negative_numbers = true, value_name = "WORDS")]
    words: Vec<String>,
    /// What these readers may find
    #[arg(long, value_enum, default_value = "agent")]
    audience: Audience,
    /// How many hits
    #[arg(long, value_name = "N", default_value_t = 10, value_parser = clap::value_parser!(u16).range(1..=100))]
    limit: u16,
    /// The language to read in, by its two letters [default: the desk's first]
    #[arg(long, value_name = "LANGUAGE", value_parser = super::language, env = "FIRSTLINE_LANGUAGE")]
    language: Option<Language>,
    /// Say why each hit ranks where it does
    #[arg(long)]
    explain: bool,
    /// How to show it
    #[arg(long, value_enum, default_value = "human", env = "FIRSTLINE_FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Audience {
    Agent,
    SelfService,
}

pub fn run(
    arguments: &Arguments,
    load: impl FnOnce() -> Result<Desk, app::Error>,
    data: Option<&Path>,
) -> Result<Status, Error> {
    let desk = load()?;
    let language = arguments.language.unwrap_or(desk.policy.language());
    let open = |data| app::find::index(&desk, language, data);
    let index = open(data).or_else(|_| open(None))?;
    let reader = match arguments.audience {
        Audience::Agent => Reader::Staff,
        Audience::SelfService => Reader::SelfService,
    };
    let words = arguments.words.join(" ");
    // What cannot be read of the past is no reason not to find.
    let prior = match data.filter(|_| !desk.policy.ranks_by_texts) {
        Some(data) => super::runtime()?.block_on(app::prior_in(data, reader)).unwrap_or_default(),
        None => None,
    };
    let (limit, explain) = (usize::from(arguments.limit), arguments.explain);
    let query = Query { words, limit, explain, prior, ..Query::default() };
    let (found, triage) = (index.search(reader, &query), index.triage(reader, &query));
    match arguments.format {
        Format::Json => writeln!(std::io::stdout(), "{}", json(&query, &found, &triage))?,
        Format::Human => human(&query, &found, &triage)?,
    }
    Ok(Status::Fine)
}

fn json(query: &Query, found: &Found, triage: &Triage) -> serde_json::Value {
    serde_json::json!({
        "query": query.words,
        "took_us": found.took.as_micros() as u64,
        "total": found.total,
        "hits": found.hits,
        "did_you_mean": found.did_you_mean,
        "triage": {"sure": triage.sure, "playbooks": triage.playbooks},
    })
}

fn human(query: &Query, found: &Found, triage: &Triage) -> Result<(), Error> {
    let mut out = anstream::stdout().lock();
    if let Some(meant) = &found.did_you_mean {
        writeln!(out, "did you mean {}?\n", paint(STRONG, meant))?;
    }
    match (triage.sure, triage.playbooks.as_slice()) {
        (_, []) => {}
        (true, [first, ..]) => {
            writeln!(out, "start with {} {}\n", paint(KEY, &first.id), paint(STRONG, &first.title))?;
        }
        (false, several) => {
            writeln!(out, "which of these?")?;
            for one in several {
                writeln!(out, "  {} {}", paint(KEY, &one.id), one.title)?;
            }
            writeln!(out)?;
        }
    }
    for hit in &found.hits {
        let kind = match hit.kind {
            Kind::Article => "article",
            Kind::Section => "section",
            Kind::Playbook => "playbook",
            Kind::Step => "step",
        };
        let title = match &hit.heading {
            Some(heading) => format!("{} › {heading}", hit.title),
            None => hit.title.clone(),
        };
        let expired = if hit.expired { paint(WARNING, " expired") } else { String::new() };
        writeln!(out, "{} {} {}{expired}", paint(QUIET, kind), paint(STRONG, title), paint(KEY, address(hit)))?;
        if !hit.snippet.is_empty() {
            writeln!(out, "  {}", coloured(&hit.snippet))?;
        }
        for line in hit.explanation.iter().flat_map(|text| text.lines()) {
            writeln!(out, "  {}", paint(QUIET, line))?;
        }
    }
    let rest = found.total.saturating_sub(found.hits.len());
    let words = &query.words;
    let summary = match (found.total, rest) {
        (0, _) => format!("nothing is found for `{words}`"),
        (1, _) => "1 hit".to_owned(),
        (total, 0) => format!("{total} hits"),
        (total, _) => format!("{} of {total} hits", found.hits.len()),
    };
    writeln!(out, "{}", paint(QUIET, summary))?;
    Ok(())
}

fn address(hit: &Hit) -> String {
    match &hit.anchor {
        Some(anchor) => format!("{}#{anchor}", hit.id),
        None => hit.id.clone(),
    }
}

/// A snippet for the terminal.
fn coloured(snippet: &str) -> String {
    let style = STRONG.underline();
    let marked =
        snippet.replace("<mark>", &style.render().to_string()).replace("</mark>", &style.render_reset().to_string());
    [("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&amp;", "&")]
        .iter()
        .fold(marked, |text, (escaped, plain)| text.replace(escaped, plain))
}
