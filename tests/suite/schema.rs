//! The schemas for editors: what the desk holds is taken, authors' mistakes are not, and both agree with the parser.

use crate::support::split;
use firstline::{
    desk::{Desk, schema::DOCUMENTS},
    diagnostic::{Diagnostic, FileId, form},
    playbook::KINDS,
    yaml::{self, Node},
};
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use std::{collections::BTreeSet, fs, path::Path};

/// Rules of form that a schema can see.
const SEEN: [&str; 8] =
    ["malformed_id", "missing_key", "no_kind", "out_of_range", "reserved_id", "two_kinds", "unknown_key", "wrong_type"];
/// Mistakes against these that a schema cannot see, and why.
const UNSEEN: [(&str, &str); 4] = [
    ("malformed_id-file", "a schema does not know what its file is called"),
    ("wrong_type-text-without-hash", "translations have no schema"),
    ("unknown_key-header-of-translation", "translations have no schema"),
    ("out_of_range-min-above-max", "it cannot compare two values"),
];

fn schema(name: &str) -> Value {
    let document = DOCUMENTS.iter().find(|document| document.name == name).expect("it is one");
    (document.schema)()
}

struct Schemas(Vec<(&'static str, Validator)>);

impl Schemas {
    fn new() -> Self {
        let all = DOCUMENTS.iter().map(|document| {
            let schema = (document.schema)();
            assert!(jsonschema::meta::is_valid(&schema), "{}", document.name);
            (document.name, jsonschema::validator_for(&schema).expect("it is a schema"))
        });
        Self(all.collect())
    }

    /// What is wrong with a value, by the schema of this name.
    fn errors(&self, name: &str, value: &Value) -> Vec<String> {
        let (_, schema) = self.0.iter().find(|(known, _)| *known == name).expect("it is one");
        schema.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path)).collect()
    }
}

/// Which schema a file of a desk has, and the YAML in it.
fn document<'a>(path: &str, text: &'a str) -> Option<(&'static str, &'a str)> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let hidden = path.split('/').any(|part| part.starts_with(['_', '.']));
    match name {
        _ if hidden => None,
        "desk.yaml" => Some(("desk", text)),
        _ if name.ends_with(".test.yaml") => Some(("test", text)),
        _ if path.starts_with("playbooks/") && name.ends_with(".yaml") && name.matches('.').count() == 1 => {
            Some(("playbook", text))
        }
        _ if path.starts_with("kb/") && name.ends_with(".md") && name.matches('.').count() == 1 => {
            let (header, _) = text.strip_prefix("---\n")?.split_once("\n---")?;
            Some(("article", header))
        }
        _ => None,
    }
}

/// YAML as an editor reads it. `None` if it cannot be read, which the editor says by itself.
fn value(text: &str) -> Option<Value> {
    let (_, tree, found) = yaml::parse(FileId(0), "file", text.as_bytes());
    found.is_empty().then(|| tree.map(|tree| plain(&tree.value)))?
}

fn plain(node: &Node) -> Value {
    match node {
        Node::Null | Node::Broken => Value::Null,
        Node::Scalar(text) => match text.as_str() {
            "true" => true.into(),
            "false" => false.into(),
            text => {
                let is_number = text.starts_with(|c: char| c.is_ascii_digit() || c == '-');
                let whole = text.parse::<i64>().ok().map(Value::from);
                let number = whole.or_else(|| text.parse::<f64>().ok().map(Value::from));
                number.filter(|_| is_number).unwrap_or_else(|| text.into())
            }
        },
        Node::Seq(items) => items.iter().map(|item| plain(&item.value)).collect(),
        Node::Map(entries) => {
            entries.iter().map(|(key, item)| (key.value.clone(), plain(&item.value))).collect::<Map<_, _>>().into()
        }
    }
}

/// The files of the starter desk, and those of the examples in the pages of the step kinds.
fn good() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = vec![("desk.yaml".to_owned(), fs::read_to_string(root.join("desk.yaml")).expect("it is there"))];
    let mut open = vec![root.join("playbooks"), root.join("kb")];
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("it is there") {
            let path = entry.expect("it can be read").path();
            let name = path.strip_prefix(root).expect("it lies below").display().to_string();
            match path.is_dir() {
                true => open.push(path),
                false if name.ends_with(".yaml") || name.ends_with(".md") => {
                    files.push((name, fs::read_to_string(path).expect("it is text")));
                }
                false => {}
            }
        }
    }
    files.extend(examples());
    files
}

fn examples() -> Vec<(String, String)> {
    let blocks = KINDS.iter().flat_map(|kind| kind.page.split("```yaml clean\n").skip(1));
    let blocks = blocks.map(|block| block.split("```").next().expect("a block ends"));
    blocks.flat_map(|block| split(block, "playbooks/example.yaml")).collect()
}

#[test]
fn the_starter_desk_and_every_example_is_taken() {
    let schemas = Schemas::new();
    let mut counts = [0; 4];
    for (path, text) in good() {
        let Some((name, text)) = document(&path, &text) else { continue };
        counts[DOCUMENTS.iter().position(|known| known.name == name).expect("it is one")] += 1;
        let value = value(text).expect("it can be read");
        assert_eq!(schemas.errors(name, &value), Vec::<String>::new(), "{path}");
    }
    assert!(counts.iter().zip([20, 13, 40, 1]).all(|(count, least)| *count >= least), "{counts:?}");
}

#[test]
fn every_mistake_of_form_that_a_schema_can_see_is_refused() {
    let schemas = Schemas::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/mistakes");
    let (mut wrong, mut refused) = (Vec::new(), 0);
    for entry in fs::read_dir(folder).expect("the folder is there") {
        let path = entry.expect("it can be read").path();
        let name = path.file_stem().and_then(|name| name.to_str()).unwrap_or_default().to_owned();
        let rule = name.split('-').next().unwrap_or_default();
        if path.extension().is_none_or(|ending| ending != "yaml") || !SEEN.contains(&rule) {
            continue;
        }
        let text = fs::read_to_string(&path).expect("it is text");
        let found = split(&text, "playbooks/example.yaml").into_iter().any(|(path, text)| {
            let Some((document, text)) = document(&path, &text) else { return false };
            value(text).is_none_or(|value| !schemas.errors(document, &value).is_empty())
        });
        refused += usize::from(found);
        if found == UNSEEN.iter().any(|(known, _)| *known == name) {
            wrong.push(format!("{name}: refused is {found}"));
        }
    }
    assert!(wrong.is_empty() && refused > 35, "{refused} refused; {wrong:#?}");
}

/// Whatever is done to a good file at one place, the schema refuses it exactly if the parser does.
#[test]
fn schema_and_parser_agree_wherever_a_file_is_changed() {
    let schemas = Schemas::new();
    let (mut wrong, mut tried, mut refused) = (Vec::new(), 0, 0);
    for (path, text) in changeable() {
        let (name, text) = document(&path, &text).expect("it has a schema");
        let good = value(text).expect("it can be read");
        for place in places(&good) {
            for (change, changed) in changes(&good, &place) {
                let found = parsed(&path, &changed);
                let seen: Vec<_> = found.iter().filter(|found| SEEN.contains(&found.rule.name)).collect();
                let errors = schemas.errors(name, &changed);
                tried += 1;
                refused += usize::from(!errors.is_empty());
                // Keys of another system's header are passed over by the parser, and pointed out by the check.
                if name == "article" && place.is_empty() && change == "is a mapping" {
                    continue;
                }
                // A schema may refuse what is wrong by a rule that it does not know by name.
                let agree = if errors.is_empty() { seen.is_empty() } else { !found.is_empty() };
                if !agree {
                    let said: Vec<_> = found.iter().map(|found| (found.rule.name, found.said())).collect();
                    wrong.push(format!("{path} {place} {change}\n  schema: {errors:?}\n  parser: {said:?}"));
                }
            }
        }
    }
    println!("{tried} changes, {refused} refused");
    assert!(tried > 1500 && refused > tried / 3, "{tried} {refused}");
    assert!(wrong.is_empty(), "{} of {tried}\n{}", wrong.len(), wrong.join("\n"));
}

/// Every key that the parser says a mapping may have is one of the schema's.
#[test]
fn the_schema_has_every_key_that_the_parser_knows() {
    let mut wrong = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for (path, text) in changeable() {
        let (name, text) = document(&path, &text).expect("it has a schema");
        let schema = schema(name).to_string();
        let good = value(text).expect("it can be read");
        for place in places(&good) {
            let mut changed = good.clone();
            let Some(Value::Object(map)) = changed.pointer_mut(&place) else { continue };
            map.insert("qqqqqqqqqqqqqqqqqqqq".to_owned(), "x".into());
            for found in parsed(&path, &changed).iter().filter(|found| found.rule.name == "unknown_key") {
                let help = found.help.as_deref().unwrap_or_default();
                for key in help.split('`').skip(1).step_by(2) {
                    seen.insert(key.to_owned());
                    if !schema.contains(&format!("\"{key}\":")) {
                        wrong.insert(format!("{name}: {key}, {}", found.message));
                    }
                }
            }
        }
    }
    assert!(seen.len() > 60, "{seen:?}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Everything is said something of, so that an editor can show it.
#[test]
fn every_key_is_described() {
    fn walk(at: &str, value: &Value, silent: &mut Vec<String>) {
        if let Some(Value::Object(keys)) = value.get("properties") {
            let told = |key: &Value| key.get("description").is_some() || !key.is_object() || key.get("const").is_some();
            silent.extend(keys.iter().filter(|(_, key)| !told(key)).map(|(key, _)| format!("{at}/{key}")));
        }
        match value {
            Value::Object(map) => map.iter().for_each(|(key, value)| walk(&format!("{at}/{key}"), value, silent)),
            Value::Array(items) => items.iter().for_each(|item| walk(at, item, silent)),
            _ => {}
        }
    }
    let mut silent = Vec::new();
    DOCUMENTS.iter().for_each(|document| walk(document.name, &(document.schema)(), &mut silent));
    // What stands there only to be asked for in each item.
    silent.retain(|at| !at.contains("/anyOf/try") && !at.contains("/anyOf/tasks"));
    assert!(silent.is_empty(), "{silent:#?}");
}

/// Small files that together have every key.
fn changeable() -> Vec<(String, String)> {
    let whole = r#"
title: All keys
summary: x
audience: [self-service, agent]
tier: tier-1
category: x
tags: [x]
symptoms: [x]
owner: x
review_by: 2030-01-01
start: one
facts:
  a: {ask: x, choices: {b: B, c: C}}
  d: {type: text, pattern: "x+"}
  e: {type: number, min: 1, max: 2, unit: x}
  f: {type: date, min: 2030-01-01, max: 2030-01-02}
  g: {type: yes-no}
steps:
  one:
    ask: x
    title: x
    tip: x
    article: x
    articles: [x, y]
    minutes: 3
    audience: agent
    was: [zero]
    visits: {max: 2, then: two}
    save: a
    answers:
      b: {label: B, goto: two, was: [x]}
      c: {resolve: x, code: y}
    stuck: {escalate: x, tell: x, to: x, team: x, priority: x}
  two: {call: other, with: {a: b, c: {fact: a}}, resolved: one, not_resolved: {not_resolved: x}}
"#;
    let desk = r#"
name: x
link: "https://desk.example.com"
languages: [en, de]
tiers:
  - {id: tier-1, level: 1, name: x, teams: [a], calendar: office, respond_within: 4h, deliver: [mail]}
calendars:
  always: {hours: 24x7}
  office: {timezone: Europe/Berlin, week: {mon-fri: ["09:00-17:00"]}, holidays: [12-25]}
priorities: {high: {impact: [team], urgency: stopped, at_least: tier-1}}
routes: [{when: reason == "security", to: tier-1, team: a, priority: high}]
upset: {show: x, to: tier-1}
expired_articles: hide
ranking: texts
connectors:
  hook: {use: webhook, url: "https://hooks.example.com", secret: {env: X}}
  mail: {use: smtp, server: mail.example.com, port: 587, tls: starttls, from: a@example.com, to: [b@example.com], user: x, password: {file: /x}}
facts: {os: {ask: x, choices: [windows, macos]}}
"#;
    let tests = r#"
- name: x
  audience: agent
  facts: {os: windows}
  answers: [{one: two}]
  expect: {stopped: stuck, at: one, to: tier-2, team: x, priority: high, facts: {os: windows}}
- {name: y, expect: {resolved: x}}
"#;
    let header = "title: x\nsummary: x\naudience: [agent]\ncategory: x\ntags: [x]\napplies_to: {os: [windows]}\nsymptoms: [x]\naliases: [x]\nrelated: [x]\nowner: x\nreviewed: 2030-01-01\nreview_by: 2030-01-01\nlanguage: en\n";
    let own = [
        ("playbooks/example.yaml", whole.to_owned()),
        ("desk.yaml", desk.to_owned()),
        ("playbooks/example.test.yaml", tests.to_owned()),
        ("kb/example.md", format!("---\n{header}---\n")),
    ];
    let mut files = examples();
    files.retain(|(path, _)| path == "playbooks/example.yaml");
    files.extend(own.map(|(path, text)| (path.to_owned(), text)));
    files
}

/// The pointers of everything in a value.
fn places(value: &Value) -> Vec<String> {
    let mut out = vec![String::new()];
    let children: Vec<(String, &Value)> = match value {
        Value::Object(map) => {
            map.iter().map(|(key, value)| (key.replace('~', "~0").replace('/', "~1"), value)).collect()
        }
        Value::Array(items) => items.iter().enumerate().map(|(n, value)| (n.to_string(), value)).collect(),
        _ => Vec::new(),
    };
    for (key, value) in children {
        out.extend(places(value).into_iter().map(|place| format!("/{key}{place}")));
    }
    out
}

/// The value with one thing changed at a place, in each way that there is.
fn changes(good: &Value, place: &str) -> Vec<(&'static str, Value)> {
    let set = |value: Value| {
        let mut changed = good.clone();
        *changed.pointer_mut(place).expect("it is there") = value;
        changed
    };
    let here = good.pointer(place).expect("it is there");
    let mut out = vec![
        ("is a list of a mapping", set(json!([{"qqqqqqqqqq": "x"}]))),
        ("is a mapping", set(json!({"qqqqqqqqqq": "x"}))),
        ("is empty", set(Value::Null)),
        ("is a list", set(json!([["x"]]))),
    ];
    if let Value::Object(map) = here {
        for key in map.keys() {
            let mut without = map.clone();
            let value = without.shift_remove(key).expect("it is there");
            out.push(("lacks a key", set(without.clone().into())));
            without.insert("Qqqq qqqq".to_owned(), value);
            out.push(("has a key renamed", set(without.into())));
        }
        let with = |key: &str, value: &str| {
            let mut map = map.clone();
            map.entry(key).or_insert(value.into());
            set(map.into())
        };
        out.push(("has `done`", with("done", "x")));
        out.push(("has `resolve`", with("resolve", "x")));
    }
    out
}

/// What the parser says against the form of a file.
fn parsed(path: &str, value: &Value) -> Vec<Diagnostic> {
    let text = match path.ends_with(".md") {
        true => format!("---\n{value}\n---\n"),
        false => value.to_string(),
    };
    let mut found = Desk::build(vec![(path.to_owned(), text.into_bytes())]).findings;
    found.retain(|found| form::RULES.contains(&found.rule));
    found
}
