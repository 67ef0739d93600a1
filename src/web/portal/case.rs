//! A case behind its link: the guided playbook while it is followed, then how the case stands. Only what whoever opened
//! it has seen or said, and where it is; no word of staff.

use super::{
    Guest, READER,
    ask::requester,
    guide::WORDS,
    html,
    trouble::{Answer, Trouble},
    typed,
};
use crate::{
    app::{self, Live, SELF_SERVICE},
    case::{Case, CaseRun, Denied, Event, Intake, Note, Requester, State},
    language::Language,
    markdown,
    playbook::flow::EndKind,
    run::{CaseInfo, Input, View},
    web::{
        page::{
            case::{LineView, StepView, label},
            change::ChangePage,
            tier_name,
        },
        prose::Prose,
        runs::said,
    },
};
use axum::{
    Form,
    extract::{Path, Query},
    http::StatusCode,
    response::{IntoResponse, Redirect},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::sync::Arc;

/// What somebody sees of their case.
#[derive(Serialize)]
struct CasePage {
    link: String,
    number: u64,
    /// The playbook's title.
    title: Option<String>,
    /// What they said at the beginning.
    words: String,
    /// `step`, `ended`, `open`, `waiting`, `worked-on`, `parked` or `solved`.
    state: &'static str,
    /// Confirmed by whoever has the problem.
    confirmed: bool,
    /// The name of the tier where it is.
    tier: String,
    /// When somebody there should have answered, or calls back.
    due: Option<Timestamp>,
    position: String,
    step: Option<Step>,
    /// Whether there is something to go back to.
    back: bool,
    path: Vec<LineView>,
    /// What the playbook came to. HTML.
    outcome: Option<String>,
    /// What happens now, in the playbook's words. HTML.
    told: Option<String>,
    name: String,
    contact: Option<String>,
    added: Vec<Note>,
}

/// A step in plain words.
#[derive(Serialize)]
struct Step {
    #[serde(flatten)]
    view: StepView,
    /// HTML.
    text: String,
    /// HTML.
    verify: Option<String>,
    articles: Vec<ArticleView>,
}

/// An article beside a step.
#[derive(Serialize)]
struct ArticleView {
    id: String,
    title: String,
    html: String,
}

impl CasePage {
    fn new(case: &Case, live: &Live, link: &str, language: Language) -> Self {
        let run = case.runs.iter().rfind(|run| run.by == SELF_SERVICE);
        let theirs = case.holder.as_deref() == Some(SELF_SERVICE);
        let info = live.info(case, language);
        let view = run.map(|run| run.run.view(&info));
        let (state, until) = match (&case.state, &case.holder, &view) {
            (State::Resolved { .. }, ..) => ("solved", None),
            (State::Parked { until, .. }, ..) => ("parked", Some(*until)),
            (_, None, _) => ("waiting", None),
            (_, Some(_), _) if !theirs => ("worked-on", None),
            (.., Some(View::Prompt(_))) => ("step", None),
            (.., Some(View::Outcome(outcome))) if outcome.ending == Some(EndKind::Resolved) => ("ended", None),
            _ => ("open", None),
        };
        let up = case.escalations.iter().rfind(|up| up.envelope.by == SELF_SERVICE);
        let (step, outcome) = match &view {
            Some(View::Prompt(prompt)) if state == "step" => {
                let articles = prompt.articles.iter().filter_map(|id| {
                    let article = live.article(READER, id, language)?;
                    let (id, title) = (article.id.clone(), article.title.clone());
                    Some(ArticleView { id, title, html: Prose::portal(live, language).html(article, 3, true) })
                });
                let step = Step {
                    view: StepView::new(prompt, language),
                    text: html(live, language, &prompt.text),
                    verify: prompt.verify.as_ref().map(|verify| html(live, language, verify)),
                    articles: articles.collect(),
                };
                (Some(step), None)
            }
            Some(View::Outcome(outcome)) if outcome.ending == Some(EndKind::Resolved) && is_own(run) => {
                (None, outcome.text.as_ref().map(|text| html(live, language, text)))
            }
            _ => (None, None),
        };
        // The run's own words are in the reader's language; what went along with the case is in the desk's.
        let own = view.as_ref().filter(|_| is_own(run)).and_then(|view| match view {
            View::Outcome(outcome) => outcome.tell.as_ref(),
            View::Prompt(_) => None,
        });
        let told = up.and_then(|up| own.or(up.envelope.told.as_ref())).filter(|_| state != "solved");
        let requester = own_requester(case);
        let path = path(case, run, &info, language);
        Self {
            link: link.to_owned(),
            number: case.number,
            title: run.map(|run| info.title(&run.playbook, &run.title)),
            words: match &case.entries[0].event {
                Event::Opened { words, .. } => words.clone(),
                _ => String::new(),
            },
            state,
            confirmed: matches!(case.state, State::Resolved { confirmed: true, .. }),
            tier: tier_name(&live.desk, &case.tier, language),
            due: until.or(case.respond_by),
            position: run.map_or_else(String::new, |run| run.run.position()),
            step,
            back: !path.is_empty(),
            path,
            outcome,
            told: told.map(|told| html(live, language, told)),
            name: requester.name,
            contact: requester.contact,
            added: case.notes.iter().filter(|note| note.by == SELF_SERVICE).cloned().collect(),
        }
    }
}

/// Whether nobody else has said anything to a run.
fn is_own(run: Option<&CaseRun>) -> bool {
    run.is_some_and(|run| run.run.entries.iter().all(|entry| entry.by == SELF_SERVICE))
}

/// What they were shown and answered: of a run that somebody else went on with, what went along with the case.
fn path(case: &Case, run: Option<&CaseRun>, info: &CaseInfo, language: Language) -> Vec<LineView> {
    if is_own(run) {
        let path = run.map(|run| run.run.path(info)).unwrap_or_default();
        return path.iter().map(|line| LineView::new(line, language)).collect();
    }
    let up = case.escalations.iter().rfind(|up| up.envelope.by == SELF_SERVICE);
    let own = up.into_iter().flat_map(|up| &up.envelope.path).filter(|answered| answered.by == SELF_SERVICE);
    let line = |answered: &crate::case::envelope::Answered| LineView {
        at: answered.at.clone(),
        visit: answered.visit,
        kind: if answered.kind == "do" { "do" } else { "ask" },
        text: markdown::first_line(&answered.shown),
        label: label(if answered.kind == "say" { "Read" } else { &answered.label }, language),
        said: answered.answer.clone(),
    };
    own.map(line).collect()
}

/// Who they are, as they said it themselves.
fn own_requester(case: &Case) -> Requester {
    let own = case.entries.iter().rev().filter(|entry| entry.by == SELF_SERVICE);
    let said = own.filter_map(|entry| match &entry.event {
        Event::Opened { requester, .. } | Event::Described { requester, .. } => Some(requester.clone()),
        _ => None,
    });
    said.into_iter().next().unwrap_or_default()
}

impl Guest {
    async fn case(&self, link: &str) -> Result<Arc<Case>, Trouble> {
        self.app().linked(link).await?.ok_or(Trouble::Nothing)
    }

    /// Back to the case, or the case as it is with why something was not done.
    async fn done(&self, link: &str, result: Result<Arc<Case>, app::Error>, position: Option<&str>) -> Answer {
        let denied = match result {
            Ok(case) => {
                self.app().came_to(&case, &self.network, self.speech.language);
                return Ok(Redirect::to(&format!("/help/cases/{link}")).into_response());
            }
            Err(app::Error::Denied(denied)) => denied,
            Err(error) => return Err(error.into()),
        };
        let case = self.case(link).await?;
        let page = CasePage::new(&case, &self.live(), link, self.speech.language);
        let (status, why) = match denied {
            _ if case.holder.as_deref() != Some(SELF_SERVICE) => {
                (StatusCode::CONFLICT, "This has gone on with a person meanwhile. Here is how it stands.".to_owned())
            }
            Denied::Refused(refused) if position.is_none_or(|known| known == page.position) => {
                (StatusCode::UNPROCESSABLE_ENTITY, refused.why)
            }
            _ => (StatusCode::CONFLICT, "You were further already. This is where you are.".into()),
        };
        Ok(self.refusal(status, &why, "portal/case.html", page))
    }

    /// Says something to the run that they follow.
    async fn say(&self, link: &str, input: Input, position: Option<String>) -> Answer {
        let case = self.case(link).await?;
        let run = case.runs.iter().rfind(|run| run.by == SELF_SERVICE).ok_or(Trouble::Nothing)?.run.id;
        let actor = self.app().anybody();
        let result = self.app().say(&actor, case.id, run, &input, position.as_deref()).await;
        self.done(link, result, position.as_deref()).await
    }
}

/// `GET /help/cases/{link}`
pub async fn show(guest: Guest, Path(link): Path<String>) -> Answer {
    let case = guest.case(&link).await?;
    guest.page("portal/case.html", CasePage::new(&case, &guest.live(), &link, guest.speech.language))
}

/// A form of a step: with the token of the position that it was shown for.
#[derive(Deserialize)]
pub struct Say {
    position: Option<String>,
    answer: Option<String>,
    value: Option<String>,
}

fn no_answer() -> Trouble {
    Trouble::Refused("there was no answer; go back and choose one".into())
}

/// `POST …/answer`
pub async fn answer(guest: Guest, Path(link): Path<String>, Form(form): Form<Say>) -> Answer {
    let case = guest.case(&link).await?;
    let run = case.runs.iter().rfind(|run| run.by == SELF_SERVICE);
    let is_number = run.is_some_and(|run| run.run.takes_number());
    let said = said(form.answer, form.value, is_number).ok_or_else(no_answer)?;
    guest.say(&link, Input::Say(said), form.position).await
}

/// `POST …/back`
pub async fn back(guest: Guest, Path(link): Path<String>, Form(form): Form<Say>) -> Answer {
    guest.say(&link, Input::Back(1), form.position).await
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

#[derive(Serialize)]
struct Change {
    link: String,
    #[serde(flatten)]
    page: ChangePage,
}

/// `GET …/change`: what a change would come to.
pub async fn show_change(guest: Guest, Path(link): Path<String>, Query(form): Query<Replace>) -> Answer {
    let case = guest.case(&link).await?;
    let run = case.runs.iter().rfind(|run| run.by == SELF_SERVICE);
    let typed = form.value.as_deref().map(str::trim);
    let language = guest.speech.language;
    let info = guest.live().info(&case, language);
    let page = run
        .filter(|_| case.holder.as_deref() == Some(SELF_SERVICE) && !case.is_resolved())
        .and_then(|run| ChangePage::new(&case, run.run.id, &form.at, form.visit, typed, language, &info));
    match page {
        Some(page) => guest.page("portal/change.html", Change { link, page }),
        None => Ok(Redirect::to(&format!("/help/cases/{link}")).into_response()),
    }
}

/// `POST …/change`
pub async fn change(guest: Guest, Path(link): Path<String>, Form(form): Form<Replace>) -> Answer {
    let said = said(form.answer, form.value, false).ok_or_else(no_answer)?;
    guest.say(&link, Input::Change { at: form.at, visit: Some(form.visit), said }, form.position).await
}

/// Words to a person, and who they are, where that is not known.
#[derive(Deserialize)]
pub struct Words {
    #[serde(default)]
    words: String,
    #[serde(default)]
    name: String,
    #[serde(default)]
    contact: String,
}

impl Guest {
    /// Keeps who they are, if they said so.
    async fn describe(&self, case: &Case, form: &Words) -> Result<(), app::Error> {
        let said = requester(&form.name, &form.contact);
        if said == Requester::default() || said == own_requester(case) {
            return Ok(());
        }
        let intake = Intake { requester: said, channel: case.channel.clone(), words: case.words.clone() };
        self.app().describe(&self.app().anybody(), case.id, &intake).await.map(drop)
    }
}

/// `POST …/person`: hands over, now or because what was solved was not.
pub async fn person(guest: Guest, Path(link): Path<String>, Form(form): Form<Words>) -> Answer {
    let case = guest.case(&link).await?;
    guest.writes()?;
    guest.describe(&case, &form).await?;
    let result = guest.app().ask_for_person(case.id, &typed(&form.words, WORDS)).await;
    guest.done(&link, result, None).await
}

/// `POST …/describe`
pub async fn describe(guest: Guest, Path(link): Path<String>, Form(form): Form<Words>) -> Answer {
    let case = guest.case(&link).await?;
    guest.writes()?;
    let result = guest.describe(&case, &form).await.map(|()| case);
    guest.done(&link, result, None).await
}

/// `POST …/add`: more words for whoever works on it.
pub async fn add(guest: Guest, Path(link): Path<String>, Form(form): Form<Words>) -> Answer {
    let case = guest.case(&link).await?;
    guest.writes()?;
    let words = typed(&form.words, WORDS);
    let result = match words.is_empty() {
        true => Ok(case),
        false => guest.app().note(&guest.app().anybody(), case.id, &words).await,
    };
    guest.done(&link, result, None).await
}

/// `yes`, or `later`: closed as it seems to work.
#[derive(Deserialize)]
pub struct Solved {
    confirmed: String,
}

/// `POST …/solved`: what the playbook came to works, or what a person closed it with does.
pub async fn solved(guest: Guest, Path(link): Path<String>, Form(form): Form<Solved>) -> Answer {
    let case = guest.case(&link).await?;
    let confirmed = form.confirmed == "yes";
    let result = match case.is_resolved() {
        true if confirmed => guest.app().confirm(case.id).await,
        true => Ok(case),
        false => guest.app().resolve(&guest.app().anybody(), case.id, "", confirmed).await,
    };
    guest.done(&link, result, None).await
}

/// `POST …/reopen`: it does not work after all.
pub async fn reopen(guest: Guest, Path(link): Path<String>, Form(form): Form<Words>) -> Answer {
    let case = guest.case(&link).await?;
    guest.writes()?;
    let words = match typed(&form.words, WORDS) {
        words if words.is_empty() => "It does not work after all.".into(),
        words => words,
    };
    let result = guest.app().reopen(&guest.app().anybody(), case.id, &words).await;
    guest.done(&link, result, None).await
}
