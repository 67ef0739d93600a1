//! `firstline check`

use super::{Error, Status, before, output::*, selection, warn_of_starter, whose};
use crate::{app, clock, desk::Desk, diagnostic};
use clap::{Args, ValueEnum};
use std::{
    io::Write,
    path::{Path, PathBuf},
};

/// Check playbooks, tests and `desk.yaml`: every mistake at once
#[derive(Debug, Args)]
pub struct Arguments {
    /// Only what lies in these files or folders of the desk
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// How to show it
    #[arg(long, value_enum, default_value = "human", env = "FIRSTLINE_FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    /// For people
    Human,
    /// For scripts
    Json,
    /// For tools that collect findings, SARIF 2.1.0
    Sarif,
    /// Beside the lines of a pull request, by a workflow of GitHub
    Github,
}

pub fn run(
    arguments: &Arguments,
    root: Option<&Path>,
    load: impl FnOnce() -> Result<Desk, app::Error>,
) -> Result<Status, Error> {
    let desk = load()?;
    let mut findings = crate::check::check(&desk, clock::today());
    let selected = selection(&arguments.paths, root, &desk)?;
    findings.retain(|finding| selected(&desk.sources.file(finding.primary.span).path));
    let failed = findings.iter().any(|finding| finding.rule.severity == diagnostic::Severity::Error);
    let checked = |n: usize, word: &str| format!("{n} {word}{}", if n == 1 { "" } else { "s" });
    if !matches!(arguments.format, Format::Human) {
        warn_of_starter(root);
    }
    match arguments.format {
        Format::Json => {
            let checked = serde_json::json!({"playbooks": desk.playbooks.len(), "articles": desk.articles.len()});
            let report =
                serde_json::json!({"findings": diagnostic::json(&findings, &desk.sources), "checked": checked});
            writeln!(std::io::stdout(), "{report}")?;
        }
        Format::Sarif => {
            writeln!(std::io::stdout(), "{}", diagnostic::sarif(&findings, &desk.sources, &before(root)))?;
        }
        Format::Github => {
            write!(std::io::stdout(), "{}", diagnostic::github(&findings, &desk.sources, &before(root)))?;
        }
        Format::Human => {
            let mut out = anstream::stdout().lock();
            write!(out, "{}", diagnostic::human(&findings, &desk.sources))?;
            let tests: usize = desk.tests.iter().map(|file| file.tests.len()).sum();
            let style = if failed {
                ERROR
            } else if findings.is_empty() {
                GOOD
            } else {
                WARNING
            };
            let size = format!("{}, {}", checked(desk.playbooks.len(), "playbook"), checked(tests, "test"));
            writeln!(out, "{} in {size}{}", paint(style, diagnostic::summary(&findings)), whose(root))?;
            if let Some(first) = findings.first() {
                writeln!(out, "{}", paint(QUIET, format!("`firstline explain {}` says more", first.rule.name)))?;
            }
        }
    }
    Ok(if failed { Status::Findings } else { Status::Fine })
}
