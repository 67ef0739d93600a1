//! How good triage is, against sentences whose playbook is known.

use super::{Document, Index, Kind, Query, Reader, Triage};
use crate::language::Language;
use serde::Serialize;
use std::{collections::BTreeMap, fs, path::Path};

/// Where the shares of right ones are counted apart.
const LEVELS: [f32; 6] = [0.2, 0.4, 0.6, 0.8, 0.9, 1.1];

/// What a caller says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sentence {
    /// In their words.
    pub text: String,
    /// The playbooks that are right to start; none where none is.
    pub playbooks: Vec<String>,
}

/// Reads lines of a sentence, a tab, and the playbooks that are right for it, parted by `|`; nothing if none is.
pub fn load(path: &Path) -> Result<Vec<Sentence>, String> {
    let text = fs::read_to_string(path).map_err(|error| format!("`{}`: {error}", path.display()))?;
    let lines = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
    let parse = |(n, line): (usize, &str)| match line.split('\t').collect::<Vec<_>>().as_slice() {
        [text, playbooks] => {
            let playbooks = playbooks.split('|').map(str::trim).filter(|id| !id.is_empty());
            Ok(Sentence { text: (*text).to_owned(), playbooks: playbooks.map(str::to_owned).collect() })
        }
        _ => Err(format!("`{}`, line {}: a sentence, a tab and a playbook are needed", path.display(), n + 1)),
    };
    lines.map(parse).collect()
}

/// What triage said to a sentence.
#[derive(Clone, Debug, Serialize)]
pub struct Said {
    /// The sentence.
    pub text: String,
    /// What is right.
    pub playbooks: Vec<String>,
    /// What came first.
    pub first: Option<String>,
    /// How likely, as it was said.
    pub confidence: f32,
    /// Whether it would be started without asking.
    pub sure: bool,
}

impl Said {
    fn new(sentence: &Sentence, triage: &Triage) -> Self {
        let first = triage.playbooks.first();
        Self {
            text: sentence.text.clone(),
            playbooks: sentence.playbooks.clone(),
            first: first.map(|first| first.id.clone()),
            confidence: first.map_or(0.0, |first| first.confidence),
            sure: triage.sure,
        }
    }

    /// Whether what came first is right.
    pub fn is_right(&self) -> bool {
        self.first.as_ref().is_some_and(|first| self.playbooks.contains(first))
    }
}

/// Asks each sentence.
pub fn ask(index: &Index, sentences: &[Sentence]) -> Vec<Said> {
    let query = |sentence: &Sentence| Query { words: sentence.text.clone(), ..Query::default() };
    sentences.iter().map(|sentence| Said::new(sentence, &index.triage(Reader::Staff, &query(sentence)))).collect()
}

/// Asks each sentence of playbooks about which callers say all the other ones.
pub fn leave_one_out(language: Language, sentences: &[Sentence]) -> Result<Vec<Said>, super::Error> {
    let asked = sentences.iter().enumerate().map(|(left, sentence)| {
        let mut symptoms: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        let others = sentences.iter().enumerate().filter(|(at, _)| *at != left);
        for (playbook, text) in others.flat_map(|(_, other)| other.playbooks.iter().map(|id| (id, &other.text))) {
            symptoms.entry(playbook).or_default().push(text.clone());
        }
        let documents = symptoms.into_iter().map(|(id, symptoms)| playbook(id, symptoms)).collect();
        let index = Index::open(language, None, documents, &[])?;
        Ok(ask(&index, std::slice::from_ref(sentence)))
    });
    Ok(asked.collect::<Result<Vec<_>, super::Error>>()?.concat())
}

fn playbook(id: &str, symptoms: Vec<String>) -> Document {
    Document {
        kind: Kind::Playbook,
        id: id.to_owned(),
        anchor: None,
        title: id.to_owned(),
        heading: String::new(),
        summary: String::new(),
        symptoms,
        category: None,
        tags: Vec::new(),
        elsewhere: Vec::new(),
        body: String::new(),
        applies_to: Vec::new(),
        self_service: true,
        agent: true,
        expired: false,
    }
}

/// Counts over sentences.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Summary {
    /// How many there are.
    pub sentences: usize,
    /// Those that a playbook is right for.
    pub meant: usize,
    /// Of them, those where a right one came first.
    pub first: usize,
    /// Those where triage was sure.
    pub sure: usize,
    /// Of them, those where the first was right.
    pub right_and_sure: usize,
    /// Of them, those that another playbook is right for.
    pub wrong_and_sure: usize,
    /// Of them, those that no playbook is right for.
    pub none_and_sure: usize,
    /// By how likely the first was said to be: the mean of that, the share that was right, and how many there are.
    pub levels: Vec<(f32, f32, usize)>,
}

impl Summary {
    /// Of what triage said.
    pub fn of(said: &[Said]) -> Self {
        let count = |counts: &dyn Fn(&Said) -> bool| said.iter().filter(|said| counts(said)).count();
        let mut from = 0.0;
        let level = |to: f32| {
            let here: Vec<_> = said.iter().filter(|said| (from..to).contains(&said.confidence)).collect();
            from = to;
            let all = here.len().max(1) as f32;
            let mean = here.iter().map(|said| said.confidence).sum::<f32>() / all;
            (mean, here.iter().filter(|said| said.is_right()).count() as f32 / all, here.len())
        };
        Self {
            sentences: said.len(),
            meant: count(&|said| !said.playbooks.is_empty()),
            first: count(&Said::is_right),
            sure: count(&|said| said.sure),
            right_and_sure: count(&|said| said.sure && said.is_right()),
            wrong_and_sure: count(&|said| said.sure && !said.is_right() && !said.playbooks.is_empty()),
            none_and_sure: count(&|said| said.sure && said.playbooks.is_empty()),
            levels: LEVELS.into_iter().map(level).filter(|(_, _, count)| *count > 0).collect(),
        }
    }
}
