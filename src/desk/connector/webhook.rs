//! `use: webhook`

use super::{Kind, Secret, is_web_address, secret};
use crate::{diagnostic::form, yaml::Fields};

/// See the page beside this file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Webhook {
    /// Where tickets are posted.
    pub url: String,
    /// What they are signed with.
    pub secret: Option<Secret>,
}

pub(super) fn read(fields: &mut Fields<'_>) -> Option<Kind> {
    let url = fields.required("url", "write `url: \"https://hooks.example.com/firstline\"`");
    let secret = secret::read(fields, "secret");
    let url = url?;
    if !is_web_address(&url.value) {
        let help = "write it whole, without a name or a password: `https://hooks.example.com/firstline`";
        fields.findings.push(form::malformed_address(url.span, "url", "the address of a web page", help));
    }
    Some(Kind::Webhook(Webhook { url: url.value, secret }))
}
