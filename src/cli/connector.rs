//! `firstline connector`

use super::{Error, Status, output::*};
use crate::{
    case::{Envelope, OutboxEntry, Ticket},
    clock,
    connector::{Client, Limits, Outcome},
    desk::{Desk, connector::Kind, ticket::EXAMPLE},
    diagnostic::wording,
    id::OutboxId,
};
use clap::{Args, Subcommand};
use std::io::Write;

/// See how cases reach other systems, and try it
#[derive(Debug, Args)]
pub struct Arguments {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// List the desk's connectors, and the tiers that use them
    List,
    /// Send a test ticket now; its subject begins with `[test]`
    Try {
        /// The connector, as `desk.yaml` calls it
        name: String,
    },
}

pub fn run(arguments: &Arguments, load: impl Fn() -> Result<Desk, crate::app::Error>) -> Result<Status, Error> {
    let desk = load()?;
    match &arguments.what {
        What::List => list(&desk),
        What::Try { name } => tokio::runtime::Runtime::new()?.block_on(attempt(&desk, name)),
    }
}

fn list(desk: &Desk) -> Result<Status, Error> {
    let mut out = anstream::stdout().lock();
    if desk.policy.connectors.is_empty() {
        writeln!(out, "the desk has no connectors; `firstline explain webhook` and `firstline explain smtp` show how")?;
    }
    for connector in &desk.policy.connectors {
        let id = &connector.id.value;
        let what = match &connector.kind {
            Kind::Webhook(webhook) => format!("webhook, {}", webhook.url),
            Kind::Smtp(smtp) => format!("mail by {} to {}", smtp.server, smtp.to.join(", ")),
        };
        let delivers = |tier: &&crate::desk::policy::Tier| tier.deliver.iter().any(|name| name.value == *id);
        let tiers: Vec<&str> = desk.policy.tiers.iter().filter(delivers).map(|tier| tier.id.value.as_str()).collect();
        let tiers = if tiers.is_empty() { paint(WARNING, "no tier uses it") } else { tiers.join(", ") };
        writeln!(out, "{}: {what}; {tiers}", paint(STRONG, id))?;
    }
    Ok(Status::Fine)
}

async fn attempt(desk: &Desk, name: &str) -> Result<Status, Error> {
    let Some(connector) = desk.policy.connector(name) else {
        let help = wording::suggest(name, desk.policy.connector_ids());
        let help = help.unwrap_or_else(|| "`firstline connector list` shows all".into());
        return Err(Error::Usage(format!("there is no connector `{name}`; {help}")));
    };
    let now = clock::now();
    let mut envelope: Envelope = serde_json::from_str(EXAMPLE).expect("the example is an envelope");
    envelope.desk.clone_from(&desk.policy.name);
    envelope.when = now;
    let mut ticket = Ticket::render(desk.ticket(), envelope);
    ticket.subject.insert_str(0, "[test] ");
    let (case, connector_id) = (ticket.envelope.case, name.to_owned());
    let entry =
        OutboxEntry { id: OutboxId::mint(), case, escalation: None, connector: connector_id, ticket, created: now };
    match Client::new(Limits::default()).deliver(connector, &entry, now).await {
        Outcome::Delivered { ticket, link } => {
            let mut out = anstream::stdout().lock();
            let ticket = ticket.map(|ticket| format!(" as {ticket}")).unwrap_or_default();
            let link = link.map(|link| format!(", {link}")).unwrap_or_default();
            writeln!(out, "{}{ticket}{link}", paint(GOOD, "delivered"))?;
            Ok(Status::Fine)
        }
        Outcome::Later { said, .. } => Err(Error::Usage(format!("not this time: {said}"))),
        Outcome::Refused { said } => Err(Error::Usage(format!("refused: {said}"))),
    }
}
