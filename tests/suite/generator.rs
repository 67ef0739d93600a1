//! Random desks from a seed: some pass the check, some break one rule, wild ones break several.

#[path = "generator/build.rs"]
mod build;
#[path = "generator/condition.rs"]
mod condition;
#[path = "generator/playbook.rs"]
mod playbook;

use std::fmt::Write;

use build::Plan;
use condition::{Condition, Fact, Form, Table};
use playbook::{Class, Ending, Exit, Kind, Playbook, Step, Way};

/// SplitMix64: small, seedable, the same on every platform.
pub struct Random(u64);

impl Random {
    pub fn new(seed: u64) -> Self {
        Random(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        mixed ^ (mixed >> 31)
    }

    /// A number from 0 up to, but not including, `n`, which is not 0.
    pub fn below(&mut self, n: usize) -> usize {
        (self.next() % n as u64) as usize
    }

    pub fn chance(&mut self, percent: usize) -> bool {
        self.below(100) < percent
    }

    /// One of `from`, which is not empty.
    pub fn pick<'a, T>(&mut self, from: &'a [T]) -> &'a T {
        &from[self.below(from.len())]
    }
}

/// File name relative to the desk, and text.
pub type Files = Vec<(String, String)>;

/// What a random desk is to be like.
pub struct Shape {
    /// At least one; two where the flaw needs a call.
    pub playbooks: usize,
    /// About how many in each playbook, three or more; what must be called or saved comes on top.
    pub steps: usize,
    /// Half of the desks have it; the others pass, but have what the rule looks at.
    pub flaw: Option<Flaw>,
    /// Whether rules are broken freely, as long as form holds and targets and playbooks exist.
    pub wild: bool,
}

/// A rule to break.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Flaw {
    UnknownStep,
    UnknownPlaybook,
    EndlessCycle,
    UnreachableStep,
    NoWayOut,
    RecursiveCall,
    MissingWay,
    WayNeverTaken,
    TooLong,
    UncoveredBranch,
    ImpossibleCondition,
    ShadowedCondition,
    TooManyCombinations,
}

impl Flaw {
    pub const ALL: [Flaw; 13] = [
        Flaw::UnknownStep,
        Flaw::UnknownPlaybook,
        Flaw::EndlessCycle,
        Flaw::UnreachableStep,
        Flaw::NoWayOut,
        Flaw::RecursiveCall,
        Flaw::MissingWay,
        Flaw::WayNeverTaken,
        Flaw::TooLong,
        Flaw::UncoveredBranch,
        Flaw::ImpossibleCondition,
        Flaw::ShadowedCondition,
        Flaw::TooManyCombinations,
    ];

    /// The checker's name for it.
    pub fn rule(self) -> &'static str {
        match self {
            Flaw::UnknownStep => "unknown_step",
            Flaw::UnknownPlaybook => "unknown_playbook",
            Flaw::EndlessCycle => "endless_cycle",
            Flaw::UnreachableStep => "unreachable_step",
            Flaw::NoWayOut => "no_way_out",
            Flaw::RecursiveCall => "recursive_call",
            Flaw::MissingWay => "missing_way",
            Flaw::WayNeverTaken => "way_never_taken",
            Flaw::TooLong => "too_long",
            Flaw::UncoveredBranch => "uncovered_branch",
            Flaw::ImpossibleCondition => "impossible_condition",
            Flaw::ShadowedCondition => "shadowed_condition",
            Flaw::TooManyCombinations => "too_many_combinations",
        }
    }

    fn is_about_calls(self) -> bool {
        matches!(
            self,
            Flaw::UnknownPlaybook | Flaw::RecursiveCall | Flaw::MissingWay | Flaw::WayNeverTaken | Flaw::TooLong
        )
    }

    fn is_about_branches(self) -> bool {
        matches!(
            self,
            Flaw::UncoveredBranch | Flaw::ImpossibleCondition | Flaw::ShadowedCondition | Flaw::TooManyCombinations
        )
    }

    fn is_about_loops(self) -> bool {
        matches!(self, Flaw::EndlessCycle | Flaw::NoWayOut | Flaw::TooLong)
    }
}

const DESK: &str = "name: \"Random desk\"
tiers:
  - {id: self-service, level: 0}
  - {id: tier-1, level: 1, name: \"Service desk\"}
  - {id: tier-2, level: 2, name: \"Technicians\", teams: [hardware]}
";

/// The desk that `random` and `shape` give, always the same.
pub fn desk(random: &mut Random, shape: &Shape) -> Files {
    let mut shared = Vec::new();
    for _ in 0..1 + random.below(3) {
        if let Some(mut fact) = Fact::draw(random, &shared) {
            fact.ask = Some(build::prompt(random, &fact.name, &mut shared));
            fact.shared = true;
            shared.push(fact);
        }
    }
    let mut books = playbooks(random, shape, &shared);
    if let Some(flaw) = shape.flaw {
        if random.chance(50) {
            break_rule(random, &mut books, flaw);
        } else {
            nearly_break(random, &mut books, flaw);
        }
    }
    if shape.wild {
        go_wild(random, &mut books, &mut shared);
    }
    let mut desk = DESK.to_owned();
    let _ = write!(desk, "{}", playbook::facts(&shared.iter().collect::<Vec<_>>()));
    let texts = books.iter().map(|book| (format!("playbooks/{}.yaml", book.id()), book.yaml()));
    std::iter::once(("desk.yaml".to_owned(), desk)).chain(texts).collect()
}

/// Playbooks by number; calls lead to higher ones only, so the last is built first.
fn playbooks(random: &mut Random, shape: &Shape, shared: &[Fact]) -> Vec<Playbook> {
    let flawed = |about: fn(Flaw) -> bool| shape.flaw.is_some_and(about);
    let about_calls = flawed(Flaw::is_about_calls);
    let count = shape.playbooks.max(if about_calls { 2 } else { 1 });
    let audiences: Vec<&str> = (0..count)
        .map(|number| *random.pick(&["[self-service, agent]", "[agent]", "[]"][..if number == 0 { 2 } else { 3 }]))
        .collect();
    let mut calls = vec![Vec::new(); count];
    for number in 1..count {
        if audiences[number] == "[]" || number == 1 && about_calls {
            let callers: Vec<usize> = (0..number).filter(|caller| audiences[*caller] != "[]").collect();
            calls[*random.pick(&callers)].push(number);
        }
    }
    let mut shared = shared.to_vec();
    let mut later: Vec<Playbook> = Vec::new();
    for number in (0..count).rev() {
        let plan = Plan {
            number,
            audience: audiences[number],
            steps: shape.steps,
            calls: &calls[number],
            later: &later,
            shared: &shared,
            classes: classes(random, number, shape.flaw),
            branches: if flawed(Flaw::is_about_branches) { 45 } else { 18 },
            call_weight: if about_calls { 25 } else { 10 },
            loops: if flawed(Flaw::is_about_loops) { 1 + random.below(2) } else { random.below(3) },
            wild: shape.wild,
        };
        let book = build::build(random, &plan);
        shared.iter_mut().zip(&book.facts).for_each(|(fact, there)| fact.used = there.used);
        later.push(book);
    }
    later.reverse();
    later
}

/// How a playbook may end; the first callee so that a flaw of calls has something to break.
fn classes(random: &mut Random, number: usize, flaw: Option<Flaw>) -> &'static [Class] {
    use Class::{Escalated, NotResolved, Resolved};
    const ALL: &[Class] = &[Resolved, NotResolved, Escalated];
    const SOME: [&[Class]; 4] = [&[Resolved, Escalated], &[Resolved], &[NotResolved, Escalated], &[Escalated]];
    match flaw {
        Some(Flaw::WayNeverTaken) if number == 1 => SOME[random.below(3)],
        Some(Flaw::MissingWay | Flaw::TooLong) if number == 1 => ALL,
        _ if random.chance(65) => ALL,
        _ => SOME[random.below(4)],
    }
}

/// Puts the flaw in one or two places.
fn break_rule(random: &mut Random, books: &mut [Playbook], flaw: Flaw) {
    for _ in 0..1 + random.below(2) {
        inject(random, books, flaw);
    }
}

fn inject(random: &mut Random, books: &mut [Playbook], flaw: Flaw) {
    let at = random.below(books.len());
    match flaw {
        Flaw::UnknownStep => lead_nowhere(random, &mut books[at]),
        Flaw::UnknownPlaybook => {
            let call = Kind::Call { playbook: "nobody".to_owned(), with: Vec::new() };
            insert(random, &mut books[at], call, vec![Exit::new("resolved"), Exit::new("not_resolved")]);
        }
        Flaw::EndlessCycle => lead_back(random, &mut books[at]),
        Flaw::UnreachableStep => cut_off(random, &mut books[at]),
        Flaw::NoWayOut => add_ring(random, &mut books[at]),
        Flaw::RecursiveCall => {
            let callee = if random.chance(40) { at } else { random.below(at + 1) };
            insert_call(random, books, at, callee);
        }
        Flaw::MissingWay => change_calls(random, books, |random, _, exits| {
            // `visits` comes last, if there is one.
            let ways = exits.iter().filter(|exit| exit.name != "visits").count();
            if ways > 0 {
                exits.remove(random.below(ways));
            }
        }),
        Flaw::WayNeverTaken => change_calls(random, books, |random, steps, exits| {
            complete(random, steps, exits);
        }),
        Flaw::TooLong => prolong(random, books),
        Flaw::UncoveredBranch => uncover(random, &mut books[at]),
        Flaw::ImpossibleCondition => {
            add_condition(
                random,
                &mut books[at],
                |table| !table.last_can_hold(),
                |first| first.clone().and(first.not()),
            );
        }
        Flaw::ShadowedCondition => {
            add_condition(random, &mut books[at], Table::last_is_shadowed, |first| first);
        }
        Flaw::TooManyCombinations => add_wide_branch(random, &mut books[at], false),
    }
}

/// Gives the rule something to look at that is right.
fn nearly_break(random: &mut Random, books: &mut [Playbook], flaw: Flaw) {
    let at = random.below(books.len());
    match flaw {
        Flaw::TooManyCombinations => add_wide_branch(random, &mut books[at], true),
        Flaw::TooLong => {
            for at in (0..books.len()).rev() {
                for step in 0..books[at].steps.len() {
                    for max in [100, 40, 10] {
                        raise(books, at, step, max);
                    }
                }
            }
        }
        _ => {}
    }
}

/// Raises a step's limit of visits if all runs stay within 8,000 steps.
fn raise(books: &mut [Playbook], at: usize, step: usize, max: usize) {
    let Some(before) = books[at].steps[step].visits.filter(|before| *before < max) else {
        return;
    };
    books[at].steps[step].visits = Some(max);
    if count_all(books) > 8_000 {
        books[at].steps[step].visits = Some(before);
        count_all(books);
    }
}

/// The most entries of any playbook's runs.
fn count_all(books: &mut [Playbook]) -> usize {
    for at in (0..books.len()).rev() {
        let (book, later) = books[at..].split_first_mut().expect("`at` is one of them");
        book.count_entries(later);
    }
    books.iter().map(|book| book.entries).max().unwrap_or(0)
}

/// Breaks rules freely, but keeps targets, playbooks and the form of each step.
fn go_wild(random: &mut Random, books: &mut [Playbook], shared: &mut [Fact]) {
    const FREE: [Flaw; 8] = [
        Flaw::EndlessCycle,
        Flaw::UnreachableStep,
        Flaw::NoWayOut,
        Flaw::RecursiveCall,
        Flaw::UncoveredBranch,
        Flaw::ImpossibleCondition,
        Flaw::ShadowedCondition,
        Flaw::TooManyCombinations,
    ];
    for _ in 0..random.below(4) {
        let flaw = *random.pick(&FREE);
        inject(random, books, flaw);
    }
    if random.chance(5) {
        inject(random, books, Flaw::TooLong);
    }
    for book in &mut *books {
        let steps = book.steps.len();
        for step in &mut book.steps {
            match &mut step.kind {
                Kind::Call { with, .. } => {
                    with.retain(|_| random.chance(80));
                    // What the callee takes may have changed.
                    complete(random, steps, &mut step.exits);
                }
                Kind::Branch(_) if random.chance(40) => step.exits.retain(|exit| exit.name != "unknown"),
                _ => {}
            }
        }
        let own = book.facts.iter().take_while(|fact| fact.shared).count();
        unsettle(random, &mut book.facts[own..]);
    }
    unsettle(random, shared);
}

/// Makes some facts never asked for, and some prompts read each other in a ring.
fn unsettle(random: &mut Random, facts: &mut [Fact]) {
    facts.iter_mut().filter(|_| random.chance(15)).for_each(|fact| fact.ask = None);
    if random.chance(25) {
        let names: Vec<String> = facts.iter().map(|fact| fact.name.clone()).collect();
        for (at, fact) in facts.iter_mut().enumerate().filter(|(_, fact)| fact.ask.is_some()) {
            fact.ask = Some(format!("With {{{{ {} }}}}, which one?", names[(at + 1) % names.len()]));
        }
    }
}

/// Every step and place of an exit, of steps that lead anywhere.
fn places(book: &Playbook) -> Vec<(usize, usize)> {
    let of = |(at, step): (usize, &Step)| (0..step.exits.len()).map(move |exit| (at, exit)).collect::<Vec<_>>();
    book.steps.iter().enumerate().flat_map(of).collect()
}

/// A place to put something; those that end there first, so that less becomes unreachable. A playbook that only ends
/// gets a first step.
fn place(random: &mut Random, book: &mut Playbook) -> (usize, usize) {
    if places(book).is_empty() {
        let mut then = Exit::new("then");
        then.way = Way::Step(book.start);
        book.start = add(random, book, Kind::Say, vec![then]);
    }
    let all = places(book);
    let ends: Vec<_> =
        all.iter().copied().filter(|at| matches!(book.steps[at.0].exits[at.1].way, Way::End(_))).collect();
    if !ends.is_empty() && random.chance(70) { *random.pick(&ends) } else { *random.pick(&all) }
}

/// Puts a step before what some way leads to; all its own ways lead on there.
fn insert(random: &mut Random, book: &mut Playbook, kind: Kind, mut exits: Vec<Exit>) -> usize {
    let (from, exit) = place(random, book);
    let number = book.steps.len();
    let way = std::mem::replace(&mut book.steps[from].exits[exit].way, Way::Step(number));
    exits.iter_mut().for_each(|exit| exit.way = way.clone());
    add(random, book, kind, exits)
}

fn add(random: &mut Random, book: &mut Playbook, kind: Kind, exits: Vec<Exit>) -> usize {
    let id = book.fresh_id(random);
    book.steps.push(Step::new(id, kind, exits));
    book.steps.len() - 1
}

fn insert_call(random: &mut Random, books: &mut [Playbook], caller: usize, callee: usize) -> usize {
    let (kind, mut exits) = build::call(random, &books[callee]);
    if callee == caller && exits.is_empty() {
        exits.push(Exit::new("resolved"));
    }
    insert(random, &mut books[caller], kind, exits)
}

fn lead_nowhere(random: &mut Random, book: &mut Playbook) {
    if random.chance(5) {
        book.start = book.steps.len();
        return;
    }
    let (from, exit) = place(random, book);
    book.steps[from].exits[exit].way = Way::Nowhere;
}

/// Leads a way back to a step on a path to it, neither of which has `visits`; or takes `visits`
/// away.
fn lead_back(random: &mut Random, book: &mut Playbook) {
    let limited: Vec<usize> = (0..book.steps.len()).filter(|step| book.steps[*step].visits.is_some()).collect();
    if !limited.is_empty() && random.chance(30) {
        let step = &mut book.steps[*random.pick(&limited)];
        step.visits = None;
        step.exits.retain(|exit| exit.name != "visits");
        return;
    }
    for _ in 0..20 {
        let (from, exit) = place(random, book);
        let mut to = from;
        for _ in 0..random.below(4) {
            let leads = |step: &Step| step.exits.iter().any(|exit| matches!(exit.way, Way::Step(step) if step == to));
            let before: Vec<usize> = (0..to).filter(|step| leads(&book.steps[*step])).collect();
            if !before.is_empty() {
                to = *random.pick(&before);
            }
        }
        if book.steps[from].visits.is_none() && book.steps[to].visits.is_none() {
            book.steps[from].exits[exit].way = Way::Step(to);
            return;
        }
    }
}

/// Adds steps that nothing leads to, or takes away all ways to one.
fn cut_off(random: &mut Random, book: &mut Playbook) {
    if random.chance(50) {
        let number = book.steps.len();
        for more in 0..1 + random.below(2) {
            let mut exit = Exit::new("then");
            exit.way = Way::Step(if more == 0 { random.below(number) } else { number });
            add(random, book, Kind::Say, vec![exit]);
        }
        return;
    }
    let victim = random.below(book.steps.len());
    for step in &mut book.steps {
        for exit in step.exits.iter_mut().filter(|exit| matches!(exit.way, Way::Step(step) if step == victim)) {
            exit.way = Way::End(Ending::plain(Class::Escalated));
        }
    }
}

/// Adds a way into a ring of one to three steps.
fn add_ring(random: &mut Random, book: &mut Playbook) {
    let (from, exit) = place(random, book);
    let first = book.steps.len();
    let size = 1 + random.below(3);
    for at in 0..size {
        let mut then = Exit::new("then");
        then.way = Way::Step(first + (at + 1) % size);
        let step = add(random, book, Kind::Say, vec![then.clone()]);
        if random.chance(20) {
            book.steps[step].visits = Some(2);
            then.name = "visits".to_owned();
            book.steps[step].exits.push(then);
        }
    }
    book.steps[from].exits[exit].way = Way::Step(first);
}

/// Changes the ways of one call; adds a call if the desk has none.
fn change_calls(random: &mut Random, books: &mut [Playbook], change: fn(&mut Random, usize, &mut Vec<Exit>)) {
    let find = |books: &[Playbook]| {
        let calls = |book: usize| {
            let steps = books[book].steps.iter().enumerate();
            let calls = steps.filter(|(_, step)| matches!(step.kind, Kind::Call { .. }));
            calls.map(move |(step, _)| (book, step)).collect::<Vec<_>>()
        };
        (0..books.len()).flat_map(calls).collect::<Vec<_>>()
    };
    let found = find(books);
    let (book, step) = if found.is_empty() {
        let last = books.len() - 1;
        (0, insert_call(random, books, 0, last))
    } else {
        *random.pick(&found)
    };
    let steps = books[book].steps.len();
    change(random, steps, &mut books[book].steps[step].exits);
}

/// Gives a call both ways.
fn complete(random: &mut Random, steps: usize, exits: &mut Vec<Exit>) {
    for name in ["resolved", "not_resolved"] {
        if exits.iter().all(|exit| exit.name != name) {
            let mut exit = Exit::new(name);
            let further = Way::Step(random.below(steps));
            exit.way = if random.chance(80) { Way::End(Ending::plain(Class::Escalated)) } else { further };
            exits.push(exit);
        }
    }
}

/// Lets a playbook call another a hundred times, which goes round a hundred times itself.
fn prolong(random: &mut Random, books: &mut [Playbook]) {
    let returns = |book: &Playbook| book.can_end(Class::Resolved) || book.can_end(Class::NotResolved);
    let callees: Vec<usize> = (1..books.len()).filter(|at| returns(&books[*at])).collect();
    if callees.is_empty() {
        return;
    }
    let callee = *random.pick(&callees);
    let caller = random.below(callee);
    add_round(random, &mut books[callee], Kind::Say, vec![Exit::new("then")]);
    let (kind, exits) = build::call(random, &books[callee]);
    add_round(random, &mut books[caller], kind, exits);
}

/// Starts the playbook with a question from which a step leads back to it, a hundred times.
fn add_round(random: &mut Random, book: &mut Playbook, kind: Kind, mut exits: Vec<Exit>) {
    let (before, head) = (book.start, book.steps.len());
    let ways = [("yes", head + 1), ("no", before), ("visits", before)].map(|(name, to)| {
        let mut exit = Exit::new(name);
        exit.way = Way::Step(to);
        exit
    });
    add(random, book, Kind::Ask { save: None }, ways.to_vec());
    book.steps[head].visits = Some(100);
    exits.iter_mut().for_each(|exit| exit.way = Way::Step(head));
    add(random, book, kind, exits);
    book.start = head;
}

/// A branch of the playbook; one is inserted if there is none.
fn some_branch(random: &mut Random, book: &mut Playbook) -> usize {
    let branches: Vec<usize> =
        (0..book.steps.len()).filter(|step| matches!(book.steps[*step].kind, Kind::Branch(_))).collect();
    if !branches.is_empty() {
        return *random.pick(&branches);
    }
    let shared: Vec<usize> = (0..book.facts.len()).filter(|fact| book.facts[*fact].shared).collect();
    let (conditions, _) = condition::branch(random, &book.facts, &shared, false);
    let names = (1..=conditions.len()).map(|number| number.to_string());
    let exits = names.chain(["else".to_owned()]).map(Exit::new).collect();
    insert(random, book, Kind::Branch(conditions), exits)
}

/// Takes `else` away, or a condition if there is no `else`.
fn uncover(random: &mut Random, book: &mut Playbook) {
    let at = some_branch(random, book);
    let step = &mut book.steps[at];
    if step.exit("else").is_some() {
        step.exits.retain(|exit| exit.name != "else");
    } else if let Kind::Branch(conditions) = &mut step.kind
        && conditions.len() > 1
    {
        let removed = random.below(conditions.len());
        conditions.remove(removed);
        step.exits.remove(removed);
        step.exits[..conditions.len()].iter_mut().enumerate().for_each(|(at, exit)| exit.name = (at + 1).to_string());
    }
}

/// Adds a condition that is `wrong` at the end of a branch, made from the first if none is found.
fn add_condition(
    random: &mut Random,
    book: &mut Playbook,
    wrong: fn(&Table) -> bool,
    otherwise: fn(Condition) -> Condition,
) {
    let at = some_branch(random, book);
    let Kind::Branch(conditions) = &mut book.steps[at].kind else {
        return;
    };
    let about: Vec<usize> = conditions.iter().flat_map(Condition::facts).collect();
    let mut found = otherwise(conditions[0].clone());
    for _ in 0..20 {
        let next = Condition::draw(random, &book.facts, &about, 2, false);
        let all: Vec<Condition> = conditions.iter().chain([&next]).cloned().collect();
        let table = Table::of(&book.facts, &all);
        if wrong(&table) && table.is_whole() {
            found = next;
            break;
        }
    }
    conditions.push(found);
    let number = conditions.len();
    let mut exit = Exit::new(number.to_string());
    exit.way = book.steps[at].exits[0].way.clone();
    book.steps[at].exits.insert(number - 1, exit);
}

/// Inserts a branch over three new numbers with too many combinations to go through.
fn add_wide_branch(random: &mut Random, book: &mut Playbook, with_else: bool) {
    let first = book.facts.len();
    let conditions: Vec<Condition> = (0..3)
        .map(|at| {
            let values: Vec<i64> = (0..12 + random.below(6) as i64).map(|value| 4 * (value + 1)).collect();
            Condition::Among { fact: first + at, values, not: random.chance(30) }
        })
        .collect();
    for at in 0..3 {
        // A second branch of this kind needs names of its own.
        let name = format!("reading_{}", first + at);
        let ask = Some("What does it read?".to_owned());
        let form = Form::Number(None, None, None);
        book.facts.push(Fact { name, form, ask, shared: false, given: false, used: true });
    }
    let names = ["1", "2", "3"].into_iter().chain(with_else.then_some("else"));
    let exits = names.map(Exit::new).collect();
    insert(random, book, Kind::Branch(conditions), exits);
}
