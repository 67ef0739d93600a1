//! A case's stream in sentences.

use super::tier_name;
use crate::{
    case::{Case, Event},
    desk::Desk,
    reason::Reason,
    run,
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
pub fn history(case: &Case, desk: &Desk) -> Vec<Moment> {
    let moment = |entry: &crate::case::Entry| {
        let what = sentence(&entry.event, case, desk)?;
        Some(Moment { when: entry.when, by: entry.by.clone(), what })
    };
    case.entries.iter().rev().filter_map(moment).collect()
}

/// `None` for what follows from its neighbours.
fn sentence(event: &Event, case: &Case, desk: &Desk) -> Option<String> {
    Some(match event {
        Event::Opened { .. } => "opened the case".into(),
        Event::Described { .. } => "put the caller's details right".into(),
        Event::Rated { priority, .. } => format!("set the priority to {priority}"),
        Event::FactSet { name, value: Some(value) } => format!("put in that {name} is {value}"),
        Event::FactSet { name, value: None } => format!("took out what was known of {name}"),
        Event::FactsLearned { .. } => return None,
        Event::Noted { .. } => "wrote a note".into(),
        Event::Attached { name, .. } => format!("added the file {name}"),
        Event::RunStarted { title, .. } => format!("started “{title}”"),
        Event::Went { run, what } => {
            let title = case.run(*run).map_or("", |run| &run.title);
            went(what, title)?
        }
        Event::Rebased { run, .. } => {
            format!("moved “{}” to a newer version", case.run(*run).map_or("", |run| &run.title))
        }
        Event::Escalated { escalation } => {
            let to = &escalation.envelope.to;
            let team = to.team.as_ref().map(|team| format!(", {team}")).unwrap_or_default();
            format!("handed over to {}{team}", to.name)
        }
        Event::Claimed { .. } => "claimed the case".into(),
        Event::Released => "put the case back into the queue".into(),
        Event::HandedBack { to, question, .. } => format!("handed it back to {}: {question}", tier_name(desk, to)),
        Event::Parked { why, .. } => format!("parked it: {why}"),
        Event::Resumed => "went on with it".into(),
        Event::Resolved { confirmed: true, .. } => "closed it, confirmed by the caller".into(),
        Event::Resolved { confirmed: false, .. } => "closed it, not confirmed by the caller".into(),
        Event::Reopened { why } => format!("reopened it: {why}"),
        Event::Judged { verdict, step, .. } => {
            let step = step.as_ref().map(|step| format!(", at {step}")).unwrap_or_default();
            format!("said of the script: {}{step}", verdict.name().replace('-', " "))
        }
        Event::Delivered { connector, ticket: Some(ticket), .. } => {
            format!("delivered through {connector} as {ticket}")
        }
        Event::Delivered { connector, ticket: None, .. } => format!("delivered through {connector}"),
        Event::NotDelivered { connector, said, .. } => format!("{connector} refused it: {said}"),
        Event::Retried { connector, .. } => format!("had {connector} tried again"),
    })
}

fn went(what: &run::Event, title: &str) -> Option<String> {
    Some(match what {
        run::Event::Answered { said, .. } if said.words() == "next" => return None,
        run::Event::Answered { at, said } => format!("answered {}: {}", at.name, said.words()),
        run::Event::WentBack { to } => format!("went back to {}", to.name),
        run::Event::Changed { at, said } => format!("changed {} to {}", at.name, said.words()),
        run::Event::Imported { name, value } => format!("let “{title}” know: {name} is {value}"),
        run::Event::TakenOver { .. } => format!("took over “{title}” at its step"),
        run::Event::HandedOver { because: Reason::Security } => "reported a security incident".into(),
        run::Event::HandedOver { because: Reason::Recalled } => "found that this version was withdrawn".into(),
        run::Event::HandedOver { .. } => "asked for the next tier".into(),
        run::Event::GotUpset => "noted that the caller is upset".into(),
        run::Event::Noted { .. } => "wrote a note".into(),
    })
}
