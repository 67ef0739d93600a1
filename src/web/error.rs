//! What went wrong, as a page: one place for all routes.

use super::{Console, language::Speech, page::error::Problem, view, visit::Visit, who::Who};
use crate::{
    app::{self, MAX_ATTACHMENT},
    case::Denied,
    store,
};
use axum::{
    body::{Body, to_bytes},
    extract::{FromRequestParts, OptionalFromRequestParts, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};

/// What a route comes to.
pub type Answer = Result<Response, Failure>;

/// Why it could not be done.
#[derive(Debug)]
pub enum Failure {
    /// The app says so.
    App(app::Error),
    /// It is said already.
    Problem(Box<Problem>),
}

impl<E: Into<app::Error>> From<E> for Failure {
    fn from(error: E) -> Self {
        Self::App(error.into())
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        Self::Problem(Box::new(problem))
    }
}

/// There is nothing under this address.
pub fn not_found(text: &str) -> Failure {
    Problem::new(404, "There is nothing here", text).into()
}

/// The fallback of all routes.
pub async fn nothing_here() -> Failure {
    not_found("The address may be from an older version, or mistyped.")
}

fn problem(error: app::Error) -> Problem {
    match error {
        app::Error::NoCase => Problem::new(404, "There is no such case", "It may have been mistyped."),
        app::Error::NoPlaybook(_) => Problem::new(404, "This playbook cannot be started", error.to_string())
            .way("/library", "How the playbooks stand"),
        app::Error::Denied(Denied::Taken { by }) => {
            Problem::new(409, "Somebody else was faster", format!("{by} works on this case"))
        }
        app::Error::Denied(Denied::Refused(refused)) => {
            Problem::new(422, "This cannot be done as it stands", refused.why)
        }
        app::Error::Store(store::Error::Full) => {
            tracing::error!("the disk is full");
            let text = "There is no room for more data, so nothing was saved. What was saved before is safe. Free \
                        some room on the disk of the data folder, then do it again.";
            Problem::new(503, "The disk is full", text)
        }
        app::Error::Store(error) => {
            tracing::error!(%error, "the store failed");
            let text = "The data folder does not answer, so nothing was saved. Try again in a moment.";
            Problem::new(503, "This could not be saved", text)
        }
        error => {
            tracing::error!(%error, "a request failed");
            let text = "It is not your fault, and what was saved before is safe. The log tells more.";
            Problem::new(500, "Something went wrong", text)
        }
    }
}

impl IntoResponse for Failure {
    fn into_response(self) -> Response {
        let problem = match self {
            Self::App(error) => problem(error),
            Self::Problem(problem) => *problem,
        };
        let status = StatusCode::from_u16(problem.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut response = status.into_response();
        response.extensions_mut().insert(problem);
        response
    }
}

/// Turns every refusal without a page into one.
pub async fn explain(State(console): State<Console>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let response = next.run(Request::from_parts(parts.clone(), body)).await;
    let status = response.status();
    let is_page =
        response.headers().get(header::CONTENT_TYPE).is_some_and(|media| media.as_bytes().starts_with(b"text/html"));
    if status.as_u16() < 400 || is_page {
        return response;
    }
    let (mut head, body) = response.into_parts();
    let problem = match head.extensions.remove::<Problem>() {
        Some(problem) => problem,
        None => said(status, body).await,
    };
    let who = <Who as OptionalFromRequestParts<Console>>::from_request_parts(&mut parts, &console).await.ok().flatten();
    let Ok(speech) = Speech::from_request_parts(&mut parts, &console).await;
    let problem = problem.said(speech.language);
    let mut frame = Visit::new(console, who, speech).frame("").await;
    // Nothing says where it would have been.
    frame.speech.languages.clear();
    head.headers.remove(header::CONTENT_TYPE);
    head.headers.remove(header::CONTENT_LENGTH);
    (status, head.headers, Html(view::page("error.html", &frame, problem))).into_response()
}

/// A refusal in a line, of a layer or an extractor.
async fn said(status: StatusCode, body: Body) -> Problem {
    let text = to_bytes(body, 4096).await.unwrap_or_default();
    let text = String::from_utf8_lossy(&text);
    let text = match (status, text.trim()) {
        (StatusCode::PAYLOAD_TOO_LARGE, _) => {
            let most = MAX_ATTACHMENT >> 20;
            format!("A file may have up to {most} MiB.")
        }
        (_, "") => "Nothing was done.".to_owned(),
        (_, text) => text.to_owned(),
    };
    let title = match status {
        StatusCode::UNAUTHORIZED => "You are signed out",
        StatusCode::FORBIDDEN => "This is not allowed",
        StatusCode::PAYLOAD_TOO_LARGE => "This is too large",
        StatusCode::SERVICE_UNAVAILABLE => "This could not be saved",
        status if status.is_server_error() => "Something went wrong",
        StatusCode::NOT_FOUND => "There is nothing here",
        _ => "This cannot be read",
    };
    let problem = Problem::new(status.as_u16(), title, text);
    if status == StatusCode::UNAUTHORIZED { problem.way("/sign-in", "Sign in") } else { problem }
}
