//! The first page, articles, and what pages load.

use super::{
    assets,
    error::{Answer, Failure, not_found},
    page::{self, RowView, home::Home},
    visit::Visit,
};
use crate::{id::CaseId, store::Filter};
use axum::{
    extract::Path,
    http::header,
    response::{IntoResponse, Response},
};

/// At most so many of one's own cases are shown.
const MINE: u32 = 50;

/// `GET /`
pub async fn show(visit: Visit) -> Answer {
    let live = visit.live();
    let name = visit.actor().name;
    let filter = Filter { holder: Some(name.clone()), open: Some(true), limit: MINE, ..Filter::default() };
    let rows = visit.app().list(&filter).await?;
    let mine = rows.into_iter().map(|row| RowView::new(row, &live.desk, &name, visit.now)).collect();
    let home = Home { case: CaseId::mint(), categories: page::categories(live.offers.values()), mine };
    Ok(visit.page("home.html", "start", home).await)
}

/// `GET /articles/{id}`
pub async fn article(visit: Visit, Path(id): Path<String>) -> Answer {
    match page::article(&visit.live().desk, &id) {
        Some(article) => Ok(visit.page("article.html", "", article).await),
        None => Err(not_found("The desk has no such article.")),
    }
}

/// `GET /me`
pub async fn me(visit: Visit) -> Answer {
    let tiers = page::tiers(&visit.live().desk);
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
