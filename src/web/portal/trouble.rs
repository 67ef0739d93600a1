//! What went wrong, for whoever helps themselves: what may not be read is as if it did not exist.

use super::{Frame, Guest};
use crate::{
    app,
    case::Denied,
    language::Language,
    web::{Console, language::Speech, view},
};
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{StatusCode, header},
    middleware::Next,
    response::{Html, IntoResponse, Response},
};
use serde::Serialize;

/// What a route comes to.
pub type Answer = Result<Response, Trouble>;

/// Why it could not be done.
#[derive(Debug)]
pub enum Trouble {
    /// There is nothing under this address, or nothing for everybody.
    Nothing,
    /// Too many writes from one address.
    TooMany,
    /// It cannot be taken as it stands.
    Refused(String),
    /// It is ours.
    App(app::Error),
}

impl<E: Into<app::Error>> From<E> for Trouble {
    fn from(error: E) -> Self {
        Self::App(error.into())
    }
}

impl Trouble {
    /// The session's store does not answer.
    pub fn unavailable(error: impl std::fmt::Display) -> Self {
        crate::store::Error::Database(error.to_string()).into()
    }
}

impl IntoResponse for Trouble {
    fn into_response(self) -> Response {
        let status = match &self {
            Self::Nothing | Self::App(app::Error::NoCase | app::Error::NoPlaybook(_)) => StatusCode::NOT_FOUND,
            Self::TooMany => StatusCode::TOO_MANY_REQUESTS,
            Self::Refused(_) | Self::App(app::Error::Denied(_)) => StatusCode::UNPROCESSABLE_ENTITY,
            Self::App(app::Error::Store(error)) => {
                tracing::error!(%error, "the store failed");
                StatusCode::SERVICE_UNAVAILABLE
            }
            Self::App(error) => {
                tracing::error!(%error, "a request failed");
                StatusCode::INTERNAL_SERVER_ERROR
            }
        };
        let mut response = status.into_response();
        if let Self::Refused(why) = self {
            response.extensions_mut().insert(Why(why));
        } else if let Self::App(app::Error::Denied(Denied::Refused(refused))) = self {
            response.extensions_mut().insert(Why(refused.why));
        }
        response
    }
}

#[derive(Clone)]
struct Why(String);

/// The page of it.
#[derive(Serialize)]
struct Page {
    title: String,
    text: String,
}

impl Page {
    fn new(status: StatusCode, why: Option<String>, language: Language) -> Self {
        let (title, text) = match status {
            StatusCode::NOT_FOUND => ("There is nothing here", "The address may be mistyped, or out of date."),
            StatusCode::TOO_MANY_REQUESTS => {
                ("A short break, please", "Very much came from your network just now. Try again in a minute.")
            }
            StatusCode::PAYLOAD_TOO_LARGE => ("This is too long", "Shorten what you wrote, and send it again."),
            StatusCode::SERVICE_UNAVAILABLE => {
                ("This could not be saved", "It is not your fault, and nothing was lost. Try again in a moment.")
            }
            status if status.is_server_error() => {
                ("Something went wrong", "It is not your fault. Try again, or ask a person.")
            }
            _ => ("This could not be taken", "Something was missing or did not fit. Go back and try again."),
        };
        let text = view::sentence(&language.reword(why.as_deref().unwrap_or(text)));
        Self { title: language.say(title).to_owned(), text }
    }
}

/// Gives every refusal its page.
pub async fn explain(State(console): State<Console>, request: Request, next: Next) -> Response {
    let (mut parts, body) = request.into_parts();
    let response = next.run(Request::from_parts(parts.clone(), body)).await;
    let media = response.headers().get(header::CONTENT_TYPE);
    if response.status().as_u16() < 400 || media.is_some_and(|media| media.as_bytes().starts_with(b"text/html")) {
        return response;
    }
    let (mut head, _) = response.into_parts();
    let why = head.extensions.remove::<Why>().map(|why| why.0);
    let Ok(speech) = Speech::from_request_parts(&mut parts, &console).await;
    let page = Page::new(head.status, why, speech.language);
    let mut frame = match Guest::from_request_parts(&mut parts, &console).await {
        Ok(guest) => guest.frame(),
        Err(_) => {
            let desk = console.app().live().desk.policy.name.clone();
            Frame { desk, token: String::new(), now: crate::clock::now(), speech, notice: None }
        }
    };
    // Nothing says where it would have been.
    frame.speech.languages.clear();
    head.headers.remove(header::CONTENT_TYPE);
    head.headers.remove(header::CONTENT_LENGTH);
    (head.status, head.headers, Html(view::page("portal/error.html", &frame, page))).into_response()
}
