//! A playbook's flow as a graph.

use super::{Edge, Graph, Item, Kind, Vertex};
use crate::playbook::{
    Playbook,
    flow::{EndKind, Flow, Node, Options, PromptKind, Step, Target},
};

/// The graph of a playbook.
pub fn graph(playbook: &Playbook) -> Graph {
    let title = playbook.title.as_ref().map_or(&playbook.id, |title| &title.value);
    of_flow(&playbook.id, title, &playbook.flow)
}

/// The graph of a flow, such as that of a program that a run keeps.
pub fn of_flow(id: &str, title: &str, flow: &Flow) -> Graph {
    let start = flow.start.map(|start| start as usize);
    let vertices = flow.steps.iter().map(|step| vertex(flow, step)).collect();
    let mut graph = Graph { id: id.to_owned(), title: title.to_owned(), start, vertices, edges: Vec::new() };
    let mut place = vec![None; flow.nodes.len()];
    for (at, node) in flow.nodes.iter().enumerate() {
        let step = flow.step_of(at as u32) as usize;
        if let Node::End(end) = node {
            place[at] = Some(if flow.steps[step].entry == at as u32 {
                step
            } else {
                let mut vertex = Vertex::new(end.name.to_string(), Kind::Branch);
                vertex.describe(node);
                graph.add(vertex)
            });
        }
    }
    for (from, step) in flow.steps.iter().enumerate() {
        for way in flow.ways_of(step) {
            let to = match way.target {
                Target::Step(to) => Some(to as usize),
                Target::Node(node) => place[node as usize],
                Target::Nowhere => graph.missing(&way.written.value),
            };
            let Some(to) = to else { continue };
            let (label, condition) = label(flow, step, &way.name);
            let way = flow.way_name(from as u32, &way.name);
            graph.edges.push(Edge { from, to, way, label, condition });
        }
    }
    graph
}

impl Graph {
    fn add(&mut self, vertex: Vertex) -> usize {
        self.vertices.push(vertex);
        self.vertices.len() - 1
    }

    /// The place of a step that does not exist.
    fn missing(&mut self, id: &str) -> Option<usize> {
        let known = self.vertices.iter().position(|vertex| vertex.kind == Kind::Missing && vertex.id == id);
        known.or_else(|| (!id.is_empty()).then(|| self.add(Vertex::new(id.to_owned(), Kind::Missing))))
    }
}

impl Vertex {
    fn describe(&mut self, node: &Node) {
        match node {
            Node::Prompt(prompt) if prompt.item.is_none() => self.text.clone_from(&prompt.text.source.value),
            Node::Call(call) => self.to = Some(call.playbook.value.clone()),
            Node::End(end) => {
                self.kind = match end.kind {
                    EndKind::Resolved => Kind::Resolved,
                    EndKind::NotResolved => Kind::NotResolved,
                    EndKind::Escalated => Kind::Escalated,
                };
                self.text.clone_from(&end.text.source.value);
                let place: Vec<&str> = [&end.to, &end.team].into_iter().flatten().map(|id| id.value.as_str()).collect();
                self.to = (!place.is_empty()).then(|| place.join(", "));
            }
            _ => {}
        }
    }
}

fn vertex(flow: &Flow, step: &Step) -> Vertex {
    let entry = &flow.nodes[step.entry as usize];
    let kind = match (step.kind, entry) {
        ("try", _) => Kind::Try,
        ("tasks", _) => Kind::Tasks,
        ("branch", _) => Kind::Branch,
        ("call", _) => Kind::Call,
        (_, Node::Prompt(prompt)) if prompt.kind == PromptKind::Ask => Kind::Ask,
        (_, Node::Prompt(prompt)) if prompt.kind == PromptKind::Do => Kind::Do,
        _ => Kind::Say,
    };
    let mut vertex = Vertex::new(step.id.value.clone(), kind);
    vertex.title.clone_from(&step.title);
    vertex.staff = step.staff;
    vertex.describe(entry);
    let mut condition = None;
    for (_, node) in flow.nodes_of(step) {
        match node {
            Node::Gate(gate) => condition = Some(gate.source.value.clone()),
            Node::Prompt(prompt) => {
                if let Some(item) = &prompt.item {
                    let text = prompt.text.source.value.clone();
                    vertex.items.push(Item { id: item.value.clone(), text, condition: condition.take() });
                }
            }
            _ => {}
        }
    }
    vertex
}

/// What an arrow says, an answer's label, a condition, or the way's name; and whether it is a condition.
fn label(flow: &Flow, step: &Step, name: &str) -> (String, bool) {
    let found = flow.nodes_of(step).find_map(|(_, node)| match node {
        Node::Prompt(prompt) => match &prompt.options {
            Options::Choices(choices) if prompt.item.is_none() && step.kind == "ask" => {
                let choice = choices.iter().find(|choice| &*choice.way.name == name)?;
                Some((choice.label.source.value.clone(), false))
            }
            _ => None,
        },
        Node::Branch(branch) => {
            let (_, source, _) = branch.arms.iter().find(|(.., way)| &*way.name == name)?;
            Some((source.value.clone(), true))
        }
        _ => None,
    });
    found.unwrap_or_else(|| {
        let words = match (name, &step.visits) {
            ("then", _) => String::new(),
            ("visits", Some(visits)) => format!("after {} visits", visits.max),
            (name, _) => name.trim_start_matches('/').replace('_', " "),
        };
        (words, false)
    })
}
