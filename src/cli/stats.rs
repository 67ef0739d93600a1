//! `firstline stats`

use super::{Error, Status, output::*, since};
use crate::{
    app::{App, gaps},
    case::numbers::{Filter, Numbers, Outcomes, PlaybookNumbers, StepNumbers},
};
use clap::Args;
use jiff::civil::Date;
use std::io::Write;

/// What became of runs, by playbook, version and step
#[derive(Debug, Args)]
pub struct Arguments {
    /// Only this playbook's, with its steps
    playbook: Option<String>,
    /// Runs begun from a day on: `30d`, `8w` or a date
    #[arg(long, value_name = "WHEN", value_parser = since, default_value = "30d")]
    since: Date,
    /// How to show it
    #[arg(long, value_enum, default_value = "human", env = "FIRSTLINE_FORMAT")]
    format: Format,
}

pub async fn run(arguments: &Arguments, app: &App) -> Result<Status, Error> {
    let begin = gaps::Filter { playbook: None, since: arguments.since }.begin();
    let filter = Filter { playbook: arguments.playbook.clone(), since: Some(begin), audience: None };
    let all = app.numbers(&filter).await?;
    if let (Some(id), true) = (&arguments.playbook, all.is_empty()) {
        super::playbook(&app.live().desk, id)?;
    }
    let mut out = anstream::stdout().lock();
    match arguments.format {
        Format::Json => {
            let all = serde_json::json!({ "since": arguments.since, "playbooks": all });
            serde_json::to_writer_pretty(&mut out, &all).map_err(std::io::Error::from)?;
            writeln!(out)?;
        }
        Format::Human if all.is_empty() => writeln!(out, "no playbook was started since {}", arguments.since)?,
        Format::Human => {
            for playbook in &all {
                write!(out, "{}", lines(playbook, arguments.playbook.is_some()))?;
            }
        }
    }
    Ok(Status::Fine)
}

fn lines(playbook: &PlaybookNumbers, in_full: bool) -> String {
    let mut out = format!("{}\n  {}\n", paint(STRONG, &playbook.playbook), words(&playbook.all.outcomes));
    if in_full {
        out += &steps(&playbook.all);
        for version in playbook.versions.iter().filter(|_| playbook.versions.len() > 1) {
            let short: String = version.program.chars().take(12).collect();
            out += &format!("  {}: {}\n", paint(KEY, short), words(&version.numbers.outcomes));
        }
    }
    out
}

fn words(outcomes: &Outcomes) -> String {
    let escalated = outcomes.escalated.iter().map(|(reason, count)| format!("{} {count}", reason.replace('-', " ")));
    let escalated: Vec<_> = escalated.collect();
    let why = if escalated.is_empty() { String::new() } else { format!(" ({})", escalated.join(", ")) };
    format!(
        "started {}: solved and confirmed {}, solved as it seems {}, abandoned {}, going on {}, handed over {}{why}; \
         reopened {}",
        outcomes.started,
        outcomes.confirmed,
        outcomes.assumed,
        outcomes.abandoned,
        outcomes.open,
        outcomes.all_escalated(),
        outcomes.reopened,
    )
}

fn steps(numbers: &Numbers) -> String {
    let name = |step: &StepNumbers| match numbers.steps.first() {
        Some(first) if first.playbook != step.playbook => format!("{}:{}", step.playbook, step.at()),
        _ => step.at(),
    };
    let width = numbers.steps.iter().map(|step| name(step).chars().count()).max().unwrap_or_default();
    let line = |step: &StepNumbers| {
        let mut more = Vec::new();
        more.extend(step.ways.iter().map(|(way, count)| format!("{way} {count}")));
        more.extend(step.stops.iter().map(|(reason, count)| paint(WARNING, format!("{reason} {count}"))));
        let left = [("abandoned", step.abandoned), ("stands here", step.open), ("handed over", step.escalated)];
        more.extend(left.iter().filter(|(_, count)| *count > 0).map(|(what, count)| format!("{what} {count}")));
        more.extend(step.seconds.map(|seconds| match step.minutes {
            Some(minutes) => format!("{} of {minutes} min", minute(seconds)),
            None => format!("{} min", minute(seconds)),
        }));
        more.extend(step.rate().map(|rate| match step.chance {
            Some(chance) => format!("works {:.0} % of {:.0} %", rate * 100.0, chance * 100.0),
            None => format!("works {:.0} %", rate * 100.0),
        }));
        format!("  {:<width$} {:>6}  {}\n", name(step), step.visits, more.join(", "))
    };
    numbers.steps.iter().map(line).collect()
}

fn minute(seconds: u64) -> String {
    format!("{:.1}", seconds as f64 / 60.0)
}
