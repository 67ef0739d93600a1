//! Pictures of playbooks, and of where a case stands in one.

use super::{
    error::{Answer, not_found},
    page::flow::FlowPage,
    visit::Visit,
};
use axum::extract::{Path, Query};
use serde::Deserialize;

/// The frame to show; the one where the case stands, if none is named.
#[derive(Deserialize)]
pub struct Which {
    frame: Option<u32>,
}

/// `GET /playbooks/{id}/flow`
pub async fn playbook(visit: Visit, Path(id): Path<String>) -> Answer {
    match FlowPage::playbook(&visit.live(), &id, visit.speech.language) {
        Some(page) => Ok(visit.page("flow.html", "", page).await),
        None => Err(not_found("The desk has no such playbook.")),
    }
}

/// `GET /cases/{number}/flow`
pub async fn case(visit: Visit, Path(number): Path<u64>, Query(Which { frame }): Query<Which>) -> Answer {
    let case = visit.case(number).await?;
    match FlowPage::case(&visit.live(), &case, frame, visit.speech.language) {
        Some(page) => Ok(visit.page("flow.html", "", page).await),
        None => Err(not_found("The case is in no playbook there.")),
    }
}
