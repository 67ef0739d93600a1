//! Who a request comes from.

use super::guard;
use crate::{
    account::Role,
    app::{App, accounts},
    clock,
    store::{self, Person, Store},
};
use axum::{
    extract::{FromRef, FromRequestParts, OptionalFromRequestParts},
    http::{HeaderMap, Method, StatusCode, request::Parts},
    response::{IntoResponse, Redirect, Response},
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::{fmt, net::SocketAddr, sync::Arc};
use tower_sessions::Session;

/// A signed-in session ends so long after the sign-in, whatever is done in it.
const LONGEST: SignedDuration = SignedDuration::from_hours(7 * 24);
/// That somebody is still there is written down so often.
const TOUCH: SignedDuration = SignedDuration::from_mins(10);

/// Whether people have to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mode {
    /// Whoever sits at this computer works as themselves, until there is an account.
    Local,
    /// Everybody signs in.
    Accounts,
}

/// Whether the console may be served at an address: to others only with accounts. `public` is where others reach it,
/// if that is somewhere else.
pub fn may_listen(address: SocketAddr, public: Option<&str>, has_accounts: bool) -> Result<Mode, String> {
    let others = match public.map(guard::host_of) {
        _ if !address.ip().is_loopback() => Some(address.to_string()),
        Some(Some(host)) if !guard::is_loopback(&host) => Some(host),
        _ => None,
    };
    match others {
        _ if has_accounts => Ok(Mode::Accounts),
        None => Ok(Mode::Local),
        Some(others) => Err(format!(
            "others can reach {others}, and nobody has an account; add one with `firstline user add NAME --role admin`"
        )),
    }
}

/// What it takes to know who somebody is: part of the console's state.
#[derive(Clone)]
pub struct Entrance {
    /// Keeps people and sessions, and knows the desk's tiers.
    pub app: Arc<App>,
    /// As [`may_listen`] said at the start.
    pub mode: Mode,
}

impl fmt::Debug for Entrance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Entrance").field("mode", &self.mode).finish_non_exhaustive()
    }
}

impl Entrance {
    /// Where people and sessions are kept.
    pub fn store(&self) -> &dyn Store {
        &**self.app.store()
    }

    /// Whether nobody has to sign in at the moment: the first account ends it, without a restart.
    pub async fn is_local(&self) -> Result<bool, store::Error> {
        Ok(self.mode == Mode::Local && !accounts::any(self.store()).await?)
    }

    /// Whether the desk has a tier of this id.
    pub fn has_tier(&self, id: &str) -> bool {
        self.app.live().desk.policy.tier(id).is_some()
    }
}

/// Who a request comes from, with what they may do.
///
/// Nobody: a page sends them to sign in, anything else is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// What colleagues call them.
    pub name: String,
    /// What they signed in with; `None` on loopback without accounts.
    pub login: Option<String>,
    /// What they may do.
    pub role: Role,
    /// The tier they work in.
    pub tier: String,
    /// What every form of theirs carries as `token`; empty if they did not sign in.
    pub token: String,
}

/// Somebody's sign-in, as their session keeps it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Signed {
    login: String,
    generation: u32,
    since: Timestamp,
    seen: Timestamp,
    pub(super) token: String,
}

/// Who sits at this computer, as they said it.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub(super) struct Me {
    pub(super) name: String,
    pub(super) tier: String,
}

impl Signed {
    pub(super) const KEY: &str = "signed";

    pub(super) fn new(person: &Person, now: Timestamp) -> Self {
        Self {
            login: person.login.clone(),
            generation: person.generation,
            since: now,
            seen: now,
            token: uuid::Uuid::new_v4().simple().to_string(),
        }
    }
}

impl Me {
    pub(super) const KEY: &str = "me";
}

impl Who {
    async fn find(entrance: &Entrance, session: &Session, headers: &HeaderMap) -> Result<Option<Self>, Response> {
        if entrance.is_local().await.map_err(unavailable)? {
            if guard::came_through_a_proxy(headers) {
                return Err(guard::refuse(
                    StatusCode::FORBIDDEN,
                    "this console is open to whoever sits at its computer, and the request came through a proxy; \
                     add an account with `firstline user add NAME --role admin`",
                ));
            }
            let me = session.get::<Me>(Me::KEY).await.map_err(unavailable)?;
            return Ok(Some(Self::local(me.unwrap_or_default(), entrance)));
        }
        let Some(signed) = session.get::<Signed>(Signed::KEY).await.map_err(unavailable)? else { return Ok(None) };
        let now = clock::now();
        let person = entrance.store().person(&signed.login).await.map_err(unavailable)?.filter(|person| {
            !person.disabled && person.generation == signed.generation && now.duration_since(signed.since) < LONGEST
        });
        let Some(person) = person else {
            session.flush().await.map_err(unavailable)?;
            return Ok(None);
        };
        if now.duration_since(signed.seen) >= TOUCH {
            let signed = Signed { seen: now, ..signed.clone() };
            session.insert(Signed::KEY, signed).await.map_err(unavailable)?;
        }
        let role = person.role.parse().map_err(unavailable)?;
        Ok(Some(Self { name: person.name, login: Some(person.login), role, tier: person.tier, token: signed.token }))
    }

    fn local(me: Me, entrance: &Entrance) -> Self {
        let name = Some(me.name)
            .filter(|name| !name.is_empty())
            .or_else(|| std::env::var("USER").or_else(|_| std::env::var("USERNAME")).ok())
            .unwrap_or_else(|| "agent".to_owned());
        let tier = Some(me.tier)
            .filter(|tier| entrance.has_tier(tier))
            .unwrap_or_else(|| entrance.app.live().desk.policy.first_staffed().to_owned());
        Self { name, login: None, role: Role::Admin, tier, token: String::new() }
    }

    /// Refuses what the role may not.
    pub fn must(&self, may: impl FnOnce(Role) -> bool) -> Result<(), Forbidden> {
        if may(self.role) { Ok(()) } else { Err(Forbidden(self.role)) }
    }
}

/// A role that may not do what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("your role, `{0}`, may not do this; ask an admin")]
pub struct Forbidden(pub Role);

impl IntoResponse for Forbidden {
    fn into_response(self) -> Response {
        guard::refuse(StatusCode::FORBIDDEN, &self.to_string())
    }
}

impl<S: Send + Sync> FromRequestParts<S> for Who
where
    Entrance: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Response> {
        if let Some(who) = <Self as OptionalFromRequestParts<S>>::from_request_parts(parts, state).await? {
            return Ok(who);
        }
        if parts.method == Method::GET || parts.method == Method::HEAD {
            let to = parts.uri.path_and_query().map_or("/", |to| to.as_str());
            return Err(Redirect::to(&format!("/sign-in?to={}", encoded(to))).into_response());
        }
        Err(guard::refuse(StatusCode::UNAUTHORIZED, "you are signed out; sign in again at /sign-in"))
    }
}

/// `None` for nobody: for pages that are there for everyone.
impl<S: Send + Sync> OptionalFromRequestParts<S> for Who
where
    Entrance: FromRef<S>,
{
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Option<Self>, Response> {
        let session = parts.extensions.get::<Session>().expect("the guard gives every request a session");
        Self::find(&Entrance::from_ref(state), session, &parts.headers).await
    }
}

/// The store does not say who it is.
pub(super) fn unavailable(error: impl fmt::Display) -> Response {
    tracing::error!(%error, "who a request comes from could not be found out");
    guard::refuse(StatusCode::SERVICE_UNAVAILABLE, "the data folder does not answer; try again")
}

/// A value of a query.
fn encoded(text: &str) -> String {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"/-._~".contains(&byte);
    text.bytes().map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") }).collect()
}
