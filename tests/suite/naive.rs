//! A second, slow interpreter of the language, to compare the real one with: a history of answers, walked again from the start after every input.

mod condition;
mod fact;
mod tree;
mod walk;

use std::collections::BTreeMap;

use fact::Takes;
use tree::Tree;
use walk::{Answered, End, Entry, Place, Prompt, Walk};

/// File names relative to the desk, and their texts.
pub type Files = Vec<(String, String)>;

#[derive(Clone, Debug)]
pub enum Input {
    /// An id, or what was typed; `next` at a `say`.
    Answer(String),
    Back(usize),
    Change {
        at: String,
        visit: Option<u32>,
        answer: String,
    },
    TakeOver {
        audience: String,
    },
    /// A fact of the playbook or the desk, as the case has it.
    Import {
        name: String,
        value: String,
    },
}

/// Where the person stands, in words that any interpreter can be asked for.
#[derive(Clone, Debug, PartialEq)]
pub struct View {
    /// `at` a prompt, `resolved`, `not_resolved`, `escalated`, or `stopped` and the reason.
    pub state: String,
    pub at: String,
    pub visit: u32,
    /// The earlier answer that the prompt shows.
    pub held: Option<String>,
    pub prefilled: Option<String>,
    pub answers: Vec<String>,
    /// Known where the person stands: the desk's and those of the open frames.
    pub facts: BTreeMap<String, String>,
    /// The prompts before the position: name, visit, answer.
    pub trail: Vec<(String, u32, String)>,
}

/// A run.
#[derive(Clone)]
pub struct Naive {
    desk: Tree,
    playbooks: BTreeMap<String, Tree>,
    playbook: String,
    audience: String,
    given: BTreeMap<String, String>,
    history: Vec<Entry>,
    cursor: Option<usize>,
}

impl Naive {
    /// The facts are valid ones of the desk or of the playbook.
    pub fn start(files: &Files, playbook: &str, audience: &str, facts: &[(String, String)]) -> Naive {
        let mut naive = Naive {
            desk: Tree::Nothing,
            playbooks: BTreeMap::new(),
            playbook: playbook.to_owned(),
            audience: audience.to_owned(),
            given: BTreeMap::new(),
            history: Vec::new(),
            cursor: None,
        };
        for (name, text) in files {
            let stem = name.rsplit('/').next().and_then(|file| file.strip_suffix(".yaml"));
            match stem {
                _ if name == "desk.yaml" => naive.desk = Tree::parse(text),
                Some(id) if name.starts_with("playbooks/") && !id.contains('.') => {
                    naive.playbooks.insert(id.to_owned(), Tree::parse(text));
                }
                _ => {}
            }
        }
        for (fact, value) in facts {
            let value = naive.given_takes(fact).accept(value).unwrap_or_else(|_| value.clone());
            naive.given.insert(fact.clone(), value);
        }
        naive
    }

    /// `Err`: refused, and nothing has changed.
    pub fn apply(&mut self, input: &Input) -> Result<(), String> {
        match input {
            Input::Answer(answer) => self.answer(answer)?,
            Input::Back(count) => self.back(*count)?,
            Input::Change { at, visit, answer } => {
                self.change(at, *visit, answer)?;
            }
            Input::TakeOver { audience } => self.take_over(audience),
            Input::Import { name, value } => self.import(name, value)?,
        }
        // An answer that has counted on the present path is no longer held.
        for index in self.walk().counted {
            self.history[index].held = false;
        }
        Ok(())
    }

    pub fn view(&self) -> View {
        let walk = self.walk();
        let (state, at, visit) = match &walk.end {
            End::At(prompt) => ("at", prompt.place.name(), prompt.place.visit()),
            End::Ended { state, at, visit } => (*state, at.clone(), *visit),
            End::Stopped { state, at, visit, .. } => (*state, at.clone(), *visit),
        };
        let (answers, held) = match &walk.end {
            End::At(prompt) => (prompt.takes.ids(), self.earlier_answer(&prompt.place)),
            _ => (Vec::new(), None),
        };
        let shown = |was: &Answered| (was.place().name(), was.place().visit(), was.answer.clone());
        View {
            state: state.to_owned(),
            at,
            visit,
            held,
            prefilled: None,
            answers,
            trail: walk.trail.iter().map(shown).collect(),
            facts: walk.facts,
        }
    }

    /// Names and visits of what would have to be confirmed after this change, in order, if each
    /// is confirmed with its earlier answer. Nothing for a change that is refused or is none.
    pub fn would_confirm(&self, at: &str, visit: Option<u32>, answer: &str) -> Vec<(String, u32)> {
        let mut run = self.clone();
        let mut confirmed = Vec::new();
        if !matches!(run.change(at, visit, answer), Ok(true)) {
            return confirmed;
        }
        loop {
            for index in run.walk().counted {
                run.history[index].held = false;
            }
            let view = run.view();
            let Some(held) = view.held else {
                return confirmed;
            };
            confirmed.push((view.at, view.visit));
            if run.answer(&held).is_err() {
                return confirmed;
            }
        }
    }

    fn walk(&self) -> Walk {
        walk::walk(walk::Book {
            desk: &self.desk,
            playbooks: &self.playbooks,
            playbook: &self.playbook,
            audience: &self.audience,
            given: &self.given,
            history: &self.history,
            cursor: self.cursor,
        })
    }

    // Answering where one has gone back to is a change.
    fn answer(&mut self, answer: &str) -> Result<(), String> {
        let walk = self.walk();
        let End::At(prompt) = walk.end else {
            return Err("the run is not at a prompt".to_owned());
        };
        let answer = prompt.takes.accept(answer)?;
        let gone_back = self.cursor == Some(walk.trail.len());
        if gone_back && self.earlier_answer(&prompt.place).as_ref() == Some(&answer) {
            self.cursor = None;
            return Ok(());
        }
        if gone_back {
            self.hold_all_but(&walk.trail);
        }
        self.record(prompt, answer, &walk.trail);
        Ok(())
    }

    // Back by n goes to the nth prompt before the present one or before the end.
    fn back(&mut self, count: usize) -> Result<(), String> {
        let length = self.walk().trail.len();
        if count == 0 {
            return Ok(());
        }
        let target = length.checked_sub(count).ok_or("there is no prompt so far back")?;
        self.cursor = Some(target);
        Ok(())
    }

    /// Whether it was another answer than before.
    fn change(&mut self, at: &str, visit: Option<u32>, answer: &str) -> Result<bool, String> {
        let mut trail = self.walk().trail;
        let named = |was: &Answered| was.place().name() == at && visit.is_none_or(|visit| visit == was.place().visit());
        let Some(index) = trail.iter().rposition(named) else {
            return self.change_given(at, visit, answer);
        };
        let was = trail.swap_remove(index);
        trail.truncate(index);
        let answer = was.prompt.takes.accept(answer)?;
        if answer == was.answer {
            return Ok(false);
        }
        self.hold_all_but(&trail);
        self.record(was.prompt, answer, &trail);
        Ok(true)
    }

    fn change_given(&mut self, at: &str, visit: Option<u32>, answer: &str) -> Result<bool, String> {
        let Some(earlier) = self.given.get(at).filter(|_| visit.is_none_or(|visit| visit == 1)) else {
            return Err(format!("`{at}` was not answered on this path"));
        };
        let answer = self.given_takes(at).accept(answer)?;
        if answer == "stuck" {
            return Err("a fact given at the start has a value".to_owned());
        }
        if answer == *earlier {
            return Ok(false);
        }
        self.given.insert(at.to_owned(), answer);
        self.hold_all_but(&[]);
        self.cursor = None;
        Ok(true)
    }

    fn import(&mut self, name: &str, value: &str) -> Result<(), String> {
        let own = self.playbooks.get(&self.playbook).and_then(|playbook| playbook.get("facts"));
        let own = own.is_some_and(|facts| facts.get(name).is_some());
        let place = Place::Fact { frame: own.then(Default::default), fact: name.to_owned() };
        let value = self.given_takes(name).accept(value)?;
        let walk = self.walk();
        let later = match self.given.get(name) {
            Some(given) => Some(given.clone()),
            None => self.earlier_answer(&place),
        };
        if later.as_ref() == Some(&value) || walk.facts.get(name) == Some(&value) {
            return Ok(());
        }
        if walk.trail.iter().any(|was| was.prompt.place == place) {
            self.change(&place.name(), None, &value)?;
            return Ok(());
        }
        if let Some(entry) = self.history.iter_mut().rfind(|entry| entry.place == place) {
            entry.withdrawn = true;
        }
        self.given.insert(name.to_owned(), value);
        self.hold_all_but(&[]);
        self.cursor = None;
        Ok(())
    }

    fn given_takes(&self, fact: &str) -> Takes {
        let own = self.playbooks.get(&self.playbook).and_then(|playbook| playbook.get("facts"));
        let shared = self.desk.get("facts");
        let declared = own.and_then(|facts| facts.get(fact));
        let declared = declared.or_else(|| shared.and_then(|facts| facts.get(fact)));
        Takes::fact(declared.unwrap_or(&Tree::Nothing))
    }

    // Every answer that is not on the path before the new one becomes held; facts never are.
    fn hold_all_but(&mut self, path: &[Answered]) {
        for entry in &mut self.history {
            if matches!(entry.place, Place::Step { .. }) {
                entry.held = path.iter().all(|was| was.prompt.place != entry.place);
            }
        }
    }

    fn record(&mut self, prompt: Prompt, answer: String, path: &[Answered]) {
        self.cursor = None;
        self.history.push(Entry {
            place: prompt.place,
            action: prompt.action,
            shown: prompt.shown,
            answer,
            before: path.iter().map(|was| was.prompt.place.clone()).collect(),
            held: false,
            withdrawn: false,
        });
    }

    fn take_over(&mut self, audience: &str) {
        if let End::Stopped { withdraw: Some(place), .. } = self.walk().end
            && let Some(entry) = self.history.iter_mut().rfind(|entry| entry.place == place)
        {
            entry.withdrawn = true;
        }
        self.audience = audience.to_owned();
    }

    fn earlier_answer(&self, place: &Place) -> Option<String> {
        let entry = self.history.iter().rfind(|entry| entry.place == *place)?;
        (!entry.withdrawn).then(|| entry.answer.clone())
    }
}
