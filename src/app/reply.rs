//! What a caller is sent: an article, a step or everything up to it, as plain text for mail and as Markdown for chat.
//! What only staff may read is not in it.

use super::Live;
use crate::{
    case::Case,
    clock,
    desk::Target,
    kb::Article,
    language::Language,
    markdown::{self, Place, escape},
    playbook::flow::PromptKind,
    run::{CaseInfo, Outcome, Prompt, Run, View},
};
use serde::Serialize;

/// The same text in two forms.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Reply {
    /// For mail.
    pub plain: String,
    /// For chat.
    pub markdown: String,
}

impl Reply {
    /// Of Markdown whose links lead inside the desk; `from` is the article in which it stands.
    pub fn new(text: &str, live: &Live, from: Option<&Article>) -> Self {
        let sent = |form: fn(&str, &str) -> String| {
            markdown::sent(text, &|words, target| match address(live, from, target) {
                Some(address) if address.trim_start_matches("mailto:") == words => format!("<{words}>"),
                Some(address) => form(&escape(words, Place::Words), &address),
                None => escape(words, Place::Words),
            })
        };
        let plain = sent(|words, address| format!("{words} (<{address}>)"));
        Self { plain: markdown::plain(&plain), markdown: sent(|words, address| format!("[{words}](<{address}>)")) }
    }
}

/// An article; `None` for one that only staff may read.
pub fn article(live: &Live, article: &Article) -> Option<Reply> {
    live.desk.is_public(article, clock::today()).then(|| {
        let body = article.body.trim();
        let title = if article.begins_with_title {
            String::new()
        } else {
            format!("# {}\n\n", escape(&article.title, Place::Words))
        };
        let link = portal(live, "articles", &article.id);
        let more = link.map(|link| format!("\n\n<{link}>")).unwrap_or_default();
        Reply::new(&format!("{title}{body}{more}"), live, Some(article))
    })
}

/// What the caller is to do or to answer now; `None` where that is for staff only, or nothing is asked.
pub fn step(live: &Live, case: &Case, language: Language) -> Option<Reply> {
    let run = &case.latest_run()?.run;
    let text = now(run, case, &live.info(case, language))?;
    Some(Reply::new(&text, live, None))
}

/// What was to be done up to here, and what is now; `None` if that is nothing that a caller may read.
pub fn path(live: &Live, case: &Case, language: Language) -> Option<Reply> {
    let run = &case.latest_run()?.run;
    let info = live.info(case, language);
    let lines = run.path(&info).into_iter().filter(|line| line.kind != PromptKind::Ask && !line.staff);
    let done = lines.map(|line| match &line.verify {
        Some(verify) => format!("{}\n\n{}", line.text.trim(), verify.trim()),
        None => line.text.trim().to_owned(),
    });
    let items: Vec<String> = done.chain(now(run, case, &info)).collect();
    match items.as_slice() {
        [] => None,
        [only] => Some(Reply::new(only, live, None)),
        _ => {
            let numbered = items.iter().zip(1..).map(|(item, number): (&String, u32)| {
                let mark = format!("{number}. ");
                let next = format!("\n{}", " ".repeat(mark.len()));
                mark + &item.lines().collect::<Vec<_>>().join(&next)
            });
            Some(Reply::new(&numbered.collect::<Vec<_>>().join("\n\n"), live, None))
        }
    }
}

/// Where the run stands, for a caller.
fn now(run: &Run, case: &Case, info: &CaseInfo) -> Option<String> {
    match run.view(info) {
        View::Prompt(prompt) => (!prompt.staff).then(|| asked(&prompt)),
        View::Outcome(outcome) => told(&outcome, case),
    }
}

fn asked(prompt: &Prompt) -> String {
    let mut text = prompt.text.trim().to_owned();
    if let Some(verify) = &prompt.verify {
        text += &format!("\n\n{}", verify.trim());
    }
    let answers: Vec<_> =
        prompt.choices.iter().filter(|choice| !["stuck", "next"].contains(&choice.id.as_str())).collect();
    if prompt.kind == PromptKind::Ask && !answers.is_empty() {
        text += "\n";
        for answer in answers {
            text += &format!("\n- {}", answer.label);
        }
    }
    text
}

/// What the caller is told of an outcome; else that it goes on.
fn told(outcome: &Outcome, case: &Case) -> Option<String> {
    let up = case.escalations.last().and_then(|up| up.envelope.told.clone());
    outcome.tell.clone().or(up).map(|tell| tell.trim().to_owned()).filter(|tell| !tell.is_empty())
}

/// Where a link leads for somebody outside; `None` if that is nowhere, or to what they may not open.
fn address(live: &Live, from: Option<&Article>, target: &str) -> Option<String> {
    match live.desk.target(from, target) {
        Target::Outside => Some(target.to_owned()),
        Target::Article(id, anchor) => {
            let article = live.desk.article(id).filter(|article| live.desk.is_public(article, clock::today()))?;
            let anchor = anchor.and_then(|anchor| article.anchor(anchor)).map(|anchor| format!("#{anchor}"));
            Some(portal(live, "articles", &article.id)? + &anchor.unwrap_or_default())
        }
        Target::Playbook(id) => {
            let offer = live.offers.get(id).filter(|offer| offer.audience.self_service)?;
            portal(live, "playbooks", &offer.id)
        }
        Target::Image(_) | Target::Site | Target::Nowhere => None,
    }
}

/// An address of the portal, if the desk says where it is reached.
fn portal(live: &Live, what: &str, id: &str) -> Option<String> {
    let plain = |byte: u8| byte.is_ascii_alphanumeric() || b"-._~".contains(&byte);
    let id: String = id
        .bytes()
        .map(|byte| if plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") })
        .collect();
    Some(format!("{}/help/{what}/{id}", live.desk.policy.link.as_ref()?))
}
