//! What the places of one program are in another: by their names, and by what they were called before.

use super::{
    book::{Answer, AnswerBook, Given, Key, Place},
    event::{At, Said},
};
use crate::{
    diagnostic::Spanned,
    expression::{Slot, Value},
    playbook::{
        Fact, Program,
        flow::{End, Flow, Node, Options, Prompt},
    },
};
use std::collections::HashMap;

/// The same playbook's places in both programs.
pub(super) type Units = (u32, u32);

/// The calls that lead to a frame: nodes with their visits.
pub(super) type Calls = Vec<(u32, u32)>;

/// Two programs, the one whose places are known first.
#[derive(Clone, Copy)]
pub(super) struct Names<'p> {
    pub old: &'p Program,
    pub new: &'p Program,
}

/// What has this id in the newer program: what was called so and is there under a new id, else what is called so.
fn heir<'a>(
    id: &str,
    old: impl Iterator<Item = &'a str> + Clone,
    new: impl Iterator<Item = (&'a str, &'a [Spanned<String>])> + Clone,
) -> Option<usize> {
    let is_new = |id: &str| old.clone().all(|known| known != id);
    let renamed = new.clone().position(|(now, was)| was.iter().any(|was| was.value == id) && is_new(now));
    renamed.or_else(|| new.clone().position(|(now, _)| now == id))
}

/// The ids of a prompt's answers, with the earlier ones.
fn answers(prompt: &Prompt) -> impl Iterator<Item = (&str, &[Spanned<String>])> + Clone {
    let choices = if let Options::Choices(choices) = &prompt.options { &choices[..] } else { &[] };
    choices.iter().map(|choice| (choice.id.value.as_str(), &choice.was[..]))
}

impl<'p> Names<'p> {
    fn flows(&self, units: Units) -> (&'p Flow, &'p Flow) {
        (&self.old.units[units.0 as usize].flow, &self.new.units[units.1 as usize].flow)
    }

    /// A step by its position.
    pub fn step(&self, units: Units, at: u32) -> Option<u32> {
        let (old, new) = self.flows(units);
        let ids = old.steps.iter().map(|step| step.id.value.as_str());
        let steps = new.steps.iter().map(|step| (step.id.value.as_str(), &step.was[..]));
        heir(&old.steps[at as usize].id.value, ids, steps).map(|at| at as u32)
    }

    /// A prompt of the same kind, or a call.
    pub fn node(&self, units: Units, at: u32) -> Option<u32> {
        let (old, new) = self.flows(units);
        let step = self.step(units, old.step_of(at))?;
        let item = |prompt: &Prompt| prompt.item.as_ref().map(|item| item.value.clone());
        let same = |node: &Node| match (&old.nodes[at as usize], node) {
            (Node::Prompt(was), Node::Prompt(now)) => was.kind == now.kind && item(was) == item(now),
            (Node::Call(_), Node::Call(_)) => true,
            _ => false,
        };
        new.nodes_of(&new.steps[step as usize]).find(|(_, node)| same(node)).map(|(at, _)| at)
    }

    fn slot(&self, units: Units, slot: Slot) -> Option<Slot> {
        self.new.scope(units.1).find(&self.old.scope(units.0).fact(slot).name.value)
    }

    /// The playbooks that a call goes into.
    fn callees(&self, units: Units, calls: (u32, u32)) -> Option<Units> {
        let callee =
            |program: &Program, unit: u32, node: u32| match &program.units[unit as usize].flow.nodes[node as usize] {
                Node::Call(call) => Some(program.units[unit as usize].links[call.number as usize].unit),
                _ => None,
            };
        Some((callee(self.old, units.0, calls.0)?, callee(self.new, units.1, calls.1)?))
    }

    /// A frame by the calls that lead to it, with its playbooks.
    pub fn frame(&self, calls: &Calls) -> Option<(Calls, Units)> {
        calls.iter().try_fold((Vec::new(), (0, 0)), |(mut there, units), (node, visit)| {
            let call = self.node(units, *node)?;
            there.push((call, *visit));
            Some((there, self.callees(units, (*node, call))?))
        })
    }

    /// A place inside a frame.
    pub fn place(&self, units: Units, place: Place) -> Option<Place> {
        Some(match place {
            Place::Node { node, visit } => Place::Node { node: self.node(units, node)?, visit },
            Place::Fact(slot) => Place::Fact(self.slot(units, slot)?),
        })
    }

    /// The prompts of a place; none for facts.
    fn prompts(&self, units: Units, places: (Place, Place)) -> Option<(&'p Prompt, &'p Prompt)> {
        let (old, new) = self.flows(units);
        let (Place::Node { node: was, .. }, Place::Node { node: now, .. }) = places else { return None };
        match (&old.nodes[was as usize], &new.nodes[now as usize]) {
            (Node::Prompt(was), Node::Prompt(now)) => Some((was, now)),
            _ => None,
        }
    }

    fn facts(&self, units: Units, slots: (Slot, Slot)) -> (&'p Fact, &'p Fact) {
        (self.old.scope(units.0).fact(slots.0), self.new.scope(units.1).fact(slots.1))
    }

    /// An answer, if it can be given there.
    fn answer(&self, units: Units, places: (Place, Place), answer: &Answer) -> Option<Answer> {
        let admits = |fact: &Fact, value: &Value| fact.kind.admits(value).then(|| answer.clone());
        if let (Place::Fact(_), Place::Fact(slot)) = places {
            return match answer {
                Answer::Value(value) => admits(self.new.scope(units.1).fact(slot), value),
                _ => Some(answer.clone()),
            };
        }
        let (was, now) = self.prompts(units, places)?;
        match (answer, &now.options) {
            (Answer::Next, Options::Next(_)) => Some(Answer::Next),
            (Answer::Stuck, Options::Choices(_) | Options::Typed(_)) => Some(Answer::Stuck),
            (Answer::Choice(at), Options::Choices(_)) => {
                let (id, _) = answers(was).nth(*at as usize)?;
                let at = heir(id, answers(was).map(|(id, _)| id), answers(now))?;
                Some(Answer::Choice(at as u32))
            }
            (Answer::Value(value), Options::Typed(_)) => {
                admits(self.new.scope(units.1).fact(now.save.as_ref()?.value), value)
            }
            _ => None,
        }
    }

    /// Whether people read something else there: another text, check, tip or other answers.
    pub fn is_reworded(&self, units: Units, places: (Place, Place)) -> bool {
        if let (Place::Fact(was), Place::Fact(now)) = places {
            let (was, now) = self.facts(units, (was, now));
            let read = |fact: &'p Fact| {
                let choices = fact.choices.iter().map(|(id, label)| (&id.value, label)).collect::<Vec<_>>();
                (fact.ask.as_ref().map(|text| &text.source.value), choices, &fact.unit, fact.kind.takes())
            };
            return read(was) != read(now);
        }
        let Some((was, now)) = self.prompts(units, places) else { return true };
        let read = |prompt: &'p Prompt| {
            let texts = [Some(&prompt.text), prompt.verify.as_deref(), prompt.tip.as_deref()];
            let labels = match &prompt.options {
                Options::Choices(choices) => choices.iter().map(|choice| &choice.label.source.value).collect(),
                _ => Vec::new(),
            };
            (texts.map(|text| text.map(|text| &text.source.value)), labels)
        };
        read(was) != read(now)
    }

    /// What a prompt showed, in the order of the newer one; of another length where that shows more, so that a held
    /// answer has to be confirmed.
    fn shown(&self, units: Units, places: (Place, Place), shown: &[Option<Value>]) -> Vec<Option<Value>> {
        let Some((was, now)) = self.prompts(units, places) else { return shown.to_vec() };
        let there: Vec<Option<Slot>> = was.reads.iter().map(|slot| self.slot(units, *slot)).collect();
        let value = |slot: &Slot| shown.get(there.iter().position(|known| *known == Some(*slot))?).cloned();
        now.reads.iter().map_while(value).collect()
    }

    /// An ending's name.
    pub fn end(&self, units: Units, node: u32, end: &End) -> Option<String> {
        let (old, new) = self.flows(units);
        let from = old.step_of(node);
        let step = &new.steps[self.step(units, from)? as usize];
        let was = &old.steps[from as usize];
        let way = end.name.strip_prefix(was.id.value.as_str()).unwrap_or_default();
        let prompt = |flow: &'p Flow, step| {
            flow.nodes_of(step)
                .find_map(|(_, node)| if let Node::Prompt(prompt) = node { Some(&**prompt) } else { None })
        };
        let answer = way.strip_prefix('.').and_then(|answer| {
            let (was, now) = (prompt(old, was)?, prompt(new, step)?);
            answers(now).nth(heir(answer, answers(was).map(|(id, _)| id), answers(now))?)
        });
        Some(match answer {
            Some((answer, _)) => format!("{}.{answer}", step.id.value),
            None => format!("{}{way}", step.id.value),
        })
    }

    /// The same for what an event names, as far as it has a place there.
    pub fn told(&self, at: &At, said: Option<&Said>) -> Option<(At, Option<Said>)> {
        let step = |units: Units, id: &str| {
            let old = self.flows(units).0;
            let at = old.steps.iter().position(|step| step.id.value == id)?;
            Some((&old.steps[at], self.flows(units).1.steps.get(self.step(units, at as u32)? as usize)?))
        };
        let (mut units, mut calls) = ((0, 0), Vec::new());
        for (id, visit) in &at.calls {
            let (was, now) = step(units, id)?;
            calls.push((now.id.value.clone(), *visit));
            units = self.callees(units, (was.entry, now.entry))?;
        }
        let (id, item) = at.name.split_once('/').map_or((at.name.as_str(), None), |(id, item)| (id, Some(item)));
        let Some((was, now)) = step(units, id) else {
            self.new.scope(units.1).find(id)?;
            return Some((At { calls, ..at.clone() }, said.cloned()));
        };
        let name = item.map_or_else(|| now.id.value.clone(), |item| format!("{}/{item}", now.id.value));
        let said = match said {
            Some(Said::Answer(id)) => {
                let prompts = self.node(units, was.entry).and_then(|entry| {
                    let place = |node| Place::Node { node, visit: 1 };
                    self.prompts(units, (place(was.entry), place(entry)))
                });
                let there = prompts
                    .and_then(|(was, now)| answers(now).nth(heir(id, answers(was).map(|(id, _)| id), answers(now))?));
                Some(Said::Answer(there.map_or_else(|| id.clone(), |(id, _)| id.to_owned())))
            }
            said => said.cloned(),
        };
        Some((At { calls, name, visit: at.visit }, said))
    }
}

/// A book over another program.
pub(super) struct Carried<'p> {
    names: Names<'p>,
    /// The frames of the old book in the new one, with their playbooks.
    frames: Vec<Option<(u32, Units)>>,
    /// The answers that have a place there.
    pub book: AnswerBook,
    /// The places, there, of the answers that cannot be given there any more, with their old ones.
    pub lost: HashMap<Key, Key>,
}

impl<'p> Carried<'p> {
    /// Carries a book over. `keep` says which answers, and whether each is held.
    pub fn new(names: Names<'p>, book: &AnswerBook, keep: impl Fn(&Key, &Given, bool) -> Option<bool>) -> Self {
        let given = book.given_at_start.iter().filter_map(|(slot, value)| {
            let there = names.slot((0, 0), *slot)?;
            names.new.scope(0).fact(there).kind.admits(value).then(|| (there, value.clone()))
        });
        let given = given.collect();
        let mut carried = Self {
            names,
            frames: vec![Some((0, (0, 0)))],
            book: AnswerBook::new(book.audience, given),
            lost: HashMap::new(),
        };
        carried.book.givings = book.givings;
        for frame in &book.frames[1..] {
            let (parent, node, visit) = frame.parent.expect("only the first frame has no caller");
            let there = carried.frames[parent as usize].and_then(|(parent, units)| {
                let call = names.node(units, node)?;
                let callees = names.callees(units, (node, call))?;
                Some((carried.book.open(parent, call, visit), callees))
            });
            carried.frames.push(there);
        }
        // In the order of their giving, so that it is always the same one that has the place of two.
        let mut answers: Vec<(&Key, &Given)> = book.answers.iter().collect();
        answers.sort_unstable_by_key(|(_, given)| given.number);
        for (key, given) in answers {
            carried.take(key, given, &keep);
        }
        let mut actions: Vec<_> = book.actions.iter().collect();
        actions.sort_unstable_by_key(|(_, performed)| performed.reports.last().map(|(number, _)| *number));
        for (key, performed) in actions {
            // What was done on a place that is no more is still news to what is held: under a key that is no place.
            let there = carried.key(key).filter(|there| !carried.book.actions.contains_key(there));
            let there = there.unwrap_or(Key { frame: u32::MAX - key.frame, place: key.place });
            carried.book.actions.insert(there, performed.clone());
        }
        carried
    }

    fn take(&mut self, key: &Key, given: &Given, keep: impl Fn(&Key, &Given, bool) -> Option<bool>) {
        let (Some(there), Some((_, units))) = (self.key(key), self.frames[key.frame as usize]) else { return };
        let places = (key.place, there.place);
        let Some(held) = keep(key, given, self.names.is_reworded(units, places)) else { return };
        let answer =
            self.names.answer(units, places, &given.answer).filter(|_| !self.book.answers.contains_key(&there));
        match answer {
            Some(answer) => {
                let shown = self.names.shown(units, places, &given.shown);
                self.book.answers.insert(there, Given { answer, number: given.number, held, shown });
            }
            None => {
                self.lost.insert(there, *key);
            }
        }
    }

    /// A place of the old book in the new one.
    pub fn key(&self, key: &Key) -> Option<Key> {
        let (frame, units) = (*self.frames.get(key.frame as usize)?)?;
        let place = self.names.place(units, key.place)?;
        Some(Key { frame: if matches!(place, Place::Fact(Slot::Desk(_))) { 0 } else { frame }, place })
    }
}
