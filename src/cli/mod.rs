//! The command line: one file for each command.

mod backup;
mod check;
mod completions;
mod connector;
mod diff;
mod eval;
mod explain;
mod gaps;
mod graph;
mod import;
mod init;
mod new;
mod outbox;
mod output;
mod rebase;
mod recall;
mod replay;
mod run;
mod schema;
mod search;
mod serve;
mod stats;
mod test;
mod translate;
mod user;

use crate::{
    app::{self, App},
    case::Actor,
    clock,
    desk::Desk,
    language::Language,
    run::Audience,
    store::{self, Recall, Sqlite, Store},
};
use clap::{Parser, Subcommand};
use jiff::{ToSpan, civil::Date};
use std::{
    path::{Component, Path, PathBuf},
    process::ExitCode,
    sync::Arc,
};
use tokio::runtime::Runtime;

/// Troubleshooting playbooks that run: follow them, check them, hand over what they cannot solve.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
struct Arguments {
    /// The desk's folder [default: the desk that the current folder is or belongs to, else the starter desk]
    #[arg(long, global = true, value_name = "DIR", env = "FIRSTLINE_DESK")]
    desk: Option<PathBuf>,
    /// The folder that cases, runs and the outbox are kept in [default: the platform's data folder]
    #[arg(long, global = true, value_name = "DIR", env = "FIRSTLINE_DATA")]
    data: Option<PathBuf>,
    #[command(subcommand)]
    command: Command,
}

/// The closed list.
#[derive(Debug, Subcommand)]
enum Command {
    Serve(serve::Arguments),
    Run(run::Arguments),
    Search(search::Arguments),
    Check(check::Arguments),
    Test(test::Arguments),
    Translate(translate::Arguments),
    Explain(explain::Arguments),
    Graph(graph::Arguments),
    Import(import::Arguments),
    Replay(replay::Arguments),
    Rebase(rebase::Arguments),
    Recall(recall::Arguments),
    Schema(schema::Arguments),
    Diff(diff::Arguments),
    Eval(eval::Arguments),
    Init(init::Arguments),
    New(new::Arguments),
    Connector(connector::Arguments),
    Outbox(outbox::Arguments),
    Gaps(gaps::Arguments),
    Stats(stats::Arguments),
    User(user::Arguments),
    Backup(backup::Arguments),
    Completions(completions::Arguments),
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
    App(#[from] app::Error),
    #[error(transparent)]
    Account(#[from] app::accounts::Error),
    #[error(transparent)]
    Store(#[from] store::Error),
    #[error(transparent)]
    Scaffold(#[from] app::scaffold::Error),
    #[error(transparent)]
    Search(#[from] crate::search::Error),
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
        Command::Serve(options) => {
            arguments.data().and_then(|data| serve::run(options, &data, arguments.desk.as_deref()))
        }
        Command::Run(options) => run::run(options, load, || arguments.kept(), || arguments.recalls()),
        Command::Search(options) => search::run(options, load, arguments.data().ok().as_deref()),
        Command::Eval(options) => eval::run(options, load),
        Command::Check(options) => check::run(options, app::folder(arguments.desk.as_deref()).as_deref(), load),
        Command::Test(options) => test::run(options, app::folder(arguments.desk.as_deref()).as_deref(), load),
        Command::Translate(options) => translate::run(options, arguments.desk.as_deref(), load),
        Command::Explain(options) => explain::run(options),
        Command::Completions(options) => completions::run(options),
        Command::Schema(options) => schema::run(options),
        Command::Init(options) => init::run(options),
        Command::New(options) => new::run(options, arguments.desk.as_deref()),
        Command::Graph(options) => graph::run(options, load),
        Command::Import(options) => import::run(options),
        Command::Replay(options) => {
            let folder = app::folder(arguments.desk.as_deref());
            arguments.kept().and_then(|(runtime, app)| runtime.block_on(replay::run(options, &app, folder.as_deref())))
        }
        Command::Rebase(options) => {
            arguments.kept().and_then(|(runtime, app)| runtime.block_on(rebase::run(options, &app)))
        }
        Command::Recall(options) => {
            arguments.kept().and_then(|(runtime, app)| runtime.block_on(recall::run(options, &app)))
        }
        Command::Diff(options) => {
            // Where nothing was recorded nothing is begun.
            let is_kept = arguments.data().is_ok_and(|data| Sqlite::is_in(&data));
            diff::run(options, app::folder(arguments.desk.as_deref()), is_kept.then_some(|| arguments.kept()))
        }
        Command::Connector(options) => connector::run(options, load),
        Command::Outbox(options) => {
            arguments.kept().and_then(|(runtime, app)| runtime.block_on(outbox::run(options, &app)))
        }
        Command::Gaps(options) => {
            arguments.kept().and_then(|(runtime, app)| runtime.block_on(gaps::run(options, &app)))
        }
        Command::Stats(options) => {
            arguments.kept().and_then(|(runtime, app)| runtime.block_on(stats::run(options, &app)))
        }
        Command::Backup(options) => arguments.data().and_then(|data| backup::run(options, &data)),
        Command::User(options) => arguments.with_store(async |store| user::run(options, load, store).await),
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

impl Arguments {
    /// The app over what is kept, and what drives it.
    fn kept(&self) -> Result<(Runtime, Arc<App>), Error> {
        let runtime = runtime()?;
        let data = self.data()?;
        let desk = app::folder(self.desk.as_deref());
        let app = runtime.block_on(async {
            let store = Arc::new(Sqlite::open(&data).await?);
            Ok::<_, Error>(App::open(store, &data, desk.as_deref()).await?)
        })?;
        Ok((runtime, app))
    }

    /// The data folder; it need not exist yet.
    fn data(&self) -> Result<PathBuf, Error> {
        let none = || Error::Usage("there is no data folder on this platform; name one with --data".into());
        self.data.clone().or_else(app::data_folder).ok_or_else(none)
    }

    /// The versions that were withdrawn; where nothing is kept, none was.
    fn recalls(&self) -> Result<Vec<Recall>, Error> {
        match self.data() {
            Ok(data) if Sqlite::is_in(&data) => self.with_store(async |store| Ok(store.recalls().await?)),
            _ => Ok(Vec::new()),
        }
    }

    /// Does something with what the data folder keeps.
    fn with_store<T>(&self, work: impl AsyncFnOnce(&dyn Store) -> Result<T, Error>) -> Result<T, Error> {
        let data = self.data()?;
        runtime()?.block_on(async {
            let store = Sqlite::open(&data).await?;
            let done = work(&store).await;
            store.close().await;
            done
        })
    }
}

fn runtime() -> Result<Runtime, Error> {
    Ok(tokio::runtime::Builder::new_multi_thread().enable_all().build()?)
}

/// A language by its two letters.
fn language(text: &str) -> Result<Language, String> {
    Language::parse(text).filter(|known| known.code() == text).ok_or_else(|| "write two letters, as `de`".into())
}

/// Whoever is at the keys.
fn actor(app: &App) -> Actor {
    let tier = app.live().desk.policy.first_staffed().to_owned();
    Actor { name: app::local_name(), tier, audience: Audience::Agent }
}

/// Numbers of cases, the first so many of them.
fn numbers(cases: &[u64], most: usize) -> String {
    let named: Vec<String> = cases.iter().take(most).map(u64::to_string).collect();
    let more = cases.len() - named.len();
    let rest = if more > 0 { format!(" and {more} more") } else { String::new() };
    format!("{} {}{rest}", if cases.len() == 1 { "case" } else { "cases" }, named.join(", "))
}

/// A day: a date, or so many days (`30d`) or weeks (`8w`) ago.
fn since(text: &str) -> Result<Date, String> {
    let ago = |count: &str, days: i64| Some(i64::from(count.parse::<u16>().ok()?) * days);
    let days = text.strip_suffix('d').and_then(|count| ago(count, 1));
    let days = days.or_else(|| text.strip_suffix('w').and_then(|count| ago(count, 7)));
    match days {
        Some(days) => Ok(clock::today().saturating_sub(days.days())),
        None => text.parse().map_err(|_| "write days, weeks or a date: `30d`, `8w`, `2026-11-22`".into()),
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

/// What stands before the paths of a desk that lies below the current folder.
fn before(root: Option<&Path>) -> String {
    let root = root.filter(|root| root.is_relative()).unwrap_or(Path::new(""));
    let parts = root.components().filter(|part| *part != Component::CurDir);
    parts.map(|part| format!("{}/", part.as_os_str().to_string_lossy())).collect()
}

/// What a summary says of the desk, so that nobody takes ours for theirs.
fn whose(root: Option<&Path>) -> &'static str {
    if root.is_none() { ", in the built-in starter desk" } else { "" }
}

/// Says the same beside formats that have no place for it.
fn warn_of_starter(root: Option<&Path>) {
    if root.is_none() {
        let notice = "there is no desk here: this is the built-in starter desk; name yours with --desk";
        anstream::eprintln!("{}note{}: {notice}", output::QUIET, output::QUIET.render_reset());
    }
}

/// Which of the desk's files are meant by paths on the command line, below the current folder or below the desk; all,
/// if none is named. A path that means nothing is an error.
fn selection(paths: &[PathBuf], root: Option<&Path>, desk: &Desk) -> Result<impl Fn(&str) -> bool, Error> {
    let here = std::env::current_dir().unwrap_or_default();
    let root = root.map(|root| plain(&here.join(root)));
    let names = |given: &Path, file: &str| given.as_os_str().is_empty() || Path::new(file).starts_with(given);
    let mut given = Vec::new();
    for path in paths {
        let below = root.as_ref().and_then(|root| plain(&here.join(path)).strip_prefix(root).ok().map(Path::to_owned));
        let meant = below.into_iter().chain([plain(path)]);
        let found = meant.into_iter().find(|meant| desk.sources.0.iter().any(|source| names(meant, &source.path)));
        given.push(found.ok_or_else(|| {
            Error::Usage(format!("the desk has no file `{}`; paths are relative to the desk", path.display()))
        })?);
    }
    Ok(move |file: &str| given.is_empty() || given.iter().any(|given| names(given, file)))
}

/// A path without `.` and `..`.
fn plain(path: &Path) -> PathBuf {
    let mut out = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(out.pop()),
            part => out.push(part),
        }
    }
    out
}
