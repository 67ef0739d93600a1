//! What every step kind is made of: prompts, gates, branches, calls and ends, joined by ways.
//!
//! The checker, the walk and the drawings know only these.

use super::facts::Facts;
use crate::{
    diagnostic::Spanned,
    expression::{Condition, Fault, Slot},
    template::Text,
};
use std::sync::Arc;

/// Where a way leads.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target {
    /// Into a step, which counts as a visit.
    Step(u32),
    /// To another node of the same step.
    Node(u32),
    /// To a step that does not exist, or could not be read.
    Nowhere,
}

/// A way on.
#[derive(Clone, Debug)]
pub struct Way {
    /// How it is known behind the step's id: `yes`, `worked`, `else`, `1`.
    pub name: Arc<str>,
    /// Where it was written.
    pub written: Spanned<String>,
    /// Where it leads.
    pub target: Target,
    /// Follows from the kind of step; nobody wrote it.
    pub implicit: bool,
}

/// An answer that can be chosen.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Stable.
    pub id: Spanned<String>,
    /// What people read.
    pub label: Arc<Text>,
    /// Where it leads.
    pub way: Way,
    /// Earlier ids.
    pub was: Vec<Spanned<String>>,
}

/// What a prompt takes.
#[derive(Debug)]
pub enum Options {
    /// `next`, nothing else.
    Next(Way),
    /// One of these.
    Choices(Vec<Choice>),
    /// A value of the fact that it is saved in.
    Typed(Way),
}

/// What a prompt is, for people and scripts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PromptKind {
    /// Something to read.
    Say,
    /// A question.
    Ask,
    /// An action.
    Do,
}

/// Where the walk stands still until someone answers.
#[derive(Debug)]
pub struct Prompt {
    /// What it is.
    pub kind: PromptKind,
    /// The item of a `try` or `tasks`.
    pub item: Option<Spanned<String>>,
    /// The text.
    pub text: Text,
    /// How to see that an action worked.
    pub verify: Option<Arc<Text>>,
    /// For staff only.
    pub tip: Option<Arc<Text>>,
    /// Articles to show beside it.
    pub articles: Vec<Spanned<String>>,
    /// Expected handling time.
    pub minutes: Option<f64>,
    /// How often an item of `try` is expected to work, from 0 to 1.
    pub chance: Option<f64>,
    /// What it takes.
    pub options: Options,
    /// The fact that the answer is kept in.
    pub save: Option<Spanned<Slot>>,
    /// Where `stuck` leads, if it leads on.
    pub stuck: Option<Way>,
    /// The facts its texts show, in order.
    pub reads: Vec<Slot>,
}

/// Offers an item only if a condition allows it.
#[derive(Debug)]
pub struct Gate {
    /// Its `if`.
    pub condition: Condition,
    /// The condition as written.
    pub source: Spanned<String>,
    /// The item; taken without a value too.
    pub offer: u32,
    /// What comes instead.
    pub pass: Way,
}

/// Conditions in order.
#[derive(Debug)]
pub struct Branch {
    /// Each with the way it opens and its text.
    pub arms: Vec<(Condition, Spanned<String>, Way)>,
    /// When all are false.
    pub otherwise: Option<Way>,
    /// When one has no value.
    pub unknown: Option<Way>,
}

/// A value given to a callee's fact.
#[derive(Debug)]
pub enum Given {
    /// As written; read by the fact's type.
    Literal(Spanned<String>),
    /// A fact of the caller or the desk.
    Fact(Spanned<Slot>),
    /// Could not be read.
    Broken,
}

/// Another playbook, in a frame of its own.
#[derive(Debug)]
pub struct Call {
    /// Its id.
    pub playbook: Spanned<String>,
    /// Counts the calls of the flow.
    pub number: u32,
    /// The callee's facts that are given.
    pub with: Vec<(Spanned<String>, Given)>,
    /// When it ends solved.
    pub resolved: Option<Way>,
    /// When its script has nothing more.
    pub not_resolved: Option<Way>,
    /// The caller's facts that `with` reads.
    pub reads: Vec<Slot>,
}

/// How a run ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum EndKind {
    /// Solved.
    Resolved,
    /// This script has nothing more.
    NotResolved,
    /// It goes on elsewhere.
    Escalated,
}

/// An ending, as a step or in place.
#[derive(Debug)]
pub struct End {
    /// Which.
    pub kind: EndKind,
    /// `step`, or `step.answer` in place.
    pub name: Arc<str>,
    /// What was done, or why it goes on elsewhere.
    pub text: Text,
    /// For the caller.
    pub tell: Option<Text>,
    /// The tier it goes to.
    pub to: Option<Spanned<String>>,
    /// The team there.
    pub team: Option<Spanned<String>>,
    /// How urgent.
    pub priority: Option<Spanned<String>>,
    /// A closing code.
    pub code: Option<Spanned<String>>,
    /// The facts its texts show, in order.
    pub reads: Vec<Slot>,
}

/// One thing the walk does at a time.
#[derive(Debug)]
pub enum Node {
    /// Waits for an answer.
    Prompt(Box<Prompt>),
    /// Offers an item or passes it over.
    Gate(Box<Gate>),
    /// Goes where a condition says.
    Branch(Branch),
    /// Goes into another playbook.
    Call(Box<Call>),
    /// Ends.
    End(Box<End>),
    /// Could not be read; reported already.
    Broken,
}

/// `visits: {max, then}`
#[derive(Clone, Debug)]
pub struct Visits {
    /// How often the step is entered in a frame.
    pub max: u32,
    /// Where the next entry goes instead.
    pub then: Way,
}

/// A step: its nodes, and what all kinds have.
#[derive(Debug)]
pub struct Step {
    /// kebab-case, stable.
    pub id: Spanned<String>,
    /// The key that gives the kind.
    pub kind: &'static str,
    /// Short, for graphs and reports.
    pub title: Option<String>,
    /// Staff only.
    pub staff: bool,
    /// How often it may be entered.
    pub visits: Option<Visits>,
    /// Earlier ids.
    pub was: Vec<Spanned<String>>,
    /// Some part of it could not be read, so that it may lead anywhere.
    pub unread: bool,
    /// Where it begins.
    pub entry: u32,
    /// Its nodes, ends in place included.
    pub nodes: std::ops::Range<u32>,
}

/// A playbook's steps, resolved as far as that is possible within the playbook and the desk's facts.
#[derive(Debug, Default)]
pub struct Flow {
    /// The playbook's own facts.
    pub facts: Facts,
    /// In written order.
    pub steps: Vec<Step>,
    /// Of all steps.
    pub nodes: Vec<Node>,
    /// The step that a run begins with.
    pub start: Option<u32>,
    /// The ids of the playbooks that are called, by number.
    pub calls: Vec<Spanned<String>>,
    /// What is wrong with its conditions, texts and saved values; the rules tell.
    pub faults: Vec<Fault>,
    /// Targets that name no step, with the step that holds them (`None` for `start`).
    pub missing: Vec<(Option<u32>, Spanned<String>)>,
    /// Some part of it could not be read.
    pub broken: bool,
}

impl Node {
    /// Every way on, written or not, in the order in which it is written.
    pub fn ways(&self) -> Vec<&Way> {
        match self {
            Node::Prompt(prompt) => {
                let mut ways: Vec<&Way> = match &prompt.options {
                    Options::Next(way) | Options::Typed(way) => vec![way],
                    Options::Choices(choices) => choices.iter().map(|choice| &choice.way).collect(),
                };
                ways.extend(&prompt.stuck);
                ways
            }
            Node::Gate(gate) => vec![&gate.pass],
            Node::Branch(branch) => {
                branch.arms.iter().map(|(.., way)| way).chain(&branch.otherwise).chain(&branch.unknown).collect()
            }
            Node::Call(call) => call.resolved.iter().chain(&call.not_resolved).collect(),
            Node::End(_) | Node::Broken => Vec::new(),
        }
    }

    fn ways_mut(&mut self) -> Vec<&mut Way> {
        match self {
            Node::Prompt(prompt) => {
                let mut ways: Vec<&mut Way> = match &mut prompt.options {
                    Options::Next(way) | Options::Typed(way) => vec![way],
                    Options::Choices(choices) => choices.iter_mut().map(|choice| &mut choice.way).collect(),
                };
                ways.extend(&mut prompt.stuck);
                ways
            }
            Node::Gate(gate) => vec![&mut gate.pass],
            Node::Branch(branch) => branch
                .arms
                .iter_mut()
                .map(|(.., way)| way)
                .chain(&mut branch.otherwise)
                .chain(&mut branch.unknown)
                .collect(),
            Node::Call(call) => call.resolved.iter_mut().chain(&mut call.not_resolved).collect(),
            Node::End(_) | Node::Broken => Vec::new(),
        }
    }

    /// The facts it shows, reads or passes on.
    pub fn reads(&self) -> Vec<Slot> {
        let mut slots = Vec::new();
        match self {
            Node::Prompt(prompt) => slots.clone_from(&prompt.reads),
            Node::Gate(gate) => gate.condition.reads(&mut |slot, _| slots.push(slot.value)),
            Node::Branch(branch) => {
                branch.arms.iter().for_each(|(condition, ..)| condition.reads(&mut |slot, _| slots.push(slot.value)))
            }
            Node::Call(call) => slots.clone_from(&call.reads),
            Node::End(end) => slots.clone_from(&end.reads),
            Node::Broken => {}
        }
        slots
    }
}

impl Flow {
    /// The nodes of a step with their positions.
    pub fn nodes_of<'a>(&'a self, step: &Step) -> impl Iterator<Item = (u32, &'a Node)> + use<'a> {
        let range = step.nodes.clone();
        range.clone().zip(&self.nodes[range.start as usize..range.end as usize])
    }

    /// The ways that someone wrote into a step, each once, `visits` last.
    pub fn ways_of<'a>(&'a self, step: &'a Step) -> Vec<&'a Way> {
        let mut ways: Vec<&Way> = Vec::new();
        let all = self.nodes_of(step).flat_map(|(_, node)| node.ways());
        for way in all.chain(step.visits.as_ref().map(|visits| &visits.then)) {
            if !way.implicit
                && !ways.iter().any(|known| known.written.span == way.written.span && known.name == way.name)
            {
                ways.push(way);
            }
        }
        ways
    }

    /// The name of a step's way in the whole flow: `step.answer`, `step/item.answer`. An ending in place has the same.
    pub fn way_name(&self, step: u32, way: &str) -> String {
        let separator = if way.starts_with('/') { "" } else { "." };
        format!("{}{separator}{way}", self.steps[step as usize].id.value)
    }

    /// The step that a node belongs to.
    pub fn step_of(&self, node: u32) -> u32 {
        self.steps.partition_point(|step| step.nodes.end <= node) as u32
    }

    /// Points every written target at its step.
    pub(super) fn link(&mut self, position: &std::collections::HashMap<String, u32>) {
        let Flow { steps, nodes, missing, broken, .. } = self;
        let mut link = |step: u32, way: &mut Way| {
            if way.target != Target::Nowhere || way.written.value.is_empty() {
                return;
            }
            match position.get(&way.written.value) {
                Some(found) => way.target = Target::Step(*found),
                None => {
                    if !missing.iter().any(|(_, known)| known.span == way.written.span) {
                        missing.push((Some(step), way.written.clone()));
                    }
                    *broken = true;
                }
            }
        };
        for (at, step) in steps.iter_mut().enumerate() {
            for node in &mut nodes[step.nodes.start as usize..step.nodes.end as usize] {
                node.ways_mut().into_iter().for_each(|way| link(at as u32, way));
            }
            if let Some(visits) = &mut step.visits {
                link(at as u32, &mut visits.then);
            }
        }
    }
}
