//! What authors look at: how the tests stand, which versions of a playbook there are, a draft gone through.

use super::{App, Error, Live, live, revision};
use crate::{
    clock,
    desk::Desk,
    id::RunId,
    run::{
        Audience, CaseInfo, Input, Run, View,
        author::{Coverage, Report, broken, run_tests},
    },
    store::{Recall, RunFilter},
};
use std::{collections::BTreeMap, sync::Arc};

/// As much of a hash names a version.
const SHORTEST: usize = 6;

/// The authors' tests over the playbooks as they lie in the folder.
#[derive(Debug)]
pub struct Tested {
    /// In the order of the files.
    pub reports: Vec<Report>,
    /// What they reach.
    pub coverage: Coverage,
}

/// A version of a playbook that somebody went through, or that is in force.
#[derive(Clone, Debug)]
pub struct Version {
    /// Its program's hash.
    pub hash: String,
    /// How many runs went through it.
    pub runs: usize,
    /// How many of their cases are open.
    pub open: usize,
    /// Whether new runs get it.
    pub in_force: bool,
    /// Whether it was withdrawn.
    pub recalled: Option<Recall>,
}

/// A playbook gone through as it is written, without a case: nothing of it is kept.
#[derive(Debug)]
pub struct Preview {
    /// Where the answers led.
    pub run: Run,
    /// How many of them were taken.
    pub taken: usize,
    /// Why the next one was not.
    pub refused: Option<String>,
}

impl Live {
    /// The authors' tests, run when they are first asked for.
    pub fn tested(&self) -> &Tested {
        self.tested.get_or_init(|| {
            let broken = broken(&self.newest, &self.findings);
            let (reports, coverage) = run_tests(&self.newest, &broken, |_| true);
            Tested { reports, coverage }
        })
    }

    /// Goes through a playbook as it lies in the folder: each answer with the name of its prompt, as far as they fit.
    /// `None` if it cannot be linked, or not be started by these people.
    pub fn preview(&self, playbook: &str, audience: Audience, answers: &[(String, String)]) -> Option<Preview> {
        let desk = &self.newest;
        let program = Arc::new(desk.program(playbook)?);
        let playbook = desk.playbooks.get(playbook)?;
        let tier = match audience {
            Audience::SelfService if !playbook.audience.self_service => return None,
            Audience::SelfService => desk.policy.lowest(),
            Audience::Agent => desk.tier_of(playbook),
        };
        let run = Run::start(RunId::mint(), program, audience, tier.to_owned(), &[]).ok()?;
        let mut preview = Preview { run, taken: 0, refused: None };
        for (at, said) in answers {
            if let Err(why) = preview.say(at, said) {
                preview.refused = Some(why);
                break;
            }
            preview.taken += 1;
        }
        Some(preview)
    }
}

impl Preview {
    fn say(&mut self, at: &str, said: &str) -> Result<(), String> {
        let View::Prompt(prompt) = self.run.view(&CaseInfo::default()) else {
            return Err(format!("it is over before `{at}` is asked"));
        };
        if prompt.at != at {
            return Err(format!("it asks `{}` where it asked `{at}`", prompt.at));
        }
        let taken = self.run.take(&Input::Say(prompt.said(said)), None, clock::now(), "");
        taken.map(drop).map_err(|refused| format!("at `{at}`: {}", refused.why))
    }
}

impl App {
    /// The desk that somebody means: with a version of the playbook that somebody went through, by the beginning of
    /// its hash, or as it was at a git revision.
    pub async fn other_desk(&self, playbook: &str, named: &str) -> Result<Desk, Error> {
        let versions = self.versions(playbook).await?;
        let fits = |version: &&Version| named.len() >= SHORTEST && version.hash.starts_with(named);
        let source = match versions.iter().find(fits) {
            Some(version) => self.store.program(&version.hash).await?,
            None => None,
        };
        let (folder, named) = (self.desk.clone(), named.to_owned());
        let read = move || match source.as_ref().and_then(live::relink) {
            Some((desk, _)) => Ok(desk),
            None => revision::load_revision(folder.as_deref().ok_or(revision::Error::Starter)?, &named),
        };
        tokio::task::spawn_blocking(read).await.expect("reading a desk does not panic")
    }

    /// The versions of a playbook, the one in force first, then by how many went through them.
    pub async fn versions(&self, playbook: &str) -> Result<Vec<Version>, Error> {
        let live = self.live();
        let in_force = live.offers.get(playbook).map(|offer| offer.program.hash.to_string());
        let mut counts: BTreeMap<String, (usize, usize)> = BTreeMap::new();
        counts.extend(in_force.iter().map(|hash| (hash.clone(), (0, 0))));
        for row in self.store.runs(&RunFilter { playbook: Some(playbook.to_owned()), ..RunFilter::default() }).await? {
            let count = counts.entry(row.program).or_default();
            *count = (count.0 + 1, count.1 + usize::from(row.open));
        }
        let recalls = self.store.recalls().await?;
        let version = |(hash, (runs, open)): (String, (usize, usize))| Version {
            in_force: in_force.as_ref() == Some(&hash),
            recalled: recalls.iter().find(|recall| recall.program == hash).cloned(),
            hash,
            runs,
            open,
        };
        let mut versions: Vec<Version> = counts.into_iter().map(version).collect();
        versions.sort_by_key(|version| (!version.in_force, std::cmp::Reverse(version.runs)));
        Ok(versions)
    }
}
