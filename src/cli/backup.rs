//! `firstline backup`: a copy of what is kept, while others go on with it.

use super::{Error, Status};
use crate::{app, store};
use clap::Args;
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Copy the data folder, consistently, while the server runs; the copy is a data folder itself
#[derive(Debug, Args)]
pub struct Arguments {
    /// Where to; made if it is not there, and has to be empty
    #[arg(value_name = "FOLDER")]
    to: PathBuf,
}

pub fn run(arguments: &Arguments, data: &Path) -> Result<Status, Error> {
    let to = &arguments.to;
    let fail = |error: io::Error| Error::Usage(format!("cannot write `{}`: {error}", to.display()));
    fs::create_dir_all(to).map_err(fail)?;
    if fs::read_dir(to).map_err(fail)?.next().is_some() {
        return Err(Error::Usage(format!("`{}` is not empty; a backup goes into a folder of its own", to.display())));
    }
    #[cfg(unix)]
    fs::set_permissions(to, std::os::unix::fs::PermissionsExt::from_mode(0o700)).map_err(fail)?;
    super::runtime()?.block_on(store::backup(data, to))?;
    // A file is kept before the event that names it, so that the copied events find theirs.
    let files = app::copy_attachments(data, to).map_err(fail)?;
    anstream::println!("{}: the database and {files} attached files", to.display());
    Ok(Status::Fine)
}
