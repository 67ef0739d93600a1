//! Where a secret is kept; never the secret itself.

use crate::{
    diagnostic::form,
    yaml::{Fields, Node},
};
use std::path::PathBuf;

/// See the module.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Secret {
    /// An environment variable.
    Env(String),
    /// A file; the line break at its end does not count.
    File(PathBuf),
}

/// Reads the entry of this key. A secret that is written there is a finding that does not repeat it.
pub(super) fn read(fields: &mut Fields<'_>, key: &'static str) -> Option<Secret> {
    let (name, node) = fields.take(key)?;
    let findings = fields.findings;
    let help = format!("write `{key}: {{env: NAME}}` or `{key}: {{file: PATH}}`");
    match &node.value {
        Node::Scalar(_) => {
            findings.push(form::plain_secret(node.span, key));
            return None;
        }
        Node::Null => {
            findings.push(form::missing_key(name.span, &format!("`{key}`"), "env", help));
            return None;
        }
        _ => {}
    }
    let mut inner = Fields::new(node, format!("`{key}`"), name.span, findings)?;
    let (env, file) = (inner.text("env"), inner.text("file"));
    let both = inner.has("env").is_some() && inner.has("file").is_some();
    if both || inner.keys().count() == 0 {
        let found = if both { "both" } else { "nothing" };
        findings.push(form::wrong_type(name.span, key, "the name of a variable or of a file", found, help));
    }
    inner.finish();
    if let Some(env) = &env
        && (env.value.starts_with(|c: char| c.is_ascii_digit())
            || !env.value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'))
    {
        let help = "names of variables are letters, digits and `_`: `{env: MAIL_PASSWORD}`";
        findings.push(form::wrong_type(env.span, "env", "the name of an environment variable", "another text", help));
    }
    env.map(|env| Secret::Env(env.value)).or(file.map(|file| Secret::File(file.value.into())))
}
