//! `firstline diff`

use super::{Error, Status, output::*, playbook};
use crate::{
    app::{self, App, Difference, Failing, Runs, Share, difference},
    clock,
    compare::{Change, Weight},
    desk::Desk,
    diagnostic::wording,
};
use clap::{Args, ValueEnum};
use std::{
    fmt::Write as _,
    io::Write,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::runtime::Runtime;

/// Say what a change does for a person who goes through it, to the tests and to the check
///
/// Recorded runs of what changed are walked over the new version too, where there is a data folder.
/// Exit code 1 says that tests fail or the check finds errors that were not there before.
#[derive(Debug, Args)]
pub struct Arguments {
    /// What to compare with: a git revision, the folder of another version, or OLD..NEW
    #[arg(value_name = "REV")]
    revision: String,
    /// Only these playbooks
    #[arg(value_name = "PLAYBOOK")]
    playbooks: Vec<String>,
    /// How to show it; markdown is fit for a comment on a pull request
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Human,
    Markdown,
    Json,
}

pub fn run(
    arguments: &Arguments,
    root: Option<PathBuf>,
    kept: Option<impl FnOnce() -> Result<(Runtime, Arc<App>), Error>>,
) -> Result<Status, Error> {
    let (old, new) = versions(&arguments.revision, root.as_deref())?;
    for id in arguments.playbooks.iter().filter(|id| !old.playbooks.contains_key(*id)) {
        playbook(&new, id)?;
    }
    let mut found = difference(&old, &new, &arguments.playbooks, clock::today());
    if let Some(kept) = kept {
        let (runtime, app) = kept()?;
        runtime.block_on(app.replay_changes(&mut found, &new))?;
    }
    match arguments.format {
        Format::Human => write!(anstream::stdout(), "{}", human(&found))?,
        Format::Markdown => write!(std::io::stdout(), "{}", comment(&found))?,
        Format::Json => writeln!(std::io::stdout(), "{}", serde_json::json!(found))?,
    }
    Ok(if found.breaks() { Status::Findings } else { Status::Fine })
}

/// `OLD..NEW`, or OLD and the desk as it is.
fn versions(named: &str, root: Option<&Path>) -> Result<(Desk, Desk), Error> {
    match named.split_once("..").filter(|(old, new)| !old.is_empty() && !new.is_empty() && !Path::new(named).exists()) {
        Some((old, new)) => Ok((app::against(root, old)?, app::against(root, new)?)),
        None => Ok((app::against(root, named)?, app::load_with_pictures(root)?)),
    }
}

const WEIGHTS: [(Weight, &str); 3] =
    [(Weight::Flow, "flow"), (Weight::Wording, "wording"), (Weight::Metadata, "metadata")];

fn counted(n: usize, word: &str) -> String {
    format!("{n} {word}{}", if n == 1 { "" } else { "s" })
}

/// Everything in one line.
fn headline(found: &Difference) -> String {
    let counts = WEIGHTS.map(|(weight, name)| (found.changed.count(weight), name));
    let mut said: Vec<String> = Vec::new();
    for (count, name) in counts.into_iter().filter(|(count, _)| *count > 0) {
        said.push(if said.is_empty() {
            format!("{} of {name}", counted(count, "change"))
        } else {
            format!("{count} of {name}")
        });
    }
    if said.is_empty() {
        return "nothing changes for people".to_owned();
    }
    let touched = found.changed.playbooks.iter().filter(|changed| changed.is_flow()).count();
    let place = if touched > 0 { format!("; the flow of {}", counted(touched, "playbook")) } else { String::new() };
    format!("{}{place}", said.join(", "))
}

/// The changes of a weight, below what they belong to.
fn groups<'a>(found: &'a Difference, weight: Weight) -> Vec<(String, String, Vec<&'a Change>)> {
    let changed = &found.changed;
    let of = |changes: &[Change]| changes.iter().any(|change| change.weight == weight);
    let mut out = Vec::new();
    if of(&changed.desk) {
        out.push(("desk.yaml".to_owned(), String::new(), &changed.desk));
    }
    for changed in changed.playbooks.iter().filter(|changed| of(&changed.changes)) {
        out.push((changed.id.clone(), changed.title.clone(), &changed.changes));
    }
    for changed in changed.articles.iter().filter(|changed| of(&changed.changes)) {
        let places = wording::list(&changed.shown_at, "and");
        let shown = if places.is_empty() { String::new() } else { format!(", shown at {places}") };
        out.push((format!("kb: {}", changed.id), format!("{}{shown}", changed.title), &changed.changes));
    }
    let only = |(id, title, changes): (String, String, &'a Vec<Change>)| {
        (id, title, changes.iter().filter(|change| change.weight == weight).collect())
    };
    out.into_iter().map(only).collect()
}

/// What becomes of the tests, the check and recorded runs, a line each; whether it needs a look comes first.
fn consequences(found: &Difference) -> Vec<(bool, String)> {
    let tests = &found.tests;
    let mut out = Vec::new();
    let was = |now: Share, before: Share| match now == before {
        true => String::new(),
        false => format!(" (before: {} of {})", before.good, before.all),
    };
    let Share { good, all } = tests.now;
    out.push((good < all, format!("{good} of {} pass{}", counted(all, "test"), was(tests.now, tests.before))));
    let failing = tests.failing.iter().map(|Failing { test, place }| {
        format!("`{}` fails “{}”: {}: {}", test.playbook, test.name, place.place, place.why)
    });
    out.extend(most(failing).map(|line| (true, line)));
    for (list, what) in [
        (&tests.rewritten, "was changed along: as it was, it would fail"),
        (&tests.dropped, "was removed: it would fail"),
        (&tests.telling, "shows the change: it fails before it"),
    ] {
        let each = list.iter().map(|test| format!("`{}` “{}” {what}", test.playbook, test.name));
        out.extend(most(each).map(|line| (false, line)));
    }
    let Share { good, all } = tests.reached;
    let was = was(tests.reached, tests.reached_before);
    out.push((false, format!("{good} of {all} steps and answers are reached by a test{was}")));
    out.extend(most(tests.gaps.iter().map(|gap| format!("no test reaches `{gap}`"))).map(|line| (false, line)));
    let errors = found.errors.iter().map(|error| format!("the check finds an error: {}: {}", error.place, error.why));
    out.extend(most(errors).map(|line| (true, line)));
    for Runs { playbook, summary } in &found.runs {
        let changed = summary.changed.len();
        let line = format!("{changed} of {} recorded runs of `{playbook}` come to another end", summary.runs);
        out.push((changed > 0, line));
        let groups = summary.groups().into_iter().map(|group| {
            let parting = group.difference.map_or_else(String::new, |difference| format!(": {difference}"));
            format!("{} of them {}, now {}{parting}", group.cases.len(), group.was, group.now)
        });
        out.extend(most(groups.collect::<Vec<_>>().into_iter()).map(|line| (false, line)));
    }
    out
}

/// The first lines of a list, and how many more there are.
fn most(lines: impl ExactSizeIterator<Item = String>) -> impl Iterator<Item = String> {
    const SHOWN: usize = 8;
    let more = lines.len().saturating_sub(SHOWN);
    lines.take(SHOWN).chain((more > 0).then(|| format!("… and {more} more like that")))
}

fn human(found: &Difference) -> String {
    let mut out = String::new();
    for (weight, name) in WEIGHTS {
        for (id, title, changes) in groups(found, weight) {
            let style = if weight == Weight::Flow { WARNING } else { QUIET };
            let _ = writeln!(out, "{} {} {}", paint(style, name), paint(STRONG, id), paint(QUIET, title));
            for change in changes {
                let _ = writeln!(out, "  {change}");
            }
        }
    }
    if !out.is_empty() {
        out.push('\n');
    }
    for (bad, line) in consequences(found) {
        let _ = writeln!(out, "{}", if bad { paint(ERROR, line) } else { line });
    }
    let _ = writeln!(out, "{}", paint(if found.breaks() { ERROR } else { GOOD }, headline(found)));
    out
}

/// Markdown for a pull request: the flow first, the rest folded.
fn comment(found: &Difference) -> String {
    let mut out = format!("### firstline: {}\n", headline(found));
    for (weight, name) in WEIGHTS {
        let groups = groups(found, weight);
        if groups.is_empty() {
            continue;
        }
        let count = groups.iter().map(|(.., changes)| changes.len()).sum();
        let mut list = String::new();
        for (id, title, changes) in groups {
            let _ = writeln!(list, "\n**`{id}`** {}\n", safe(&title));
            for change in changes {
                let _ = writeln!(list, "- {}", safe(&change.to_string()));
            }
        }
        match weight {
            Weight::Flow => out.push_str(&list),
            _ => folded(&mut out, &format!("{} of {name}", counted(count, "change")), &list),
        }
    }
    let lines = consequences(found);
    for (_, line) in lines.iter().filter(|(bad, _)| *bad) {
        let _ = write!(out, "\n> **{}**\n", safe(line));
    }
    let list: String = lines.iter().map(|(_, line)| format!("- {}\n", safe(line))).collect();
    folded(&mut out, "Tests, check and recorded runs", &format!("\n{list}"));
    out
}

fn folded(out: &mut String, summary: &str, list: &str) {
    let _ = write!(out, "\n<details><summary>{summary}</summary>\n{list}\n</details>\n");
}

/// Words with names in backticks as Markdown that shows just them, and calls nobody by an `@`.
fn safe(words: &str) -> String {
    let mut out = String::with_capacity(words.len());
    let mut is_code = false;
    for c in words.chars() {
        match c {
            '`' => is_code = !is_code,
            '\\' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' if !is_code => out.push('\\'),
            _ => {}
        }
        out.push(c);
        if c == '@' && !is_code {
            out.push('\u{200b}');
        }
    }
    out
}
