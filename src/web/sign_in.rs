//! Signing in and out, and saying who sits at this computer.

use super::{
    guard::refuse,
    language::Speech,
    page::Frame,
    view,
    who::{Entrance, Me, Signed, Who, unavailable},
};
use crate::{
    app::accounts::{self, SignIn},
    clock,
};
use axum::{
    Form, Router,
    extract::{FromRef, Query, State},
    http::StatusCode,
    response::{Html, IntoResponse, Redirect, Response},
    routing::{get, post},
};
use serde::{Deserialize, Serialize};
use std::time::Duration;
use tokio::time::Instant;
use tower_sessions::{Expiry, Session, cookie::time};

/// A failure is answered no sooner: how long it took says nothing.
const PATIENCE: Duration = Duration::from_millis(500);
/// The name of whoever sits at this computer is kept so long.
const REMEMBERED: time::Duration = time::Duration::days(365);
/// A name is cut after so many characters.
const MAX_NAME: usize = 100;

/// Its routes.
pub fn routes<S>() -> Router<S>
where
    S: Clone + Send + Sync + 'static,
    Entrance: FromRef<S>,
{
    Router::new()
        .route("/sign-in", get(show).post(sign_in))
        .route("/sign-out", post(sign_out))
        .route("/password", post(password))
        .route("/me", post(me))
}

/// What the sign-in page shows.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Page {
    /// Where it goes on: a path of ours.
    pub to: String,
    /// What went wrong, if something did.
    pub problem: Option<String>,
}

#[derive(Deserialize)]
struct Target {
    #[serde(default)]
    to: String,
}

#[derive(Deserialize)]
struct Credentials {
    login: String,
    password: String,
    #[serde(default)]
    to: String,
}

#[derive(Deserialize)]
struct Passwords {
    old: String,
    new: String,
}

#[derive(Deserialize)]
struct Named {
    #[serde(default)]
    name: String,
    #[serde(default)]
    tier: String,
    #[serde(default)]
    to: String,
}

async fn show(
    State(entrance): State<Entrance>,
    who: Option<Who>,
    speech: Speech,
    Query(target): Query<Target>,
) -> Response {
    match who {
        Some(_) => Redirect::to(local(&target.to)).into_response(),
        None => page(&entrance, speech, StatusCode::OK, &target.to, None),
    }
}

async fn sign_in(
    State(entrance): State<Entrance>,
    session: Session,
    speech: Speech,
    Form(form): Form<Credentials>,
) -> Response {
    let (now, patience) = (clock::now(), Instant::now() + PATIENCE);
    let person = match accounts::sign_in(entrance.store(), &form.login, &form.password, now).await {
        Ok(person) => person,
        Err(SignIn::Failed(error)) => return unavailable(error),
        Err(SignIn::Wrong | SignIn::Locked { .. }) => {
            tracing::warn!("a sign-in failed");
            tokio::time::sleep_until(patience).await;
            let problem = "The login or the password is wrong. After five failures a login rests for a minute, \
                           then longer.";
            return page(&entrance, speech, StatusCode::UNAUTHORIZED, &form.to, Some(problem));
        }
    };
    // Another browser's session must not become this person's: what it held goes, and so does its id.
    session.clear().await;
    let begun = async {
        session.cycle_id().await?;
        session.insert(Signed::KEY, Signed::new(&person, now)).await
    };
    if let Err(error) = begun.await {
        return unavailable(error);
    }
    if let Err(error) = entrance.store().sweep_sessions(now).await {
        tracing::warn!(%error, "sessions that are over could not be forgotten");
    }
    Redirect::to(local(&form.to)).into_response()
}

async fn sign_out(session: Session) -> Response {
    match session.flush().await {
        Ok(()) => Redirect::to("/sign-in").into_response(),
        Err(error) => unavailable(error),
    }
}

/// Another password for oneself; ends all one's sessions, this one too.
async fn password(State(entrance): State<Entrance>, who: Who, Form(form): Form<Passwords>) -> Response {
    let store = entrance.store();
    let Some(login) = who.login else { return refuse(StatusCode::NOT_FOUND, "nobody has an account here") };
    match accounts::sign_in(store, &login, &form.old, clock::now()).await {
        Ok(_) => {}
        Err(SignIn::Failed(error)) => return unavailable(error),
        Err(why) => return refuse(StatusCode::FORBIDDEN, &why.to_string()),
    }
    match accounts::set_password(store, &login, &form.new).await {
        Ok(()) => Redirect::to("/sign-in").into_response(),
        Err(accounts::Error::Refused(why)) => refuse(StatusCode::UNPROCESSABLE_ENTITY, &why),
        Err(error) => unavailable(error),
    }
}

/// Who sits at this computer, while nobody has an account.
async fn me(State(entrance): State<Entrance>, who: Who, session: Session, Form(form): Form<Named>) -> Response {
    if who.login.is_some() {
        return refuse(StatusCode::FORBIDDEN, "an admin says what you are called and where you work");
    }
    if !form.tier.is_empty() && !entrance.has_tier(&form.tier) {
        return refuse(StatusCode::UNPROCESSABLE_ENTITY, "the desk has no such tier; load the page again");
    }
    let name = form.name.chars().filter(|c| !c.is_control()).take(MAX_NAME).collect::<String>().trim().to_owned();
    session.set_expiry(Some(Expiry::OnInactivity(REMEMBERED)));
    match session.insert(Me::KEY, Me { name, tier: form.tier }).await {
        Ok(()) => Redirect::to(local(&form.to)).into_response(),
        Err(error) => unavailable(error),
    }
}

/// A path of ours, or the start: nobody is sent elsewhere.
pub(super) fn local(to: &str) -> &str {
    let elsewhere = to.starts_with("//") || to.contains(|c: char| c == '\\' || c.is_control());
    if to.starts_with('/') && !elsewhere { to } else { "/" }
}

fn page(entrance: &Entrance, speech: Speech, status: StatusCode, to: &str, problem: Option<&str>) -> Response {
    let page = Page { to: local(to).to_owned(), problem: problem.map(|text| speech.language.say(text).to_owned()) };
    let frame = Frame::bare(entrance.app.live().desk.policy.name.clone(), clock::now(), speech);
    (status, Html(view::page("sign_in.html", &frame, page))).into_response()
}
