//! What is said to a run: answers, back, changes, signals.

use super::{
    error::{Answer, Failure},
    page::{change::ChangePage, error::Problem},
    visit::Visit,
};
use crate::{
    id::RunId,
    run::{Input, Said, Signal},
};
use axum::{
    Form,
    extract::{Path, Query},
};
use serde::Deserialize;

/// A form of a run: with the token of the position that it was shown for.
#[derive(Deserialize)]
pub struct Say {
    position: Option<String>,
    answer: Option<String>,
    value: Option<String>,
}

/// A form that replaces an answer.
#[derive(Deserialize)]
pub struct Replace {
    at: String,
    #[serde(default = "first")]
    visit: u32,
    position: Option<String>,
    answer: Option<String>,
    value: Option<String>,
}

fn first() -> u32 {
    1
}

impl Visit {
    /// Whether a run waits for a number.
    async fn takes_number(&self, number: u64, run: RunId) -> Result<bool, Failure> {
        let case = self.case(number).await?;
        Ok(case.run(run).is_some_and(|known| known.run.takes_number()))
    }

    /// Says something to a run that stood at a position.
    async fn say(&self, (number, run): (u64, RunId), input: Input, position: Option<String>) -> Answer {
        let id = self.id(number).await?;
        let result = self.app().say(&self.actor(), id, run, &input, position.as_deref()).await;
        self.done(number, result, |case| match (&position, case.run(run)) {
            (Some(position), Some(known)) => *position != known.run.position(),
            _ => false,
        })
        .await
    }
}

/// A button's answer wins over what was typed beside it. Where a number is taken, a comma is a point.
pub fn said(answer: Option<String>, value: Option<String>, is_number: bool) -> Option<Said> {
    let typed = |value: String| if is_number { value.trim().replace(',', ".") } else { value.trim().to_owned() };
    answer.map(Said::Answer).or_else(|| Some(Said::Value(typed(value?))))
}

fn no_answer() -> Problem {
    Problem::new(422, "There was no answer", "Go back and choose one.")
}

/// `POST …/answer`
pub async fn answer(visit: Visit, Path((number, run)): Path<(u64, RunId)>, Form(form): Form<Say>) -> Answer {
    let is_number = form.answer.is_none() && visit.takes_number(number, run).await?;
    let said = said(form.answer, form.value, is_number).ok_or_else(no_answer)?;
    visit.say((number, run), Input::Say(said), form.position).await
}

/// `POST …/back`
pub async fn back(visit: Visit, Path(at): Path<(u64, RunId)>, Form(form): Form<Say>) -> Answer {
    visit.say(at, Input::Back(1), form.position).await
}

/// `GET …/change`: what a change would come to.
pub async fn show_change(visit: Visit, Path((number, run)): Path<(u64, RunId)>, Query(form): Query<Replace>) -> Answer {
    let case = visit.case(number).await?;
    let typed = form.value.as_deref().map(str::trim);
    let language = visit.speech.language;
    let info = visit.live().info(&case, language);
    match ChangePage::new(&case, run, &form.at, form.visit, typed, language, &info) {
        Some(page) => Ok(visit.page("change.html", "", page).await),
        None => {
            let text = "The case has gone on, and its path does not lead past this answer any more.";
            let way = format!("/cases/{number}");
            Err(Problem::new(404, "There is nothing to change", text).way(way, "Back to the case").into())
        }
    }
}

/// `POST …/change`
pub async fn change(visit: Visit, Path((number, run)): Path<(u64, RunId)>, Form(form): Form<Replace>) -> Answer {
    let said = said(form.answer, form.value, false).ok_or_else(no_answer)?;
    visit.say((number, run), Input::Change { at: form.at, visit: Some(form.visit), said }, form.position).await
}

/// `POST …/move-on`: by the version in force, from where it stands.
pub async fn move_on(visit: Visit, Path((number, run)): Path<(u64, RunId)>) -> Answer {
    let result = visit.app().move_on(&visit.actor(), visit.id(number).await?, run).await;
    visit.done(number, result, |_| true).await
}

/// `upset`, `security` or `hand-over`.
#[derive(Deserialize)]
pub struct Sign {
    position: Option<String>,
    signal: Signal,
}

/// `POST …/signal`
pub async fn signal(visit: Visit, Path(at): Path<(u64, RunId)>, Form(form): Form<Sign>) -> Answer {
    visit.say(at, Input::Signal(form.signal), form.position).await
}
