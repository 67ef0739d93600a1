//! What those ask who run it: alive, ready, how much.

use super::Console;
use axum::{
    extract::{MatchedPath, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{IntoResponse, Response},
};
use std::time::Instant;

/// The process lives.
pub async fn alive() -> &'static str {
    "ok\n"
}

/// It can work: the store answers, and a desk is in force.
pub async fn ready(State(console): State<Console>) -> Response {
    match console.app().store().ping().await {
        Ok(()) => "ready\n".into_response(),
        Err(error) => {
            tracing::error!(%error, "not ready");
            (StatusCode::SERVICE_UNAVAILABLE, format!("not ready: {error}\n")).into_response()
        }
    }
}

/// Numbers, as Prometheus reads them.
pub async fn metrics(State(console): State<Console>) -> Response {
    let live = console.app().live();
    metrics::gauge!("firstline_playbooks").set(live.offers.len() as f64);
    metrics::gauge!("firstline_playbooks_held_back").set(live.held_back().count() as f64);
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], console.metrics.render()).into_response()
}

/// Counts requests and their times by route; a line in the log for each, without what was sent.
pub async fn observe(request: Request, next: Next) -> Response {
    let start = Instant::now();
    let method = request.method().clone();
    let route = request.extensions().get::<MatchedPath>().map_or("none", MatchedPath::as_str).to_owned();
    let response = next.run(request).await;
    let (took, status) = (start.elapsed(), response.status().as_u16());
    let labels = [("method", method.to_string()), ("route", route.clone()), ("status", status.to_string())];
    metrics::counter!("firstline_requests_total", &labels).increment(1);
    metrics::histogram!("firstline_request_seconds", "route" => route.clone()).record(took);
    tracing::debug!(%method, route, status, ms = took.as_millis() as u64, "request");
    response
}
