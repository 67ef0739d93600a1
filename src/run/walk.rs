//! Where a run stands: a pure function of the program and the answer book.

use super::book::{Answer, AnswerBook, Audience, Given, Key, Place};
use crate::{
    expression::{Known, Slot, Value, Verdict},
    playbook::{
        Fact, Program,
        flow::{Branch, Call, End, EndKind, Flow, Node, Options, Prompt, Target, Way},
        program::Argument,
    },
    reason::Reason,
};
use std::collections::HashSet;

/// No run enters more steps than this; the checker proves that none has to.
pub const STEP_LIMIT: u32 = 10_000;

/// What is known of a fact on the way.
#[derive(Clone, Debug)]
pub enum State {
    /// Nobody asked so far.
    Unasked,
    /// Its prompt waits for the facts that it shows.
    Preparing,
    /// Its value.
    Known(Value),
    /// "Can't tell", answered at this prompt.
    CantTell(Key),
}

impl State {
    /// The value, if there is one.
    pub fn value(&self) -> Option<&Value> {
        match self {
            State::Known(value) => Some(value),
            _ => None,
        }
    }
}

/// A playbook that the walk went into.
#[derive(Clone, Debug)]
pub struct Frame {
    /// Its place in the program.
    pub unit: u32,
    /// The calling frame and the call's node there; `None` for the first.
    pub caller: Option<(u32, u32)>,
    /// The same frame in the book, if anything was answered in it.
    pub book: Option<u32>,
    /// Which visit of the call opened it.
    pub visit: u32,
    /// Its own facts.
    pub facts: Vec<State>,
    visits: Vec<u32>,
}

/// A prompt that the walk went past.
#[derive(Clone, Copy, Debug)]
pub struct Passed {
    /// Its frame in [`Walk::frames`].
    pub frame: u32,
    /// Where in it.
    pub place: Place,
    /// The same place in the book.
    pub key: Key,
}

/// Where the walk came to.
#[derive(Clone, Debug)]
pub enum Position {
    /// A prompt without an answer that counts.
    At {
        /// Its frame.
        frame: u32,
        /// Where in it.
        place: Place,
    },
    /// An ending.
    Ended {
        /// Its frame.
        frame: u32,
        /// Its node.
        node: u32,
    },
    /// A stop that is none of the playbook's endings.
    Stopped {
        /// Why.
        reason: Reason,
        /// The frame.
        frame: u32,
        /// The step.
        step: u32,
        /// For `stuck` the prompt; for `unknown-fact` the prompt that was answered "can't tell".
        key: Option<Key>,
    },
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Walk {
    /// The prompts that were answered, in order.
    pub trail: Vec<Passed>,
    /// Every playbook that was gone into, the first first.
    pub frames: Vec<Frame>,
    /// The desk's facts.
    pub facts: Vec<State>,
    /// Where it ends.
    pub position: Position,
    /// The frame in which it ends.
    pub frame: u32,
}

/// A way that the walk took: the unit, the node (or the step of `visits`) and the way's name.
pub struct Taken<'p> {
    /// The frame's place in the walk.
    pub frame: u32,
    /// The playbook's place in the program.
    pub unit: u32,
    /// The step.
    pub step: u32,
    /// The way; `None` where an ending was reached.
    pub way: Option<(&'p Way, u32)>,
}

/// Walks from the start as far as the answers go, or to the cursor. Pure and total.
pub fn walk(program: &Program, book: &AnswerBook, cursor: Option<&Key>) -> Walk {
    observe(program, book, cursor, |_| {})
}

/// The same; `taken` is told every step that is entered and every way that is taken.
pub fn observe<'p>(
    program: &'p Program,
    book: &AnswerBook,
    cursor: Option<&Key>,
    taken: impl FnMut(Taken<'p>),
) -> Walk {
    let mut facts = vec![State::Unasked; program.facts.list.len()];
    let mut first = frame(program, 0, None, Some(0), 1);
    for (slot, value) in &book.given_at_start {
        match slot {
            Slot::Own(at) => first.facts[*at as usize] = State::Known(value.clone()),
            Slot::Desk(at) => facts[*at as usize] = State::Known(value.clone()),
        }
    }
    let mut walker = Walker {
        program,
        book,
        cursor,
        trail: Vec::with_capacity(book.len()),
        passed: HashSet::new(),
        holds: book.holds(),
        frames: vec![first],
        facts,
        here: 0,
        entered: 0,
        preparing: Vec::new(),
        taken,
    };
    let position = walker.go();
    Walk { trail: walker.trail, frames: walker.frames, facts: walker.facts, position, frame: walker.here }
}

fn frame(program: &Program, unit: u32, caller: Option<(u32, u32)>, book: Option<u32>, visit: u32) -> Frame {
    let flow = &program.units[unit as usize].flow;
    Frame {
        unit,
        caller,
        book,
        visit,
        facts: vec![State::Unasked; flow.facts.list.len()],
        visits: vec![0; flow.steps.len()],
    }
}

struct Walker<'p, 'b, T> {
    program: &'p Program,
    book: &'b AnswerBook,
    cursor: Option<&'b Key>,
    trail: Vec<Passed>,
    /// The steps' prompts of the trail, kept only while answers are held.
    passed: HashSet<Key>,
    holds: bool,
    frames: Vec<Frame>,
    facts: Vec<State>,
    /// The present frame.
    here: u32,
    entered: u32,
    /// The facts whose prompts wait for others; empty between prompts.
    preparing: Vec<Slot>,
    taken: T,
}

/// Either the next target, or where the walk ends.
type Step = Result<Target, Position>;

impl<'p, 'b, T: FnMut(Taken<'p>)> Walker<'p, 'b, T> {
    fn go(&mut self) -> Position {
        let start = self.flow().start.expect("a program has a start");
        let mut target = Target::Step(start);
        loop {
            let next = match target {
                Target::Step(step) => self.enter(step),
                Target::Node(node) => self.node(node),
                Target::Nowhere => unreachable!("a program has no loose ends"),
            };
            match next {
                Ok(next) => target = next,
                Err(position) => return position,
            }
        }
    }

    fn frame(&mut self) -> &mut Frame {
        &mut self.frames[self.here as usize]
    }

    fn unit(&self) -> u32 {
        self.frames[self.here as usize].unit
    }

    fn flow(&self) -> &'p Flow {
        &self.program.units[self.unit() as usize].flow
    }

    fn stop(&self, reason: Reason, step: u32, key: Option<Key>) -> Position {
        Position::Stopped { reason, frame: self.here, step, key }
    }

    fn follow(&mut self, step: u32, way: &'p Way, from: u32) -> Target {
        let unit = self.unit();
        (self.taken)(Taken { frame: self.here, unit, step, way: Some((way, from)) });
        way.target
    }

    fn enter(&mut self, at: u32) -> Step {
        self.entered += 1;
        if self.entered > STEP_LIMIT {
            return Err(self.stop(Reason::StepLimit, at, None));
        }
        let step = &self.flow().steps[at as usize];
        let visits = &mut self.frame().visits[at as usize];
        match &step.visits {
            Some(limit) if *visits >= limit.max => return Ok(self.follow(at, &limit.then, u32::MAX)),
            _ => *visits += 1,
        }
        let unit = self.unit();
        (self.taken)(Taken { frame: self.here, unit, step: at, way: None });
        if self.book.audience == Audience::SelfService && (step.staff || self.calls_staff(step.entry)) {
            return Err(self.stop(Reason::StaffOnly, at, None));
        }
        Ok(Target::Node(step.entry))
    }

    fn calls_staff(&self, node: u32) -> bool {
        match &self.flow().nodes[node as usize] {
            Node::Call(call) => {
                let link = &self.program.units[self.unit() as usize].links[call.number as usize];
                self.program.units[link.unit as usize].staff
            }
            _ => false,
        }
    }

    fn node(&mut self, at: u32) -> Step {
        match &self.flow().nodes[at as usize] {
            Node::Prompt(prompt) => self.prompt(at, prompt),
            Node::Gate(gate) => {
                let step = self.flow().step_of(at);
                Ok(match self.verdict(&gate.condition)? {
                    Verdict::False => self.follow(step, &gate.pass, at),
                    _ => Target::Node(gate.offer),
                })
            }
            Node::Branch(branch) => self.branch(at, branch),
            Node::Call(call) => self.call(at, call),
            Node::End(end) => self.end(at, end),
            Node::Broken => unreachable!("a program has no broken step"),
        }
    }

    fn prompt(&mut self, at: u32, prompt: &'p Prompt) -> Step {
        self.ask_all(&prompt.reads)?;
        let flow = self.flow();
        let step = flow.step_of(at);
        let visit = self.frame().visits[step as usize];
        let place = Place::Node { node: at, visit };
        let (key, given) = self.look_up(self.here, place)?;
        if given.held && !self.counts(&key, given, prompt) {
            return Err(Position::At { frame: self.here, place });
        }
        self.trail.push(Passed { frame: self.here, place, key });
        if self.holds {
            self.passed.insert(key);
        }
        let way = match (&given.answer, &prompt.options) {
            (Answer::Stuck, _) => match &prompt.stuck {
                Some(way) => return Ok(self.follow(step, way, at)),
                None => return Err(self.stop(Reason::Stuck, step, Some(key))),
            },
            (Answer::Choice(choice), Options::Choices(choices)) => {
                let choice = &choices[*choice as usize];
                if let Some(slot) = &prompt.save
                    && let Some(value) = self.fact(slot.value).kind.read(&choice.id.value)
                {
                    *self.state(slot.value) = State::Known(value);
                }
                &choice.way
            }
            (Answer::Value(value), Options::Typed(way)) => {
                if let Some(slot) = &prompt.save {
                    *self.state(slot.value) = State::Known(value.clone());
                }
                way
            }
            (_, Options::Next(way) | Options::Typed(way)) => way,
            (_, Options::Choices(choices)) => &choices[0].way,
        };
        Ok(self.follow(step, way, at))
    }

    /// The answer at a place of the present frame; a position if there is none, or the cursor says stop there.
    fn look_up(&self, frame: u32, place: Place) -> Result<(Key, &'b Given), Position> {
        let book = self.book;
        let known = self.frames[frame as usize].book.and_then(|frame| {
            let key = Key { frame, place };
            book.get(&key).filter(|_| self.cursor != Some(&key)).map(|given| (key, given))
        });
        known.ok_or(Position::At { frame, place })
    }

    /// Whether a held answer counts again by itself.
    fn counts(&self, key: &Key, given: &Given, prompt: &Prompt) -> bool {
        let same = prompt.reads.len() == given.shown.len()
            && prompt.reads.iter().zip(&given.shown).all(|(slot, then)| self.known(*slot).value() == then.as_ref());
        same && self.book.no_news(key, given, |action| self.passed.contains(action))
    }

    fn branch(&mut self, at: u32, branch: &'p Branch) -> Step {
        let step = self.flow().step_of(at);
        for (condition, _, way) in &branch.arms {
            match self.verdict(condition)? {
                Verdict::True => return Ok(self.follow(step, way, at)),
                Verdict::NoValue(blamed) => {
                    return match (&branch.unknown, self.known(blamed)) {
                        (Some(way), _) => Ok(self.follow(step, way, at)),
                        (None, State::CantTell(key)) => Err(self.stop(Reason::UnknownFact, step, Some(*key))),
                        (None, _) => Err(self.stop(Reason::UnknownFact, step, None)),
                    };
                }
                _ => {}
            }
        }
        match &branch.otherwise {
            Some(way) => Ok(self.follow(step, way, at)),
            None => Err(self.stop(Reason::NoBranch, step, None)),
        }
    }

    fn call(&mut self, at: u32, call: &'p Call) -> Step {
        self.ask_all(&call.reads)?;
        let program = self.program;
        let link = &program.units[self.unit() as usize].links[call.number as usize];
        let step = self.flow().step_of(at);
        let visit = self.frame().visits[step as usize];
        let book = self.frame().book.and_then(|frame| self.book.child(frame, at, visit));
        let mut callee = frame(program, link.unit, Some((self.here, at)), book, visit);
        for (fact, argument) in &link.with {
            let state = match argument {
                Argument::Value(value) => State::Known(value.clone()),
                Argument::Fact(slot) => self.known(*slot).clone(),
            };
            callee.facts[*fact as usize] = state;
        }
        self.here = self.frames.len() as u32;
        self.frames.push(callee);
        Ok(Target::Step(self.flow().start.expect("a program's playbooks have a start")))
    }

    fn end(&mut self, at: u32, end: &'p End) -> Step {
        self.ask_all(&end.reads)?;
        let caller = self.frames[self.here as usize].caller;
        let (frame, node) = match caller {
            Some(caller) if end.kind != EndKind::Escalated => caller,
            _ => return Err(Position::Ended { frame: self.here, node: at }),
        };
        self.here = frame;
        let flow = self.flow();
        let step = flow.step_of(node);
        let Node::Call(call) = &flow.nodes[node as usize] else { unreachable!("a frame is opened by a call") };
        let way = if end.kind == EndKind::Resolved { &call.resolved } else { &call.not_resolved };
        match way {
            Some(way) => Ok(self.follow(step, way, node)),
            None => Err(self.stop(Reason::NoBranch, step, None)),
        }
    }

    // Facts

    fn fact(&self, slot: Slot) -> &'p Fact {
        match slot {
            Slot::Own(at) => &self.flow().facts.list[at as usize],
            Slot::Desk(at) => &self.program.facts.list[at as usize],
        }
    }

    fn known(&self, slot: Slot) -> &State {
        match slot {
            Slot::Own(at) => &self.frames[self.here as usize].facts[at as usize],
            Slot::Desk(at) => &self.facts[at as usize],
        }
    }

    fn state(&mut self, slot: Slot) -> &mut State {
        match slot {
            Slot::Own(at) => &mut self.frames[self.here as usize].facts[at as usize],
            Slot::Desk(at) => &mut self.facts[at as usize],
        }
    }

    fn askable(&self, slot: Slot) -> bool {
        matches!(self.known(slot), State::Unasked) && self.fact(slot).ask.is_some()
    }

    /// Evaluates a condition, asking for facts until it is settled; never [`Verdict::Ask`].
    fn verdict(&mut self, condition: &crate::expression::Condition) -> Result<Verdict, Position> {
        loop {
            let verdict = condition.eval(&|slot| match self.known(slot) {
                State::Known(value) => Known::Value(value),
                _ if self.askable(slot) => Known::Askable,
                _ => Known::No,
            });
            match verdict {
                Verdict::Ask(slot) => self.ask(slot)?,
                settled => return Ok(settled),
            }
        }
    }

    fn ask_all(&mut self, slots: &[Slot]) -> Result<(), Position> {
        for slot in slots {
            if self.askable(*slot) {
                self.ask(*slot)?;
            }
        }
        Ok(())
    }

    /// Settles a fact that can be asked for, and before it those that its prompt shows. A fact in a ring of
    /// prompts is not asked for while its own prompt waits.
    fn ask(&mut self, slot: Slot) -> Result<(), Position> {
        self.preparing.push(slot);
        *self.state(slot) = State::Preparing;
        while let Some(top) = self.preparing.last().copied() {
            let fact = self.fact(top);
            if let Some(next) = fact.reads.iter().copied().find(|read| self.askable(*read)) {
                *self.state(next) = State::Preparing;
                self.preparing.push(next);
                continue;
            }
            let frame = if matches!(top, Slot::Desk(_)) { 0 } else { self.here };
            let place = Place::Fact(top);
            match self.look_up(frame, place) {
                Ok((key, given)) => {
                    *self.state(top) = match &given.answer {
                        Answer::Value(value) => State::Known(value.clone()),
                        _ => State::CantTell(key),
                    };
                    self.trail.push(Passed { frame, place, key });
                    self.preparing.pop();
                }
                Err(position) => {
                    for slot in std::mem::take(&mut self.preparing) {
                        *self.state(slot) = State::Unasked;
                    }
                    return Err(position);
                }
            }
        }
        Ok(())
    }
}
