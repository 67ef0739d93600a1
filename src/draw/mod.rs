//! A flow as a graph: which boxes and arrows there are, and the languages they are written in.

mod dot;
mod mermaid;

pub use dot::dot;
pub use mermaid::mermaid;

use crate::playbook::{
    Playbook,
    flow::{EndKind, Node, Options, Target},
};

/// What a box stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Something is asked, said or done.
    Prompt,
    /// A decision by itself.
    Branch,
    /// Another playbook.
    Call,
    /// An ending.
    End(EndKind),
}

/// A box.
#[derive(Debug)]
pub struct Vertex {
    /// Unique in the graph.
    pub id: String,
    /// What is written in it.
    pub label: String,
    /// What it stands for.
    pub shape: Shape,
}

/// An arrow.
#[derive(Debug)]
pub struct Edge {
    /// From the box of this position.
    pub from: usize,
    /// To that one.
    pub to: usize,
    /// What is written on it.
    pub label: String,
}

/// A playbook's steps and endings with the ways between them.
#[derive(Debug)]
pub struct Graph {
    /// The entry first.
    pub vertices: Vec<Vertex>,
    /// In written order.
    pub edges: Vec<Edge>,
}

/// The graph of a playbook.
pub fn graph(playbook: &Playbook) -> Graph {
    let flow = &playbook.flow;
    let mut graph = Graph { vertices: Vec::new(), edges: Vec::new() };
    for step in &flow.steps {
        let (text, shape) = describe(&flow.nodes[step.entry as usize], step.kind);
        let label = step.title.clone().unwrap_or(text);
        graph.vertices.push(Vertex { id: step.id.value.clone(), label, shape });
    }
    let mut place = vec![None; flow.nodes.len()];
    for (at, node) in flow.nodes.iter().enumerate() {
        let step = flow.step_of(at as u32) as usize;
        if let Node::End(end) = node {
            place[at] = Some(if flow.steps[step].entry == at as u32 {
                step
            } else {
                graph.vertices.push(Vertex {
                    id: end.name.to_string(),
                    label: first_line(&end.text.source.value),
                    shape: Shape::End(end.kind),
                });
                graph.vertices.len() - 1
            });
        }
    }
    for (from, step) in flow.steps.iter().enumerate() {
        for way in flow.ways_of(step) {
            let to = match way.target {
                Target::Step(to) => Some(to as usize),
                Target::Node(node) => place[node as usize],
                Target::Nowhere => None,
            };
            let label = label(flow, step, &way.name);
            if let Some(to) = to {
                graph.edges.push(Edge { from, to, label });
            }
        }
    }
    graph
}

/// What an arrow says: an answer's label, a condition, or the way's name.
fn label(flow: &crate::playbook::Flow, step: &crate::playbook::flow::Step, name: &str) -> String {
    let found = flow.nodes_of(step).find_map(|(_, node)| match node {
        Node::Prompt(prompt) => match &prompt.options {
            Options::Choices(choices) if prompt.item.is_none() && step.kind == "ask" => {
                choices.iter().find(|choice| &*choice.way.name == name).map(|choice| choice.label.source.value.clone())
            }
            _ => None,
        },
        Node::Branch(branch) => {
            branch.arms.iter().find(|(.., way)| &*way.name == name).map(|(_, source, _)| source.value.clone())
        }
        _ => None,
    });
    match (found, name, &step.visits) {
        (Some(label), ..) => label,
        (None, "then", _) => String::new(),
        (None, "visits", Some(visits)) => format!("after {} visits", visits.max),
        (None, name, _) => name.trim_start_matches('/').replace('_', " "),
    }
}

fn describe(node: &Node, kind: &str) -> (String, Shape) {
    match node {
        Node::Prompt(prompt) if prompt.item.is_none() => (first_line(&prompt.text.source.value), Shape::Prompt),
        Node::Prompt(_) | Node::Gate(_) => {
            (if kind == "try" { "Try, best first".into() } else { "Do all in order".into() }, Shape::Prompt)
        }
        Node::Branch(_) => (String::new(), Shape::Branch),
        Node::Call(call) => (call.playbook.value.clone(), Shape::Call),
        Node::End(end) => (first_line(&end.text.source.value), Shape::End(end.kind)),
        Node::Broken => (String::new(), Shape::Prompt),
    }
}

/// The first sentence or so.
fn first_line(text: &str) -> String {
    crate::diagnostic::wording::shorten(text.trim())
}
