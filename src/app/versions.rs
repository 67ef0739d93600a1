//! Versions of playbooks: runs moved to a newer one, recorded runs walked over another, a harmful one withdrawn.

use super::{App, Error, Live, live};
use crate::{
    case::{Actor, Case},
    clock,
    desk::Desk,
    id::{CaseId, RunId},
    run::{self, Difference, Rebase, Refused, replay::Summary},
    store::{Recall, RunFilter, RunRow},
};
use serde::Serialize;
use std::{collections::BTreeSet, sync::Arc};

/// A run that goes on by the version in force.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Moved {
    /// The case's number.
    pub case: u64,
    /// The run.
    pub run: RunId,
    /// The playbook's id.
    pub playbook: String,
    /// The prompts on its way that read otherwise there.
    pub reworded: Vec<String>,
}

/// A run that stays with its version.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Stays {
    /// The case's number.
    pub case: u64,
    /// The run.
    pub run: RunId,
    /// The playbook's id.
    pub playbook: String,
    /// Where the version in force first differs.
    pub difference: Difference,
}

/// What became of the runs that are under way.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Rebased {
    /// Those that were moved, or could be.
    pub moved: Vec<Moved>,
    /// Those that stay.
    pub stays: Vec<Stays>,
    /// How many go by the version in force already.
    pub current: usize,
    /// How many go by a playbook of which no version is in force.
    pub without: usize,
}

/// What became of a version that was withdrawn.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Recalled {
    /// The programs that hold it: its own, and those of the playbooks that call it.
    pub programs: Vec<String>,
    /// The cases whose run goes on by a newer version.
    pub moved: Vec<u64>,
    /// The cases that were handed over.
    pub handed_over: Vec<u64>,
}

impl Live {
    /// What the version in force makes of a run that is under way; `None` if there is no other one.
    pub fn newer(&self, case: &Case, run: RunId) -> Option<Rebase> {
        let known = case.run(run).filter(|_| case.is_under_way(run))?;
        let offer = self.offers.get(&known.playbook)?;
        (offer.program.hash != known.run.program.hash).then(|| run::rebase(&known.run, &offer.program))
    }
}

impl App {
    /// Moves the runs of these playbooks, or of all, to the version in force, where they stand at the same place by
    /// the same answers. A dry run only says what it would do.
    pub async fn rebase(&self, actor: &Actor, playbooks: &[String], dry_run: bool) -> Result<Rebased, Error> {
        let live = self.live();
        if let Some(unknown) = playbooks.iter().find(|id| !live.offers.contains_key(*id)) {
            return Err(Error::NoPlaybook(unknown.clone()));
        }
        let mut report = Rebased::default();
        for row in self.under_way(|row| playbooks.is_empty() || playbooks.contains(&row.playbook)).await? {
            let RunRow { case, run, number, ref playbook, .. } = row;
            let newer = if dry_run { self.newer(case, run).await? } else { self.move_over(actor, case, run).await? };
            let (case, playbook) = (number, playbook.clone());
            match newer {
                Some(Rebase::Moved { reworded, .. }) => report.moved.push(Moved { case, run, playbook, reworded }),
                Some(Rebase::Stays(difference)) => report.stays.push(Stays { case, run, playbook, difference }),
                None if live.offers.contains_key(&playbook) => report.current += 1,
                None => report.without += 1,
            }
        }
        Ok(report)
    }

    /// The wanted runs that are not over, of open cases.
    async fn under_way(&self, wanted: impl Fn(&RunRow) -> bool) -> Result<Vec<RunRow>, Error> {
        let mut rows = Vec::new();
        for row in self.of_open_cases().await?.into_iter().filter(wanted) {
            if self.fresh(row.case).await?.is_some_and(|case| case.is_under_way(row.run)) {
                rows.push(row);
            }
        }
        Ok(rows)
    }

    async fn of_open_cases(&self) -> Result<Vec<RunRow>, Error> {
        Ok(self.store.runs(&RunFilter { open: Some(true), ..RunFilter::default() }).await?)
    }

    async fn newer(&self, case: CaseId, run: RunId) -> Result<Option<Rebase>, Error> {
        Ok(self.fresh(case).await?.and_then(|case| self.live().newer(&case, run)))
    }

    /// Moves a run to the version in force, if it can be; gives what was found.
    async fn move_over(&self, actor: &Actor, case: CaseId, run: RunId) -> Result<Option<Rebase>, Error> {
        let newer = self.newer(case, run).await?;
        let Some(Rebase::Moved { run: there, .. }) = &newer else { return Ok(newer) };
        match self.change(case, actor, |case, _| case.rebase(run, &there.program)).await {
            Ok(_) => Ok(newer),
            // It has gone on meanwhile, to where the two differ.
            Err(Error::Denied(_)) => self.newer(case, run).await,
            Err(error) => Err(error),
        }
    }

    /// The same for one run, by whoever works on the case.
    pub async fn move_on(&self, actor: &Actor, case: CaseId, run: RunId) -> Result<Arc<Case>, Error> {
        let live = self.live();
        let known = self.fresh(case).await?.ok_or(Error::NoCase)?;
        let playbook = known.run(run).map(|known| known.playbook.as_str()).unwrap_or_default();
        let offer = live.offers.get(playbook).ok_or_else(|| Error::NoPlaybook(playbook.to_owned()))?;
        self.change(case, actor, |case, context| case.move_on(run, &offer.program, context)).await
    }

    /// Walks a playbook's recorded runs over its version in another desk.
    pub async fn replay(&self, playbook: &str, against: &Desk) -> Result<Summary, Error> {
        let program = against.program(playbook).map(Arc::new);
        let program = program.ok_or_else(|| Error::NoPlaybook(playbook.to_owned()))?;
        let mut summary = Summary::default();
        let filter = RunFilter { playbook: Some(playbook.to_owned()), ..RunFilter::default() };
        for row in self.store.runs(&filter).await? {
            let case = self.fresh(row.case).await?;
            if let Some(known) = case.as_ref().and_then(|case| case.run(row.run)) {
                summary.add(row.number, &known.run, &program);
            }
        }
        Ok(summary)
    }

    /// Withdraws a version of a playbook, the one in force or one by the beginning of its hash: nobody can start it
    /// any more, and whoever goes through it, here or in a playbook that calls it, goes on by a newer version or is
    /// handed over.
    pub async fn recall(
        &self,
        actor: &Actor,
        playbook: &str,
        version: Option<&str>,
        why: &str,
    ) -> Result<Recalled, Error> {
        let why = why.trim();
        if why.is_empty() {
            let refused = Refused::new("say why it is withdrawn: whoever is handed over reads it", Vec::new());
            return Err(Error::Denied(refused.into()));
        }
        let hash = self.version(playbook, version).await?;
        let programs = self.programs_with(playbook, &hash).await?;
        let at = clock::now();
        for program in &programs {
            let (program, playbook, why, by) =
                (program.clone(), playbook.to_owned(), why.to_owned(), actor.name.clone());
            self.store.keep_recall(&Recall { program, playbook, why, by, at }).await?;
        }
        self.read_again().await?;
        let mut report = Recalled { programs, ..Recalled::default() };
        for row in self.under_way(|row| report.programs.contains(&row.program)).await? {
            if let Some(Rebase::Moved { .. }) = self.move_over(actor, row.case, row.run).await? {
                report.moved.push(row.number);
                continue;
            }
            let before = self.fresh(row.case).await?.map(|case| case.was_recalled(row.run));
            let case = self.change(row.case, actor, |case, context| case.recall(row.run, why, context)).await?;
            if before == Some(false) && case.was_recalled(row.run) {
                report.handed_over.push(row.number);
            }
        }
        tracing::warn!(
            playbook,
            handed_over = report.handed_over.len(),
            moved = report.moved.len(),
            "a version was withdrawn"
        );
        Ok(report)
    }

    /// The hash of a playbook's version.
    async fn version(&self, playbook: &str, beginning: Option<&str>) -> Result<String, Error> {
        let none = || Error::NoPlaybook(playbook.to_owned());
        let Some(beginning) = beginning else {
            return Ok(self.live().offers.get(playbook).ok_or_else(none)?.program.hash.to_string());
        };
        let filter = RunFilter { playbook: Some(playbook.to_owned()), ..RunFilter::default() };
        let runs = self.store.runs(&filter).await?;
        let versions: BTreeSet<String> = runs.into_iter().map(|row| row.program).collect();
        let mut fitting = versions.iter().filter(|hash| hash.starts_with(beginning));
        match (fitting.next(), fitting.next()) {
            (Some(version), None) => Ok(version.clone()),
            _ => {
                let why =
                    format!("no single version of `{playbook}` that somebody went through begins with `{beginning}`");
                Err(Error::Denied(Refused::new(why, versions.into_iter().collect()).into()))
            }
        }
    }

    /// The programs, in force or of open cases, that hold this version of a playbook; its own first.
    async fn programs_with(&self, playbook: &str, hash: &str) -> Result<Vec<String>, Error> {
        let offered = self.live().offers.values().map(|offer| offer.program.hash.to_string()).collect::<Vec<_>>();
        let kept = self.of_open_cases().await?.into_iter().map(|row| row.program);
        let others: BTreeSet<String> = kept.chain(offered).filter(|other| other != hash).collect();
        let mut programs = vec![hash.to_owned()];
        for other in others {
            let Some(source) = self.store.program(&other).await? else { continue };
            let (id, wanted) = (playbook.to_owned(), hash.to_owned());
            let holds = move || {
                let (desk, _) = live::relink(&source)?;
                Some(desk.program(&id)?.hash.to_string() == wanted)
            };
            if tokio::task::spawn_blocking(holds).await.expect("linking does not panic") == Some(true) {
                programs.push(other);
            }
        }
        Ok(programs)
    }
}
