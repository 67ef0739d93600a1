//! A run in progress: its program, its book, and where that leads.

use super::{
    book::{Answer, AnswerBook, Audience, Key, Place, read_fact},
    event::{At, Entry, Event, Input, Refused, Said, Signal},
    walk::{Position, State, Walk, walk},
};
use crate::{
    expression::{Slot, Type, Value},
    id::RunId,
    playbook::{
        Fact, Program,
        flow::{Node, Options, Prompt},
    },
    reason::Reason,
};
use sha2::{Digest, Sha256};
use std::{collections::HashSet, sync::Arc};

/// A run. Everything but the program and the entries follows from them.
#[derive(Clone, Debug)]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// What it goes through, to its end.
    pub program: Arc<Program>,
    /// The tier that holds it.
    pub tier: String,
    /// What happened, in order.
    pub entries: Vec<Entry>,
    pub(super) book: AnswerBook,
    pub(super) cursor: Option<Key>,
    pub(super) handed_over: Option<Reason>,
    pub(super) walk: Walk,
}

/// What a place takes.
enum Takes<'p> {
    Next,
    Choices(Vec<&'p str>),
    Value(&'p Fact),
}

impl Run {
    /// Begins. Facts are given by name, as typed; one that is not declared, or does not fit, is refused.
    pub fn start(
        id: RunId,
        program: Arc<Program>,
        audience: Audience,
        tier: String,
        facts: &[(String, String)],
    ) -> Result<Self, Refused> {
        let mut known = Vec::new();
        for (name, typed) in facts {
            known.push(start_fact(&program, name, typed)?);
        }
        let book = AnswerBook::new(audience, known);
        let walk = walk(&program, &book, None);
        Ok(Self { id, program, tier, entries: Vec::new(), book, cursor: None, handed_over: None, walk })
    }

    /// Where it stands.
    pub fn walk(&self) -> &Walk {
        &self.walk
    }

    /// The answers.
    pub fn book(&self) -> &AnswerBook {
        &self.book
    }

    /// The prompt that it went back to, as long as it stands there.
    pub(super) fn cursor(&self) -> Option<&Key> {
        self.cursor.as_ref()
    }

    /// The word that handed it over, if one did.
    pub fn handed_over(&self) -> Option<Reason> {
        self.handed_over
    }

    /// Takes what someone says: decides and records. True if anything changed.
    pub fn take(
        &mut self,
        input: &Input,
        position: Option<&str>,
        when: jiff::Timestamp,
        by: &str,
    ) -> Result<bool, Refused> {
        let Some(event) = self.decide(input, position)? else { return Ok(false) };
        self.record(Entry { when, by: by.to_owned(), event })?;
        Ok(true)
    }

    /// What an input comes to; `None` if it is so already. `position` is the token that it answers.
    pub fn decide(&self, input: &Input, position: Option<&str>) -> Result<Option<Event>, Refused> {
        if let Some(token) = position
            && token != self.position()
        {
            return self.repeated(input, token);
        }
        match input {
            Input::Say(said) => self.decide_answer(said),
            Input::Back(0) => Ok(None),
            // Whoever handed over goes back to the prompt that was left.
            Input::Back(1) if self.handed_over.is_some() => match self.walk.position {
                Position::At { frame, place } => Ok(Some(Event::WentBack { to: self.at(frame, place) })),
                _ => Ok(None),
            },
            Input::Back(by) => {
                let trail = &self.walk.trail;
                let by = by - usize::from(self.handed_over.is_some());
                match trail.len().checked_sub(by) {
                    Some(at) => Ok(Some(Event::WentBack { to: self.at(trail[at].frame, trail[at].place) })),
                    None => Err(Refused::new(
                        "there is no prompt that far back",
                        (1..=trail.len()).map(|n| n.to_string()).collect(),
                    )),
                }
            }
            Input::Change { at, visit, said } => self.decide_change(at, *visit, said),
            Input::Signal(signal) if self.book.audience == Audience::SelfService && *signal != Signal::HandOver => {
                Err(Refused::new("only staff can signal this", vec!["hand-over".into()]))
            }
            Input::Signal(Signal::Upset) => Ok(Some(Event::GotUpset)),
            Input::Signal(signal) => match self.walk.position {
                Position::At { .. } if self.handed_over.is_none() => {
                    let because = if *signal == Signal::Security { Reason::Security } else { Reason::HandOver };
                    Ok(Some(Event::HandedOver { because }))
                }
                _ => Err(self.over()),
            },
            Input::Note(text) if text.trim().is_empty() => Err(Refused::new("the note is empty", Vec::new())),
            Input::Note(text) => Ok(Some(Event::Noted { text: text.clone() })),
            Input::Import { name, value } => {
                let (slot, new) = start_fact(&self.program, name, value)?;
                let event = || Event::Imported { name: name.clone(), value: value.clone() };
                Ok((!self.knows(slot, &new)).then(event))
            }
            Input::TakeOver { audience, tier } => {
                Ok(Some(Event::TakenOver { audience: *audience, tier: tier.clone() }))
            }
        }
    }

    fn over(&self) -> Refused {
        Refused::new("the run is over here", vec!["back".into(), "change".into(), "note".into()])
    }

    fn decide_answer(&self, said: &Said) -> Result<Option<Event>, Refused> {
        let Position::At { frame, place } = self.walk.position else { return Err(self.over()) };
        if self.handed_over.is_some() {
            return Err(self.over());
        }
        self.read_answer(frame, place, said)?;
        Ok(Some(Event::Answered { at: self.at(frame, place), said: said.clone() }))
    }

    fn decide_change(&self, at: &str, visit: Option<u32>, said: &Said) -> Result<Option<Event>, Refused> {
        let passed = self.walk.trail.iter().rev().find(|passed| {
            self.name(passed.frame, passed.place) == at && visit.is_none_or(|visit| visit == self.visit(passed.place))
        });
        let Some(passed) = passed else { return self.decide_start_fact(at, visit, said) };
        let answer = self.read_answer(passed.frame, passed.place, said)?;
        let same = self.book.get(&passed.key).is_some_and(|given| given.answer == answer);
        Ok((!same).then(|| Event::Changed { at: self.at(passed.frame, passed.place), said: said.clone() }))
    }

    fn decide_start_fact(&self, at: &str, visit: Option<u32>, said: &Said) -> Result<Option<Event>, Refused> {
        let slot = self.program.scope(0).find(at).filter(|_| visit.is_none_or(|visit| visit == 1));
        let given = slot.and_then(|slot| self.book.given_at_start.iter().find(|(known, _)| *known == slot));
        let Some((slot, value)) = given else {
            return Err(Refused::new(format!("`{at}` was not answered on the way here"), self.changeable()));
        };
        fits_kind(self.program.scope(0).fact(*slot), said)?;
        let new = start_fact(&self.program, at, said.words())?;
        debug_assert_eq!(new.0, *slot);
        let at = At { calls: Vec::new(), name: at.to_owned(), visit: 1 };
        Ok((new.1 != *value).then(|| Event::Changed { at, said: said.clone() }))
    }

    /// The names that can be changed.
    pub fn changeable(&self) -> Vec<String> {
        let scope = self.program.scope(0);
        let start = self.book.given_at_start.iter().map(|(slot, _)| scope.fact(*slot).name.value.clone());
        let mut names: Vec<String> = start.collect();
        for passed in &self.walk.trail {
            let name = self.name(passed.frame, passed.place);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }

    /// Records what was decided. An entry that does not fit where the run stands is refused.
    pub fn record(&mut self, entry: Entry) -> Result<(), Refused> {
        match &entry.event {
            Event::Answered { at, said } => {
                let Position::At { frame, place } = self.walk.position else { return Err(self.over()) };
                if self.at(frame, place) != *at {
                    return Err(Refused::new("the run stands somewhere else", vec![self.name(frame, place)]));
                }
                let answer = self.read_answer(frame, place, said)?;
                self.answer(frame, place, answer);
            }
            Event::Changed { at, said } => self.change(at, said)?,
            Event::WentBack { to } if self.stands_at(to) => self.handed_over = None,
            Event::WentBack { to } => {
                let passed = self
                    .passed(to)
                    .ok_or_else(|| Refused::new("the run did not come past there", self.changeable()))?;
                self.cursor = Some(passed);
                self.handed_over = None;
            }
            Event::Imported { name, value } => self.import(name, value)?,
            Event::TakenOver { audience, tier } => self.take_over(*audience, tier.clone()),
            Event::HandedOver { because } => self.handed_over = Some(*because),
            Event::GotUpset | Event::Noted { .. } => {}
        }
        self.entries.push(entry);
        self.walk = walk(&self.program, &self.book, self.cursor.as_ref());
        if self.book.holds() {
            self.book.settle(self.walk.trail.iter().map(|passed| passed.key));
        }
        Ok(())
    }

    fn stands_at(&self, at: &At) -> bool {
        matches!(self.walk.position, Position::At { frame, place } if self.at(frame, place) == *at)
    }

    fn passed(&self, at: &At) -> Option<Key> {
        self.walk.trail.iter().rev().find(|passed| self.at(passed.frame, passed.place) == *at).map(|passed| passed.key)
    }

    fn change(&mut self, at: &At, said: &Said) -> Result<(), Refused> {
        self.handed_over = None;
        match self.passed(at) {
            Some(key) => {
                self.walk = walk(&self.program, &self.book, Some(&key));
                let Position::At { frame, place } = self.walk.position else {
                    unreachable!("the walk stops at a cursor it passed")
                };
                let answer = self.read_answer(frame, place, said)?;
                self.answer(frame, place, answer);
            }
            None => {
                let (slot, value) = start_fact(&self.program, &at.name, said.words())?;
                let given = self.book.given_at_start.iter_mut().find(|(known, _)| *known == slot);
                given.ok_or_else(|| Refused::new(format!("`{}` was not given at the start", at.name), Vec::new()))?.1 =
                    value;
                self.book.hold_all_but(&HashSet::new());
                self.cursor = None;
            }
        }
        Ok(())
    }

    /// Whether a fact of the first frame has this value, or will have it once the run needs it.
    fn knows(&self, slot: Slot, value: &Value) -> bool {
        let given = self.book.given_at_start.iter().find(|(known, _)| *known == slot).map(|(_, value)| value);
        let answer = self.book.get(&Key { frame: 0, place: Place::Fact(slot) }).map(|given| &given.answer);
        let answered = matches!(answer, Some(Answer::Value(answered)) if answered == value);
        given == Some(value) || (given.is_none() && answered) || self.state(0, slot).value() == Some(value)
    }

    /// A fact that was answered on the way here changes there; any other is known from the start from here on.
    fn import(&mut self, name: &str, typed: &str) -> Result<(), Refused> {
        let (slot, value) = start_fact(&self.program, name, typed)?;
        let key = Key { frame: 0, place: Place::Fact(slot) };
        let passed = self.walk.trail.iter().find(|passed| passed.key == key).map(|passed| (passed.frame, passed.place));
        if let Some((frame, place)) = passed {
            let (at, said) = (self.at(frame, place), self.said(frame, place, &Answer::Value(value)));
            let handed_over = self.handed_over;
            self.change(&at, &said)?;
            self.handed_over = handed_over;
            return Ok(());
        }
        self.book.withdraw(&key);
        match self.book.given_at_start.iter_mut().find(|(known, _)| *known == slot) {
            Some(given) => given.1 = value,
            None => self.book.given_at_start.push((slot, value)),
        }
        self.book.hold_all_but(&HashSet::new());
        self.cursor = None;
        Ok(())
    }

    /// Answers the prompt that the walk stands at.
    fn answer(&mut self, frame: u32, place: Place, answer: Answer) {
        self.cursor = None;
        let key = Key { frame: self.open(frame), place };
        match self.book.get(&key) {
            Some(given) if given.answer == answer && !given.held => return,
            Some(given) if given.answer != answer => {
                let before: HashSet<Key> = self.walk.trail.iter().map(|passed| passed.key).collect();
                self.book.hold_all_but(&before);
            }
            _ => {}
        }
        let (shown, action) = match self.prompt(frame, place) {
            Some(prompt) => {
                let shown = prompt.reads.iter().map(|slot| self.state(frame, *slot).value().cloned()).collect();
                (shown, prompt.kind == crate::playbook::flow::PromptKind::Do)
            }
            None => (Vec::new(), false),
        };
        let path =
            self.walk.trail.iter().filter_map(|passed| self.book.get(&passed.key)).map(|given| given.number).collect();
        self.book.give(key, answer, shown, action, path);
    }

    /// The book's frame for one of the walk's, opened with those around it.
    fn open(&mut self, frame: u32) -> u32 {
        let here = &self.walk.frames[frame as usize];
        match (here.book, here.caller) {
            (Some(book), _) => book,
            (None, Some((parent, node))) => {
                let visit = here.visit;
                let parent = self.open(parent);
                self.book.open(parent, node, visit)
            }
            (None, None) => 0,
        }
    }

    fn take_over(&mut self, audience: Audience, tier: String) {
        self.book.audience = audience;
        self.tier = tier;
        self.handed_over = None;
        if let Position::Stopped { key: Some(key), .. } = self.walk.position {
            self.book.withdraw(&key);
        }
    }

    /// What would have to be confirmed after a change, in order, if each is confirmed as it was.
    pub fn would_confirm(&self, at: &str, visit: Option<u32>, said: &Said) -> Result<Vec<(String, u32)>, Refused> {
        let mut run = self.clone();
        let input = Input::Change { at: at.to_owned(), visit, said: said.clone() };
        let when = jiff::Timestamp::UNIX_EPOCH;
        let mut confirm = Vec::new();
        if !run.take(&input, None, when, "")? {
            return Ok(confirm);
        }
        while let Some(held) = run.held() {
            let Position::At { frame, place } = run.walk.position else { break };
            confirm.push((run.name(frame, place), run.visit(place)));
            let event = Event::Answered { at: run.at(frame, place), said: held };
            run.record(Entry { when, by: String::new(), event })?;
        }
        Ok(confirm)
    }

    /// The earlier answer at the prompt that the run stands at.
    pub fn held(&self) -> Option<Said> {
        let Position::At { frame, place } = self.walk.position else { return None };
        let key = Key { frame: self.walk.frames[frame as usize].book?, place };
        let given = self.book.get(&key)?;
        Some(self.said(frame, place, &given.answer))
    }

    // Names

    /// The prompt of a step's place; `None` for a fact's.
    pub(super) fn prompt(&self, frame: u32, place: Place) -> Option<&Prompt> {
        let Place::Node { node, .. } = place else { return None };
        let unit = self.walk.frames[frame as usize].unit;
        match &self.program.units[unit as usize].flow.nodes[node as usize] {
            Node::Prompt(prompt) => Some(prompt),
            _ => unreachable!("only prompts take answers"),
        }
    }

    /// A fact as a frame sees it.
    pub(super) fn fact(&self, frame: u32, slot: Slot) -> &Fact {
        self.program.scope(self.walk.frames[frame as usize].unit).fact(slot)
    }

    pub(super) fn state(&self, frame: u32, slot: Slot) -> &State {
        match slot {
            Slot::Own(at) => &self.walk.frames[frame as usize].facts[at as usize],
            Slot::Desk(at) => &self.walk.facts[at as usize],
        }
    }

    pub(super) fn visit(&self, place: Place) -> u32 {
        match place {
            Place::Node { visit, .. } => visit,
            Place::Fact(_) => 1,
        }
    }

    /// `call-step/` for each call that leads to a frame.
    pub(super) fn prefix(&self, frame: u32) -> String {
        self.calls(frame).iter().map(|(step, _)| format!("{step}/")).collect()
    }

    pub(super) fn calls(&self, frame: u32) -> Vec<(String, u32)> {
        let mut calls = Vec::new();
        let mut at = &self.walk.frames[frame as usize];
        while let Some((parent, node)) = at.caller {
            let visit = at.visit;
            at = &self.walk.frames[parent as usize];
            let flow = &self.program.units[at.unit as usize].flow;
            calls.push((flow.steps[flow.step_of(node) as usize].id.value.clone(), visit));
        }
        calls.reverse();
        calls
    }

    pub(super) fn local_name(&self, frame: u32, place: Place) -> String {
        let flow = &self.program.units[self.walk.frames[frame as usize].unit as usize].flow;
        match place {
            Place::Fact(slot) => self.fact(frame, slot).name.value.clone(),
            Place::Node { node, .. } => {
                let step = &flow.steps[flow.step_of(node) as usize].id.value;
                match self.prompt(frame, place).and_then(|prompt| prompt.item.as_ref()) {
                    Some(item) => format!("{step}/{}", item.value),
                    None => step.clone(),
                }
            }
        }
    }

    /// A place as scripts and tests name it.
    pub fn name(&self, frame: u32, place: Place) -> String {
        let prefix = if matches!(place, Place::Fact(Slot::Desk(_))) { String::new() } else { self.prefix(frame) };
        prefix + &self.local_name(frame, place)
    }

    fn at(&self, frame: u32, place: Place) -> At {
        At { calls: self.calls(frame), name: self.local_name(frame, place), visit: self.visit(place) }
    }

    // Answers

    fn takes(&self, frame: u32, place: Place) -> Takes<'_> {
        let by_fact = |fact| Takes::Value(fact);
        match place {
            Place::Fact(slot) => by_fact(self.fact(frame, slot)),
            Place::Node { .. } => {
                let prompt = self.prompt(frame, place).expect("a node that takes answers is a prompt");
                match &prompt.options {
                    Options::Next(_) => Takes::Next,
                    Options::Choices(choices) => {
                        Takes::Choices(choices.iter().map(|choice| choice.id.value.as_str()).collect())
                    }
                    Options::Typed(_) => {
                        by_fact(self.fact(frame, prompt.save.as_ref().expect("a typed prompt saves").value))
                    }
                }
            }
        }
    }

    fn read_answer(&self, frame: u32, place: Place, said: &Said) -> Result<Answer, Refused> {
        let takes = self.takes(frame, place);
        let refuse = |why: String| Err(Refused::new(why, self.valid(frame, place)));
        match (takes, said) {
            (Takes::Next, Said::Answer(id)) if id == "next" => Ok(Answer::Next),
            (Takes::Next, _) => refuse("there is nothing to answer here, only to go on".into()),
            (_, Said::Answer(id)) if id == "stuck" => Ok(Answer::Stuck),
            (Takes::Choices(ids), Said::Answer(id)) => match ids.iter().position(|known| known == id) {
                Some(at) => Ok(Answer::Choice(at as u32)),
                None => refuse(format!("`{id}` is not an answer here")),
            },
            (Takes::Value(fact), said) => {
                fits_kind(fact, said).map_err(|refused| Refused::new(refused.why, self.valid(frame, place)))?;
                match fact.kind.read(said.words()) {
                    Some(value) => Ok(Answer::Value(value)),
                    None => {
                        let typed = crate::diagnostic::wording::shorten(said.words());
                        let takes = fact.kind.takes();
                        refuse(format!("`{typed}` does not fit: this takes {takes}"))
                    }
                }
            }
            (Takes::Choices(_), Said::Value(_)) => refuse("this takes one of its answers".into()),
        }
    }

    /// What a place takes, for people and scripts.
    pub(super) fn valid(&self, frame: u32, place: Place) -> Vec<String> {
        let mut valid = match self.takes(frame, place) {
            Takes::Next => return vec!["next".into()],
            Takes::Choices(ids) => ids.into_iter().map(str::to_owned).collect(),
            Takes::Value(fact) => match &fact.kind {
                Type::YesNo => vec!["yes".into(), "no".into()],
                Type::Choice(ids) => ids.iter().map(|id| id.to_string()).collect(),
                kind => vec![kind.takes()],
            },
        };
        valid.push("stuck".into());
        valid
    }

    /// An answer in the words that give it.
    pub fn said(&self, frame: u32, place: Place, answer: &Answer) -> Said {
        match (answer, self.takes(frame, place)) {
            (Answer::Next, _) => Said::Answer("next".into()),
            (Answer::Stuck, _) => Said::Answer("stuck".into()),
            (Answer::Choice(at), Takes::Choices(ids)) => Said::Answer(ids[*at as usize].to_owned()),
            (Answer::Value(value), Takes::Value(fact)) if matches!(fact.kind, Type::Choice(_) | Type::YesNo) => {
                Said::Answer(value.to_string())
            }
            (Answer::Value(value), _) => Said::Value(value.to_string()),
            (Answer::Choice(_), _) => unreachable!("a choice is given where there are choices"),
        }
    }

    // Tokens

    /// The position token: the same prompt, reached by the same answers, of the same program.
    pub fn position(&self) -> String {
        let mut token = Token::new(self);
        self.walk.trail.iter().for_each(|passed| token.pass(self, passed.frame, passed.place, &passed.key));
        let end = match &self.walk.position {
            Position::At { frame, place } => format!("{:?}", self.at(*frame, *place)),
            other => format!("{other:?}"),
        };
        token.finish(&format!("{end} {:?}", self.handed_over))
    }

    /// An input that answers a position other than the present: fine if it says there what was recorded there.
    fn repeated(&self, input: &Input, wanted: &str) -> Result<Option<Event>, Refused> {
        let mut token = Token::new(self);
        for passed in &self.walk.trail {
            let here = token.clone().finish(&format!("{:?} {:?}", self.at(passed.frame, passed.place), None::<Reason>));
            if here == wanted {
                let given = self.book.get(&passed.key).map(|given| &given.answer);
                return match input {
                    Input::Say(said) if self.read_answer(passed.frame, passed.place, said).ok().as_ref() == given => {
                        Ok(None)
                    }
                    _ => break,
                };
            }
            token.pass(self, passed.frame, passed.place, &passed.key);
        }
        Err(Refused::new("this was meant for another position; the run has gone on", vec![self.position()]))
    }
}

#[derive(Clone)]
struct Token(Sha256);

impl Token {
    fn new(run: &Run) -> Self {
        let mut hasher = Sha256::new();
        hasher.update(run.program.hash.to_string());
        hasher.update(format!("{:?}", run.book.given_at_start));
        Self(hasher)
    }

    fn pass(&mut self, run: &Run, frame: u32, place: Place, key: &Key) {
        let given = run.book.get(key).map(|given| &given.answer);
        self.0.update(format!("{:?} {given:?};", run.at(frame, place)));
    }

    fn finish(mut self, end: &str) -> String {
        self.0.update(end);
        self.0.finalize().iter().take(8).map(|byte| format!("{byte:02x}")).collect()
    }
}

/// Choices are answered, everything else is typed.
fn fits_kind(fact: &Fact, said: &Said) -> Result<(), Refused> {
    let chosen = matches!(fact.kind, Type::Choice(_) | Type::YesNo);
    match (chosen, said) {
        (true, Said::Value(_)) | (false, Said::Answer(_)) => {
            let (word, takes) = (if chosen { "answer" } else { "value" }, fact.kind.takes());
            Err(Refused::new(format!("this takes `{word}`: {takes}"), vec![takes]))
        }
        _ => Ok(()),
    }
}

/// A fact given at the start, by name.
fn start_fact(program: &Program, name: &str, typed: &str) -> Result<(Slot, Value), Refused> {
    let scope = program.scope(0);
    let Some((slot, value)) = read_fact(program, name, typed) else {
        let names = scope.own.names().chain(scope.desk.names()).map(str::to_owned).collect();
        return Err(Refused::new(format!("there is no fact `{name}` in this playbook or the desk"), names));
    };
    let takes = scope.fact(slot).kind.takes();
    let value = value.ok_or_else(|| Refused::new(format!("`{name}` takes {takes}"), vec![takes.clone()]))?;
    Ok((slot, value))
}
