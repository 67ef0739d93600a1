//! Empties the outbox: claims what is due, has it delivered, and records what came of it.

use super::{App, Error};
use crate::{
    clock,
    connector::{Client, Outcome},
    id::OutboxId,
    store::{Outgoing, Standing},
};
use jiff::Timestamp;
use std::{collections::HashMap, sync::Arc, time::Duration};
use tokio::{
    task::{Id, JoinError, JoinSet},
    time::{sleep, timeout},
};
use tokio_util::sync::CancellationToken;

/// How fast the worker goes.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// The first repetition comes within this time; each further one within twice the time before.
    pub first: Duration,
    /// The longest time between two attempts.
    pub longest: Duration,
    /// The outbox is looked at at least this often: other processes write to it too.
    pub look: Duration,
    /// How long a claimed entry is ours; longer than an attempt may take.
    pub lease: Duration,
    /// From so many attempts at once on, a connector gets no more: a slow one does not hold up the others.
    pub lane: u32,
    /// What is under way at the end has so long to come to one.
    pub grace: Duration,
}

impl Default for Pace {
    fn default() -> Self {
        Self {
            first: Duration::from_secs(5),
            longest: Duration::from_secs(60 * 60),
            look: Duration::from_secs(30),
            lease: Duration::from_secs(120),
            lane: 4,
            grace: Duration::from_secs(5),
        }
    }
}

impl Pace {
    /// The time until the next attempt, at random, so that what failed together does not come back together.
    fn backoff(&self, attempts: u32) -> Duration {
        let most = self.first.saturating_mul(2_u32.saturating_pow(attempts)).min(self.longest);
        most.mul_f64(f64::from(uuid::Uuid::new_v4().as_u128() as u32) / f64::from(u32::MAX))
    }
}

/// See the module.
pub struct Worker {
    app: Arc<App>,
    client: Client,
    pace: Pace,
    tasks: JoinSet<()>,
    /// What is under way: through which connector, and which entry.
    running: HashMap<Id, (String, OutboxId)>,
}

impl Worker {
    /// One for each process that serves.
    pub fn new(app: Arc<App>, client: Client, pace: Pace) -> Self {
        Self { app, client, pace, tasks: JoinSet::new(), running: HashMap::new() }
    }

    /// Works until it is told to stop.
    pub async fn run(mut self, stop: CancellationToken) {
        let app = Arc::clone(&self.app);
        while !stop.is_cancelled() {
            let wait = self.take(clock::now()).await.unwrap_or_else(|error| {
                tracing::warn!(%error, "the outbox cannot be read");
                self.pace.look
            });
            tokio::select! {
                () = stop.cancelled() => {}
                Some(ended) = self.tasks.join_next_with_id() => self.ended(ended.map(|(id, ())| id)),
                () = app.outbox_grew() => {}
                () = sleep(wait) => {}
            }
        }
        let rest = async { while self.tasks.join_next().await.is_some() {} };
        // What does not come to an end is delivered again when its lease is over, under the same key.
        let _ = timeout(self.pace.grace, rest).await;
    }

    /// Begins what is due. Gives the time until something else will be.
    async fn take(&mut self, now: Timestamp) -> Result<Duration, Error> {
        loop {
            let full = self.full();
            let claimed = self.app.store().claim(now, now + self.pace.lease, self.pace.lane, &full).await?;
            if claimed.is_empty() {
                break;
            }
            claimed.into_iter().for_each(|outgoing| self.begin(outgoing));
        }
        let next = self.app.store().next_due().await?;
        // What was due and could not be claimed waits for an end, or is another process's.
        let wait = next.filter(|at| *at > now).and_then(|at| Duration::try_from(at.duration_since(now)).ok());
        Ok(wait.unwrap_or(self.pace.look).min(self.pace.look))
    }

    /// Connectors that get no more for the moment.
    fn full(&self) -> Vec<String> {
        let mut counts: HashMap<&str, u32> = HashMap::new();
        self.running.values().for_each(|(connector, _)| *counts.entry(connector).or_default() += 1);
        counts.into_iter().filter(|(_, count)| *count >= self.pace.lane).map(|(name, _)| name.to_owned()).collect()
    }

    fn begin(&mut self, outgoing: Outgoing) {
        let (connector, id) = (outgoing.entry.connector.clone(), outgoing.entry.id);
        // Its lease was over before its end was recorded.
        if self.running.values().any(|(_, running)| *running == id) {
            return;
        }
        let task = attempt(Arc::clone(&self.app), self.client.clone(), self.pace, outgoing);
        self.running.insert(self.tasks.spawn(task).id(), (connector, id));
    }

    fn ended(&mut self, ended: Result<Id, JoinError>) {
        let id = ended.as_ref().map_or_else(JoinError::id, |id| *id);
        let known = self.running.remove(&id);
        if let (Err(_), Some((connector, outbox))) = (ended, known) {
            tracing::error!(connector, %outbox, "an attempt panicked; it is made again when its lease is over");
        }
    }
}

/// One attempt, and the record of it.
async fn attempt(app: Arc<App>, client: Client, pace: Pace, outgoing: Outgoing) {
    let entry = &outgoing.entry;
    let live = app.live();
    let outcome = match live.desk.policy.connector(&entry.connector) {
        Some(connector) => client.deliver(connector, entry, clock::now()).await,
        None => Outcome::Later { said: format!("no connector `{}` in desk.yaml", entry.connector), after: None },
    };
    let attempts = match outgoing.standing {
        Standing::Due { attempts, .. } => attempts,
        _ => 0,
    };
    let at = clock::now();
    let (word, standing) = match outcome {
        Outcome::Delivered { ticket, link } => ("delivered", Standing::Delivered { at, ticket, link }),
        Outcome::Refused { said } => ("refused", Standing::Refused { at, attempts: attempts + 1, said }),
        Outcome::Later { said, after } => {
            let at = at + after.unwrap_or_else(|| pace.backoff(attempts));
            ("later", Standing::Due { at, attempts: attempts + 1, said: Some(said) })
        }
    };
    let connector = entry.connector.clone();
    tracing::info!(connector, outbox = %entry.id, case = outgoing.number, attempt = attempts + 1, outcome = word, "outbox");
    metrics::counter!("outbox_attempts_total", "connector" => connector, "outcome" => word).increment(1);
    record(&app, pace, &outgoing, standing).await;
}

/// Records until it is recorded: the other side may have it already, and must not get it again for our disk's sake.
async fn record(app: &App, pace: Pace, outgoing: &Outgoing, standing: Standing) {
    loop {
        let outbox = outgoing.entry.id;
        match app.settle(outgoing, standing.clone()).await {
            Ok(()) => return,
            Err(error @ (Error::Fault { .. } | Error::NoCase)) => {
                tracing::error!(%outbox, %error, "the case cannot be read; only the outbox knows what came of it");
                if app.store().settle(outbox, &standing).await.is_ok() {
                    return;
                }
            }
            Err(error) => tracing::warn!(%outbox, %error, "what came of an attempt is not recorded yet"),
        }
        sleep(pace.first).await;
    }
}
