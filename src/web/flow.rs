//! Pictures of playbooks, and of where a case stands in one.

use super::{
    aside,
    error::{Answer, not_found},
    page::flow::{By, FlowPage},
    visit::Visit,
};
use crate::{app::gaps, case::numbers::Filter};
use axum::extract::{Path, Query};
use serde::Deserialize;

/// The frame to show; the one where the case stands, if none is named.
#[derive(Deserialize)]
pub struct Which {
    frame: Option<u32>,
}

/// What the picture is coloured by.
#[derive(Deserialize)]
pub struct Coloured {
    by: Option<By>,
}

/// `GET /playbooks/{id}/flow`
pub async fn playbook(visit: Visit, Path(id): Path<String>, Query(Coloured { by }): Query<Coloured>) -> Answer {
    let numbers = match by {
        None | Some(By::Tests) => Vec::new(),
        Some(_) => {
            let since = Some(gaps::Filter::recent().begin());
            visit.app().numbers(&Filter { playbook: Some(id.clone()), since, ..Filter::default() }).await?
        }
    };
    let (live, language) = (visit.live(), visit.speech.language);
    match aside(move || FlowPage::playbook(&live, &id, by, &numbers, language)).await {
        Some(page) => Ok(visit.page("flow.html", "", page).await),
        None => Err(not_found("The desk has no such playbook.")),
    }
}

/// `GET /cases/{number}/flow`
pub async fn case(visit: Visit, Path(number): Path<u64>, Query(Which { frame }): Query<Which>) -> Answer {
    let case = visit.case(number).await?;
    let (live, language) = (visit.live(), visit.speech.language);
    match aside(move || FlowPage::case(&live, &case, frame, language)).await {
        Some(page) => Ok(visit.page("flow.html", "", page).await),
        None => Err(not_found("The case is in no playbook there.")),
    }
}
