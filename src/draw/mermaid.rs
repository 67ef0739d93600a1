//! Mermaid's flowchart language.

use super::{Graph, Kind};
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
        let text = match vertex.label() {
            label if label.is_empty() => quoted(&vertex.id),
            label => format!("<b>{}</b><br/>{}", quoted(&vertex.id), quoted(&label)),
        };
        writeln!(out, "  n{at}{open}\"{text}\"{close}:::{class}").expect("a string takes everything");
    }
    for edge in &graph.edges {
        let label = if edge.label.is_empty() { String::new() } else { format!("|\"{}\"|", quoted(&edge.label)) };
        writeln!(out, "  n{} -->{label} n{}", edge.from, edge.to).expect("a string takes everything");
    }
    out.push_str("  classDef resolved fill:#d7f0dd,stroke:#2f7d4a,color:#123\n  classDef notResolved fill:#eee,stroke:#777,color:#123\n  classDef escalated fill:#fde6cf,stroke:#b4621a,color:#123\n  classDef missing stroke:#a8221c,stroke-dasharray:4\n");
    out
}

/// Text inside quotes, where Mermaid reads HTML entities.
fn quoted(text: &str) -> String {
    let mut out = String::new();
    for c in text.chars() {
        match c {
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
