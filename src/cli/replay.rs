//! `firstline replay`

use super::{Error, Status, output::*};
use crate::{
    app::{self, App},
    run::replay::{Group, Summary},
};
use clap::Args;
use serde_json::json;
use std::{io::Write, path::Path};

/// So many cases of a group are named.
const NAMED: usize = 8;

/// Walk recorded runs over another version, and say which would have come to another end
#[derive(Debug, Args)]
pub struct Arguments {
    /// The playbook's id
    playbook: String,
    /// Another desk's folder, or a git revision of this one [default: the desk's folder as it is]
    #[arg(long, value_name = "PATH|REV")]
    against: Option<String>,
    /// For people, or for scripts
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub async fn run(arguments: &Arguments, app: &App, folder: Option<&Path>) -> Result<Status, Error> {
    let live = app.live();
    let named = arguments.against.as_deref().map(|named| app::against(folder, named)).transpose()?;
    let desk = named.as_ref().unwrap_or(&live.newest);
    let known = super::playbook(desk, &arguments.playbook)?;
    let summary = app.replay(&known.id, desk).await?;
    match arguments.format {
        Format::Human => human(&known.id, &summary)?,
        Format::Json => {
            let mut whole = json!(summary);
            whole["playbook"] = json!(known.id);
            writeln!(std::io::stdout(), "{whole}")?;
        }
    }
    Ok(if summary.changed.is_empty() { Status::Fine } else { Status::Findings })
}

fn human(playbook: &str, summary: &Summary) -> Result<(), Error> {
    let mut out = anstream::stdout().lock();
    let Summary { runs, rerouted, changed } = summary;
    if *runs == 0 {
        writeln!(out, "{}: nobody has gone through it to the end yet", paint(STRONG, playbook))?;
        return Ok(());
    }
    let style = if changed.is_empty() { GOOD } else { WARNING };
    let count = format!("{} of {runs} runs come to another end", changed.len());
    writeln!(out, "{}: {}", paint(STRONG, playbook), paint(style, count))?;
    for group in summary.groups() {
        let Group { was, now, difference, cases } = &group;
        writeln!(out, "\n{:>6}  {was} {} {now}", cases.len(), paint(QUIET, "->"))?;
        if let Some(difference) = difference {
            writeln!(out, "        {difference}")?;
        }
        writeln!(out, "        {}", paint(QUIET, super::numbers(cases, NAMED)))?;
    }
    if *rerouted > 0 {
        writeln!(out, "\n{rerouted} more come to the same end another way")?;
    }
    Ok(())
}
