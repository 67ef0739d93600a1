//! Facts: typed, declared, asked for when they are first needed.

use crate::{
    diagnostic::{Diagnostic, Sink, Span, Spanned, form, wording},
    expression::{Pattern, Slot, Type},
    template::{Read, Text},
    yaml::{Fields, Node, ident},
};
use std::collections::HashMap;

/// What a `type` may be, and the keys that belong to it.
pub const TYPES: [(&str, &[&str]); 4] =
    [("yes-no", &[]), ("text", &["pattern"]), ("number", &["min", "max", "unit"]), ("date", &["min", "max"])];
/// Words of conditions and texts, which no fact can have for a name.
pub const WORDS: [&str; 14] =
    ["case", "true", "false", "none", "and", "or", "not", "in", "is", "known", "if", "else", "self", "loop"];

/// One declared fact.
#[derive(Debug)]
pub struct Fact {
    /// snake_case.
    pub name: Spanned<String>,
    /// What it may be.
    pub kind: Type,
    /// Choices with their labels, in written order; empty for other types.
    pub choices: Vec<(Spanned<String>, String)>,
    /// How it is asked for, if it can be.
    pub ask: Option<Text>,
    /// The facts that its prompt shows.
    pub reads: Vec<Slot>,
    /// What a number counts.
    pub unit: Option<String>,
}

impl Fact {
    /// A value as people are shown it: a choice by its label.
    pub fn shown(&self, value: &crate::expression::Value) -> String {
        let id = value.to_string();
        let label = self.choices.iter().find(|(choice, _)| choice.value == id).map(|(_, label)| label.clone());
        match (&self.unit, label) {
            (_, Some(label)) => label,
            (Some(unit), None) => format!("{id} {unit}"),
            (None, None) => id,
        }
    }
}

/// The facts that a playbook or the desk declares, by position and by name.
#[derive(Debug, Default)]
pub struct Facts {
    /// In written order; a [`Slot`] counts into this.
    pub list: Vec<Fact>,
    index: HashMap<String, u32>,
}

impl Facts {
    /// A fact's position.
    pub fn position(&self, name: &str) -> Option<u32> {
        self.index.get(name).copied()
    }

    /// All names.
    pub fn names(&self) -> impl Iterator<Item = &str> + Clone {
        self.list.iter().map(|fact| fact.name.value.as_str())
    }
}

/// What names mean inside a playbook: its own facts, then the desk's.
#[derive(Clone, Copy, Debug)]
pub struct Scope<'a> {
    /// The playbook's.
    pub own: &'a Facts,
    /// The desk's.
    pub desk: &'a Facts,
}

impl<'a> Scope<'a> {
    /// Where a name lives.
    pub fn find(&self, name: &str) -> Option<Slot> {
        self.own.position(name).map(Slot::Own).or_else(|| self.desk.position(name).map(Slot::Desk))
    }

    /// The fact in a slot of this scope.
    pub fn fact(&self, slot: Slot) -> &'a Fact {
        match slot {
            Slot::Own(at) => &self.own.list[at as usize],
            Slot::Desk(at) => &self.desk.list[at as usize],
        }
    }

    /// The facts that a text reads, in order, each once; names that mean nothing go to `undeclared`.
    pub fn reads<'t>(
        &self,
        texts: impl IntoIterator<Item = &'t Text>,
        mut undeclared: impl FnMut(&Spanned<String>),
    ) -> Vec<Slot> {
        let mut slots = Vec::new();
        for read in texts.into_iter().flat_map(Text::reads) {
            let Read::Fact(name) = read else { continue };
            match self.find(&name.value) {
                Some(slot) if !slots.contains(&slot) => slots.push(slot),
                Some(_) => {}
                None => undeclared(name),
            }
        }
        slots
    }
}

/// Reads a `facts:` mapping. What the prompts read is left to [`resolve`].
pub fn read(node: &Spanned<Node>, file: &str, findings: &Sink<Diagnostic>) -> Facts {
    let mut facts = Facts::default();
    let Node::Map(entries) = &node.value else {
        if !matches!(node.value, Node::Null | Node::Broken) {
            findings.push(form::wrong_type(
                node.span,
                "facts",
                "a mapping of names to facts",
                node.value.found(),
                "write `name:` and below it, indented, `ask:` and `choices:` or `type:`",
            ));
        }
        return facts;
    };
    for (name, value) in entries {
        let usable = ident(name, "a fact", '_', findings);
        let reserved = WORDS.contains(&name.value.as_str());
        if usable && reserved {
            findings.push(form::malformed_id(
                name.span,
                "a fact",
                &name.value,
                "words that conditions and texts do not use themselves",
                "",
            ));
        }
        let Some(fact) = read_one(name, value, file, findings) else { continue };
        facts.index.insert(name.value.clone(), facts.list.len() as u32);
        facts.list.push(fact);
    }
    facts
}

fn read_one(name: &Spanned<String>, node: &Spanned<Node>, file: &str, findings: &Sink<Diagnostic>) -> Option<Fact> {
    let mut fields = Fields::new(node, format!("fact `{}`", name.value), name.span, findings)?;
    let ask = fields.text("ask").map(|text| Text::parse(text, file, findings));
    let choices = fields.take("choices").map(|(key, node)| choices(key.span, node, &fields));
    let declared = fields.text("type");
    let kind = match (&choices, &declared) {
        (Some(choices), None) => Type::Choice(choices.iter().map(|(id, _)| id.value.as_str().into()).collect()),
        (Some(_), Some(declared)) => {
            let help = "leave out `type`: choices are a type of their own";
            findings.push(form::wrong_type(declared.span, "type", "nothing beside `choices`", "a second type", help));
            Type::Broken
        }
        (None, Some(declared)) => typed(declared, &mut fields),
        (None, None) => {
            findings.push(form::missing_key(
                name.span,
                &fields.owner,
                "choices",
                "write `choices: {id: label, …}`, or `type: yes-no`, `text`, `number` or `date`",
            ));
            Type::Broken
        }
    };
    let unit = if matches!(kind, Type::Number(..)) { fields.text("unit").map(|unit| unit.value) } else { None };
    fields.finish();
    Some(Fact { name: name.clone(), kind, choices: choices.unwrap_or_default(), ask, reads: Vec::new(), unit })
}

fn choices(key: Span, node: &Spanned<Node>, fields: &Fields<'_>) -> Vec<(Spanned<String>, String)> {
    let findings = fields.findings;
    let mut out = Vec::new();
    match &node.value {
        Node::Map(entries) => {
            for (id, label) in entries {
                if let Node::Scalar(label) = &label.value {
                    out.push((id.clone(), label.clone()));
                } else if label.value == Node::Null {
                    out.push((id.clone(), id.value.clone()));
                } else if label.value != Node::Broken {
                    findings.push(form::wrong_type(
                        label.span,
                        &id.value,
                        "a label",
                        label.value.found(),
                        "write `id: What people read`",
                    ));
                }
            }
        }
        Node::Seq(items) => {
            for item in items {
                match &item.value {
                    Node::Scalar(id) => out.push((Spanned::new(id.clone(), item.span), id.clone())),
                    Node::Broken => {}
                    other => findings.push(form::wrong_type(
                        item.span,
                        "choices",
                        "ids",
                        other.found(),
                        "write `choices: {id: label, …}`",
                    )),
                }
            }
        }
        Node::Broken => {}
        other => findings.push(form::wrong_type(
            node.span,
            "choices",
            "ids with labels",
            other.found(),
            "write `choices: {usb: USB cable, network: Network}`",
        )),
    }
    if out.len() < 2 && matches!(node.value, Node::Map(_) | Node::Seq(_)) {
        findings.push(form::out_of_range(key, "choices", "two or more"));
    }
    let mut seen: HashMap<String, Span> = HashMap::new();
    out.retain(|(id, _)| {
        if form::RESERVED.contains(&id.value.as_str()) {
            findings.push(form::reserved_id(id, "a choice"));
        }
        ident(id, "a choice", '-', findings);
        let first = *seen.entry(id.value.clone()).or_insert(id.span);
        if first != id.span {
            findings.push(form::duplicate_key(id, first));
        }
        first == id.span
    });
    out
}

/// A `type:` with the keys that belong to it.
fn typed(declared: &Spanned<String>, fields: &mut Fields<'_>) -> Type {
    let findings = fields.findings;
    match declared.value.as_str() {
        "yes-no" => Type::YesNo,
        "text" => Type::Text(fields.text("pattern").and_then(|pattern| {
            Pattern::parse(&pattern.value)
                .map_err(|why| findings.push(form::malformed_pattern(pattern.span, &why)))
                .ok()
        })),
        "number" => {
            let mut bound = |key| {
                let text = fields.text(key)?;
                let number = Type::Number(None, None).read(&text.value);
                if number.is_none() {
                    findings.push(form::out_of_range(text.span, key, "a number of up to 15 digits"));
                }
                match number? {
                    crate::expression::Value::Number(number) => Some(Spanned::new(number, text.span)),
                    _ => None,
                }
            };
            let (low, high) = (bound("min"), bound("max"));
            ordered(&low, &high, findings);
            Type::Number(low.map(|n| n.value), high.map(|n| n.value))
        }
        "date" => {
            let (low, high) = (fields.date("min"), fields.date("max"));
            ordered(&low, &high, findings);
            Type::Date(low.map(|d| d.value), high.map(|d| d.value))
        }
        other => {
            let help = wording::suggest(other, TYPES.map(|(name, _)| name)).unwrap_or_default();
            findings.push(form::wrong_type(
                declared.span,
                "type",
                "`yes-no`, `text`, `number` or `date`",
                "none of them",
                format!("{help}; a list of values is `choices`"),
            ));
            for key in ["pattern", "min", "max", "unit"] {
                fields.take(key);
            }
            Type::Broken
        }
    }
}

fn ordered<T: PartialOrd>(low: &Option<Spanned<T>>, high: &Option<Spanned<T>>, findings: &Sink<Diagnostic>) {
    if let (Some(low), Some(high)) = (low, high)
        && low.value > high.value
    {
        findings.push(form::out_of_range(low.span, "min", "at most `max`"));
    }
}

/// Resolves what the prompts of facts read; `undeclared` gets the names that mean nothing.
pub fn resolve(facts: &mut Facts, desk: Option<&Facts>, mut undeclared: impl FnMut(&Spanned<String>)) {
    let none = Facts::default();
    let reads: Vec<Vec<Slot>> = {
        // The desk's own facts see each other as the desk's.
        let scope = match desk {
            Some(desk) => Scope { own: facts, desk },
            None => Scope { own: &none, desk: facts },
        };
        facts.list.iter().map(|fact| scope.reads(&fact.ask, &mut undeclared)).collect()
    };
    facts.list.iter_mut().zip(reads).for_each(|(fact, reads)| fact.reads = reads);
}
