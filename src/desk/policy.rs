//! `desk.yaml`: tiers, teams, priorities, and where a case goes.

use super::connector::{self, Connector};
use crate::{
    calendar::{self, Calendar, Within},
    diagnostic::{Diagnostic, Sink, Span, Spanned, form, wording},
    expression::{self, Condition, Fault, Known, Slot, Type, Value, Verdict},
    language::Language,
    playbook::{Facts, facts},
    reason::REASONS,
    yaml::{Fields, Node, ident},
};
use jiff::Timestamp;
use std::sync::Arc;

/// A level of support.
#[derive(Clone, Debug)]
pub struct Tier {
    /// How it is always named.
    pub id: Spanned<String>,
    /// 0 is self-service.
    pub level: u32,
    /// What people call it.
    pub name: Option<String>,
    /// Its teams.
    pub teams: Vec<Spanned<String>>,
    /// The calendar its times run on.
    pub calendar: Option<Spanned<String>>,
    /// How long until somebody has answered.
    pub respond_within: Option<Within>,
    /// How cases reach it besides the queue.
    pub deliver: Vec<Spanned<String>>,
}

/// How urgent a case is.
#[derive(Clone, Debug)]
pub struct Priority {
    /// Its id.
    pub id: Spanned<String>,
    /// Whom it concerns.
    pub impact: Vec<Spanned<String>>,
    /// How much it holds them up.
    pub urgency: Vec<Spanned<String>>,
    /// The tier below which such a case does not stay.
    pub at_least: Option<Spanned<String>>,
}

/// Where a case goes when a condition holds.
#[derive(Debug)]
pub struct Route {
    when: Condition,
    /// The condition, as it is written.
    written: Spanned<String>,
    /// The tier.
    pub to: Option<Spanned<String>>,
    /// The team there.
    pub team: Option<Spanned<String>>,
    /// How urgent it becomes.
    pub priority: Option<Spanned<String>>,
}

/// What happens when a caller is upset.
#[derive(Debug)]
pub struct Upset {
    /// The article for the agent.
    pub show: Option<Spanned<String>>,
    /// Where they are handed over, if they wish.
    pub to: Option<Spanned<String>>,
}

/// See the module.
#[derive(Debug, Default)]
pub struct Policy {
    /// What the desk is called.
    pub name: String,
    /// Where people reach the console, without a `/` at the end.
    pub link: Option<String>,
    /// What it speaks; playbooks and articles are written in the first.
    pub languages: Vec<Language>,
    /// In written order.
    pub tiers: Vec<Tier>,
    /// In written order.
    pub calendars: Vec<(Spanned<String>, Calendar)>,
    /// In written order; those that every desk has, and this one does not name, come last.
    pub priorities: Vec<Priority>,
    /// In written order; the first that holds wins.
    pub routes: Vec<Route>,
    /// See [`Upset`].
    pub upset: Option<Upset>,
    /// Self-service does not see articles whose `review_by` is over.
    pub hide_expired: bool,
    /// Searches rank by texts alone, whatever people opened before.
    pub ranks_by_texts: bool,
    /// Those that can deliver, in written order.
    pub connectors: Vec<Connector>,
    /// Connectors that could not be read.
    unread: Vec<String>,
    /// What is wrong with the routes' conditions; the rules tell.
    pub faults: Vec<Fault>,
}

/// The priority that a case has of which nobody said how urgent it is.
pub const ORDINARY: &str = "normal";

/// The priorities that every desk has, and what they stand for in one that declares none.
const STANDARD: [(&str, &str, &str); 4] = [
    ("critical", "company", "stopped"),
    ("high", "team", "stopped"),
    ("normal", "person", "stopped"),
    ("low", "person", "slowed"),
];

/// What `expired_articles` may say.
pub const EXPIRED: [&str; 2] = ["show", "hide"];
/// What `ranking` may say.
pub const RANKINGS: [&str; 2] = ["use", "texts"];
/// The highest `level` that a tier may have.
pub const MAX_LEVEL: u32 = 99;

/// What a route's condition may read, in the order of [`Leaving`].
const READABLE: [&str; 5] = ["reason", "priority", "tier", "category", "playbook"];

/// A case that leaves the tier which holds it.
#[derive(Clone, Copy, Debug)]
pub struct Leaving<'a> {
    /// A dead end's reason, `escalate` or `not-resolved`.
    pub reason: &'a str,
    /// How urgent it is so far.
    pub priority: Option<&'a str>,
    /// Who holds it.
    pub tier: &'a str,
    /// Of the playbook.
    pub category: Option<&'a str>,
    /// Its id.
    pub playbook: &'a str,
}

/// Where it goes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Destination {
    /// The tier.
    pub to: String,
    /// The team there.
    pub team: Option<String>,
    /// How urgent it is.
    pub priority: Option<String>,
}

/// The reasons that a route may name: those of dead ends, and the two endings that leave a tier.
pub fn reasons() -> impl Iterator<Item = &'static str> + Clone {
    REASONS.iter().map(|reason| reason.name).chain(["escalate", "not-resolved"])
}

impl Policy {
    /// The tiers of a desk without `desk.yaml`.
    pub fn standard(span: Span) -> Self {
        let tier = |(level, (id, name)): (usize, (&str, &str))| Tier {
            id: Spanned::new(id.to_owned(), span),
            level: level as u32,
            name: Some(name.to_owned()),
            teams: Vec::new(),
            calendar: None,
            respond_within: None,
            deliver: Vec::new(),
        };
        let tiers = [
            ("self-service", "Self-service"),
            ("tier-1", "Service desk"),
            ("tier-2", "Technical support"),
            ("tier-3", "Engineering and security"),
            ("vendor", "Vendor"),
        ];
        Self {
            name: "Service desk".into(),
            tiers: tiers.into_iter().enumerate().map(tier).collect(),
            priorities: with_standard(Vec::new(), span),
            ..Self::default()
        }
    }

    /// The language that playbooks and articles are written in.
    pub fn language(&self) -> Language {
        self.languages.first().copied().unwrap_or(Language::ENGLISH)
    }

    /// Those that they are translated into.
    pub fn other_languages(&self) -> &[Language] {
        self.languages.get(1..).unwrap_or_default()
    }

    /// What the routes' conditions compare this with: the words, and the conditions that they stand in.
    pub fn compared(&self, readable: &str) -> Vec<(Arc<str>, &Spanned<String>)> {
        let mut out = Vec::new();
        for route in &self.routes {
            route.when.values(&mut |slot, value| match (slot, value) {
                (Slot::Own(at), Value::Text(word)) if READABLE[at as usize] == readable => {
                    out.push((Arc::clone(word), &route.written));
                }
                _ => {}
            });
        }
        out
    }

    /// A tier by its id.
    pub fn tier(&self, id: &str) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.id.value == id)
    }

    /// The lowest tier that people work in; the lowest at all if there is no other.
    pub fn first_staffed(&self) -> &str {
        let staffed = self.tiers.iter().filter(|tier| tier.level > 0).min_by_key(|tier| tier.level);
        staffed.or(self.tiers.first()).map_or("tier-1", |tier| &tier.id.value)
    }

    /// The lowest tier: who holds a run in self-service.
    pub fn lowest(&self) -> &str {
        self.tiers.iter().min_by_key(|tier| tier.level).map_or("self-service", |tier| &tier.id.value)
    }

    /// The tier above one; the same where there is none.
    pub fn above<'a>(&'a self, id: &'a str) -> &'a str {
        let level = self.tier(id).map_or(0, |tier| tier.level);
        self.tiers
            .iter()
            .filter(|tier| tier.level > level)
            .min_by_key(|tier| tier.level)
            .map_or(id, |tier| &tier.id.value)
    }

    /// The time zone on whose clocks a tier's people read: their calendar's, or the first that any calendar has.
    pub fn zone(&self, tier: &str) -> Option<&str> {
        let own = self.tier(tier).and_then(|tier| self.calendar(&tier.calendar.as_ref()?.value));
        own.into_iter().chain(self.calendars.iter().map(|(_, calendar)| calendar)).find_map(Calendar::zone)
    }

    /// When somebody of a tier should have answered a case that reaches it at `from`, on the tier's calendar, or
    /// around the clock if it names none; `None` if the tier does not say.
    pub fn respond_by(&self, tier: &str, from: Timestamp) -> Option<Timestamp> {
        let tier = self.tier(tier)?;
        let within = tier.respond_within?;
        let named = tier.calendar.as_ref().and_then(|name| self.calendar(&name.value));
        Some(named.map_or_else(|| Calendar::always().add(from, within), |calendar| calendar.add(from, within)))
    }

    /// A calendar by its id.
    pub fn calendar(&self, id: &str) -> Option<&Calendar> {
        self.calendars.iter().find(|(name, _)| name.value == id).map(|(_, calendar)| calendar)
    }

    /// A connector by its id.
    pub fn connector(&self, id: &str) -> Option<&Connector> {
        self.connectors.iter().find(|connector| connector.id.value == id)
    }

    /// The ids of all connectors, those that could not be read too.
    pub fn connector_ids(&self) -> impl Iterator<Item = &str> + Clone {
        self.connectors.iter().map(|connector| &connector.id.value).chain(&self.unread).map(String::as_str)
    }

    /// What a tier's cases are delivered by.
    pub fn delivers<'a>(&'a self, tier: &str) -> impl Iterator<Item = &'a Connector> {
        self.tier(tier).into_iter().flat_map(|tier| &tier.deliver).filter_map(|id| self.connector(&id.value))
    }

    /// The priority of an impact and an urgency: the first in written order that names both, and `normal` for two that
    /// are only named apart. `None` for a word that none names.
    pub fn rate(&self, impact: &str, urgency: &str) -> Option<&str> {
        let has = |list: &[Spanned<String>], word| list.iter().any(|known| known.value == word);
        let found = self.priorities.iter().find(|known| has(&known.impact, impact) && has(&known.urgency, urgency));
        let known = self.impacts().contains(&impact) && self.urgencies().contains(&urgency);
        found.map(|priority| priority.id.value.as_str()).or(known.then_some(ORDINARY))
    }

    /// Whom a case may concern, in written order.
    pub fn impacts(&self) -> Vec<&str> {
        distinct(self.priorities.iter().flat_map(|priority| &priority.impact))
    }

    /// How much a case may hold people up, in written order.
    pub fn urgencies(&self) -> Vec<&str> {
        distinct(self.priorities.iter().flat_map(|priority| &priority.urgency))
    }

    /// Where a case goes. What the ending itself says wins over the routes, and the routes over one tier up.
    pub fn route(&self, leaving: &Leaving<'_>, said: Destination) -> Destination {
        let route = self.routes.iter().find(|route| holds(&route.when, leaving));
        let text = |word: &Option<Spanned<String>>| word.as_ref().map(|word| word.value.clone());
        let priority = said
            .priority
            .or_else(|| route.and_then(|route| text(&route.priority)))
            .or(leaving.priority.map(str::to_owned));
        let mut to = match said.to.as_str() {
            "" => route.and_then(|route| text(&route.to)).unwrap_or_else(|| self.above(leaving.tier).to_owned()),
            to => to.to_owned(),
        };
        let level = |id: &str| self.tier(id).map_or(0, |tier| tier.level);
        let least = self
            .priorities
            .iter()
            .find(|known| Some(&known.id.value) == priority.as_ref())
            .and_then(|known| known.at_least.as_ref());
        if let Some(least) = least
            && level(&to) < level(&least.value)
        {
            to.clone_from(&least.value);
        }
        let of_tier =
            |team: &String| self.tier(&to).is_some_and(|tier| tier.teams.iter().any(|known| known.value == *team));
        let team = said.team.or_else(|| route.and_then(|route| text(&route.team)).filter(of_tier));
        Destination { to, team, priority }
    }
}

fn holds(condition: &Condition, leaving: &Leaving<'_>) -> bool {
    let text = |word: Option<&str>| word.map(|word| Value::Text(word.into()));
    let values = [
        text(Some(leaving.reason)),
        text(leaving.priority),
        text(Some(leaving.tier)),
        text(leaving.category),
        text(Some(leaving.playbook)),
    ];
    let verdict = condition.eval(&|slot| match slot {
        Slot::Own(at) => values[at as usize].as_ref().map_or(Known::No, Known::Value),
        Slot::Desk(_) => Known::No,
    });
    verdict == Verdict::True
}

fn distinct<'a>(words: impl Iterator<Item = &'a Spanned<String>>) -> Vec<&'a str> {
    let mut out = Vec::new();
    for word in words.map(|word| word.value.as_str()) {
        if !out.contains(&word) {
            out.push(word);
        }
    }
    out
}

/// A desk's own priorities, and behind them those of the standard ones that it does not name. Only where it names none
/// do they stand for an impact and an urgency.
fn with_standard(mut own: Vec<Priority>, span: Span) -> Vec<Priority> {
    let alone = own.is_empty();
    for (id, impact, urgency) in STANDARD {
        let word = |word: &str| Spanned::new(word.to_owned(), span);
        let words = |text| if alone { vec![word(text)] } else { Vec::new() };
        if own.iter().all(|priority| priority.id.value != id) {
            own.push(Priority { id: word(id), impact: words(impact), urgency: words(urgency), at_least: None });
        }
    }
    own
}

/// Reads `desk.yaml`.
pub fn parse(tree: &Spanned<Node>, text: &str, findings: &Sink<Diagnostic>) -> (Policy, Facts) {
    let top = Span { end: tree.span.start, ..tree.span };
    let mut policy = Policy::default();
    let faults = Sink::default();
    let Some(mut fields) = Fields::new(tree, "`desk.yaml`", top, findings) else {
        return (Policy::standard(top), Facts::default());
    };
    policy.name = fields.text("name").map_or_else(|| "Service desk".to_owned(), |name| name.value);
    policy.link = fields.text("link").and_then(|link| {
        let well = connector::is_web_address(&link.value) && !link.value.contains(['?', '#']);
        if !well {
            let help = "write where people open the console in a browser: `https://desk.example.com`";
            findings.push(form::malformed_address(link.span, "link", "the address of a web page", help));
        }
        well.then(|| link.value.trim_end_matches('/').to_owned())
    });
    for word in fields.texts("languages") {
        match Language::parse(&word.value).filter(|language| language.code() == word.value) {
            Some(language) => policy.languages.push(language),
            None => {
                let help = "write their two letters, those of the texts as they are first: `languages: [en, de]`";
                findings.push(form::wrong_type(word.span, "languages", "two letters for each", "another word", help));
            }
        }
    }
    if let Some((key, node)) = fields.take("tiers") {
        policy.tiers = each(key, node, findings, |node| tier(node, findings));
    }
    for (at, tier) in policy.tiers.iter().enumerate() {
        if let Some(first) = policy.tiers[..at].iter().find(|first| first.id.value == tier.id.value) {
            let message = format!("two tiers are called `{}`", tier.id.value);
            let help = "give each an id of its own: a tier is known by it everywhere";
            findings.push(form::name_clash(tier.id.span, message, first.id.span, help));
        }
    }
    if policy.tiers.is_empty() {
        policy.tiers = Policy::standard(top).tiers;
    }
    for (id, node) in named(&mut fields, "calendars") {
        ident(id, "a calendar", '-', findings);
        policy.calendars.push((id.clone(), calendar::parse(id, node, findings)));
    }
    for (id, node) in named(&mut fields, "connectors") {
        match connector::parse(id, node, findings) {
            Some(connector) => policy.connectors.push(connector),
            None => policy.unread.push(id.value.clone()),
        }
    }
    let own = named(&mut fields, "priorities").into_iter().filter_map(|(id, node)| priority(id, node, findings));
    policy.priorities = with_standard(own.collect(), top);
    if let Some((key, node)) = fields.take("routes") {
        let ids = policy.priorities.iter().map(|priority| priority.id.value.as_str().into()).collect();
        let tiers = policy.tiers.iter().map(|tier| tier.id.value.as_str().into()).collect();
        let reasons = reasons().map(Into::into).collect();
        let types = [Type::Choice(reasons), Type::Choice(ids), Type::Choice(tiers), Type::Text(None), Type::Text(None)];
        policy.routes = each(key, node, findings, |node| route(node, text, &types, findings, &faults));
    }
    if let Some((key, node)) = fields.take("upset") {
        policy.upset = Fields::new(node, "`upset`", key.span, findings).map(|mut fields| {
            let upset = Upset { show: fields.text("show"), to: fields.text("to") };
            fields.finish();
            upset
        });
    }
    if let Some(word) = fields.text("expired_articles") {
        policy.hide_expired = word.value == "hide";
        if !EXPIRED.contains(&word.value.as_str()) {
            let help =
                "`hide` keeps articles past their `review_by` from self-service; `show` is what is done otherwise";
            findings.push(form::wrong_type(word.span, "expired_articles", "`show` or `hide`", "neither", help));
        }
    }
    if let Some(word) = fields.text("ranking") {
        policy.ranks_by_texts = word.value == "texts";
        if !RANKINGS.contains(&word.value.as_str()) {
            let help =
                "`texts` ranks by texts alone; with `use`, as is done otherwise, what was opened and helped moves up";
            findings.push(form::wrong_type(word.span, "ranking", "`use` or `texts`", "neither", help));
        }
    }
    let mut shared = fields.take("facts").map(|(_, node)| facts::read(node, text, findings)).unwrap_or_default();
    fields.finish();
    facts::resolve(&mut shared, None, |name| faults.push(Fault::Undeclared { name: name.clone(), literal: false }));
    policy.faults = faults.into_vec();
    (policy, shared)
}

/// The items of a list.
fn each<T>(
    key: &Spanned<String>,
    node: &Spanned<Node>,
    findings: &Sink<Diagnostic>,
    read: impl Fn(&Spanned<Node>) -> Option<T>,
) -> Vec<T> {
    match &node.value {
        Node::Seq(items) => items.iter().filter_map(read).collect(),
        Node::Null | Node::Broken => Vec::new(),
        other => {
            findings.push(form::wrong_type(
                node.span,
                &key.value,
                "a list",
                other.found(),
                "write one `- {…}` for each, on a line of its own",
            ));
            Vec::new()
        }
    }
}

/// The entries of a mapping from ids to settings.
fn named<'a>(fields: &mut Fields<'a>, key: &'static str) -> Vec<(&'a Spanned<String>, &'a Spanned<Node>)> {
    match fields.take(key).map(|(_, node)| (node.span, &node.value)) {
        Some((_, Node::Map(entries))) => entries.iter().map(|(id, node)| (id, node)).collect(),
        None | Some((_, Node::Null | Node::Broken)) => Vec::new(),
        Some((span, other)) => {
            fields.findings.push(form::wrong_type(
                span,
                key,
                "ids with settings",
                other.found(),
                "write `id: {…}` for each, on a line of its own",
            ));
            Vec::new()
        }
    }
}

fn tier(node: &Spanned<Node>, findings: &Sink<Diagnostic>) -> Option<Tier> {
    let mut fields = Fields::new(node, "a tier", node.span, findings)?;
    let id = fields.required("id", "write `{id: tier-2, level: 2}`");
    let level = fields.required("level", "write `{id: tier-2, level: 2}`").and_then(|level| {
        let number = level.value.parse().ok().filter(|n| *n <= MAX_LEVEL);
        if number.is_none() {
            findings.push(form::out_of_range(level.span, "level", "a whole number from 0 (self-service) to 99"));
        }
        number
    });
    let name = fields.text("name").map(|name| name.value);
    let (teams, calendar) = (fields.texts("teams"), fields.text("calendar"));
    let respond_within = fields.text("respond_within").and_then(|text| {
        let wrong = |help| findings.push(form::malformed_duration(text.span, "respond_within", &text.value, help));
        Within::parse(&text.value).map_err(wrong).ok()
    });
    let deliver = fields.texts("deliver");
    fields.finish();
    let id = id.filter(|id| ident(id, "a tier", '-', findings))?;
    Some(Tier { id, level: level?, name, teams, calendar, respond_within, deliver })
}

fn priority(id: &Spanned<String>, node: &Spanned<Node>, findings: &Sink<Diagnostic>) -> Option<Priority> {
    ident(id, "a priority", '-', findings);
    let mut fields = Fields::new(node, format!("priority `{}`", id.value), id.span, findings)?;
    let (impact, urgency) = (fields.texts("impact"), fields.texts("urgency"));
    let at_least = fields.text("at_least");
    fields.finish();
    Some(Priority { id: id.clone(), impact, urgency, at_least })
}

fn route(
    node: &Spanned<Node>,
    text: &str,
    types: &[Type],
    findings: &Sink<Diagnostic>,
    faults: &Sink<Fault>,
) -> Option<Route> {
    let mut fields = Fields::new(node, "a route", node.span, findings)?;
    let when = fields.required("when", "write `{when: reason == \"security\", to: tier-3}`");
    let (to, team, priority) = (fields.text("to"), fields.text("team"), fields.text("priority"));
    fields.finish();
    let find = |name: &str| {
        let at = READABLE.iter().position(|known| *known == name)?;
        Some((Slot::Own(at as u32), &types[at]))
    };
    let written = when?;
    let when = expression::parse(&written, text, &find, findings, faults);
    Some(Route { when, written, to, team, priority })
}

/// The names that a route's condition may read, for messages.
pub fn readable() -> String {
    wording::list(&READABLE, "and")
}
