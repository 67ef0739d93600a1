//! `firstline schema`

use super::{Error, Status};
use crate::desk::schema::DOCUMENTS;
use clap::{Args, builder::PossibleValuesParser};
use std::io::Write;

/// Print the JSON Schema of what authors write, for editors
#[derive(Debug, Args)]
pub struct Arguments {
    /// Of what
    #[arg(value_parser = PossibleValuesParser::new(DOCUMENTS.iter().map(|document| document.name)))]
    document: String,
}

pub fn run(arguments: &Arguments) -> Result<Status, Error> {
    let document = DOCUMENTS.iter().find(|document| document.name == arguments.document);
    let schema = (document.expect("no other is taken").schema)();
    writeln!(std::io::stdout(), "{schema:#}")?;
    Ok(Status::Fine)
}
