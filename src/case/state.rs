//! What a case is after its entries.

use super::{
    Attachment, Entry, Escalation, Event, Judgement, Note, Requester, Row,
    envelope::{Party, Seat},
};
use crate::{
    desk::policy::ORDINARY,
    id::{CaseId, OutboxId, RunId},
    playbook::Program,
    run::{self, CaseInfo, Position, Refused, Run},
};
use jiff::Timestamp;
use std::{collections::BTreeMap, sync::Arc};

/// Where a case stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum State {
    /// Somebody has to do something.
    Open,
    /// The caller is called back then.
    Parked { until: Timestamp, why: String },
    /// Solved; `confirmed` by the caller.
    Resolved { text: String, confirmed: bool, when: Timestamp },
}

/// A playbook that was started for a case.
#[derive(Clone, Debug)]
pub struct CaseRun {
    /// The run; its entries have their times and authors.
    pub run: Run,
    /// The playbook's id.
    pub playbook: String,
    /// Its title when it was started.
    pub title: String,
    /// When.
    pub started: Timestamp,
    /// By whom.
    pub by: Party,
}

/// What became of an outbox entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Delivery {
    /// The entry.
    pub outbox: OutboxId,
    /// Through which connector.
    pub connector: String,
    /// The other side's name for it.
    pub ticket: Option<String>,
    /// Where it is to be seen.
    pub link: Option<String>,
    /// What the other side said when it refused.
    pub refused: Option<String>,
    /// Whether the other side has it.
    pub delivered: bool,
}

/// See the module. Everything in it follows from the entries.
#[derive(Clone, Debug)]
pub struct Case {
    /// Its id.
    pub id: CaseId,
    /// The latest entry's number.
    pub seq: u64,
    /// The number that people say.
    pub number: u64,
    /// Who has the problem.
    pub requester: Requester,
    /// How they reached the desk: `phone`, `mail`, `chat`, `walk-in`, `self-service` or something of the desk's own.
    pub channel: Option<String>,
    /// What they said.
    pub words: String,
    /// When it began.
    pub opened: Timestamp,
    /// Who began it.
    pub opened_by: Party,
    /// The latest entry's time.
    pub updated: Timestamp,
    /// Where it is.
    pub tier: String,
    /// The team there.
    pub team: Option<String>,
    /// Who works on it.
    pub holder: Option<Party>,
    /// Where it stands.
    pub state: State,
    /// Whom it concerns.
    pub impact: Option<String>,
    /// How much it holds them up.
    pub urgency: Option<String>,
    /// How urgent that makes it.
    pub priority: String,
    /// What is known, by name: a desk fact's own name, another's behind the playbook's (`printer-offline/connection`).
    pub facts: BTreeMap<String, String>,
    /// Notes, in order.
    pub notes: Vec<Note>,
    /// Playbooks that were started, in order.
    pub runs: Vec<CaseRun>,
    /// The ways up, in order.
    pub escalations: Vec<Escalation>,
    /// Questions that it came back with, in order.
    pub questions: Vec<Note>,
    /// Files.
    pub attachments: Vec<Attachment>,
    /// What other systems have, or refused.
    pub deliveries: Vec<Delivery>,
    /// What was said of its script: the latest of each person, in order.
    pub judgements: Vec<Judgement>,
    /// When somebody should have answered; none if the tier does not say, or somebody did.
    pub respond_by: Option<Timestamp>,
    /// Everything that happened.
    pub entries: Vec<Entry>,
}

/// Why entries could not be applied: a fault of the store or of ours.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Fault {
    /// The program is not kept, or no longer links.
    #[error("the program {0} of a run is not there")]
    NoProgram(String),
    /// The run does not take it.
    #[error("its run does not take entry {seq}")]
    Refused {
        /// Which.
        seq: u64,
        /// Why; may hold what somebody answered, and so never stands in a log.
        why: String,
    },
    /// The stream begins with something else than an opening, or leaves a number out.
    #[error("entry {0} is out of place")]
    OutOfPlace(u64),
}

impl Case {
    /// The case after its first entry.
    pub fn open(id: CaseId, entry: &Entry) -> Result<Self, Fault> {
        let Event::Opened { number, requester, channel, words, tier } = &entry.event else {
            return Err(Fault::OutOfPlace(entry.seq));
        };
        if entry.seq != 1 {
            return Err(Fault::OutOfPlace(entry.seq));
        }
        Ok(Self {
            id,
            seq: 1,
            number: *number,
            requester: requester.clone(),
            channel: channel.clone(),
            words: words.clone(),
            opened: entry.when,
            opened_by: entry.by.clone(),
            updated: entry.when,
            tier: tier.clone(),
            team: None,
            holder: Some(entry.by.clone()),
            state: State::Open,
            impact: None,
            urgency: None,
            priority: ORDINARY.into(),
            facts: BTreeMap::new(),
            notes: Vec::new(),
            runs: Vec::new(),
            escalations: Vec::new(),
            questions: Vec::new(),
            attachments: Vec::new(),
            deliveries: Vec::new(),
            judgements: Vec::new(),
            respond_by: None,
            entries: vec![entry.clone()],
        })
    }

    /// Applies the next entry. `program` gives a program by its hash.
    pub fn apply(&mut self, entry: &Entry, program: &dyn Fn(&str) -> Option<Arc<Program>>) -> Result<(), Fault> {
        if entry.seq != self.seq + 1 {
            return Err(Fault::OutOfPlace(entry.seq));
        }
        self.happen(entry, program)?;
        self.seq = entry.seq;
        self.updated = entry.when;
        self.entries.push(entry.clone());
        Ok(())
    }

    fn happen(&mut self, entry: &Entry, program: &dyn Fn(&str) -> Option<Arc<Program>>) -> Result<(), Fault> {
        let note = |text: &String| Note { text: text.clone(), by: entry.by.clone(), when: entry.when };
        match &entry.event {
            Event::Opened { .. } => return Err(Fault::OutOfPlace(entry.seq)),
            Event::Described { requester, channel, words } => {
                self.requester = requester.clone();
                self.channel.clone_from(channel);
                self.words.clone_from(words);
            }
            Event::Rated { impact, urgency, priority } => {
                self.impact.clone_from(impact);
                self.urgency.clone_from(urgency);
                self.priority.clone_from(priority);
            }
            Event::FactSet { name, value: Some(value) } => {
                self.facts.insert(name.clone(), value.clone());
            }
            Event::FactSet { name, value: None } => {
                self.facts.remove(name);
            }
            Event::FactsLearned { facts, .. } => {
                self.facts.extend(facts.iter().map(|(name, value)| (name.clone(), value.clone())));
            }
            Event::Noted { text } => self.notes.push(note(text)),
            Event::Attached { name, media, bytes, hash } => self.attachments.push(Attachment {
                name: name.clone(),
                media: media.clone(),
                bytes: *bytes,
                hash: hash.clone(),
                by: entry.by.clone(),
                when: entry.when,
            }),
            Event::RunStarted { run, playbook, title, program: hash, audience, tier, facts } => {
                let program = program(hash).ok_or_else(|| Fault::NoProgram(hash.clone()))?;
                let refused = |refused: Refused| Fault::Refused { seq: entry.seq, why: refused.why };
                let run = Run::start(*run, program, *audience, tier.clone(), facts).map_err(refused)?;
                self.runs.push(CaseRun {
                    run,
                    playbook: playbook.clone(),
                    title: title.clone(),
                    started: entry.when,
                    by: entry.by.clone(),
                });
            }
            Event::Went { run, what } => {
                let refuse = |why: String| Fault::Refused { seq: entry.seq, why };
                let told = run::Entry { when: entry.when, by: entry.by.clone(), event: what.clone() };
                let found = self.runs.iter_mut().find(|known| known.run.id == *run);
                let found = found.ok_or_else(|| refuse(format!("there is no run {run}")))?;
                found.run.record(told).map_err(|refused| refuse(refused.why))?;
            }
            Event::Rebased { run, program: hash } => {
                let program = program(hash).ok_or_else(|| Fault::NoProgram(hash.clone()))?;
                let found = self.runs.iter_mut().find(|known| known.run.id == *run);
                let none = || Fault::Refused { seq: entry.seq, why: format!("there is no run {run}") };
                let found = found.ok_or_else(none)?;
                found.run = found.run.moved_to(&program);
            }
            Event::Escalated { escalation } => {
                let Seat { tier, team, .. } = &escalation.envelope.to;
                self.tier.clone_from(tier);
                self.team.clone_from(team);
                self.priority.clone_from(&escalation.envelope.priority);
                self.respond_by = escalation.envelope.respond_by;
                self.holder = None;
                self.state = State::Open;
                self.deliveries.extend(escalation.outbox.iter().map(|(outbox, connector)| Delivery {
                    outbox: *outbox,
                    connector: connector.clone(),
                    ticket: None,
                    link: None,
                    refused: None,
                    delivered: false,
                }));
                self.escalations.push((**escalation).clone());
            }
            Event::Claimed { tier } => {
                if *tier != self.tier {
                    self.tier.clone_from(tier);
                    self.team = None;
                }
                self.holder = Some(entry.by.clone());
                self.respond_by = None;
            }
            Event::Released => self.holder = None,
            Event::HandedBack { to, team, question, respond_by } => {
                self.tier.clone_from(to);
                self.team.clone_from(team);
                self.holder = None;
                self.respond_by = *respond_by;
                self.questions.push(note(question));
            }
            Event::Parked { until, why } => self.state = State::Parked { until: *until, why: why.clone() },
            Event::Resumed => self.state = State::Open,
            Event::Resolved { text, confirmed } => {
                self.state = State::Resolved { text: text.clone(), confirmed: *confirmed, when: entry.when };
                self.respond_by = None;
            }
            Event::Reopened { .. } => self.state = State::Open,
            Event::Judged { .. } => {
                self.judgements.retain(|known| known.by != entry.by);
                self.judgements.extend(Judgement::of(entry));
            }
            Event::Delivered { outbox, ticket, link, .. } => {
                if let Some(delivery) = self.delivery(*outbox) {
                    delivery.delivered = true;
                    delivery.refused = None;
                    delivery.ticket.clone_from(ticket);
                    delivery.link.clone_from(link);
                }
            }
            Event::NotDelivered { outbox, said, .. } => {
                if let Some(delivery) = self.delivery(*outbox) {
                    delivery.refused = Some(said.clone());
                }
            }
            Event::Retried { outbox, .. } => {
                if let Some(delivery) = self.delivery(*outbox) {
                    delivery.refused = None;
                }
            }
        }
        Ok(())
    }

    fn delivery(&mut self, outbox: OutboxId) -> Option<&mut Delivery> {
        self.deliveries.iter_mut().find(|delivery| delivery.outbox == outbox)
    }

    /// A run of it.
    pub fn run(&self, id: RunId) -> Option<&CaseRun> {
        self.runs.iter().find(|known| known.run.id == id)
    }

    /// The run that was started last.
    pub fn latest_run(&self) -> Option<&CaseRun> {
        self.runs.last()
    }

    /// Whether nobody has to do anything any more.
    pub fn is_resolved(&self) -> bool {
        matches!(self.state, State::Resolved { .. })
    }

    /// Whether a run waits for an answer, a hand-over or a stop aside, while somebody has to do something.
    pub fn is_under_way(&self, run: RunId) -> bool {
        let over = |known: &CaseRun| matches!(known.run.walk().position, Position::Ended { .. });
        !self.is_resolved() && self.run(run).is_some_and(|known| !over(known))
    }

    /// What texts may say of it.
    pub fn info(&self) -> CaseInfo {
        let named = |text: &String| Some(text.clone()).filter(|text| !text.trim().is_empty());
        CaseInfo {
            caller: named(&self.requester.name),
            number: Some(self.number.to_string()),
            channel: self.channel.clone(),
            texts: None,
            written_in: None,
        }
    }

    /// As lists show it.
    pub fn row(&self) -> Row {
        let (state, due) = match &self.state {
            State::Open => ("open", self.respond_by),
            State::Parked { until, .. } => ("parked", Some(*until)),
            State::Resolved { .. } => ("resolved", None),
        };
        let title = match self.words.lines().map(str::trim).find(|line| !line.is_empty()) {
            Some(words) => words.chars().take(120).collect(),
            None => self.latest_run().map_or_else(String::new, |run| run.title.clone()),
        };
        let contact = self.requester.contact.as_deref().filter(|contact| !contact.trim().is_empty());
        Row {
            case: self.id,
            seq: self.seq,
            number: self.number,
            title,
            requester: self.requester.name.clone(),
            requester_key: fold(contact.unwrap_or(&self.requester.name)),
            tier: self.tier.clone(),
            team: self.team.clone(),
            holder: self.holder.clone(),
            priority: self.priority.clone(),
            state: state.into(),
            reason: self.escalations.last().map(|escalation| escalation.envelope.why.reason.clone()),
            respond_by: due,
            opened: self.opened,
            updated: self.updated,
        }
    }
}

/// Letters folded and spaces narrowed, so that the same person is found however they were typed.
pub fn fold(text: &str) -> String {
    text.split_whitespace().map(str::to_lowercase).collect::<Vec<_>>().join(" ")
}
