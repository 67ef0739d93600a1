//! `firstline serve`: the console.

use super::{Error, Status};
use crate::{
    app::{self, App, Pace, Worker},
    connector::{Client, Limits},
    store::{Sqlite, Store},
    web::{
        self, Console,
        guard::Guard,
        who::{Entrance, may_listen},
    },
};
use clap::{Args, ValueEnum};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::{io::IsTerminal, net::SocketAddr, path::Path, sync::Arc, time::Duration};
use tokio::{net::TcpListener, task::JoinSet};
use tokio_util::sync::CancellationToken;

/// How often measurements are taken in.
const UPKEEP: Duration = Duration::from_secs(5);

/// Serve the console, watch the desk, and reach other systems
#[derive(Debug, Args)]
pub struct Arguments {
    /// Where to listen; other addresses than this computer's own need accounts (`firstline user add`)
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:8080", env = "FIRSTLINE_LISTEN")]
    listen: SocketAddr,
    /// Open it in a browser
    #[arg(long)]
    open: bool,
    /// How the log is written to standard error; what it says is set by FIRSTLINE_LOG (`info`, `debug`, …)
    #[arg(long, value_enum, default_value = "human", env = "FIRSTLINE_LOG_FORMAT")]
    log_format: LogFormat,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum LogFormat {
    Human,
    Json,
}

pub fn run(arguments: &Arguments, data: &Path, desk: Option<&Path>) -> Result<Status, Error> {
    log(arguments.log_format);
    let metrics = PrometheusBuilder::new()
        .install_recorder()
        .map_err(|error| Error::Usage(format!("metrics cannot be counted: {error}")))?;
    super::runtime()?.block_on(async {
        let store = Arc::new(Sqlite::open(data).await?);
        let kept: Arc<dyn Store> = store.clone();
        let app = App::open(kept, data, app::folder(desk).as_deref()).await?;
        let live = app.live();
        let link = live.desk.policy.link.as_deref();
        let has_accounts = app::accounts::any(&*store).await?;
        let mode = may_listen(arguments.listen, link, has_accounts).map_err(Error::Usage)?;
        let guard = Guard::new(arguments.listen, link).map_err(Error::Usage)?;
        if let Some(warning) = guard.warning() {
            tracing::warn!("{warning}");
        }
        let listener = TcpListener::bind(arguments.listen).await.map_err(|error| {
            Error::Usage(format!("cannot listen on {}: {error}; name another address with --listen", arguments.listen))
        })?;
        let address = format!("http://{}/", listener.local_addr()?);
        let stop = CancellationToken::new();
        let mut tasks = JoinSet::new();
        tasks.spawn(app::watch(Arc::clone(&app), stop.clone()));
        let worker = Worker::new(Arc::clone(&app), Client::new(Limits::default()), Pace::default());
        tasks.spawn(worker.run(stop.clone()));
        tasks.spawn(app::count(Arc::clone(&app), stop.clone()));
        let warming = Arc::clone(&app);
        tokio::spawn(async move { warming.warm_up().await });
        tasks.spawn(keep_up(metrics.clone(), stop.clone()));
        tokio::spawn(stop_on_signal(stop.clone()));
        let held_back = live.held_back().count();
        tracing::info!(playbooks = live.offers.len(), held_back, data = %data.display(), "serving");
        anstream::println!("firstline: {address}");
        anstream::println!("for those who help themselves: {address}help");
        if arguments.open {
            open(&address);
        }
        let entrance = Entrance { app: Arc::clone(&app), mode };
        let served = web::serve(listener, guard, Console::new(entrance, metrics, stop.clone())).await;
        stop.cancel();
        while let Some(ended) = tasks.join_next().await {
            ended.expect("what runs beside the server does not panic");
        }
        store.close().await;
        tracing::info!("stopped");
        served.map_err(Error::Io)
    })?;
    Ok(Status::Fine)
}

fn log(format: LogFormat) {
    let filter = tracing_subscriber::EnvFilter::try_from_env("FIRSTLINE_LOG")
        .unwrap_or_else(|_| tracing_subscriber::EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    match format {
        LogFormat::Human => log.with_target(false).with_ansi(std::io::stderr().is_terminal()).init(),
        LogFormat::Json => log.json().flatten_event(true).init(),
    }
}

/// Takes in what was measured, which would else lie in memory until somebody asks for it.
async fn keep_up(metrics: PrometheusHandle, stop: CancellationToken) {
    let mut ticks = tokio::time::interval(UPKEEP);
    while stop.run_until_cancelled(ticks.tick()).await.is_some() {
        metrics.run_upkeep();
    }
}

/// The first signal stops it gently, the second at once.
async fn stop_on_signal(stop: CancellationToken) {
    signal().await;
    tracing::info!("stopping; once more to stop at once");
    stop.cancel();
    signal().await;
    std::process::exit(130);
}

#[cfg(unix)]
async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).expect("the runtime handles signals");
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = terminate.recv() => {}
    }
}

#[cfg(not(unix))]
async fn signal() {
    let _ = tokio::signal::ctrl_c().await;
}

fn open(address: &str) {
    let program = if cfg!(target_os = "macos") {
        "open"
    } else if cfg!(windows) {
        "explorer"
    } else {
        "xdg-open"
    };
    if let Err(error) = std::process::Command::new(program).arg(address).spawn() {
        tracing::warn!(%error, "no browser could be opened");
    }
}
