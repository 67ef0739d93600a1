//! Appends from many sides at once, each printed when it is acknowledged.

use crate::{random::Random, verify::Acknowledged};
use firstline::{
    case::{self, Actor, Case, Context, Decision, Entry, Event, Intake, Move, Requester},
    desk::Desk,
    id::CaseId,
    store::{Append, Error, Settings, Sqlite, Standing, Store},
};
use jiff::Timestamp;
use std::{path::Path, sync::Arc};

const POLICY: &str = "
name: Test desk
tiers:
  - {id: self-service, level: 0}
  - {id: tier-1, level: 1, name: Service desk, respond_within: 15m}
  - {id: tier-2, level: 2, respond_within: 4h, deliver: [one, two]}
connectors:
  one: {use: webhook, url: \"https://one.example.com/in\"}
  two: {use: webhook, url: \"https://two.example.com/in\"}
";
const WORKERS: u64 = 16;

struct Side {
    store: Arc<Sqlite>,
    desk: Arc<Desk>,
    actor: Actor,
    random: Random,
}

/// Until it is killed.
pub async fn append(folder: &Path, seed: u64, settings: Settings) {
    let store = Arc::new(Sqlite::open_with(folder, settings).await.expect("it opens"));
    let desk = Arc::new(Desk::build(vec![("desk.yaml".into(), POLICY.into())]));
    assert!(desk.findings.is_empty(), "the policy is sound");
    let sides = (0..WORKERS).map(|worker| {
        let (store, desk) = (store.clone(), desk.clone());
        let actor =
            Actor { name: format!("agent {worker}"), tier: "tier-1".into(), audience: firstline::run::Audience::Agent };
        let mut side = Side { store, desk, actor, random: Random(seed ^ (worker << 32)) };
        tokio::spawn(async move {
            if worker < 2 {
                side.deliver().await;
            } else {
                side.work().await;
            }
        })
    });
    for side in sides.collect::<Vec<_>>() {
        side.await.expect("it goes on until it is killed");
    }
}

/// Again and again while the disk is full.
macro_rules! room {
    ($attempt:expr) => {
        loop {
            match $attempt.await {
                Err(Error::Full) => tokio::task::yield_now().await,
                result => break result.expect("the disk has room"),
            }
        }
    };
}

impl Side {
    /// Opens cases, goes on with them, hands them on.
    async fn work(&mut self) {
        let known = self.store.cases().await.expect("it reads");
        let mut case = match known.len() {
            0 => self.open().await,
            count => {
                let one = self.random.below(count as u64) as usize;
                self.load(known[one]).await
            }
        };
        loop {
            let change = self.random.below(10);
            // The same note twice would be one.
            let words = format!("{} {}", case.seq, "word ".repeat(1 + self.random.below(200) as usize));
            let to = Move {
                to: if case.tier == "tier-1" { "tier-2" } else { "tier-1" }.into(),
                team: None,
                why: words.clone(),
            };
            let decide = |case: &Case, context: Context<'_>| match (change, case.holder.as_deref()) {
                (0..6, _) => case.note(&words, context.actor),
                (6, _) => case.rate(Some("team"), Some("stopped"), None, context),
                (_, Some(holder)) if holder == context.actor.name => case.hand_on(to.clone(), context),
                (_, holder) => case.claim(holder, context),
            };
            if change == 9 && self.random.percent(50) {
                case = self.open().await;
            } else if !self.change(&mut case, Vec::new(), &decide).await {
                case = self.load(case.id).await;
            }
        }
    }

    /// Does what a connector would, and says what became of it.
    async fn deliver(&mut self) {
        loop {
            let now = Timestamp::now();
            let until = now + jiff::SignedDuration::from_millis(200);
            for outgoing in room!(self.store.claim(now, until, 4, &[])) {
                let (id, connector) = (outgoing.entry.id, outgoing.entry.connector.clone());
                if self.random.percent(20) {
                    let standing = Standing::Due { at: now, attempts: 1, said: Some("503".into()) };
                    room!(self.store.settle(id, &standing));
                    continue;
                }
                let refused = self.random.percent(20);
                let said = "403".to_owned();
                let (event, standing) = if refused {
                    let event = Event::NotDelivered { outbox: id, connector, said: said.clone() };
                    (event, Standing::Refused { at: now, attempts: 1, said })
                } else {
                    let event = Event::Delivered { outbox: id, connector, ticket: None, link: None };
                    (event, Standing::Delivered { at: now, ticket: None, link: None })
                };
                loop {
                    let mut case = self.load(outgoing.entry.case).await;
                    if case
                        .deliveries
                        .iter()
                        .any(|known| known.outbox == id && (known.delivered || known.refused.is_some()))
                    {
                        break;
                    }
                    if self.change(&mut case, vec![(id, standing.clone())], &|_, _| Ok(event.clone().into())).await {
                        break;
                    }
                }
            }
            tokio::task::yield_now().await;
        }
    }

    async fn open(&mut self) -> Case {
        let number = room!(self.store.number());
        let requester = Requester { name: "Ada".into(), contact: Some(format!("ada{}@example.org", number % 50)) };
        let intake = Intake { requester, channel: None, words: "it is silent".into() };
        let now = Timestamp::now();
        let change = case::open(number, intake, &self.actor).expect("it opens");
        let entry = Entry { seq: 1, when: now, by: self.actor.name.clone(), event: change.events[0].clone() };
        let case = Case::open(CaseId::mint(), &entry).expect("an opening opens");
        let append = Append {
            case: case.id,
            after: 0,
            entries: vec![entry],
            row: case.row(),
            outbox: Vec::new(),
            settle: Vec::new(),
        };
        while !self.send(append.clone()).await {}
        case
    }

    async fn load(&self, id: CaseId) -> Case {
        let entries = self.store.stream(id, 0).await.expect("it reads");
        let mut case = Case::open(id, &entries[0]).expect("an opening opens");
        for entry in &entries[1..] {
            case.apply(entry, &|_| None).expect("what is kept applies");
        }
        case
    }

    fn context(&self, now: Timestamp) -> Context<'_> {
        Context { desk: &self.desk, actor: &self.actor, now }
    }

    /// Whether nobody was faster, and the disk had room.
    async fn change(
        &self,
        case: &mut Case,
        settle: Vec<(firstline::id::OutboxId, Standing)>,
        decide: &(dyn Fn(&Case, Context<'_>) -> Decision + Sync),
    ) -> bool {
        let now = Timestamp::now();
        let Ok(change) = decide(case, self.context(now)) else { return true };
        if change.events.is_empty() {
            return true;
        }
        let after = case.seq;
        let mut entries = Vec::new();
        for event in change.events {
            let entry = Entry { seq: case.seq + 1, when: now, by: self.actor.name.clone(), event };
            case.apply(&entry, &|_| None).expect("what was decided applies");
            entries.push(entry);
        }
        let append = Append { case: case.id, after, entries, row: case.row(), outbox: change.outbox, settle };
        self.send(append).await
    }

    async fn send(&self, append: Append) -> bool {
        let acknowledged = Acknowledged { case: append.case, entries: append.entries.clone() };
        match self.store.append(append).await {
            Ok(()) => {
                println!("{}", serde_json::to_string(&acknowledged).expect("it is JSON"));
                true
            }
            Err(Error::Stale { .. } | Error::Full) => false,
            Err(error) => panic!("{error}"),
        }
    }
}
