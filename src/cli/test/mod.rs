//! `firstline test`

mod junit;

use super::{Error, Status, before, output::*, selection, warn_of_starter, whose};
use crate::{
    app, clock,
    desk::Desk,
    diagnostic::{self, Severity},
    playbook::Playbook,
    run::author::{Covered, Report, broken, run_tests},
};
use clap::{Args, ValueEnum};
use serde_json::json;
use std::{
    io::Write,
    path::{Path, PathBuf},
};

/// Run the authors' tests
#[derive(Debug, Args)]
pub struct Arguments {
    /// Only the tests in these files or folders of the desk
    #[arg(value_name = "PATH")]
    paths: Vec<PathBuf>,
    /// Say which steps and answers no test reaches
    #[arg(long)]
    coverage: bool,
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
    /// For GitLab, Jenkins and others that show tests
    Junit,
    /// Failures beside the lines of a pull request, by a workflow of GitHub
    Github,
}

pub fn run(
    arguments: &Arguments,
    root: Option<&Path>,
    load: impl FnOnce() -> Result<Desk, app::Error>,
) -> Result<Status, Error> {
    let desk = load()?;
    // A test file with a finding fails; it never passes by being skipped.
    let broken = broken(&desk, &crate::check::check(&desk, clock::today()));
    let named = selection(&arguments.paths, root, &desk)?;
    // A playbook's file means the tests beside it.
    let selected =
        |file: &str| named(file) || file.strip_suffix(".test.yaml").is_some_and(|stem| named(&format!("{stem}.yaml")));
    let (reports, coverage) = run_tests(&desk, &broken, selected);
    if reports.is_empty() && !arguments.paths.is_empty() {
        return Err(Error::Usage(format!("there are no tests in `{}`", arguments.paths[0].display())));
    }
    let is_meant = |playbook: &Playbook| {
        selected(&desk.source(playbook).path) || reports.iter().any(|report| report.playbook == playbook.id)
    };
    let covered = desk.playbooks.values().filter(|playbook| is_meant(playbook));
    let covered: Vec<_> = covered.map(|playbook| (playbook.id.as_str(), coverage.of(playbook))).collect();
    let coverage = arguments.coverage.then_some(covered.as_slice());
    if !matches!(arguments.format, Format::Human) {
        warn_of_starter(root);
    }
    match arguments.format {
        Format::Human => human(&desk, &reports, coverage, whose(root))?,
        Format::Junit => write!(std::io::stdout(), "{}", junit::junit(&reports, &desk.sources, &before(root)))?,
        Format::Github => github(&desk, &reports, &before(root))?,
        Format::Json => write_json(&desk, &reports, coverage)?,
    }
    Ok(if reports.iter().any(|report| report.failure.is_some()) { Status::Findings } else { Status::Fine })
}

fn human(desk: &Desk, reports: &[Report], coverage: Option<&[(&str, Covered)]>, whose: &str) -> Result<(), Error> {
    let mut out = anstream::stdout().lock();
    let mut playbook = "";
    for report in reports {
        if report.playbook != playbook {
            playbook = &report.playbook;
            let of = reports.iter().filter(|other| other.playbook == playbook);
            let (passed, all) = (of.clone().filter(|other| other.failure.is_none()).count(), of.count());
            let style = if passed == all { GOOD } else { ERROR };
            writeln!(out, "{} {}", paint(STRONG, playbook), paint(style, format!("{passed} of {all}")))?;
        }
        if let Some(failure) = &report.failure {
            writeln!(out, "  {} {}", paint(ERROR, "failed"), report.name)?;
            writeln!(out, "    {}: {}", desk.sources.place(failure.span), failure.why)?;
            if !failure.path.is_empty() {
                writeln!(out, "    {}", paint(QUIET, format!("it went {}", failure.path.join(", "))))?;
            }
        }
    }
    if let Some(coverage) = coverage {
        writeln!(out)?;
        for (playbook, covered) in coverage {
            let reached = covered.all - covered.gaps.len();
            let style = if covered.gaps.is_empty() { GOOD } else { WARNING };
            writeln!(
                out,
                "{} {}",
                paint(STRONG, playbook),
                paint(style, format!("{reached} of {} steps and answers reached", covered.all))
            )?;
            for gap in &covered.gaps {
                writeln!(out, "  {}: {}", desk.sources.place(gap.span), gap.name)?;
            }
        }
    }
    let failed = reports.iter().filter(|report| report.failure.is_some()).count();
    let style = if failed == 0 { GOOD } else { ERROR };
    writeln!(out, "\n{}{whose}", paint(style, format!("{} passed, {failed} failed", reports.len() - failed)))?;
    Ok(())
}

fn github(desk: &Desk, reports: &[Report], folder: &str) -> Result<(), Error> {
    let mut out = std::io::stdout().lock();
    for report in reports {
        let Some(failure) = &report.failure else { continue };
        let (title, why) = (format!("{}: {}", report.playbook, report.name), &failure.why);
        let line = diagnostic::annotation(Severity::Error, failure.span, &title, why, &desk.sources, folder);
        write!(out, "{line}")?;
    }
    Ok(())
}

fn write_json(desk: &Desk, reports: &[Report], coverage: Option<&[(&str, Covered)]>) -> Result<(), Error> {
    let place = |span| {
        let file = desk.sources.file(span);
        let (line, column) = file.position(span.start);
        json!({"file": file.path, "line": line, "column": column})
    };
    let tests = reports.iter().map(|report| {
        let failure = report
            .failure
            .as_ref()
            .map(|failure| json!({"why": failure.why, "place": place(failure.span), "path": failure.path}));
        json!({"playbook": report.playbook, "name": report.name, "place": place(report.span), "failure": failure})
    });
    let mut whole = json!({"tests": tests.collect::<Vec<_>>()});
    if let Some(coverage) = coverage {
        let each = coverage.iter().map(|(playbook, covered)| {
            let gaps: Vec<_> =
                covered.gaps.iter().map(|gap| json!({"name": gap.name, "place": place(gap.span)})).collect();
            json!({"playbook": playbook, "all": covered.all, "gaps": gaps})
        });
        whole["coverage"] = each.collect();
    }
    writeln!(std::io::stdout(), "{whole}")?;
    Ok(())
}
