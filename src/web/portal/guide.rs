//! A guided playbook before it begins.

use super::{
    Guest, Outage, READER,
    trouble::{Answer, Trouble},
    typed,
};
use crate::{
    app::{Head, SELF_SERVICE},
    case::{Intake, Requester},
    id::CaseId,
    search::Kind,
};
use axum::{
    Form,
    extract::{Path, Query},
    response::{IntoResponse, Redirect},
};
use serde::{Deserialize, Serialize};

/// The longest that words carried along are, in characters.
pub const WORDS: usize = 2000;

#[derive(Serialize)]
struct Page {
    outages: Vec<Outage>,
    id: String,
    title: String,
    summary: Option<String>,
    minutes: Option<f64>,
    /// What a case from this page is called: the form sent twice is one case.
    case: CaseId,
    words: String,
}

/// What was searched for.
#[derive(Deserialize)]
pub struct From {
    #[serde(default)]
    q: String,
}

/// `GET /help/playbooks/{id}`
pub async fn show(guest: Guest, Path(id): Path<String>, Query(from): Query<From>) -> Answer {
    let live = guest.live();
    let offer = live.offer(READER, &id).ok_or(Trouble::Nothing)?;
    guest.app().viewed("playbook", &id);
    guest.app().opened(guest.trail(&from.q), Kind::Playbook, &id);
    let outages = guest.app().incidents_for(READER, &from.q, &[&id]).await;
    let Head { title, summary, .. } = offer.read(&live.desk, guest.speech.language);
    let page = Page {
        outages: Outage::all(&live, guest.speech.language, outages),
        id,
        title,
        summary,
        minutes: offer.minutes().map(|minutes| minutes.ceil()),
        case: CaseId::mint(),
        words: typed(&from.q, WORDS),
    };
    guest.page("portal/playbook.html", page)
}

#[derive(Deserialize)]
pub struct Start {
    case: Option<CaseId>,
    #[serde(default)]
    words: String,
}

/// `POST /help/playbooks/{id}`: begins it.
pub async fn start(guest: Guest, Path(id): Path<String>, Form(form): Form<Start>) -> Answer {
    guest.live().offer(READER, &id).ok_or(Trouble::Nothing)?;
    guest.writes()?;
    let case = form.case.unwrap_or_else(CaseId::mint);
    let intake = Intake {
        requester: Requester::default(),
        channel: Some(SELF_SERVICE.into()),
        words: typed(&form.words, WORDS),
    };
    let case = guest.app().open_case(&guest.app().anybody(), case, intake, Some(&id)).await?;
    Ok(Redirect::to(&format!("/help/cases/{}", guest.app().link(&case).await?)).into_response())
}
