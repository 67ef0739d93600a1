//! JSON Schema (draft-07) of what authors write, for editors. The keys, what is said of them, and which of them are
//! needed come from the tables of the manual's pages; their shapes from the lists that reading uses.

use super::{
    connector::{TLS, USES},
    policy,
};
use crate::{
    diagnostic::form::RESERVED,
    kb::AUDIENCES,
    playbook::{
        KINDS, Kind, MAX_MINUTES, MAX_VISITS,
        author_test::OUTCOMES,
        facts::{TYPES, WORDS},
    },
    reason::REASONS,
};
use serde_json::{Map, Value, json};

const PLAYBOOKS: &str = include_str!("../../kb/authoring/playbooks.md");
const FACTS: &str = include_str!("../../kb/authoring/facts.md");
const TESTS: &str = include_str!("../../kb/authoring/tests.md");
const ARTICLES: &str = include_str!("../../kb/authoring/articles.md");
const DESK: &str = include_str!("../../kb/authoring/desk-yaml.md");

/// Something that authors write.
pub struct Document {
    /// How it is asked for.
    pub name: &'static str,
    /// Its schema.
    pub schema: fn() -> Value,
}

/// The closed list.
pub static DOCUMENTS: &[Document] = &[
    Document { name: "playbook", schema: playbook },
    Document { name: "test", schema: tests },
    Document { name: "article", schema: article },
    Document { name: "desk", schema: desk },
];

fn playbook() -> Value {
    let mut schema = object("playbook", rows(PLAYBOOKS, "key"));
    schema["definitions"] = json!({"target": target(), "facts": facts(), "step": step()});
    root("A playbook of firstline", schema)
}

fn tests() -> Value {
    let mut expect = object("expect", rows(TESTS, "key of `expect`"));
    expect["oneOf"] = OUTCOMES.iter().map(|outcome| json!({"required": [outcome]})).collect();
    let mut test = object("test", rows(TESTS, "key"));
    test["properties"]["expect"] = described(expect, "how it ends");
    root("Tests of a playbook of firstline", json!({"type": "array", "items": test}))
}

fn article() -> Value {
    let schema = object("article", rows(ARTICLES, "key"));
    root("The header of an article of firstline", schema)
}

fn desk() -> Value {
    let mut schema = object("desk", rows(DESK, "key"));
    schema["type"] = json!(["object", "null"]);
    schema["definitions"] = json!({"facts": facts()});
    root("What stands in desk.yaml of firstline", schema)
}

fn root(title: &str, schema: Value) -> Value {
    let mut root = json!({"$schema": "http://json-schema.org/draft-07/schema#", "title": title});
    if let (Value::Object(root), Value::Object(schema)) = (&mut root, schema) {
        root.extend(schema);
    }
    root
}

// Tables

/// A key, and what the manual says of it.
type Row = (&'static str, String);

/// The rows of a page's table that has this head; a row may have several keys.
fn rows(page: &'static str, head: &str) -> Vec<Row> {
    let head = format!("| {head} | |");
    let table = page.lines().skip_while(|line| *line != head).skip(2).take_while(|line| line.starts_with('|'));
    let cells = table.filter_map(|line| line.trim_matches('|').split_once('|'));
    cells
        .flat_map(|(keys, said)| keys.split(',').map(move |key| (key.trim().trim_matches('`'), said.trim().to_owned())))
        .collect()
}

/// An object that has these keys and no other.
fn object(owner: &str, rows: Vec<Row>) -> Value {
    let needed = rows.iter().filter(|(_, said)| said.ends_with("; needed"));
    let needed: Vec<&str> = needed.map(|(key, _)| *key).collect();
    let keys = rows.iter().map(|(key, said)| ((*key).to_owned(), described(shape(owner, key), said)));
    let keys: Map<String, Value> = keys.collect();
    json!({"type": "object", "properties": keys, "required": needed, "additionalProperties": false})
}

fn described(mut schema: Value, said: &str) -> Value {
    schema["description"] = said.into();
    schema
}

// Shapes

/// What a key of something takes.
fn shape(owner: &str, key: &str) -> Value {
    match (owner, key) {
        ("playbook" | "article", "audience") => several(one_of(&AUDIENCES)),
        ("test", "audience") => one_of(&AUDIENCES),
        (_, "audience") => one_of(&["agent"]),
        ("playbook" | "desk", "facts") => json!({"$ref": "#/definitions/facts"}),
        ("playbook", "steps") => by_id("-", json!({"$ref": "#/definitions/step"})),
        ("test" | "expect", "facts") => json!({"type": ["object", "null"], "additionalProperties": text()}),
        ("test", "answers") => {
            let answer = json!({
                "type": "object", "minProperties": 1, "maxProperties": 1, "additionalProperties": text(),
            });
            json!({"type": ["array", "null"], "items": answer})
        }
        ("expect", "stopped") => one_of(&REASONS.iter().map(|reason| reason.name).collect::<Vec<_>>()),
        ("call", "resolved" | "not_resolved")
        | (_, "then" | "worked" | "failed" | "stuck" | "exhausted" | "done" | "else" | "unknown" | "goto") => {
            json!({"$ref": "#/definitions/target"})
        }
        ("ask", "answers") => by_id("choice", answer()),
        ("try" | "tasks", "try" | "tasks") => by_id("-", item(owner)),
        ("branch", "branch") => json!({"type": "array", "minItems": 1, "items": condition()}),
        ("call", "with") => {
            let fact = object("with", vec![("fact", "a fact that is known here; needed".to_owned())]);
            json!({"type": "object", "additionalProperties": {"anyOf": [text(), fact]}})
        }
        (_, "visits") => {
            let most = json!({"type": "integer", "minimum": 1, "maximum": MAX_VISITS});
            let most = described(most, "how many times this step may be entered");
            let then = described(json!({"$ref": "#/definitions/target"}), "where to go from then on");
            json!({
                "type": "object", "properties": {"max": most, "then": then}, "required": ["max", "then"],
                "additionalProperties": false,
            })
        }
        (_, "minutes") => json!({"type": "number", "exclusiveMinimum": 0, "maximum": MAX_MINUTES}),
        (_, "chance") => json!({"type": "number", "exclusiveMinimum": 0, "maximum": 1}),
        ("fact", "type") => one_of(&TYPES.map(|(name, _)| name)),
        ("fact", "choices") => choices(),
        ("desk", "tiers") => json!({"type": ["array", "null"], "items": object("tier", rows(DESK, "key of a tier"))}),
        ("desk", "routes") => {
            json!({"type": ["array", "null"], "items": object("route", rows(DESK, "key of a route"))})
        }
        ("desk", "priorities") => settings(object("priority", rows(DESK, "key of a priority"))),
        ("desk", "calendars") => settings(calendar()),
        ("desk", "connectors") => settings(connector()),
        ("desk", "upset") => object("upset", rows(DESK, "key of `upset`")),
        ("desk", "languages") => several(json!({"type": "string", "pattern": "^[a-z]{2}$"})),
        ("desk", "expired_articles") => one_of(&policy::EXPIRED),
        ("desk", "ranking") => one_of(&policy::RANKINGS),
        ("tier", "level") => json!({"type": "integer", "minimum": 0, "maximum": policy::MAX_LEVEL}),
        ("calendar", "hours") => one_of(&["24x7"]),
        ("calendar", "week") => json!({"type": "object", "additionalProperties": texts()}),
        ("smtp" | "webhook", "use") => one_of(&[owner]),
        ("smtp", "port") => json!({"type": "integer", "minimum": 1, "maximum": u16::MAX}),
        ("smtp", "tls") => one_of(&TLS),
        ("smtp", "to") => texts(),
        ("smtp" | "webhook", "password" | "secret") => secret(),
        (_, "review_by" | "reviewed") => json!({"type": "string", "pattern": "^[0-9]{4}-[0-9]{2}-[0-9]{2}$"}),
        ("article", "applies_to") => json!({"type": "object", "additionalProperties": texts()}),
        (_, "tags" | "symptoms" | "articles" | "was" | "aliases" | "related" | "teams" | "deliver")
        | (_, "impact" | "urgency" | "holidays") => texts(),
        _ => text(),
    }
}

/// Whatever YAML takes the words for, they are read as they are written.
fn text() -> Value {
    json!({"type": ["string", "number", "boolean"], "pattern": "\\S"})
}

/// A list of texts, or one.
fn texts() -> Value {
    several(text())
}

fn several(item: Value) -> Value {
    json!({"anyOf": [item, {"type": "array", "items": item}]})
}

fn one_of(words: &[&str]) -> Value {
    json!({"enum": words})
}

/// A mapping from ids to something; the words of an id are joined by `-` or `_`; a `choice` is not a reserved word.
fn by_id(kind: &str, value: Value) -> Value {
    let pattern = match kind {
        "_" => "^[a-z][a-z0-9]*(_[a-z0-9]+)*$",
        _ => "^[a-z0-9]+(-[a-z0-9]+)*$",
    };
    let mut names = json!({"pattern": pattern, "maxLength": 80});
    match kind {
        "choice" => names["not"] = one_of(&RESERVED),
        "_" => names["not"] = one_of(&WORDS),
        _ => {}
    }
    json!({"type": "object", "minProperties": 1, "propertyNames": names, "additionalProperties": value})
}

/// A part of `desk.yaml` that may be empty.
fn settings(value: Value) -> Value {
    json!({"type": ["object", "null"], "propertyNames": {"pattern": "^[a-z0-9]+(-[a-z0-9]+)*$"}, "additionalProperties": value})
}

// Facts

fn facts() -> Value {
    let mut fact = object("fact", rows(FACTS, "key"));
    let without = |keys: &mut dyn Iterator<Item = &str>| -> Value {
        let keys: Map<String, Value> = keys.map(|key| (key.to_owned(), false.into())).collect();
        json!({"properties": keys})
    };
    let all = || TYPES.iter().flat_map(|(_, keys)| keys.iter().copied());
    let typed = TYPES.iter().map(|(name, own)| {
        let others = without(&mut all().filter(|key| !own.contains(key)));
        json!({"if": {"properties": {"type": {"const": name}}}, "then": others})
    });
    fact["if"] = json!({"required": ["choices"]});
    fact["then"] = without(&mut all().chain(["type"]));
    fact["else"] = json!({"required": ["type"], "allOf": typed.collect::<Value>()});
    let mut facts = by_id("_", fact);
    facts["type"] = json!(["object", "null"]);
    facts["minProperties"] = 0.into();
    facts
}

fn choices() -> Value {
    let mut labelled = by_id("choice", json!({"type": ["string", "number", "boolean", "null"]}));
    labelled["minProperties"] = 2.into();
    let id = json!({"type": ["string", "number", "boolean"], "pattern": "^[a-z0-9]+(-[a-z0-9]+)*$", "not": one_of(&RESERVED)});
    json!({"anyOf": [labelled, {"type": "array", "minItems": 2, "uniqueItems": true, "items": id}]})
}

// Steps

const COMMON: &str = "key of any step";

/// A step is of one kind: each has a schema of its own, so that an editor says what is missing there.
fn step() -> Value {
    let has = |kind: &Kind| match kind.key {
        // In a call it is a way on.
        "not_resolved" => json!({"required": [kind.key], "not": {"required": ["call"]}}),
        key => json!({"required": [key]}),
    };
    let kinds = KINDS.iter().map(|kind| json!({"if": has(kind), "then": of_kind(kind)}));
    let begins = KINDS.iter().map(|kind| {
        let said = kind.page.lines().nth(2).unwrap_or_default();
        (kind.key.to_owned(), described(json!({}), said))
    });
    let begins: Map<String, Value> = begins.collect();
    json!({
        "type": "object",
        "if": {"anyOf": KINDS.iter().map(has).collect::<Value>()},
        "then": {"allOf": kinds.collect::<Value>()},
        "else": {"properties": begins, "anyOf": KINDS.iter().map(has).collect::<Value>()},
    })
}

fn of_kind(kind: &Kind) -> Value {
    let mut rows = rows(kind.page, "key");
    rows.extend(self::rows(PLAYBOOKS, COMMON));
    let mut step = object(kind.key, rows);
    // What is needed only where something else is not there.
    match kind.key {
        "ask" => {
            step["if"] = json!({"required": ["answers"]});
            step["then"] = json!({"properties": {"then": false}});
            step["else"] = json!({"anyOf": [{"required": ["answers"]}, {"required": ["save", "then"]}]});
        }
        "try" => step["anyOf"] = here_or_in_each("try", "verify"),
        "tasks" => step["anyOf"] = here_or_in_each("tasks", "failed"),
        _ => {}
    }
    step
}

fn here_or_in_each(items: &str, key: &str) -> Value {
    json!([{"required": [key]}, {"properties": {items: {"additionalProperties": {"required": [key]}}}}])
}

fn item(kind: &str) -> Value {
    let common = rows(PLAYBOOKS, COMMON);
    let said = |key: &str| common.iter().find(|(known, _)| *known == key).map(|(_, said)| said.clone());
    let own = rows(page(kind), "key of an item").into_iter();
    let whole = own.map(|(key, own)| (key, said(key).filter(|_| own == "as at a step").unwrap_or(own)));
    object("item", whole.collect())
}

fn page(key: &str) -> &'static str {
    KINDS.iter().find(|kind| kind.key == key).map_or("", |kind| kind.page)
}

/// Objects that lead somewhere, one for each way to say so; `beside` is what else stands in them.
fn places(beside: &[Row]) -> Vec<Value> {
    let goto = vec![("goto", "the id of a step, or an ending; needed".to_owned())];
    let endings = ["resolve", "not_resolved", "escalate"].map(|ending| rows(page(ending), "key"));
    let all = [goto].into_iter().chain(endings).map(|mut rows| {
        let gives = rows[0].0;
        rows.extend(beside.iter().filter(|(key, _)| *key != "goto").cloned());
        let mut place = object("place", rows);
        let mut needed: Vec<Value> = place["required"].as_array().cloned().unwrap_or_default();
        needed.retain(|key| key != gives);
        needed.insert(0, gives.into());
        place["required"] = needed.into();
        place
    });
    all.collect()
}

/// The id of a step, or a place.
fn target() -> Value {
    let all = [vec![text()], places(&[])].concat();
    json!({"anyOf": all})
}

fn answer() -> Value {
    let all = [vec![text()], places(&rows(page("ask"), "key of an answer"))].concat();
    json!({"anyOf": all})
}

fn condition() -> Value {
    json!({"anyOf": places(&rows(page("branch"), "key of a condition"))})
}

// The desk

fn calendar() -> Value {
    let mut calendar = object("calendar", rows(DESK, "key of a calendar"));
    calendar["if"] = json!({"required": ["hours"]});
    calendar["then"] = json!({"properties": {"timezone": false, "week": false, "holidays": false}});
    calendar["else"] = json!({"required": ["timezone", "week"]});
    calendar
}

fn connector() -> Value {
    let uses: Vec<&str> = USES.iter().map(|known| known.name).collect();
    let each = USES.iter().map(|known| {
        let of = json!({"properties": {"use": {"const": known.name}}, "required": ["use"]});
        let mut schema = object(known.name, rows(known.page, "key"));
        if known.name == "smtp" {
            schema["dependencies"] = json!({"user": ["password"], "password": ["user"]});
        }
        json!({"if": of, "then": schema})
    });
    json!({
        "type": "object", "properties": {"use": described(one_of(&uses), "what it is")}, "required": ["use"],
        "allOf": each.collect::<Value>(),
    })
}

fn secret() -> Value {
    let one = |key, said: &str| object("secret", vec![(key, format!("{said}; needed"))]);
    json!({"anyOf": [one("env", "the environment variable that holds it"), one("file", "the file that holds it")]})
}
