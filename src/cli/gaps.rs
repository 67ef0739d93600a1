//! `firstline gaps`

use super::{Error, Status, output::*, since};
use crate::{
    app::{
        App,
        gaps::{self, Gap, Lack},
    },
    case::draft,
    run::Audience,
};
use clap::{Args, ValueEnum};
use jiff::civil::Date;
use std::io::Write;

/// What authors should write next: stops, searches in vain, articles that do not help, what resolvers say
#[derive(Debug, Args)]
pub struct Arguments {
    /// Only what concerns this playbook
    playbook: Option<String>,
    /// From a day on: `30d`, `8w` or a date
    #[arg(long, value_name = "WHEN", value_parser = since, default_value = "30d")]
    since: Date,
    /// How many, the most frequent first
    #[arg(long, value_name = "N", default_value_t = 50)]
    limit: usize,
    /// Instead: what people search, and what they open of it
    #[arg(long, conflicts_with_all = ["playbook", "draft"])]
    searches: bool,
    /// How to show it
    #[arg(long, value_enum, default_value = "human", env = "FIRSTLINE_FORMAT")]
    format: Format,
    /// Instead: a draft from what solved this case
    #[arg(long, value_name = "CASE", conflicts_with = "playbook")]
    draft: Option<u64>,
    /// What the draft is
    #[arg(long, value_enum, default_value = "article", requires = "draft")]
    r#as: Draft,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Draft {
    Article,
    Step,
}

pub async fn run(arguments: &Arguments, app: &App) -> Result<Status, Error> {
    if let Some(number) = arguments.draft {
        let case = app.case(number).await?.ok_or_else(|| Error::Usage(format!("there is no case {number}")))?;
        let desk = &app.live().desk;
        let draft = match arguments.r#as {
            Draft::Article => draft::article(&case, desk),
            Draft::Step => draft::step(&case, desk),
        };
        write!(anstream::stdout(), "{draft}")?;
        return Ok(Status::Fine);
    }
    if arguments.searches {
        return searches(arguments, app).await;
    }
    if let Some(id) = &arguments.playbook {
        super::playbook(&app.live().desk, id)?;
    }
    let filter = gaps::Filter { playbook: arguments.playbook.clone(), since: arguments.since };
    let gaps = app.gaps(&filter).await?;
    let shown = &gaps[..gaps.len().min(arguments.limit)];
    let mut out = anstream::stdout().lock();
    match arguments.format {
        Format::Json => {
            let all = serde_json::json!({ "since": filter.since, "total": gaps.len(), "gaps": shown });
            serde_json::to_writer_pretty(&mut out, &all).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        Format::Human if gaps.is_empty() => writeln!(out, "nothing is lacking since {}", filter.since)?,
        Format::Human => {
            shown.iter().try_for_each(|gap| write!(out, "{}", lines(gap)))?;
            if shown.len() < gaps.len() {
                writeln!(
                    out,
                    "{}",
                    paint(QUIET, format!("and {} more; --limit shows them", gaps.len() - shown.len()))
                )?;
            }
        }
    }
    Ok(Status::Fine)
}

async fn searches(arguments: &Arguments, app: &App) -> Result<Status, Error> {
    let searches = app.searches(arguments.since, arguments.limit).await?;
    let mut out = anstream::stdout().lock();
    match arguments.format {
        Format::Json => {
            let all = serde_json::json!({ "since": arguments.since, "searches": searches });
            serde_json::to_writer_pretty(&mut out, &all).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        Format::Human if searches.is_empty() => writeln!(out, "nothing was searched since {}", arguments.since)?,
        Format::Human => {
            for search in &searches {
                let found = if search.hits == 0 { "no answer".to_owned() } else { search.hits.to_string() };
                let rest = format!("found {found}, opened {} ({})", search.opened, who(search.audience));
                writeln!(out, "{:>5}  “{}” {}", search.times, paint(STRONG, &search.words), paint(QUIET, rest))?;
                for it in search.entries.iter().take(3) {
                    let helped = format!("opened {}, helped {}, did not {}", it.opened, it.helped, it.not_helped);
                    writeln!(out, "       {} {}", it.id, paint(QUIET, helped))?;
                }
            }
        }
    }
    Ok(Status::Fine)
}

fn who(audience: Audience) -> &'static str {
    if audience == Audience::SelfService { "self-service" } else { "staff" }
}

fn lines(gap: &Gap) -> String {
    let text = |text: &Option<String>| text.clone().unwrap_or_default();
    let place = match &gap.step {
        Some(step) => format!("{} at {step}", text(&gap.playbook)),
        None => text(&gap.playbook),
    };
    let reason = text(&gap.reason).replace('-', " ");
    let what = match gap.lack {
        Lack::Verdict => format!("{}: {reason}, resolvers say", paint(STRONG, place)),
        Lack::Stop => format!("{}: stopped, {reason}", paint(STRONG, place)),
        Lack::Feedback => {
            let reasons = gap.reasons.iter().map(|(reason, count)| format!("{} {count}", reason.replace('-', " ")));
            let reasons: Vec<_> = reasons.collect();
            let why = if reasons.is_empty() { String::new() } else { format!(" ({})", reasons.join(", ")) };
            format!("{}: the article did not help{why}", paint(STRONG, text(&gap.article)))
        }
        Lack::Misleading => {
            let entry = gap.playbook.as_ref().or(gap.article.as_ref());
            let entry = paint(STRONG, entry.cloned().unwrap_or_default());
            format!("“{}”: {entry} was opened, and did not help", text(&gap.words))
        }
        Lack::NoHits => format!("“{}”: no answer is found", paint(STRONG, text(&gap.words))),
        Lack::NotOpened => format!("“{}”: nothing that is found was opened", paint(STRONG, text(&gap.words))),
    };
    let mut out = format!("{:>5}  {what} {}\n", gap.count, paint(QUIET, format!("({})", who(gap.audience))));
    if !gap.cases.is_empty() {
        out += &format!("       {}\n", paint(QUIET, super::numbers(&gap.cases, gap.cases.len())));
    }
    gap.said
        .iter()
        .take(3)
        .for_each(|said| out += &format!("       “{}”\n", crate::diagnostic::wording::shorten(said)));
    out
}
