//! `firstline init`

use super::{Error, Status, output::*};
use crate::{
    app::scaffold::{self, Pipeline},
    clock,
};
use clap::{Args, ValueEnum};
use std::{io::Write, path::PathBuf};

/// Make a new desk: policy, a playbook with its tests, an article, and what checks them in git
#[derive(Debug, Args)]
pub struct Arguments {
    /// Where; files that are there are left as they are
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// What checks it when it is pushed
    #[arg(long, value_enum, default_value = "github")]
    ci: Ci,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Ci {
    Github,
    Gitlab,
    None,
}

pub fn run(arguments: &Arguments) -> Result<Status, Error> {
    let pipeline = match arguments.ci {
        Ci::Github => Some(Pipeline::Github),
        Ci::Gitlab => Some(Pipeline::Gitlab),
        Ci::None => None,
    };
    let files = scaffold::init(&arguments.folder, pipeline, clock::today())?;
    let mut out = anstream::stdout().lock();
    for (path, is_new) in files {
        let note = if is_new { String::new() } else { paint(WARNING, ": was there, and is left as it was") };
        writeln!(out, "{path}{note}")?;
    }
    Ok(Status::Fine)
}
