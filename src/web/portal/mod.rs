//! The portal: pages for whoever helps themselves. Nobody signs in, and nothing of it knows a staff word.

mod article;
mod ask;
mod case;
mod find;
mod guide;
mod home;
mod limit;
mod trouble;

pub use limit::Limit;

use super::{Console, language::Speech, prose::Prose, view, who::Signed};
use crate::{
    app::{App, Live, Trail},
    clock,
    language::Language,
    markdown,
    search::Reader,
    store::Incident,
};
use axum::{
    Router,
    extract::{ConnectInfo, DefaultBodyLimit, FromRequestParts},
    http::{StatusCode, request::Parts},
    middleware,
    response::{Html, IntoResponse, Response},
    routing::{get, post},
};
use jiff::Timestamp;
use serde::Serialize;
use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
};
use tower_sessions::Session;
use trouble::{Answer, Trouble};

/// Everybody here reads as one who helps themselves.
const READER: Reader = Reader::SelfService;
/// The largest form: the longest text that a case takes, and its escapes.
const LARGEST: usize = 256 << 10;

/// All routes, below `/help`.
pub fn routes(console: &Console) -> Router<Console> {
    Router::new()
        .route("/", get(home::show))
        .route("/suggest", get(find::suggest))
        .route("/search", get(find::search))
        .route("/articles/{id}", get(article::show))
        .route("/articles/{id}/feedback", post(article::feedback))
        .route("/playbooks/{id}", get(guide::show).post(guide::start))
        .route("/images/{*path}", get(article::image))
        .route("/ask", get(ask::show).post(ask::send))
        .route("/cases/{link}", get(case::show))
        .route("/cases/{link}/answer", post(case::answer))
        .route("/cases/{link}/back", post(case::back))
        .route("/cases/{link}/change", get(case::show_change).post(case::change))
        .route("/cases/{link}/person", post(case::person))
        .route("/cases/{link}/solved", post(case::solved))
        .route("/cases/{link}/describe", post(case::describe))
        .route("/cases/{link}/add", post(case::add))
        .route("/cases/{link}/reopen", post(case::reopen))
        .fallback(async || Trouble::Nothing)
        .layer(DefaultBodyLimit::max(LARGEST))
        .layer(middleware::from_fn_with_state(console.clone(), trouble::explain))
}

/// Around every page.
#[derive(Clone, Debug, Serialize)]
pub struct Frame {
    /// The desk's name.
    desk: String,
    /// Goes into every form; empty for those who did not sign in to the console.
    token: String,
    /// When the page was made.
    now: Timestamp,
    /// The reader's language.
    #[serde(flatten)]
    speech: Speech,
    /// What came of what was done before: `good`, `warning` or `bad`, and a sentence.
    notice: Option<(&'static str, String)>,
}

/// A request of somebody who helps themselves.
pub struct Guest {
    console: Console,
    now: Timestamp,
    session: Session,
    token: String,
    from: IpAddr,
    network: String,
    speech: Speech,
}

impl FromRequestParts<Console> for Guest {
    type Rejection = Trouble;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Trouble> {
        let session = parts.extensions.get::<Session>().expect("the guard gives every request a session").clone();
        let signed = session.get::<Signed>(Signed::KEY).await.map_err(Trouble::unavailable)?;
        let token = signed.map_or_else(String::new, |signed| signed.token);
        let Ok(speech) = Speech::from_request_parts(parts, console).await;
        let (from, console) = (from(parts), console.clone());
        let network = limit::network(from).to_string();
        Ok(Self { console, now: clock::now(), session, token, from, network, speech })
    }
}

/// Where a request comes from: from a proxy on this computer, what that says last.
fn from(parts: &Parts) -> IpAddr {
    let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|info| info.0.ip());
    let peer = peer.unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED));
    let passed_on = parts.headers.get("x-forwarded-for").and_then(|all| all.to_str().ok()?.rsplit(',').next());
    passed_on.filter(|_| peer.is_loopback()).and_then(|client| client.trim().parse().ok()).unwrap_or(peer)
}

impl Guest {
    fn app(&self) -> &App {
        self.console.app()
    }

    fn live(&self) -> Arc<Live> {
        self.app().live()
    }

    /// Takes one of the writes that an address has.
    fn writes(&self) -> Result<(), Trouble> {
        if self.console.limit.take(self.from, self.now) { Ok(()) } else { Err(Trouble::TooMany) }
    }

    /// What they searched for, as an address says. Visitors are told apart by their networks.
    fn trail<'a>(&'a self, words: &'a str) -> Trail<'a> {
        Trail { reader: READER, language: self.speech.language, words, visitor: &self.network }
    }

    fn frame(&self) -> Frame {
        let desk = self.live().desk.policy.name.clone();
        Frame { desk, token: self.token.clone(), now: self.now, speech: self.speech.clone(), notice: None }
    }

    fn page(&self, template: &str, page: impl Serialize) -> Answer {
        Ok(Html(view::page(template, &self.frame(), page)).into_response())
    }

    /// A page that says why something was not done.
    fn refusal(&self, status: StatusCode, why: &str, template: &str, page: impl Serialize) -> Response {
        let why = view::sentence(&self.speech.language.reword(why));
        let frame = Frame { notice: Some(("warning", why)), ..self.frame() };
        (status, Html(view::page(template, &frame, page))).into_response()
    }
}

/// Markdown as a page shows it. Links lead to what everybody may read, on a page of their own, or nowhere.
fn html(live: &Live, language: Language, text: &str) -> String {
    let prose = Prose::portal(live, language);
    markdown::html(text, 3, &|target| prose.link(None, target, true))
}

/// A known outage.
#[derive(Serialize)]
struct Outage {
    title: String,
    /// HTML.
    html: String,
    since: Timestamp,
}

impl Outage {
    fn all(live: &Live, language: Language, incidents: Vec<Incident>) -> Vec<Self> {
        let view = |known: Incident| {
            let html = html(live, language, &known.text);
            Self { html, title: known.title, since: known.opened }
        };
        incidents.into_iter().map(view).collect()
    }
}

/// An address with a query, of what is there.
fn address(path: &str, query: &[(&str, &str)]) -> String {
    let pairs = query.iter().filter(|(_, value)| !value.is_empty());
    let pairs: Vec<_> = pairs.map(|(name, value)| format!("{name}={}", encoded(value))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}

/// What was typed, as far as it is kept.
fn typed(text: &str, most: usize) -> String {
    text.trim().chars().take(most).collect()
}
