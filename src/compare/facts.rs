//! What changed of facts.

use super::{Change, Kind, same};
use crate::{
    desk::Desk,
    diagnostic::wording,
    expression::Slot,
    playbook::{Fact, Facts, Scope},
};

/// Facts with what the names in their texts mean.
pub struct Declared<'a> {
    facts: &'a Facts,
    scope: Scope<'a>,
}

/// A playbook's own facts.
pub fn own<'a>(facts: &'a Facts, desk: &'a Desk) -> Declared<'a> {
    Declared { facts, scope: Scope { own: facts, desk: &desk.facts } }
}

/// The desk's facts.
pub fn shared(desk: &Desk) -> Declared<'_> {
    Declared { facts: &desk.facts, scope: Scope { own: &desk.facts, desk: &desk.facts } }
}

/// Compares what a playbook or the desk declares. The order of declarations is nobody's concern.
pub fn compare(old: &Declared<'_>, new: &Declared<'_>) -> Vec<Change> {
    let mut out = Vec::new();
    for fact in &new.facts.list {
        match old.facts.position(&fact.name.value) {
            Some(at) => one(&old.facts.list[at as usize], old.scope, fact, new.scope, &mut out),
            None => {
                let asked = asked(fact).map_or_else(String::new, |asked| format!(", asked for as {asked}"));
                let words = format!("a new fact: {}{asked}", fact.kind.takes());
                out.push(Change::new(&fact.name.value, Kind::FactAdded, words));
            }
        }
    }
    let gone = old.facts.list.iter().filter(|fact| new.facts.position(&fact.name.value).is_none());
    out.extend(gone.map(|fact| Change::new(&fact.name.value, Kind::FactRemoved, "the fact was removed")));
    out
}

fn asked(fact: &Fact) -> Option<String> {
    fact.ask.as_ref().map(|ask| same::quote(&ask.source.value))
}

fn one(old: &Fact, then: Scope<'_>, new: &Fact, now: Scope<'_>, out: &mut Vec<Change>) {
    let mut push = |kind, words: String| out.push(Change::new(&new.name.value, kind, words));
    let choices =
        |fact: &Fact| fact.choices.iter().map(|(id, label)| (id.value.clone(), label.clone())).collect::<Vec<_>>();
    let (before, after) = (choices(old), choices(new));
    let is_choice = |fact: &Fact| !fact.choices.is_empty();
    let is_same_type = old.kind.name() == new.kind.name();
    if !is_same_type || (!is_choice(new) && old.kind.takes() != new.kind.takes()) {
        push(Kind::FactType, format!("now takes {}, it took {}", new.kind.takes(), old.kind.takes()));
    } else {
        for (id, label) in &after {
            match before.iter().find(|(known, _)| known == id) {
                None => push(Kind::ChoiceAdded, format!("the choice `{id}` (“{label}”) was added")),
                Some((_, was)) if was.trim() != label.trim() => {
                    push(Kind::Label, format!("the choice `{id}` now reads “{label}”, it read “{was}”"));
                }
                Some(_) => {}
            }
        }
        for (id, label) in before.iter().filter(|(id, _)| !after.iter().any(|(known, _)| known == id)) {
            push(Kind::ChoiceRemoved, format!("the choice `{id}` (“{label}”) was removed"));
        }
        if let Some(order) = reordered(&ids(&before), &ids(&after)) {
            push(Kind::LabelOrder, format!("its choices are shown in another order: {order}"));
        }
    }
    match (&old.ask, &new.ask) {
        (None, Some(ask)) => {
            push(Kind::FactAsked, format!("is now asked for when it is needed: {}", same::quote(&ask.source.value)));
        }
        (Some(_), None) => push(Kind::FactAsked, "is no longer asked for".to_owned()),
        (Some(before), Some(after)) if !same::is_same(before, after) => {
            push(Kind::Text, same::reads("the question", &before.source.value, &after.source.value));
        }
        _ => {}
    }
    if let Some(words) = reads(then, &old.reads, now, &new.reads) {
        push(Kind::Reads, words);
    }
    if old.unit != new.unit {
        let unit =
            |unit: &Option<String>| unit.as_ref().map_or_else(|| "nothing".to_owned(), |unit| format!("“{unit}”"));
        push(Kind::Unit, format!("now counts {}, it counted {}", unit(&new.unit), unit(&old.unit)));
    }
}

fn ids(list: &[(String, String)]) -> Vec<&str> {
    list.iter().map(|(id, _)| id.as_str()).collect()
}

/// The new order, if what both lists have stands in another one.
pub fn reordered(old: &[&str], new: &[&str]) -> Option<String> {
    let both = |list: &[&str], other: &[&str]| -> Vec<String> {
        list.iter().filter(|id| other.contains(id)).map(|id| (*id).to_owned()).collect()
    };
    (both(old, new) != both(new, old)).then(|| {
        let quoted: Vec<String> = new.iter().map(|id| format!("`{id}`")).collect();
        quoted.join(", ")
    })
}

/// What is asked for otherwise before texts are shown that read these facts.
pub fn reads(then: Scope<'_>, old: &[Slot], now: Scope<'_>, new: &[Slot]) -> Option<String> {
    fn asked<'a>(scope: Scope<'a>, slots: &[Slot]) -> Vec<&'a str> {
        let facts = slots.iter().map(|slot| scope.fact(*slot)).filter(|fact| fact.ask.is_some());
        facts.map(|fact| fact.name.value.as_str()).collect()
    }
    let (old, new) = (asked(then, old), asked(now, new));
    let missing = |list: &[&str], other: &[&str]| -> Vec<String> {
        list.iter().filter(|name| !other.contains(name)).map(|name| (*name).to_owned()).collect()
    };
    let (added, gone) = (missing(&new, &old), missing(&old, &new));
    if old == new {
        return None;
    }
    Some(match (added.is_empty(), gone.is_empty()) {
        (true, true) => format!("asks for its facts in another order: {}", wording::list(&new, "and")),
        (false, true) => format!("now asks for {} first, where that is not known", wording::list(&added, "and")),
        (true, false) => format!("no longer asks for {} first", wording::list(&gone, "and")),
        (false, false) => {
            let (added, gone) = (wording::list(&added, "and"), wording::list(&gone, "and"));
            format!("now asks for {added} first, where that is not known, and no longer for {gone}")
        }
    })
}
