//! Decision trees in a neutral form, made playbooks: every path through each ends at the outcome that it names.

use super::cli::{Talk, folder, write};
use firstline::{
    diagnostic::FileId,
    yaml::{self, Node},
};
use serde_json::Value;
use std::{
    fmt::Write,
    fs,
    path::{Path, PathBuf},
};

/// Names of trees as ids of playbooks: `How_old?` becomes `how-old`.
fn id(name: &str) -> String {
    name.to_lowercase().replace('?', "").replace('_', "-")
}

/// The value of a key, which must be there.
fn get<'a>(node: &'a Node, key: &str) -> &'a Node {
    find(node, key).unwrap_or_else(|| panic!("there is no `{key}` in {node:?}"))
}

fn find<'a>(node: &'a Node, key: &str) -> Option<&'a Node> {
    let Node::Map(entries) = node else { panic!("{node:?} is no mapping") };
    entries.iter().find(|(name, _)| name.value == key).map(|(_, value)| &value.value)
}

fn word(node: &Node) -> &str {
    let Node::Scalar(text) = node else { panic!("{node:?} is no text") };
    text
}

/// A tree as a playbook: questions become `ask`, outcomes `resolve`.
fn playbook(tree: &Node) -> String {
    let name = word(get(tree, "id"));
    let start = id(word(get(tree, "start")));
    let mut out = format!("title: {name}\nsymptoms: [{name}]\nstart: {start}\nsteps:\n");
    let mut line = |text: String| writeln!(out, "{text}").expect("a string takes everything");
    let Node::Map(steps) = get(tree, "steps") else { panic!("steps are a mapping") };
    for (name, step) in steps {
        line(format!("  {}:", id(&name.value)));
        if let Some(outcome) = find(&step.value, "outcome") {
            line(format!("    resolve: '{}'", word(outcome)));
            continue;
        }
        line(format!("    ask: '{}'", word(get(&step.value, "ask"))));
        line("    answers:".to_owned());
        let Node::Seq(choices) = get(&step.value, "choices") else { panic!("choices are a list") };
        for choice in choices {
            let (answer, goto) = (word(get(&choice.value, "answer")), word(get(&choice.value, "goto")));
            line(format!("      {}: {{label: '{answer}', goto: {}}}", id(answer), id(goto)));
        }
    }
    out
}

/// Where the trees lie: `FIRSTLINE_TREES`, or `tests/trees`.
fn trees() -> PathBuf {
    let own = || Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/trees");
    std::env::var_os("FIRSTLINE_TREES").map_or_else(own, PathBuf::from)
}

/// Follows one path in a run of its own and asserts its end.
fn follow(desk: &Path, playbook: &str, path: &Value) {
    let pairs = path["answers"].as_array().expect("answers are a list");
    let (mut talk, mut line) = Talk::start(desk, &[playbook]);
    let mut trail = Vec::new();
    for pair in pairs {
        let [step, answer] = [0, 1].map(|at| id(pair[at].as_str().expect("an answer is a pair of texts")));
        let position: Value = serde_json::from_str(&line).expect("a position is JSON");
        assert_eq!(position["at"], step, "{playbook}: {path}");
        line = talk.say(&format!(r#"{{"answer":"{answer}"}}"#));
        trail.push((step, answer));
    }
    talk.end();
    let outcome: Value = serde_json::from_str(&line).expect("an outcome is JSON");
    let wanted = path["outcome"].as_str().expect("an outcome is a text");
    assert_eq!(outcome["outcome"], "resolved", "{playbook}: {path}");
    assert_eq!(outcome["step"], id(wanted), "{playbook}: {path}");
    let went = outcome["trail"].as_array().expect("a trail is a list");
    let went: Vec<(&str, &str)> =
        went.iter().map(|one| (one["at"].as_str().unwrap_or(""), one["answer"].as_str().unwrap_or(""))).collect();
    let wanted: Vec<(&str, &str)> = trail.iter().map(|(step, answer)| (step.as_str(), answer.as_str())).collect();
    assert_eq!(went, wanted, "{playbook}");
}

#[test]
fn every_path_ends_at_its_outcome() {
    let desk = folder("trees");
    let mut names: Vec<String> = fs::read_dir(trees())
        .expect("the trees can be listed")
        .filter_map(|entry| Some(entry.ok()?.file_name().to_str()?.strip_suffix(".tree.yaml")?.to_owned()))
        .collect();
    names.sort();
    assert!(!names.is_empty(), "there are no trees in {}", trees().display());
    let read = |name: &str, end: &str| {
        fs::read_to_string(trees().join(format!("{name}.{end}"))).expect("a tree has its two files")
    };
    for name in &names {
        let (_, tree, findings) = yaml::parse(FileId(0), name, read(name, "tree.yaml").as_bytes());
        assert_eq!(findings, [], "{name}");
        write(&desk, &format!("playbooks/{name}.yaml"), playbook(&tree.expect("it was read").value));
    }
    let checked = super::cli::run(&desk, &["check"], "");
    assert!(checked.status.success(), "{}", String::from_utf8_lossy(&checked.stdout));
    let mut count = 0;
    for name in &names {
        for path in read(name, "paths.jsonl").lines() {
            follow(&desk, name, &serde_json::from_str(path).expect("a path is JSON"));
            count += 1;
        }
    }
    println!("{count} paths through {} trees", names.len());
    assert!(count > 0);
}
