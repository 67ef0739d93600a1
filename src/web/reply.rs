//! Copy as reply: a page with the texts to copy, or one of them alone for the page's script.

use super::{
    error::{Answer, Failure, not_found},
    page::error::Problem,
    page::reply::{ReplyPage, Text},
    visit::Visit,
};
use crate::app::reply::{self, Reply};
use axum::{
    extract::{Path, Query},
    http::header,
    response::{IntoResponse, Response},
};
use serde::Deserialize;

/// Which text, and in which form; the page with all of them, if neither is said.
#[derive(Deserialize)]
pub struct Form {
    of: Option<String>,
    r#as: Option<String>,
}

/// `GET /articles/{id}/reply`
pub async fn article(visit: Visit, Path(id): Path<String>, Query(form): Query<Form>) -> Answer {
    let live = visit.live();
    let missing = || not_found("The desk has no such article.");
    let article = live.desk.article_in(visit.speech.language, live.desk.article(&id).ok_or_else(missing)?);
    let back = super::page::article_address(&article.id, None, None, "");
    let reply = reply::article(&live, article).ok_or_else(|| {
        Problem::new(
            404,
            "This is for staff only",
            "The article may not be sent to callers, or has to be reviewed first.",
        )
        .way(&back, "Back to the article")
    })?;
    let texts = vec![("article", "The article", reply)];
    visit.reply(&form, article.title.clone(), (back, "Back to the article".to_owned()), texts).await
}

/// `GET /cases/{number}/reply`
pub async fn case(visit: Visit, Path(number): Path<u64>, Query(form): Query<Form>) -> Answer {
    let (case, live, language) = (visit.case(number).await?, visit.live(), visit.speech.language);
    let step = reply::step(&live, &case, language).map(|reply| ("step", "This step", reply));
    let path = reply::path(&live, &case, language).map(|reply| ("path", "Everything up to here", reply));
    let texts: Vec<_> = step.into_iter().chain(path).collect();
    let back = (format!("/cases/{number}"), "Back to the case".to_owned());
    if texts.is_empty() {
        let why = "Where the case stands there is nothing that a caller is to read.";
        return Err(Problem::new(404, "There is nothing to send", why).way(back.0, back.1).into());
    }
    let title = visit.speech.language.fill("Case {number}", &[("number", &number)]);
    visit.reply(&form, title, back, texts).await
}

impl Visit {
    async fn reply(
        &self,
        form: &Form,
        title: String,
        back: (String, String),
        texts: Vec<(&'static str, &'static str, Reply)>,
    ) -> Answer {
        let Some(wanted) = form.r#as.as_deref() else {
            let texts = texts.into_iter().map(|(id, name, reply)| Text { id, name, reply }).collect();
            return Ok(self.page("reply.html", "", ReplyPage { title, back, texts }).await);
        };
        let of = |(id, _, _): &&(&str, &str, Reply)| form.of.as_deref().is_none_or(|of| of == *id);
        let missing = || Failure::from(Problem::new(404, "There is nothing to send", "The case has gone on."));
        let (_, _, reply) = texts.iter().find(of).ok_or_else(missing)?;
        Ok(alone(if wanted == "markdown" { &reply.markdown } else { &reply.plain }))
    }
}

fn alone(text: &str) -> Response {
    ([(header::CONTENT_TYPE, "text/plain; charset=utf-8")], text.to_owned()).into_response()
}
