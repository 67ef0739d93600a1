//! `firstline completions`

use super::{Error, Status};
use clap::{Args, CommandFactory};
use clap_complete::{Shell, generate};
use std::io::Write;

/// Print what lets a shell complete commands and options
#[derive(Debug, Args)]
pub struct Arguments {
    /// For which shell
    #[arg(value_enum)]
    shell: Shell,
}

pub fn run(arguments: &Arguments) -> Result<Status, Error> {
    let mut script = Vec::new();
    generate(arguments.shell, &mut super::Arguments::command(), "firstline", &mut script);
    std::io::stdout().write_all(&script)?;
    Ok(Status::Fine)
}
