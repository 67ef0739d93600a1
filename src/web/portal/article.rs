//! An article, and whether it helped.

use super::{
    Guest, READER, address,
    trouble::{Answer, Trouble},
    typed,
};
use crate::{
    kb::Article,
    language::Language,
    search::Kind,
    store::Feedback,
    web::{
        images,
        page::category_name,
        prose::{Entry, Prose, Related},
    },
};
use axum::{
    Form,
    extract::{Path, Query},
    http::{StatusCode, header},
    response::{IntoResponse, Redirect},
};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

/// Why an article did not help.
const REASONS: [(&str, &str); 4] = [
    ("did-not-work", "I did what it says, and it did not work"),
    ("not-my-problem", "It is about another problem"),
    ("hard-to-follow", "It is hard to follow"),
    ("out-of-date", "It is out of date"),
];
/// The longest words to it, in characters.
const WORDS: usize = 1000;
/// Where a browser's session keeps what its opinions are known by.
const VOICE: &str = "voice";

#[derive(Serialize)]
struct Page {
    id: String,
    title: String,
    /// The article's language, where that is not the page's.
    lang: Option<Language>,
    summary: Option<String>,
    category: Option<(String, String)>,
    html: String,
    contents: Vec<Entry>,
    /// The playbook to follow instead.
    fix: Option<Related>,
    reviewed: Option<String>,
    related: Vec<Related>,
    /// `yes`, `no`, `thanks` or nothing: what was said of it just now.
    said: String,
    reasons: [(&'static str, &'static str); 4],
    /// Back to what was found.
    results: Option<String>,
    ask: String,
    /// What was searched for, to send along.
    q: String,
}

#[derive(Deserialize)]
pub struct From {
    #[serde(default)]
    q: String,
    #[serde(default)]
    said: String,
}

/// `GET /help/articles/{id}`: under an earlier id, where it is.
pub async fn show(guest: Guest, Path(id): Path<String>, Query(from): Query<From>) -> Answer {
    let live = guest.live();
    let language = guest.speech.language;
    let article = live.article(READER, &id, language).ok_or(Trouble::Nothing)?;
    if article.id != id {
        let to = address(&format!("/help/articles/{}", article.id), &[("q", &from.q)]);
        return Ok((StatusCode::MOVED_PERMANENTLY, [(header::LOCATION, to)]).into_response());
    }
    if from.said.is_empty() {
        guest.app().viewed("article", &id);
        guest.app().opened(guest.trail(&from.q), Kind::Article, &id);
    }
    let category = article.category.as_ref().map(|category| {
        (category_name(&live.desk, category, language), address("/help/search", &[("category", category)]))
    });
    let prose = Prose::portal(&live, language);
    let mut related = prose.related(article);
    let fix = related.iter().position(|related| related.guided).map(|at| related.remove(at));
    let page = Page {
        title: article.title.clone(),
        lang: live.language_of(article, language),
        summary: article.summary.clone(),
        category,
        html: prose.html(article, 2, false),
        reviewed: article.reviewed.map(|date| language.date("%-d %B %Y", date)),
        related,
        contents: Prose::contents(article),
        fix,
        said: from.said,
        reasons: REASONS,
        results: (!from.q.is_empty()).then(|| address("/help/search", &[("q", &from.q)])),
        ask: address("/help/ask", &[("words", &from.q)]),
        q: from.q,
        id,
    };
    guest.page("portal/article.html", page)
}

/// `GET /help/images/{path}`, the path below `kb/`: what an article shows that everybody may read.
pub async fn image(guest: Guest, Path(path): Path<String>) -> Answer {
    let image = guest.app().image(READER, &format!("kb/{path}")).await;
    Ok(images::answer(image.ok_or(Trouble::Nothing)?))
}

/// Whether it helped, and why not.
#[derive(Deserialize)]
pub struct Opinion {
    helpful: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    words: String,
    #[serde(default)]
    q: String,
}

/// `POST /help/articles/{id}/feedback`
pub async fn feedback(guest: Guest, Path(id): Path<String>, Form(form): Form<Opinion>) -> Answer {
    let live = guest.live();
    let article =
        live.article(READER, &id, guest.speech.language).filter(|article| article.id == id).ok_or(Trouble::Nothing)?;
    guest.writes()?;
    let helpful = form.helpful == "yes";
    let reason = REASONS.iter().find(|(known, _)| *known == form.reason && !helpful).map(|(known, _)| *known);
    let words = if helpful { String::new() } else { typed(&form.words, WORDS) };
    let explained = reason.is_some() || !words.is_empty();
    let opinion = Feedback {
        id: digest(&[&guest.voice().await?, &id]),
        article: id.clone(),
        revision: revision(article),
        helpful,
        reason: reason.map(str::to_owned),
        words,
        at: guest.now,
    };
    guest.app().store().keep_feedback(&opinion).await?;
    guest.app().judged(guest.trail(&form.q), Kind::Article, &id, helpful);
    let said = match (helpful, explained) {
        (true, _) => "yes",
        (false, true) => "thanks",
        (false, false) => "no",
    };
    let back = address(&format!("/help/articles/{id}"), &[("said", said), ("q", &form.q)]);
    Ok(Redirect::to(&format!("{back}#feedback")).into_response())
}

impl Guest {
    /// What a browser's opinions are known by as long as its session lasts; it says nothing of anybody.
    async fn voice(&self) -> Result<String, Trouble> {
        if let Some(voice) = self.session.get::<String>(VOICE).await.map_err(Trouble::unavailable)? {
            return Ok(voice);
        }
        let voice = uuid::Uuid::new_v4().simple().to_string();
        self.session.insert(VOICE, &voice).await.map_err(Trouble::unavailable)?;
        Ok(voice)
    }
}

/// Of an article's text.
fn revision(article: &Article) -> String {
    digest(&[&article.title, &article.body])[..16].to_owned()
}

fn digest(parts: &[&str]) -> String {
    let mut hasher = Sha256::new();
    for part in parts {
        hasher.update((part.len() as u64).to_le_bytes());
        hasher.update(part);
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
