//! What people do with cases: load, decide, append, tell.

use super::{App, Error};
use crate::{
    case::{self, Actor, Case, Change, Context, Decision, Denied, Entry, Event, Intake, Move, Opinion, Row, Script},
    clock,
    id::{CaseId, OutboxId, RunId},
    playbook::Program,
    run::{Audience, Input},
    store::{self, Append, Filter, Outgoing, Standing},
};
use jiff::Timestamp;
use std::{
    collections::HashMap,
    sync::{Arc, PoisonError},
};

/// So often is a decision made anew when somebody else was faster.
const TRIES: u32 = 16;
/// So many cases are kept in memory.
const KEPT: usize = 2048;

/// What has changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// A case, by its number, with its latest entry.
    Case {
        /// The case.
        id: CaseId,
        /// Its number.
        number: u64,
        /// Its latest entry.
        seq: u64,
    },
    /// The desk.
    Desk,
}

/// Whether a case is what this form has opened.
fn is_same(case: &Case, intake: &Intake, actor: &Actor) -> bool {
    let again = case::open(case.number, intake.clone(), actor);
    case.opened_by == actor.name && again.is_ok_and(|again| again.events[0] == case.entries[0].event)
}

/// Cases in memory, and what finds them.
#[derive(Debug, Default)]
pub(super) struct Kept {
    cases: HashMap<CaseId, (Arc<Case>, u64)>,
    numbers: HashMap<u64, CaseId>,
    clock: u64,
}

impl Kept {
    fn get(&mut self, id: CaseId) -> Option<Arc<Case>> {
        self.clock += 1;
        let clock = self.clock;
        self.cases.get_mut(&id).map(|(case, used)| {
            *used = clock;
            Arc::clone(case)
        })
    }

    /// Keeps it, unless a later state is there.
    fn put(&mut self, case: Arc<Case>) {
        if self.cases.get(&case.id).is_some_and(|(known, _)| known.seq >= case.seq) {
            return;
        }
        self.clock += 1;
        self.numbers.insert(case.number, case.id);
        self.cases.insert(case.id, (case, self.clock));
        if self.cases.len() > KEPT {
            let mut used: Vec<u64> = self.cases.values().map(|(_, used)| *used).collect();
            let (_, middle, _) = used.select_nth_unstable(KEPT / 4);
            let oldest = *middle;
            self.cases.retain(|_, (_, used)| *used > oldest);
            self.numbers.retain(|_, id| self.cases.contains_key(id));
        }
    }

    fn forget(&mut self, id: CaseId) {
        self.cases.remove(&id);
    }
}

impl App {
    fn kept(&self) -> std::sync::MutexGuard<'_, Kept> {
        self.cases.lock().unwrap_or_else(PoisonError::into_inner)
    }

    // Reading

    /// A case by its number, as it is now.
    pub async fn case(&self, number: u64) -> Result<Option<Arc<Case>>, Error> {
        match self.find(number).await? {
            Some(id) => self.fresh(id).await,
            None => Ok(None),
        }
    }

    /// The case of a number.
    pub async fn find(&self, number: u64) -> Result<Option<CaseId>, Error> {
        let known = self.kept().numbers.get(&number).copied();
        match known {
            Some(id) => Ok(Some(id)),
            None => Ok(self.store.find(number).await?),
        }
    }

    /// The case that a run belongs to.
    pub async fn case_of(&self, run: RunId) -> Result<Option<Arc<Case>>, Error> {
        match self.store.case_of(run).await? {
            Some(id) => self.fresh(id).await,
            None => Ok(None),
        }
    }

    /// A list of cases.
    pub async fn list(&self, filter: &Filter) -> Result<Vec<Row>, Error> {
        Ok(self.store.list(filter).await?)
    }

    /// A case by its id, as it is now: what is in memory, and what others have appended.
    pub async fn fresh(&self, id: CaseId) -> Result<Option<Arc<Case>>, Error> {
        let known = self.kept().get(id);
        if let Some(case) = &known
            && self.store.head(id).await? == Some(case.seq)
        {
            return Ok(known);
        }
        let entries = self.store.stream(id, known.as_ref().map_or(0, |case| case.seq)).await?;
        let mut entries = entries.iter();
        let fault = |fault| Error::Fault { case: id.to_string(), fault };
        let mut case = match known {
            Some(case) => (*case).clone(),
            None => match entries.next() {
                Some(first) => Case::open(id, first).map_err(fault)?,
                None => return Ok(None),
            },
        };
        let programs = self.programs_of(entries.as_slice()).await?;
        for entry in entries {
            case.apply(entry, &|hash| programs.get(hash).cloned()).map_err(fault)?;
        }
        let case = Arc::new(case);
        self.kept().put(Arc::clone(&case));
        Ok(Some(case))
    }

    /// The programs that entries start, or go on with.
    pub(super) async fn programs_of(&self, entries: &[Entry]) -> Result<HashMap<String, Arc<Program>>, Error> {
        let mut programs = HashMap::new();
        for entry in entries {
            if let Event::RunStarted { program: hash, .. } | Event::Rebased { program: hash, .. } = &entry.event
                && !programs.contains_key(hash)
                && let Some(program) = self.program(hash).await?
            {
                programs.insert(hash.clone(), program);
            }
        }
        Ok(programs)
    }

    // Changing

    /// Begins a case, with a playbook or without, in one; whoever begins it works on it. `id` is what a form was given
    /// for it: the same form sent twice is one case.
    pub async fn open_case(
        &self,
        actor: &Actor,
        id: CaseId,
        intake: Intake,
        playbook: Option<&str>,
    ) -> Result<Arc<Case>, Error> {
        let script = match playbook {
            Some(playbook) => Some(self.script(playbook, actor).await?),
            None => None,
        };
        let id = match self.fresh(id).await? {
            Some(case) if is_same(&case, &intake, actor) => return Ok(case),
            // A form that came back from the browser's history, with another caller in it.
            Some(_) => CaseId::mint(),
            None => id,
        };
        let live = self.live();
        let now = clock::now();
        let context = Context { desk: &live.desk, actor, now };
        let mut change = case::open(self.store.number().await?, intake.clone(), actor)?;
        if let Some(script) = &script {
            let event = change.events[0].clone();
            let first = Entry { seq: 1, when: now, by: actor.name.clone(), event };
            let fault = |fault| Error::Fault { case: id.to_string(), fault };
            let started = Case::open(id, &first).map_err(fault)?.start(script, &[], context)?;
            change.events.extend(started.events);
            change.outbox.extend(started.outbox);
        }
        match self.append(None, id, change, &actor.name, now, Vec::new()).await {
            Err(Error::Store(store::Error::Stale { .. })) => self.fresh(id).await?.ok_or(Error::NoCase),
            other => other,
        }
    }

    /// A playbook that they can start; what is in force is kept already.
    async fn script(&self, playbook: &str, actor: &Actor) -> Result<Script, Error> {
        let live = self.live();
        let offer = live
            .offers
            .get(playbook)
            .filter(|offer| offer.audience.self_service || (offer.audience.agent && actor.audience == Audience::Agent));
        let offer = offer.ok_or_else(|| Error::NoPlaybook(playbook.to_owned()))?;
        let program = Arc::clone(&offer.program);
        // Another process may have withdrawn it since the desk was read.
        let hash = program.hash.to_string();
        if self.store.recalls().await?.iter().any(|recall| recall.program == hash) {
            return Err(Error::NoPlaybook(playbook.to_owned()));
        }
        Ok(Script { playbook: offer.id.clone(), title: offer.title.clone(), program })
    }

    /// Starts a playbook for a case; `given` are facts by name, as typed.
    pub async fn start(
        &self,
        actor: &Actor,
        id: CaseId,
        playbook: &str,
        given: &[(String, String)],
    ) -> Result<(Arc<Case>, RunId), Error> {
        let script = self.script(playbook, actor).await?;
        let case = self.change(id, actor, |case, context| case.start(&script, given, context)).await?;
        let run = case.latest_run().expect("one was started").run.id;
        Ok((case, run))
    }

    /// Says something to a run; see [`Case::say`]. One whose version was withdrawn is handed over instead.
    pub async fn say(
        &self,
        actor: &Actor,
        id: CaseId,
        run: RunId,
        input: &Input,
        position: Option<&str>,
    ) -> Result<Arc<Case>, Error> {
        let live = self.live();
        let decide =
            |case: &Case, context: Context<'_>| match case.run(run).and_then(|known| live.recall(&known.run.program)) {
                Some(recall) if !case.was_recalled(run) => {
                    let change = case.recall(run, &recall.why, context)?;
                    if change.events.is_empty() { case.say(run, input, position, context) } else { Ok(change) }
                }
                _ => case.say(run, input, position, context),
            };
        self.change(id, actor, decide).await
    }

    /// See [`Case::claim`].
    pub async fn claim(&self, actor: &Actor, id: CaseId, from: Option<&str>) -> Result<Arc<Case>, Error> {
        self.change(id, actor, |case, context| case.claim(from, context)).await
    }

    /// See [`Case::take_over`].
    pub async fn take_over(&self, actor: &Actor, id: CaseId, run: RunId) -> Result<Arc<Case>, Error> {
        self.change(id, actor, |case, context| case.take_over(run, context)).await
    }

    /// See [`Case::release`].
    pub async fn release(&self, actor: &Actor, id: CaseId) -> Result<Arc<Case>, Error> {
        self.change(id, actor, Case::release).await
    }

    /// See [`Case::hand_on`].
    pub async fn hand_on(&self, actor: &Actor, id: CaseId, to: &Move) -> Result<Arc<Case>, Error> {
        self.change(id, actor, |case, context| case.hand_on(to.clone(), context)).await
    }

    /// See [`Case::hand_back`].
    pub async fn hand_back(&self, actor: &Actor, id: CaseId, question: &str) -> Result<Arc<Case>, Error> {
        self.change(id, actor, |case, context| case.hand_back(question, context)).await
    }

    /// See [`Case::note`].
    pub async fn note(&self, actor: &Actor, id: CaseId, text: &str) -> Result<Arc<Case>, Error> {
        self.change(id, actor, |case, context| case.note(text, context.actor)).await
    }

    /// See [`Case::rate`].
    pub async fn rate(
        &self,
        actor: &Actor,
        id: CaseId,
        impact: Option<&str>,
        urgency: Option<&str>,
        priority: Option<&str>,
    ) -> Result<Arc<Case>, Error> {
        self.change(id, actor, |case, context| case.rate(impact, urgency, priority, context)).await
    }

    /// See [`Case::describe`].
    pub async fn describe(&self, actor: &Actor, id: CaseId, intake: &Intake) -> Result<Arc<Case>, Error> {
        self.change(id, actor, |case, _| case.describe(intake.clone())).await
    }

    /// See [`Case::set_fact`].
    pub async fn set_fact(
        &self,
        actor: &Actor,
        id: CaseId,
        name: &str,
        value: Option<&str>,
    ) -> Result<Arc<Case>, Error> {
        self.change(id, actor, |case, context| case.set_fact(name, value, context)).await
    }

    /// See [`Case::park`].
    pub async fn park(&self, actor: &Actor, id: CaseId, until: Timestamp, why: &str) -> Result<Arc<Case>, Error> {
        self.change(id, actor, |case, context| case.park(until, why, context)).await
    }

    /// See [`Case::resume`].
    pub async fn resume(&self, actor: &Actor, id: CaseId) -> Result<Arc<Case>, Error> {
        self.change(id, actor, Case::resume).await
    }

    /// See [`Case::resolve`].
    pub async fn resolve(&self, actor: &Actor, id: CaseId, text: &str, confirmed: bool) -> Result<Arc<Case>, Error> {
        self.change(id, actor, |case, context| case.resolve(text, confirmed, context)).await
    }

    /// See [`Case::resolve_and_judge`].
    pub async fn resolve_and_judge(
        &self,
        actor: &Actor,
        id: CaseId,
        text: &str,
        confirmed: bool,
        opinion: &Opinion,
    ) -> Result<Arc<Case>, Error> {
        self.change(id, actor, |case, context| case.resolve_and_judge(text, confirmed, opinion, context)).await
    }

    /// See [`Case::judge`].
    pub async fn judge(&self, actor: &Actor, id: CaseId, opinion: &Opinion) -> Result<Arc<Case>, Error> {
        self.change(id, actor, |case, context| case.judge(opinion, context)).await
    }

    /// See [`Case::reopen`].
    pub async fn reopen(&self, actor: &Actor, id: CaseId, why: &str) -> Result<Arc<Case>, Error> {
        self.change(id, actor, |case, _| case.reopen(why)).await
    }

    /// Adds a file: its bytes first, then the event.
    pub async fn attach(
        &self,
        actor: &Actor,
        id: CaseId,
        name: &str,
        media: &str,
        bytes: Vec<u8>,
    ) -> Result<Arc<Case>, Error> {
        let file = super::attachments::keep(&self.data, name, media, bytes, &actor.name).await?;
        self.change(id, actor, |case, _| case.attach(&file)).await
    }

    /// The bytes of a case's file.
    pub async fn attachment(&self, hash: &str) -> Result<Option<Vec<u8>>, Error> {
        super::attachments::read(&self.data, hash).await
    }

    // The outbox

    /// Tries a delivery again at once, because a person said so; `None` if there is no such entry.
    pub async fn retry(&self, actor: &Actor, outbox: OutboxId) -> Result<Option<Arc<Case>>, Error> {
        let Some(outgoing) = self.store.outgoing(outbox).await? else { return Ok(None) };
        let now = clock::now();
        let due = Standing::Due { at: now, attempts: 0, said: None };
        if matches!(outgoing.standing, Standing::Due { .. }) && outgoing.leased.is_none_or(|until| until <= now) {
            self.store.settle(outbox, &due).await?;
        }
        let case = self
            .change_and_settle(outgoing.entry.case, &actor.name, vec![(outbox, due)], |case, _| case.retry(outbox))
            .await?;
        self.wake.notify_one();
        Ok(Some(case))
    }

    /// Records what became of a delivery: in the case's stream and in the outbox, in one.
    pub async fn settle(&self, outgoing: &Outgoing, standing: Standing) -> Result<(), Error> {
        let (outbox, connector) = (outgoing.entry.id, outgoing.entry.connector.clone());
        let event = match &standing {
            Standing::Due { .. } => None,
            Standing::Delivered { ticket, link, .. } => {
                Some(Event::Delivered { outbox, connector, ticket: ticket.clone(), link: link.clone() })
            }
            Standing::Refused { said, .. } => Some(Event::NotDelivered { outbox, connector, said: said.clone() }),
        };
        match event {
            Some(event) if outgoing.entry.escalation.is_some() => {
                let settle = vec![(outbox, standing)];
                // A second deliverer, whose lease ran out, may come late with what is settled already.
                let decide = |case: &Case, _: Context<'_>| {
                    let known = case.deliveries.iter().find(|delivery| delivery.outbox == outbox);
                    let settled = known.is_some_and(|known| known.delivered || known.refused.is_some());
                    Ok(if settled { Change::default() } else { event.clone().into() })
                };
                self.change_and_settle(outgoing.entry.case, "firstline", settle, decide).await?;
            }
            _ => self.store.settle(outbox, &standing).await?,
        }
        Ok(())
    }

    pub(super) async fn change(
        &self,
        id: CaseId,
        actor: &Actor,
        decide: impl Fn(&Case, Context<'_>) -> Decision,
    ) -> Result<Arc<Case>, Error> {
        self.decide(id, actor, Vec::new(), decide).await
    }

    async fn change_and_settle(
        &self,
        id: CaseId,
        by: &str,
        settle: Vec<(OutboxId, Standing)>,
        decide: impl Fn(&Case, Context<'_>) -> Decision,
    ) -> Result<Arc<Case>, Error> {
        let actor = Actor { name: by.to_owned(), tier: String::new(), audience: Audience::Agent };
        self.decide(id, &actor, settle, decide).await
    }

    /// Decides on what is in memory; anew on what is kept, if somebody else was faster.
    async fn decide(
        &self,
        id: CaseId,
        actor: &Actor,
        settle: Vec<(OutboxId, Standing)>,
        decide: impl Fn(&Case, Context<'_>) -> Decision,
    ) -> Result<Arc<Case>, Error> {
        let mut known = self.kept().get(id);
        for _ in 0..TRIES {
            let remembered = known.is_some();
            let case = match known.take() {
                Some(case) => case,
                None => self.fresh(id).await?.ok_or(Error::NoCase)?,
            };
            let live = self.live();
            let now = clock::now();
            let change = match decide(&case, Context { desk: &live.desk, actor, now }) {
                // What is in memory may be old: another process may have gone on with it.
                Err(_) if remembered => continue,
                Ok(change) if change.events.is_empty() && remembered => continue,
                Ok(change) if change.events.is_empty() => return Ok(case),
                Ok(change) => change,
                Err(denied) => return Err(denied.into()),
            };
            match self.append(Some(&case), id, change, &actor.name, now, settle.clone()).await {
                Err(Error::Store(store::Error::Stale { .. })) => {}
                other => return other,
            }
        }
        Err(Denied::Refused(crate::run::Refused::new("too many people work on this case at once; try again", vec![]))
            .into())
    }

    async fn append(
        &self,
        case: Option<&Case>,
        id: CaseId,
        change: Change,
        by: &str,
        now: Timestamp,
        settle: Vec<(OutboxId, Standing)>,
    ) -> Result<Arc<Case>, Error> {
        let after = case.map_or(0, |case| case.seq);
        // The clock of the machine may be set back; the stream's does not.
        let when = case.map_or(now, |case| now.max(case.updated));
        let entry = |(n, event)| Entry { seq: after + 1 + n as u64, when, by: by.to_owned(), event };
        let entries: Vec<Entry> = change.events.into_iter().enumerate().map(entry).collect();
        let programs = self.programs_of(&entries).await?;
        let fault = |fault| Error::Fault { case: id.to_string(), fault };
        let (mut next, rest) = match case {
            Some(case) => (case.clone(), &entries[..]),
            None => (Case::open(id, &entries[0]).map_err(fault)?, &entries[1..]),
        };
        for entry in rest {
            next.apply(entry, &|hash| programs.get(hash).cloned()).map_err(fault)?;
        }
        let grows = !change.outbox.is_empty();
        let append = Append { case: id, after, entries, row: next.row(), outbox: change.outbox, settle };
        if let Err(error) = self.store.append(append).await {
            self.kept().forget(id);
            return Err(error.into());
        }
        let next = Arc::new(next);
        self.kept().put(Arc::clone(&next));
        if grows {
            self.wake.notify_one();
        }
        // Nobody listening is fine.
        let _ = self.changes.send(Changed::Case { id, number: next.number, seq: next.seq });
        Ok(next)
    }

    /// Writes the lists anew from the streams; gives how many cases there are.
    pub async fn rebuild(&self) -> Result<usize, Error> {
        let ids = self.store.cases().await?;
        for id in &ids {
            self.kept().forget(*id);
            if let Some(case) = self.fresh(*id).await? {
                self.store.project(&case.row(), &case.judgements).await?;
            }
        }
        Ok(ids.len())
    }
}
