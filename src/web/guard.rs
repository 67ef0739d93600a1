//! What every request passes: which name it asked for, which page it came from, whose form it is.

use super::{session, who::Signed};
use crate::store::Store;
use axum::{
    Form, Router,
    body::{Body, Bytes, to_bytes},
    extract::{DefaultBodyLimit, FromRequest, Multipart, Request, State},
    http::{
        HeaderMap, HeaderValue, Method, StatusCode, Uri,
        header::{self, HeaderName},
        request::Parts,
        uri::Authority,
    },
    middleware::{self, Next},
    response::{IntoResponse, Response},
};
use sha2::{Digest, Sha256};
use std::{any::Any, net::SocketAddr, sync::Arc};
use tower_http::{catch_panic::CatchPanicLayer, csrf::CsrfLayer};
use tower_sessions::Session;

/// Scripts, styles and pictures are ours or there are none; nobody frames us.
const CONTENT: &str = "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self' data:; \
                       font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
/// Sent with everything.
const HEADERS: [(HeaderName, &str); 4] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
];
/// What proxies leave behind.
const PROXIES: [&str; 5] = ["forwarded", "via", "x-forwarded-for", "x-forwarded-host", "x-real-ip"];
/// A script's way to send the form token.
const TOKEN: &str = "x-token";
/// The names of this computer, on which no other web page can be.
const LOOPBACK: [&str; 3] = ["localhost", "127.0.0.1", "[::1]"];
/// Whoever watches the process asks by address.
const OPEN: [&str; 2] = ["/healthz", "/readyz"];
/// Larger requests are refused.
pub const LARGEST: usize = 16 << 20;

/// What the guard goes by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    /// Names that a request may ask for; `None` for any.
    hosts: Option<Vec<String>>,
    /// Where browsers are, if a proxy stands between.
    origin: Option<String>,
    /// Whether browsers come over https.
    https: bool,
    /// Whether the session's cookie travels over https only.
    secure: bool,
}

impl Guard {
    /// For a listening address, and where others reach the console if that is elsewhere: a link such as
    /// `https://desk.example.com`.
    pub fn new(listen: SocketAddr, public: Option<&str>) -> Result<Self, String> {
        let origin = public
            .map(|link| origin_of(link).ok_or_else(|| format!("`{link}` is no link like `https://desk.example.com`")))
            .transpose()?;
        let https = origin.as_ref().is_some_and(|origin| origin.starts_with("https:"));
        let local = listen.ip().is_loopback();
        let named = public.and_then(host_of);
        let hosts = (local || named.is_some()).then(|| LOOPBACK.map(str::to_owned).into_iter().chain(named).collect());
        Ok(Self { hosts, secure: https || (!local && origin.is_none()), origin, https })
    }

    /// What whoever starts the console should know of how people reach it.
    pub fn warning(&self) -> Option<&'static str> {
        match &self.origin {
            None if self.secure => {
                Some("nobody can sign in over plain http; set the desk's `link` to the https address that people use")
            }
            Some(link) if !self.https && !host_of(link).is_some_and(|host| is_loopback(&host)) => {
                Some("people sign in over plain http, where others can read along; let a proxy speak https")
            }
            _ => None,
        }
    }

    /// Puts the guard before all routes.
    pub fn protect(self, router: Router, store: Arc<dyn Store>) -> Router {
        let mut csrf = CsrfLayer::new();
        if let Some(origin) = &self.origin {
            csrf = csrf.add_trusted_origin(origin).expect("it was taken from a link");
        }
        let foreign = |_| refuse(StatusCode::FORBIDDEN, "this form was sent from another web page; nothing was done");
        router
            .layer(middleware::from_fn(form_token))
            .layer(session::layer(store, self.secure))
            .layer(csrf.with_rejection_response(foreign))
            .layer(middleware::from_fn_with_state(Arc::new(self.clone()), host))
            .layer(DefaultBodyLimit::max(LARGEST))
            .layer(CatchPanicLayer::custom(panicked))
            .layer(middleware::map_response_with_state(self.https, headers))
    }

    fn knows(&self, parts: &Parts) -> bool {
        let Some(hosts) = &self.hosts else { return true };
        let mut named = parts.headers.get_all(header::HOST).iter();
        let (Some(host), None) = (named.next(), named.next()) else { return false };
        let known = |authority: &Authority| {
            !authority.as_str().contains('@') && hosts.contains(&authority.host().to_ascii_lowercase())
        };
        Authority::try_from(host.as_bytes()).is_ok_and(|authority| known(&authority))
            && parts.uri.authority().is_none_or(known)
    }
}

/// The host that a link names, in lower case.
pub fn host_of(link: &str) -> Option<String> {
    Some(link.parse::<Uri>().ok()?.host()?.to_ascii_lowercase())
}

/// Whether a host is this computer.
pub fn is_loopback(host: &str) -> bool {
    LOOPBACK.contains(&host)
}

/// A link's origin as browsers write it.
fn origin_of(link: &str) -> Option<String> {
    let uri: Uri = link.parse().ok()?;
    let (scheme, host) = (uri.scheme_str()?, host_of(link)?);
    let standard = match scheme {
        "http" => 80,
        "https" => 443,
        _ => return None,
    };
    let port = uri.port_u16().filter(|port| *port != standard).map_or(String::new(), |port| format!(":{port}"));
    Some(format!("{scheme}://{host}{port}"))
}

/// Whether somebody passed the request on.
pub fn came_through_a_proxy(headers: &HeaderMap) -> bool {
    PROXIES.iter().any(|name| headers.contains_key(*name))
}

/// A refusal, in a line.
pub fn refuse(status: StatusCode, why: &str) -> Response {
    (status, format!("{why}\n")).into_response()
}

/// A page under another name that leads here could read what it likes.
async fn host(State(guard): State<Arc<Guard>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    if !OPEN.contains(&parts.uri.path()) && !guard.knows(&parts) {
        return refuse(
            StatusCode::MISDIRECTED_REQUEST,
            "the console does not go by this name; the desk's `link` says by which it does",
        );
    }
    next.run(Request::from_parts(parts, body)).await
}

/// Whoever is signed in sends the form's token with every write.
async fn form_token(session: Session, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) || request.uri().path() == "/sign-in" {
        return next.run(request).await;
    }
    let signed = match session.get::<Signed>(Signed::KEY).await {
        Ok(Some(signed)) => signed,
        Ok(None) => return next.run(request).await,
        Err(error) => return super::who::unavailable(error),
    };
    let (parts, body) = request.into_parts();
    let Ok(bytes) = to_bytes(body, LARGEST).await else {
        return refuse(StatusCode::PAYLOAD_TOO_LARGE, "this is more than the console takes at once");
    };
    match token_in(&parts, &bytes).await {
        Some(token) if same(&token, &signed.token) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        _ => refuse(StatusCode::FORBIDDEN, "this form is from before you signed in; load the page again"),
    }
}

async fn token_in(parts: &Parts, bytes: &Bytes) -> Option<String> {
    if let Some(token) = parts.headers.get(TOKEN) {
        return token.to_str().ok().map(str::to_owned);
    }
    let again = || Request::from_parts(parts.clone(), Body::from(bytes.clone()));
    if let Ok(Form(fields)) = Form::<Vec<(String, String)>>::from_request(again(), &()).await {
        return fields.into_iter().find(|(name, _)| name == "token").map(|(_, token)| token);
    }
    let mut fields = Multipart::from_request(again(), &()).await.ok()?;
    while let Some(field) = fields.next_field().await.ok()? {
        if field.name() == Some("token") {
            return field.text().await.ok();
        }
    }
    None
}

/// Whether two secrets are the same: how long it takes says nothing of them.
fn same(one: &str, other: &str) -> bool {
    Sha256::digest(one) == Sha256::digest(other)
}

async fn headers(State(https): State<bool>, mut response: Response) -> Response {
    let headers = response.headers_mut();
    for (name, value) in HEADERS {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if https {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
    }
    headers.entry(header::CONTENT_SECURITY_POLICY).or_insert(HeaderValue::from_static(CONTENT));
    headers.entry(header::CACHE_CONTROL).or_insert(HeaderValue::from_static("no-store"));
    response
}

/// The process lives; the hook has written where it was.
fn panicked(_: Box<dyn Any + Send>) -> Response {
    tracing::error!("a request panicked");
    refuse(StatusCode::INTERNAL_SERVER_ERROR, "something went wrong that is not your fault; what was saved is safe")
}
