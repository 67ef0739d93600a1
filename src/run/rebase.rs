//! A run over another program: its answers walked there, and whether that leads to the same place.

use super::{
    book::{Key, Place},
    event::{Entry, Event, Said},
    names::{Calls, Carried, Names, Units},
    session::Run,
    walk::{Position, Walk, walk},
};
use crate::{
    expression::Slot,
    playbook::{
        Program,
        flow::{EndKind, Node},
    },
    reason::Reason,
};
use serde::Serialize;
use std::{collections::HashSet, fmt, sync::Arc};

/// What a run came to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Ending {
    /// `resolved`, `not_resolved`, `escalated` or `stopped`.
    pub kind: &'static str,
    /// The ending's or the prompt's name.
    pub at: String,
    /// Why it stopped.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub because: Option<&'static str>,
    /// The tier that the ending names.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The team there.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team: Option<String>,
    /// How urgent it says that it is.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<String>,
}

impl fmt::Display for Ending {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, at) = (self.kind.replace('_', " "), &self.at);
        match self.because {
            Some(because) => write!(f, "stopped at `{at}` ({because})")?,
            None => write!(f, "{kind} at `{at}`")?,
        }
        let whereto = [&self.to, &self.team, &self.priority];
        let whereto: Vec<&str> = whereto.into_iter().flatten().map(String::as_str).collect();
        if whereto.is_empty() { Ok(()) } else { write!(f, " to {}", whereto.join(", ")) }
    }
}

/// Where two walks of the same answers first differ.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Difference {
    /// The last prompt that both went past; `None` if they differ from the start.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// What came next, in words: `asks`, `ended`, an answer.
    pub was: String,
    /// What comes next in the newer program.
    pub now: String,
}

impl fmt::Display for Difference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.after {
            Some(after) => write!(f, "after `{after}`: ")?,
            None => f.write_str("at the start: ")?,
        }
        write!(f, "{}; in the other version: {}", self.was, self.now)
    }
}

/// What a newer program makes of a run.
#[derive(Clone, Debug)]
pub enum Rebase {
    /// It stands at the same place, by the same answers.
    Moved {
        /// The run over the newer program.
        run: Box<Run>,
        /// The prompts on the way, and the one it stands at, that read otherwise there.
        reworded: Vec<String>,
    },
    /// It stays with its program.
    Stays(Difference),
}

/// Whether a run can go on over another program, and how.
pub fn rebase(run: &Run, program: &Arc<Program>) -> Rebase {
    let (there, carried) = carry(run, program);
    let pair = Pair::new(run, &there, &carried);
    if let Some(difference) = pair.first_difference() {
        return Rebase::Stays(difference);
    }
    let mut places: Vec<(u32, Place)> = run.walk.trail.iter().map(|passed| (passed.frame, passed.place)).collect();
    if let Position::At { frame, place } = run.walk.position {
        places.push((frame, place));
    }
    let mut reworded = Vec::new();
    for (frame, place) in places {
        let name = run.name(frame, place);
        if pair.is_reworded(frame, place) && !reworded.contains(&name) {
            reworded.push(name);
        }
    }
    Rebase::Moved { run: Box::new(there), reworded }
}

impl Run {
    /// This run over another program, as far as its answers have a place there. What is not on its path is held, or
    /// left behind if it reads otherwise there. Total: whether it stands at the same place is [`rebase`]'s to say.
    pub fn moved_to(&self, program: &Arc<Program>) -> Self {
        carry(self, program).0
    }

    /// What it came to; `None` while it asks.
    pub fn ending(&self) -> Option<Ending> {
        let outcome = self.outcome(&super::CaseInfo::default())?;
        let kind = match outcome.ending {
            Some(EndKind::Resolved) => "resolved",
            Some(EndKind::NotResolved) => "not_resolved",
            Some(EndKind::Escalated) => "escalated",
            None => "stopped",
        };
        let because = outcome.reason.map(|reason| reason.entry().name);
        let (to, team, priority) = (outcome.to, outcome.team, outcome.priority);
        Some(Ending { kind, at: outcome.at, because, to, team, priority })
    }
}

fn carry<'p>(run: &'p Run, program: &'p Arc<Program>) -> (Run, Carried<'p>) {
    let names = Names { old: &run.program, new: program };
    let here = match run.walk.position {
        Position::At { frame, place } => key_at(&run.walk, frame, place),
        _ => None,
    };
    let path: HashSet<Key> = run.walk.trail.iter().map(|passed| passed.key).collect();
    let carried = Carried::new(names, &run.book, |key, given, reworded| {
        let settled = path.contains(key) || matches!(key.place, Place::Fact(_));
        if settled { Some(given.held) } else { (!reworded).then_some(here != Some(*key) || given.held) }
    });
    // What is held where the run stands is asked again there, whatever it shows.
    let held = here.filter(|key| run.book.get(key).is_some());
    let cursor = held.or(run.cursor).and_then(|key| carried.key(&key));
    let entries = run.entries.iter().map(|entry| Entry { event: told(names, &entry.event), ..entry.clone() });
    let there = Run {
        id: run.id,
        program: Arc::clone(program),
        tier: run.tier.clone(),
        entries: entries.collect(),
        walk: walk(program, &carried.book, cursor.as_ref()),
        book: carried.book.clone(),
        cursor,
        handed_over: run.handed_over,
    };
    (there, carried)
}

/// An event in the newer program's names; as it was, where they have no place there.
fn told(names: Names<'_>, event: &Event) -> Event {
    let told = |at, said| names.told(at, said);
    match event {
        Event::Answered { at, said } => match told(at, Some(said)) {
            Some((at, Some(said))) => Event::Answered { at, said },
            _ => event.clone(),
        },
        Event::Changed { at, said } => match told(at, Some(said)) {
            Some((at, Some(said))) => Event::Changed { at, said },
            _ => event.clone(),
        },
        Event::WentBack { to } => told(to, None).map_or_else(|| event.clone(), |(to, _)| Event::WentBack { to }),
        _ => event.clone(),
    }
}

/// The book's key of a place in a frame of the walk, if anything was answered in that frame.
fn key_at(walk: &Walk, frame: u32, place: Place) -> Option<Key> {
    walk.frames[frame as usize].book.map(|frame| Key { frame, place })
}

/// A run and the same answers over another program.
pub(super) struct Pair<'a> {
    was: &'a Run,
    now: &'a Run,
    carried: &'a Carried<'a>,
}

impl<'a> Pair<'a> {
    pub fn new(was: &'a Run, now: &'a Run, carried: &'a Carried<'a>) -> Self {
        Self { was, now, carried }
    }

    fn names(&self) -> Names<'_> {
        Names { old: &self.was.program, new: &self.now.program }
    }

    /// Whether people read something else at a place of the older walk.
    fn is_reworded(&self, frame: u32, place: Place) -> bool {
        let names = self.names();
        let there = names.frame(&calls(&self.was.walk, frame));
        let there = there.and_then(|(_, units)| Some((units, (place, names.place(units, place)?))));
        there.is_none_or(|(units, places)| names.is_reworded(units, places))
    }

    /// Whether both came the same way to the same place.
    pub fn is_same(&self) -> bool {
        self.common() == self.was.walk.trail.len().max(self.now.walk.trail.len()) && self.same_position()
    }

    /// How many prompts both went past first.
    fn common(&self) -> usize {
        let both = self.was.walk.trail.iter().zip(&self.now.walk.trail);
        both.take_while(|(was, now)| self.carried.key(&was.key) == Some(now.key)).count()
    }

    /// Whether both stand at the same prompt, or came to the same end.
    pub fn same_position(&self) -> bool {
        let frame = |was: u32, now: u32| {
            let (calls, units) = self.names().frame(&calls(&self.was.walk, was))?;
            (calls == self::calls(&self.now.walk, now)).then_some(units)
        };
        match (&self.was.walk.position, &self.now.walk.position) {
            (Position::At { frame: was, place }, Position::At { frame: now, place: there }) => {
                let units = if let Place::Fact(Slot::Desk(_)) = there { Some((0, 0)) } else { frame(*was, *now) };
                units.is_some_and(|units| self.names().place(units, *place) == Some(*there))
            }
            (Position::Ended { frame: was, node }, Position::Ended { frame: now, node: there }) => {
                let same = |units: Units| self.same_ending(units, *node, *there);
                frame(*was, *now).is_some_and(same)
            }
            (
                Position::Stopped { reason: was_because, frame: was, step, key },
                Position::Stopped { reason, frame: now, step: there, key: key_there },
            ) => {
                let same = |units| self.names().step(units, *step) == Some(*there);
                let same_key =
                    *was_because != Reason::Stuck || key.and_then(|key| self.carried.key(&key)) == *key_there;
                was_because == reason && same_key && frame(*was, *now).is_some_and(same)
            }
            _ => false,
        }
    }

    fn same_ending(&self, units: Units, was: u32, now: u32) -> bool {
        let end = |program: &'a Program, unit: u32, node: u32| match &program.units[unit as usize].flow.nodes
            [node as usize]
        {
            Node::End(end) => end,
            _ => unreachable!("a run ends at an end"),
        };
        let (old, new) = (end(&self.was.program, units.0, was), end(&self.now.program, units.1, now));
        let word = |word: &'a Option<crate::diagnostic::Spanned<String>>| word.as_ref().map(|word| &word.value);
        old.kind == new.kind
            && self.names().end(units, was, old).as_deref() == Some(&*new.name)
            && [(&old.to, &new.to), (&old.team, &new.team), (&old.priority, &new.priority)]
                .into_iter()
                .all(|(old, new)| word(old) == word(new))
    }

    /// Where the two first differ; `None` if they do not.
    pub fn first_difference(&self) -> Option<Difference> {
        if self.is_same() {
            return None;
        }
        let at = self.common();
        let after = at.checked_sub(1).map(|last| self.was.walk.trail[last]);
        let after = after.map(|passed| self.was.name(passed.frame, passed.place));
        let (was, now) = match self.lost() {
            Some((name, said)) => (format!("{said} at `{name}`"), "no such answer".into()),
            None => (stand(self.was, at), stand(self.now, at)),
        };
        Some(Difference { after, was, now })
    }

    /// The prompt that the newer walk stands at although it was answered, and the answer that is no more, in words.
    pub fn lost(&self) -> Option<(String, String)> {
        let Position::At { frame, place } = self.now.walk.position else { return None };
        let key = self.carried.lost.get(&key_at(&self.now.walk, frame, place)?)?;
        let passed = self.was.walk.trail.iter().find(|passed| passed.key == *key)?;
        let said = match self.was.said(passed.frame, passed.place, &self.was.book.get(key)?.answer) {
            Said::Answer(id) => format!("`{id}`"),
            Said::Value(_) => "what was typed".into(),
        };
        Some((self.now.name(frame, place), said))
    }
}

/// What comes after so many prompts of a run.
fn stand(run: &Run, at: usize) -> String {
    let asks = |frame, place| format!("asks `{}`", run.name(frame, place));
    match (run.walk.trail.get(at), &run.walk.position) {
        (Some(passed), _) => asks(passed.frame, passed.place),
        (None, Position::At { frame, place }) if run.handed_over.is_none() => asks(*frame, *place),
        (None, _) => run.ending().map(|ending| ending.to_string()).unwrap_or_default(),
    }
}

/// The calls that lead to a frame of a walk.
fn calls(walk: &Walk, frame: u32) -> Calls {
    let mut calls = Vec::new();
    let mut at = &walk.frames[frame as usize];
    while let Some((parent, node)) = at.caller {
        calls.push((node, at.visit));
        at = &walk.frames[parent as usize];
    }
    calls.reverse();
    calls
}
