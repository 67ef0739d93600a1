//! From the YAML tree to a playbook.

use super::{Facts, Flow, Playbook, Scope, Starters, facts, step};
use crate::{
    diagnostic::{Diagnostic, FileId, Sink, Span, Spanned, form, wording},
    expression::Fault,
    yaml::{Fields, Node, ident},
};
use std::{collections::HashMap, sync::Arc};

/// Reads a playbook. `id` is its file's stem, `text` the file, `desk` the facts that it shares with others.
/// A file whose YAML could not be read (`tree` is `None`) gives an empty, broken playbook.
pub fn parse(
    id: &str,
    file: FileId,
    text: &str,
    tree: Option<&Spanned<Node>>,
    desk: &Facts,
    findings: &Sink<Diagnostic>,
) -> Playbook {
    let top = Span { file, start: 0, end: text.lines().next().map_or(0, |line| line.len() as u32) };
    ident(&Spanned::new(id.to_owned(), top), "a playbook (its file's name without `.yaml`)", '-', findings);
    let mut playbook = Playbook {
        id: id.to_owned(),
        file,
        title: None,
        summary: None,
        audience: Starters { agent: true, ..Starters::default() },
        tier: None,
        category: None,
        tags: Vec::new(),
        symptoms: Vec::new(),
        owner: None,
        review_by: None,
        flow: Arc::new(Flow { broken: true, ..Flow::default() }),
    };
    let fields = tree.and_then(|tree| match &tree.value {
        Node::Null => {
            findings.push(form::invalid_yaml(
                top,
                "this file is empty",
                "write at least `title:`, `start:` and `steps:`; `firstline explain say` shows a small one",
            ));
            None
        }
        _ => Fields::new(tree, "a playbook", top, findings),
    });
    let Some(mut fields) = fields else { return playbook };
    playbook.title = fields.required("title", "write `title: What people call it`");
    playbook.summary = fields.text("summary");
    if let Some((key, _)) = fields.take("audience") {
        playbook.audience = audience(key.span, fields.texts("audience"), findings);
    }
    playbook.tier = fields.text("tier");
    playbook.category = fields.text("category");
    playbook.tags = fields.texts("tags");
    playbook.symptoms = fields.texts("symptoms");
    playbook.owner = fields.text("owner");
    playbook.review_by = fields.date("review_by");
    let start = fields.required("start", "write `start:` and the id of the first step");
    let own = fields.take("facts").map(|(_, node)| facts::read(node, text, findings)).unwrap_or_default();
    let steps = fields
        .require("steps", "write `steps:` and below it, indented, each step's id")
        .then(|| fields.take("steps").expect("it is there").1);
    fields.finish();
    playbook.flow = Arc::new(flow(start, own, steps, text, desk, findings));
    playbook
}

fn audience(span: Span, words: Vec<Spanned<String>>, findings: &Sink<Diagnostic>) -> Starters {
    let mut audience = Starters { span: Some(span), ..Starters::default() };
    for word in words {
        match word.value.as_str() {
            "self-service" => audience.self_service = true,
            "agent" => audience.agent = true,
            _ => {
                let help =
                    "write `audience: [self-service, agent]`, `[agent]`, or `[]` for a playbook that is only called";
                findings.push(form::wrong_type(word.span, "audience", "`self-service` and `agent`", "neither", help));
            }
        }
    }
    audience
}

fn flow(
    start: Option<Spanned<String>>,
    mut own: Facts,
    steps: Option<&Spanned<Node>>,
    text: &str,
    desk: &Facts,
    findings: &Sink<Diagnostic>,
) -> Flow {
    let faults: Sink<Fault> = Sink::default();
    let before = findings.len();
    facts::resolve(&mut own, Some(desk), |name| faults.push(Fault::Undeclared { name: name.clone(), literal: false }));
    for fact in &own.list {
        if let Some(shared) = desk.position(&fact.name.value) {
            let message = format!("the desk has a fact `{}` already", fact.name.value);
            findings.push(form::name_clash(
                fact.name.span,
                message,
                desk.list[shared as usize].name.span,
                "use the desk's fact, or give this one another name",
            ));
        }
    }
    let mut built = step::Built::default();
    let mut position = HashMap::new();
    match steps.map(|node| (node.span, &node.value)) {
        Some((_, Node::Map(entries))) if !entries.is_empty() => {
            for (id, node) in entries {
                let scope = Scope { own: &own, desk };
                if let Some(fact) = own.position(&id.value) {
                    let message = format!("a step and a fact are both called `{}`", id.value);
                    findings.push(form::name_clash(
                        id.span,
                        message,
                        own.list[fact as usize].name.span,
                        "rename one of them: tests and scripts name both in the same way",
                    ));
                }
                position.insert(id.value.clone(), built.steps.len() as u32);
                step::read(id, node, text, scope, findings, &faults, &mut built);
            }
        }
        Some((_, Node::Broken)) | None => built.broken = true,
        Some((span, other)) => {
            let help = "write each step's id, and below it, indented, what it does";
            findings.push(form::wrong_type(span, "steps", "steps with ids", other.found(), help));
            built.broken = true;
        }
    }
    let renamed: Vec<_> = built.steps.iter().flat_map(|step| &step.was).cloned().collect();
    let step::Built { steps, nodes, calls, broken } = built;
    let form_errors =
        findings.len() > before || own.list.iter().any(|fact| matches!(fact.kind, crate::expression::Type::Broken));
    let mut flow = Flow {
        facts: own,
        steps,
        nodes,
        start: None,
        calls,
        faults: Vec::new(),
        missing: Vec::new(),
        broken: broken || form_errors,
    };
    for (at, was) in renamed.iter().enumerate() {
        if let Some(first) = renamed[..at].iter().find(|first| first.value == was.value) {
            let message = format!("two steps were called `{}`", wording::shorten(&was.value));
            findings.push(form::name_clash(was.span, message, first.span, "keep it at the step that runs go on at"));
        }
    }
    flow.link(&position);
    match start {
        Some(start) => match position.get(&start.value) {
            Some(at) => flow.start = Some(*at),
            None => flow.missing.push((None, start)),
        },
        None => flow.broken = true,
    }
    flow.faults = faults.into_vec();
    flow.broken |= flow.start.is_none() || !flow.faults.is_empty();
    flow
}
