//! Lists: the queue, cases that somebody looks for, the outbox.

use super::{
    error::{Answer, not_found},
    page::{self, RowView, lists},
    sign_in::local,
    visit::{MOST, Visit},
};
use crate::{case::fold, id::OutboxId, store::Filter};
use axum::{
    Form,
    extract::{Path, Query},
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;

/// At most so many cases in a list.
const LONGEST: u32 = 2000;

/// What of the queue is shown.
#[derive(Deserialize)]
pub struct Part {
    tier: Option<String>,
    team: Option<String>,
}

/// `GET /queue`
pub async fn queue(visit: Visit, Query(part): Query<Part>) -> Answer {
    let live = visit.live();
    let tiers = page::tiers(&live.desk, visit.speech.language);
    let wanted = part.tier.unwrap_or_else(|| visit.actor().tier);
    let tier = tiers.iter().find(|tier| tier.id == wanted).or(tiers.first()).cloned();
    let tier = tier.ok_or_else(|| not_found("The desk has no tier in which people work."))?;
    let team = part.team.filter(|team| tier.teams.contains(team));
    let filter = Filter { open: Some(true), limit: LONGEST, ..Filter::default() };
    let rows = visit.app().list(&filter).await?;
    let viewer = visit.viewer();
    let rows = rows.into_iter().map(|row| RowView::new(row, &live.desk, &viewer, visit.now)).collect();
    Ok(visit.page("queue.html", "queue", lists::Queue::new(rows, tiers, tier, team)).await)
}

/// What is looked for.
#[derive(Deserialize)]
pub struct Find {
    #[serde(default)]
    find: String,
}

/// `GET /cases`: a number leads to its case, anything else to those of a caller.
pub async fn cases(visit: Visit, Query(Find { find }): Query<Find>) -> Answer {
    let find = find.trim();
    if let Ok(number) = find.trim_start_matches('#').parse::<u64>()
        && visit.app().case(number).await?.is_some()
    {
        return Ok(Redirect::to(&format!("/cases/{number}")).into_response());
    }
    let mut rows = Vec::new();
    if !find.is_empty() {
        let filter = Filter { requester: Some(fold(find)), limit: LONGEST, ..Filter::default() };
        rows = visit.app().list(&filter).await?;
        rows.sort_by_key(|row| std::cmp::Reverse(row.updated));
    }
    let (live, viewer) = (visit.live(), visit.viewer());
    let rows = rows.into_iter().map(|row| RowView::new(row, &live.desk, &viewer, visit.now)).collect();
    Ok(visit.page("cases.html", "", lists::Cases { find: find.to_owned(), rows }).await)
}

/// `GET /outbox`
pub async fn outbox(visit: Visit) -> Answer {
    let all = visit.app().store().outbox(false, MOST).await?;
    let outbox = lists::Outbox::new(all, &visit.live().desk, visit.speech.language);
    Ok(visit.page("outbox.html", "outbox", outbox).await)
}

/// Where it goes on.
#[derive(Deserialize)]
pub struct On {
    #[serde(default)]
    to: String,
}

/// `POST /outbox/{id}/retry`
pub async fn retry(visit: Visit, Path(id): Path<OutboxId>, Form(on): Form<On>) -> Answer {
    visit.console.refused.forget();
    match visit.app().retry(&visit.actor(), id).await? {
        Some(_) => Ok(Redirect::to(local(&on.to)).into_response()),
        None => Err(not_found("There is no such delivery.")),
    }
}
