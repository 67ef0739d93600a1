//! One JSON object a line in each direction.

use super::Followed;
use crate::{
    case::kind,
    expression::Value as Known,
    playbook::flow::EndKind,
    run::{Audience, Input, Line, Outcome, Prompt, Refused, Said, Signal, View},
};
use serde_json::{Map, Value, json};
use std::io::{BufRead, Write};

/// What can be sent.
const INPUTS: [&str; 6] = ["answer", "value", "back", "change", "signal", "note"];
/// What can be signalled.
const SIGNALS: [&str; 3] = ["hand-over", "upset", "security"];
/// The longest line that is read, in bytes.
const MAX_LINE: u64 = 1 << 20;

/// Writes where the run stands, then a line for each line read.
pub fn follow(mut followed: Followed<'_>) -> std::io::Result<()> {
    let mut out = std::io::stdout().lock();
    let mut say = |line: Value| -> std::io::Result<()> {
        writeln!(out, "{line}")?;
        out.flush()
    };
    say(state(&followed))?;
    let mut input = std::io::stdin().lock();
    loop {
        let mut line = Vec::new();
        let length = std::io::Read::take(&mut input, MAX_LINE).read_until(b'\n', &mut line)?;
        if length == 0 {
            return Ok(());
        }
        if length as u64 == MAX_LINE && line.last() != Some(&b'\n') {
            input.skip_until(b'\n')?;
            say(refusal(&Refused::new("the line is longer than a mebibyte", Vec::new())))?;
            continue;
        }
        let answer = read(&line).and_then(|(input, position)| {
            let changed = followed.take(&input, position.as_deref());
            changed.map(|_| match input {
                Input::Signal(Signal::Upset) => {
                    let mut state = state(&followed);
                    state["show"] = json!(followed.calming());
                    state
                }
                _ => state(&followed),
            })
        });
        say(answer.unwrap_or_else(|refused| refusal(&refused)))?;
    }
}

fn refusal(refused: &Refused) -> Value {
    json!({"refused": refused.why, "valid": refused.valid})
}

/// Reads one line.
fn read(line: &[u8]) -> Result<(Input, Option<String>), Refused> {
    let valid = || INPUTS.map(str::to_owned).to_vec();
    let refuse = |why: &str| Refused::new(why, valid());
    let Ok(Value::Object(fields)) = serde_json::from_slice(line) else {
        return Err(refuse("this is not a JSON object on a line of its own"));
    };
    let known = |key: &String| INPUTS.contains(&key.as_str()) || matches!(key.as_str(), "position" | "visit");
    if let Some(key) = fields.keys().find(|key| !known(key)) {
        return Err(refuse(&format!("there is no `{key}` to send")));
    }
    let position = match fields.get("position") {
        None => None,
        Some(Value::String(position)) => Some(position.clone()),
        Some(_) => return Err(refuse("`position` is a text")),
    };
    Ok((input(&fields)?, position))
}

fn input(fields: &Map<String, Value>) -> Result<Input, Refused> {
    let refuse =
        |why: &str, valid: &[&str]| Err(Refused::new(why, valid.iter().map(|word| (*word).to_owned()).collect()));
    let given: Vec<&str> = INPUTS.into_iter().filter(|key| fields.contains_key(*key)).collect();
    let text = |key: &str| match &fields[key] {
        Value::String(text) => Ok(text.clone()),
        _ => Err(Refused::new(format!("`{key}` is a text"), Vec::new())),
    };
    if fields.contains_key("visit") && !fields.contains_key("change") {
        return refuse("`visit` belongs to `change`", &["change"]);
    }
    match given.as_slice() {
        ["answer"] => Ok(Input::Say(Said::Answer(text("answer")?))),
        ["value"] => Ok(Input::Say(said_value(&fields["value"])?)),
        ["back"] => match fields["back"].as_u64().filter(|by| *by > 0) {
            Some(by) => Ok(Input::Back(usize::try_from(by).unwrap_or(usize::MAX))),
            None => refuse("`back` is how many prompts to go back", &["1"]),
        },
        ["answer", "change"] | ["value", "change"] => {
            let said = if fields.contains_key("answer") {
                Said::Answer(text("answer")?)
            } else {
                said_value(&fields["value"])?
            };
            let visit = match fields.get("visit") {
                None => None,
                Some(visit) => match visit.as_u64().and_then(|visit| u32::try_from(visit).ok()) {
                    Some(visit) => Some(visit),
                    None => return refuse("`visit` is a whole number", &["1"]),
                },
            };
            Ok(Input::Change { at: text("change")?, visit, said })
        }
        ["change"] => refuse("`change` needs the new `answer` or `value`", &["answer", "value"]),
        ["signal"] => match text("signal")?.as_str() {
            "hand-over" => Ok(Input::Signal(Signal::HandOver)),
            "upset" => Ok(Input::Signal(Signal::Upset)),
            "security" => Ok(Input::Signal(Signal::Security)),
            other => refuse(&format!("there is no signal `{other}`"), &SIGNALS),
        },
        ["note"] => Ok(Input::Note(text("note")?)),
        _ => refuse("send one thing a line", &INPUTS),
    }
}

fn said_value(value: &Value) -> Result<Said, Refused> {
    match value {
        Value::String(text) => Ok(Said::Value(text.clone())),
        Value::Number(number) => Ok(Said::Value(number.to_string())),
        _ => Err(Refused::new("`value` is a text or a number", Vec::new())),
    }
}

/// The position or the outcome.
fn state(followed: &Followed<'_>) -> Value {
    let mut line = Map::new();
    line.insert("run".into(), json!(followed.run.id.to_string()));
    match followed.run.view(&followed.case) {
        View::Prompt(prompt) => position(followed, &prompt, &mut line),
        View::Outcome(outcome) => ended(followed, &outcome, &mut line),
    }
    Value::Object(line)
}

fn position(followed: &Followed<'_>, prompt: &Prompt, line: &mut Map<String, Value>) {
    let mut put = |key: &str, value: Value| line.insert(key.to_owned(), value);
    put("position", json!(followed.run.position()));
    put("at", json!(prompt.at));
    put("visit", json!(prompt.visit));
    put("kind", json!(kind(prompt.kind)));
    put("text", json!(prompt.text));
    if let Some(verify) = &prompt.verify {
        put("verify", json!(verify));
    }
    if let Some(tip) = &prompt.tip {
        put("tip", json!(tip));
    }
    if !prompt.articles.is_empty() {
        put("articles", json!(prompt.articles));
    }
    if let Some(minutes) = prompt.minutes {
        put("minutes", number(minutes));
    }
    put("answers", prompt.choices.iter().map(|choice| json!({"id": choice.id, "label": choice.label})).collect());
    if let Some(typed) = &prompt.typed {
        let bound =
            |text: &String| if typed.kind == "number" { text.parse().map_or(Value::Null, number) } else { json!(text) };
        let mut input = Map::from_iter([("type".to_owned(), json!(typed.kind))]);
        for (key, value) in [
            ("min", typed.min.as_ref().map(bound)),
            ("max", typed.max.as_ref().map(bound)),
            ("pattern", typed.pattern.as_ref().map(|p| json!(p))),
            ("unit", typed.unit.as_ref().map(|u| json!(u))),
        ] {
            input.extend(value.map(|value| (key.to_owned(), value)));
        }
        put("input", Value::Object(input));
    }
    if let Some(held) = &prompt.held {
        put("held", json!(held.words()));
    }
    if let Some(prefilled) = &prompt.prefilled {
        put("prefilled", json!(prefilled));
    }
    let self_service = followed.run.book().audience == Audience::SelfService;
    let signals: Vec<&str> = SIGNALS.into_iter().filter(|signal| !self_service || *signal == "hand-over").collect();
    put("signals", json!(signals));
    put("facts", facts(followed));
}

fn ended(followed: &Followed<'_>, outcome: &Outcome, line: &mut Map<String, Value>) {
    let to = followed.destination(outcome);
    let mut put = |key: &str, value: Value| line.insert(key.to_owned(), value);
    let word = match outcome.ending {
        Some(EndKind::Resolved) => "resolved",
        Some(EndKind::NotResolved) => "not_resolved",
        Some(EndKind::Escalated) => "escalated",
        None => "stopped",
    };
    put("outcome", json!(word));
    match outcome.reason {
        Some(reason) => {
            put("because", json!(reason.to_string()));
            put("at", json!(outcome.at));
        }
        None => {
            put("step", json!(outcome.at));
        }
    }
    for (key, text) in [("text", &outcome.text), ("tell", &outcome.tell), ("code", &outcome.code)] {
        if let Some(text) = text {
            put(key, json!(text));
        }
    }
    if let Some(to) = to {
        put("to", json!(to.to));
        if let Some(team) = to.team {
            put("team", json!(team));
        }
        if let Some(priority) = to.priority {
            put("priority", json!(priority));
        }
    }
    if let Some(number) = followed.number() {
        put("case", json!(number.to_string()));
    }
    put("facts", facts(followed));
    put("trail", followed.run.path(&followed.case).iter().map(passed).collect());
}

fn passed(line: &Line) -> Value {
    let said = match &line.said {
        Said::Answer(_) => "answer",
        Said::Value(_) => "value",
    };
    json!({"at": line.at, "visit": line.visit, "kind": kind(line.kind), "text": line.text, said: line.said.words(), "label": line.label})
}

fn facts(followed: &Followed<'_>) -> Value {
    let value = |known: Known| match known {
        Known::Number(n) => number(n),
        other => json!(other.to_string()),
    };
    Value::Object(followed.run.known().into_iter().map(|(name, known)| (name, value(known))).collect())
}

/// Whole numbers without a point.
fn number(n: f64) -> Value {
    if n.fract() == 0.0 { json!(n as i64) } else { json!(n) }
}
