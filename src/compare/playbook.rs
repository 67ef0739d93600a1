//! What changed of a playbook: its head, its facts, and which steps there are.

use super::{Change, Kind, facts, same, step};
use crate::{
    desk::{Desk, names},
    diagnostic::{Spanned, wording},
    playbook::{
        Flow, Playbook, Scope,
        flow::{Node, Step},
    },
};
use std::collections::{BTreeMap, BTreeSet};

/// One version of a playbook.
#[derive(Clone, Copy)]
pub struct Side<'a> {
    /// The desk that it belongs to.
    pub desk: &'a Desk,
    /// The playbook.
    pub playbook: &'a Playbook,
    /// Its steps.
    pub flow: &'a Flow,
}

impl<'a> Side<'a> {
    fn new(desk: &'a Desk, playbook: &'a Playbook) -> Self {
        Self { desk, playbook, flow: &playbook.flow }
    }

    /// What names mean in it.
    pub fn scope(&self) -> Scope<'a> {
        Scope { own: &self.flow.facts, desk: &self.desk.facts }
    }
}

/// Who may start a playbook, in words.
pub fn starters(playbook: &Playbook) -> &'static str {
    match (playbook.audience.self_service, playbook.audience.agent) {
        (true, true) => "self-service and staff",
        (true, false) => "self-service alone",
        (false, true) => "staff alone",
        (false, false) => "nobody (it is only called)",
    }
}

/// Compares two versions of a playbook.
pub fn compare(old_desk: &Desk, then: &Playbook, new_desk: &Desk, now: &Playbook) -> Vec<Change> {
    let (old, new) = (Side::new(old_desk, then), Side::new(new_desk, now));
    let mut out = Vec::new();
    // What seems to be missing from a file that could not be read whole may not be.
    let unread = |side: Side<'_>| side.desk.is_unread(side.playbook.file);
    let text = |side: Side<'_>| side.desk.source(side.playbook).text.clone();
    let said = match (unread(old), unread(new), old.flow.broken, new.flow.broken) {
        (true, true, ..) if text(old) == text(new) => None,
        (_, true, ..) => Some("cannot be read whole: see `firstline check`"),
        (true, false, ..) => Some("can be read now, it could not be before"),
        (.., false, true) => Some("cannot be run as it is: see `firstline check`"),
        (.., true, false) => Some("can be run now, it could not be before"),
        _ => None,
    };
    if !unread(old) && !unread(new) {
        head(old, new, &mut out);
    }
    out.extend(said.map(|said| Change::new("", Kind::Unreadable, said)));
    if !old.flow.steps.is_empty() && !new.flow.steps.is_empty() {
        out.extend(facts::compare(&facts::own(&old.flow.facts, old_desk), &facts::own(&new.flow.facts, new_desk)));
        steps(old, new, &mut out);
    }
    out
}

fn head(old: Side<'_>, new: Side<'_>, out: &mut Vec<Change>) {
    let (then, now) = (old.playbook, new.playbook);
    let mut push = |kind, words| out.push(Change::new("", kind, words));
    let text = |text: &Option<Spanned<String>>| text.as_ref().map_or_else(String::new, |text| text.value.clone());
    if starters(then) != starters(now) {
        push(Kind::Starters, format!("{} may start it now, it was {}", starters(now), starters(then)));
    }
    let (before, after) = (old.desk.tier_of(then), new.desk.tier_of(now));
    if before != after {
        push(Kind::Tier, format!("is a script of `{after}` now, it was one of `{before}`"));
    }
    for (kind, what, before, after) in [
        (Kind::Title, "the title", &then.title, &now.title),
        (Kind::Summary, "the summary", &then.summary, &now.summary),
    ] {
        let (before, after) = (text(before), text(after));
        if before != after && same::shown(&before) != same::shown(&after) {
            push(kind, same::reads(what, &before, &after));
        }
    }
    for (kind, what, before, after) in [
        (Kind::Category, "the category", text(&then.category), text(&now.category)),
        (Kind::Upkeep, "the owner", text(&then.owner), text(&now.owner)),
        (Kind::Upkeep, "`review_by`", date(then), date(now)),
    ] {
        if before != after {
            push(kind, format!("{what} is now {}, it was {}", name(&after), name(&before)));
        }
    }
    for (what, before, after) in [("symptoms", &then.symptoms, &now.symptoms), ("tags", &then.tags, &now.tags)] {
        if let Some(words) = listed(what, before, after) {
            push(Kind::FoundBy, words);
        }
    }
    let (before, after) = (tests(old), tests(new));
    if before.iter().any(|test| !after.iter().any(|other| other.value == test.value)) {
        push(Kind::TestsRemoved, listed("tests", &before, &after).unwrap_or_default());
    }
}

/// The names of its tests.
fn tests(side: Side<'_>) -> Vec<Spanned<String>> {
    let files = side.desk.tests.iter().filter(|file| file.playbook == side.playbook.id);
    files.flat_map(|file| &file.tests).map(|test| test.name.clone()).collect()
}

fn date(playbook: &Playbook) -> String {
    playbook.review_by.as_ref().map_or_else(String::new, |date| date.value.to_string())
}

fn name(word: &str) -> String {
    if word.is_empty() { "none".to_owned() } else { format!("`{word}`") }
}

/// What a list of words lost and got; its order is nobody's concern.
pub fn listed(what: &str, old: &[Spanned<String>], new: &[Spanned<String>]) -> Option<String> {
    let (old, new): (BTreeSet<&str>, BTreeSet<&str>) = (names(old).collect(), names(new).collect());
    let words = |set: Vec<&&str>| set.iter().map(|word| format!("“{word}”")).collect::<Vec<_>>().join(", ");
    let (added, gone) = (words(new.difference(&old).collect()), words(old.difference(&new).collect()));
    match (added.is_empty(), gone.is_empty()) {
        (true, true) => None,
        (false, true) => Some(format!("the {what} got {added}")),
        (true, false) => Some(format!("the {what} lost {gone}")),
        (false, false) => Some(format!("the {what} got {added} and lost {gone}")),
    }
}

fn steps(old: Side<'_>, new: Side<'_>, out: &mut Vec<Change>) {
    let at = |flow: &Flow, at: Option<u32>| at.map_or_else(String::new, |at| flow.steps[at as usize].id.value.clone());
    let pairs = pairs(old.flow, new.flow);
    let renamed: BTreeMap<&str, &str> = pairs.iter().map(|(now, (then, _))| (then.id.value.as_str(), *now)).collect();
    let (before, after) = (at(old.flow, old.flow.start), at(new.flow, new.flow.start));
    if renamed.get(before.as_str()).copied().unwrap_or(&before) != after {
        out.push(Change::new(
            "",
            Kind::Start,
            format!("a run now begins at {}, it began at {}", name(&after), name(&before)),
        ));
    }
    for now in &new.flow.steps {
        let id = &now.id.value;
        match pairs.get(id.as_str()) {
            None => {
                let kind = wording::article(&format!("`{}`", now.kind));
                let words = format!("is new: {kind}{}", described(new.flow, now));
                out.push(Change::new(id, Kind::StepAdded, words));
            }
            Some((then, said)) => {
                let was = &then.id.value;
                if was != id && *said {
                    out.push(Change::new(id, Kind::StepRenamed, format!("was called `{was}`")));
                } else if was != id {
                    let words = format!("was called `{was}`; without `was: [{was}]` runs on their way lose it");
                    out.push(Change::new(id, Kind::StepRenamedSilently, words));
                }
                step::compare(step::Pair { old, new, renamed: &renamed }, then, now, out);
            }
        }
    }
    for then in old.flow.steps.iter().filter(|step| !renamed.contains_key(step.id.value.as_str())) {
        let words =
            format!("was removed: {}{}", wording::article(&format!("`{}`", then.kind)), described(old.flow, then));
        out.push(Change::new(&then.id.value, Kind::StepRemoved, words));
    }
}

/// The old step of each new one, and whether that is said where they have different ids: by `was`.
fn pairs<'a>(old: &'a Flow, new: &'a Flow) -> BTreeMap<&'a str, (&'a Step, bool)> {
    let by_id = |flow: &'a Flow, id: &str| flow.steps.iter().find(|step| step.id.value == id);
    let mut pairs: BTreeMap<&str, (&Step, bool)> = BTreeMap::new();
    for now in &new.steps {
        let mut earlier = names(&now.was).filter(|was| by_id(new, was).is_none());
        let then = by_id(old, &now.id.value).or_else(|| earlier.find_map(|was| by_id(old, was)));
        if let Some(then) = then.filter(|then| !pairs.values().any(|(known, _)| known.id.value == then.id.value)) {
            pairs.insert(&now.id.value, (then, true));
        }
    }
    // The same text under another name is the same step, to the eye.
    for now in &new.steps {
        let text = described(new, now);
        let is_free = |step: &&Step| !pairs.values().any(|(known, _)| known.id.value == step.id.value);
        let is_like = |step: &&Step| step.kind == now.kind && described(old, step) == text;
        let then = old.steps.iter().filter(is_free).find(is_like);
        if let Some(then) = then.filter(|_| !text.is_empty() && !pairs.contains_key(now.id.value.as_str())) {
            pairs.insert(&now.id.value, (then, false));
        }
    }
    pairs
}

/// What a step is about, behind its kind.
fn described(flow: &Flow, step: &Step) -> String {
    let text = match &flow.nodes[step.entry as usize] {
        Node::Prompt(prompt) => same::quote(&prompt.text.source.value),
        Node::End(end) => same::quote(&end.text.source.value),
        Node::Call(call) => format!("of `{}`", call.playbook.value),
        Node::Gate(gate) => format!("if `{}`", gate.source.value),
        Node::Branch(branch) => match branch.arms.first() {
            Some((_, source, _)) => format!("on `{}`", source.value),
            None => return String::new(),
        },
        Node::Broken => return String::new(),
    };
    format!(" {text}")
}
