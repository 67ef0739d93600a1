//! One run as numbers need it: where it came, which ways it took, how long it stood, how it left whoever began it.

use super::{Case, Entry, Event, Fault, State};
use crate::{
    expression::Slot,
    id::RunId,
    playbook::{
        Flow, Program,
        flow::{EndKind, Node, Prompt, PromptKind, Step},
    },
    reason::Reason,
    run::{self, Audience, Place, Position, Run, Said},
};
use jiff::{SignedDuration, Timestamp};
use std::sync::Arc;

/// A run that stands at a prompt for so long is abandoned.
pub const ABANDONED_AFTER: SignedDuration = SignedDuration::from_hours(24);
/// A case that is opened again so soon was not solved.
pub const REOPENED_WITHIN: SignedDuration = SignedDuration::from_hours(7 * 24);

/// A place in a program that is counted, whichever way led there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Spot {
    /// The playbook's place in the program.
    pub unit: u32,
    /// Where in it.
    pub at: Counted,
}

/// What is counted by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Counted {
    /// A step, an ending in place counted with its step.
    Step(u32),
    /// The prompt of an item of `try` or `tasks`.
    Item(u32),
    /// A fact's prompt.
    Fact(Slot),
}

/// How a run left the hands of whoever began it: each run has one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It came to a solution, and the caller confirmed it.
    Confirmed,
    /// It came to a solution, and nobody said whether it holds.
    Assumed,
    /// It was left at a prompt: the case was closed there, another playbook was started, or nothing was said for
    /// `ABANDONED_AFTER`.
    Abandoned,
    /// It goes on.
    Open,
    /// It went to another tier, for this reason; what came of it there is another run's success.
    Escalated(String),
}

/// See the module.
#[derive(Clone, Debug)]
pub struct Passage {
    /// The case's number.
    pub number: u64,
    /// The playbook that was started.
    pub playbook: String,
    /// What it went through last.
    pub program: Arc<Program>,
    /// Who began it.
    pub audience: Audience,
    /// When.
    pub started: Timestamp,
    /// When something was said to it last.
    pub last: Timestamp,
    /// The places on its path, as often as it came there.
    pub visits: Vec<Spot>,
    /// The ways that its path took, by their names; never what was typed.
    pub ways: Vec<(Spot, Arc<str>)>,
    /// How many seconds a prompt stood before it was answered; parked and handed over, nothing is measured.
    pub times: Vec<(Spot, u32)>,
    /// Where it stopped without an ending, and why.
    pub stops: Vec<(Spot, Reason)>,
    /// Why it went to another tier, and where it stood.
    pub escalated: Vec<(Spot, String)>,
    /// The latest report of each action: when, and whether it worked.
    pub reports: Vec<(Spot, Timestamp, bool)>,
    /// The prompt that it stands at, if nobody ended it.
    pub stands: Option<Spot>,
    /// The ending that it came to.
    pub ended: Option<EndKind>,
    /// Whether the case was opened again soon after this run's solution.
    pub reopened: bool,
    /// Whether the caller confirmed the solution that the run stands at; none before the case was closed with it.
    closed: Option<bool>,
    /// When the case was closed with this run's solution, until it is opened again.
    solved: Option<Timestamp>,
    is_left: bool,
    is_parked: bool,
    since: Option<Timestamp>,
}

/// The runs of a case, in order. `program` gives a program by its hash.
pub fn passages(
    id: crate::id::CaseId,
    entries: &[Entry],
    program: &dyn Fn(&str) -> Option<Arc<Program>>,
) -> Result<Vec<Passage>, Fault> {
    let (first, rest) = entries.split_first().ok_or(Fault::OutOfPlace(0))?;
    let mut case = Case::open(id, first)?;
    let mut passages: Vec<Passage> = Vec::new();
    for entry in rest {
        let before = case.runs.iter().map(|known| (here(&known.run), is_over(&known.run))).collect::<Vec<_>>();
        case.apply(entry, program)?;
        let known = |run: RunId| case.runs.iter().position(|known| known.run.id == run);
        let when = entry.when;
        for (passage, known) in passages.iter_mut().zip(&case.runs) {
            passage.follow(&known.run.program);
        }
        match &entry.event {
            Event::RunStarted { audience, .. } => {
                passages.iter_mut().for_each(|passage| passage.is_left = true);
                let started = case.runs.last().expect("it was just started");
                let mut passage = Passage::new(case.number, &started.run, &started.playbook, *audience, when);
                passage.stopped(&started.run, false);
                passages.push(passage);
            }
            Event::Went { run, what } => {
                let Some(at) = known(*run) else { continue };
                let (place, was_over) = before[at];
                passages[at].went(&case.runs[at].run, what, place, was_over, when);
            }
            Event::Escalated { escalation } => {
                let envelope = &escalation.envelope;
                let Some(at) = envelope.playbook.as_ref().and_then(|from| known(from.run)) else { continue };
                passages[at].escalated.push((here(&case.runs[at].run), envelope.why.reason.clone()));
                passages[at].since = None;
            }
            event => {
                let Some(latest) = passages.last_mut() else { continue };
                match event {
                    Event::Parked { .. } | Event::HandedBack { .. } | Event::Released => latest.since = None,
                    Event::Resumed | Event::Claimed { .. } => latest.since = Some(when),
                    Event::Resolved { confirmed, .. } => {
                        latest.closed = Some(*confirmed);
                        let run = &case.runs.last().expect("each has its passage").run;
                        latest.solved = (latest.escalated.is_empty() && is_solved(run)).then_some(when);
                    }
                    Event::Reopened { .. } => {
                        let solved = latest.solved.take();
                        latest.reopened |= solved.is_some_and(|then| when.duration_since(then) <= REOPENED_WITHIN);
                    }
                    _ => {}
                }
            }
        }
    }
    if let Some(latest) = passages.last_mut() {
        latest.is_left = case.is_resolved();
        latest.is_parked = matches!(case.state, State::Parked { .. });
    }
    for (passage, known) in passages.iter_mut().zip(&case.runs) {
        passage.finish(&known.run);
    }
    Ok(passages)
}

impl Passage {
    fn new(number: u64, run: &Run, playbook: &str, audience: Audience, when: Timestamp) -> Self {
        Self {
            number,
            playbook: playbook.to_owned(),
            program: Arc::clone(&run.program),
            audience,
            started: when,
            last: when,
            visits: Vec::new(),
            ways: Vec::new(),
            times: Vec::new(),
            stops: Vec::new(),
            escalated: Vec::new(),
            reports: Vec::new(),
            stands: None,
            ended: None,
            reopened: false,
            closed: None,
            solved: None,
            is_left: false,
            is_parked: false,
            since: Some(when),
        }
    }

    fn went(&mut self, run: &Run, what: &run::Event, place: Spot, was_over: bool, when: Timestamp) {
        self.last = when;
        if matches!(what, run::Event::Noted { .. } | run::Event::GotUpset) {
            return;
        }
        if let (run::Event::Answered { .. }, Some(since)) = (what, self.since) {
            let seconds = when.duration_since(since).as_secs().max(0);
            self.times.push((place, u32::try_from(seconds).unwrap_or(u32::MAX)));
        }
        (self.since, self.closed) = (Some(when), None);
        self.stopped(run, was_over);
    }

    /// Notes a stop that was none before.
    fn stopped(&mut self, run: &Run, was_over: bool) {
        let reason = match run.walk().position {
            Position::Stopped { reason, .. } => Some(reason),
            _ => run.handed_over(),
        };
        if let Some(reason) = reason.filter(|_| !was_over) {
            self.stops.push((here(run), reason));
        }
    }

    /// Goes over to another program, where the run did. What that does not have is not counted.
    fn follow(&mut self, program: &Arc<Program>) {
        if self.program.hash == program.hash {
            return;
        }
        let from = std::mem::replace(&mut self.program, Arc::clone(program));
        let moved = |spot: &mut Spot| match spot.within(&from, program) {
            Some(there) => {
                *spot = there;
                true
            }
            None => false,
        };
        self.times.retain_mut(|(spot, _)| moved(spot));
        self.stops.retain_mut(|(spot, _)| moved(spot));
        self.escalated.retain_mut(|(spot, _)| moved(spot));
    }

    /// What follows from how the run stands in the end.
    fn finish(&mut self, run: &Run) {
        let program = &run.program;
        run::observe(program, run.book(), None, |taken| {
            let step = Spot { unit: taken.unit, at: Counted::Step(taken.step) };
            match taken.way {
                None => self.visits.push(step),
                Some((way, from)) => {
                    let item = prompt(program, taken.unit, from).is_some_and(|prompt| prompt.item.is_some());
                    let spot = if item { Spot { at: Counted::Item(from), ..step } } else { step };
                    // An item's way is called `/item.failed` where it has one of its own.
                    let name = match way.name.rsplit_once('.') {
                        Some((_, name)) if item => name.into(),
                        _ => Arc::clone(&way.name),
                    };
                    self.ways.push((spot, name));
                }
            }
        });
        for passed in &run.walk().trail {
            let spot = spot(run, passed.frame, passed.place);
            match spot.at {
                Counted::Step(_) => {}
                Counted::Item(_) => self.visits.push(spot),
                Counted::Fact(_) => {
                    self.visits.push(spot);
                    self.ways.push((spot, fact_way(run, passed)));
                }
            }
        }
        match run.walk().position {
            Position::At { frame, place } => {
                let spot = spot(run, frame, place);
                if !matches!(spot.at, Counted::Step(_)) {
                    self.visits.push(spot);
                }
                self.stands = run.handed_over().is_none().then_some(spot);
            }
            Position::Ended { frame, node } => {
                let unit = &program.units[run.walk().frames[frame as usize].unit as usize];
                if let Node::End(end) = &unit.flow.nodes[node as usize] {
                    self.ended = Some(end.kind);
                }
            }
            Position::Stopped { .. } => {}
        }
        self.reports(run);
    }

    fn reports(&mut self, run: &Run) {
        let mut latest: Vec<(&run::At, Timestamp, bool)> = Vec::new();
        for entry in &run.entries {
            let (run::Event::Answered { at, said } | run::Event::Changed { at, said }) = &entry.event else { continue };
            latest.retain(|(known, ..)| *known != at);
            if matches!(said.words(), "worked" | "failed") {
                latest.push((at, entry.when, said.words() == "worked"));
            }
        }
        for (at, when, worked) in latest {
            let at = at.calls.iter().map(|(step, _)| format!("{step}/")).collect::<String>() + &at.name;
            let Some(spot) = Spot::find(&run.program, &at) else { continue };
            if spot.prompt(&run.program).is_some_and(|prompt| prompt.kind == PromptKind::Do) {
                self.reports.push((spot, when, worked));
            }
        }
    }

    /// How it left the hands of whoever began it, as it looks at a moment.
    pub fn fate(&self, now: Timestamp) -> Fate {
        match (self.escalated.first(), self.ended, self.closed) {
            (Some((_, reason)), ..) => Fate::Escalated(reason.clone()),
            (None, Some(EndKind::Resolved), Some(true)) => Fate::Confirmed,
            (None, Some(EndKind::Resolved), _) => Fate::Assumed,
            (None, Some(EndKind::NotResolved), _) => Fate::Escalated("not-resolved".into()),
            (None, Some(EndKind::Escalated), _) => Fate::Escalated("escalate".into()),
            (None, None, _) if self.is_left => Fate::Abandoned,
            (None, None, _) if self.is_parked || now.duration_since(self.last) <= ABANDONED_AFTER => Fate::Open,
            (None, None, _) => Fate::Abandoned,
        }
    }
}

impl Spot {
    /// The place of a name that prompts and endings are known by: `call-step/step`, `step/item`, `step.answer`, `fact`.
    pub fn find(program: &Program, name: &str) -> Option<Self> {
        let (mut unit, mut rest) = (0, name);
        loop {
            let flow = &program.units[unit as usize].flow;
            let own = |step: &str| named(flow, step);
            let Some((first, behind)) = rest.split_once('/') else {
                let step = rest.split('.').next().unwrap_or(rest);
                let fact = || program.scope(unit).find(rest).map(Counted::Fact);
                let at = own(step).map(|step| Counted::Step(step as u32)).or_else(fact)?;
                return Some(Self { unit, at });
            };
            let step = &flow.steps[own(first)?];
            let call = flow.nodes_of(step).find_map(|(_, node)| match node {
                Node::Call(call) => Some(call.number),
                _ => None,
            });
            match call {
                Some(call) => {
                    unit = program.units[unit as usize].links[call as usize].unit;
                    rest = behind;
                }
                None => {
                    let item = behind.split('.').next().unwrap_or(behind);
                    let node = flow.nodes_of(step).find_map(|(at, node)| match node {
                        Node::Prompt(prompt) => (prompt.item.as_ref()?.value == item).then_some(at),
                        _ => None,
                    })?;
                    return Some(Self { unit, at: Counted::Item(node) });
                }
            }
        }
    }

    /// The prompt there, if there is one.
    pub fn prompt(self, program: &Program) -> Option<&Prompt> {
        let flow = &program.units[self.unit as usize].flow;
        match self.at {
            Counted::Item(node) => prompt(program, self.unit, node),
            Counted::Step(step) => flow.nodes_of(&flow.steps[step as usize]).find_map(|(_, node)| match node {
                Node::Prompt(prompt) => Some(&**prompt),
                _ => None,
            }),
            Counted::Fact(_) => None,
        }
    }

    /// The step, or the fact.
    pub fn step(self, program: &Program) -> &str {
        let flow = &program.units[self.unit as usize].flow;
        match self.at {
            Counted::Step(step) => &flow.steps[step as usize].id.value,
            Counted::Item(node) => &flow.steps[flow.step_of(node) as usize].id.value,
            Counted::Fact(slot) => &program.scope(self.unit).fact(slot).name.value,
        }
    }

    /// The item within the step.
    pub fn item(self, program: &Program) -> Option<&str> {
        match self.at {
            Counted::Item(node) => Some(&prompt(program, self.unit, node)?.item.as_ref()?.value),
            _ => None,
        }
    }

    /// The same place in another program.
    fn within(self, from: &Program, to: &Program) -> Option<Self> {
        let unit = to.units.iter().position(|unit| unit.id == from.units[self.unit as usize].id)? as u32;
        let flow = &to.units[unit as usize].flow;
        let own = || named(flow, self.step(from));
        let at = match self.at {
            Counted::Step(_) => Counted::Step(own()? as u32),
            Counted::Fact(_) => Counted::Fact(to.scope(unit).find(self.step(from))?),
            Counted::Item(_) => {
                let item = self.item(from)?;
                Counted::Item(flow.nodes_of(&flow.steps[own()?]).find_map(|(at, node)| match node {
                    Node::Prompt(prompt) => (prompt.item.as_ref()?.value == item).then_some(at),
                    _ => None,
                })?)
            }
        };
        Some(Self { unit, at })
    }
}

/// The step that is called so, or was.
fn named(flow: &Flow, id: &str) -> Option<usize> {
    let by = |is_it: &dyn Fn(&Step) -> bool| flow.steps.iter().position(is_it);
    by(&|step| step.id.value == id).or_else(|| by(&|step| step.was.iter().any(|was| was.value == id)))
}

fn prompt(program: &Program, unit: u32, node: u32) -> Option<&Prompt> {
    match program.units[unit as usize].flow.nodes.get(node as usize)? {
        Node::Prompt(prompt) => Some(prompt),
        _ => None,
    }
}

fn spot(run: &Run, frame: u32, place: Place) -> Spot {
    let unit = run.walk().frames[frame as usize].unit;
    let at = match place {
        Place::Fact(slot) => Counted::Fact(slot),
        Place::Node { node, .. } => match prompt(&run.program, unit, node) {
            Some(prompt) if prompt.item.is_some() => Counted::Item(node),
            _ => Counted::Step(run.program.units[unit as usize].flow.step_of(node)),
        },
    };
    Spot { unit, at }
}

/// Where a run stands, stopped or ended.
fn here(run: &Run) -> Spot {
    let unit = |frame: u32| run.walk().frames[frame as usize].unit;
    match (&run.walk().position, run.walk().trail.last()) {
        (Position::At { frame, place }, _) => spot(run, *frame, *place),
        (Position::Ended { frame, node }, _) => {
            let flow = &run.program.units[unit(*frame) as usize].flow;
            Spot { unit: unit(*frame), at: Counted::Step(flow.step_of(*node)) }
        }
        (Position::Stopped { reason: Reason::Stuck, .. }, Some(last)) => spot(run, last.frame, last.place),
        (Position::Stopped { frame, step, .. }, _) => Spot { unit: unit(*frame), at: Counted::Step(*step) },
    }
}

fn is_over(run: &Run) -> bool {
    run.handed_over().is_some() || matches!(run.walk().position, Position::Stopped { .. })
}

fn is_solved(run: &Run) -> bool {
    let Position::Ended { frame, node } = run.walk().position else { return false };
    let unit = &run.program.units[run.walk().frames[frame as usize].unit as usize];
    matches!(&unit.flow.nodes[node as usize], Node::End(end) if end.kind == EndKind::Resolved)
}

/// The answer to a fact's prompt, unless it was typed.
fn fact_way(run: &Run, passed: &run::Passed) -> Arc<str> {
    let given = run.book().get(&passed.key).map(|given| run.said(passed.frame, passed.place, &given.answer));
    match given {
        Some(Said::Answer(id)) => id.into(),
        _ => "typed".into(),
    }
}
