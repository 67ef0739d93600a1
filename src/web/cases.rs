//! A case's page, and the forms on it.

use super::{
    error::{Answer, Failure},
    page::{
        case::CasePage,
        error::Problem,
        found::{HitView, OutageView},
    },
    view,
    visit::Visit,
};
use crate::{
    app::{self, MAX_ATTACHMENT, SELF_SERVICE},
    case::{Case, Denied, Intake, Move, Opinion, Requester, Verdict, draft},
    id::{CaseId, RunId},
    search::{Kind, Reader},
};
use axum::{
    Form,
    extract::{Multipart, Path, Query},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect},
};
use jiff::SignedDuration;
use serde::Deserialize;
use std::sync::Arc;

impl Visit {
    /// A case by its number, or that there is none.
    pub async fn case(&self, number: u64) -> Result<Arc<Case>, Failure> {
        self.app().case(number).await?.ok_or_else(|| missing(number))
    }

    /// The same for those who write: what they decide on is looked at then.
    pub async fn id(&self, number: u64) -> Result<CaseId, Failure> {
        self.app().find(number).await?.ok_or_else(|| missing(number))
    }

    async fn case_page(&self, case: &Case) -> CasePage {
        let live = self.live();
        let page = CasePage::new(case, &live, &self.viewer(), self.now);
        let asks = page.run.as_ref().filter(|run| run.step.is_some());
        let suggestion = match asks.filter(|run| run.articles.is_empty()) {
            Some(_) => self.suggestion(case).await.map(|hit| HitView::new(hit, Some(case.number), "")),
            None => None,
        };
        let playbook = page.run.as_ref().map(|run| run.playbook.as_str());
        let outages = match page.state {
            "resolved" => Vec::new(),
            _ => self.app().incidents_for(Reader::Staff, &case.words, playbook.as_slice()).await,
        };
        let outages = outages.iter().map(OutageView::new).collect();
        // A link that cannot be made is not worth the page.
        let link = match case.opened_by == SELF_SERVICE {
            true => self.app().link(case).await.ok().map(|link| self.portal(&format!("cases/{link}"))),
            false => None,
        };
        CasePage { suggestion, outages, link, ..page }
    }

    /// A page of the portal, as others reach it.
    fn portal(&self, page: &str) -> String {
        format!("{}/help/{page}", self.live().desk.policy.link.as_deref().unwrap_or_default())
    }

    /// Back to the case; or the case as it is, with why something was not done. `stale` says whether the page that
    /// it came from was an old one.
    pub async fn done(
        &self,
        number: u64,
        result: Result<Arc<Case>, app::Error>,
        stale: impl Fn(&Case) -> bool,
    ) -> Answer {
        let denied = match result {
            Ok(case) => {
                self.app().came_to(&case, self.visitor(), self.speech.language);
                return Ok(Redirect::to(&format!("/cases/{number}")).into_response());
            }
            Err(app::Error::Denied(denied)) => denied,
            Err(error) => return Err(error.into()),
        };
        let case = self.case(number).await?;
        let (status, why) = match denied {
            Denied::Taken { by } => {
                (StatusCode::CONFLICT, format!("somebody else was faster: {by} works on this case"))
            }
            Denied::Refused(refused) if stale(&case) => (StatusCode::CONFLICT, refused.why),
            Denied::Refused(refused) => (StatusCode::UNPROCESSABLE_ENTITY, refused.why),
        };
        Ok(self.refusal(status, "case.html", &why, self.case_page(&case).await).await)
    }
}

fn missing(number: u64) -> Failure {
    Problem::new(404, "There is no such case", format!("No case has the number {number}.")).into()
}

/// For forms that no other change makes old.
fn never(_: &Case) -> bool {
    false
}

fn some(text: String) -> Option<String> {
    Some(text).filter(|text| !text.trim().is_empty())
}

/// A caller as a form gives them.
#[derive(Default, Deserialize)]
pub struct Caller {
    /// Their name.
    #[serde(default)]
    pub name: String,
    /// How they are reached.
    #[serde(default)]
    pub contact: String,
    /// How they reached the desk.
    #[serde(default)]
    pub channel: String,
    /// What they say.
    #[serde(default)]
    pub words: String,
    playbook: Option<String>,
    /// What the form was given for the case: sent twice, it is one.
    pub case: Option<CaseId>,
}

impl Caller {
    /// Of whom only their words are known.
    pub fn saying(words: String) -> Self {
        Self { words, ..Self::default() }
    }

    fn intake(self) -> Intake {
        let requester = Requester { name: self.name, contact: some(self.contact) };
        Intake { requester, channel: some(self.channel), words: self.words }
    }
}

/// `GET /cases/{number}`
pub async fn show(visit: Visit, Path(number): Path<u64>) -> Answer {
    let case = visit.case(number).await?;
    Ok(visit.page("case.html", "", visit.case_page(&case).await).await)
}

/// `POST /cases`: a new case, with a playbook or without.
pub async fn open(visit: Visit, Form(mut caller): Form<Caller>) -> Answer {
    let (playbook, id) = (caller.playbook.take(), caller.case.unwrap_or_else(CaseId::mint));
    let case = visit.app().open_case(&visit.actor(), id, caller.intake(), playbook.as_deref()).await?;
    visit.app().began(&case, visit.visitor(), visit.speech.language, playbook.as_deref()).await;
    Ok(Redirect::to(&format!("/cases/{}", case.number)).into_response())
}

#[derive(Deserialize)]
pub struct Start {
    playbook: String,
    /// What was searched for.
    #[serde(default)]
    q: String,
}

/// `POST /cases/{number}/start`
pub async fn start(visit: Visit, Path(number): Path<u64>, Form(form): Form<Start>) -> Answer {
    let id = visit.id(number).await?;
    let result = visit.app().start(&visit.actor(), id, &form.playbook, &[]).await;
    if result.is_ok() {
        visit.app().opened(visit.trail(&form.q), Kind::Playbook, &form.playbook);
    }
    visit.done(number, result.map(|(case, _)| case), never).await
}

#[derive(Deserialize)]
pub struct Words {
    text: String,
}

/// `POST /cases/{number}/note`
pub async fn note(visit: Visit, Path(number): Path<u64>, Form(form): Form<Words>) -> Answer {
    let result = visit.app().note(&visit.actor(), visit.id(number).await?, &form.text).await;
    visit.done(number, result, never).await
}

#[derive(Deserialize)]
pub struct Rating {
    #[serde(default)]
    impact: String,
    #[serde(default)]
    urgency: String,
}

/// `POST /cases/{number}/rate`
pub async fn rate(visit: Visit, Path(number): Path<u64>, Form(form): Form<Rating>) -> Answer {
    let (impact, urgency) = (some(form.impact), some(form.urgency));
    let id = visit.id(number).await?;
    let result = visit.app().rate(&visit.actor(), id, impact.as_deref(), urgency.as_deref(), None).await;
    visit.done(number, result, never).await
}

/// `POST /cases/{number}/describe`
pub async fn describe(visit: Visit, Path(number): Path<u64>, Form(caller): Form<Caller>) -> Answer {
    let result = visit.app().describe(&visit.actor(), visit.id(number).await?, &caller.intake()).await;
    visit.done(number, result, never).await
}

#[derive(Deserialize)]
pub struct Fact {
    name: String,
    #[serde(default)]
    value: String,
}

/// `POST /cases/{number}/fact`: an empty value takes it out.
pub async fn fact(visit: Visit, Path(number): Path<u64>, Form(form): Form<Fact>) -> Answer {
    let (id, value) = (visit.id(number).await?, some(form.value));
    let result = visit.app().set_fact(&visit.actor(), id, &form.name, value.as_deref()).await;
    visit.done(number, result, never).await
}

/// `POST /cases/{number}/attach`
pub async fn attach(visit: Visit, Path(number): Path<u64>, mut form: Multipart) -> Answer {
    let id = visit.id(number).await?;
    let unread = |error: axum::extract::multipart::MultipartError| {
        let status = error.status();
        match status {
            StatusCode::PAYLOAD_TOO_LARGE => {
                let most = MAX_ATTACHMENT >> 20;
                Problem::new(413, "This is too large", format!("A file may have up to {most} MiB."))
            }
            _ => Problem::new(400, "The file did not arrive whole", "Nothing was added. Try it again."),
        }
        .way(format!("/cases/{number}"), "Back to the case")
    };
    while let Some(field) = form.next_field().await.map_err(unread)? {
        if field.name() != Some("file") {
            continue;
        }
        let name = field.file_name().unwrap_or_default().to_owned();
        let media = field.content_type().unwrap_or("application/octet-stream").to_owned();
        let bytes = field.bytes().await.map_err(unread)?.to_vec();
        let result = visit.app().attach(&visit.actor(), id, &name, &media, bytes).await;
        return visit.done(number, result, never).await;
    }
    Err(Problem::new(400, "There was no file", "Choose one first.")
        .way(format!("/cases/{number}"), "Back to the case")
        .into())
}

/// `GET /cases/{number}/attachments/{hash}`: saved, never shown, whatever it says it is.
pub async fn attachment(visit: Visit, Path((number, hash)): Path<(u64, String)>) -> Answer {
    let case = visit.case(number).await?;
    let missing = || Problem::new(404, "There is no such file", "The case has no such file.");
    let file = case.attachments.iter().find(|file| file.hash == hash).ok_or_else(missing)?;
    let bytes = visit.app().attachment(&hash).await?.ok_or_else(|| {
        Problem::new(404, "The file is gone", "The case had this file, but the data folder does not hold it any more.")
    })?;
    let headers = [
        (header::CONTENT_TYPE, "application/octet-stream".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename*=UTF-8''{}", view::encoded(&file.name))),
    ];
    Ok((headers, bytes).into_response())
}

#[derive(Deserialize)]
pub struct Claim {
    from: Option<String>,
}

/// `POST /cases/{number}/claim`: from a colleague, if the page named one.
pub async fn claim(visit: Visit, Path(number): Path<u64>, Form(form): Form<Claim>) -> Answer {
    let result = visit.app().claim(&visit.actor(), visit.id(number).await?, form.from.as_deref()).await;
    visit.done(number, result, never).await
}

/// `POST /cases/{number}/release`
pub async fn release(visit: Visit, Path(number): Path<u64>) -> Answer {
    let result = visit.app().release(&visit.actor(), visit.id(number).await?).await;
    visit.done(number, result, never).await
}

#[derive(Deserialize)]
pub struct TakeOver {
    run: RunId,
}

/// `POST /cases/{number}/take-over`
pub async fn take_over(visit: Visit, Path(number): Path<u64>, Form(form): Form<TakeOver>) -> Answer {
    let result = visit.app().take_over(&visit.actor(), visit.id(number).await?, form.run).await;
    visit.done(number, result, never).await
}

/// Where to, and why: `TIER` or `TIER/TEAM`.
#[derive(Deserialize)]
pub struct HandOn {
    to: String,
    why: String,
}

/// `POST /cases/{number}/hand-on`
pub async fn hand_on(visit: Visit, Path(number): Path<u64>, Form(form): Form<HandOn>) -> Answer {
    let (to, team) = match form.to.split_once('/') {
        Some((tier, team)) => (tier.to_owned(), some(team.to_owned())),
        None => (form.to, None),
    };
    let to = Move { to, team, why: form.why };
    let result = visit.app().hand_on(&visit.actor(), visit.id(number).await?, &to).await;
    visit.done(number, result, never).await
}

#[derive(Deserialize)]
pub struct Why {
    why: String,
}

/// `POST /cases/{number}/hand-back`
pub async fn hand_back(visit: Visit, Path(number): Path<u64>, Form(form): Form<Why>) -> Answer {
    let result = visit.app().hand_back(&visit.actor(), visit.id(number).await?, &form.why).await;
    visit.done(number, result, never).await
}

/// `in` is a number with `m`, `h` or `d`.
#[derive(Deserialize)]
pub struct Park {
    r#in: String,
    why: String,
}

/// `POST /cases/{number}/park`
pub async fn park(visit: Visit, Path(number): Path<u64>, Form(form): Form<Park>) -> Answer {
    let unclear = || Problem::new(422, "When to call back is unclear", "Write a number with m, h or d, such as 2h.");
    let until = span(&form.r#in).and_then(|span| visit.now.checked_add(span).ok()).ok_or_else(unclear)?;
    let result = visit.app().park(&visit.actor(), visit.id(number).await?, until, &form.why).await;
    visit.done(number, result, never).await
}

fn span(text: &str) -> Option<SignedDuration> {
    let minutes = match text.char_indices().last()? {
        (_, 'm') => 1,
        (_, 'h') => 60,
        (_, 'd') => 24 * 60,
        _ => return None,
    };
    let count: u16 = text[..text.len() - 1].parse().ok()?;
    Some(SignedDuration::from_mins(i64::from(count) * minutes))
}

/// `POST /cases/{number}/resume`
pub async fn resume(visit: Visit, Path(number): Path<u64>) -> Answer {
    let result = visit.app().resume(&visit.actor(), visit.id(number).await?).await;
    visit.done(number, result, never).await
}

/// What is said of the script; without a verdict, nothing.
#[derive(Deserialize)]
pub struct Said {
    #[serde(default)]
    verdict: String,
    #[serde(default)]
    step: String,
    #[serde(default)]
    solved: String,
}

impl Said {
    fn opinion(self) -> Option<Opinion> {
        Some(Opinion { verdict: Verdict::named(&self.verdict)?, step: some(self.step), solved: self.solved })
    }
}

#[derive(Deserialize)]
pub struct Resolve {
    #[serde(default)]
    text: String,
    confirmed: String,
    #[serde(flatten)]
    said: Said,
}

/// `POST /cases/{number}/resolve`
pub async fn resolve(visit: Visit, Path(number): Path<u64>, Form(form): Form<Resolve>) -> Answer {
    let (id, actor, confirmed) = (visit.id(number).await?, visit.actor(), form.confirmed == "yes");
    let result = match form.said.opinion() {
        Some(said) => visit.app().resolve_and_judge(&actor, id, &form.text, confirmed, &said).await,
        None => visit.app().resolve(&actor, id, &form.text, confirmed).await,
    };
    visit.done(number, result, never).await
}

/// `POST /cases/{number}/judge`
pub async fn judge(visit: Visit, Path(number): Path<u64>, Form(said): Form<Said>) -> Answer {
    let unclear = || Problem::new(422, "There was no verdict", "Choose what was the matter with the script.");
    let opinion = said.opinion().ok_or_else(|| unclear().way(format!("/cases/{number}"), "Back to the case"))?;
    let result = visit.app().judge(&visit.actor(), visit.id(number).await?, &opinion).await;
    visit.done(number, result, never).await
}

/// `article` or `step`.
#[derive(Deserialize)]
pub struct Draft {
    of: String,
}

/// `GET /cases/{number}/draft`: saved, for an author to put into the desk.
pub async fn draft(visit: Visit, Path(number): Path<u64>, Query(form): Query<Draft>) -> Answer {
    let (case, live) = (visit.case(number).await?, visit.live());
    let (text, ending) = match form.of.as_str() {
        "step" => (draft::step(&case, &live.desk), "yaml"),
        _ => (draft::article(&case, &live.desk), "md"),
    };
    let headers = [
        (header::CONTENT_TYPE, "text/plain; charset=utf-8".to_owned()),
        (header::CONTENT_DISPOSITION, format!("attachment; filename=\"case-{number}.{ending}\"")),
    ];
    Ok((headers, text).into_response())
}

/// `POST /cases/{number}/reopen`
pub async fn reopen(visit: Visit, Path(number): Path<u64>, Form(form): Form<Why>) -> Answer {
    let result = visit.app().reopen(&visit.actor(), visit.id(number).await?, &form.why).await;
    visit.done(number, result, never).await
}
