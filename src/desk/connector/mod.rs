//! How a tier's cases reach another system, as data.
//!
//! A kind is one file that reads it, its page beside it, and a line in [`USES`].

mod secret;
mod smtp;
mod webhook;

pub use secret::Secret;
pub use smtp::{Smtp, TLS, Tls};
pub use webhook::Webhook;

use crate::{
    diagnostic::{Diagnostic, Sink, Spanned, form},
    yaml::{Fields, Node, ident, shown},
};

/// One entry of `connectors`.
#[derive(Clone, Debug)]
pub struct Connector {
    /// How tiers name it.
    pub id: Spanned<String>,
    /// What it is.
    pub kind: Kind,
}

/// What a connector is.
#[derive(Clone, Debug)]
pub enum Kind {
    /// One signed request for each ticket.
    Webhook(Webhook),
    /// One mail for each ticket.
    Smtp(Smtp),
}

/// What `use` may name.
pub struct Use {
    /// The word.
    pub name: &'static str,
    /// The reference page, Markdown.
    pub page: &'static str,
    read: fn(&mut Fields<'_>) -> Option<Kind>,
}

/// The closed list.
pub static USES: &[Use] = &[
    Use { name: "webhook", page: include_str!("webhook.md"), read: webhook::read },
    Use { name: "smtp", page: include_str!("smtp.md"), read: smtp::read },
];

/// Reads the connector called `id`. `None`, and a finding, if it could not deliver.
pub fn parse(id: &Spanned<String>, node: &Spanned<Node>, findings: &Sink<Diagnostic>) -> Option<Connector> {
    let before = findings.len();
    ident(id, "a connector", '-', findings);
    let mut fields = Fields::new(node, format!("connector `{}`", shown(&id.value)), id.span, findings)?;
    let name = fields.required("use", "write `use: webhook` with a `url`, or `use: smtp` with a `server`")?;
    let Some(known) = USES.iter().find(|known| known.name == name.value) else {
        let names: Vec<&str> = USES.iter().map(|known| known.name).collect();
        findings.push(form::unknown_connector_kind(&name, &names));
        return None;
    };
    let kind = (known.read)(&mut fields);
    fields.finish();
    let kind = kind.filter(|_| findings.len() == before)?;
    Some(Connector { id: id.clone(), kind })
}

/// Whether a text is the address of a web page: `http` or `https`, a server, and nothing that has to be hidden.
pub fn is_web_address(text: &str) -> bool {
    let Some((scheme, rest)) = text.split_once("://") else { return false };
    let server = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let (name, port) = match server.rsplit_once(':') {
        Some((name, port)) if !port.contains(']') => (name, port),
        _ => (server, "443"),
    };
    matches!(scheme, "http" | "https")
        && is_server(name)
        && port.parse::<u16>().is_ok_and(|port| port > 0)
        && rest.bytes().all(|byte| byte.is_ascii_graphic())
}

/// Whether a text is the name or the number of a server.
fn is_server(text: &str) -> bool {
    let number = text.strip_prefix('[').and_then(|text| text.strip_suffix(']'));
    match number {
        Some(number) => number.parse::<std::net::Ipv6Addr>().is_ok(),
        None => text.split('.').all(|part| {
            !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_'))
        }),
    }
}
