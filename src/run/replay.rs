//! Recorded runs over another program: which of them would have come to another end, and where their ways part.

use super::{
    names::{Carried, Names},
    rebase::{Difference, Ending, Pair},
    session::Run,
    walk::{Position, walk},
};
use crate::{id::RunId, playbook::Program};
use serde::Serialize;
use std::{
    collections::{BTreeMap, HashSet},
    fmt,
    sync::Arc,
};

/// What a recorded run's answers come to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// What they came to.
    Same,
    /// Something else.
    Ends(Ending),
    /// Nothing yet: it asks, at this prompt, what nobody was asked then.
    Asks(String),
    /// Nothing yet: what was said at this prompt is no answer there.
    Lost(String),
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Verdict::Same => f.write_str("the same"),
            Verdict::Ends(ending) => ending.fmt(f),
            Verdict::Asks(at) => write!(f, "asks `{at}`, which nobody was asked"),
            Verdict::Lost(at) => write!(f, "`{at}` does not take the answer that was given"),
        }
    }
}

/// A recorded run over another program.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Replayed {
    /// What it came to.
    pub was: Ending,
    /// What it comes to.
    pub now: Verdict,
    /// Where the ways part; `None` if they do not. They may part and come to the same end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub difference: Option<Difference>,
}

/// Walks the path of a run over another program; `None` if it has not come to anything yet.
pub fn replay(run: &Run, program: &Arc<Program>) -> Option<Replayed> {
    let was = run.ending()?;
    let path: HashSet<_> = run.walk.trail.iter().map(|passed| passed.key).collect();
    let names = Names { old: &run.program, new: program };
    let carried = Carried::new(names, &run.book, |key, _, _| path.contains(key).then_some(false));
    let there = Run {
        id: run.id,
        program: Arc::clone(program),
        tier: run.tier.clone(),
        entries: Vec::new(),
        walk: walk(program, &carried.book, None),
        book: carried.book.clone(),
        cursor: None,
        handed_over: run.handed_over,
    };
    let pair = Pair::new(run, &there, &carried);
    let difference = pair.first_difference();
    let now = match (&there.walk.position, pair.lost()) {
        _ if pair.same_position() => Verdict::Same,
        (_, Some((at, _))) => Verdict::Lost(at),
        (Position::At { frame, place }, None) => Verdict::Asks(there.name(*frame, *place)),
        _ => Verdict::Ends(there.ending().expect("what does not ask has come to something")),
    };
    Some(Replayed { was, now, difference })
}

/// A recorded run whose end changes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// The case's number.
    pub case: u64,
    /// The run.
    pub run: RunId,
    /// What becomes of it.
    #[serde(flatten)]
    pub replayed: Replayed,
}

/// Recorded runs that part at the same place and change in the same way.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Group {
    /// What they came to.
    pub was: Ending,
    /// What they come to.
    pub now: Verdict,
    /// Where the ways part.
    pub difference: Option<Difference>,
    /// The cases' numbers.
    pub cases: Vec<u64>,
}

/// What an edit makes of recorded runs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Summary {
    /// How many had come to something.
    pub runs: usize,
    /// How many come to the same end another way.
    pub rerouted: usize,
    /// Those that do not come to the same end, in the order in which they came.
    pub changed: Vec<Changed>,
}

impl Summary {
    /// Adds a run of a case.
    pub fn add(&mut self, case: u64, run: &Run, program: &Arc<Program>) {
        let Some(replayed) = replay(run, program) else { return };
        self.runs += 1;
        match replayed.now {
            Verdict::Same => self.rerouted += usize::from(replayed.difference.is_some()),
            _ => self.changed.push(Changed { case, run: run.id, replayed }),
        }
    }

    /// What changes, the most frequent first.
    pub fn groups(&self) -> Vec<Group> {
        let mut groups: BTreeMap<_, Vec<u64>> = BTreeMap::new();
        for changed in &self.changed {
            let Replayed { was, now, difference } = &changed.replayed;
            groups.entry((difference, was, now)).or_default().push(changed.case);
        }
        let group = |((difference, was, now), cases): ((&Option<Difference>, &Ending, &Verdict), _)| Group {
            was: was.clone(),
            now: now.clone(),
            difference: difference.clone(),
            cases,
        };
        let mut groups: Vec<Group> = groups.into_iter().map(group).collect();
        groups.sort_by_key(|group| std::cmp::Reverse(group.cases.len()));
        groups
    }
}
