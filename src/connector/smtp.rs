//! One mail: the ticket as text, the envelope attached.

use super::{Limits, Outcome, secret};
use crate::{
    case::OutboxEntry,
    desk::connector::{Smtp, Tls},
    template,
};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::{
        Attachment, Mailbox, MultiPart, SinglePart,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::authentication::Credentials,
};
use std::{error::Error, time::SystemTime};

type Transport = AsyncSmtpTransport<Tokio1Executor>;

pub(super) async fn deliver(smtp: &Smtp, entry: &OutboxEntry, limits: Limits) -> Outcome {
    let message = match message(smtp, entry) {
        Ok(message) => message,
        Err(why) => return Outcome::later(format!("no mail can be made of it: {why}")),
    };
    let builder = match smtp.tls {
        Tls::Implicit => Transport::relay(&smtp.server),
        Tls::Starttls => Transport::starttls_relay(&smtp.server),
        Tls::None => Ok(Transport::builder_dangerous(smtp.server.as_str())),
    };
    let mut builder = match builder {
        Ok(builder) => builder.port(smtp.port()).timeout(Some(limits.connect)),
        Err(error) => return Outcome::later(error.to_string()),
    };
    if let (Some(user), Some(password)) = (&smtp.user, &smtp.password) {
        builder = match secret::read(password).await {
            Ok(password) => builder.credentials(Credentials::new(user.clone(), password)),
            Err(outcome) => return outcome,
        };
    }
    match tokio::time::timeout(limits.total, builder.build::<Tokio1Executor>().send(message)).await {
        Ok(Ok(_)) => Outcome::Delivered { ticket: None, link: None },
        Ok(Err(error)) if error.is_permanent() => Outcome::refused(error.to_string()),
        Ok(Err(error)) => Outcome::later(error.to_string()),
        Err(_) => Outcome::later("no answer in time"),
    }
}

/// The same to the letter at every repetition.
fn message(smtp: &Smtp, entry: &OutboxEntry) -> Result<Message, Box<dyn Error + Send + Sync>> {
    let from: Mailbox = smtp.from.parse()?;
    let id = format!("<{}@{}>", entry.id, from.email.domain());
    let plain = |name, value: &str| HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned());
    let mut message = Message::builder()
        .from(from)
        .subject(template::line(&entry.ticket.subject))
        .message_id(Some(id))
        .date(SystemTime::from(entry.created))
        .raw_header(plain("Auto-Submitted", "auto-generated"))
        .raw_header(plain("X-Firstline-Case", &entry.case.to_string()));
    for to in &smtp.to {
        message = message.to(to.parse()?);
    }
    let envelope = serde_json::to_string_pretty(&entry.ticket.envelope).expect("an envelope is JSON");
    let parts = MultiPart::mixed()
        .boundary(format!("firstline-{}", entry.id))
        .singlepart(SinglePart::plain(entry.ticket.body.clone()))
        .singlepart(
            Attachment::new("envelope.json".into())
                .body(envelope, ContentType::parse("application/json").expect("it is one")),
        );
    Ok(message.multipart(parts)?)
}
