//! The desk that is in force: what lies in the folder, and the last good version of what is broken there.

use super::{find::Indexes, load::Files};
use crate::{
    case::Case,
    check,
    desk::Desk,
    diagnostic::{Diagnostic, Severity},
    kb::Article,
    language::Language,
    playbook::{Playbook, Program},
    run::CaseInfo,
    store::{ProgramSource, Recall},
};
use jiff::{Timestamp, civil::Date};
use sha2::{Digest, Sha256};
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    path::PathBuf,
    sync::{Arc, OnceLock},
};

/// What the store calls the last good `desk.yaml`.
const DESK: &str = "desk";

/// A playbook that can be started.
#[derive(Clone, Debug)]
pub struct Offer {
    /// Its id.
    pub id: String,
    /// Its title; the id if it has none.
    pub title: String,
    /// In a sentence.
    pub summary: Option<String>,
    /// For lists.
    pub category: Option<String>,
    /// What callers say.
    pub symptoms: Vec<String>,
    /// For search.
    pub tags: Vec<String>,
    /// Who may start it.
    pub audience: crate::playbook::Starters,
    /// What a run of it keeps.
    pub program: Arc<Program>,
    /// It is the last good version: the one in the folder has so many errors.
    pub held_back: Option<usize>,
}

/// What stands at the top of a playbook, as somebody reads it.
#[derive(Clone, Debug)]
pub struct Head {
    /// Its title.
    pub title: String,
    /// In a sentence.
    pub summary: Option<String>,
    /// What callers say.
    pub symptoms: Vec<String>,
}

impl Offer {
    /// What stands at its top in a language, as far as it is translated as it is.
    pub fn read(&self, desk: &Desk, language: Language) -> Head {
        let texts = desk.texts(language);
        let texts = texts.as_deref();
        let words = |text: &str| texts.and_then(|texts| texts.words(&self.id, "", text)).unwrap_or(text).to_owned();
        let symptoms = texts.and_then(|texts| texts.list(&self.id, &self.symptoms));
        Head {
            title: words(&self.title),
            summary: self.summary.as_deref().map(words),
            symptoms: symptoms.unwrap_or_else(|| self.symptoms.clone()),
        }
    }
}

/// One immutable value, swapped whole.
#[derive(Debug)]
pub struct Live {
    /// Policy, facts and articles in force.
    pub desk: Arc<Desk>,
    /// By id.
    pub offers: BTreeMap<String, Offer>,
    /// The desk as it lies in the folder, for the places of the findings.
    pub newest: Arc<Desk>,
    /// What the check says of it.
    pub findings: Vec<Diagnostic>,
    /// Playbooks with errors that have no good version: ids.
    pub missing: Vec<String>,
    /// Playbooks whose version in the folder was withdrawn; nobody can start them until another one lies there.
    pub recalled: Vec<Recall>,
    /// All that was withdrawn.
    pub recalls: Vec<Recall>,
    /// `desk.yaml` is the last good version.
    pub desk_held_back: bool,
    /// Since when.
    pub since: Timestamp,
    /// Of all files.
    pub hash: String,
    /// See [`Live::index_in`].
    pub indexes: Indexes,
    /// See [`Live::tested`].
    pub tested: OnceLock<super::library::Tested>,
    /// Where the index lies; in memory, if nowhere.
    pub index_folder: Option<PathBuf>,
}

/// What is known of good versions.
pub struct Good<'a> {
    /// Keys as the store has them, to hashes.
    pub hashes: HashMap<String, String>,
    /// Programs that were withdrawn; they are good no more.
    pub recalls: Vec<Recall>,
    /// The sources of a hash.
    pub fetch: &'a dyn Fn(&str) -> Option<ProgramSource>,
}

impl Good<'_> {
    fn is(&self, key: &str, hash: &str) -> bool {
        self.hashes.get(key).is_some_and(|known| known == hash)
    }

    fn source(&self, key: &str) -> Option<ProgramSource> {
        (self.fetch)(self.hashes.get(key).filter(|hash| self.recall(hash).is_none())?)
    }

    fn recall(&self, hash: &str) -> Option<&Recall> {
        self.recalls.iter().find(|recall| recall.program == hash)
    }
}

impl Live {
    /// Puts together what is in force. Gives also what is good and was not known to be.
    pub fn build(files: Files, good: &Good<'_>, today: Date, since: Timestamp) -> (Self, Vec<(String, ProgramSource)>) {
        let hash = hash(&files);
        let newest = Arc::new(Desk::build(files.clone()));
        let findings = check::check(&newest, today);
        let mut fresh = Vec::new();
        let mut desk = Arc::clone(&newest);
        let mut held = None;
        if errors_in(&newest, &findings, "desk.yaml") == 0 {
            let kept = files.iter().filter(|(path, _)| is_policy(path));
            let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
            let kept: Vec<_> = kept.map(|(path, bytes)| (path.clone(), text(bytes))).collect();
            let source =
                ProgramSource { hash: format!("desk-{}", hash_texts(&kept)), playbook: String::new(), files: kept };
            if !good.is(DESK, &source.hash) {
                fresh.push((DESK.to_owned(), source));
            }
        } else if let Some(source) = good.source(DESK) {
            let mut files: Files = files.into_iter().filter(|(path, _)| !is_policy(path)).collect();
            files.extend(source.files.into_iter().map(|(path, text)| (path, text.into_bytes())));
            desk = Arc::new(Desk::build(files));
            held = Some(check::check(&desk, today));
        }
        let judged = held.as_ref().unwrap_or(&findings);
        let broken = Broken::of(&desk, judged);
        let (mut offers, mut missing, mut recalled) = (BTreeMap::new(), Vec::new(), Vec::new());
        let withdrawn = withdrawn(&desk, good);
        for playbook in desk.playbooks.values() {
            let key = format!("playbook/{}", playbook.id);
            let program = desk.program(&playbook.id);
            let units = program.iter().flat_map(|program| &program.units);
            if let Some(recall) = units.filter_map(|unit| withdrawn.get(&*unit.id)).next() {
                recalled.push(Recall { playbook: playbook.id.clone(), ..(*recall).clone() });
                continue;
            }
            match program.filter(|program| broken.count(&desk, program) == 0) {
                Some(program) => {
                    if !good.is(&key, &program.hash.to_string()) {
                        fresh.push((key, source(&desk, &playbook.id, &program)));
                    }
                    offers.insert(playbook.id.clone(), offer(playbook, program, None));
                }
                None => match good.source(&key).as_ref().and_then(relink) {
                    Some((old, program)) => {
                        let errors = broken.reached(&desk, playbook);
                        let known = old.playbooks.get(&playbook.id).expect("what was linked is there");
                        offers.insert(playbook.id.clone(), offer(known, program, Some(errors)));
                    }
                    None => missing.push(playbook.id.clone()),
                },
            }
        }
        let desk_held_back = held.is_some();
        let (indexes, tested, index_folder) = (Indexes::new(&desk), OnceLock::new(), None);
        let recalls = good.recalls.clone();
        let live = Self {
            desk,
            offers,
            newest,
            findings,
            missing,
            recalled,
            recalls,
            desk_held_back,
            since,
            hash,
            indexes,
            tested,
            index_folder,
        };
        (live, fresh)
    }

    /// Why a program was withdrawn, if it was.
    pub fn recall(&self, program: &Program) -> Option<&Recall> {
        let hash = || program.hash.to_string();
        self.recalls.iter().find(|recall| recall.program == hash())
    }

    /// The language of an article, where that is not the reader's.
    pub fn language_of(&self, article: &Article, language: Language) -> Option<Language> {
        Some(self.desk.policy.language()).filter(|own| *own != language && article.translation.is_none())
    }

    /// What texts may say of a case, and what a reader is shown them in.
    pub fn info(&self, case: &Case, language: Language) -> CaseInfo {
        let written_in = Some(self.desk.policy.language()).filter(|own| *own != language);
        CaseInfo { written_in, ..case.info().reading(self.desk.texts(language)) }
    }

    /// The playbooks whose version in the folder is not in force, with the number of errors.
    pub fn held_back(&self) -> impl Iterator<Item = (&Offer, usize)> {
        self.offers.values().filter_map(|offer| Some((offer, offer.held_back?)))
    }
}

/// The playbooks that lie in the folder in a version that was withdrawn.
fn withdrawn<'a>(desk: &'a Desk, good: &'a Good<'_>) -> HashMap<&'a str, &'a Recall> {
    if good.recalls.is_empty() {
        return HashMap::new();
    }
    let hash = |id: &str| desk.program(id).map(|program| program.hash.to_string());
    let ids = desk.playbooks.keys().map(String::as_str);
    ids.filter_map(|id| Some((id, good.recall(&hash(id)?)?))).collect()
}

/// Desk policy and what belongs to it.
fn is_policy(path: &str) -> bool {
    path == "desk.yaml" || path.starts_with("playbooks/_")
}

/// Links a program from its sources; the desk around it too.
pub fn relink(source: &ProgramSource) -> Option<(Desk, Program)> {
    let files = source.files.iter().map(|(path, text)| (path.clone(), text.clone().into_bytes()));
    let desk = Desk::build(files.collect());
    let program = desk.program(&source.playbook)?;
    Some((desk, program))
}

/// What a program was linked from.
pub fn source(desk: &Desk, id: &str, program: &Program) -> ProgramSource {
    let policy = desk.sources.0.iter().filter(|source| source.path == "desk.yaml");
    let units = program.units.iter().filter_map(|unit| Some(desk.source(desk.playbooks.get(&*unit.id)?)));
    let files = policy.chain(units).map(|source| (source.path.clone(), source.text.to_string())).collect();
    ProgramSource { hash: program.hash.to_string(), playbook: id.to_owned(), files }
}

pub(super) fn offer(playbook: &Playbook, program: Program, held_back: Option<usize>) -> Offer {
    let text = |word: &Option<crate::diagnostic::Spanned<String>>| word.as_ref().map(|word| word.value.clone());
    let texts = |words: &[crate::diagnostic::Spanned<String>]| words.iter().map(|word| word.value.clone()).collect();
    Offer {
        id: playbook.id.clone(),
        title: text(&playbook.title).unwrap_or_else(|| playbook.id.clone()),
        summary: text(&playbook.summary),
        category: text(&playbook.category),
        symptoms: texts(&playbook.symptoms),
        tags: texts(&playbook.tags),
        audience: playbook.audience.clone(),
        program: Arc::new(program),
        held_back,
    }
}

/// How many errors each file has.
struct Broken(HashMap<u32, usize>);

impl Broken {
    fn of(desk: &Desk, findings: &[Diagnostic]) -> Self {
        let mut counts = HashMap::new();
        for finding in findings.iter().filter(|finding| finding.rule.severity == Severity::Error) {
            *counts.entry(finding.primary.span.file.0).or_default() += 1;
        }
        if let Some(at) = desk.sources.0.iter().position(|source| source.path == "desk.yaml") {
            // A mistake in the policy is told of; it does not keep a playbook from being followed.
            counts.remove(&(at as u32));
        }
        Self(counts)
    }

    fn count(&self, desk: &Desk, program: &Program) -> usize {
        let files = program.units.iter().filter_map(|unit| Some(desk.playbooks.get(&*unit.id)?.file.0));
        files.filter_map(|file| self.0.get(&file)).sum()
    }

    /// The errors of a playbook and of all that it calls, whether or not it can be linked.
    fn reached(&self, desk: &Desk, playbook: &Playbook) -> usize {
        let (mut seen, mut open) = (BTreeSet::new(), vec![playbook.id.as_str()]);
        let mut errors = 0;
        while let Some(id) = open.pop() {
            let Some(found) = desk.playbooks.get(id).filter(|_| seen.insert(id)) else { continue };
            errors += self.0.get(&found.file.0).copied().unwrap_or_default();
            open.extend(found.flow.calls.iter().map(|call| call.value.as_str()));
        }
        errors
    }
}

fn errors_in(desk: &Desk, findings: &[Diagnostic], path: &str) -> usize {
    let is_there = |finding: &&Diagnostic| desk.sources.file(finding.primary.span).path == path;
    findings.iter().filter(|finding| finding.rule.severity == Severity::Error).filter(is_there).count()
}

fn hash(files: &Files) -> String {
    let mut files: Vec<_> = files.iter().map(|(path, bytes)| (path.as_str(), bytes.as_slice())).collect();
    files.sort_unstable();
    digest(files)
}

fn hash_texts(files: &[(String, String)]) -> String {
    digest(files.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect())
}

fn digest(files: Vec<(&str, &[u8])>) -> String {
    let mut hasher = Sha256::new();
    for (path, bytes) in files {
        for part in [path.as_bytes(), bytes] {
            hasher.update((part.len() as u64).to_le_bytes());
            hasher.update(part);
        }
    }
    hasher.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}
