//! The command line: one file for each command.

mod check;
mod explain;
mod graph;
mod output;
mod run;
mod test;

use crate::{app, desk::Desk};
use clap::{Parser, Subcommand};
use std::{path::PathBuf, process::ExitCode};

/// Troubleshooting playbooks that run: follow them, check them, hand over what they cannot solve.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
struct Arguments {
    /// The desk's folder [default: the current folder if it is a desk, else the starter desk]
    #[arg(long, global = true, value_name = "DIR", env = "FIRSTLINE_DESK")]
    desk: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

/// The closed list.
#[derive(Debug, Subcommand)]
enum Command {
    Run(run::Arguments),
    Check(check::Arguments),
    Test(test::Arguments),
    Explain(explain::Arguments),
    Graph(graph::Arguments),
}

/// How a command came out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Status {
    /// All is well.
    Fine,
    /// There are findings, or failed tests.
    Findings,
}

/// Why a command could not do it.
#[derive(Debug, thiserror::Error)]
enum Error {
    #[error(transparent)]
    Desk(#[from] app::Error),
    #[error("{0}")]
    Usage(String),
    #[error("{0}")]
    Io(#[from] std::io::Error),
}

/// Runs the command that the arguments name. Exit codes: 0 fine, 1 findings or failed tests, 2 could not do it.
pub fn main() -> ExitCode {
    let arguments = Arguments::parse();
    let load = || app::load(arguments.desk.as_deref());
    let result = match &arguments.command {
        Command::Run(options) => run::run(options, load),
        Command::Check(options) => check::run(options, load),
        Command::Test(options) => test::run(options, load),
        Command::Explain(options) => explain::run(options),
        Command::Graph(options) => graph::run(options, load),
    };
    match result {
        Ok(Status::Fine) => ExitCode::SUCCESS,
        Ok(Status::Findings) => ExitCode::from(1),
        // Whoever reads has heard enough: `firstline explain ask | head`.
        Err(Error::Io(error)) if error.kind() == std::io::ErrorKind::BrokenPipe => ExitCode::SUCCESS,
        Err(error) => {
            anstream::eprintln!("{}error{}: {error}", output::ERROR, output::ERROR.render_reset());
            ExitCode::from(2)
        }
    }
}

/// A playbook by its id, or what to say.
fn playbook<'a>(desk: &'a Desk, id: &str) -> Result<&'a crate::playbook::Playbook, Error> {
    desk.playbooks.get(id).ok_or_else(|| {
        let ids: Vec<&str> = desk.playbooks.keys().map(String::as_str).collect();
        let near =
            crate::diagnostic::wording::nearest(id, ids.iter().copied()).map(|near| format!("did you mean `{near}`?"));
        let help = near.unwrap_or_else(|| {
            if ids.len() <= 40 {
                format!("there are {}", ids.join(", "))
            } else {
                format!("there are {} others", ids.len())
            }
        });
        Error::Usage(format!("there is no playbook `{id}`; {help}"))
    })
}

/// Whether a desk's path is one of those that were named, or lies below one; all are, if none was named.
fn wanted(paths: &[PathBuf], root: &Option<PathBuf>, path: &str) -> bool {
    let strip = |given: &PathBuf| {
        let given = root.as_ref().and_then(|root| given.strip_prefix(root).ok()).unwrap_or(given);
        given.components().filter(|part| !matches!(part, std::path::Component::CurDir)).collect::<PathBuf>()
    };
    paths.is_empty()
        || paths
            .iter()
            .map(strip)
            .any(|given| given.as_os_str().is_empty() || std::path::Path::new(path).starts_with(&given))
}
