//! `use: smtp`

use super::{Kind, Secret, is_server, secret};
use crate::{
    diagnostic::{Spanned, form, wording},
    yaml::Fields,
};

/// See the page beside this file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Smtp {
    /// Its name, or its number; an IPv6 number stands in brackets.
    pub server: String,
    /// None if the desk does not say.
    pub port: Option<u16>,
    /// How the connection is protected.
    pub tls: Tls,
    /// `desk@example.com` or `Service desk <desk@example.com>`.
    pub from: String,
    /// Not empty; written as `from`.
    pub to: Vec<String>,
    /// Who logs in; there is a password too, then.
    pub user: Option<String>,
    /// Their password.
    pub password: Option<Secret>,
}

/// How a connection is protected.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// From its first byte on.
    Implicit,
    /// After a word in the open; without it nothing is sent.
    Starttls,
    /// Not at all.
    None,
}

/// What `tls` may say.
pub const TLS: [&str; 3] = ["starttls", "implicit", "none"];

impl Smtp {
    /// The port: as written, or the usual one.
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            Tls::Implicit => 465,
            Tls::Starttls => 587,
            Tls::None => 25,
        })
    }
}

pub(super) fn read(fields: &mut Fields<'_>) -> Option<Kind> {
    let findings = fields.findings;
    let server = fields.required("server", "write `server: mail.example.com`");
    if let Some(server) = server.as_ref().filter(|server| !is_server(&server.value)) {
        let help = "write its name alone; a port has a key of its own: `server: mail.example.com`, `port: 587`";
        findings.push(form::malformed_address(server.span, "server", "the name of a server", help));
    }
    let port = fields.text("port").and_then(|text| {
        let port = text.value.parse().ok().filter(|port| *port > 0);
        if port.is_none() {
            findings.push(form::out_of_range(text.span, "port", "a whole number from 1 to 65535"));
        }
        port
    });
    let tls = tls(fields, port);
    let from = fields.required("from", "write `from: desk@example.com`");
    let to = if fields.require("to", "write `to: tier2@example.com`") { fields.texts("to") } else { Vec::new() };
    let addresses = from.iter().map(|from| ("from", from)).chain(to.iter().map(|to| ("to", to)));
    for (key, address) in addresses.filter(|(_, address)| !is_mail_address(&address.value)) {
        let help = "write `desk@example.com` or `Service desk <desk@example.com>`";
        findings.push(form::malformed_address(address.span, key, "a mail address", help));
    }
    let user = fields.text("user");
    let password = secret::read(fields, "password");
    match (fields.has("user"), fields.has("password")) {
        (Some(user), None) => {
            let help =
                "say where it is kept: `password: {env: MAIL_PASSWORD}`; a server that asks for none needs no `user`";
            findings.push(form::missing_key(user.span, &fields.owner, "password", help));
        }
        (None, Some(password)) => {
            findings.push(form::missing_key(password.span, &fields.owner, "user", "say who logs in: `user: desk`"));
        }
        _ => {}
    }
    let (server, from) = (server?.value, from?.value);
    let to: Vec<String> = to.into_iter().map(|to| to.value).collect();
    let user = user.map(|user| user.value);
    (!to.is_empty()).then_some(Kind::Smtp(Smtp { server, port, tls, from, to, user, password }))
}

fn tls(fields: &mut Fields<'_>, port: Option<u16>) -> Tls {
    let usual = if port == Some(465) { Tls::Implicit } else { Tls::Starttls };
    let Some(Spanned { value, span }) = fields.text("tls") else { return usual };
    match value.as_str() {
        "implicit" => Tls::Implicit,
        "starttls" => Tls::Starttls,
        "none" => Tls::None,
        other => {
            let help = wording::suggest(other, TLS).unwrap_or_default();
            fields.findings.push(form::wrong_type(span, "tls", &wording::list(&TLS, "or"), "another word", help));
            usual
        }
    }
}

/// Whether a text can be a mail address, with or without a name before it.
fn is_mail_address(text: &str) -> bool {
    let (name, bare) = match text.strip_suffix('>').map(|text| text.rsplit_once('<')) {
        Some(parts) => parts.unwrap_or_default(),
        None => ("", text),
    };
    let Some((user, server)) = bare.rsplit_once('@') else { return false };
    let special = |c: char| c.is_control() || "<>@,;:\"".contains(c);
    let plain = |c: char| c.is_ascii_graphic() && !special(c);
    !name.contains(special) && !user.is_empty() && user.chars().all(plain) && is_server(server)
}
