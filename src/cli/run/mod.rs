//! `firstline run`: a playbook followed in the terminal, by a person or a script.

mod json;
mod person;
pub mod screen;

use super::{Error, Status, output::*, playbook};
use crate::{
    app::{self, App},
    case::{Actor, Case, Denied, Intake},
    check::check,
    clock,
    desk::{Desk, Destination},
    diagnostic::Severity,
    id::{CaseId, RunId},
    language::Language,
    playbook::Playbook,
    run::{Audience, CaseInfo, Input, Origin, Outcome, Refused, Run, View, destination},
    store::Recall,
};
use clap::{Args, ValueEnum};
use std::sync::Arc;
use tokio::runtime::Runtime;

pub use screen::width;

/// Follow a playbook; practice that is not counted and hands nothing over, unless it belongs to a case
#[derive(Debug, Args)]
pub struct Arguments {
    /// The playbook's id
    #[arg(required_unless_present_any = ["case", "resume"])]
    playbook: Option<String>,
    /// Something that is known already, `name=value`
    #[arg(long = "fact", value_name = "K=V", value_parser = fact)]
    facts: Vec<(String, String)>,
    /// Who goes through it
    #[arg(long, value_enum, default_value = "agent")]
    audience: Who,
    /// Open a case for it
    #[arg(long, group = "kept")]
    open_case: bool,
    /// Go on with this case's run of the playbook, or start one
    #[arg(long, group = "kept", value_name = "N")]
    case: Option<u64>,
    /// Go on with this run
    #[arg(long, group = "kept", value_name = "RUN")]
    resume: Option<RunId>,
    /// Who goes through a case's run [default: the system's user]
    #[arg(long = "as", requires = "kept", value_name = "NAME", env = "FIRSTLINE_AS")]
    name: Option<String>,
    /// The tier they work in [default: the desk's first staffed tier]
    #[arg(long, requires = "kept", value_name = "TIER", env = "FIRSTLINE_TIER")]
    tier: Option<String>,
    /// The language that playbooks are read in, by its two letters [default: the desk's first]
    #[arg(long, value_name = "LANGUAGE", value_parser = super::language, env = "FIRSTLINE_LANGUAGE")]
    language: Option<Language>,
    /// For a person, or one JSON object a line in each direction
    #[arg(long, value_enum, default_value = "human", env = "FIRSTLINE_FORMAT")]
    format: Format,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Who {
    Agent,
    SelfService,
}

fn fact(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("write it as name=value".into()),
    }
}

/// A run that somebody follows: practice, or one that belongs to a case.
struct Followed<'a> {
    desk: &'a Desk,
    title: String,
    origin: Origin<'a>,
    case: CaseInfo,
    run: Run,
    kept: Option<Kept>,
    /// What the person reads.
    language: Language,
}

/// What a run that belongs to a case is kept with.
struct Kept {
    runtime: Runtime,
    app: Arc<App>,
    actor: Actor,
    case: Arc<Case>,
}

impl Followed<'_> {
    /// In a case, an answer that names no position answers the one that was shown.
    fn take(&mut self, input: &Input, position: Option<&str>) -> Result<bool, Refused> {
        let Some(kept) = &mut self.kept else { return self.run.take(input, position, clock::now(), "practice") };
        let shown = matches!(input, Input::Say(_)).then(|| self.run.position());
        let position = position.map(str::to_owned).or(shown);
        let said = kept.app.say(&kept.actor, kept.case.id, self.run.id, input, position.as_deref());
        let case = kept.runtime.block_on(said).map_err(|error| match error {
            app::Error::Denied(Denied::Refused(refused)) => refused,
            other => Refused::new(other.to_string(), Vec::new()),
        })?;
        let changed = case.seq != kept.case.seq;
        self.run = case.run(self.run.id).expect("a case loses no run").run.clone();
        self.case = case.info().reading(self.case.texts.take());
        kept.case = case;
        Ok(changed)
    }

    fn destination(&self, outcome: &Outcome) -> Option<Destination> {
        let escalation = self.kept.as_ref().and_then(|kept| kept.case.escalations.last());
        match escalation.filter(|_| outcome.why().is_some()) {
            Some(escalation) => {
                let to = &escalation.envelope.to;
                let priority = Some(escalation.envelope.priority.clone());
                Some(Destination { to: to.tier.clone(), team: to.team.clone(), priority })
            }
            None => destination(&self.desk.policy, self.origin, &self.run, outcome),
        }
    }

    /// Whether whoever follows it may go on: a case that was handed over is others' to go on with.
    fn is_held(&self) -> bool {
        self.kept.as_ref().is_none_or(|kept| kept.case.holder.as_ref() == Some(&kept.actor.name))
    }

    /// The number of the case, if it belongs to one.
    fn number(&self) -> Option<u64> {
        self.kept.as_ref().map(|kept| kept.case.number)
    }

    /// The article for someone whose caller is upset.
    fn calming(&self) -> Option<&str> {
        self.desk.policy.upset.as_ref()?.show.as_ref().map(|article| article.value.as_str())
    }
}

pub fn run(
    arguments: &Arguments,
    load: impl FnOnce() -> Result<Desk, app::Error>,
    kept: impl FnOnce() -> Result<(Runtime, Arc<App>), Error>,
    recalls: impl FnOnce() -> Result<Vec<Recall>, Error>,
) -> Result<Status, Error> {
    if arguments.open_case || arguments.case.is_some() || arguments.resume.is_some() {
        return in_case(arguments, kept);
    }
    let desk = load()?;
    let id = arguments.playbook.as_deref().expect("without a case, clap asks for a playbook");
    let playbook = playbook(&desk, id)?;
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
    if let Format::Human = arguments.format {
        // What is kept is no part of practice, and need not be readable.
        warn(&desk, playbook, &run, &recalls().unwrap_or_default());
    }
    let title = playbook.title.as_ref().map_or(&playbook.id, |title| &title.value).clone();
    let origin = Origin::practice(playbook);
    let case = CaseInfo::default().reading(arguments.language.and_then(|language| desk.texts(language)));
    let title = case.title(&playbook.id, &title);
    let language = arguments.language.unwrap_or(desk.policy.language());
    follow(arguments, Followed { desk: &desk, title, origin, case, run, kept: None, language })
}

/// Says why nobody else is given this version: it was withdrawn, or does not pass the check.
fn warn(desk: &Desk, playbook: &Playbook, run: &Run, recalls: &[Recall]) {
    let (id, hash) = (&playbook.id, run.program.hash.to_string());
    let recall = recalls.iter().find(|recall| recall.program == hash);
    let withdrawn = recall.map(|recall| format!("this version of `{id}` was withdrawn: {}", recall.why));
    let findings = check(desk, clock::today());
    let here = findings.iter().filter(|found| found.primary.span.file == playbook.file);
    let errors = here.filter(|found| found.rule.severity == Severity::Error).count();
    let failing = (errors > 0).then(|| {
        let plural = if errors == 1 { "" } else { "s" };
        format!("`{id}` is a draft with {errors} error{plural}; `firstline check` names them")
    });
    for words in withdrawn.into_iter().chain(failing) {
        anstream::eprintln!("{}", paint(WARNING, words));
    }
}

fn follow(arguments: &Arguments, followed: Followed<'_>) -> Result<Status, Error> {
    match arguments.format {
        Format::Json => json::follow(followed)?,
        Format::Human => person::follow(followed)?,
    }
    Ok(Status::Fine)
}

/// Goes on with a run of a case, where it stands, or starts one.
fn in_case(arguments: &Arguments, kept: impl FnOnce() -> Result<(Runtime, Arc<App>), Error>) -> Result<Status, Error> {
    let (runtime, app) = kept()?;
    let live = app.live();
    let name = arguments.name.clone().unwrap_or_else(app::local_name);
    let tier = arguments.tier.clone().unwrap_or_else(|| live.desk.policy.first_staffed().to_owned());
    if live.desk.policy.tier(&tier).is_none() {
        return Err(Error::Usage(format!("the desk has no tier `{tier}`")));
    }
    let actor = Actor { name, tier, audience: Audience::Agent };
    let (case, run) = runtime.block_on(seat(arguments, &app, &actor))?;
    let known = case.run(run).expect("a case loses no run");
    let (title, playbook, run) = (known.title.clone(), known.playbook.clone(), known.run.clone());
    let origin = Origin { playbook: &playbook, category: None, rated: None };
    let info = case.info().reading(arguments.language.and_then(|language| live.desk.texts(language)));
    let title = info.title(&playbook, &title);
    let kept = Kept { runtime, app: Arc::clone(&app), actor, case };
    let language = arguments.language.unwrap_or(live.desk.policy.language());
    follow(arguments, Followed { desk: &live.desk, title, origin, case: info, run, kept: Some(kept), language })
}

/// The case and the run that the arguments mean, held by the actor.
async fn seat(arguments: &Arguments, app: &Arc<App>, actor: &Actor) -> Result<(Arc<Case>, RunId), Error> {
    let named = || arguments.playbook.as_deref().ok_or_else(|| Error::Usage("name the playbook to start".into()));
    if arguments.open_case {
        let playbook = named()?;
        let case = app.open_case(actor, CaseId::mint(), Intake::default(), None).await?;
        return Ok(app.start(actor, case.id, playbook, &arguments.facts).await?);
    }
    let (case, wanted) = match (arguments.case, arguments.resume) {
        (Some(number), _) => (app.case(number).await?, None),
        (None, Some(run)) => (app.case_of(run).await?, Some(run)),
        (None, None) => (None, None),
    };
    let case = case.ok_or(Error::App(app::Error::NoCase))?;
    let case = app.claim(actor, case.id, None).await?;
    let latest = case.runs.iter().rev().find(|run| match (wanted, arguments.playbook.as_deref()) {
        (Some(wanted), _) => run.run.id == wanted,
        (None, Some(playbook)) => run.playbook == playbook,
        (None, None) => true,
    });
    let Some(latest) = latest else { return Ok(app.start(actor, case.id, named()?, &arguments.facts).await?) };
    let run = latest.run.id;
    // A run that was handed over, or that somebody of another tier held, goes on with whoever works on the case.
    let stands = matches!(latest.run.view(&case.info()), View::Prompt(_)) && latest.run.tier == actor.tier;
    let ended = matches!(latest.run.view(&case.info()), View::Outcome(outcome) if outcome.reason.is_none());
    let case = if stands || ended { case } else { app.take_over(actor, case.id, run).await? };
    Ok((case, run))
}
