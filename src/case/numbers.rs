//! What became of runs, added up: by playbook, by version, by step.

use super::passage::{Counted, Fate, Passage, Spot};
use crate::{
    playbook::{Program, program::ProgramHash},
    run::Audience,
};
use jiff::{Timestamp, ToSpan, civil::Date, tz::TimeZone};
use serde::Serialize;
use std::collections::{BTreeMap, HashMap};

/// Which runs are counted. What is `None` is not asked for.
#[derive(Clone, Debug, Default)]
pub struct Filter {
    /// Only this playbook's.
    pub playbook: Option<String>,
    /// Only those that began then or later.
    pub since: Option<Timestamp>,
    /// Only those that these began.
    pub audience: Option<Audience>,
}

/// A playbook's numbers.
#[derive(Clone, Debug, Serialize)]
pub struct PlaybookNumbers {
    /// Its id.
    pub playbook: String,
    /// Of all its versions.
    pub all: Numbers,
    /// Version by version, the latest begun first.
    pub versions: Vec<VersionNumbers>,
}

/// A version's numbers.
#[derive(Clone, Debug, Serialize)]
pub struct VersionNumbers {
    /// The program's hash.
    pub program: String,
    /// When the first of the runs began.
    pub first: Timestamp,
    /// When the last of them began.
    pub last: Timestamp,
    /// What became of them.
    #[serde(flatten)]
    pub numbers: Numbers,
}

/// What became of some runs.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Numbers {
    /// How they left whoever began them.
    pub outcomes: Outcomes,
    /// Step by step, in written order, the playbook's own first, then those of playbooks that it calls.
    pub steps: Vec<StepNumbers>,
}

/// How runs left whoever began them: each is in one of these, but for `reopened`, which is about some of the solved.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outcomes {
    /// All of them.
    pub started: u64,
    /// Solved, and the caller confirmed it.
    pub confirmed: u64,
    /// Solved as it seems: nobody said whether it holds.
    pub assumed: u64,
    /// Left at a prompt: the case was closed there, another playbook was started, or nothing was said for a day.
    pub abandoned: u64,
    /// Going on.
    pub open: u64,
    /// To another tier, by reason.
    pub escalated: BTreeMap<String, u64>,
    /// Cases opened again within seven days of the solution.
    pub reopened: u64,
}

/// What happened at a step, at an item of one, or at a fact's prompt.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StepNumbers {
    /// The playbook that it stands in: the one that was started, or one that it calls.
    pub playbook: String,
    /// The step's id, or the fact's name.
    pub step: String,
    /// The item of a `try` or `tasks`.
    pub item: Option<String>,
    /// The step's kind, or `fact`.
    pub kind: &'static str,
    /// How often paths came here.
    pub visits: u64,
    /// How often each way was taken: an answer's id, `else`, `resolved`; `typed` where something is typed.
    pub ways: BTreeMap<String, u64>,
    /// Runs that were left here for good.
    pub abandoned: u64,
    /// Runs that stand here and go on.
    pub open: u64,
    /// Runs that stopped here without an ending, by reason.
    pub stops: BTreeMap<String, u64>,
    /// Runs that went to another tier from here.
    pub escalated: u64,
    /// The median of the seconds until it was answered; none if it never was.
    pub seconds: Option<u64>,
    /// The minutes that its author wrote.
    pub minutes: Option<f64>,
    /// The chance that its author wrote.
    pub chance: Option<f64>,
    /// How often the action worked and did not, by week.
    pub weeks: Vec<Week>,
}

/// How an action came out in a week.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Week {
    /// Its Monday, in UTC.
    pub monday: Date,
    /// How often it worked.
    pub worked: u64,
    /// How often it did not.
    pub failed: u64,
}

impl Outcomes {
    /// All that went to another tier.
    pub fn all_escalated(&self) -> u64 {
        self.escalated.values().sum()
    }
}

impl StepNumbers {
    /// `step`, or `step/item`.
    pub fn at(&self) -> String {
        match &self.item {
            Some(item) => format!("{}/{item}", self.step),
            None => self.step.clone(),
        }
    }

    /// How often the action worked, of those times that somebody said so; none where nobody did.
    pub fn rate(&self) -> Option<f64> {
        let (worked, failed) = self.weeks.iter().fold((0, 0), |sum, week| (sum.0 + week.worked, sum.1 + week.failed));
        (worked + failed > 0).then(|| worked as f64 / (worked + failed) as f64)
    }
}

impl Filter {
    /// Whether a run is counted.
    pub fn takes(&self, passage: &Passage) -> bool {
        self.playbook.as_ref().is_none_or(|playbook| *playbook == passage.playbook)
            && self.since.is_none_or(|since| passage.started >= since)
            && self.audience.is_none_or(|audience| audience == passage.audience)
    }
}

/// Adds up runs, as they look at a moment; playbooks by id.
pub fn numbers<'a>(passages: impl Iterator<Item = &'a Passage>, now: Timestamp) -> Vec<PlaybookNumbers> {
    let mut passages: Vec<&Passage> = passages.collect();
    passages.sort_by(|a, b| (&a.playbook, a.started).cmp(&(&b.playbook, b.started)));
    let of_playbook = |passages: &[&Passage]| {
        let mut versions: Vec<(ProgramHash, Vec<&Passage>)> = Vec::new();
        for passage in passages {
            match versions.iter_mut().find(|(hash, _)| *hash == passage.program.hash) {
                Some((_, known)) => known.push(passage),
                None => versions.push((passage.program.hash, vec![passage])),
            }
        }
        let version = |(hash, passages): (ProgramHash, Vec<&Passage>)| VersionNumbers {
            program: hash.to_string(),
            first: passages[0].started,
            last: passages[passages.len() - 1].started,
            numbers: add_up(&passages, now),
        };
        PlaybookNumbers {
            playbook: passages[0].playbook.clone(),
            all: add_up(passages, now),
            versions: versions.into_iter().rev().map(version).collect(),
        }
    };
    passages.chunk_by(|a, b| a.playbook == b.playbook).map(of_playbook).collect()
}

/// In the order of their beginning: what the latest program says of a step counts.
fn add_up(passages: &[&Passage], now: Timestamp) -> Numbers {
    let mut tally = Tally::default();
    passages.iter().for_each(|passage| tally.add(passage, now));
    tally.finish()
}

/// A place by its names, the same in all versions.
type Name = (String, bool, String, Option<String>);

#[derive(Default)]
struct Tally {
    outcomes: Outcomes,
    steps: Vec<Counts>,
    known: HashMap<(ProgramHash, Spot), usize>,
    names: HashMap<Name, usize>,
}

struct Counts {
    /// The unit, the step and the node in the latest program that has it; facts first.
    order: (u32, i64, u32),
    numbers: StepNumbers,
    times: Vec<u32>,
    weeks: BTreeMap<Date, (u64, u64)>,
}

impl Tally {
    fn add(&mut self, passage: &Passage, now: Timestamp) {
        let program = &*passage.program;
        let fate = passage.fate(now);
        let outcomes = &mut self.outcomes;
        outcomes.started += 1;
        outcomes.reopened += u64::from(passage.reopened);
        match &fate {
            Fate::Confirmed => outcomes.confirmed += 1,
            Fate::Assumed => outcomes.assumed += 1,
            Fate::Abandoned => outcomes.abandoned += 1,
            Fate::Open => outcomes.open += 1,
            Fate::Escalated(reason) => *outcomes.escalated.entry(reason.clone()).or_default() += 1,
        }
        for spot in &passage.visits {
            self.at(program, *spot).numbers.visits += 1;
        }
        for (spot, way) in &passage.ways {
            let ways = &mut self.at(program, *spot).numbers.ways;
            match ways.get_mut(&**way) {
                Some(count) => *count += 1,
                None => drop(ways.insert(way.to_string(), 1)),
            }
        }
        for (spot, seconds) in &passage.times {
            self.at(program, *spot).times.push(*seconds);
        }
        for (spot, reason) in &passage.stops {
            *self.at(program, *spot).numbers.stops.entry(reason.to_string()).or_default() += 1;
        }
        for (spot, _) in &passage.escalated {
            self.at(program, *spot).numbers.escalated += 1;
        }
        for (spot, when, worked) in &passage.reports {
            let (good, bad) = self.at(program, *spot).weeks.entry(monday(*when)).or_default();
            *(if *worked { good } else { bad }) += 1;
        }
        if let Some(spot) = passage.stands {
            let numbers = &mut self.at(program, spot).numbers;
            match fate {
                Fate::Abandoned => numbers.abandoned += 1,
                Fate::Open => numbers.open += 1,
                _ => {}
            }
        }
    }

    fn at(&mut self, program: &Program, spot: Spot) -> &mut Counts {
        let key = (program.hash, spot);
        let at = match self.known.get(&key) {
            Some(at) => *at,
            None => {
                let at = self.place(program, spot);
                self.known.insert(key, at);
                at
            }
        };
        &mut self.steps[at]
    }

    /// A place of a program that comes for the first time.
    fn place(&mut self, program: &Program, spot: Spot) -> usize {
        let unit = &program.units[spot.unit as usize];
        let (step, item) = (spot.step(program).to_owned(), spot.item(program).map(str::to_owned));
        let (kind, order) = match spot.at {
            Counted::Fact(_) => ("fact", (spot.unit, -1, 0)),
            Counted::Step(step) => (unit.flow.steps[step as usize].kind, (spot.unit, i64::from(step), 0)),
            Counted::Item(node) => {
                let step = unit.flow.step_of(node);
                (unit.flow.steps[step as usize].kind, (spot.unit, i64::from(step), node))
            }
        };
        // What stands in an item is the item's.
        let prompt = spot.prompt(program).filter(|prompt| prompt.item.is_some() == item.is_some());
        let name = (unit.id.to_string(), kind == "fact", step.clone(), item.clone());
        let at = *self.names.entry(name).or_insert_with(|| {
            let numbers = StepNumbers {
                playbook: unit.id.to_string(),
                step,
                item,
                kind,
                visits: 0,
                ways: BTreeMap::new(),
                abandoned: 0,
                open: 0,
                stops: BTreeMap::new(),
                escalated: 0,
                seconds: None,
                minutes: None,
                chance: None,
                weeks: Vec::new(),
            };
            self.steps.push(Counts { order, numbers, times: Vec::new(), weeks: BTreeMap::new() });
            self.steps.len() - 1
        });
        let counts = &mut self.steps[at];
        counts.order = order;
        counts.numbers.kind = kind;
        (counts.numbers.minutes, counts.numbers.chance) = prompt.map_or((None, None), |it| (it.minutes, it.chance));
        at
    }

    fn finish(mut self) -> Numbers {
        self.steps.sort_by(|a, b| (a.order, &a.numbers.step).cmp(&(b.order, &b.numbers.step)));
        let step = |counts: Counts| {
            let weeks = counts.weeks.into_iter();
            StepNumbers {
                seconds: median(counts.times),
                weeks: weeks.map(|(monday, (worked, failed))| Week { monday, worked, failed }).collect(),
                ..counts.numbers
            }
        };
        Numbers { outcomes: self.outcomes, steps: self.steps.into_iter().map(step).collect() }
    }
}

fn median(mut times: Vec<u32>) -> Option<u64> {
    times.sort_unstable();
    let upper = u64::from(*times.get(times.len() / 2)?);
    let lower = u64::from(times[(times.len() - 1) / 2]);
    Some((lower + upper) / 2)
}

fn monday(when: Timestamp) -> Date {
    let day = when.to_zoned(TimeZone::UTC).date();
    day.saturating_sub(i64::from(day.weekday().to_monday_zero_offset()).days())
}
