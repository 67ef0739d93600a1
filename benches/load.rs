//! How much a serving process takes: durable answers beside a bare SQLite writer, and how soon the first page is there.

#[path = "load/answers.rs"]
mod answers;
#[path = "load/bare.rs"]
mod bare;
#[path = "load/client.rs"]
mod client;
#[allow(dead_code, reason = "the other benchmarks use the rest")]
#[path = "../tests/suite/generator.rs"]
mod generator;
#[allow(dead_code, reason = "the other benchmarks use the rest")]
#[path = "engine/library.rs"]
mod library;
#[allow(dead_code, reason = "the tests use the rest")]
#[path = "../tests/suite/server.rs"]
mod server;
#[path = "load/start.rs"]
mod start;

use std::{
    fs,
    path::{Path, PathBuf},
};

fn main() {
    let named: Vec<String> = std::env::args().skip(1).filter(|argument| !argument.starts_with('-')).collect();
    let wanted = |name: &str| named.is_empty() || named.iter().any(|part| part == name);
    if wanted("answers") {
        answers::report();
    }
    if wanted("start") {
        start::report();
    }
}

/// An empty folder below the target folder, which is on a disk where `/tmp` may not be.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("load-{}", std::process::id())).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).expect("a folder can be made");
    folder
}

/// Writes a desk's files below a folder.
fn write(folder: &Path, files: &library::Files) {
    for (path, bytes) in files {
        let path = folder.join(path);
        fs::create_dir_all(path.parent().expect("it lies in the folder")).expect("a folder can be made");
        fs::write(path, bytes).expect("a file can be written");
    }
}

/// The one in the middle.
fn median(mut figures: Vec<f64>) -> f64 {
    figures.sort_by(f64::total_cmp);
    figures[figures.len() / 2]
}
