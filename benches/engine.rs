//! How long the engine takes: walking, checking, reading and drawing; `-- --memory` says how much memory a check needs.

#[path = "engine/checking.rs"]
mod checking;
#[path = "engine/drawing.rs"]
mod drawing;
#[path = "../tests/suite/generator.rs"]
mod generator;
#[path = "engine/library.rs"]
mod library;
#[path = "engine/memory.rs"]
mod memory;
#[path = "engine/reading.rs"]
mod reading;
#[path = "engine/typed.rs"]
mod typed;
#[path = "engine/walking.rs"]
mod walking;

fn main() {
    match std::env::args().any(|argument| argument == "--memory") {
        true => memory::report(),
        false => divan::main(),
    }
}
