//! A request of somebody who may be here, and the frame around what they get to see.

use super::{
    Console,
    error::Failure,
    language::Speech,
    page::{Frame, Notice, Viewer, error::Problem, tier_name},
    view,
    who::{Forbidden, Who},
};
use crate::{
    account::Role,
    app::{App, Live, Trail},
    case::Actor,
    clock,
    run::Audience,
    search::Reader,
    store::Standing,
};
use axum::{
    extract::FromRequestParts,
    http::{StatusCode, request::Parts},
    response::{Html, IntoResponse, Response},
};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use std::sync::{Arc, Mutex, PoisonError};

/// How long a count of refused deliveries is good enough.
const FRESH: SignedDuration = SignedDuration::from_secs(5);
/// More entries of the outbox than this are not gone through for a count or a page.
pub const MOST: u32 = 500;

/// Deliveries that were refused, as last counted.
#[derive(Debug, Default)]
pub struct Count(Mutex<Option<(Timestamp, usize)>>);

impl Count {
    fn known(&self, now: Timestamp) -> Option<usize> {
        let known = *self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.filter(|(when, _)| now.duration_since(*when) < FRESH).map(|(_, count)| count)
    }

    fn know(&self, now: Timestamp, count: usize) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = Some((now, count));
    }

    /// Counts anew the next time.
    pub fn forget(&self) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// See the module.
pub struct Visit {
    /// The console.
    pub console: Console,
    /// When.
    pub now: Timestamp,
    /// The language that it is answered in.
    pub speech: Speech,
    who: Option<Who>,
}

impl FromRequestParts<Console> for Visit {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, console: &Console) -> Result<Self, Response> {
        let who = <Who as FromRequestParts<Console>>::from_request_parts(parts, console).await?;
        let Ok(speech) = Speech::from_request_parts(parts, console).await;
        Ok(Self::new(console.clone(), Some(who), speech))
    }
}

impl Visit {
    /// Somebody's, or nobody's: the frame has no menu then.
    pub fn new(console: Console, who: Option<Who>, speech: Speech) -> Self {
        Self { console, now: clock::now(), speech, who }
    }

    /// What all surfaces do.
    pub fn app(&self) -> &App {
        self.console.app()
    }

    /// The desk that is in force.
    pub fn live(&self) -> Arc<Live> {
        self.app().live()
    }

    /// Who does it.
    pub fn actor(&self) -> Actor {
        let who = self.who.as_ref();
        Actor {
            name: who.map_or_else(String::new, |who| who.name.clone()),
            tier: who.map_or_else(String::new, |who| who.tier.clone()),
            audience: Audience::Agent,
        }
    }

    /// Whose searches these are; of those who did not sign in they are one person's.
    pub fn visitor(&self) -> &str {
        self.who.as_ref().and_then(|who| who.login.as_deref()).unwrap_or_default()
    }

    /// What they searched for, as an address says.
    pub fn trail<'a>(&'a self, words: &'a str) -> Trail<'a> {
        Trail { reader: Reader::Staff, language: self.speech.language, words, visitor: self.visitor() }
    }

    /// Who looks.
    pub fn viewer(&self) -> Viewer {
        self.signed().expect("a route is only reached by somebody")
    }

    /// Whether the role of whoever looks may do something.
    pub fn may(&self, may: impl FnOnce(Role) -> bool) -> bool {
        self.who.as_ref().is_some_and(|who| may(who.role))
    }

    /// Refuses what the role of whoever asks may not.
    pub fn must(&self, may: impl FnOnce(Role) -> bool) -> Result<(), Failure> {
        let refused = |Forbidden(role)| Problem::new(403, "This is not allowed", Forbidden(role).to_string());
        let who = self.who.as_ref().expect("a route is only reached by somebody");
        Ok(who.must(may).map_err(refused)?)
    }

    fn signed(&self) -> Option<Viewer> {
        let who = self.who.as_ref()?;
        Some(Viewer {
            name: who.name.clone(),
            tier: who.tier.clone(),
            tier_name: tier_name(&self.live().desk, &who.tier, self.speech.language),
            accounts: who.login.is_some(),
            language: self.speech.language,
        })
    }

    /// What stands around a page.
    pub async fn frame(&self, here: &'static str) -> Frame {
        let live = self.live();
        let (refused, outages) = match self.who {
            Some(_) => (self.refused().await, self.app().incidents(Reader::Staff).await.len()),
            None => (0, 0),
        };
        Frame {
            desk: live.desk.policy.name.clone(),
            here,
            who: self.signed(),
            token: self.who.as_ref().map_or_else(String::new, |who| who.token.clone()),
            now: self.now,
            refused,
            outages,
            stale: live.held_back().count()
                + live.missing.len()
                + live.recalled.len()
                + usize::from(live.desk_held_back),
            speech: self.speech.clone(),
            notice: None,
        }
    }

    /// How many deliveries were refused; 0 if the store does not say, since the page is about something else.
    async fn refused(&self) -> usize {
        if let Some(count) = self.console.refused.known(self.now) {
            return count;
        }
        let all = self.app().store().outbox(false, MOST).await.unwrap_or_default();
        let count = all.iter().filter(|outgoing| matches!(outgoing.standing, Standing::Refused { .. })).count();
        self.console.refused.know(self.now, count);
        count
    }

    /// A page.
    pub async fn page(&self, template: &str, here: &'static str, page: impl Serialize) -> Response {
        Html(view::page(template, &self.frame(here).await, page)).into_response()
    }

    /// A page that says why something was not done.
    pub async fn refusal(&self, status: StatusCode, template: &str, why: &str, page: impl Serialize) -> Response {
        let notice = Some(Notice { kind: "bad", text: view::sentence(&self.speech.language.reword(why)) });
        let frame = Frame { notice, ..self.frame("").await };
        (status, Html(view::page(template, &frame, page))).into_response()
    }
}
