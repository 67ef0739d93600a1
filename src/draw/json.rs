//! The graph as data.

use super::Graph;
use serde_json::{Value, json};

/// The graph as JSON; boxes are referred to by their ids.
pub fn json(graph: &Graph) -> Value {
    let vertices = graph.vertices.iter().map(|vertex| {
        let items = vertex.items.iter().map(|item| json!({"id": item.id, "text": item.text, "if": item.condition}));
        json!({
            "id": vertex.id, "kind": vertex.kind.name(), "title": vertex.title, "text": vertex.text,
            "items": items.collect::<Vec<_>>(), "staff": vertex.staff, "to": vertex.to,
        })
    });
    let edges = graph.edges.iter().map(|edge| {
        let (from, to) = (&graph.vertices[edge.from].id, &graph.vertices[edge.to].id);
        json!({"from": from, "to": to, "way": edge.way, "label": edge.label, "condition": edge.condition})
    });
    json!({
        "playbook": graph.id, "title": graph.title, "start": graph.start.map(|start| &graph.vertices[start].id),
        "vertices": vertices.collect::<Vec<_>>(), "edges": edges.collect::<Vec<_>>(),
    })
}
