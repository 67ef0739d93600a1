//! A test that names what its playbook does not have.

use super::{Context, Findings};
use crate::{
    desk::Desk,
    diagnostic::{Diagnostic, Rule, Span, Spanned, wording},
    expression::{Slot, Type},
    playbook::{
        Fact, Playbook, Scope,
        author_test::{AuthorTest, Expect},
        flow::{EndKind, Node, Options, Prompt},
    },
    reason::REASONS,
    rule,
};

/// See the page beside this file.
pub static RULE: Rule = rule!("FL701", "test_mismatch", Error);

/// For the desk: every test file.
pub fn check(context: &Context<'_>, out: &Findings) {
    let desk = context.desk;
    for file in &desk.tests {
        let Some(playbook) = desk.playbooks.get(&file.playbook) else {
            let top = Span { file: file.file, start: 0, end: 0 };
            let near = wording::nearest(&file.playbook, desk.playbooks.keys().map(String::as_str))
                .map(|near| format!("did you mean `{near}.test.yaml`?"));
            let help =
                near.unwrap_or_else(|| "a test file is called like its playbook: `printer-offline.test.yaml`".into());
            out.push(
                Diagnostic::new(
                    &RULE,
                    top,
                    format!("these tests are for a playbook `{}`, which does not exist", file.playbook),
                )
                .help(help),
            );
            continue;
        };
        // The names that a file takes from another that could not be read whole are nobody's mistake.
        for test in file.tests.iter().filter(|_| !context.desk_unread && !desk.is_unread(playbook.file)) {
            check_test(desk, playbook, test, out);
        }
    }
}

fn check_test(desk: &Desk, playbook: &Playbook, test: &AuthorTest, out: &Findings) {
    for (name, value) in test.facts.iter().chain(&test.expect.facts) {
        let scope = Scope { own: &playbook.flow.facts, desk: &desk.facts };
        match scope.find(&name.value) {
            Some(slot) => takes(scope.fact(slot), value, out),
            None => {
                let help = wording::suggest(&name.value, scope.own.names().chain(scope.desk.names()))
                    .or(Some("name a fact of the playbook or the desk".into()));
                out.push(
                    Diagnostic::new(&RULE, name.span, format!("there is no fact `{}`", wording::shorten(&name.value)))
                        .maybe_help(help),
                );
            }
        }
    }
    for (name, answer) in &test.answers {
        match find(desk, playbook, &name.value) {
            Found::Prompts(prompts) => check_answer(desk, &prompts, answer, out),
            Found::Fact(_) if answer.value == "stuck" => {}
            Found::Fact(fact) => takes(fact, answer, out),
            Found::Unread => {}
            Found::Nothing(names) => {
                let part = name.value.rsplit('/').next().unwrap_or_default();
                let near = wording::nearest(part, names.iter().map(String::as_str))
                    .map(|near| format!("did you mean `{near}`?"));
                let help = near.unwrap_or_else(|| {
                    "name a step that takes an answer, `step/item`, `call-step/step` or a fact".into()
                });
                out.push(
                    Diagnostic::new(
                        &RULE,
                        name.span,
                        format!("nothing in this playbook is asked for as `{}`", wording::shorten(&name.value)),
                    )
                    .help(help),
                );
            }
        }
    }
    check_expect(desk, playbook, &test.expect, out);
}

fn takes(fact: &Fact, value: &Spanned<String>, out: &Findings) {
    if fact.kind.read(&value.value).is_none() && !matches!(fact.kind, Type::Broken) {
        let message = format!("`{}` takes {}", fact.name.value, fact.kind.takes());
        let near = match &fact.kind {
            Type::Choice(ids) => wording::nearest(&value.value, ids.iter().map(|id| id.as_ref()))
                .map(|near| format!("did you mean `{near}`?")),
            _ => None,
        };
        out.push(Diagnostic::new(&RULE, value.span, message).help("write a value that it takes").maybe_help(near));
    }
}

fn check_answer(desk: &Desk, prompts: &[(&Playbook, &Prompt)], answer: &Spanned<String>, out: &Findings) {
    let mut ids: Vec<&str> = Vec::new();
    for (playbook, prompt) in prompts {
        match (&prompt.options, &prompt.save) {
            (Options::Choices(choices), _) => ids.extend(choices.iter().map(|choice| choice.id.value.as_str())),
            (Options::Next(_), _) => ids.push("next"),
            (Options::Typed(_), Some(slot)) => {
                let scope = Scope { own: &playbook.flow.facts, desk: &desk.facts };
                if answer.value != "stuck" {
                    takes(scope.fact(slot.value), answer, out);
                }
                return;
            }
            (Options::Typed(_), None) => return,
        }
    }
    ids.push("stuck");
    if !ids.contains(&answer.value.as_str()) {
        let help = wording::suggest(&answer.value, ids.iter().copied())
            .or(Some("write the id of an answer, not its label".into()));
        out.push(
            Diagnostic::new(&RULE, answer.span, format!("`{}` is not an answer here", wording::shorten(&answer.value)))
                .maybe_help(help),
        );
    }
}

enum Found<'a> {
    Prompts(Vec<(&'a Playbook, &'a Prompt)>),
    Fact(&'a Fact),
    /// With the names that there are.
    Nothing(Vec<String>),
    /// Something in the playbook could not be read; the name may be there.
    Unread,
}

/// What a name means: a step, `step/item`, a fact, or one of these behind calls.
fn find<'a>(desk: &'a Desk, playbook: &'a Playbook, name: &str) -> Found<'a> {
    let flow = &playbook.flow;
    let (first, rest) = name.split_once('/').map_or((name, None), |(first, rest)| (first, Some(rest)));
    let unread = desk.is_unread(playbook.file)
        || flow.steps.is_empty()
        || flow.nodes.iter().any(|node| matches!(node, Node::Broken));
    let step = flow.steps.iter().find(|step| step.id.value == first);
    let Some(step) = step else {
        let scope = Scope { own: &flow.facts, desk: &desk.facts };
        return match (scope.find(first), rest) {
            (Some(Slot::Own(at)), None) => Found::Fact(&flow.facts.list[at as usize]),
            (Some(Slot::Desk(at)), None) => Found::Fact(&desk.facts.list[at as usize]),
            _ if unread => Found::Unread,
            _ => {
                let names = flow
                    .steps
                    .iter()
                    .map(|step| step.id.value.clone())
                    .chain(scope.own.names().map(str::to_owned))
                    .chain(scope.desk.names().map(str::to_owned));
                Found::Nothing(names.collect())
            }
        };
    };
    let mut prompts = Vec::new();
    let mut items = Vec::new();
    for (_, node) in flow.nodes_of(step) {
        match node {
            Node::Call(call) => {
                if let (Some(rest), Some(callee)) = (rest, desk.playbooks.get(&call.playbook.value)) {
                    return find(desk, callee, rest);
                }
            }
            Node::Prompt(prompt) => {
                let item = prompt.item.as_ref().map(|item| item.value.as_str());
                items.extend(item.map(|item| format!("{first}/{item}")));
                if item == rest {
                    prompts.push((playbook, &**prompt));
                }
            }
            _ => {}
        }
    }
    match prompts.is_empty() {
        false => Found::Prompts(prompts),
        true if unread => Found::Unread,
        true => Found::Nothing(items),
    }
}

fn check_expect(desk: &Desk, playbook: &Playbook, expect: &Expect, out: &Findings) {
    let report = |name: &Spanned<String>, message: String, help: Option<String>| {
        out.push(Diagnostic::new(&RULE, name.span, message).maybe_help(help))
    };
    let kind = match expect.outcome.value.as_str() {
        "resolved" => Some(EndKind::Resolved),
        "not_resolved" => Some(EndKind::NotResolved),
        "escalated" => Some(EndKind::Escalated),
        _ => None,
    };
    match kind {
        Some(kind) => {
            let names = endings(desk, playbook, kind, "", 0);
            let unread = playbook.flow.nodes.iter().any(|node| matches!(node, Node::Broken));
            if !unread && !names.contains(&expect.what.value) {
                let help = wording::suggest(&expect.what.value, names.iter().map(String::as_str))
                    .or(Some("write the id of a step that ends so, or `step.answer` for an ending in place".into()));
                report(
                    &expect.what,
                    format!(
                        "no ending is called `{}`, or it is another kind of ending",
                        wording::shorten(&expect.what.value)
                    ),
                    help,
                );
            }
        }
        None => {
            let reasons = REASONS.iter().map(|reason| reason.name);
            if reasons.clone().all(|known| known != expect.what.value) {
                let help = wording::suggest(&expect.what.value, reasons)
                    .or(Some("a run that nobody interrupts stops as `stuck`, `staff-only` or `unknown-fact`".into()));
                report(
                    &expect.what,
                    format!("a run does not stop because of `{}`", wording::shorten(&expect.what.value)),
                    help,
                );
            }
        }
    }
    if let Some(to) = expect.to.as_ref().filter(|to| desk.policy.tier(&to.value).is_none()) {
        let help = wording::suggest(&to.value, super::references::tiers(&desk.policy));
        report(to, format!("there is no tier `{}`", wording::shorten(&to.value)), help);
    }
}

/// The names of all endings of a kind that end the run, callees' included.
fn endings(desk: &Desk, playbook: &Playbook, kind: EndKind, prefix: &str, depth: usize) -> Vec<String> {
    let mut names = Vec::new();
    for step in &playbook.flow.steps {
        for (_, node) in playbook.flow.nodes_of(step) {
            match node {
                Node::End(end) if end.kind == kind && (prefix.is_empty() || kind == EndKind::Escalated) => {
                    names.push(format!("{prefix}{}", end.name))
                }
                Node::Call(call) if depth < 16 && kind == EndKind::Escalated => {
                    if let Some(callee) = desk.playbooks.get(&call.playbook.value) {
                        names.extend(endings(desk, callee, kind, &format!("{prefix}{}/", step.id.value), depth + 1));
                    }
                }
                _ => {}
            }
        }
    }
    names
}
