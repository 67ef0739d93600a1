//! Graphviz's language.

use super::{Graph, Shape};
use crate::playbook::flow::EndKind;
use std::fmt::Write;

/// The graph in DOT.
pub fn dot(graph: &Graph) -> String {
    let mut out = String::from(
        "digraph playbook {\n  rankdir=TB;\n  node [fontname=\"sans-serif\", fontsize=11, style=\"rounded,filled\", fillcolor=\"#f6f6f4\", shape=box];\n  edge [fontname=\"sans-serif\", fontsize=10];\n",
    );
    for (at, vertex) in graph.vertices.iter().enumerate() {
        let look = match vertex.shape {
            Shape::Prompt => "",
            Shape::Branch => ", shape=diamond, style=filled",
            Shape::Call => ", peripheries=2",
            Shape::End(EndKind::Resolved) => ", fillcolor=\"#d7f0dd\"",
            Shape::End(EndKind::NotResolved) => ", fillcolor=\"#eeeeee\"",
            Shape::End(EndKind::Escalated) => ", fillcolor=\"#fde6cf\"",
        };
        let label =
            if vertex.label.is_empty() { vertex.id.clone() } else { format!("{}\n{}", vertex.id, vertex.label) };
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
