//! Graphviz's language.

use super::{Graph, Kind};
use std::fmt::Write;

/// The graph in DOT.
pub fn dot(graph: &Graph) -> String {
    let mut out = String::from(
        "digraph playbook {\n  rankdir=TB;\n  node [fontname=\"sans-serif\", fontsize=11, style=\"rounded,filled\", fillcolor=\"#f6f6f4\", shape=box];\n  edge [fontname=\"sans-serif\", fontsize=10];\n",
    );
    for (at, vertex) in graph.vertices.iter().enumerate() {
        let look = match vertex.kind {
            Kind::Say | Kind::Ask | Kind::Do | Kind::Try | Kind::Tasks => "",
            Kind::Branch => ", shape=diamond, style=filled",
            Kind::Call => ", peripheries=2",
            Kind::Resolved => ", fillcolor=\"#d7f0dd\"",
            Kind::NotResolved => ", fillcolor=\"#eeeeee\"",
            Kind::Escalated => ", fillcolor=\"#fde6cf\"",
            Kind::Missing => ", style=dashed",
        };
        let label = match vertex.label() {
            label if label.is_empty() => vertex.id.clone(),
            label => format!("{}\n{label}", vertex.id),
        };
        writeln!(out, "  n{at} [label=\"{}\"{look}];", quoted(&label)).expect("a string takes everything");
    }
    for edge in &graph.edges {
        writeln!(out, "  n{} -> n{} [label=\"{}\"];", edge.from, edge.to, quoted(&edge.label))
            .expect("a string takes everything");
    }
    out.push_str("}\n");
    out
}

fn quoted(text: &str) -> String {
    text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n")
}
