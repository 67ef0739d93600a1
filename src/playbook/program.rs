//! What a run keeps: a playbook with all that it calls, linked, under a hash of its content.

use super::{
    Fact, Facts, Flow,
    flow::{Given, Node},
};
use crate::{
    diagnostic::Spanned,
    expression::{Slot, Value},
};
use sha2::{Digest, Sha256};
use std::{collections::BTreeSet, fmt, sync::Arc};

/// Counts the meanings that the walk gave to one and the same playbook.
const SEMANTICS: u32 = 1;

/// The SHA-256 of all that a run depends on.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct ProgramHash([u8; 32]);

impl fmt::Display for ProgramHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl fmt::Debug for ProgramHash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// A value that a call gives to one of the callee's facts.
#[derive(Clone, Debug)]
pub enum Argument {
    /// Always this.
    Value(Value),
    /// What the caller knows of a fact.
    Fact(Slot),
}

/// A call with its names resolved.
#[derive(Debug)]
pub struct Link {
    /// The callee's position in [`Program::units`].
    pub unit: u32,
    /// The callee's own facts that are given, by position.
    pub with: Vec<(u32, Argument)>,
}

/// One playbook of a program.
#[derive(Debug)]
pub struct Unit {
    /// Its id.
    pub id: Arc<str>,
    /// Its steps.
    pub flow: Arc<Flow>,
    /// Whether a self-service run stops before it.
    pub staff: bool,
    /// Its calls, by number.
    pub links: Vec<Link>,
}

/// A playbook, everything it calls and the facts they share: all that a walk needs.
#[derive(Debug)]
pub struct Program {
    /// What identifies it.
    pub hash: ProgramHash,
    /// The playbook itself first.
    pub units: Vec<Unit>,
    /// The desk's facts.
    pub facts: Arc<Facts>,
}

/// What the linker is told of a playbook.
#[derive(Clone, Debug)]
pub struct Part<'a> {
    /// Its id.
    pub id: &'a str,
    /// Its steps.
    pub flow: &'a Arc<Flow>,
    /// Whether only staff may start it.
    pub staff: bool,
    /// Its file's text.
    pub source: &'a str,
}

impl Program {
    /// What names mean in one of its playbooks.
    pub fn scope(&self, unit: u32) -> super::Scope<'_> {
        super::Scope { own: &self.units[unit as usize].flow.facts, desk: &self.facts }
    }

    /// Links a playbook with all that it calls. `None` if something is missing or broken, or calls
    /// itself, which the check reports.
    pub fn link<'a>(id: &str, facts: &Arc<Facts>, find: impl Fn(&str) -> Option<Part<'a>>) -> Option<Self> {
        let mut parts = vec![find(id)?];
        let mut at = 0;
        while at < parts.len() {
            for call in &parts[at].flow.calls {
                if !parts.iter().any(|part| part.id == call.value) {
                    parts.push(find(&call.value)?);
                }
            }
            at += 1;
        }
        if parts.iter().any(|part| part.flow.broken) || is_recursive(&parts) {
            return None;
        }
        let units = parts.iter().map(|part| unit(part, &parts)).collect::<Option<Vec<_>>>()?;
        let mut order: Vec<&Part<'_>> = parts.iter().skip(1).collect();
        order.sort_by_key(|part| part.id);
        let mut hasher = Sha256::new();
        let mut put = |text: &str| {
            hasher.update((text.len() as u64).to_le_bytes());
            hasher.update(text);
        };
        put(&SEMANTICS.to_string());
        for at in shared_facts(&parts, facts) {
            let Fact { name, kind, choices, ask, unit, .. } = &facts.list[at as usize];
            put(&format!(
                "{} {kind:?} {choices:?} {ask:?} {unit:?}",
                name.value,
                choices = choices.iter().map(|(id, label)| (&id.value, label)).collect::<Vec<_>>()
            ));
        }
        for part in std::iter::once(&parts[0]).chain(order) {
            put(part.id);
            put(part.source);
        }
        Some(Self { hash: ProgramHash(hasher.finalize().into()), units, facts: facts.clone() })
    }
}

/// Whether some playbook comes back to itself through its calls.
fn is_recursive(parts: &[Part<'_>]) -> bool {
    let calls = |part: &Part<'_>| part.flow.calls.iter().map(|call| call.value.clone()).collect::<BTreeSet<_>>();
    let mut left: Vec<(&str, BTreeSet<String>)> = parts.iter().map(|part| (part.id, calls(part))).collect();
    loop {
        let done: Vec<&str> = left.iter().filter(|(_, calls)| calls.is_empty()).map(|(id, _)| *id).collect();
        if done.is_empty() {
            return !left.is_empty();
        }
        left.retain(|(_, calls)| !calls.is_empty());
        left.iter_mut().for_each(|(_, calls)| calls.retain(|call| !done.contains(&call.as_str())));
    }
}

/// The desk's facts that a program reads or saves, and those that their prompts show, in the desk's order.
fn shared_facts(parts: &[Part<'_>], facts: &Facts) -> BTreeSet<u32> {
    let mut shared = BTreeSet::new();
    let mut todo: Vec<Slot> = Vec::new();
    for part in parts {
        todo.extend(part.flow.facts.list.iter().flat_map(|fact| &fact.reads));
        for node in &part.flow.nodes {
            todo.extend(node.reads());
            if let Node::Prompt(prompt) = node {
                todo.extend(prompt.save.as_ref().map(|slot| slot.value));
            }
        }
    }
    while let Some(slot) = todo.pop() {
        if let Slot::Desk(at) = slot
            && shared.insert(at)
        {
            todo.extend(&facts.list[at as usize].reads);
        }
    }
    shared
}

fn unit(part: &Part<'_>, parts: &[Part<'_>]) -> Option<Unit> {
    let mut links: Vec<Option<Link>> = part.flow.calls.iter().map(|_| None).collect();
    for node in &part.flow.nodes {
        let Node::Call(call) = node else { continue };
        let unit = parts.iter().position(|other| other.id == call.playbook.value)?;
        let with = call
            .with
            .iter()
            .map(|(name, given)| argument(&parts[unit].flow.facts, name, given))
            .collect::<Option<Vec<_>>>()?;
        links[call.number as usize] = Some(Link { unit: unit as u32, with });
    }
    let links = links.into_iter().collect::<Option<Vec<_>>>()?;
    Some(Unit { id: part.id.into(), flow: part.flow.clone(), staff: part.staff, links })
}

fn argument(facts: &Facts, name: &Spanned<String>, given: &Given) -> Option<(u32, Argument)> {
    let at = facts.position(&name.value)?;
    let argument = match given {
        Given::Literal(text) => Argument::Value(facts.list[at as usize].kind.read(&text.value)?),
        Given::Fact(slot) => Argument::Fact(slot.value),
        Given::Broken => return None,
    };
    Some((at, argument))
}
