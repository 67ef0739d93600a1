//! The library: how playbooks and articles stand, and a playbook as it is written, gone through.

use super::{
    aside,
    error::{Answer, Failure, not_found},
    page::{library::Library, playbook::BookPage, preview::PreviewPage, versions::Versions},
    view,
    visit::Visit,
};
use crate::{account::Role, app::gaps, case::numbers, clock, compare, run::Audience};
use axum::{
    Form,
    extract::{Path, Query},
    response::{IntoResponse, Redirect},
};
use serde::Deserialize;
use std::sync::Arc;

/// So many searches are shown.
const SEARCHES: usize = 30;

fn missing() -> Failure {
    not_found("There is no such playbook.")
}

/// `GET /library`
pub async fn show(visit: Visit) -> Answer {
    let lately = gaps::Filter::recent();
    let numbers = visit.app().numbers(&numbers::Filter { since: Some(lately.begin()), ..Default::default() }).await?;
    let gaps = visit.app().gaps(&lately).await?;
    let searches = visit.app().searches(lately.since, SEARCHES).await?;
    let (live, trouble, language) = (visit.live(), visit.app().desk_trouble(), visit.speech.language);
    let page = aside(move || Library::new(&live, trouble, clock::today(), &numbers, gaps, searches, language)).await;
    Ok(visit.page("library.html", "library", page).await)
}

/// `GET /library/{playbook}`
pub async fn playbook(visit: Visit, Path(id): Path<String>) -> Answer {
    let versions = visit.app().versions(&id).await?;
    let lately = gaps::Filter { playbook: Some(id.clone()), ..gaps::Filter::recent() };
    let of = numbers::Filter { playbook: Some(id.clone()), since: Some(lately.begin()), ..Default::default() };
    let (numbers, gaps) = (visit.app().numbers(&of).await?, visit.app().gaps(&lately).await?);
    let (live, language) = (visit.live(), visit.speech.language);
    let page = aside(move || BookPage::new(&live, &id, versions, &numbers, gaps, language)).await;
    let page = page.ok_or_else(missing)?;
    Ok(visit.page("playbook.html", "library", page).await)
}

/// `GET /library/{playbook}/preview`: `a` for each answer, as `prompt=answer`; `at` and `value` for what was typed.
pub async fn preview(visit: Visit, Path(id): Path<String>, Query(fields): Query<Vec<(String, String)>>) -> Answer {
    let all = |name: &'static str| fields.iter().filter(move |(known, _)| known == name).map(|(_, value)| value);
    let mut answers: Vec<String> = all("a").cloned().collect();
    if let (Some(at), Some(value)) = (all("at").next(), all("value").next()) {
        answers.push(format!("{at}={value}"));
    }
    let audience = match all("audience").next().map(String::as_str) {
        Some("self-service") => Audience::SelfService,
        _ => Audience::Agent,
    };
    let live = visit.live();
    let playbook = live.newest.playbooks.get(&id).ok_or_else(missing)?;
    let split = |answer: &String| answer.split_once('=').map(|(at, said)| (at.to_owned(), said.to_owned()));
    let said: Vec<(String, String)> = answers.iter().map_while(split).collect();
    let preview = live.preview(&id, audience, &said);
    let page = PreviewPage::new(&live, playbook, audience, &answers, preview.as_ref(), visit.speech.language);
    Ok(visit.page("preview.html", "library", page).await)
}

/// What the playbook is compared with.
#[derive(Deserialize)]
pub struct With {
    #[serde(default)]
    with: String,
}

/// `GET /library/{playbook}/versions`: what has changed since another version, and what that does to runs.
pub async fn versions(visit: Visit, Path(id): Path<String>, Query(With { with }): Query<With>) -> Answer {
    let (app, live) = (visit.app(), visit.live());
    let playbook = live.newest.playbooks.get(&id).ok_or_else(missing)?;
    let mut page = Versions::new(playbook, with.trim(), app.versions(&id).await?, visit.may(Role::may_author));
    if !page.with.is_empty() {
        match app.other_desk(&id, &page.with).await {
            Ok(other) => {
                let (id, new) = (id.clone(), Arc::clone(&live.newest));
                page = aside(move || {
                    page.compare(&id, &compare::compare(&other, &new), &other, &new);
                    page
                })
                .await;
            }
            Err(error) => page.refused = Some(view::capital(&error.to_string())),
        }
    }
    if live.newest.program(&id).is_some() {
        page.replayed(&app.replay(&id, &live.newest).await?);
    }
    if live.offers.contains_key(&id) {
        page.rebased(app.rebase(&visit.actor(), std::slice::from_ref(&id), true).await?);
    }
    Ok(visit.page("versions.html", "library", page).await)
}

/// `POST /library/{playbook}/rebase`
pub async fn rebase(visit: Visit, Path(id): Path<String>) -> Answer {
    visit.must(Role::may_author)?;
    visit.app().rebase(&visit.actor(), std::slice::from_ref(&id), false).await?;
    Ok(Redirect::to(&format!("/library/{}/versions", view::encoded(&id))).into_response())
}

/// What is withdrawn.
#[derive(Deserialize)]
pub struct Withdrawn {
    version: String,
    #[serde(default)]
    why: String,
}

/// `POST /library/{playbook}/recall`
pub async fn recall(visit: Visit, Path(id): Path<String>, Form(form): Form<Withdrawn>) -> Answer {
    visit.must(Role::may_author)?;
    visit.app().recall(&visit.actor(), &id, Some(&form.version), &form.why).await?;
    Ok(Redirect::to(&format!("/library/{}/versions", view::encoded(&id))).into_response())
}
