//! `firstline rebase`

use super::{Error, Status, output::*};
use crate::app::{App, Rebased};
use clap::Args;
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    io::Write,
};

/// Move runs that are under way to the newer version of their playbook, where they stand at the same place in it
#[derive(Debug, Args)]
pub struct Arguments {
    /// Only the runs of these playbooks
    #[arg(value_name = "PLAYBOOK")]
    playbooks: Vec<String>,
    /// Only say which would move
    #[arg(long)]
    dry_run: bool,
    /// For people, or for scripts
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub async fn run(arguments: &Arguments, app: &App) -> Result<Status, Error> {
    let report = app.rebase(&super::actor(app), &arguments.playbooks, arguments.dry_run).await?;
    match arguments.format {
        Format::Human => human(&report, arguments.dry_run)?,
        Format::Json => {
            let mut whole = json!(report);
            whole["dry_run"] = json!(arguments.dry_run);
            writeln!(std::io::stdout(), "{whole}")?;
        }
    }
    Ok(Status::Fine)
}

fn human(report: &Rebased, dry_run: bool) -> Result<(), Error> {
    let mut out = anstream::stdout().lock();
    let mut playbooks: BTreeMap<&str, (usize, BTreeSet<&str>, Vec<String>)> = BTreeMap::new();
    for moved in &report.moved {
        let (count, reworded, _) = playbooks.entry(&moved.playbook).or_default();
        *count += 1;
        reworded.extend(moved.reworded.iter().map(String::as_str));
    }
    for stays in &report.stays {
        let line = format!("case {} stays {}", stays.case, stays.difference);
        playbooks.entry(&stays.playbook).or_default().2.push(line);
    }
    let move_word = if dry_run { "can move" } else { "moved" };
    for (playbook, (count, reworded, stays)) in playbooks {
        let style = if stays.is_empty() { GOOD } else { WARNING };
        let all = count + stays.len();
        writeln!(out, "{} {}", paint(STRONG, playbook), paint(style, format!("{count} of {all} {move_word}")))?;
        if !reworded.is_empty() {
            let names: Vec<String> = reworded.into_iter().map(|name| format!("`{name}`")).collect();
            writeln!(out, "  {}", paint(QUIET, format!("on the way reads otherwise: {}", names.join(", "))))?;
        }
        stays.iter().try_for_each(|line| writeln!(out, "  {line}"))?;
    }
    let Rebased { moved, stays, current, without } = report;
    let stay = if stays.len() == 1 { "stays" } else { "stay" };
    write!(out, "{} {move_word}, {} {stay}, {current} go by the version in force", moved.len(), stays.len())?;
    if *without > 0 {
        write!(out, ", {without} by a playbook that is not in force")?;
    }
    writeln!(out)?;
    Ok(())
}
