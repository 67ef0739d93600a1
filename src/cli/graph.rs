//! `firstline graph`

use super::{Error, Status, playbook};
use crate::{app, desk::Desk, draw};
use clap::{Args, ValueEnum};
use std::io::Write;

/// Draw a playbook's flow
#[derive(Debug, Args)]
pub struct Arguments {
    /// Its id
    playbook: String,
    /// The language to draw it in
    #[arg(long, value_enum, default_value = "mermaid")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Mermaid,
    Dot,
}

pub fn run(arguments: &Arguments, load: impl FnOnce() -> Result<Desk, app::Error>) -> Result<Status, Error> {
    let desk = load()?;
    let graph = draw::graph(playbook(&desk, &arguments.playbook)?);
    let drawn = match arguments.format {
        Format::Mermaid => draw::mermaid(&graph),
        Format::Dot => draw::dot(&graph),
    };
    write!(std::io::stdout(), "{drawn}")?;
    Ok(Status::Fine)
}
