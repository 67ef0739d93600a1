//! What changed of a step: its texts, what it takes, where its ways lead, how it ends.

use super::{Change, Kind, facts, playbook::Side, same};
use crate::{
    desk::{Destination, Leaving, names},
    diagnostic::Spanned,
    expression::{Condition, Slot},
    playbook::flow::{Branch, Call, Choice, End, EndKind, Gate, Given, Node, Options, Prompt, Step, Target, Way},
    template::Text,
};
use std::collections::{BTreeMap, BTreeSet};

/// Two versions of a playbook.
#[derive(Clone, Copy)]
pub struct Pair<'a> {
    /// Before.
    pub old: Side<'a>,
    /// After.
    pub new: Side<'a>,
    /// Old steps by id, with what they are called in the new version.
    pub renamed: &'a BTreeMap<&'a str, &'a str>,
}

/// Compares two versions of a step.
pub fn compare<'a>(pair: Pair<'a>, old: &'a Step, new: &'a Step, out: &mut Vec<Change>) {
    let mut found = Found { pair, at: new.id.value.clone(), out };
    if old.kind != new.kind {
        return found.push(Kind::StepKind, format!("is a `{}` now, it was a `{}`", new.kind, old.kind));
    }
    found.common(old, new);
    if matches!(new.kind, "try" | "tasks") {
        return found.items(old, new);
    }
    match (&pair.old.flow.nodes[old.entry as usize], &pair.new.flow.nodes[new.entry as usize]) {
        (Node::Prompt(then), Node::Prompt(now)) => {
            found.texts(then, now);
            found.takes(then, now);
        }
        (Node::Branch(then), Node::Branch(now)) => found.branch(then, now),
        (Node::Call(then), Node::Call(now)) => found.call(then, now),
        (Node::End(then), Node::End(now)) => found.end(then, now),
        (Node::Broken, Node::Broken) => {}
        _ => found.push(Kind::Unreadable, "could not be read in one of the versions: see `firstline check`"),
    }
}

/// Where changes of one step go.
struct Found<'a, 'o> {
    pair: Pair<'a>,
    at: String,
    out: &'o mut Vec<Change>,
}

impl<'a> Found<'a, '_> {
    fn push(&mut self, kind: Kind, words: impl Into<String>) {
        self.out.push(Change::new(&self.at, kind, words));
    }

    /// Finds at another place.
    fn at(&mut self, at: String, find: impl FnOnce(&mut Self)) {
        let here = std::mem::replace(&mut self.at, at);
        find(self);
        self.at = here;
    }

    /// What any step may have.
    fn common(&mut self, old: &'a Step, new: &'a Step) {
        if old.title != new.title {
            let title =
                |step: &Step| step.title.as_ref().map_or_else(|| "none".to_owned(), |title| format!("“{title}”"));
            self.push(Kind::Title, format!("the title is now {}, it was {}", title(new), title(old)));
        }
        match (old.staff, new.staff) {
            (false, true) => self.push(Kind::StepAudience, "is for staff alone now: self-service is handed over here"),
            (true, false) => self.push(Kind::StepAudience, "is for everybody now, it was for staff alone"),
            _ => {}
        }
        match (&old.visits, &new.visits) {
            (Some(before), Some(after)) => {
                if before.max != after.max {
                    let words = format!("may be entered {} now, it was {}", times(after.max), times(before.max));
                    self.push(Kind::Visits, words);
                }
                self.way(&format!("after {} it", visits(after.max)), Some(&before.then), Some(&after.then));
            }
            (None, Some(after)) => {
                let to = target(self.pair.new, &after.then);
                self.push(Kind::Visits, format!("may be entered {} now, then it leads to {to}", times(after.max)));
            }
            (Some(before), None) => {
                let words = format!("may be entered any number of times now, it was {}", times(before.max));
                self.push(Kind::Visits, words);
            }
            (None, None) => {}
        }
    }

    // Texts

    fn text(&mut self, kind: Kind, what: &str, old: &Text, new: &Text) {
        if !same::is_same(old, new) {
            self.push(kind, same::reads(what, &old.source.value, &new.source.value));
        }
    }

    fn maybe_text(&mut self, kind: Kind, what: &str, old: Option<&Text>, new: Option<&Text>) {
        match (old, new) {
            (Some(old), Some(new)) => self.text(kind, what, old, new),
            (None, Some(new)) => self.push(kind, format!("{what} is new: {}", same::quote(&new.source.value))),
            (Some(old), None) => self.push(kind, format!("{what} was removed: {}", same::quote(&old.source.value))),
            (None, None) => {}
        }
    }

    fn texts(&mut self, old: &Prompt, new: &Prompt) {
        self.text(Kind::Text, "the text", &old.text, &new.text);
        self.maybe_text(Kind::Verify, "how to see that it worked", old.verify.as_deref(), new.verify.as_deref());
        self.maybe_text(Kind::Tip, "the tip for staff", old.tip.as_deref(), new.tip.as_deref());
        let (before, after): (BTreeSet<&str>, BTreeSet<&str>) =
            (names(&old.articles).collect(), names(&new.articles).collect());
        for article in after.difference(&before) {
            self.push(Kind::Articles, format!("now shows the article `{article}`"));
        }
        for article in before.difference(&after) {
            self.push(Kind::Articles, format!("no longer shows the article `{article}`"));
        }
        if old.minutes != new.minutes {
            let minutes =
                |minutes: Option<f64>| minutes.map_or_else(|| "not said".to_owned(), |n| format!("{n} minutes"));
            self.push(
                Kind::Minutes,
                format!("the time it takes is now {}, it was {}", minutes(new.minutes), minutes(old.minutes)),
            );
        }
        self.reads(&old.reads, &new.reads);
    }

    fn reads(&mut self, old: &[Slot], new: &[Slot]) {
        if let Some(words) = facts::reads(self.pair.old.scope(), old, self.pair.new.scope(), new) {
            self.push(Kind::Reads, words);
        }
    }

    // Ways

    /// Compares where a way leads. `subject` is what takes it.
    fn way(&mut self, subject: &str, old: Option<&Way>, new: Option<&Way>) {
        let Pair { old: then, new: now, renamed } = self.pair;
        match (old, new) {
            (Some(old), Some(new)) => {
                if let (Some(before), Some(after)) = (end_of(then, old), end_of(now, new)) {
                    return self.at(after.name.to_string(), |found| found.end(before, after));
                }
                let before = written(then, old);
                let before = before.map(|id| renamed.get(id.as_str()).map_or(id.clone(), |id| (*id).to_owned()));
                if before != written(now, new) {
                    let words = format!("{subject} now leads to {}, it led to {}", target(now, new), target(then, old));
                    self.push(Kind::Target, words);
                }
            }
            (None, Some(new)) => {
                self.push(Kind::WayAdded, format!("{subject} now leads to {}, it stopped the run", target(now, new)));
            }
            (Some(old), None) => {
                self.push(Kind::WayRemoved, format!("{subject} now stops the run, it led to {}", target(then, old)));
            }
            (None, None) => {}
        }
    }

    // Prompts

    fn takes(&mut self, old: &Prompt, new: &Prompt) {
        let saved = |side: Side<'a>, prompt: &Prompt| {
            prompt.save.as_ref().map(|slot| side.scope().fact(slot.value).name.value.as_str())
        };
        let (before, after) = (saved(self.pair.old, old), saved(self.pair.new, new));
        if before != after {
            let fact = |name: Option<&str>| name.map_or_else(|| "no fact".to_owned(), |name| format!("`{name}`"));
            self.push(Kind::Input, format!("the answer is now kept in {}, it was in {}", fact(after), fact(before)));
        }
        match (&old.options, &new.options) {
            (Options::Next(then), Options::Next(now)) | (Options::Typed(then), Options::Typed(now)) => {
                self.way("it", Some(then), Some(now));
            }
            (Options::Choices(then), Options::Choices(now)) if new.kind == crate::playbook::flow::PromptKind::Do => {
                self.actions(then, now);
            }
            (Options::Choices(then), Options::Choices(now)) => self.answers(then, now),
            (_, Options::Choices(_)) => self.push(Kind::Input, "has answers to choose from now, it took what is typed"),
            (_, _) => self.push(Kind::Input, "takes what is typed now, it had answers to choose from"),
        }
        self.way("`stuck`", old.stuck.as_ref(), new.stuck.as_ref());
    }

    /// `worked` and `failed`.
    fn actions(&mut self, old: &[Choice], new: &[Choice]) {
        for (then, now) in old.iter().zip(new) {
            self.way(&format!("`{}`", now.id.value), Some(&then.way), Some(&now.way));
        }
    }

    fn answers(&mut self, old: &[Choice], new: &[Choice]) {
        let called =
            |choice: &Choice| format!("the answer `{}` (“{}”)", choice.id.value, choice.label.source.value.trim());
        let by_id = |list: &'_ [Choice], id: &str| list.iter().position(|choice| choice.id.value == id);
        let mut order = Vec::new();
        for now in new {
            let mut earlier = names(&now.was).filter(|was| by_id(new, was).is_none());
            let found = by_id(old, &now.id.value).or_else(|| earlier.find_map(|was| by_id(old, was)));
            let Some(at) = found.filter(|at| !order.contains(at)) else {
                let to = target(self.pair.new, &now.way);
                self.push(Kind::AnswerAdded, format!("{} is new and leads to {to}", called(now)));
                continue;
            };
            order.push(at);
            let then = &old[at];
            if then.id.value != now.id.value {
                self.push(Kind::AnswerRenamed, format!("{} was called `{}`", called(now), then.id.value));
            }
            if !same::is_same(&then.label, &now.label) {
                let (id, label) = (&now.id.value, |choice: &Choice| choice.label.source.value.trim().to_owned());
                self.push(
                    Kind::Label,
                    format!("the answer `{id}` now reads “{}”, it read “{}”", label(now), label(then)),
                );
            }
            self.way(&called(now), Some(&then.way), Some(&now.way));
        }
        for (_, then) in old.iter().enumerate().filter(|(at, _)| !order.contains(at)) {
            let to = target(self.pair.old, &then.way);
            self.push(Kind::AnswerRemoved, format!("{} was removed; it led to {to}", called(then)));
        }
        if !order.is_sorted() {
            let ids: Vec<String> = new.iter().map(|choice| format!("`{}`", choice.id.value)).collect();
            self.push(Kind::LabelOrder, format!("its answers are shown in another order: {}", ids.join(", ")));
        }
    }

    // Items

    fn items(&mut self, old: &Step, new: &Step) {
        let (before, after) = (items(self.pair.old, old), items(self.pair.new, new));
        let first = self.out.len();
        let verb = if new.kind == "try" { "tried" } else { "done" };
        for (n, now) in after.iter().enumerate() {
            let at = format!("{}/{}", new.id.value, now.id.value);
            let then = before.iter().find(|item| item.id.value == now.id.value);
            self.at(at, |found| match then {
                Some(then) => found.item(then, now, new.kind == "tasks"),
                None => {
                    let text = same::quote(&now.prompt.text.source.value);
                    found.push(
                        Kind::ItemAdded,
                        format!("is new, {verb} as number {} of {}: {text}", n + 1, after.len()),
                    );
                }
            });
        }
        for then in before.iter().filter(|item| !after.iter().any(|now| now.id.value == item.id.value)) {
            let text = same::quote(&then.prompt.text.source.value);
            self.at(format!("{}/{}", old.id.value, then.id.value), |found| {
                found.push(Kind::ItemRemoved, format!("was removed: {text}"));
            });
        }
        let ids = |items: &[Item<'a>]| items.iter().map(|item| item.id.value.as_str()).collect::<Vec<_>>();
        if let Some(order) = facts::reordered(&ids(&before), &ids(&after)) {
            self.push(Kind::ItemOrder, format!("its items are {verb} in another order: {order}"));
        }
        if let ([.., then], [.., now]) = (before.as_slice(), after.as_slice()) {
            let (worked, failed) = (|item: &Item<'a>| item.way(0), |item: &Item<'a>| item.way(1));
            if new.kind == "try" {
                self.way("`worked`", worked(then), worked(now));
                self.way("`exhausted`", failed(then), failed(now));
            } else {
                self.way("`done`", worked(then), worked(now));
            }
        }
        self.join(first);
    }

    fn item(&mut self, old: &Item<'a>, new: &Item<'a>, own_ways: bool) {
        let Pair { old: then, new: now, .. } = self.pair;
        let condition = |side: Side<'a>, gate: Option<&Gate>| gate.map(|gate| meaning(side, &gate.condition));
        if condition(then, old.gate) != condition(now, new.gate) {
            let words = match (old.gate, new.gate) {
                (None, Some(new)) => format!("is offered only if {} now", shown(&new.source)),
                (Some(old), None) => format!("is always offered now, it was only if {}", shown(&old.source)),
                (Some(old), Some(new)) => {
                    format!("is offered if {} now, it was if {}", shown(&new.source), shown(&old.source))
                }
                (None, None) => unreachable!("two that are none are the same"),
            };
            self.push(Kind::Condition, words);
        }
        self.texts(old.prompt, new.prompt);
        if own_ways {
            self.way("`failed`", old.way(1), new.way(1));
            self.way("`stuck`", old.prompt.stuck.as_ref(), new.prompt.stuck.as_ref());
        }
    }

    /// What all items have from their step is said once, of the step.
    fn join(&mut self, first: usize) {
        let found: Vec<Change> = self.out.drain(first..).collect();
        let step = self.at.clone();
        for mut change in found.iter().cloned() {
            let alike = |other: &&Change| other.kind == change.kind && other.words == change.words;
            if found.iter().filter(alike).count() > 1 {
                change.at = if change.at.contains('.') { change.at } else { step.clone() };
            }
            if !self.out[first..].contains(&change) {
                self.out.push(change);
            }
        }
    }

    // Branches, calls, ends

    fn branch(&mut self, old: &Branch, new: &Branch) {
        let Pair { old: then, new: now, .. } = self.pair;
        let mut pairs: Vec<(Option<usize>, usize)> = (0..new.arms.len()).map(|at| (None, at)).collect();
        let is_free = |pairs: &[(Option<usize>, usize)], at: usize| !pairs.iter().any(|(known, _)| *known == Some(at));
        for n in 0..pairs.len() {
            let means = meaning(now, &new.arms[n].0);
            pairs[n].0 =
                (0..old.arms.len()).find(|at| is_free(&pairs, *at) && meaning(then, &old.arms[*at].0) == means);
        }
        // What is left on both sides is taken as edited, in order.
        for n in 0..pairs.len() {
            pairs[n].0 = pairs[n].0.or_else(|| (0..old.arms.len()).find(|at| is_free(&pairs, *at)));
        }
        for (was, is) in &pairs {
            let (condition, source, way) = &new.arms[*is];
            let Some((before, written, led)) = was.map(|at| &old.arms[at]) else {
                let to = target(now, way);
                self.push(Kind::Condition, format!("the condition {} is new and leads to {to}", shown(source)));
                continue;
            };
            if meaning(then, before) != meaning(now, condition) {
                self.push(Kind::Condition, format!("the condition {} is now {}", shown(written), shown(source)));
            }
            self.way(&format!("the condition {}", shown(source)), Some(led), Some(way));
        }
        for (at, (_, source, way)) in old.arms.iter().enumerate() {
            if is_free(&pairs, at) {
                let to = target(then, way);
                self.push(Kind::Condition, format!("the condition {} was removed; it led to {to}", shown(source)));
            }
        }
        let order: Vec<usize> = pairs.iter().filter_map(|(was, _)| *was).collect();
        if !order.is_sorted() {
            let sources: Vec<String> = new.arms.iter().map(|(_, source, _)| shown(source)).collect();
            self.push(
                Kind::ConditionOrder,
                format!("its conditions are asked in another order: {}", sources.join(", ")),
            );
        }
        self.way("`else`", old.otherwise.as_ref(), new.otherwise.as_ref());
        self.way("`unknown`", old.unknown.as_ref(), new.unknown.as_ref());
    }

    fn call(&mut self, old: &Call, new: &Call) {
        let Pair { old: then, new: now, .. } = self.pair;
        let (before, after) = (&old.playbook.value, &new.playbook.value);
        if before != after {
            self.push(Kind::Callee, format!("calls `{after}` now, it called `{before}`"));
        }
        let (before, after) = (given(then, old), given(now, new));
        for (name, value) in &after {
            match before.get(name) {
                None => self.push(Kind::With, format!("now gives `{name}` the value of {value}")),
                Some(was) if was != value => {
                    self.push(Kind::With, format!("now gives `{name}` the value of {value}, it was {was}"));
                }
                Some(_) => {}
            }
        }
        for name in before.keys().filter(|name| !after.contains_key(*name)) {
            self.push(Kind::With, format!("no longer gives `{name}` a value"));
        }
        self.way("`resolved`", old.resolved.as_ref(), new.resolved.as_ref());
        self.way("`not_resolved`", old.not_resolved.as_ref(), new.not_resolved.as_ref());
    }

    fn end(&mut self, old: &End, new: &End) {
        if old.kind != new.kind {
            self.push(Kind::Ending, format!("ends with {} now, it ended with {}", ending(new), ending(old)));
            return;
        }
        self.text(Kind::Text, "the text", &old.text, &new.text);
        self.maybe_text(Kind::Text, "what the caller is told", old.tell.as_ref(), new.tell.as_ref());
        let word = |word: &Option<Spanned<String>>| word.as_ref().map(|word| word.value.clone());
        let said = |end: &End| (word(&end.to), word(&end.team), word(&end.priority));
        let (before, after) = (destination(self.pair.old, old), destination(self.pair.new, new));
        if before != after {
            self.push(
                Kind::Destination,
                format!("a case now goes to {}, it went to {}", place(&after), place(&before)),
            );
        } else if said(old) != said(new) {
            let words = format!("names {} now, it named {}", named(said(new)), named(said(old)));
            self.push(Kind::Destination, format!("{words}: the same for now, by the desk's routes"));
        }
        if word(&old.code) != word(&new.code) {
            let code = |end| word(end).map_or_else(|| "none".to_owned(), |code| format!("`{code}`"));
            self.push(Kind::Code, format!("the closing code is now {}, it was {}", code(&new.code), code(&old.code)));
        }
        self.reads(&old.reads, &new.reads);
    }
}

fn visits(n: u32) -> String {
    if n == 1 { "one visit".to_owned() } else { format!("{n} visits") }
}

fn times(n: u32) -> String {
    if n == 1 { "once".to_owned() } else { format!("{n} times") }
}

/// A condition as it was written, on one line.
fn shown(source: &Spanned<String>) -> String {
    format!("`{}`", source.value.split_whitespace().collect::<Vec<_>>().join(" "))
}

fn meaning(side: Side<'_>, condition: &Condition) -> String {
    same::condition(condition, &|slot| side.scope().fact(slot).name.value.clone())
}

/// The ending in place that a way leads to.
fn end_of<'a>(side: Side<'a>, way: &Way) -> Option<&'a End> {
    match way.target {
        Target::Node(at) => match &side.flow.nodes[at as usize] {
            Node::End(end) => Some(end),
            _ => None,
        },
        Target::Step(_) | Target::Nowhere => None,
    }
}

/// The step that a way leads to, or the name that is none; nothing for an ending in place.
fn written(side: Side<'_>, way: &Way) -> Option<String> {
    match way.target {
        Target::Step(at) => Some(side.flow.steps[at as usize].id.value.clone()),
        Target::Node(_) => None,
        Target::Nowhere => Some(way.written.value.clone()),
    }
}

/// Where a way leads, in words.
fn target(side: Side<'_>, way: &Way) -> String {
    match (end_of(side, way), written(side, way)) {
        (Some(end), _) => format!("an ending of its own, {}", ending(end)),
        (None, Some(id)) if way.target != Target::Nowhere => format!("`{id}`"),
        (None, Some(id)) => format!("`{id}`, which is no step"),
        (None, None) => "the next item".to_owned(),
    }
}

fn ending(end: &End) -> String {
    let key = match end.kind {
        EndKind::Resolved => "resolve",
        EndKind::NotResolved => "not_resolved",
        EndKind::Escalated => "escalate",
    };
    format!("`{key}` {}", same::quote(&end.text.source.value))
}

/// Where a case goes from an ending of a run of this playbook; nowhere, if it is resolved.
fn destination(side: Side<'_>, end: &End) -> Option<Destination> {
    let reason = match end.kind {
        EndKind::Resolved => return None,
        EndKind::NotResolved => "not-resolved",
        EndKind::Escalated => "escalate",
    };
    let word = |word: &Option<Spanned<String>>| word.as_ref().map(|word| word.value.clone());
    let leaving = Leaving {
        reason,
        priority: end.priority.as_ref().map(|priority| priority.value.as_str()),
        tier: side.desk.tier_of(side.playbook),
        category: side.playbook.category.as_ref().map(|category| category.value.as_str()),
        playbook: &side.playbook.id,
    };
    let said =
        Destination { to: word(&end.to).unwrap_or_default(), team: word(&end.team), priority: word(&end.priority) };
    Some(side.desk.policy.route(&leaving, said))
}

fn place(destination: &Option<Destination>) -> String {
    let Some(Destination { to, team, priority }) = destination else { return "nobody".to_owned() };
    named((Some(to.clone()), team.clone(), priority.clone()))
}

fn named((to, team, priority): (Option<String>, Option<String>, Option<String>)) -> String {
    let team = team.map(|team| format!("team `{team}`"));
    let priority = priority.map(|priority| format!("priority `{priority}`"));
    let parts: Vec<String> = to.map(|to| format!("`{to}`")).into_iter().chain(team).chain(priority).collect();
    if parts.is_empty() { "nothing".to_owned() } else { parts.join(", ") }
}

/// What a call gives, by the callee's facts.
fn given<'c>(side: Side<'_>, call: &'c Call) -> BTreeMap<&'c str, String> {
    let value = |given: &Given| match given {
        Given::Literal(text) => format!("`{}`", text.value),
        Given::Fact(slot) => format!("the fact `{}`", side.scope().fact(slot.value).name.value),
        Given::Broken => "nothing that can be read".to_owned(),
    };
    call.with.iter().map(|(name, given)| (name.value.as_str(), value(given))).collect()
}

/// An item of `try` or `tasks`.
struct Item<'a> {
    id: &'a Spanned<String>,
    gate: Option<&'a Gate>,
    prompt: &'a Prompt,
}

impl<'a> Item<'a> {
    /// Where `worked` (0) or `failed` (1) leads, if that is out of the step.
    fn way(&self, n: usize) -> Option<&'a Way> {
        match &self.prompt.options {
            Options::Choices(choices) => choices.get(n).map(|choice| &choice.way),
            Options::Next(_) | Options::Typed(_) => None,
        }
    }
}

fn items<'a>(side: Side<'a>, step: &Step) -> Vec<Item<'a>> {
    let mut gate = None;
    let mut out = Vec::new();
    for (_, node) in side.flow.nodes_of(step) {
        match node {
            Node::Gate(found) => gate = Some(&**found),
            Node::Prompt(prompt) => out.extend(prompt.item.as_ref().map(|id| Item { id, gate: gate.take(), prompt })),
            _ => {}
        }
    }
    out
}
