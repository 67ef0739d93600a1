//! Imports go down, and each outside crate has its room.

use std::{fs, path::Path};

/// The layers of `lib.rs`; what stands in one list does not see each other, but for the pairs below.
const LAYERS: [&[&str]; 10] = [
    &["clock", "id", "language", "diagnostic", "markdown", "reason"],
    &["yaml", "template", "expression"],
    &["playbook", "kb", "calendar"],
    &["desk"],
    &["run", "check", "compare", "draw", "search", "import"],
    &["case"],
    &["store", "connector", "account"],
    &["app"],
    &["web"],
    &["cli"],
];
/// `check` says how far a run may go: it reads one number of `run`.
const PAIRS: [(&str, &str); 1] = [("check", "run")];
/// Crates and the modules that may name them.
const ROOMS: [(&str, &[&str]); 21] = [
    ("serde_yaml", &["yaml"]),
    ("minijinja", &["template", "web"]),
    ("pulldown_cmark", &["markdown"]),
    ("ammonia", &["markdown"]),
    ("tantivy", &["search"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("crossterm", &["cli"]),
    ("annotate_snippets", &["diagnostic"]),
    ("similar", &["compare"]),
    ("strsim", &["diagnostic"]),
    ("rust_embed", &["app"]),
    ("sqlx", &["store"]),
    ("reqwest", &["connector"]),
    ("lettre", &["connector"]),
    ("hmac", &["account", "connector"]),
    ("argon2", &["account"]),
    ("axum", &["web"]),
    ("tower_http", &["web"]),
    ("tower_sessions", &["web"]),
    ("notify", &["app"]),
];

fn files(folder: &Path, out: &mut Vec<(String, String)>) {
    for entry in fs::read_dir(folder).expect("src is there") {
        let path = entry.expect("it can be read").path();
        if path.is_dir() {
            files(&path, out);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            let name = path.strip_prefix(Path::new(env!("CARGO_MANIFEST_DIR")).join("src")).expect("it lies in src");
            out.push((name.display().to_string(), fs::read_to_string(&path).expect("it can be read")));
        }
    }
}

fn sources() -> Vec<(String, String)> {
    let mut out = Vec::new();
    files(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut out);
    out.sort();
    out
}

fn module(path: &str) -> &str {
    path.split(['/', '.']).next().expect("a path has a first part")
}

fn layer(module: &str) -> Option<usize> {
    LAYERS.iter().position(|modules| modules.contains(&module))
}

/// The modules that a file names behind `crate::`, in braces too.
fn imports(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    for (at, _) in text.match_indices("crate::") {
        let rest = &text[at + "crate::".len()..];
        if text[..at].ends_with('$') {
            continue;
        }
        match rest.strip_prefix('{') {
            None => out.push(word(rest)),
            Some(list) => {
                let (mut depth, mut fresh) = (0, true);
                for (n, c) in list.char_indices() {
                    match c {
                        '{' => depth += 1,
                        '}' if depth == 0 => break,
                        '}' => depth -= 1,
                        ',' if depth == 0 => fresh = true,
                        c if depth == 0 && fresh && c.is_alphabetic() => {
                            out.push(word(&list[n..]));
                            fresh = false;
                        }
                        _ => {}
                    }
                }
            }
        }
    }
    out
}

fn word(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

#[test]
fn imports_go_down() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        let here = module(&path);
        let Some(mine) = layer(here) else {
            assert!(matches!(here, "lib" | "main"), "{path} has no layer");
            continue;
        };
        for other in imports(&text) {
            let Some(theirs) = layer(&other) else { continue };
            let pair = PAIRS.contains(&(here, other.as_str()));
            if other != here && theirs >= mine && !pair {
                wrong.push(format!("{path} imports {other}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn each_crate_has_its_room() {
    let mut wrong = Vec::new();
    for (path, text) in sources() {
        for (name, rooms) in ROOMS {
            let used = text.contains(&format!("{name}::")) || text.contains(&format!("use {name}"));
            if used && !rooms.contains(&module(&path)) {
                wrong.push(format!("{path} uses {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_test_reads_imports_in_braces() {
    let text = "use crate::{\n    a::{B, c::D},\n    e,\n};\nuse crate::f::G; $crate::h";
    assert_eq!(imports(text), ["a", "e", "f"]);
}

#[test]
fn every_file_says_what_it_is() {
    let silent: Vec<_> =
        sources().into_iter().filter(|(_, text)| !text.starts_with("//! ")).map(|(path, _)| path).collect();
    assert!(silent.is_empty(), "{silent:?}");
}
