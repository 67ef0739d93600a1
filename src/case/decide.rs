//! What people do with a case comes to events, or is refused.

use super::{
    Attachment, Case, CaseRun, Choice, Event, Opinion, OutboxEntry, Requester, State,
    envelope::Party,
    escalate::{Leave, leave, left},
};
use crate::{
    desk::{Desk, Destination, Leaving},
    id::{OutboxId, RunId},
    markdown,
    playbook::{Program, flow::EndKind},
    reason::Reason,
    run::{self, Audience, Input, Origin, Rebase, Refused, Run, Signal, View},
};
use jiff::Timestamp;
use std::sync::Arc;

/// The longest text that a person may put into a case, in bytes.
pub const MAX_TEXT: usize = 64 << 10;

/// Who does something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Actor {
    /// As the desk knows them.
    pub name: Party,
    /// The tier they work in.
    pub tier: String,
    /// Whether they are staff, or help themselves.
    pub audience: Audience,
}

/// What a decision may look at besides the case.
#[derive(Clone, Copy, Debug)]
pub struct Context<'a> {
    /// The desk that is in force.
    pub desk: &'a Desk,
    /// Who.
    pub actor: &'a Actor,
    /// When.
    pub now: Timestamp,
}

/// What is known of a caller at the beginning.
#[derive(Clone, Debug, Default)]
pub struct Intake {
    /// Who.
    pub requester: Requester,
    /// How they reached the desk.
    pub channel: Option<String>,
    /// What they said.
    pub words: String,
}

/// Where somebody sends a case by hand.
#[derive(Clone, Debug, Default)]
pub struct Move {
    /// The tier.
    pub to: String,
    /// The team there.
    pub team: Option<String>,
    /// Why.
    pub why: String,
}

/// A playbook that can be started.
#[derive(Clone, Debug)]
pub struct Script {
    /// Its id.
    pub playbook: String,
    /// Its title.
    pub title: String,
    /// What a run of it keeps.
    pub program: Arc<Program>,
}

/// What a decision comes to.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// What happens, in order; nothing, if it is so already.
    pub events: Vec<Event>,
    /// What has to reach other systems because of it.
    pub outbox: Vec<OutboxEntry>,
}

impl From<Event> for Change {
    fn from(event: Event) -> Self {
        Self { events: vec![event], outbox: Vec::new() }
    }
}

/// The latest run, ended for those who hold it, with its playbook's id and title, and what that comes to.
#[derive(Default)]
struct Interrupted {
    events: Vec<Event>,
    run: Option<(Run, String, String)>,
}

/// Why something cannot be done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Denied {
    /// As it stands, this is not to be had.
    Refused(Refused),
    /// Somebody else works on the case.
    Taken {
        /// Who.
        by: Party,
    },
}

impl From<Refused> for Denied {
    fn from(refused: Refused) -> Self {
        Self::Refused(refused)
    }
}

/// A decision.
pub type Decision = Result<Change, Denied>;

fn refuse<T>(why: &str, valid: &[&str]) -> Result<T, Denied> {
    Err(Refused::new(why, valid.iter().map(|word| (*word).to_owned()).collect()).into())
}

/// Text that is there, and not too much of it.
fn text(what: &str, text: &str) -> Result<String, Denied> {
    match text.trim() {
        "" => Err(Refused::new(format!("{what} is empty"), Vec::new()).into()),
        text if text.len() > MAX_TEXT => {
            let most = MAX_TEXT >> 10;
            Err(Refused::new(format!("{what} is longer than {most} KiB"), Vec::new()).into())
        }
        text => Ok(text.to_owned()),
    }
}

fn short(what: &str, text: &str, most: usize) -> Result<String, Denied> {
    match text.trim() {
        text if text.chars().count() > most => {
            Err(Refused::new(format!("{what} is longer than {most} letters"), Vec::new()).into())
        }
        text => Ok(text.to_owned()),
    }
}

fn intake(intake: Intake) -> Result<Intake, Denied> {
    let optional = |what, value: Option<String>| match value {
        Some(value) => short(what, &value, 200).map(|value| Some(value).filter(|value| !value.is_empty())),
        None => Ok(None),
    };
    if intake.words.len() > MAX_TEXT {
        return refuse("what the caller said is longer than 64 KiB", &[]);
    }
    let Requester { name, contact } = intake.requester;
    Ok(Intake {
        requester: Requester { name: short("the name", &name, 200)?, contact: optional("the contact", contact)? },
        channel: optional("the channel", intake.channel)?,
        words: intake.words.trim().to_owned(),
    })
}

/// A new case.
pub fn open(number: u64, caller: Intake, actor: &Actor) -> Decision {
    let Intake { requester, channel, words } = intake(caller)?;
    let tier = actor.tier.clone();
    Ok(Event::Opened { number, requester, channel, words, tier }.into())
}

impl Case {
    fn is_open(&self) -> Result<(), Denied> {
        if self.is_resolved() { refuse("the case is closed; reopen it first", &["reopen", "note"]) } else { Ok(()) }
    }

    /// Only whoever works on it goes on with it.
    fn is_held_by(&self, actor: &Actor) -> Result<(), Denied> {
        self.is_open()?;
        match &self.holder {
            Some(holder) if *holder == actor.name => Ok(()),
            Some(holder) => Err(Denied::Taken { by: holder.clone() }),
            None => refuse("nobody works on this case; claim it first", &["claim"]),
        }
    }

    fn known_run(&self, run: RunId) -> Result<&Run, Denied> {
        match self.run(run) {
            Some(known) => Ok(&known.run),
            None => refuse("this case has no such run", &[]),
        }
    }

    /// Starts a playbook with what is known. Once more, before anything was answered, is the same run.
    pub fn start(&self, script: &Script, given: &[(String, String)], context: Context<'_>) -> Decision {
        self.is_held_by(context.actor)?;
        let fresh = self.latest_run().filter(|latest| latest.run.entries.is_empty() && given.is_empty());
        if fresh.is_some_and(|latest| latest.run.program.hash == script.program.hash) {
            return Ok(Change::default());
        }
        let (desk, audience) = (&script.program.facts, context.actor.audience);
        let known = self.facts.iter().filter(|(name, _)| desk.names().any(|known| known == name.as_str()));
        let mut facts: Vec<(String, String)> = known.map(|(name, value)| (name.clone(), value.clone())).collect();
        // A fact whose choices have changed since does not fit any more: it is asked again.
        facts.retain(|fact| {
            let program = Arc::clone(&script.program);
            let tier = context.actor.tier.clone();
            Run::start(RunId::mint(), program, audience, tier, std::slice::from_ref(fact)).is_ok()
        });
        facts.retain(|(name, _)| given.iter().all(|(other, _)| other != name));
        facts.extend_from_slice(given);
        let run = RunId::mint();
        let tier = context.actor.tier.clone();
        let started = Run::start(run, Arc::clone(&script.program), audience, tier.clone(), &facts)?;
        let event = Event::RunStarted {
            run,
            playbook: script.playbook.clone(),
            title: script.title.clone(),
            program: script.program.hash.to_string(),
            audience,
            tier,
            facts,
        };
        Ok(self.follow(&started, vec![event], None, context))
    }

    /// Says something to a run. `position` is the token that it answers.
    pub fn say(&self, run: RunId, input: &Input, position: Option<&str>, context: Context<'_>) -> Decision {
        let known = self.known_run(run)?;
        if let Input::Note(words) = input {
            return self.note(words, context.actor);
        }
        if let Input::Say(said) | Input::Change { said, .. } = input
            && said.words().len() > MAX_TEXT
        {
            return refuse("what was typed is longer than 64 KiB", &[]);
        }
        // A repetition of what was recorded is a success even for those who have handed over since.
        let decided = known.decide(input, position);
        if decided == Ok(None) {
            return Ok(Change::default());
        }
        self.is_held_by(context.actor)?;
        let Some(event) = decided? else { return Ok(Change::default()) };
        Ok(self.record(known, event, None, context)?)
    }

    /// Something that happens to a run, with what that brings with it. `note` is for whoever takes over.
    fn record(
        &self,
        known: &Run,
        event: run::Event,
        note: Option<&str>,
        context: Context<'_>,
    ) -> Result<Change, Refused> {
        let leads_on =
            matches!(event, run::Event::Answered { .. } | run::Event::Changed { .. } | run::Event::HandedOver { .. });
        let mut after = known.clone();
        let by = context.actor.name.clone();
        after.record(run::Entry { when: context.now, by, event: event.clone() })?;
        let event = Event::Went { run: known.id, what: event };
        Ok(if leads_on { self.follow(&after, vec![event], note, context) } else { event.into() })
    }

    /// Goes on with a run by a newer version of its playbook, if it stands at the same place there.
    pub fn rebase(&self, run: RunId, program: &Arc<Program>) -> Decision {
        let known = self.known_run(run)?;
        if known.program.hash == program.hash {
            return Ok(Change::default());
        }
        if !self.is_under_way(run) {
            return refuse("the run is over", &[]);
        }
        match run::rebase(known, program) {
            Rebase::Moved { .. } => Ok(Event::Rebased { run, program: program.hash.to_string() }.into()),
            Rebase::Stays(difference) => {
                Err(Refused::new(format!("the newer version differs {difference}"), Vec::new()).into())
            }
        }
    }

    /// The same for whoever works on it.
    pub fn move_on(&self, run: RunId, program: &Arc<Program>, context: Context<'_>) -> Decision {
        self.is_held_by(context.actor)?;
        self.rebase(run, program)
    }

    /// Whether somebody was told that the version which a run goes by is withdrawn.
    pub fn was_recalled(&self, run: RunId) -> bool {
        let told = |event: &Event| match event {
            Event::Went { run: of, what: run::Event::HandedOver { because } } if *of == run => {
                (*because == Reason::Recalled).then_some(true)
            }
            Event::Rebased { run: of, .. } if *of == run => Some(false),
            _ => None,
        };
        self.entries.iter().rev().find_map(|entry| told(&entry.event)).unwrap_or_default()
    }

    /// Hands the run that is followed over because its version was withdrawn; nothing, if it asks nothing, or was
    /// handed over so before: whoever took over decides.
    pub fn recall(&self, run: RunId, why: &str, context: Context<'_>) -> Decision {
        let latest = self.latest_run().filter(|latest| latest.run.id == run && !self.is_resolved());
        let asks = latest.filter(|latest| matches!(latest.run.view(&self.info()), View::Prompt(_)));
        match asks {
            Some(latest) if !self.was_recalled(run) => {
                let event = run::Event::HandedOver { because: Reason::Recalled };
                Ok(self.record(&latest.run, event, Some(why), context)?)
            }
            _ => Ok(Change::default()),
        }
    }

    /// What an outcome brings with it: what the run learned, and the way to the next tier.
    fn follow(&self, run: &Run, mut events: Vec<Event>, note: Option<&str>, context: Context<'_>) -> Change {
        let Some(outcome) = run.outcome(&self.info()) else {
            return Change { events, outbox: Vec::new() };
        };
        let playbook = events.iter().find_map(|event| match event {
            Event::RunStarted { playbook, title, .. } => Some((playbook.clone(), title.clone())),
            _ => None,
        });
        let playbook = playbook.or_else(|| self.run(run.id).map(|run| (run.playbook.clone(), run.title.clone())));
        let (playbook, title) = playbook.expect("a run belongs to the case, or is being started");
        events.push(learned(run, &playbook));
        let origin = left(self, &playbook, context.desk);
        let Some(destination) = run::destination(&context.desk.policy, origin, run, &outcome) else {
            return Change { events, outbox: Vec::new() };
        };
        let why = super::envelope::Why {
            reason: outcome.why().expect("what leads on has a reason").to_owned(),
            at: Some(outcome.at.clone()),
            detail: outcome.text.clone().or_else(|| note.map(str::to_owned)),
        };
        let leaving = Leave { why, told: outcome.tell.clone(), run: Some((run, playbook, title)), destination };
        let (escalation, outbox) = leave(self, leaving, context);
        events.push(Event::Escalated { escalation: Box::new(escalation) });
        Change { events, outbox }
    }

    /// Works on it from now on; `from` is the colleague that it is taken from, if the actor was shown one.
    pub fn claim(&self, from: Option<&str>, context: Context<'_>) -> Decision {
        self.is_open()?;
        match &self.holder {
            Some(holder) if *holder == context.actor.name => return Ok(Change::default()),
            Some(holder) if from != Some(holder) => return Err(Denied::Taken { by: holder.clone() }),
            _ => {}
        }
        // Whoever works below takes it back to where they work.
        let level = |tier: &str| context.desk.policy.tier(tier).map_or(0, |tier| tier.level);
        let below = level(&context.actor.tier) < level(&self.tier);
        let tier = if below { context.actor.tier.clone() } else { self.tier.clone() };
        Ok(Event::Claimed { tier }.into())
    }

    /// Goes on with a run where it stands.
    pub fn take_over(&self, run: RunId, context: Context<'_>) -> Decision {
        self.is_held_by(context.actor)?;
        let input = Input::TakeOver { audience: Audience::Agent, tier: context.actor.tier.clone() };
        match self.known_run(run)?.decide(&input, None)? {
            Some(what) => Ok(Event::Went { run, what }.into()),
            None => Ok(Change::default()),
        }
    }

    /// Lets go of it: it waits in its tier.
    pub fn release(&self, context: Context<'_>) -> Decision {
        self.is_held_by(context.actor)?;
        Ok(Event::Released.into())
    }

    /// Sends it to another tier or team, with what was tried.
    pub fn hand_on(&self, to: Move, context: Context<'_>) -> Decision {
        self.is_held_by(context.actor)?;
        let destination = self.place(&to, context)?;
        let detail = text("why it is handed on", &to.why)?;
        let Interrupted { mut events, run } = self.interrupt(context)?;
        let why = super::envelope::Why { reason: "by-hand".into(), at: None, detail: Some(detail) };
        let script = run.as_ref().map(|(run, playbook, title)| (run, playbook.clone(), title.clone()));
        let (escalation, outbox) = leave(self, Leave { why, told: None, run: script, destination }, context);
        events.push(Event::Escalated { escalation: Box::new(escalation) });
        Ok(Change { events, outbox })
    }

    fn place(&self, to: &Move, context: Context<'_>) -> Result<Destination, Denied> {
        let policy = &context.desk.policy;
        let id = &to.to;
        let Some(tier) = policy.tier(id) else {
            let tiers = policy.tiers.iter().map(|tier| tier.id.value.clone()).collect();
            return Err(Refused::new(format!("there is no tier `{id}`"), tiers).into());
        };
        let team = to.team.clone().filter(|team| !team.is_empty());
        if let Some(team) = &team
            && !tier.teams.iter().any(|known| known.value == *team)
        {
            let teams = tier.teams.iter().map(|team| team.value.clone()).collect();
            return Err(Refused::new(format!("`{id}` has no team `{team}`"), teams).into());
        }
        if to.to == self.tier && team == self.team {
            return refuse("the case is there already", &[]);
        }
        Ok(Destination { to: to.to.clone(), team, priority: Some(self.priority.clone()) })
    }

    /// Ends the latest run for those who hold it, if it stands at a prompt: whoever takes over goes on there.
    fn interrupt(&self, context: Context<'_>) -> Result<Interrupted, Denied> {
        let Some(latest) = self.latest_run() else { return Ok(Interrupted::default()) };
        let mut run = latest.run.clone();
        let mut events = Vec::new();
        if let View::Prompt(_) = run.view(&self.info())
            && let Some(what) = run.decide(&Input::Signal(Signal::HandOver), None)?
        {
            run.record(run::Entry { when: context.now, by: context.actor.name.clone(), event: what.clone() })?;
            events.push(Event::Went { run: run.id, what });
            events.push(learned(&run, &latest.playbook));
        }
        Ok(Interrupted { events, run: Some((run, latest.playbook.clone(), latest.title.clone())) })
    }

    /// Whoever helps themselves asks for a person, in their words or in none. A case that has gone on is with one.
    pub fn ask_for_person(&self, words: &str, context: Context<'_>) -> Decision {
        let gone_on = !self.is_resolved() && !self.escalations.is_empty();
        if gone_on && self.holder.as_ref() != Some(&context.actor.name) {
            return Ok(Change::default());
        }
        self.is_held_by(context.actor)?;
        let words = short("what you wrote", words, 5000)?;
        let Interrupted { mut events, run } = self.interrupt(context)?;
        let outcome = run.as_ref().and_then(|(run, ..)| run.outcome(&self.info()));
        let did_not_help = outcome.as_ref().is_some_and(|outcome| outcome.ending == Some(EndKind::Resolved));
        let (reason, detail) = match (did_not_help, words.is_empty()) {
            (true, true) => ("not-resolved", Some("What the playbook came to did not help.".to_owned())),
            (true, false) => ("not-resolved", Some(words)),
            (false, empty) => ("hand-over", (!empty).then_some(words)),
        };
        let playbook = run.as_ref().map_or("", |(_, playbook, _)| playbook);
        let Origin { category, rated, .. } = left(self, playbook, context.desk);
        let leaving = Leaving { reason, priority: rated, tier: &context.actor.tier, category, playbook };
        let priority = rated.map(str::to_owned);
        let destination = context.desk.policy.route(&leaving, Destination { to: String::new(), team: None, priority });
        let why = super::envelope::Why { reason: reason.into(), at: outcome.map(|outcome| outcome.at), detail };
        let script = run.as_ref().map(|(run, playbook, title)| (run, playbook.clone(), title.clone()));
        let (escalation, outbox) = leave(self, Leave { why, told: None, run: script, destination }, context);
        events.push(Event::Escalated { escalation: Box::new(escalation) });
        Ok(Change { events, outbox })
    }

    /// Sends it back to where it came from, with a question.
    pub fn hand_back(&self, question: &str, context: Context<'_>) -> Decision {
        self.is_held_by(context.actor)?;
        let question = text("the question", question)?;
        let Some(from) = self.escalations.last().map(|last| last.envelope.from.clone()) else {
            return refuse("the case did not come from anywhere", &["hand-on"]);
        };
        let Interrupted { mut events, .. } = self.interrupt(context)?;
        let respond_by = context.desk.policy.respond_by(&from.tier, context.now);
        events.push(Event::HandedBack { to: from.tier, team: from.team, question, respond_by });
        Ok(Change { events, outbox: Vec::new() })
    }

    /// Leaves words. The same once more is the same note: somebody clicked twice.
    pub fn note(&self, words: &str, actor: &Actor) -> Decision {
        let text = text("the note", words)?;
        let same = self.notes.last().is_some_and(|last| last.text == text && last.by == actor.name);
        Ok(if same { Change::default() } else { Event::Noted { text }.into() })
    }

    /// Says how urgent it is, by whom it concerns and how much it holds them up, or in a word.
    pub fn rate(
        &self,
        impact: Option<&str>,
        urgency: Option<&str>,
        priority: Option<&str>,
        context: Context<'_>,
    ) -> Decision {
        self.is_open()?;
        let policy = &context.desk.policy;
        let rated = match (impact, urgency, priority) {
            (Some(impact), Some(urgency), _) => policy.rate(impact, urgency).map(str::to_owned),
            (_, _, priority) => priority
                .filter(|known| policy.priorities.iter().any(|priority| priority.id.value == **known))
                .map(str::to_owned),
        };
        let Some(rated) = rated else {
            return refuse("the desk has no priority for this; choose another impact or urgency", &[]);
        };
        let (impact, urgency) = (impact.map(str::to_owned), urgency.map(str::to_owned));
        if rated == self.priority && impact == self.impact && urgency == self.urgency {
            return Ok(Change::default());
        }
        Ok(Event::Rated { impact, urgency, priority: rated }.into())
    }

    /// Puts right who it is and what they said.
    pub fn describe(&self, caller: Intake) -> Decision {
        let Intake { requester, channel, words } = intake(caller)?;
        if requester == self.requester && channel == self.channel && words == self.words {
            return Ok(Change::default());
        }
        Ok(Event::Described { requester, channel, words }.into())
    }

    /// Puts in a fact of the desk by hand, or takes it out. The run that its holder is going through learns of it.
    pub fn set_fact(&self, name: &str, value: Option<&str>, context: Context<'_>) -> Decision {
        self.is_open()?;
        let facts = &context.desk.facts;
        let value = value.map(str::trim).filter(|value| !value.is_empty());
        if let Some(value) = value {
            let Some(at) = facts.position(name) else {
                let names = facts.names().map(str::to_owned).collect();
                return Err(Refused::new(format!("the desk has no fact `{name}`"), names).into());
            };
            let kind = &facts.list[at as usize].kind;
            if kind.read(value).is_none() {
                let takes = kind.takes();
                return Err(Refused::new(format!("`{name}` takes {takes}"), vec![takes]).into());
            }
        }
        if self.facts.get(name).map(String::as_str) == value {
            return Ok(Change::default());
        }
        let mut change = Change::from(Event::FactSet { name: name.to_owned(), value: value.map(str::to_owned) });
        let going = self.latest_run().filter(|_| self.holder.as_ref() == Some(&context.actor.name));
        let going = going.filter(|latest| matches!(latest.run.view(&self.info()), View::Prompt(_)));
        if let (Some(latest), Some(value)) = (going, value) {
            let input = Input::Import { name: name.to_owned(), value: value.to_owned() };
            // A run whose version of the desk does not have the fact goes on without.
            if let Ok(more) = self.say(latest.run.id, &input, None, context) {
                change.events.extend(more.events);
                change.outbox.extend(more.outbox);
            }
        }
        Ok(change)
    }

    /// Adds a file whose bytes are kept already.
    pub fn attach(&self, file: &Attachment) -> Decision {
        self.is_open()?;
        if self.attachments.iter().any(|known| known.hash == file.hash && known.name == file.name) {
            return Ok(Change::default());
        }
        let Attachment { name, media, bytes, hash, .. } = file.clone();
        Ok(Event::Attached { name, media, bytes, hash }.into())
    }

    /// Waits for a call-back.
    pub fn park(&self, until: Timestamp, why: &str, context: Context<'_>) -> Decision {
        self.is_held_by(context.actor)?;
        if until <= context.now {
            return refuse("the call-back lies in the past", &[]);
        }
        Ok(Event::Parked { until, why: short("why it waits", why, 500)? }.into())
    }

    /// Goes on with a parked case.
    pub fn resume(&self, context: Context<'_>) -> Decision {
        self.is_held_by(context.actor)?;
        match self.state {
            State::Parked { .. } => Ok(Event::Resumed.into()),
            _ => Ok(Change::default()),
        }
    }

    /// Closes it as solved.
    pub fn resolve(&self, words: &str, confirmed: bool, context: Context<'_>) -> Decision {
        if let State::Resolved { confirmed: known, .. } = &self.state
            && *known == confirmed
        {
            return Ok(Change::default());
        }
        self.is_held_by(context.actor)?;
        let text = if words.trim().is_empty() {
            let ended = self.latest_run().map(|latest| latest.run.view(&self.info()));
            match ended {
                Some(View::Outcome(outcome)) => outcome.text.clone().unwrap_or_default(),
                _ => return refuse("say in a few words what solved it", &[]),
            }
        } else {
            text("what solved it", words)?
        };
        let mut events = Vec::new();
        if let Some(latest) = self.latest_run()
            && let View::Prompt(_) = latest.run.view(&self.info())
        {
            events.push(learned(&latest.run, &latest.playbook));
        }
        events.push(Event::Resolved { text, confirmed });
        Ok(Change { events, outbox: Vec::new() })
    }

    /// Closes it, and says what was the matter with the script.
    pub fn resolve_and_judge(&self, words: &str, confirmed: bool, opinion: &Opinion, context: Context<'_>) -> Decision {
        let mut change = self.resolve(words, confirmed, context)?;
        let closed = change.events.iter().find_map(|event| match event {
            Event::Resolved { text, .. } => Some(text.clone()),
            _ => None,
        });
        let solved = Some(opinion.solved.clone()).filter(|solved| !solved.trim().is_empty()).or(closed);
        let opinion = Opinion { solved: solved.unwrap_or_default(), ..opinion.clone() };
        change.events.extend(self.judge(&opinion, context)?.events);
        Ok(change)
    }

    /// Says what was the matter with the script; once more, it is put right.
    pub fn judge(&self, opinion: &Opinion, context: Context<'_>) -> Decision {
        let Some(judged) = self.judged_run().filter(|_| context.actor.audience == Audience::Agent) else {
            return refuse("only staff judge a script, and only where a case went up from one", &[]);
        };
        let step = opinion.step.clone().filter(|step| !step.is_empty() && opinion.verdict.names_a_step());
        if let Some(step) = &step {
            let steps: Vec<String> = self.judgeable().into_iter().map(|choice| choice.step).collect();
            if !steps.contains(step) {
                return Err(Refused::new(format!("the run did not come past `{step}`"), steps).into());
            }
        }
        let solved = match (&self.state, opinion.solved.trim()) {
            (State::Resolved { text, .. }, "") => text.clone(),
            (_, "") => String::new(),
            (_, words) => text("what solved it", words)?,
        };
        let Opinion { verdict, .. } = *opinion;
        let mine = self.judgements.iter().find(|known| known.by == context.actor.name);
        if mine.is_some_and(|mine| {
            (mine.run, &mine.step, mine.verdict, &mine.solved) == (judged.run.id, &step, verdict, &solved)
        }) {
            return Ok(Change::default());
        }
        let (run, playbook, program) = (judged.run.id, judged.playbook.clone(), judged.run.program.hash.to_string());
        Ok(Event::Judged { run, playbook, program, step, verdict, solved }.into())
    }

    /// The run that a verdict is about: the one that the case went up from last.
    pub fn judged_run(&self) -> Option<&CaseRun> {
        self.escalations.iter().rev().find_map(|up| self.run(up.envelope.playbook.as_ref()?.run))
    }

    /// The places that a verdict can name: where the run left those who held it, then its path, the latest first.
    pub fn judgeable(&self) -> Vec<Choice> {
        let Some(judged) = self.judged_run() else { return Vec::new() };
        let info = self.info();
        let up = self.escalations.iter().rev().find(|up| {
            up.envelope.playbook.as_ref().is_some_and(|from| from.run == judged.run.id) && up.envelope.why.at.is_some()
        });
        let stop = match up {
            Some(up) => up.envelope.why.at.clone().map(|at| (at, up.envelope.why.detail.clone().unwrap_or_default())),
            None => match judged.run.view(&info) {
                View::Prompt(prompt) => Some((prompt.at, prompt.text)),
                View::Outcome(outcome) => Some((outcome.at, outcome.text.unwrap_or_default())),
            },
        };
        let mut choices: Vec<Choice> = Vec::new();
        let path = judged.run.path(&info);
        for (step, text, last) in stop
            .into_iter()
            .map(|(at, text)| {
                let shown = path.iter().rfind(|line| line.at == at).map(|line| line.text.clone());
                (at, shown.unwrap_or(text), true)
            })
            .chain(path.iter().rev().map(|line| (line.at.clone(), line.text.clone(), false)))
        {
            if choices.iter().all(|known| known.step != step) {
                choices.push(Choice { step, text: markdown::first_line(&text), last });
            }
        }
        choices
    }

    /// The caller says that what it was closed with works.
    pub fn confirm(&self) -> Decision {
        match &self.state {
            State::Resolved { confirmed: true, .. } => Ok(Change::default()),
            State::Resolved { text, .. } => Ok(Event::Resolved { text: text.clone(), confirmed: true }.into()),
            _ => refuse("the case is not closed", &["resolve"]),
        }
    }

    /// Not solved after all; whoever says so works on it.
    pub fn reopen(&self, why: &str) -> Decision {
        if !self.is_resolved() {
            return Ok(Change::default());
        }
        Ok(Event::Reopened { why: text("why it is opened again", why)? }.into())
    }

    /// A person wants a refused delivery to be tried again.
    pub fn retry(&self, outbox: OutboxId) -> Decision {
        match self.deliveries.iter().find(|delivery| delivery.outbox == outbox) {
            Some(delivery) if delivery.refused.is_some() => {
                Ok(Event::Retried { outbox, connector: delivery.connector.clone() }.into())
            }
            Some(_) => Ok(Change::default()),
            None => refuse("this case has no such delivery", &[]),
        }
    }
}

/// What a run knows, for the case: the desk's facts by their names, others behind the playbook's.
fn learned(run: &Run, playbook: &str) -> Event {
    let shared = &run.program.facts;
    let name = |name: String| match shared.position(&name) {
        Some(_) => name,
        None => format!("{playbook}/{name}"),
    };
    let facts = run.known().into_iter().map(|(fact, value)| (name(fact), value.to_string())).collect();
    Event::FactsLearned { run: run.id, facts }
}
