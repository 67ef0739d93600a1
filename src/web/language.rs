//! The reader's language: the one they chose, else the one that their browser asks for, else the desk's.

use super::{Console, sign_in::local};
use crate::{desk::policy::Policy, language::Language};
use axum::{
    extract::{FromRequestParts, Request, State},
    http::{Method, Uri, header, request::Parts},
    middleware::Next,
    response::{IntoResponse, Redirect, Response},
};
use serde::Serialize;
use std::convert::Infallible;

/// Keeps what was chosen.
const COOKIE: &str = "language";
/// So long, in seconds: a year.
const KEPT: u32 = 365 * 24 * 60 * 60;
/// The query that chooses.
const QUERY: &str = "lang=";

/// What a request is answered in.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Speech {
    /// The reader's language.
    pub language: Language,
    /// The same page in all languages; nothing where there is no way to ask for it again.
    pub languages: Vec<Choice>,
}

/// The page in a language.
#[derive(Clone, Debug, Serialize)]
pub struct Choice {
    code: Language,
    name: String,
    address: String,
    on: bool,
}

impl<S: Send + Sync> FromRequestParts<S> for Speech {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Infallible> {
        Ok(parts.extensions.get::<Self>().cloned().unwrap_or_default())
    }
}

impl Speech {
    fn of(request: &Request, known: &[Language]) -> Self {
        let headers = |name| request.headers().get_all(name).iter().filter_map(|value| value.to_str().ok());
        let kept = |cookies: &str| {
            let mut cookies = cookies.split("; ").filter_map(|cookie| cookie.split_once('='));
            cookies.find(|(name, _)| *name == COOKIE).and_then(|(_, code)| Language::parse(code))
        };
        let chosen = headers(header::COOKIE).find_map(kept).filter(|chosen| known.contains(chosen));
        let accepted = || headers(header::ACCEPT_LANGUAGE).find_map(|wishes| Language::accepted(wishes, known));
        let language = chosen.or_else(accepted).unwrap_or(known[0]);
        let here = without(request.uri());
        let sign = if here.contains('?') { '&' } else { '?' };
        let choice = |code: &Language| Choice {
            code: *code,
            name: code.name().to_owned(),
            address: format!("{here}{sign}{QUERY}{code}"),
            on: *code == language,
        };
        let languages = known.iter().filter(|_| is_read(request)).map(choice).collect();
        Self { language, languages }
    }
}

/// The languages to choose from, the desk's and the interface's; the first is the desk's own.
fn known(policy: &Policy) -> Vec<Language> {
    let mut known = vec![policy.language()];
    for language in policy.other_languages().iter().copied().chain(Language::all()) {
        if !known.contains(&language) {
            known.push(language);
        }
    }
    known
}

/// Every request is answered in somebody's language. With `?lang=de` that one is kept, and the page comes again
/// without it.
pub async fn speech(State(console): State<Console>, mut request: Request, next: Next) -> Response {
    let known = known(&console.app().live().desk.policy);
    let pairs = request.uri().query().unwrap_or_default().split('&');
    let chosen = pairs.filter_map(|pair| pair.strip_prefix(QUERY)).find_map(Language::parse);
    if let Some(chosen) = chosen.filter(|chosen| known.contains(chosen) && is_read(&request)) {
        let cookie = format!("{COOKIE}={chosen}; Path=/; Max-Age={KEPT}; SameSite=Lax; HttpOnly");
        let back = without(request.uri());
        return ([(header::SET_COOKIE, cookie)], Redirect::to(local(&back))).into_response();
    }
    let speech = Speech::of(&request, &known);
    request.extensions_mut().insert(speech);
    next.run(request).await
}

fn is_read(request: &Request) -> bool {
    matches!(*request.method(), Method::GET | Method::HEAD)
}

/// Path and query without a choice.
fn without(uri: &Uri) -> String {
    let pairs = uri.query().unwrap_or_default().split('&').filter(|pair| !pair.starts_with(QUERY));
    let query = pairs.filter(|pair| !pair.is_empty()).collect::<Vec<_>>().join("&");
    if query.is_empty() { uri.path().to_owned() } else { format!("{}?{query}", uri.path()) }
}
