//! What changed between two versions of a desk for a person who goes through it; no lines.

mod article;
mod facts;
pub mod lines;
mod playbook;
mod policy;
mod same;
mod step;
mod translation;

use crate::{
    desk::Desk,
    expression::Slot,
    playbook::{
        Flow, Playbook,
        flow::{Node, Step},
    },
};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// What a change is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// The way through: who comes in, what is asked, where an answer leads, how it ends.
    Flow,
    /// What people read on the same way.
    Wording,
    /// What only authors and lists see.
    Metadata,
}

/// `Weight: Kind, Kind;`
macro_rules! kinds {
    ($($weight:ident { $($(#[$doc:meta])* $kind:ident),* $(,)? })*) => {
        /// The closed list of what can change.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
        #[serde(rename_all = "snake_case")]
        pub enum Kind { $($($(#[$doc])* $kind,)*)* }

        impl Kind {
            /// How much it weighs.
            pub fn weight(self) -> Weight {
                match self { $($(Kind::$kind => Weight::$weight,)*)* }
            }
        }
    };
}

kinds! {
    Flow {
        /// A playbook is new.
        PlaybookAdded,
        /// A playbook is gone.
        PlaybookRemoved,
        /// A playbook has another id.
        PlaybookRenamed,
        /// Whether it can be run at all.
        Unreadable,
        /// Who may start a playbook.
        Starters,
        /// Whose script it is.
        Tier,
        /// The step that a run begins with.
        Start,
        /// A step is new.
        StepAdded,
        /// A step is gone.
        StepRemoved,
        /// A step has another id, and does not say so.
        StepRenamedSilently,
        /// A step does something else.
        StepKind,
        /// Whether a step is for staff alone.
        StepAudience,
        /// How often a step may be entered.
        Visits,
        /// A way leads elsewhere.
        Target,
        /// A way on that was not there.
        WayAdded,
        /// A way on that is no more.
        WayRemoved,
        /// An answer is new.
        AnswerAdded,
        /// An answer is gone.
        AnswerRemoved,
        /// What a step takes, or the fact that keeps it.
        Input,
        /// The facts that a text asks for first.
        Reads,
        /// A condition.
        Condition,
        /// The order in which conditions are asked.
        ConditionOrder,
        /// An item of `try` or `tasks` is new.
        ItemAdded,
        /// An item is gone.
        ItemRemoved,
        /// The order of the items.
        ItemOrder,
        /// Which playbook is called.
        Callee,
        /// What a call gives to the callee's facts.
        With,
        /// How a run ends.
        Ending,
        /// Where a case goes from an ending.
        Destination,
        /// A fact is new.
        FactAdded,
        /// A fact is gone.
        FactRemoved,
        /// What a fact may be.
        FactType,
        /// Whether a fact is asked for.
        FactAsked,
        /// A choice of a fact is new.
        ChoiceAdded,
        /// A choice of a fact is gone.
        ChoiceRemoved,
        /// The flow of a playbook that is called.
        ThroughCall,
        /// A fact of the desk that the playbook reads.
        ThroughFact,
        /// Who may read an article.
        Readers,
        /// The desk's tiers, routes or priorities.
        Policy,
    }
    Wording {
        /// A text of a step, a fact or an ending.
        Text,
        /// How to see that something worked.
        Verify,
        /// What staff are told besides.
        Tip,
        /// What an answer or a choice is called.
        Label,
        /// The order in which answers or choices are shown.
        LabelOrder,
        /// The articles that a step shows.
        Articles,
        /// A title.
        Title,
        /// A summary.
        Summary,
        /// What a number counts.
        Unit,
        /// The wording of a playbook that is called.
        WordingThroughCall,
        /// The wording of a fact of the desk that the playbook reads.
        WordingThroughFact,
        /// An article is new.
        ArticleAdded,
        /// An article is gone.
        ArticleRemoved,
        /// A part of an article is new.
        SectionAdded,
        /// A part of an article is gone.
        SectionRemoved,
        /// What an article says.
        Section,
        /// What a picture of an article shows.
        Picture,
        /// The same in another language.
        Translation,
    }
    Metadata {
        /// A step has another id, and says so.
        StepRenamed,
        /// An answer has another id, and says so.
        AnswerRenamed,
        /// How long something takes.
        Minutes,
        /// A closing code.
        Code,
        /// Where lists show it.
        Category,
        /// By what search finds it.
        FoundBy,
        /// Who keeps it, and when it is looked at again.
        Upkeep,
        /// A playbook's tests are gone.
        TestsRemoved,
        /// The rest of `desk.yaml`.
        Settings,
    }
}

/// One thing that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// The step, `step/item`, ending or fact; empty for what stands at the top.
    pub at: String,
    /// What changed.
    pub kind: Kind,
    /// Its kind's.
    pub weight: Weight,
    /// A clause in plain English.
    pub words: String,
}

impl Change {
    fn new(at: impl Into<String>, kind: Kind, words: impl Into<String>) -> Self {
        Self { at: at.into(), kind, weight: kind.weight(), words: words.into() }
    }
}

impl std::fmt::Display for Change {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.at.is_empty() { f.write_str(&self.words) } else { write!(f, "`{}`: {}", self.at, self.words) }
    }
}

/// A playbook or an article that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Changed {
    /// Its id, that of the new version.
    pub id: String,
    /// What people call it.
    pub title: String,
    /// In the order of the new version.
    pub changes: Vec<Change>,
    /// The steps that show the article, as `playbook/step`; none for a playbook.
    pub shown_at: Vec<String>,
}

impl Changed {
    /// Whether the way through changed.
    pub fn is_flow(&self) -> bool {
        is_flow(&self.changes)
    }
}

/// What changed between two versions of a desk.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Comparison {
    /// Facts that all playbooks share, and `desk.yaml` otherwise.
    pub desk: Vec<Change>,
    /// By id.
    pub playbooks: Vec<Changed>,
    /// By id.
    pub articles: Vec<Changed>,
}

impl Comparison {
    /// Every change.
    pub fn changes(&self) -> impl Iterator<Item = &Change> {
        self.desk.iter().chain(self.playbooks.iter().chain(&self.articles).flat_map(|changed| &changed.changes))
    }

    /// How many changes weigh so much.
    pub fn count(&self, weight: Weight) -> usize {
        self.changes().filter(|change| change.weight == weight).count()
    }

    /// Leaves only these playbooks, and the articles that they show and the desk's facts that they read; all, if none
    /// is named.
    pub fn only(&mut self, playbooks: &[String]) {
        if playbooks.is_empty() {
            return;
        }
        self.playbooks.retain(|changed| playbooks.contains(&changed.id));
        let through = self.playbooks.iter().flat_map(|changed| &changed.changes);
        let read = through.filter(|change| matches!(change.kind, Kind::ThroughFact | Kind::WordingThroughFact));
        let read: BTreeSet<&str> = read.map(|change| change.at.as_str()).collect();
        self.desk.retain(|fact| read.contains(fact.at.as_str()));
        let is_shown = |place: &String| playbooks.iter().any(|id| place.split('/').next() == Some(id));
        self.articles.retain(|changed| changed.shown_at.iter().any(is_shown));
    }
}

fn is_flow(changes: &[Change]) -> bool {
    changes.iter().any(|change| change.weight == Weight::Flow)
}

/// Compares two versions of a desk.
pub fn compare(old: &Desk, new: &Desk) -> Comparison {
    let is_read = |desk: &&Desk| !desk.facts.list.is_empty() || !desk.is_unread_at("desk.yaml");
    let shared = match [old, new].iter().all(is_read) {
        true => facts::compare(&facts::shared(old), &facts::shared(new)),
        false => Vec::new(),
    };
    let mut changes: BTreeMap<&str, Vec<Change>> = BTreeMap::new();
    let added: Vec<&Playbook> = without(new, old);
    let mut removed: Vec<&Playbook> = without(old, new);
    for playbook in added {
        // A playbook that went away with the same flow and the same texts under another name.
        let same = |then: &&&Playbook| {
            let kinds = |playbook: &Playbook| playbook.flow.steps.iter().map(|step| step.kind).collect::<Vec<_>>();
            if then.flow.steps.is_empty() || kinds(then) != kinds(playbook) {
                return false;
            }
            let found = playbook::compare(old, then, new, playbook);
            !is_flow(&found) && found.iter().all(|change| change.kind != Kind::Text)
        };
        let then = removed.iter().find(same).copied();
        let change = match then {
            Some(then) => {
                Change::new("", Kind::PlaybookRenamed, format!("is called `{}`, it was `{}`", playbook.id, then.id))
            }
            None => {
                let who = playbook::starters(playbook);
                Change::new("", Kind::PlaybookAdded, format!("is new; {who} may start it"))
            }
        };
        let found = changes.entry(&playbook.id).or_default();
        found.push(change);
        if let Some(then) = then {
            found.extend(playbook::compare(old, then, new, playbook));
            removed.retain(|other| other.id != then.id);
        }
    }
    for playbook in removed {
        changes.entry(&playbook.id).or_default().push(Change::new("", Kind::PlaybookRemoved, "was removed"));
    }
    for (id, now) in &new.playbooks {
        let Some(then) = old.playbooks.get(id) else { continue };
        let mut found = playbook::compare(old, then, new, now);
        found.extend(through_facts(&shared, then, old, now, new));
        found.extend(translation::texts(id, old, new));
        changes.insert(id, found);
    }
    through_calls(&mut changes, new);
    let title = |id: &str| {
        let playbook = new.playbooks.get(id).or_else(|| old.playbooks.get(id));
        playbook.and_then(|playbook| playbook.title.as_ref()).map_or_else(String::new, |title| title.value.clone())
    };
    let changed = |(id, changes): (&str, Vec<Change>)| {
        (!changes.is_empty()).then(|| Changed { id: id.to_owned(), title: title(id), changes, shown_at: Vec::new() })
    };
    let mut desk = shared;
    desk.extend(policy::compare(old, new));
    Comparison {
        desk,
        playbooks: changes.into_iter().filter_map(changed).collect(),
        articles: article::compare(old, new),
    }
}

fn without<'a>(desk: &'a Desk, other: &Desk) -> Vec<&'a Playbook> {
    desk.playbooks.values().filter(|playbook| !other.playbooks.contains_key(&playbook.id)).collect()
}

/// The steps that call, with the ids of their callees.
fn calls(flow: &Flow) -> impl Iterator<Item = (&Step, &str)> {
    flow.steps.iter().flat_map(|step| {
        flow.nodes_of(step).filter_map(move |(_, node)| match node {
            Node::Call(call) => Some((step, call.playbook.value.as_str())),
            _ => None,
        })
    })
}

/// Names the calls of playbooks that changed, however deep.
fn through_calls<'a>(changes: &mut BTreeMap<&'a str, Vec<Change>>, new: &'a Desk) {
    for (weight, kind, words) in [
        (Weight::Flow, Kind::ThroughCall, "which changed"),
        (Weight::Wording, Kind::WordingThroughCall, "whose wording changed"),
    ] {
        let mut touched: BTreeSet<&str> = changes
            .iter()
            .filter(|(_, changes)| {
                changes.iter().any(|change| change.weight == weight && change.kind != Kind::Translation)
            })
            .map(|(id, _)| *id)
            .collect();
        let mut grew = true;
        while grew {
            let before = touched.len();
            let callers = new.playbooks.values().filter(|one| calls(&one.flow).any(|(_, id)| touched.contains(id)));
            let callers: Vec<&str> = callers.map(|playbook| playbook.id.as_str()).collect();
            touched.extend(callers);
            grew = touched.len() > before;
        }
        for playbook in new.playbooks.values() {
            let found = changes.entry(&playbook.id).or_default();
            if found.iter().any(|change| matches!(change.kind, Kind::PlaybookAdded | Kind::Unreadable)) {
                continue;
            }
            for (step, callee) in calls(&playbook.flow).filter(|(_, callee)| touched.contains(callee)) {
                let says_so = |change: &Change| {
                    change.at == step.id.value
                        && matches!(change.kind, Kind::Callee | Kind::StepAdded | Kind::ThroughCall)
                };
                let is_known = found.iter().any(says_so);
                if !is_known {
                    found.push(Change::new(&step.id.value, kind, format!("calls `{callee}`, {words}")));
                }
            }
        }
    }
}

/// Names the desk's facts that changed and that the playbook reads or saves.
fn through_facts(shared: &[Change], then: &Playbook, old: &Desk, now: &Playbook, new: &Desk) -> Vec<Change> {
    let mut used = desk_facts(&then.flow, old);
    used.extend(desk_facts(&now.flow, new));
    let through = |name: &str| {
        let of: Vec<&Change> = shared.iter().filter(|change| change.at == name).collect();
        if of.iter().any(|change| change.weight == Weight::Flow) {
            Some(Change::new(name, Kind::ThroughFact, "this fact of the desk changed"))
        } else {
            let reads = of.iter().any(|change| change.weight == Weight::Wording);
            reads.then(|| Change::new(name, Kind::WordingThroughFact, "the wording of this fact of the desk changed"))
        }
    };
    used.iter().filter_map(|name| through(name)).collect()
}

/// The desk's facts that a flow reads, saves or passes on, and those that their prompts show.
fn desk_facts<'a>(flow: &Flow, desk: &'a Desk) -> BTreeSet<&'a str> {
    let mut todo: Vec<Slot> = flow.facts.list.iter().flat_map(|fact| fact.reads.clone()).collect();
    for node in &flow.nodes {
        todo.extend(node.reads());
        if let Node::Prompt(prompt) = node {
            todo.extend(prompt.save.as_ref().map(|slot| slot.value));
        }
    }
    let mut names = BTreeSet::new();
    while let Some(slot) = todo.pop() {
        let Slot::Desk(at) = slot else { continue };
        let fact = &desk.facts.list[at as usize];
        if names.insert(fact.name.value.as_str()) {
            todo.extend(&fact.reads);
        }
    }
    names
}
