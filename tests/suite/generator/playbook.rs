//! A random playbook as data, and its YAML.

use std::fmt::Write;

use super::Random;
use super::condition::{Condition, Fact, Form};

#[derive(Clone)]
pub struct Playbook {
    pub number: usize,
    pub audience: &'static str,
    pub tier: Option<&'static str>,
    pub start: usize,
    /// Its own facts and the desk's; conditions name them by their place.
    pub facts: Vec<Fact>,
    pub steps: Vec<Step>,
    /// No run of it, calls included, enters more steps.
    pub entries: usize,
}

#[derive(Clone)]
pub struct Step {
    pub id: String,
    pub kind: Kind,
    /// Every declared way on, by the name of its key; an item's own way is `item/key`, a branch's
    /// conditions are counted from 1.
    pub exits: Vec<Exit>,
    pub text: String,
    pub verify: Option<String>,
    pub tip: Option<String>,
    pub title: bool,
    pub minutes: Option<usize>,
    pub staff: bool,
    /// The greatest number of visits; there is an exit `visits` exactly if there is one.
    pub visits: Option<usize>,
}

#[derive(Clone)]
pub enum Kind {
    Say,
    Ask {
        save: Option<usize>,
    },
    Input {
        save: usize,
    },
    Do,
    Try(Vec<Item>),
    Tasks(Vec<Item>),
    Branch(Vec<Condition>),
    /// The callee's number or an unknown id, and what `with` gives, as YAML.
    Call {
        playbook: String,
        with: Vec<(String, String)>,
    },
    /// Its texts are the ending's.
    End(Ending),
}

#[derive(Clone)]
pub struct Item {
    pub id: &'static str,
    pub text: String,
    pub verify: Option<String>,
    pub tip: Option<String>,
    pub when: Option<Condition>,
    pub minutes: Option<usize>,
    pub tenths: Option<usize>,
}

#[derive(Clone)]
pub struct Exit {
    pub name: String,
    pub label: Option<String>,
    pub way: Way,
}

#[derive(Clone)]
pub enum Way {
    /// Not decided yet.
    Open,
    Step(usize),
    End(Ending),
    /// A step that does not exist.
    Nowhere,
}

/// How a playbook ends.
#[derive(Clone, Copy, PartialEq)]
pub enum Class {
    Resolved,
    NotResolved,
    Escalated,
}

#[derive(Clone)]
pub struct Ending {
    pub class: Class,
    pub text: String,
    pub tell: Option<String>,
    /// Tier, team and priority, as YAML pairs.
    pub route: Vec<(&'static str, &'static str)>,
}

const STEPS: &[&str] = &[
    "lights", "cable", "router", "reboot", "driver", "queue", "tray", "toner", "paper", "screen", "dock", "mouse",
    "keyboard", "badge", "inbox", "backup", "update", "signal", "socket", "adapter", "battery", "charger", "speaker",
    "headset", "camera", "browser", "cache", "cookies", "proxy", "tunnel", "gateway", "antenna", "sensor", "drawer",
    "roller", "lamp", "fan", "fuse", "hinge", "lid", "port", "hub", "panel", "spooler", "profile", "licence",
];
const VERBS: &[&str] = &["", "", "", "check-", "clean-", "swap-", "after-", "which-"];

impl Exit {
    pub fn new(name: impl Into<String>) -> Exit {
        Exit { name: name.into(), label: None, way: Way::Open }
    }
}

impl Ending {
    pub fn plain(class: Class) -> Ending {
        Ending { class, text: "It ends here.".to_owned(), tell: None, route: Vec::new() }
    }
}

impl Step {
    pub fn new(id: String, kind: Kind, exits: Vec<Exit>) -> Step {
        let text = "Look at the device.".to_owned();
        Step { id, kind, exits, text, verify: None, tip: None, title: false, minutes: None, staff: false, visits: None }
    }

    /// The fact that answering by this exit saves.
    pub fn saves(&self, exit: &Exit) -> Option<usize> {
        match self.kind {
            Kind::Ask { save } if !matches!(exit.name.as_str(), "stuck" | "visits") => save,
            Kind::Input { save } if exit.name == "then" => Some(save),
            _ => None,
        }
    }

    pub fn exit(&self, name: &str) -> Option<&Exit> {
        self.exits.iter().find(|exit| exit.name == name)
    }
}

impl Playbook {
    /// An id that no step has yet.
    pub fn fresh_id(&self, random: &mut Random) -> String {
        let base = format!("{}{}", random.pick(VERBS), random.pick(STEPS));
        let numbered = (2..).map(|number| format!("{base}-{number}"));
        let free = |id: &String| self.steps.iter().all(|step| step.id != *id);
        std::iter::once(base.clone()).chain(numbered).find(free).expect("there is always a further number")
    }

    /// Whether some step or ending in place ends so; every step is taken to be reachable.
    pub fn can_end(&self, class: Class) -> bool {
        self.steps.iter().any(|step| {
            let itself = matches!(&step.kind, Kind::End(ending) if ending.class == class);
            itself || step.exits.iter().any(|exit| matches!(&exit.way, Way::End(ending) if ending.class == class))
        })
    }

    /// Sets `entries`: what lies between two visits that are counted enters each step at most once.
    pub fn count_entries(&mut self, later: &[Playbook]) {
        let stretches: usize = 1 + self.steps.iter().filter_map(|step| step.visits).map(|max| max + 1).sum::<usize>();
        let once = self.steps.iter().map(|step| match &step.kind {
            Kind::Call { playbook, .. } => {
                1 + later.iter().find(|callee| callee.id() == *playbook).map_or(0, |callee| callee.entries)
            }
            _ => 1,
        });
        self.entries = once.sum::<usize>().saturating_mul(stretches);
    }

    pub fn id(&self) -> String {
        format!("p{}", self.number)
    }

    pub fn yaml(&self) -> String {
        let id = self.id();
        let mut out = format!("title: \"Playbook {}\"\naudience: {}\nowner: desk-team\n", self.number, self.audience);
        if let Some(tier) = self.tier {
            line(&mut out, 0, "tier", tier);
        }
        if self.audience != "[]" {
            let _ = writeln!(out, "symptoms:\n  - \"something like {id} is broken\"\n  - \"it does not work\"");
        }
        line(&mut out, 0, "start", self.steps.get(self.start).map_or("nowhere", |step| &step.id));
        let own: Vec<&Fact> = self.facts.iter().filter(|fact| !fact.shared).collect();
        out.push_str(&facts(&own));
        out.push_str("steps:\n");
        self.steps.iter().for_each(|step| self.step(&mut out, step));
        out
    }

    fn step(&self, out: &mut String, step: &Step) {
        let _ = writeln!(out, "  {}:", step.id);
        if step.title {
            line(out, 4, "title", &quoted(&format!("About {}", step.id)));
        }
        let mut text = |key: &str| line(out, 4, key, &quoted(&step.text));
        match &step.kind {
            Kind::Say => text("say"),
            Kind::Do => text("do"),
            Kind::Input { save } => {
                text("ask");
                line(out, 4, "save", &self.facts[*save].name);
            }
            Kind::Ask { save } => {
                text("ask");
                if let Some(save) = save {
                    line(out, 4, "save", &self.facts[*save].name);
                }
                out.push_str("    answers:\n");
                for exit in step.exits.iter().filter(|exit| !is_key_of_an_ask(&exit.name)) {
                    line(out, 6, &exit.name, &self.answer(exit));
                }
            }
            Kind::Try(items) => self.items(out, step, "try", items),
            Kind::Tasks(items) => self.items(out, step, "tasks", items),
            Kind::Branch(conditions) => {
                out.push_str("    branch:\n");
                for (condition, exit) in conditions.iter().zip(&step.exits) {
                    let condition = condition.text(&self.facts);
                    let _ = writeln!(out, "      - {{if: '{condition}', goto: {}}}", self.target(&exit.way));
                }
            }
            Kind::Call { playbook, with } => {
                line(out, 4, "call", playbook);
                if !with.is_empty() {
                    out.push_str("    with:\n");
                    with.iter().for_each(|(fact, value)| line(out, 6, fact, value));
                }
            }
            Kind::End(ending) => pairs(ending).iter().for_each(|(key, value)| line(out, 4, key, value)),
        }
        if let Some(verify) = &step.verify {
            line(out, 4, "verify", &quoted(verify));
        }
        for exit in step.exits.iter().filter(|exit| self.is_key(step, exit)) {
            line(out, 4, &exit.name, &self.target(&exit.way));
        }
        if let Some(tip) = &step.tip {
            line(out, 4, "tip", &quoted(tip));
        }
        if let Some(minutes) = step.minutes {
            line(out, 4, "minutes", &minutes.to_string());
        }
        if step.staff {
            line(out, 4, "audience", "agent");
        }
        if let (Some(max), Some(exit)) = (step.visits, step.exit("visits")) {
            line(out, 4, "visits", &format!("{{max: {max}, then: {}}}", self.target(&exit.way)));
        }
    }

    /// Whether the exit is a key of the step itself, other than `visits`.
    fn is_key(&self, step: &Step, exit: &Exit) -> bool {
        match step.kind {
            Kind::Ask { .. } => exit.name == "stuck",
            Kind::Branch(_) => matches!(exit.name.as_str(), "else" | "unknown"),
            _ => exit.name != "visits" && !exit.name.contains('/'),
        }
    }

    fn items(&self, out: &mut String, step: &Step, key: &str, items: &[Item]) {
        let _ = writeln!(out, "    {key}:");
        for item in items {
            let _ = writeln!(out, "      {}:", item.id);
            let mut put = |key: &str, value: Option<String>| {
                if let Some(value) = value {
                    line(out, 8, key, &value);
                }
            };
            put("do", Some(quoted(&item.text)));
            put("if", item.when.as_ref().map(|when| format!("'{}'", when.text(&self.facts))));
            put("verify", item.verify.as_deref().map(quoted));
            put("tip", item.tip.as_deref().map(quoted));
            put("minutes", item.minutes.map(|minutes| minutes.to_string()));
            put("chance", item.tenths.map(|tenths| if tenths == 10 { "1".to_owned() } else { format!("0.{tenths}") }));
            for own in ["failed", "stuck"] {
                put(own, step.exit(&format!("{}/{own}", item.id)).map(|exit| self.target(&exit.way)));
            }
        }
    }

    /// An answer's value; an ending in place is written in the answer's own mapping.
    fn answer(&self, exit: &Exit) -> String {
        match (&exit.label, &exit.way) {
            (None, way) => self.target(way),
            (Some(label), Way::End(ending)) => {
                format!("{{label: {}, {}}}", quoted(label), flow(ending))
            }
            (Some(label), way) => {
                format!("{{label: {}, goto: {}}}", quoted(label), self.target(way))
            }
        }
    }

    fn target(&self, way: &Way) -> String {
        match way {
            Way::Step(step) => self.steps[*step].id.clone(),
            Way::End(ending) => format!("{{{}}}", flow(ending)),
            Way::Open | Way::Nowhere => "nowhere".to_owned(),
        }
    }
}

fn is_key_of_an_ask(name: &str) -> bool {
    matches!(name, "stuck" | "visits")
}

/// The `facts:` of a playbook or desk; nothing if there are none.
pub fn facts(facts: &[&Fact]) -> String {
    let mut out = String::new();
    if !facts.is_empty() {
        out.push_str("facts:\n");
    }
    for fact in facts {
        let _ = writeln!(out, "  {}:", fact.name);
        if let Some(ask) = &fact.ask {
            line(&mut out, 4, "ask", &quoted(ask));
        }
        match fact.form {
            // Without a prompt the labels are of no use.
            Form::Choice(choices) if fact.ask.is_none() => {
                let ids: Vec<&str> = choices.iter().map(|(id, _)| *id).collect();
                line(&mut out, 4, "choices", &format!("[{}]", ids.join(", ")));
            }
            Form::Choice(choices) => {
                let labels: Vec<String> =
                    choices.iter().map(|(id, label)| format!("{id}: {}", quoted(label))).collect();
                line(&mut out, 4, "choices", &format!("{{{}}}", labels.join(", ")));
            }
            Form::YesNo => line(&mut out, 4, "type", "yes-no"),
            Form::Text => line(&mut out, 4, "type", "text"),
            Form::Date => line(&mut out, 4, "type", "date"),
            Form::Number(min, max, unit) => {
                line(&mut out, 4, "type", "number");
                for (key, bound) in [("min", min), ("max", max)] {
                    if let Some(bound) = bound {
                        line(&mut out, 4, key, &bound.to_string());
                    }
                }
                if let Some(unit) = unit {
                    line(&mut out, 4, "unit", &quoted(unit));
                }
            }
        }
    }
    out
}

fn pairs(ending: &Ending) -> Vec<(&'static str, String)> {
    let key = match ending.class {
        Class::Resolved => "resolve",
        Class::NotResolved => "not_resolved",
        Class::Escalated => "escalate",
    };
    let mut pairs = vec![(key, quoted(&ending.text))];
    pairs.extend(ending.tell.as_deref().map(|tell| ("tell", quoted(tell))));
    pairs.extend(ending.route.iter().map(|(key, value)| (*key, (*value).to_owned())));
    pairs
}

fn flow(ending: &Ending) -> String {
    let pairs: Vec<String> = pairs(ending).iter().map(|(key, value)| format!("{key}: {value}")).collect();
    pairs.join(", ")
}

fn quoted(text: &str) -> String {
    format!("\"{text}\"")
}

fn line(out: &mut String, indent: usize, key: &str, value: &str) {
    let _ = writeln!(out, "{:indent$}{key}: {value}", "");
}
