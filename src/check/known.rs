//! Which facts that cannot be asked for are known where: on every path, or on some.
//!
//! A forward data-flow analysis over the nodes of each playbook. A fact counts as settled when it has a value, or
//! when somebody was asked and could not tell. What callers give and callees leave behind is taken into account.

use super::context::Context;
use crate::{
    expression::Slot,
    playbook::flow::{EndKind, Given, Node, Options, Target},
};

/// A set of facts: the playbook's own first, then the desk's.
type Set = Vec<u64>;

/// The facts that are known when a node is come to.
#[derive(Clone, Debug)]
pub struct Sets {
    own: u32,
    /// On every path; `None` where no path leads.
    always: Vec<Option<Set>>,
    /// On some path.
    sometimes: Vec<Set>,
}

impl Sets {
    /// Whether a fact is settled on every path to a node.
    pub fn always(&self, node: u32, slot: Slot) -> bool {
        self.always[node as usize].as_ref().is_none_or(|set| has(set, self.bit(slot)))
    }

    /// Whether a fact can be known when the node is come to.
    pub fn sometimes(&self, node: u32, slot: Slot) -> bool {
        self.always[node as usize].is_none() || has(&self.sometimes[node as usize], self.bit(slot))
    }

    fn bit(&self, slot: Slot) -> u32 {
        bit(self.own, slot)
    }
}

fn bit(own: u32, slot: Slot) -> u32 {
    match slot {
        Slot::Own(at) => at,
        Slot::Desk(at) => own + at,
    }
}

fn has(set: &Set, bit: u32) -> bool {
    set[bit as usize / 64] & (1 << (bit % 64)) != 0
}

fn put(set: &mut Set, bit: u32) {
    set[bit as usize / 64] |= 1 << (bit % 64);
}

/// What a playbook leaves known in the desk when it ends: always and sometimes, for `resolve` and `not_resolved`.
#[derive(Clone, Default)]
struct Leaves {
    always: [Option<Vec<u32>>; 2],
    sometimes: [Vec<u32>; 2],
}

/// Whether any fact that the playbook reads cannot be asked for.
fn concerns(context: &Context<'_>, at: u32) -> bool {
    let flow = &context.subjects[at as usize].playbook.flow;
    let unaskable = |facts: &crate::playbook::Facts| facts.list.iter().any(|fact| fact.ask.is_none());
    unaskable(&flow.facts) || unaskable(&context.desk.facts)
}

/// Analyses every playbook: what callees leave first, from the bottom up, then what callers give, from the top down.
pub fn compute(context: &Context<'_>) -> Vec<Option<Sets>> {
    let count = context.subjects.len();
    let mut known: Vec<Option<Sets>> = vec![None; count];
    if !(0..count as u32).any(|at| concerns(context, at)) {
        return known;
    }
    let mut leaves = vec![Leaves::default(); count];
    for &at in context.order.iter().flatten() {
        let sets = analyse(context, at, &leaves, None);
        leaves[at as usize] = leave(context, at, &sets);
    }
    let mut given: Vec<Option<(Set, Set)>> = vec![None; count];
    for &at in context.order.iter().rev().flatten() {
        let sets = analyse(context, at, &leaves, given[at as usize].as_ref());
        give(context, at, &sets, &mut given);
        known[at as usize] = Some(sets);
    }
    known
}

fn analyse(context: &Context<'_>, at: u32, leaves: &[Leaves], given: Option<&(Set, Set)>) -> Sets {
    let subject = &context.subjects[at as usize];
    let flow = &subject.playbook.flow;
    let own = flow.facts.list.len() as u32;
    let words = ((own as usize + context.desk.facts.list.len()) / 64) + 1;
    let audience = &subject.playbook.audience;
    let alone = audience.self_service || audience.agent;
    let empty = vec![0; words];
    let (always, sometimes) = given.cloned().unwrap_or((empty.clone(), empty.clone()));
    let mut sets = Sets { own, always: vec![None; flow.nodes.len()], sometimes: vec![empty.clone(); flow.nodes.len()] };
    let Some(start) = flow.start else { return sets };
    let mut todo = Vec::new();
    let first = if alone { empty } else { always };
    flow_into(&mut sets, flow.steps[start as usize].entry, &first, &sometimes, &mut todo);
    leave_visits(flow, &mut sets, start, &first, &sometimes, &mut todo);
    while let Some(node) = todo.pop() {
        let always = sets.always[node as usize].clone().expect("it was come to");
        let sometimes = sets.sometimes[node as usize].clone();
        let mut go = |target: Target, always: &Set, sometimes: &Set| match target {
            Target::Step(step) => {
                leave_visits(flow, &mut sets, step, always, sometimes, &mut todo);
                flow_into(&mut sets, flow.steps[step as usize].entry, always, sometimes, &mut todo);
            }
            Target::Node(node) => flow_into(&mut sets, node, always, sometimes, &mut todo),
            Target::Nowhere => {}
        };
        match &flow.nodes[node as usize] {
            Node::Prompt(prompt) => {
                let (mut saved, mut maybe) = (always.clone(), sometimes.clone());
                if let Some(slot) = &prompt.save {
                    put(&mut saved, bit(own, slot.value));
                    put(&mut maybe, bit(own, slot.value));
                }
                match &prompt.options {
                    Options::Next(way) | Options::Typed(way) => go(way.target, &saved, &maybe),
                    Options::Choices(choices) => {
                        choices.iter().for_each(|choice| go(choice.way.target, &saved, &maybe))
                    }
                }
                if let Some(stuck) = &prompt.stuck {
                    go(stuck.target, &always, &sometimes);
                }
            }
            Node::Gate(gate) => {
                go(Target::Node(gate.offer), &always, &sometimes);
                go(gate.pass.target, &always, &sometimes);
            }
            Node::Call(call) => {
                let left = subject.callees[call.number as usize].map(|callee| &leaves[callee as usize]);
                for (n, way) in [&call.resolved, &call.not_resolved].into_iter().enumerate() {
                    let Some(way) = way else { continue };
                    let (mut always, mut sometimes) = (always.clone(), sometimes.clone());
                    if let Some(left) = left {
                        left.always[n].iter().flatten().for_each(|fact| put(&mut always, own + fact));
                        left.sometimes[n].iter().for_each(|fact| put(&mut sometimes, own + fact));
                    }
                    go(way.target, &always, &sometimes);
                }
            }
            other => other.ways().into_iter().for_each(|way| go(way.target, &always, &sometimes)),
        }
    }
    sets
}

/// The way out of a step that was visited often enough.
fn leave_visits(
    flow: &crate::playbook::Flow,
    sets: &mut Sets,
    step: u32,
    always: &Set,
    sometimes: &Set,
    todo: &mut Vec<u32>,
) {
    let mut step = step;
    for _ in 0..flow.steps.len() {
        let Some(visits) = &flow.steps[step as usize].visits else { return };
        match visits.then.target {
            Target::Step(next) => {
                flow_into(sets, flow.steps[next as usize].entry, always, sometimes, todo);
                step = next;
            }
            Target::Node(node) => return flow_into(sets, node, always, sometimes, todo),
            Target::Nowhere => return,
        }
    }
}

fn flow_into(sets: &mut Sets, node: u32, always: &Set, sometimes: &Set, todo: &mut Vec<u32>) {
    let known = &mut sets.always[node as usize];
    let met: Set = match known {
        Some(known) => known.iter().zip(always).map(|(a, b)| a & b).collect(),
        None => always.clone(),
    };
    let joined: Set = sets.sometimes[node as usize].iter().zip(sometimes).map(|(a, b)| a | b).collect();
    if known.as_ref() != Some(&met) || sets.sometimes[node as usize] != joined {
        *known = Some(met);
        sets.sometimes[node as usize] = joined;
        todo.push(node);
    }
}

/// What an analysis says of the desk's facts at the ends.
fn leave(context: &Context<'_>, at: u32, sets: &Sets) -> Leaves {
    let flow = &context.subjects[at as usize].playbook.flow;
    let desk = context.desk.facts.list.len() as u32;
    let mut leaves = Leaves::default();
    for (node, value) in flow.nodes.iter().enumerate() {
        let n = match value {
            Node::End(end) if end.kind == EndKind::Resolved => 0,
            Node::End(end) if end.kind == EndKind::NotResolved => 1,
            _ => continue,
        };
        let Some(always) = &sets.always[node] else { continue };
        let here = |set: &Set| (0..desk).filter(|fact| has(set, sets.own + fact)).collect::<Vec<u32>>();
        let (always, sometimes) = (here(always), here(&sets.sometimes[node]));
        leaves.always[n] = Some(match leaves.always[n].take() {
            Some(before) => before.into_iter().filter(|fact| always.contains(fact)).collect(),
            None => always,
        });
        leaves.sometimes[n].extend(sometimes);
    }
    leaves
}

/// What the calls of a playbook give to their callees, met over all callers.
fn give(context: &Context<'_>, at: u32, sets: &Sets, given: &mut [Option<(Set, Set)>]) {
    let subject = &context.subjects[at as usize];
    for (node, value) in subject.playbook.flow.nodes.iter().enumerate() {
        let Node::Call(call) = value else { continue };
        let (Some(callee), Some(always)) = (subject.callees[call.number as usize], &sets.always[node]) else {
            continue;
        };
        let facts = &context.subjects[callee as usize].playbook.flow.facts;
        let own = facts.list.len() as u32;
        let words = ((own as usize + context.desk.facts.list.len()) / 64) + 1;
        let (mut sure, mut maybe) = (vec![0; words], vec![0; words]);
        for fact in 0..context.desk.facts.list.len() as u32 {
            if has(always, sets.own + fact) {
                put(&mut sure, own + fact);
            }
            if has(&sets.sometimes[node], sets.own + fact) {
                put(&mut maybe, own + fact);
            }
        }
        for (name, value) in &call.with {
            let Some(fact) = facts.position(&name.value) else { continue };
            let (always, sometimes) = match value {
                Given::Literal(_) | Given::Broken => (true, true),
                Given::Fact(slot) => {
                    let scope = crate::playbook::Scope { own: &subject.playbook.flow.facts, desk: &context.desk.facts };
                    let askable = scope.fact(slot.value).ask.is_some();
                    (
                        askable || sets.always(node as u32, slot.value),
                        askable || sets.sometimes(node as u32, slot.value),
                    )
                }
            };
            if always {
                put(&mut sure, fact);
            }
            if sometimes {
                put(&mut maybe, fact);
            }
        }
        let slot = &mut given[callee as usize];
        *slot = Some(match slot.take() {
            Some((s, m)) => {
                (s.iter().zip(&sure).map(|(a, b)| a & b).collect(), m.iter().zip(&maybe).map(|(a, b)| a | b).collect())
            }
            None => (sure, maybe),
        });
    }
}
