//! What tables and flowcharts have in common: texts with ways between them, and the playbook that they make.

use super::{finding, shown, span};
use crate::{
    diagnostic::{Diagnostic, FileId, form, wording::slug},
    yaml,
};
use std::{
    collections::{BTreeSet, HashMap},
    ops::Range,
};

/// Texts with ways between them.
#[derive(Debug, Default)]
pub(super) struct Draft {
    pub title: String,
    /// Where it begins.
    pub start: usize,
    pub nodes: Vec<Node>,
}

/// A text.
#[derive(Debug, Default)]
pub(super) struct Node {
    /// What its id is made of.
    pub name: String,
    pub text: String,
    pub at: Range<usize>,
    pub kind: Option<Kind>,
    pub tip: Option<String>,
    pub article: Option<String>,
    pub ways: Vec<Way>,
}

/// What the source says that a text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Ask,
    Do,
    Call,
    Resolve,
    NotResolved,
    Escalate,
}

/// A way on.
#[derive(Debug)]
pub(super) struct Way {
    pub label: String,
    pub to: To,
    pub at: Range<usize>,
}

/// Where a way leads.
#[derive(Debug)]
pub(super) enum To {
    /// To the text at this position.
    Node(usize),
    /// To an ending that stands in place.
    End(String),
    /// Nowhere.
    Nowhere,
}

impl Draft {
    /// The texts that nothing leads to.
    pub(super) fn beginnings(&self) -> Vec<usize> {
        let ways = self.nodes.iter().flat_map(|node| &node.ways);
        let led: BTreeSet<usize> =
            ways.filter_map(|way| if let To::Node(to) = way.to { Some(to) } else { None }).collect();
        (0..self.nodes.len()).filter(|at| !led.contains(at)).collect()
    }
}

/// The longest id that is made of a text.
const MAX_ID: usize = 40;

/// An id that is free, by itself or with a number.
fn free(wanted: String, taken: &mut BTreeSet<String>) -> String {
    let numbered = (2..).map(|n| format!("{wanted}-{n}"));
    let found = std::iter::once(wanted.clone()).chain(numbered).find(|id| !taken.contains(id));
    let found = found.expect("numbers do not end");
    taken.insert(found.clone());
    found
}

/// Words by which endings are known. What is `not` solved is known first.
const UNSOLVED: [&str; 12] = [
    "not resolved",
    "unresolved",
    "not solved",
    "unsolved",
    "not fixed",
    "not working",
    "does not work",
    "doesn t work",
    "no solution",
    "not supported",
    "not possible",
    "nothing more",
];
const SOLVED: [&str; 12] = [
    "resolved",
    "solved",
    "fixed",
    "works",
    "working",
    "done",
    "success",
    "ok",
    "finished",
    "closed",
    "complete",
    "completed",
];
const HANDED_OVER: [&str; 20] = [
    "escalate",
    "escalated",
    "escalation",
    "hand over",
    "handover",
    "contact",
    "tier",
    "second level",
    "2nd level",
    "3rd level",
    "level 2",
    "level 3",
    "l2",
    "l3",
    "ticket",
    "vendor",
    "specialist",
    "refer",
    "transfer",
    "forward",
];

/// What an ending says by its words; `None` if it cannot be judged.
pub(super) fn judged(text: &str) -> Option<Kind> {
    let words: Vec<String> =
        text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase).collect();
    let text = format!(" {} ", words.join(" "));
    let says = |list: &[&str]| list.iter().any(|phrase| text.contains(&format!(" {phrase} ")));
    match (says(&UNSOLVED), says(&SOLVED), says(&HANDED_OVER)) {
        (_, false, true) | (true, _, true) => Some(Kind::Escalate),
        (true, _, false) => Some(Kind::NotResolved),
        (false, true, false) => Some(Kind::Resolve),
        _ => None,
    }
}

/// The key of an ending.
fn key(kind: Kind) -> &'static str {
    match kind {
        Kind::Escalate => "escalate",
        Kind::Resolve => "resolve",
        _ => "not_resolved",
    }
}

/// The playbook. What had to be guessed is said.
pub(super) fn write(draft: &Draft, findings: &mut Vec<Diagnostic>) -> String {
    let mut taken = BTreeSet::new();
    // A name in one word is an id of somebody's; a sentence is cut.
    let max = |node: &Node| if node.name.contains(' ') { MAX_ID } else { 80 };
    let named = |node: &Node, at: usize| slug(&node.name, max(node)).unwrap_or_else(|| format!("step-{}", at + 1));
    let ids = draft.nodes.iter().enumerate().map(|(at, node)| free(named(node, at), &mut taken)).collect();
    let mut writer = Writer { draft, ids, findings, out: String::new() };
    writer.starts();
    let out = format!("title: {}\nstart: {}\n\nsteps:\n", yaml::text(&draft.title, 2), writer.ids[draft.start]);
    writer.out = out;
    for at in 0..draft.nodes.len() {
        writer.step(at);
    }
    writer.out
}

struct Writer<'a> {
    draft: &'a Draft,
    ids: Vec<String>,
    findings: &'a mut Vec<Diagnostic>,
    out: String,
}

impl Writer<'_> {
    fn find(&mut self, rule: &'static crate::diagnostic::Rule, at: &Range<usize>, message: String, help: &str) {
        self.findings.push(Diagnostic::new(rule, span(FileId(0), at.clone()), message).help(help));
    }

    fn line(&mut self, indent: usize, key: &str, value: &str) {
        let value = yaml::text(value, indent + 2);
        self.raw(indent, key, &value);
    }

    fn raw(&mut self, indent: usize, key: &str, value: &str) {
        self.out.push_str(&format!("{}{key}: {value}\n", " ".repeat(indent)));
    }

    /// Says which texts besides the first nothing leads to.
    fn starts(&mut self) {
        for at in self.draft.beginnings().into_iter().filter(|at| *at != self.draft.start) {
            let node = &self.draft.nodes[at];
            let message = format!("nothing leads to {}, and the playbook begins elsewhere", shown(&node.text));
            let help = "lead a way to it, or make it a playbook of its own";
            self.find(&finding::SEVERAL_STARTS, &node.at, message, help);
        }
    }

    fn step(&mut self, at: usize) {
        let node = &self.draft.nodes[at];
        self.out.push_str(&format!("  {}:\n", self.ids[at]));
        let (visits, ways): (Vec<&Way>, Vec<&Way>) =
            node.ways.iter().partition(|way| after_visits(&way.label).is_some());
        let has = |label: &str| ways.iter().filter(|way| way.label == label).count() == 1;
        let only = |labels: &[&str]| ways.iter().all(|way| labels.contains(&way.label.as_str()) && has(&way.label));
        // A playbook is called by its id; anything else in such a box is a text.
        let is_call = node.kind == Some(Kind::Call) && slug(&node.text, 80).as_ref() == Some(&node.text);
        let ends = matches!(node.kind, Some(Kind::Resolve | Kind::NotResolved | Kind::Escalate));
        if ends && !ways.is_empty() {
            let message = format!("{} is called an ending, and goes on", shown(&node.text));
            self.find(&finding::UNCLEAR_ENDING, &node.at, message, "drop its ways, or call it a question");
        }
        let text = if node.text.trim().is_empty() { &self.ids[at].replace('-', " ") } else { &node.text };
        match ways.as_slice() {
            [] => self.ending(node, text),
            ways if node.kind != Some(Kind::Ask)
                && has("worked")
                && has("failed")
                && only(&["worked", "failed", "stuck"]) =>
            {
                self.line(4, "do", text);
                self.line(4, "verify", "Did it work?");
                ways.iter().for_each(|way| self.way(4, &way.label, way));
            }
            ways if is_call && only(&["resolved", "not resolved"]) => {
                self.line(4, "call", text);
                ways.iter().for_each(|way| self.way(4, &way.label.replace(' ', "_"), way));
            }
            [way] if way.label.is_empty() => {
                self.line(4, "say", text);
                self.way(4, "then", way);
            }
            ways => self.ask(text, ways),
        }
        for (key, value) in [("tip", &node.tip), ("article", &node.article)] {
            if let Some(value) = value {
                self.line(4, key, value);
            }
        }
        if let [way, rest @ ..] = visits.as_slice() {
            let max = after_visits(&way.label).expect("it was told by that");
            self.out.push_str(&format!("    visits:\n      max: {max}\n"));
            self.way(6, "then", way);
            for way in rest {
                let message = format!("{} is said twice", shown(&way.label));
                self.find(&finding::UNREAD_LINE, &way.at, message, "a step has one limit of visits: drop the other");
            }
        }
    }

    /// A question with answers.
    fn ask(&mut self, text: &str, ways: &[&Way]) {
        self.line(4, "ask", text);
        let is_stuck = |way: &&&Way| way.label == "stuck";
        let stuck = ways.iter().position(|way| is_stuck(&way)).filter(|_| ways.len() > 1);
        self.out.push_str("    answers:\n");
        let (mut taken, mut labels) = (BTreeSet::new(), HashMap::new());
        for (n, way) in ways.iter().enumerate().filter(|(n, _)| Some(*n) != stuck) {
            let label = if way.label.is_empty() { self.unlabelled(way) } else { way.label.clone() };
            let wanted = slug(&label, MAX_ID).unwrap_or_else(|| format!("answer-{}", n + 1));
            let reserved = form::RESERVED.contains(&wanted.as_str());
            let id = free(if reserved { format!("answer-{wanted}") } else { wanted }, &mut taken);
            if labels.insert(label.to_lowercase(), n).is_some() {
                let message = format!("two ways say {}", shown(&label));
                let help = "people cannot tell them apart: give each answer words of its own";
                self.find(&finding::UNLABELLED_WAY, &way.at, message, help);
            }
            let words = id.replace('-', " ");
            let plain = label.eq_ignore_ascii_case(&words) && label.get(1..) == words.get(1..);
            if plain {
                self.way(6, &id, way);
            } else {
                self.out.push_str(&format!("      {id}:\n"));
                self.line(8, "label", &label.replace('\n', " "));
                self.way(8, "goto", way);
            }
        }
        if let Some(n) = stuck {
            self.way(4, "stuck", ways[n]);
        }
    }

    /// Words for a way that has none: where it leads.
    fn unlabelled(&mut self, way: &Way) -> String {
        let label = match &way.to {
            To::Node(to) => crate::diagnostic::wording::shorten(&self.draft.nodes[*to].text),
            To::End(text) => crate::diagnostic::wording::shorten(text),
            To::Nowhere => String::new(),
        };
        let label = if label.trim().is_empty() { "Otherwise".to_owned() } else { label };
        let message = format!("this way has no words: it is the answer {}", shown(&label));
        self.find(&finding::UNLABELLED_WAY, &way.at, message, "write on it what people would answer");
        label
    }

    /// `key: step`, or an ending in place.
    fn way(&mut self, indent: usize, key: &str, way: &Way) {
        match &way.to {
            To::Node(to) => self.raw(indent, key, &self.ids[*to].clone()),
            To::End(text) => {
                let kind = judged(text).unwrap_or(Kind::NotResolved);
                self.in_place(indent, key, kind, text);
            }
            To::Nowhere => {
                let text = if way.label.is_empty() { "Nothing more is known" } else { &way.label };
                self.in_place(indent, key, Kind::NotResolved, text);
            }
        }
    }

    fn in_place(&mut self, indent: usize, way: &str, kind: Kind, text: &str) {
        let text = text.replace('\n', " ");
        self.raw(indent, way, &format!("{{{}: {}}}", key(kind), yaml::list([text]).trim_matches(['[', ']'])));
    }

    fn unclear(&mut self, at: &Range<usize>, text: &str, done: &str) {
        let message = format!("whether {} ends with the problem solved cannot be judged: {done}", shown(text));
        let help =
            "write `resolve`, `not_resolved` or `escalate` in its place, or what to do and how to see that it worked";
        self.find(&finding::UNCLEAR_ENDING, at, message, help);
    }

    /// A text that nothing leads on from.
    fn ending(&mut self, node: &Node, text: &str) {
        match node.kind.filter(|kind| !matches!(kind, Kind::Ask | Kind::Do | Kind::Call)).or_else(|| judged(text)) {
            Some(kind) => self.line(4, key(kind), text),
            None if node.kind == Some(Kind::Ask) || text.trim_end().ends_with('?') => {
                self.unclear(&node.at, text, "it counts as not solved");
                self.line(4, "not_resolved", text);
            }
            None => {
                self.unclear(&node.at, text, "it is an action that may help or not");
                self.line(4, "do", text);
                self.line(4, "verify", "Is the problem solved?");
                self.in_place(4, "worked", Kind::Resolve, text);
                self.in_place(4, "failed", Kind::NotResolved, text);
            }
        }
    }
}

/// `after 3 visits`, as `firstline graph` writes it.
fn after_visits(label: &str) -> Option<u32> {
    label.strip_prefix("after ")?.strip_suffix(" visits")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn endings_are_judged_by_their_words() {
        for (text, expected) in [
            ("Problem solved", Some(Kind::Resolve)),
            ("It works!", Some(Kind::Resolve)),
            ("Still not working", Some(Kind::NotResolved)),
            ("Not solved: escalate to tier 2", Some(Kind::Escalate)),
            ("Contact the vendor", Some(Kind::Escalate)),
            ("Close the ticket, all done", None),
            ("Replace the bulb", None),
            ("Network", None),
        ] {
            assert_eq!(judged(text), expected, "{text}");
        }
    }
}
