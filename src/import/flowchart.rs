//! Mermaid's flowcharts.

use super::draft::Draft;
use crate::diagnostic::Diagnostic;

/// Whether a text is one, by how it begins.
pub(super) fn begins(_text: &str) -> bool {
    false
}

/// Reads a flowchart. Every node and edge is in the draft, or a finding names it.
pub(super) fn read(_text: &str, title: String, _findings: &mut Vec<Diagnostic>) -> Draft {
    Draft { title, nodes: Vec::new() }
}
