//! What the platform says when nobody else does: where data lies, and who works here.

use std::{env, path::PathBuf};

/// The platform's folder for an application's data, with `firstline` below it; `None` where the platform says nothing.
pub fn data_folder() -> Option<PathBuf> {
    let named = |name: &str| env::var_os(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let base = if cfg!(windows) {
        named("LOCALAPPDATA")
    } else if cfg!(target_os = "macos") {
        named("HOME").map(|home| home.join("Library/Application Support"))
    } else {
        named("XDG_DATA_HOME").or_else(|| named("HOME").map(|home| home.join(".local/share")))
    };
    base.map(|base| base.join("firstline"))
}

/// Whoever works here without an account: the system's name for them, or `agent`.
pub fn local_name() -> String {
    let name = env::var("USER").or_else(|_| env::var("USERNAME"));
    name.ok().filter(|name| !name.trim().is_empty()).unwrap_or_else(|| "agent".into())
}
