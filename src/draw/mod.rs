//! A flow as a graph: which boxes and arrows there are, where they go, and the languages they are written in.

mod dot;
mod graph;
mod json;
pub mod layout;
mod mermaid;
mod overlay;
mod picture;
mod read;
mod svg;
mod text;

pub use dot::dot;
pub use graph::{Edge, Graph, Item, Kind, Vertex};
pub use json::json;
pub use mermaid::mermaid;
pub use overlay::{Heat, Overlay};
pub use picture::{Picture, Ways, picture};
pub use read::{graph, of_flow};
pub use svg::{STYLE, inline, svg};
