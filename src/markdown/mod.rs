//! Markdown as texts need it: a value that is not markup, and a text for the terminal.

mod escape;
mod terminal;

pub use escape::{Place, escape, places};
pub use terminal::render;
