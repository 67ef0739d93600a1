//! What reading a step of any kind needs: its fields, its texts, its ways, and the nodes it becomes.

use super::{
    super::{
        facts::Scope,
        flow::{Choice, End, EndKind, Gate, Node, Options, Prompt, PromptKind, Step, Target, Visits, Way},
    },
    KINDS,
};
use crate::{
    diagnostic::{Diagnostic, Sink, Span, Spanned, form},
    expression::{self, Condition, Fault, Slot},
    template::Text,
    yaml::{self, Fields},
};
use std::sync::{Arc, LazyLock};

/// The most entries of a step in one frame that `visits` may allow.
pub const MAX_VISITS: f64 = 100.0;
/// The longest handling time, in minutes: a week.
pub const MAX_MINUTES: f64 = 10_080.0;

/// What the steps of a playbook become while they are read.
#[derive(Default)]
pub struct Built {
    pub steps: Vec<Step>,
    pub nodes: Vec<Node>,
    pub calls: Vec<Spanned<String>>,
    pub broken: bool,
}

/// A step that is being read.
pub struct Reader<'a> {
    pub fields: Fields<'a>,
    pub scope: Scope<'a>,
    pub findings: &'a Sink<Diagnostic>,
    pub faults: &'a Sink<Fault>,
    /// The step's own `verify`, for items that have none.
    pub verify: Option<Arc<Text>>,
    file: &'a str,
    id: &'a Spanned<String>,
    tip: Option<Arc<Text>>,
    articles: Vec<Spanned<String>>,
    minutes: Option<f64>,
    entry: u32,
    unread: bool,
    built: &'a mut Built,
}

/// An item of `try` or `tasks`.
pub struct Item {
    pub id: Spanned<String>,
    pub condition: Option<(Condition, Spanned<String>)>,
    pub text: Text,
    pub verify: Option<Arc<Text>>,
    pub tip: Option<Arc<Text>>,
    pub articles: Vec<Spanned<String>>,
    pub minutes: Option<f64>,
    pub chance: Option<f64>,
    pub failed: Option<Way>,
    pub stuck: Option<Way>,
}

/// Reads one step into `built`. A step that cannot be read keeps its id and has a broken node.
pub fn read<'a>(
    id: &'a Spanned<String>,
    node: &'a Spanned<yaml::Node>,
    file: &'a str,
    scope: Scope<'a>,
    findings: &'a Sink<Diagnostic>,
    faults: &'a Sink<Fault>,
    built: &'a mut Built,
) {
    yaml::ident(id, "a step", '-', findings);
    let first = built.nodes.len() as u32;
    let mut step = Step {
        id: id.clone(),
        kind: "",
        title: None,
        staff: false,
        visits: None,
        was: Vec::new(),
        unread: false,
        entry: first,
        nodes: first..first,
    };
    if let Some(fields) = Fields::new(node, format!("step `{}`", id.value), id.span, findings) {
        let mut reader = Reader {
            fields,
            scope,
            findings,
            faults,
            verify: None,
            file,
            id,
            tip: None,
            articles: Vec::new(),
            minutes: None,
            entry: first,
            unread: false,
            built,
        };
        reader.common(&mut step);
        let mut present: Vec<_> =
            KINDS.iter().filter_map(|kind| reader.fields.has(kind.key).map(|key| (kind, key))).collect();
        if present.iter().any(|(kind, _)| kind.key == "call") {
            // There it is a way on.
            present.retain(|(kind, _)| kind.key != "not_resolved");
        }
        present.sort_by_key(|(_, key)| key.span.start);
        match present.as_slice() {
            [] => {
                let keys: Vec<&str> = reader.fields.keys().map(|key| key.value.as_str()).collect();
                let kinds: Vec<&str> = KINDS.iter().map(|kind| kind.key).collect();
                findings.push(form::no_kind(id, &keys, &kinds));
                reader.broken();
            }
            [(kind, _)] => {
                step.kind = kind.key;
                reader.fields.owner = crate::diagnostic::wording::article(&format!("`{}` step", kind.key));
                reader.fields.span = id.span;
                (kind.read)(&mut reader);
                reader.finish();
            }
            [(first, key), (_, second), ..] => {
                step.kind = first.key;
                findings.push(form::two_kinds(&id.value, key, second));
                reader.broken();
            }
        }
        step.entry = reader.entry;
        step.unread = reader.unread;
    }
    if built.nodes.len() as u32 == first {
        built.nodes.push(Node::Broken);
        built.broken = true;
        step.unread = true;
    }
    step.nodes.end = built.nodes.len() as u32;
    built.steps.push(step);
}

impl Reader<'_> {
    /// What any step may have.
    fn common(&mut self, step: &mut Step) {
        step.title = self.fields.text("title").map(|title| title.value);
        self.tip = self.fields.text("tip").map(|tip| Arc::new(self.parse_text(tip)));
        self.articles = articles(&mut self.fields);
        self.minutes =
            self.fields.positive("minutes", MAX_MINUTES, "a number of minutes above 0, at most a week (10080)");
        step.staff = self.staff();
        step.was = self.fields.texts("was");
        if let Some((key, node)) = self.fields.take("visits") {
            step.visits = self.visits(key, node);
        }
    }

    fn staff(&mut self) -> bool {
        let Some(audience) = self.fields.text("audience") else { return false };
        if audience.value != "agent" {
            let help = "leave it out: a step is for everybody, unless it says `audience: agent`";
            self.findings.push(form::wrong_type(
                audience.span,
                "audience",
                "`agent` at a step",
                "something else",
                help,
            ));
        }
        true
    }

    fn visits(&mut self, key: &Spanned<String>, node: &Spanned<yaml::Node>) -> Option<Visits> {
        let mut fields = Fields::new(node, "`visits`", key.span, self.findings)?;
        let allowed = "a whole number from 1 to 100";
        fields.require("max", "write `visits: {max: 2, then: some-step}`");
        let max = fields.positive("max", MAX_VISITS, allowed).filter(|max| {
            let whole = max.fract() == 0.0;
            if !whole {
                fields.findings.push(form::out_of_range(fields.span, "max", allowed));
            }
            whole
        });
        let there = fields.require("then", "write `visits: {max: 2, then: some-step}`");
        let then = there.then(|| fields.take("then").expect("it is there"));
        fields.finish();
        let (key, node) = then?;
        let then = self.target("visits", key, node);
        if max.is_none() {
            self.broken();
        }
        Some(Visits { max: max.unwrap_or(1.0) as u32, then })
    }

    fn finish(&mut self) {
        let fields = std::mem::replace(&mut self.fields, Fields::done(self.findings));
        fields.finish();
    }

    /// Notes that the step cannot be followed as it is.
    pub fn broken(&mut self) {
        self.built.broken = true;
        self.unread = true;
    }

    /// Compiles a text.
    pub fn parse_text(&self, source: Spanned<String>) -> Text {
        Text::parse(source, self.file, self.findings)
    }

    /// The step's main text; the key is there, since it gave the kind.
    pub fn text(&mut self, key: &'static str) -> Text {
        match self.fields.text(key) {
            Some(text) => self.parse_text(text),
            None => {
                self.broken();
                self.parse_text(Spanned::new(String::new(), self.id.span))
            }
        }
    }

    /// Reads the step's own `verify`.
    pub fn verify(&mut self) {
        self.verify = self.fields.text("verify").map(|text| Arc::new(self.parse_text(text)));
    }

    /// A declared fact; reported if there is none.
    pub fn fact(&mut self, name: &Spanned<String>) -> Option<Slot> {
        let slot = self.scope.find(&name.value);
        if slot.is_none() {
            self.faults.push(Fault::Undeclared { name: name.clone(), literal: false });
        }
        slot
    }

    /// Reads a condition.
    pub fn condition(&mut self, source: &Spanned<String>) -> Condition {
        let scope = self.scope;
        let find = |name: &str| scope.find(name).map(|slot| (slot, &scope.fact(slot).kind));
        let condition = expression::parse(source, self.file, &find, self.findings, self.faults);
        if condition.is_broken() {
            self.broken();
        }
        condition
    }

    /// Registers a call; gives its number.
    pub fn call(&mut self, playbook: Spanned<String>) -> u32 {
        self.built.calls.push(playbook);
        self.built.calls.len() as u32 - 1
    }

    /// The position that the next node will have.
    pub fn next_node(&self) -> u32 {
        self.built.nodes.len() as u32
    }

    /// Adds a node; the step begins with it, unless [`Self::enter`] says otherwise.
    pub fn push(&mut self, node: Node) -> u32 {
        let at = self.next_node();
        self.built.nodes.push(node);
        self.entry = at;
        at
    }

    /// Says where the step begins.
    pub fn enter(&mut self, node: u32) {
        self.entry = node;
    }

    // Ways

    /// A way that nobody wrote, to a node of this step.
    pub fn implicit(&self, name: &str, node: u32) -> Way {
        Way {
            name: name.into(),
            written: Spanned::new(String::new(), self.id.span),
            target: Target::Node(node),
            implicit: true,
        }
    }

    /// A way in place of one that is missing and was reported.
    pub fn nowhere(&self, name: &str) -> Way {
        Way {
            name: name.into(),
            written: Spanned::new(String::new(), self.id.span),
            target: Target::Nowhere,
            implicit: true,
        }
    }

    /// The same way under another answer.
    pub fn renamed(&self, way: &Way, name: &str) -> Way {
        if way.implicit { Way { name: name.into(), ..way.clone() } } else { way.clone() }
    }

    /// A way that may be written.
    pub fn way(&mut self, key: &'static str, name: &str) -> Option<Way> {
        let (key, node) = self.fields.take(key)?;
        Some(self.target(name, key, node))
    }

    /// A way that must be written.
    pub fn required_way(&mut self, key: &'static str, name: &str) -> Way {
        if self
            .fields
            .require(key, &format!("say where to go: `{key}: some-step`, or end in place: `{key}: {{resolve: …}}`"))
        {
            return self.way(key, name).expect("it is there");
        }
        self.broken();
        self.nowhere(name)
    }

    /// Reads a target: the id of a step, or an ending in place.
    pub fn target(&mut self, name: &str, key: &Spanned<String>, node: &Spanned<yaml::Node>) -> Way {
        match &node.value {
            yaml::Node::Map(_) => self.detailed_way(&Spanned::new(name.to_owned(), key.span), node, &mut |_| {}),
            yaml::Node::Scalar(_) | yaml::Node::Null => match self.fields.as_text(key, node) {
                Some(goto) => Way { name: name.into(), written: goto, target: Target::Nowhere, implicit: false },
                None => {
                    self.broken();
                    self.nowhere(name)
                }
            },
            other => {
                if *other != yaml::Node::Broken {
                    let help = "write the id of a step, or an ending: `{resolve: …}`";
                    self.findings.push(form::wrong_type(
                        node.span,
                        &key.value,
                        "a step or an ending",
                        other.found(),
                        help,
                    ));
                }
                self.broken();
                self.nowhere(name)
            }
        }
    }

    /// Reads a mapping with `goto` or an ending, and whatever `extra` takes from it besides.
    pub fn detailed_way(
        &mut self,
        name: &Spanned<String>,
        node: &Spanned<yaml::Node>,
        extra: &mut dyn FnMut(&mut Fields<'_>),
    ) -> Way {
        let owner = format!("`{}` of step `{}`", name.value, self.id.value);
        let Some(mut fields) = Fields::new(node, owner, name.span, self.findings) else {
            self.broken();
            return self.nowhere(&name.value);
        };
        extra(&mut fields);
        // `goto: {resolve: …}` is a target like any other.
        if let Some((_, inner)) = fields.take("goto")
            && matches!(inner.value, yaml::Node::Map(_))
        {
            fields.finish();
            return self.detailed_way(name, inner, &mut |_| {});
        }
        let goto = fields.text("goto");
        let ends: Vec<_> =
            ENDINGS.iter().filter_map(|(key, kind)| fields.take(key).map(|(at, _)| (*key, *kind, at))).collect();
        let way = match (goto, ends.as_slice()) {
            (Some(goto), []) => {
                Way { name: name.value.as_str().into(), written: goto, target: Target::Nowhere, implicit: false }
            }
            (None, [(key, kind, at)]) => {
                let id = self.id.value.clone();
                let separator = if name.value.starts_with('/') { "" } else { "." };
                let end = self.end(&mut fields, key, *kind, format!("{id}{separator}{}", name.value));
                let node = self.next_node();
                let entry = self.entry;
                self.push(Node::End(Box::new(end)));
                self.entry = entry;
                let way = name.value.as_str();
                Way {
                    name: way.into(),
                    written: Spanned::new(String::new(), at.span),
                    target: Target::Node(node),
                    implicit: false,
                }
            }
            (goto, ends) => {
                match (goto, ends) {
                    (None, _) if ends.is_empty() => {
                        self.findings.push(form::missing_key(name.span, &fields.owner, "goto", "say where it leads: `goto: some-step`, or end in place with `resolve`, `not_resolved` or `escalate`"));
                    }
                    (Some(goto), [(key, ..), ..]) => self.two_targets(&fields.owner, goto.span, key),
                    (_, [.., (key, _, at)]) => self.two_targets(&fields.owner, at.span, key),
                    _ => unreachable!("one target or none were handled"),
                }
                self.broken();
                self.nowhere(&name.value)
            }
        };
        fields.finish();
        way
    }

    fn two_targets(&self, owner: &str, span: Span, key: &str) {
        let mut found =
            form::wrong_type(span, key, "", "one more", "keep one of `goto`, `resolve`, `not_resolved` and `escalate`");
        found.message = format!("{owner} leads to two places");
        self.findings.push(found);
    }

    // Ends

    /// A step that ends.
    pub fn end_step(&mut self, key: &'static str, kind: EndKind) {
        let mut fields = std::mem::replace(&mut self.fields, Fields::done(self.findings));
        let end = self.end(&mut fields, key, kind, self.id.value.clone());
        self.fields = fields;
        self.push(Node::End(Box::new(end)));
    }

    fn end(&mut self, fields: &mut Fields<'_>, key: &'static str, kind: EndKind, name: String) -> End {
        let source = fields.text(key).unwrap_or_else(|| {
            self.broken();
            Spanned::new(String::new(), self.id.span)
        });
        let text = self.parse_text(source);
        let escalates = kind == EndKind::Escalated;
        let tell = if escalates { fields.text("tell").map(|tell| self.parse_text(tell)) } else { None };
        let mut word = |key, wanted: bool| if wanted { fields.text(key) } else { None };
        let (to, team, priority) = (word("to", escalates), word("team", escalates), word("priority", escalates));
        let code = word("code", kind == EndKind::Resolved);
        let reads = self.reads([Some(&text), tell.as_ref()].into_iter().flatten());
        End { kind, name: name.into(), text, tell, to, team, priority, code, reads }
    }

    // Prompts

    fn reads<'t>(&self, texts: impl IntoIterator<Item = &'t Text>) -> Vec<Slot> {
        self.scope.reads(texts, |name| self.faults.push(Fault::Undeclared { name: name.clone(), literal: false }))
    }

    /// Adds the prompt of a step that has one.
    pub fn prompt(
        &mut self,
        kind: PromptKind,
        text: Text,
        options: Options,
        save: Option<Spanned<Slot>>,
        stuck: Option<Way>,
    ) {
        let (verify, tip, articles, minutes) =
            (self.verify.clone(), self.tip.clone(), self.articles.clone(), self.minutes);
        let prompt = self.with_reads(Prompt {
            kind,
            item: None,
            text,
            verify,
            tip,
            articles,
            minutes,
            chance: None,
            options,
            save,
            stuck,
            reads: Vec::new(),
        });
        self.push(prompt);
    }

    fn with_reads(&self, mut prompt: Prompt) -> Node {
        let labels: Vec<&Text> = match &prompt.options {
            Options::Choices(choices) => choices.iter().map(|choice| &*choice.label).collect(),
            _ => Vec::new(),
        };
        let texts =
            std::iter::once(&prompt.text).chain(prompt.verify.as_deref()).chain(labels).chain(prompt.tip.as_deref());
        prompt.reads = self.reads(texts);
        Node::Prompt(Box::new(prompt))
    }

    /// The answers to an action.
    pub fn action(&self, worked: Way, failed: Way) -> Options {
        let choice = |id: &str, label: &Arc<Text>, way: Way| Choice {
            id: Spanned::new(id.to_owned(), way.written.span),
            label: label.clone(),
            way,
            was: Vec::new(),
        };
        Options::Choices(vec![choice("worked", &WORKED, worked), choice("failed", &FAILED, failed)])
    }

    /// Reads the items of `try` (`chances`) or `tasks`.
    pub fn items(&mut self, key: &'static str, chances: bool) -> Vec<Item> {
        let Some((_, node)) = self.fields.take(key) else { return Vec::new() };
        let yaml::Node::Map(entries) = &node.value else {
            if node.value != yaml::Node::Broken {
                let help = "write `id:` and below it, indented, `do:` for each item";
                self.findings.push(form::wrong_type(node.span, key, "items with ids", node.value.found(), help));
            }
            self.broken();
            return Vec::new();
        };
        if entries.is_empty() {
            self.findings.push(form::out_of_range(node.span, key, "one item or more"));
            self.broken();
        }
        entries.iter().filter_map(|(id, node)| self.read_item(id, node, chances)).collect()
    }

    fn read_item(&mut self, id: &Spanned<String>, node: &Spanned<yaml::Node>, chances: bool) -> Option<Item> {
        yaml::ident(id, "an item", '-', self.findings);
        let Some(mut fields) = Fields::new(node, format!("item `{}`", id.value), id.span, self.findings) else {
            self.broken();
            return None;
        };
        let text = fields.required("do", "write what to do: `do: Open …`");
        if text.is_none() {
            self.broken();
        }
        let condition = fields.text("if").map(|source| (self.condition(&source), source));
        let verify = fields
            .text("verify")
            .map(|text| Arc::new(self.parse_text(text)))
            .or_else(|| if chances { None } else { self.verify.clone() });
        let tip = fields.text("tip").map(|tip| Arc::new(self.parse_text(tip))).or_else(|| self.tip.clone());
        fields.text("title");
        let mut articles = articles(&mut fields);
        articles.extend(self.articles.iter().cloned());
        let minutes = fields.positive("minutes", MAX_MINUTES, "a number of minutes above 0, at most a week (10080)");
        let chance =
            if chances { fields.positive("chance", 1.0, "above 0 and at most 1 (0.3 is three of ten)") } else { None };
        let mut own = |key: &'static str| {
            let (at, node) = if chances { None } else { fields.take(key) }?;
            let name = format!("/{}.{key}", id.value);
            Some(self.target(&name, at, node))
        };
        let (failed, stuck) = (own("failed"), own("stuck"));
        fields.finish();
        let text = self.parse_text(text.unwrap_or_else(|| Spanned::new(String::new(), id.span)));
        Some(Item { id: id.clone(), condition, text, verify, tip, articles, minutes, chance, failed, stuck })
    }

    /// Adds an item: its gate, if it has a condition, and its prompt. `pass` is where a closed gate leads.
    pub fn item(&mut self, item: Item, worked: Way, failed: Way, stuck: Option<Way>, pass: Way) {
        if let Some((condition, source)) = item.condition {
            let offer = self.next_node() + 1;
            self.push(Node::Gate(Box::new(Gate { condition, source, offer, pass: Way { implicit: true, ..pass } })));
        }
        let verify = item.verify.or_else(|| self.verify.clone());
        let options = self.action(worked, failed);
        let (minutes, chance, item_id) = (item.minutes, item.chance, Some(item.id));
        let prompt = Prompt {
            kind: PromptKind::Do,
            item: item_id,
            text: item.text,
            verify,
            tip: item.tip,
            articles: item.articles,
            minutes,
            chance,
            options,
            save: None,
            stuck,
            reads: Vec::new(),
        };
        let prompt = self.with_reads(prompt);
        self.push(prompt);
    }
}

/// What every action's answers are called, made once.
static WORKED: LazyLock<Arc<Text>> = LazyLock::new(|| label("It worked"));
static FAILED: LazyLock<Arc<Text>> = LazyLock::new(|| label("It did not work"));

fn label(text: &str) -> Arc<Text> {
    let nowhere = Span { file: crate::diagnostic::FileId(0), start: 0, end: 0 };
    Arc::new(Text::parse(Spanned::new(text.to_owned(), nowhere), "", &Sink::default()))
}

const ENDINGS: [(&str, EndKind); 3] =
    [("resolve", EndKind::Resolved), ("not_resolved", EndKind::NotResolved), ("escalate", EndKind::Escalated)];

fn articles(fields: &mut Fields<'_>) -> Vec<Spanned<String>> {
    let mut articles: Vec<_> = fields.text("article").into_iter().collect();
    articles.extend(fields.texts("articles"));
    articles
}
