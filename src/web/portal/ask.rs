//! A question to a person, without a playbook.

use super::{
    Guest, Outage, READER,
    find::HitView,
    guide::WORDS,
    trouble::{Answer, Trouble},
    typed,
};
use crate::{
    app::SELF_SERVICE,
    case::{Intake, Requester},
    id::CaseId,
    search::Query as Search,
};
use axum::{
    Form,
    extract::Query,
    response::{IntoResponse, Redirect},
};
use serde::{Deserialize, Serialize};

/// So many things that may help are shown first.
const SHOWN: usize = 3;

#[derive(Serialize)]
struct Page {
    outages: Vec<Outage>,
    /// The form sent twice is one case.
    case: CaseId,
    words: String,
    hits: Vec<HitView>,
}

#[derive(Deserialize)]
pub struct From {
    #[serde(default)]
    words: String,
}

/// `GET /help/ask`
pub async fn show(guest: Guest, Query(from): Query<From>) -> Answer {
    let (words, live, language) = (typed(&from.words, WORDS), guest.live(), guest.speech.language);
    let mut hits = Vec::new();
    if !words.is_empty() {
        let query = Search { words: words.clone(), limit: SHOWN, language: Some(language), ..Search::default() };
        let found = guest.app().search(READER, query).await;
        hits = found.hits.into_iter().map(|hit| HitView::new(hit, &words, &live, language)).collect();
    }
    let outages = Outage::all(&live, language, guest.app().incidents_for(READER, &words, &[]).await);
    guest.page("portal/ask.html", Page { outages, case: CaseId::mint(), words, hits })
}

/// What somebody asks a person, and who they are.
#[derive(Deserialize)]
pub struct Ask {
    case: Option<CaseId>,
    words: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    contact: String,
}

/// `POST /help/ask`
pub async fn send(guest: Guest, Form(form): Form<Ask>) -> Answer {
    let words = typed(&form.words, WORDS);
    if words.is_empty() {
        return Err(Trouble::Refused("say in a few words what you need".into()));
    }
    guest.writes()?;
    let requester = requester(&form.name, &form.contact);
    let intake = Intake { requester, channel: Some(SELF_SERVICE.into()), words };
    let case = guest.app().ask(form.case.unwrap_or_else(CaseId::mint), intake).await?;
    Ok(Redirect::to(&format!("/help/cases/{}", guest.app().link(&case).await?)).into_response())
}

/// Somebody as a form gives them.
pub fn requester(name: &str, contact: &str) -> Requester {
    let contact = Some(typed(contact, 200)).filter(|contact| !contact.is_empty());
    Requester { name: typed(name, 200), contact }
}
