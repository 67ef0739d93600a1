//! `firstline outbox`

use super::{Error, Status, output::*};
use crate::{
    app::{self, App},
    clock,
    id::OutboxId,
    store::{Outgoing, Standing},
};
use clap::{Args, Subcommand};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::io::Write;

/// So many entries are listed at most.
const MOST: u32 = 1000;
/// Whatever waits longer than this is marked.
const LATE: SignedDuration = SignedDuration::from_hours(3 * 24);

/// See what has to reach other systems, and try again what they refused
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List what is not delivered
    List {
        /// What is delivered, too
        #[arg(long)]
        all: bool,
        /// For people, or for scripts
        #[arg(long, value_enum, default_value_t = Format::Human)]
        format: Format,
    },
    /// Try again, now; the serving process delivers
    Retry {
        /// Ids of entries, as the list shows them
        #[arg(required_unless_present = "all", conflicts_with = "all")]
        ids: Vec<OutboxId>,
        /// Everything that is not delivered
        #[arg(long)]
        all: bool,
    },
}

pub async fn run(arguments: &Arguments, app: &App) -> Result<Status, Error> {
    match &arguments.what {
        What::List { all, format } => {
            let entries = app.store().outbox(*all, MOST).await.map_err(app::Error::from)?;
            let now = clock::now();
            let mut out = anstream::stdout().lock();
            match format {
                Format::Json => {
                    let entries: Vec<Value> = entries.iter().map(|outgoing| object(outgoing, now)).collect();
                    serde_json::to_writer_pretty(&mut out, &json!({ "entries": entries }))
                        .map_err(std::io::Error::from)?;
                    writeln!(out)?;
                }
                Format::Human if entries.is_empty() => writeln!(out, "nothing waits")?,
                Format::Human => entries.iter().try_for_each(|outgoing| write!(out, "{}", lines(outgoing, now)))?,
            }
            Ok(Status::Fine)
        }
        What::Retry { ids, all } => {
            let ids = match all {
                false => ids.clone(),
                true => {
                    let entries = app.store().outbox(false, u32::MAX).await.map_err(app::Error::from)?;
                    entries.into_iter().map(|outgoing| outgoing.entry.id).collect()
                }
            };
            let actor = super::actor(app);
            for id in &ids {
                app.retry(&actor, *id).await?.ok_or_else(|| {
                    Error::Usage(format!("there is no entry `{id}`; `firstline outbox list --all` shows all"))
                })?;
            }
            writeln!(anstream::stdout(), "{} to be tried again", ids.len())?;
            Ok(Status::Fine)
        }
    }
}

fn is_late(outgoing: &Outgoing, now: Timestamp) -> bool {
    !matches!(outgoing.standing, Standing::Delivered { .. }) && now.duration_since(outgoing.entry.created) > LATE
}

fn object(outgoing: &Outgoing, now: Timestamp) -> Value {
    let entry = &outgoing.entry;
    let mut object = json!({
        "id": entry.id,
        "case": outgoing.number,
        "connector": entry.connector,
        "subject": entry.ticket.subject,
        "created": entry.created,
        "late": is_late(outgoing, now),
    });
    if let (Value::Object(object), Ok(Value::Object(standing))) =
        (&mut object, serde_json::to_value(&outgoing.standing))
    {
        object.extend(standing);
    }
    object
}

fn lines(outgoing: &Outgoing, now: Timestamp) -> String {
    let Outgoing { entry, number, standing, .. } = outgoing;
    let (style, word, said) = match standing {
        Standing::Due { attempts: 0, .. } => (QUIET, "waits for its first attempt".to_owned(), None),
        Standing::Due { at, attempts, said } => {
            (WARNING, format!("tried {}, next at {}", times(*attempts), shown(*at)), said.as_ref())
        }
        Standing::Delivered { at, ticket, .. } => {
            let ticket = ticket.as_ref().map(|ticket| format!(" as {ticket}")).unwrap_or_default();
            (GOOD, format!("delivered {}{ticket}", shown(*at)), None)
        }
        Standing::Refused { at, attempts, said } => {
            (ERROR, format!("refused {}, tried {}", shown(*at), times(*attempts)), Some(said))
        }
    };
    let late = if is_late(outgoing, now) { paint(ERROR, ", late") } else { String::new() };
    let said = said.map(|said| format!("  {said}\n")).unwrap_or_default();
    let subject = &entry.ticket.subject;
    format!(
        "{} case {number} to {}: {}{late}\n  {subject}\n{said}",
        paint(QUIET, entry.id),
        paint(STRONG, &entry.connector),
        paint(style, word)
    )
}

fn times(count: u32) -> String {
    if count == 1 { "once".into() } else { format!("{count} times") }
}

fn shown(at: Timestamp) -> String {
    at.to_zoned(jiff::tz::TimeZone::system()).strftime("%Y-%m-%d %H:%M").to_string()
}
