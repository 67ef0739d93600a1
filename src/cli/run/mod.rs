//! `firstline run`: a playbook followed in the terminal, by a person or a script.

mod json;
mod person;
pub mod screen;

use super::{Error, Status, playbook};
use crate::{
    app,
    desk::{Desk, Destination},
    id::RunId,
    run::{Audience, CaseInfo, Input, Origin, Outcome, Refused, Run, destination},
};
use clap::{Args, ValueEnum};
use std::sync::Arc;

pub use screen::width;

/// Follow a playbook; practice that is not counted and hands nothing over
#[derive(Debug, Args)]
pub struct Arguments {
    /// The playbook's id
    playbook: String,
    /// Something that is known already, `name=value`
    #[arg(long = "fact", value_name = "K=V", value_parser = fact)]
    facts: Vec<(String, String)>,
    /// Who goes through it
    #[arg(long, value_enum, default_value = "agent")]
    audience: Who,
    /// For a person, or one JSON object a line in each direction
    #[arg(long, value_enum, default_value = "human", env = "FIRSTLINE_FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Who {
    Agent,
    SelfService,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Format {
    Human,
    Json,
}

fn fact(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as name=value".into()),
    }
}

/// A run that belongs to no case.
struct Practice<'a> {
    desk: &'a Desk,
    playbook: &'a crate::playbook::Playbook,
    case: CaseInfo,
    run: Run,
}

impl Practice<'_> {
    fn take(&mut self, input: &Input, position: Option<&str>) -> Result<bool, Refused> {
        self.run.take(input, position, crate::clock::now(), "practice")
    }

    fn destination(&self, outcome: &Outcome) -> Option<Destination> {
        destination(&self.desk.policy, Origin::practice(self.playbook), &self.run, outcome)
    }

    /// The article for someone whose caller is upset.
    fn calming(&self) -> Option<&str> {
        self.desk.policy.upset.as_ref()?.show.as_ref().map(|article| article.value.as_str())
    }
}

pub fn run(arguments: &Arguments, load: impl FnOnce() -> Result<Desk, app::Error>) -> Result<Status, Error> {
    let desk = load()?;
    let playbook = playbook(&desk, &arguments.playbook)?;
    let Some(program) = desk.program(&playbook.id) else {
        return Err(Error::Usage(format!("`{}` cannot be run as it is; `firstline check` says why", playbook.id)));
    };
    if !playbook.audience.agent && !playbook.audience.self_service {
        let message = format!("`{}` is only called by other playbooks: it has `audience: []`", playbook.id);
        return Err(Error::Usage(message));
    }
    let (audience, tier) = match arguments.audience {
        Who::Agent => (Audience::Agent, desk.tier_of(playbook)),
        Who::SelfService if !playbook.audience.self_service => {
            return Err(Error::Usage(format!("`{}` is for staff; it cannot be started in self-service", playbook.id)));
        }
        Who::SelfService => (Audience::SelfService, desk.policy.lowest()),
    };
    let refused = |refused: Refused| Error::Usage(format!("{}; there is {}", refused.why, refused.valid.join(", ")));
    let run =
        Run::start(RunId::mint(), Arc::new(program), audience, tier.to_owned(), &arguments.facts).map_err(refused)?;
    let practice = Practice { desk: &desk, playbook, case: CaseInfo::default(), run };
    match arguments.format {
        Format::Json => json::follow(practice)?,
        Format::Human => person::follow(practice)?,
    }
    Ok(Status::Fine)
}
