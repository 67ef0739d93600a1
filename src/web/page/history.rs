//! A case's stream in sentences.

use super::tier_name;
use crate::{
    case::{Case, Event, Verdict},
    desk::Desk,
    language::Language,
    reason::Reason,
    run,
    web::view::named,
};
use jiff::Timestamp;
use serde::Serialize;

/// A line of the history.
#[derive(Clone, Debug, Serialize)]
pub struct Moment {
    /// When.
    pub when: Timestamp,
    /// Who.
    pub by: String,
    /// What; plain text.
    pub what: String,
}

/// What happened, the latest first.
pub fn history(case: &Case, desk: &Desk, language: Language) -> Vec<Moment> {
    let moment = |entry: &crate::case::Entry| {
        let what = sentence(&entry.event, case, desk, language)?;
        Some(Moment { when: entry.when, by: entry.by.clone(), what })
    };
    case.entries.iter().rev().filter_map(moment).collect()
}

/// `None` for what follows from its neighbours.
fn sentence(event: &Event, case: &Case, desk: &Desk, language: Language) -> Option<String> {
    Some(match event {
        Event::Opened { .. } => language.say("opened the case").into(),
        Event::Described { .. } => language.say("put the caller's details right").into(),
        Event::Rated { priority, .. } => {
            language.fill("set the priority to {priority}", &[("priority", &named(language, priority))])
        }
        Event::FactSet { name, value: Some(value) } => {
            language.fill("put in that {name} is {value}", &[("name", name), ("value", value)])
        }
        Event::FactSet { name, value: None } => language.fill("took out what was known of {name}", &[("name", name)]),
        Event::FactsLearned { .. } => return None,
        Event::Noted { .. } => language.say("wrote a note").into(),
        Event::Attached { name, .. } => language.fill("added the file {name}", &[("name", name)]),
        Event::RunStarted { title, .. } => language.fill("started “{title}”", &[("title", title)]),
        Event::Went { run, what } => {
            let title = case.run(*run).map_or("", |run| &run.title);
            went(what, title, language)?
        }
        Event::Rebased { run, .. } => {
            let title = case.run(*run).map_or("", |run| &run.title);
            language.fill("moved “{title}” to a newer version", &[("title", &title)])
        }
        Event::Escalated { escalation } => {
            let to = &escalation.envelope.to;
            let team = to.team.as_ref().map(|team| format!(", {team}")).unwrap_or_default();
            language.fill("handed over to {tier}", &[("tier", &format!("{}{team}", to.name))])
        }
        Event::Claimed { .. } => language.say("claimed the case").into(),
        Event::Released => language.say("put the case back into the queue").into(),
        Event::HandedBack { to, question, .. } => {
            let tier = tier_name(desk, to, language);
            language.fill("handed it back to {tier}: {question}", &[("tier", &tier), ("question", question)])
        }
        Event::Parked { why, .. } => language.fill("parked it: {why}", &[("why", why)]),
        Event::Resumed => language.say("went on with it").into(),
        Event::Resolved { confirmed: true, .. } => language.say("closed it, confirmed by the caller").into(),
        Event::Resolved { confirmed: false, .. } => language.say("closed it, not confirmed by the caller").into(),
        Event::Reopened { why } => language.fill("reopened it: {why}", &[("why", why)]),
        Event::Judged { verdict, step, .. } => {
            let step = step.as_ref().map(|step| language.fill(", at {step}", &[("step", step)])).unwrap_or_default();
            let judged = language.say(judged(*verdict));
            language.fill("said of the script: {verdict}", &[("verdict", &format!("{judged}{step}"))])
        }
        Event::Delivered { connector, ticket: Some(ticket), .. } => {
            language.fill("delivered through {connector} as {ticket}", &[("connector", connector), ("ticket", ticket)])
        }
        Event::Delivered { connector, ticket: None, .. } => {
            language.fill("delivered through {connector}", &[("connector", connector)])
        }
        Event::NotDelivered { connector, said: why, .. } => {
            language.fill("{connector} refused it: {why}", &[("connector", connector), ("why", why)])
        }
        Event::Retried { connector, .. } => language.fill("had {connector} tried again", &[("connector", connector)]),
    })
}

/// A verdict in words.
fn judged(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::MissingStep => "missing step",
        Verdict::WrongStep => "wrong step",
        Verdict::UnclearStep => "unclear step",
        Verdict::NotForAScript => "not for a script",
        Verdict::ScriptWasFine => "script was fine",
    }
}

fn went(what: &run::Event, title: &str, language: Language) -> Option<String> {
    Some(match what {
        run::Event::Answered { said, .. } if said.words() == "next" => return None,
        run::Event::Answered { at, said: answer } => {
            language.fill("answered {step}: {answer}", &[("step", &at.name), ("answer", &answer.words())])
        }
        run::Event::WentBack { to } => language.fill("went back to {step}", &[("step", &to.name)]),
        run::Event::Changed { at, said: answer } => {
            language.fill("changed {step} to {answer}", &[("step", &at.name), ("answer", &answer.words())])
        }
        run::Event::Imported { name, value } => language
            .fill("let “{title}” know: {name} is {value}", &[("title", &title), ("name", name), ("value", value)]),
        run::Event::TakenOver { .. } => language.fill("took over “{title}” at its step", &[("title", &title)]),
        run::Event::HandedOver { because: Reason::Security } => language.say("reported a security incident").into(),
        run::Event::HandedOver { because: Reason::Recalled } => {
            language.say("found that this version was withdrawn").into()
        }
        run::Event::HandedOver { .. } => language.say("asked for the next tier").into(),
        run::Event::GotUpset => language.say("noted that the caller is upset").into(),
        run::Event::Noted { .. } => language.say("wrote a note").into(),
    })
}
