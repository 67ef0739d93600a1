//! The authors' tests as they are written: `<id>.test.yaml` beside the playbook.

use crate::{
    diagnostic::{Diagnostic, FileId, Sink, Span, Spanned, form, wording},
    yaml::{Fields, Node},
};

/// A test file.
#[derive(Debug)]
pub struct TestFile {
    /// The playbook under test.
    pub playbook: String,
    /// Its file.
    pub file: FileId,
    /// Its tests.
    pub tests: Vec<AuthorTest>,
    /// Some part of it could not be read; it fails as a whole.
    pub broken: bool,
}

/// One run with what must come of it.
#[derive(Debug)]
pub struct AuthorTest {
    /// What it shows.
    pub name: Spanned<String>,
    /// Whether someone goes through it alone.
    pub self_service: bool,
    /// What is known at the start.
    pub facts: Vec<(Spanned<String>, Spanned<String>)>,
    /// Prompts by their names, in order, with what is answered.
    pub answers: Vec<(Spanned<String>, Spanned<String>)>,
    /// How it must end.
    pub expect: Expect,
}

/// How a test's run must end; what is not named may be anything.
#[derive(Debug)]
pub struct Expect {
    /// `resolved`, `not_resolved`, `escalated` or `stopped`.
    pub outcome: Spanned<String>,
    /// The ending's name, or the reason of a stop.
    pub what: Spanned<String>,
    /// Where a stop happened.
    pub at: Option<Spanned<String>>,
    /// The tier it goes to.
    pub to: Option<Spanned<String>>,
    /// The team there.
    pub team: Option<Spanned<String>>,
    /// How urgent.
    pub priority: Option<Spanned<String>>,
    /// Facts that must be known at the end.
    pub facts: Vec<(Spanned<String>, Spanned<String>)>,
}

/// How a run may end.
pub const OUTCOMES: [&str; 4] = ["resolved", "not_resolved", "escalated", "stopped"];

/// Reads a test file.
pub fn parse(id: &str, file: FileId, tree: Option<&Spanned<Node>>, findings: &Sink<Diagnostic>) -> TestFile {
    let before = findings.len();
    let mut tests = Vec::new();
    match tree.map(|tree| (tree.span, &tree.value)) {
        Some((_, Node::Seq(items))) => tests.extend(items.iter().filter_map(|item| one(item, findings))),
        Some((_, Node::Broken)) | None => {}
        Some((span, other)) => {
            let help = "write `- name: …` and below it, indented, `answers:` and `expect:`";
            findings.push(form::wrong_type(
                Span { end: span.start + 1, ..span },
                "a test file",
                "a list of tests",
                other.found(),
                help,
            ));
        }
    }
    let broken = tree.is_none() || findings.len() > before;
    for (at, test) in tests.iter().enumerate() {
        if let Some(first) = tests[..at].iter().find(|first: &&AuthorTest| first.name.value == test.name.value) {
            let message = format!("two tests are called `{}`", wording::shorten(&test.name.value));
            let help = "say of each what it shows: reports name a test by it";
            findings.push(form::name_clash(test.name.span, message, first.name.span, help));
        }
    }
    TestFile { playbook: id.to_owned(), file, tests, broken }
}

fn one(node: &Spanned<Node>, findings: &Sink<Diagnostic>) -> Option<AuthorTest> {
    let mut fields = Fields::new(node, "a test", node.span, findings)?;
    let name = fields.required("name", "write `name:` and a sentence that says what the test shows");
    let self_service = fields.text("audience").is_some_and(|audience| {
        if !matches!(audience.value.as_str(), "self-service" | "agent") {
            let help = wording::suggest(&audience.value, ["self-service", "agent"]).unwrap_or_default();
            findings.push(form::wrong_type(audience.span, "audience", "`self-service` or `agent`", "neither", help));
        }
        audience.value == "self-service"
    });
    let facts = pairs(&mut fields, "facts");
    let mut answers = Vec::new();
    match fields.take("answers").map(|(_, node)| (node.span, &node.value)) {
        Some((_, Node::Seq(items))) => {
            for item in items {
                match &item.value {
                    Node::Map(entries) if entries.len() == 1 => answers.extend(pair(&entries[0], findings)),
                    Node::Broken => {}
                    other => findings.push(form::wrong_type(
                        item.span,
                        "answers",
                        "one `{step: answer}` for each item",
                        other.found(),
                        "write `- {lights: no}`",
                    )),
                }
            }
        }
        None | Some((_, Node::Null | Node::Broken)) => {}
        Some((span, other)) => findings.push(form::wrong_type(
            span,
            "answers",
            "a list",
            other.found(),
            "write `answers: [{lights: no}, {power-on: worked}]`",
        )),
    }
    fields.require("expect", "write `expect: {resolved: some-step}`");
    let expect = fields.take("expect").and_then(|(key, node)| expect(key.span, node, findings));
    fields.finish();
    Some(AuthorTest { name: name?, self_service, facts, answers, expect: expect? })
}

fn expect(span: Span, node: &Spanned<Node>, findings: &Sink<Diagnostic>) -> Option<Expect> {
    let mut fields = Fields::new(node, "`expect`", span, findings)?;
    let mut outcomes: Vec<_> =
        OUTCOMES.iter().filter_map(|key| Some((fields.take(key)?.0.clone(), fields.text(key)?))).collect();
    let (at, to, team, priority) = (fields.text("at"), fields.text("to"), fields.text("team"), fields.text("priority"));
    let facts = pairs(&mut fields, "facts");
    fields.finish();
    match outcomes.len() {
        1 => {
            let (outcome, what) = outcomes.pop().expect("there is one");
            Some(Expect { outcome, what, at, to, team, priority, facts })
        }
        0 => {
            findings.push(form::missing_key(span, "`expect`", "resolved", "say how it ends: `resolved`, `not_resolved` or `escalated` with the step, or `stopped` with the reason"));
            None
        }
        _ => {
            findings.push(form::two_kinds("expect", &outcomes[0].0, &outcomes[1].0));
            None
        }
    }
}

fn pairs(fields: &mut Fields<'_>, key: &'static str) -> Vec<(Spanned<String>, Spanned<String>)> {
    let findings = fields.findings;
    match fields.take(key).map(|(_, node)| (node.span, &node.value)) {
        Some((_, Node::Map(entries))) => entries.iter().filter_map(|entry| pair(entry, findings)).collect(),
        None | Some((_, Node::Null | Node::Broken)) => Vec::new(),
        Some((span, other)) => {
            findings.push(form::wrong_type(span, key, "names with values", other.found(), "write `{os: windows}`"));
            Vec::new()
        }
    }
}

fn pair(
    (key, value): &(Spanned<String>, Spanned<Node>),
    findings: &Sink<Diagnostic>,
) -> Option<(Spanned<String>, Spanned<String>)> {
    match &value.value {
        Node::Scalar(text) => Some((key.clone(), Spanned::new(text.clone(), value.span))),
        Node::Broken => None,
        other => {
            findings.push(form::wrong_type(
                value.span,
                &key.value,
                "one value",
                other.found(),
                "write `{step: answer}`",
            ));
            None
        }
    }
}
