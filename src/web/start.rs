//! The first page, articles, and what pages load.

use super::{
    assets,
    cases::Caller,
    error::{Answer, Failure, not_found},
    page::{
        self, RowView,
        home::{CallerView, Home},
    },
    visit::Visit,
};
use crate::{id::CaseId, search::Kind, store::Filter};
use axum::{
    Form,
    extract::{Path, Query},
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

/// At most so many of one's own cases are shown.
const MINE: u32 = 50;

/// What the page begins with, if an address says so.
#[derive(Deserialize)]
pub struct Begin {
    #[serde(default)]
    words: String,
}

/// `GET /`
pub async fn show(visit: Visit, Query(Begin { words }): Query<Begin>) -> Answer {
    home(visit, Caller::saying(words)).await
}

/// `POST /`: what is found for the words, for those without a script; nothing is opened yet.
pub async fn look(visit: Visit, Form(caller): Form<Caller>) -> Answer {
    home(visit, caller).await
}

async fn home(visit: Visit, caller: Caller) -> Answer {
    let live = visit.live();
    let viewer = visit.viewer();
    let filter = Filter { holder: Some(viewer.name.clone()), open: Some(true), limit: MINE, ..Filter::default() };
    let rows = visit.app().list(&filter).await?;
    let mine = rows.into_iter().map(|row| RowView::new(row, &live.desk, &viewer, visit.now)).collect();
    let found = visit.found(&caller.words, false, None).await;
    let home = Home {
        case: caller.case.unwrap_or_else(CaseId::mint),
        caller: CallerView { name: caller.name, contact: caller.contact, channel: caller.channel },
        found,
        categories: page::categories(&live, viewer.language),
        mine,
    };
    Ok(visit.page("home.html", "start", home).await)
}

/// The case that something is read for.
#[derive(Deserialize)]
pub struct For {
    case: Option<u64>,
    /// What it was found by.
    #[serde(default)]
    q: String,
}

/// `GET /articles/{id}`
pub async fn article(visit: Visit, Path(id): Path<String>, Query(For { case, q }): Query<For>) -> Answer {
    let live = visit.live();
    if let Some(known) = live.desk.article(&id) {
        visit.app().opened(visit.trail(&q), Kind::Article, &known.id);
    }
    match page::article(&live, &id, false, visit.speech.language) {
        Some(article) => Ok(visit.page("article.html", "", page::ArticlePage { article, case }).await),
        None => Err(not_found("The desk has no such article.")),
    }
}

/// `GET /me`
pub async fn me(visit: Visit) -> Answer {
    let tiers = page::tiers(&visit.live().desk, visit.speech.language);
    Ok(visit.page("me.html", "me", Me { tiers }).await)
}

/// Who sits here.
#[derive(serde::Serialize)]
struct Me {
    tiers: Vec<page::TierView>,
}

/// `GET /assets/{name}`, for everybody.
pub async fn asset(Path(name): Path<String>) -> Result<Response, Failure> {
    let asset = assets::find(&name).ok_or_else(|| not_found("Load the page again."))?;
    let headers = [(header::CONTENT_TYPE, asset.media), (header::CACHE_CONTROL, "public, max-age=31536000, immutable")];
    Ok((headers, asset.text).into_response())
}
