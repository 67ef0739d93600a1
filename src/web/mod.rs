//! The console and the portal: pages, forms, live changes. No decisions: those are the app's.

pub mod guard;
pub mod language;
pub mod session;
pub mod sign_in;
pub mod who;

pub mod assets;
pub mod page;
pub mod portal;
pub mod prose;
pub mod view;

mod cases;
mod error;
mod events;
mod find;
mod flow;
mod health;
mod images;
mod incidents;
mod library;
mod lists;
mod reply;
mod runs;
mod serve;
mod start;
mod visit;

pub use serve::serve;

use crate::app::App;
use axum::{
    Router,
    extract::FromRef,
    middleware,
    response::Redirect,
    routing::{get, post},
};
use metrics_exporter_prometheus::PrometheusHandle;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;
use visit::Count;
use who::Entrance;

/// What every route works with.
#[derive(Clone, Debug)]
pub struct Console {
    entrance: Entrance,
    /// Ends the streams of changes, which would else hold up the end of the process.
    stop: CancellationToken,
    refused: Arc<Count>,
    /// How often whoever helps themselves may write.
    limit: Arc<portal::Limit>,
    metrics: PrometheusHandle,
}

impl Console {
    /// Over the use cases; `stop` is cancelled when the process is to end.
    pub fn new(entrance: Entrance, metrics: PrometheusHandle, stop: CancellationToken) -> Self {
        Self { entrance, stop, refused: Arc::default(), limit: Arc::default(), metrics }
    }

    fn app(&self) -> &App {
        &self.entrance.app
    }
}

impl FromRef<Console> for Entrance {
    fn from_ref(console: &Console) -> Self {
        console.entrance.clone()
    }
}

/// Works out what takes long without holding up others' requests.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> T + Send + 'static) -> T {
    tokio::task::spawn_blocking(work).await.expect("a page is made without a panic")
}

/// All routes; [`guard::Guard::protect`] goes around them.
pub fn routes(console: Console) -> Router {
    Router::new()
        .route("/", get(start::show).post(start::look))
        .route("/suggest", get(find::suggest))
        .route("/me", get(start::me))
        .route("/articles/{id}", get(start::article))
        .route("/articles/{id}/reply", get(reply::article))
        .route("/assets/{name}", get(start::asset))
        .route("/images/{*path}", get(images::show))
        .route("/playbooks/{id}/flow", get(flow::playbook))
        .route("/queue", get(lists::queue))
        .route("/incidents", get(incidents::list).post(incidents::open))
        .route("/incidents/{id}", get(incidents::show).post(incidents::edit))
        .route("/incidents/{id}/close", post(incidents::close))
        .route("/outbox", get(lists::outbox))
        .route("/outbox/{id}/retry", post(lists::retry))
        .route("/library", get(library::show))
        .route("/library/{playbook}", get(library::playbook))
        .route("/library/{playbook}/preview", get(library::preview))
        .route("/library/{playbook}/versions", get(library::versions))
        .route("/library/{playbook}/rebase", post(library::rebase))
        .route("/library/{playbook}/recall", post(library::recall))
        .route("/events", get(events::changes))
        .route("/healthz", get(health::alive))
        .route("/readyz", get(health::ready))
        .route("/metrics", get(health::metrics))
        .route("/cases", get(lists::cases).post(cases::open))
        .route("/cases/{number}", get(cases::show))
        .route("/cases/{number}/flow", get(flow::case))
        .route("/cases/{number}/search", get(find::beside))
        .route("/cases/{number}/reply", get(reply::case))
        .route("/cases/{number}/start", post(cases::start))
        .route("/cases/{number}/note", post(cases::note))
        .route("/cases/{number}/rate", post(cases::rate))
        .route("/cases/{number}/describe", post(cases::describe))
        .route("/cases/{number}/fact", post(cases::fact))
        .route("/cases/{number}/attach", post(cases::attach))
        .route("/cases/{number}/attachments/{hash}", get(cases::attachment))
        .route("/cases/{number}/claim", post(cases::claim))
        .route("/cases/{number}/release", post(cases::release))
        .route("/cases/{number}/take-over", post(cases::take_over))
        .route("/cases/{number}/hand-on", post(cases::hand_on))
        .route("/cases/{number}/hand-back", post(cases::hand_back))
        .route("/cases/{number}/park", post(cases::park))
        .route("/cases/{number}/resume", post(cases::resume))
        .route("/cases/{number}/resolve", post(cases::resolve))
        .route("/cases/{number}/judge", post(cases::judge))
        .route("/cases/{number}/draft", get(cases::draft))
        .route("/cases/{number}/reopen", post(cases::reopen))
        .route("/cases/{number}/runs/{run}/answer", post(runs::answer))
        .route("/cases/{number}/runs/{run}/back", post(runs::back))
        .route("/cases/{number}/runs/{run}/change", get(runs::show_change).post(runs::change))
        .route("/cases/{number}/runs/{run}/signal", post(runs::signal))
        .route("/cases/{number}/runs/{run}/move-on", post(runs::move_on))
        .nest("/help", portal::routes(&console))
        .route("/help/", get(async || Redirect::permanent("/help")))
        .merge(sign_in::routes())
        .fallback(error::nothing_here)
        .layer(middleware::from_fn_with_state(console.clone(), error::explain))
        .layer(middleware::from_fn_with_state(console.clone(), language::speech))
        .route_layer(middleware::from_fn(health::observe))
        .with_state(console)
}
