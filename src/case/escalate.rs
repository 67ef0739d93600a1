//! A case that leaves its tier: where to, with what, and whom to tell.

use super::{
    Case, Envelope, Escalation, Event, OutboxEntry, Ticket,
    decide::Context,
    envelope::{Answered, Friction, Script, Seat, Tried, Why},
};
use crate::{
    desk::{Desk, Destination},
    id::{EscalationId, OutboxId},
    playbook::flow::PromptKind,
    run::{self, At, Origin, Run},
};

/// A case about to leave.
pub(super) struct Leave<'a> {
    /// Why.
    pub why: Why,
    /// What the caller is told.
    pub told: Option<String>,
    /// The run that leads on, with its playbook's id and title.
    pub run: Option<(&'a Run, String, String)>,
    /// Where to.
    pub destination: Destination,
}

/// What the routes are told of a case.
pub(super) fn left<'a>(case: &'a Case, playbook: &'a str, desk: &'a Desk) -> Origin<'a> {
    let rated = case.entries.iter().any(|entry| matches!(entry.event, Event::Rated { .. }));
    let category = desk.playbooks.get(playbook).and_then(|playbook| playbook.category.as_ref());
    Origin {
        playbook,
        category: category.map(|category| category.value.as_str()),
        rated: rated.then_some(case.priority.as_str()),
    }
}

/// The escalation, and an outbox entry for each connector of the tier that it goes to.
pub(super) fn leave(case: &Case, leave: Leave<'_>, context: Context<'_>) -> (Escalation, Vec<OutboxEntry>) {
    let policy = &context.desk.policy;
    let id = EscalationId::mint();
    let to = &leave.destination.to;
    let seat = |tier: &str, team: Option<String>| Seat {
        tier: tier.to_owned(),
        name: policy.tier(tier).and_then(|tier| tier.name.clone()).unwrap_or_else(|| tier.to_owned()),
        team,
        zone: policy.zone(tier).map(str::to_owned),
    };
    let info = case.info();
    let from = leave.run.as_ref().map_or(case.tier.as_str(), |(run, ..)| run.tier.as_str());
    let mut facts = case.facts.clone();
    let (mut path, mut tried, mut not_tried, mut friction) = Default::default();
    if let Some((run, playbook, _)) = &leave.run {
        let shared = &run.program.facts;
        facts.extend(run.known().into_iter().map(|(name, value)| match shared.position(&name) {
            Some(_) => (name, value.to_string()),
            None => (format!("{playbook}/{name}"), value.to_string()),
        }));
        path = answered(run, &info);
        tried = run.tried(&info).into_iter().map(report).collect();
        not_tried = run.not_tried(&info);
        friction = rubbed(run);
    }
    let envelope = Envelope {
        version: 1,
        desk: policy.name.clone(),
        case: case.id,
        number: case.number,
        escalation: id,
        when: context.now,
        by: context.actor.name.clone(),
        from: seat(from, case.team.clone().filter(|_| from == case.tier)),
        to: seat(to, leave.destination.team.clone()),
        stays: *to == from,
        priority: leave.destination.priority.clone().unwrap_or_else(|| case.priority.clone()),
        respond_by: policy.respond_by(to, context.now),
        why: leave.why,
        playbook: leave.run.as_ref().map(|(run, playbook, title)| Script {
            id: playbook.clone(),
            title: title.clone(),
            version: run.program.hash.to_string(),
            run: run.id,
        }),
        requester: case.requester.clone(),
        channel: case.channel.clone(),
        words: case.words.clone(),
        told: leave.told,
        facts,
        path,
        tried,
        not_tried,
        notes: case.notes.clone(),
        attachments: case.attachments.clone(),
        seconds_open: context.now.as_second() - case.opened.as_second(),
        friction,
        link: policy.link.as_ref().map(|link| format!("{}/cases/{}", link.trim_end_matches('/'), case.number)),
    };
    let connectors = policy.tier(to).map_or(&[][..], |tier| &tier.deliver);
    let ticket = (!connectors.is_empty()).then(|| Ticket::render(context.desk.ticket(), envelope.clone()));
    let outbox: Vec<OutboxEntry> = connectors
        .iter()
        .zip(std::iter::repeat(ticket))
        .filter_map(|(connector, ticket)| {
            Some(OutboxEntry {
                id: OutboxId::mint(),
                case: case.id,
                escalation: Some(id),
                connector: connector.value.clone(),
                ticket: ticket?,
                created: context.now,
            })
        })
        .collect();
    let named = outbox.iter().map(|entry| (entry.id, entry.connector.clone())).collect();
    (Escalation { id, envelope, outbox: named }, outbox)
}

/// The path, each answer with the person who gave it last.
fn answered(run: &Run, info: &run::CaseInfo) -> Vec<Answered> {
    let name = |at: &At| at.calls.iter().map(|(step, _)| format!("{step}/")).collect::<String>() + &at.name;
    let given = |line: &run::Line| {
        run.entries.iter().rev().find(|entry| match &entry.event {
            run::Event::Answered { at, said } | run::Event::Changed { at, said } => {
                *said == line.said && at.visit == line.visit && name(at) == line.at
            }
            _ => false,
        })
    };
    let answered = |line: run::Line| {
        let entry = given(&line)?;
        Some(Answered {
            kind: kind(line.kind).into(),
            answer: line.said.words().to_owned(),
            by: entry.by.clone(),
            when: entry.when,
            at: line.at,
            visit: line.visit,
            shown: line.text,
            label: line.label,
        })
    };
    run.path(info).into_iter().filter_map(answered).collect()
}

/// A prompt's kind, as documents say it.
pub fn kind(kind: PromptKind) -> &'static str {
    match kind {
        PromptKind::Say => "say",
        PromptKind::Ask => "ask",
        PromptKind::Do => "do",
    }
}

fn report(action: run::Action) -> Tried {
    Tried { at: action.at, action: action.text, verify: action.verify, outcome: action.outcome }
}

fn rubbed(run: &Run) -> Friction {
    let count = |what: fn(&run::Event) -> bool| run.entries.iter().filter(|entry| what(&entry.event)).count() as u32;
    let answers = count(|event| matches!(event, run::Event::Answered { .. }));
    Friction {
        backs: count(|event| matches!(event, run::Event::WentBack { .. })),
        changes: count(|event| matches!(event, run::Event::Changed { .. })),
        repeats: answers.saturating_sub(run.walk().trail.len() as u32),
    }
}
