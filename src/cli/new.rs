//! `firstline new`

use super::{Error, Status};
use crate::{
    app::{
        self,
        scaffold::{self, Kind},
    },
    clock,
};
use clap::{Args, ValueEnum};
use std::{io::Write, path::Path};

/// Begin a playbook, with its tests, or an article
#[derive(Debug, Args)]
pub struct Arguments {
    /// Which of them
    #[arg(value_enum)]
    what: What,
    /// Its id, which is its file's name; folders may stand before it: `printers/scanner-jams`
    #[arg(value_name = "ID")]
    place: String,
    /// What people call it [default: the id in words]
    #[arg(long, value_name = "TEXT")]
    title: Option<String>,
    /// For callers too, not for agents alone
    #[arg(long)]
    self_service: bool,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum What {
    Playbook,
    Article,
}

pub fn run(arguments: &Arguments, desk: Option<&Path>) -> Result<Status, Error> {
    let folder = app::folder(desk).ok_or(scaffold::Error::NoDesk)?;
    let kind = match arguments.what {
        What::Playbook => Kind::Playbook,
        What::Article => Kind::Article,
    };
    let (title, today) = (arguments.title.as_deref(), clock::today());
    let loaded = app::load(Some(&folder))?;
    let files = scaffold::begin(&folder, &loaded, kind, &arguments.place, title, arguments.self_service, today)?;
    let mut out = std::io::stdout().lock();
    files.iter().try_for_each(|path| writeln!(out, "{path}"))?;
    Ok(Status::Fine)
}
