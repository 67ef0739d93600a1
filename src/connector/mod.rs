//! How the outbox reaches other systems: one attempt, and what came of it.
//!
//! A kind is one file here and one in `desk/connector`, where it is read.

mod secret;
mod smtp;
mod webhook;

use crate::{
    case::OutboxEntry,
    desk::connector::{Connector, Kind},
    template,
};
use jiff::Timestamp;
use std::time::Duration;

/// So much of what another side says is kept, in characters.
const SAID: usize = 500;
/// Nobody is waited for longer than this, whatever they ask for.
const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);

/// What came of an attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The other side has it.
    Delivered {
        /// Its name for it.
        ticket: Option<String>,
        /// Where it is to be seen.
        link: Option<String>,
    },
    /// Not this time.
    Later {
        /// Why, for people.
        said: String,
        /// When the other side wants to be asked again.
        after: Option<Duration>,
    },
    /// Never, as it is.
    Refused {
        /// Why, for people.
        said: String,
    },
}

impl Outcome {
    fn later(said: impl AsRef<str>) -> Self {
        Self::Later { said: shown(said.as_ref()), after: None }
    }

    fn refused(said: impl AsRef<str>) -> Self {
        Self::Refused { said: shown(said.as_ref()) }
    }
}

/// How long an attempt may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Until there is a connection.
    pub connect: Duration,
    /// All of it.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(10), total: Duration::from_secs(30) }
    }
}

/// Delivers; made once.
#[derive(Clone, Debug)]
pub struct Client {
    webhooks: webhook::Sender,
    limits: Limits,
}

impl Client {
    /// Sets up what attempts share.
    pub fn new(limits: Limits) -> Self {
        // A second one in the same process changes nothing.
        let _ = rustls::crypto::ring::default_provider().install_default();
        Self { webhooks: webhook::Sender::new(limits), limits }
    }

    /// Makes one attempt. It always ends, and never fails otherwise than by its outcome.
    pub async fn deliver(&self, connector: &Connector, entry: &OutboxEntry, now: Timestamp) -> Outcome {
        match &connector.kind {
            Kind::Webhook(webhook) => self.webhooks.deliver(webhook, entry, now).await,
            Kind::Smtp(smtp) => smtp::deliver(smtp, entry, self.limits).await,
        }
    }
}

/// What another side said, as people may see it: one line, without what could turn it around, not too long.
fn shown(said: &str) -> String {
    let line = template::line(said);
    match line.char_indices().nth(SAID) {
        Some((at, _)) => format!("{}…", &line[..at]),
        None => line,
    }
}
