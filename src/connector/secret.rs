//! Reads a secret where it is kept, at each attempt: a new one needs no restart.

use super::Outcome;
use crate::desk::connector::Secret;
use std::env;

/// The secret; without it the attempt is made later.
pub(super) async fn read(secret: &Secret) -> Result<String, Outcome> {
    let text = match secret {
        Secret::Env(name) => {
            env::var(name).map_err(|_| Outcome::later(format!("the environment variable `{name}` is not set")))?
        }
        Secret::File(path) => tokio::fs::read_to_string(path).await.map_err(|error| {
            Outcome::later(format!("cannot read the secret in `{}`: {}", path.display(), error.kind()))
        })?,
    };
    match text.trim_end_matches(['\r', '\n']) {
        "" => Err(Outcome::later("the secret is empty")),
        text => Ok(text.to_owned()),
    }
}
