//! `firstline recall`

use super::{Error, Status, output::*};
use crate::app::{App, Recalled};
use clap::Args;
use serde_json::json;
use std::io::Write;

/// Withdraw a harmful version of a playbook: nobody starts it any more, and whoever goes through it is handed over
#[derive(Debug, Args)]
pub struct Arguments {
    /// The playbook's id
    playbook: String,
    /// Why, for whoever takes over
    #[arg(long, value_name = "TEXT")]
    because: String,
    /// The beginning of the version's hash [default: the version in force]
    #[arg(long, value_name = "HASH")]
    hash: Option<String>,
    /// For people, or for scripts
    #[arg(long, value_enum, default_value_t = Format::Human)]
    format: Format,
}

pub async fn run(arguments: &Arguments, app: &App) -> Result<Status, Error> {
    let Arguments { playbook, because, hash, format } = arguments;
    let report = app.recall(&super::actor(app), playbook, hash.as_deref(), because).await?;
    let mut out = anstream::stdout().lock();
    match format {
        Format::Human => {
            let Recalled { programs, moved, handed_over } = &report;
            write!(out, "{} {}", paint(STRONG, playbook), paint(WARNING, "withdrawn"))?;
            let version: String = programs.first().into_iter().flat_map(|hash| hash.chars().take(12)).collect();
            writeln!(out, " {}", paint(QUIET, version))?;
            let others = programs.len() - 1;
            if others > 0 {
                writeln!(out, "  so are {others} versions of playbooks that call it")?;
            }
            for (cases, what) in [(handed_over, "handed over"), (moved, "went on by a newer version")] {
                if !cases.is_empty() {
                    writeln!(out, "  {} {what}: {}", cases.len(), super::numbers(cases, usize::MAX))?;
                }
            }
            if app.live().recalled.iter().any(|recall| recall.playbook == *playbook) {
                writeln!(out, "  nobody can start it until another version is in the desk's folder")?;
            }
        }
        Format::Json => writeln!(out, "{}", json!(report))?,
    }
    Ok(Status::Fine)
}
