//! Mermaid's flowchart language.

use super::{Graph, Kind, Vertex};
use std::fmt::Write;

/// The graph as a Mermaid flowchart.
pub fn mermaid(graph: &Graph) -> String {
    let mut out = String::from("flowchart TD\n");
    for (at, vertex) in graph.vertices.iter().enumerate() {
        let (open, close, class) = match vertex.kind {
            Kind::Say | Kind::Ask | Kind::Do | Kind::Try | Kind::Tasks => ("[", "]", "prompt"),
            Kind::Branch => ("{", "}", "branch"),
            Kind::Call => ("[[", "]]", "call"),
            Kind::Resolved => ("([", "])", "resolved"),
            Kind::NotResolved => ("([", "])", "notResolved"),
            Kind::Escalated => ("([", "])", "escalated"),
            Kind::Missing => ("[", "]", "missing"),
        };
        let lines = lines(vertex);
        let id = if lines.is_empty() { quoted(&vertex.id) } else { format!("<b>{}</b>", quoted(&vertex.id)) };
        let text = std::iter::once(id).chain(lines.iter().map(|line| quoted(line))).collect::<Vec<_>>().join("<br/>");
        writeln!(out, "  n{at}{open}\"{text}\"{close}:::{class}").expect("a string takes everything");
    }
    for edge in &graph.edges {
        let label = if edge.label.is_empty() { String::new() } else { format!("|\"{}\"|", quoted(&edge.label)) };
        writeln!(out, "  n{} -->{label} n{}", edge.from, edge.to).expect("a string takes everything");
    }
    out.push_str("  classDef resolved fill:#d7f0dd,stroke:#2f7d4a,color:#123\n  classDef notResolved fill:#eee,stroke:#777,color:#123\n  classDef escalated fill:#fde6cf,stroke:#b4621a,color:#123\n  classDef missing stroke:#a8221c,stroke-dasharray:4\n");
    out
}

/// All that is said at a box: nothing is cut, so that a drawing can be imported.
fn lines(vertex: &Vertex) -> Vec<String> {
    let title = vertex.title.iter().filter(|_| vertex.kind != Kind::Call).cloned();
    let text = match vertex.kind {
        Kind::Try => "Try, best first",
        Kind::Tasks => "Do all in order",
        Kind::Call => vertex.to.as_deref().unwrap_or_default(),
        _ => &vertex.text,
    };
    let text = text.trim().lines().map(str::to_owned);
    let items = vertex.items.iter().enumerate().map(|(n, item)| {
        let words: Vec<&str> = item.text.split_whitespace().collect();
        let condition = item.condition.as_ref().map_or(String::new(), |condition| format!(" (if {condition})"));
        format!("{}. {}{condition}", n + 1, words.join(" "))
    });
    title.chain(text).chain(items).collect()
}

/// Text inside quotes, where Mermaid reads HTML entities.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for (at, c) in text.char_indices() {
        match c {
            // `\n` is a line break.
            '\\' if text[at + 1..].starts_with('n') => out.push_str("#92;"),
            '"' => out.push_str("#quot;"),
            '<' => out.push_str("#lt;"),
            '>' => out.push_str("#gt;"),
            '#' => out.push_str("#35;"),
            '&' => out.push_str("#amp;"),
            '`' => out.push('\''),
            c if c.is_control() => out.push(' '),
            c => out.push(c),
        }
    }
    out
}
