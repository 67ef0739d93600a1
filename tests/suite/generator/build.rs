//! Builds one playbook that passes the check: steps in an order in which ways lead forward, then
//! loops through steps with `visits`, then texts and conditions that read what is known there.

use super::Random;
use super::condition::{self, Choices, Condition, Fact, Form, Table};
use super::playbook::{Class, Ending, Exit, Item, Kind, Playbook, Step, Way};

/// What a playbook is to be like.
pub struct Plan<'a> {
    pub number: usize,
    pub audience: &'static str,
    pub steps: usize,
    /// Playbooks that it must call.
    pub calls: &'a [usize],
    /// Playbooks that it may call.
    pub later: &'a [Playbook],
    pub shared: &'a [Fact],
    /// How it may end.
    pub classes: &'a [Class],
    /// Weights of branches and calls, where an `ask` has 20.
    pub branches: usize,
    pub call_weight: usize,
    pub loops: usize,
    pub wild: bool,
}

impl Plan<'_> {
    /// A playbook with more entries is not called unless it must be.
    fn callable(&self) -> usize {
        (2 * self.steps).max(300)
    }
}

#[derive(Clone, Copy)]
enum Want {
    Say,
    Ask,
    Save(usize),
    Do,
    Try,
    Tasks,
    Branch,
    Call(usize),
    End,
}

struct Build<'a> {
    random: &'a mut Random,
    plan: &'a Plan<'a>,
    book: Playbook,
    /// Steps and exits that lead nowhere yet.
    open: Vec<(usize, usize)>,
    /// Neither loops nor calls beyond those that must be.
    calm: bool,
}

const ANSWERS: &[&[&str]] = &[
    &["yes", "no"],
    &["on", "off"],
    &["yes", "no", "error-light"],
    &["blinking", "steady", "dark"],
    &["one", "several", "404", "none-of-them"],
];
const ITEMS: &[&str] = &["unplug", "wait", "press", "reset", "wipe", "tighten", "reload"];
const TEXTS: &[&str] = &[
    "Look at the back of the device.",
    "Open the **settings** and go to the last page.",
    "Hold the button for ten seconds",
    "Is the lamp on?",
    "Ask the caller to try it once more.",
    "See whether *anything* has changed: colour, sound, heat",
    "It is a known fault.",
];
const FILTERS: &[&str] =
    &["", "", "", " | upper", " | lower", " | title", " | trim", " | capitalize", " | trim | upper"];

/// A playbook after the plan whose runs stay well below the limit of steps.
pub fn build(random: &mut Random, plan: &Plan) -> Playbook {
    let enough = if plan.audience == "[]" { plan.callable() } else { 5_000 };
    for _ in 0..6 {
        let book = Build::new(random, plan, false).run();
        if book.entries <= enough {
            return book;
        }
    }
    Build::new(random, plan, true).run()
}

/// A call with the ways that the callee takes and the facts that it must be given.
pub fn call(random: &mut Random, callee: &Playbook) -> (Kind, Vec<Exit>) {
    let mut exits = Vec::new();
    for (class, name) in [(Class::Resolved, "resolved"), (Class::NotResolved, "not_resolved")] {
        if callee.can_end(class) {
            exits.push(Exit::new(name));
        }
    }
    let given = callee.facts.iter().filter(|fact| fact.given);
    let with = given.map(|fact| (fact.name.clone(), literal(random, fact))).collect();
    (Kind::Call { playbook: callee.id(), with }, exits)
}

/// A value for `fact` as YAML.
fn literal(random: &mut Random, fact: &Fact) -> String {
    let value = fact.value(random);
    if fact.form == Form::Text { fact.literal(value) } else { fact.plain(value) }
}

/// A fact's prompt, which may read a fact declared before it.
pub fn prompt(random: &mut Random, name: &str, before: &mut [Fact]) -> String {
    let mut asked: Vec<&mut Fact> = before.iter_mut().filter(|fact| fact.ask.is_some()).collect();
    if asked.is_empty() || random.chance(70) {
        return format!("What about {}?", name.replace('_', " "));
    }
    let at = random.below(asked.len());
    asked[at].used = true;
    format!("With {{{{ {} }}}}: what about {}?", asked[at].name, name.replace('_', " "))
}

impl<'a> Build<'a> {
    fn new(random: &'a mut Random, plan: &'a Plan, calm: bool) -> Build<'a> {
        let tier = *random.pick(&[None, None, Some("tier-1"), Some("tier-2")]);
        let book = Playbook {
            number: plan.number,
            audience: plan.audience,
            tier,
            start: 0,
            facts: plan.shared.to_vec(),
            steps: Vec::new(),
            entries: 0,
        };
        Build { random, plan, book, open: Vec::new(), calm }
    }

    fn run(mut self) -> Playbook {
        self.declare();
        let mut wants = self.wants();
        while let Some(want) = wants.pop() {
            let (kind, exits) = self.step(want);
            if exits.is_empty() && self.open.len() < 2 {
                // Nothing would lead to the steps after it.
                wants.push(want);
                let (kind, exits) = self.step(Want::Ask);
                self.place(kind, exits);
            } else {
                self.place(kind, exits);
            }
        }
        let (kind, exits) = self.step(Want::End);
        self.place(kind, exits);
        if !self.calm {
            (0..self.plan.loops).for_each(|_| self.add_loop());
        }
        self.lead_on();
        self.write();
        self.read_leftovers();
        self.book.count_entries(self.plan.later);
        self.book
    }

    /// Declares one to five facts: asked for, saved by a step, or given by every call.
    fn declare(&mut self) {
        for _ in 0..1 + self.random.below(5) {
            let Some(mut fact) = Fact::draw(self.random, &self.book.facts) else {
                return;
            };
            if self.random.chance(60) {
                fact.ask = Some(prompt(self.random, &fact.name, &mut self.book.facts));
            } else {
                fact.given = self.plan.audience == "[]" && self.random.chance(50);
            }
            self.book.facts.push(fact);
        }
    }

    /// The steps to come, what must be among them included, in random order.
    fn wants(&mut self) -> Vec<Want> {
        let mut wants: Vec<Want> = self.plan.calls.iter().map(|number| Want::Call(*number)).collect();
        let facts = self.book.facts.iter().enumerate();
        wants.extend(facts.filter(|(_, fact)| fact.ask.is_none() && !fact.given).map(|(at, _)| Want::Save(at)));
        while wants.len() + 1 < self.plan.steps.max(2) {
            let want = self.want();
            wants.push(want);
        }
        for at in (1..wants.len()).rev() {
            wants.swap(at, self.random.below(at + 1));
        }
        wants
    }

    fn want(&mut self) -> Want {
        let callees: Vec<&Playbook> =
            self.plan.later.iter().filter(|book| book.entries <= self.plan.callable()).collect();
        let calls = if self.calm || callees.is_empty() { 0 } else { self.plan.call_weight };
        let save = self.random.below(self.book.facts.len());
        // The same callee is often called again.
        let favourite = callees.last().filter(|_| self.random.chance(50)).copied();
        let callee = favourite.or_else(|| (!callees.is_empty()).then(|| *self.random.pick(&callees)));
        let weighted = [
            (10, Want::Say),
            (20, Want::Ask),
            (14, Want::Save(save)),
            (14, Want::Do),
            (9, Want::Try),
            (9, Want::Tasks),
            (self.plan.branches, Want::Branch),
            (calls, Want::Call(callee.map_or(0, |book| book.number))),
            (7, Want::End),
        ];
        let mut left = self.random.below(weighted.iter().map(|(weight, _)| weight).sum());
        for (weight, want) in weighted {
            if left < weight {
                return want;
            }
            left -= weight;
        }
        Want::Say
    }

    fn step(&mut self, want: Want) -> (Kind, Vec<Exit>) {
        let exits = |names: &[&str]| names.iter().map(|name| Exit::new(*name)).collect::<Vec<_>>();
        let stuck = self.random.chance(25).then(|| Exit::new("stuck"));
        let with_stuck = |names: &[&str]| exits(names).into_iter().chain(stuck.clone()).collect::<Vec<_>>();
        match want {
            Want::Say => (Kind::Say, exits(&["then"])),
            Want::Ask => (Kind::Ask { save: None }, with_stuck(ANSWERS[self.random.below(ANSWERS.len())])),
            Want::Save(save) => {
                self.book.facts[save].used = true;
                let ids: Vec<&str> = match self.book.facts[save].form {
                    Form::YesNo => vec!["yes", "no"],
                    Form::Choice(choices) => ids(choices),
                    _ => Vec::new(),
                };
                if ids.is_empty() || self.random.chance(40) {
                    (Kind::Input { save }, with_stuck(&["then"]))
                } else {
                    (Kind::Ask { save: Some(save) }, with_stuck(&ids))
                }
            }
            Want::Do => (Kind::Do, with_stuck(&["worked", "failed"])),
            Want::Try => (Kind::Try(self.items(4, true)), exits(&["worked", "exhausted"])),
            Want::Tasks => {
                let items = self.items(4, false);
                let mut exits = with_stuck(&["done", "failed"]);
                // The first has none of its own, so that the step's are needed.
                for item in &items[1..] {
                    for own in ["failed", "stuck"] {
                        if self.random.chance(25) {
                            exits.push(Exit::new(format!("{}/{own}", item.id)));
                        }
                    }
                }
                (Kind::Tasks(items), exits)
            }
            Want::Branch => self.branch(),
            Want::Call(number) => {
                let callee =
                    self.plan.later.iter().find(|book| book.number == number).expect("callees are built first");
                call(self.random, callee)
            }
            Want::End => {
                let class = *self.random.pick(self.plan.classes);
                (Kind::End(Ending::plain(class)), Vec::new())
            }
        }
    }

    fn items(&mut self, most: usize, chances: bool) -> Vec<Item> {
        let first = self.random.below(ITEMS.len());
        let count = 1 + self.random.below(most);
        let item = |at: usize| {
            let tenths = (chances && self.random.chance(70)).then(|| 1 + self.random.below(10));
            let minutes = self.random.chance(60).then(|| 1 + self.random.below(5));
            let id = ITEMS[(first + at) % ITEMS.len()];
            Item { id, text: String::new(), verify: None, tip: None, when: None, minutes, tenths }
        };
        (0..count).map(item).collect()
    }

    fn branch(&mut self) -> (Kind, Vec<Exit>) {
        let all: Vec<usize> = (0..self.book.facts.len()).collect();
        let (conditions, falls) = condition::branch(self.random, &self.book.facts, &all, self.plan.wild);
        let needs = |fact: usize| conditions.iter().any(|condition| condition.needs(fact));
        let must = all.iter().any(|fact| needs(*fact) && self.book.facts[*fact].ask.is_none());
        let mut exits: Vec<Exit> = (1..=conditions.len()).map(|number| Exit::new(number.to_string())).collect();
        if falls || self.random.chance(5) {
            exits.push(Exit::new("else"));
        }
        if must || all.iter().any(|fact| needs(*fact)) && self.random.chance(35) {
            exits.push(Exit::new("unknown"));
        }
        conditions.iter().flat_map(Condition::facts).for_each(|fact| self.book.facts[fact].used = true);
        (Kind::Branch(conditions), exits)
    }

    /// Adds a step that some earlier one leads to.
    fn place(&mut self, kind: Kind, exits: Vec<Exit>) {
        let number = self.book.steps.len();
        if number > 0 {
            let last = self.open.len() - 1;
            let at = if self.random.chance(50) { last } else { self.random.below(last + 1) };
            let (step, exit) = self.open.swap_remove(at);
            self.book.steps[step].exits[exit].way = Way::Step(number);
        }
        self.open.extend((0..exits.len()).map(|exit| (number, exit)));
        let mut step = Step::new(self.book.fresh_id(self.random), kind, exits);
        step.title = self.random.chance(15);
        step.staff = self.random.chance(6);
        step.minutes = self.random.chance(20).then(|| 1 + self.random.below(9));
        self.book.steps.push(step);
    }

    /// Gives a step `visits`, leads open ways back to it or from it, and its `then` on past all of
    /// them: then each way back, followed by that `then`, leads forward.
    fn add_loop(&mut self) {
        let Some(&(latest, _)) = self.open.iter().max() else {
            return;
        };
        let head = self.random.below(latest + 1);
        let step = &self.book.steps[head];
        if step.visits.is_some() || step.exits.is_empty() {
            return;
        }
        let mut far = head;
        for (step, exit) in std::mem::take(&mut self.open) {
            let back = if step >= head && self.random.chance(40) {
                Some(head)
            } else if step == head && self.random.chance(40) {
                Some(self.random.below(head + 1))
            } else {
                None
            };
            match back {
                Some(back) => {
                    far = far.max(step);
                    self.book.steps[step].exits[exit].way = Way::Step(back);
                }
                None => self.open.push((step, exit)),
            }
        }
        let mut then = Exit::new("visits");
        then.way = self.forward(far);
        self.book.steps[head].visits = Some(1 + self.random.below(3));
        self.book.steps[head].exits.push(then);
    }

    /// A way to some step after `step`, which is not the last, or an ending.
    fn forward(&mut self, step: usize) -> Way {
        if self.random.chance(30) {
            return Way::End(Ending::plain(*self.random.pick(self.plan.classes)));
        }
        let after = self.book.steps.len() - 1 - step;
        let within = if self.random.chance(60) { after.min(5) } else { after };
        Way::Step(step + 1 + self.random.below(within))
    }

    fn lead_on(&mut self) {
        for (step, exit) in std::mem::take(&mut self.open) {
            self.book.steps[step].exits[exit].way = self.forward(step);
        }
    }

    /// Which facts without a prompt are known on every path to each step.
    fn known(&self) -> Vec<Vec<bool>> {
        let given: Vec<bool> = self.book.facts.iter().map(|fact| fact.given).collect();
        let mut known = vec![vec![true; given.len()]; self.book.steps.len()];
        known[self.book.start] = given;
        loop {
            let before = known.clone();
            for (at, step) in self.book.steps.iter().enumerate() {
                for exit in &step.exits {
                    if let Way::Step(target) = exit.way {
                        let after = with(&known[at], step.saves(exit));
                        known[target].iter_mut().zip(after).for_each(|(known, after)| *known &= after);
                    }
                }
            }
            if known == before {
                return known;
            }
        }
    }

    /// Writes the texts, the items' conditions and what calls give.
    fn write(&mut self) {
        let known = self.known();
        for (at, known) in known.iter().enumerate() {
            let mut step = self.book.steps[at].clone();
            let readable = self.readable(known);
            step.verify = matches!(step.kind, Kind::Do).then(|| self.text(&readable));
            match &mut step.kind {
                Kind::Try(items) | Kind::Tasks(items) => {
                    step.verify = self.maybe_text(60, &readable);
                    items.iter_mut().for_each(|item| self.write_item(item, step.verify.is_some(), &readable));
                }
                Kind::Call { playbook, with } => self.write_call(playbook, with, &readable),
                Kind::End(ending) => self.write_ending(ending, &readable),
                Kind::Branch(conditions) => {
                    let sure = |fact: usize| known[fact] || self.book.facts[fact].ask.is_some();
                    let all_sure = conditions.iter().flat_map(Condition::facts).all(sure);
                    if all_sure && self.random.chance(50) {
                        step.exits.retain(|exit| exit.name != "unknown" || matches!(exit.way, Way::Step(_)));
                    }
                }
                _ => {}
            }
            if matches!(step.kind, Kind::Say | Kind::Ask { .. } | Kind::Input { .. } | Kind::Do) {
                step.text = self.text(&readable);
            }
            if !matches!(step.kind, Kind::Branch(_) | Kind::Call { .. } | Kind::End(_)) {
                step.tip = self.maybe_text(20, &readable);
            }
            let is_ask = matches!(step.kind, Kind::Ask { .. });
            for place in 0..step.exits.len() {
                let after = self.readable(&with(known, step.saves(&step.exits[place])));
                let exit = &mut step.exits[place];
                if is_ask && !matches!(exit.name.as_str(), "stuck" | "visits") {
                    exit.label = self.maybe_text(30, &readable);
                }
                if let Way::End(ending) = &mut exit.way {
                    self.write_ending(ending, &after);
                }
            }
            self.book.steps[at] = step;
        }
    }

    fn write_item(&mut self, item: &mut Item, verified: bool, readable: &[usize]) {
        item.text = self.text(readable);
        item.verify = if verified { self.maybe_text(30, readable) } else { Some(self.text(readable)) };
        item.tip = self.maybe_text(15, readable);
        if self.random.chance(35) {
            let facts = &self.book.facts;
            let unasked: Vec<usize> = (0..facts.len()).filter(|fact| facts[*fact].ask.is_none()).collect();
            let when = if !unasked.is_empty() && self.random.chance(25) {
                Condition::Known { fact: *self.random.pick(&unasked), not: self.random.chance(40) }
            } else {
                Condition::draw(self.random, facts, readable, 1, self.plan.wild)
            };
            if Table::of(&self.book.facts, std::slice::from_ref(&when)).last_can_hold() {
                when.facts().into_iter().for_each(|fact| self.book.facts[fact].used = true);
                item.when = Some(when);
            }
        }
    }

    fn write_call(&mut self, playbook: &str, with: &mut Vec<(String, String)>, readable: &[usize]) {
        let later = self.plan.later;
        let callee = later.iter().find(|callee| callee.id() == playbook).expect("callees are built first");
        with.clear();
        for wanted in callee.facts.iter().filter(|fact| !fact.shared) {
            if !wanted.given && self.random.chance(75) {
                continue;
            }
            let facts = &self.book.facts;
            let fits: Vec<usize> = readable.iter().copied().filter(|fact| facts[*fact].form == wanted.form).collect();
            let value = if !fits.is_empty() && self.random.chance(60) {
                let fact = *self.random.pick(&fits);
                self.book.facts[fact].used = true;
                format!("{{fact: {}}}", self.book.facts[fact].name)
            } else {
                literal(self.random, wanted)
            };
            with.push((wanted.name.clone(), value));
        }
    }

    fn write_ending(&mut self, ending: &mut Ending, readable: &[usize]) {
        ending.text = self.text(readable);
        if ending.class == Class::Escalated {
            ending.tell = self.maybe_text(50, readable);
            ending.route = match self.random.below(4) {
                0 => vec![("to", "tier-2"), ("team", "hardware")],
                1 => vec![("to", "tier-1"), ("priority", "normal")],
                2 => vec![("priority", "normal")],
                _ => Vec::new(),
            };
        }
    }

    fn readable(&self, known: &[bool]) -> Vec<usize> {
        (0..known.len()).filter(|fact| known[*fact] || self.book.facts[*fact].ask.is_some()).collect()
    }

    fn maybe_text(&mut self, percent: usize, readable: &[usize]) -> Option<String> {
        self.random.chance(percent).then(|| self.text(readable))
    }

    fn text(&mut self, readable: &[usize]) -> String {
        let mut text = (*self.random.pick(TEXTS)).to_owned();
        if self.random.chance(10) {
            text = format!("{{{{ case.caller{} }}}}: {text}", self.random.pick(FILTERS));
        }
        for _ in 0..2 {
            if self.random.chance(15) {
                let fact = &mut self.book.facts[*self.random.pick(readable)];
                fact.used = true;
                let filter = match fact.form {
                    Form::Text | Form::Choice(_) => *self.random.pick(FILTERS),
                    _ => "",
                };
                text.push_str(&format!(" ({{{{ {}{filter} }}}})", fact.name));
            }
        }
        text
    }

    /// Lets some step read each fact that nothing reads or saves; the first playbook, built last,
    /// reads the desk's too.
    fn read_leftovers(&mut self) {
        for fact in &mut self.book.facts {
            if fact.used || fact.shared && self.plan.number > 0 {
                continue;
            }
            fact.used = true;
            let at = self.random.below(self.book.steps.len());
            let last = self.book.steps.len() - 1;
            let read = format!(" ({{{{ {} }}}})", fact.name);
            match &mut self.book.steps[at].kind {
                Kind::Say | Kind::Ask { .. } | Kind::Input { .. } | Kind::Do => {
                    self.book.steps[at].text.push_str(&read)
                }
                Kind::Try(items) | Kind::Tasks(items) => items[0].text.push_str(&read),
                _ => {
                    if let Kind::End(ending) = &mut self.book.steps[last].kind {
                        ending.text.push_str(&read);
                    }
                }
            }
        }
    }
}

fn ids(choices: Choices) -> Vec<&'static str> {
    choices.iter().map(|(id, _)| *id).collect()
}

fn with(known: &[bool], saved: Option<usize>) -> Vec<bool> {
    known.iter().enumerate().map(|(fact, known)| *known || saved == Some(fact)).collect()
}
