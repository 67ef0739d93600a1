//! The walk: from the entry step through every automatic step and every answer that counts.

use std::collections::BTreeMap;

use super::condition::{Condition, Test};
use super::fact::{self, Takes};
use super::tree::Tree;

const MOST_STEPS: usize = 10_000;

/// The calls that are open, outermost first: step and visit.
type Path = Vec<(String, u32)>;

/// What an answer belongs to.
#[derive(Clone, Debug, PartialEq)]
pub enum Place {
    Step {
        frame: Path,
        step: String,
        item: Option<String>,
        visit: u32,
    },
    /// `frame: None`: the desk's.
    Fact {
        frame: Option<Path>,
        fact: String,
    },
}

impl Place {
    pub fn name(&self) -> String {
        match self {
            Place::Step { frame, step, item: None, .. } => named(frame, step),
            Place::Step { frame, step, item: Some(item), .. } => named(frame, &format!("{step}/{item}")),
            Place::Fact { frame, fact } => named(frame.as_deref().unwrap_or_default(), fact),
        }
    }

    pub fn visit(&self) -> u32 {
        match self {
            Place::Step { visit, .. } => *visit,
            Place::Fact { .. } => 1,
        }
    }
}

fn named(frame: &[(String, u32)], name: &str) -> String {
    let calls = frame.iter().map(|(step, _)| format!("{step}/"));
    calls.collect::<String>() + name
}

#[derive(Clone, Debug)]
pub struct Prompt {
    pub place: Place,
    pub takes: Takes,
    /// A `do` or an item.
    pub action: bool,
    /// The facts that its texts read, with their values.
    pub shown: Vec<(String, Option<String>)>,
}

/// One answer that was ever given. The latest of its place is the one that stands.
#[derive(Clone, Debug)]
pub struct Entry {
    pub place: Place,
    pub action: bool,
    pub shown: Vec<(String, Option<String>)>,
    pub answer: String,
    /// The prompts on the path before it when it was given.
    pub before: Vec<Place>,
    pub held: bool,
    /// By a take-over: the prompt has no answer.
    pub withdrawn: bool,
}

impl Entry {
    fn result(&self) -> Option<&str> {
        Some(self.answer.as_str()).filter(|answer| *answer != "stuck")
    }
}

pub struct Answered {
    pub prompt: Prompt,
    pub answer: String,
}

impl Answered {
    pub fn place(&self) -> &Place {
        &self.prompt.place
    }
}

pub enum End {
    At(Prompt),
    Ended {
        state: &'static str,
        at: String,
        visit: u32,
    },
    /// `withdraw`: the answer that whoever takes over gives anew.
    Stopped {
        state: &'static str,
        at: String,
        visit: u32,
        withdraw: Option<Place>,
    },
}

/// All that a walk depends on.
pub struct Book<'a> {
    pub desk: &'a Tree,
    pub playbooks: &'a BTreeMap<String, Tree>,
    pub playbook: &'a str,
    pub audience: &'a str,
    pub given: &'a BTreeMap<String, String>,
    pub history: &'a [Entry],
    /// Stand at the prompt that has so many before it.
    pub cursor: Option<usize>,
}

pub struct Walk {
    pub trail: Vec<Answered>,
    pub end: End,
    pub facts: BTreeMap<String, String>,
    /// Held entries that counted, by their place in the history.
    pub counted: Vec<usize>,
}

pub fn walk(book: Book) -> Walk {
    let mut walker = Walker {
        book,
        entered: 0,
        desk_facts: BTreeMap::new(),
        frames: Vec::new(),
        preparing: Vec::new(),
        trail: Vec::new(),
        counted: Vec::new(),
    };
    let end = match walker.start() {
        Ok(never) => match never {},
        Err(end) => *end,
    };
    Walk { end, facts: walker.view_facts(), trail: walker.trail, counted: walker.counted }
}

/// What a frame knows of a fact; of others it knows nothing yet.
#[derive(Clone)]
enum Status {
    Known(String),
    /// "Can't tell" was answered there.
    CannotTell(Place),
}

struct Frame<'a> {
    playbook: &'a Tree,
    /// The step and visit of the frame below that opened it.
    call: Option<(String, u32)>,
    facts: BTreeMap<String, Status>,
    visits: BTreeMap<String, u32>,
}

/// A way on out of a step.
struct Way<'a> {
    target: Option<&'a Tree>,
    step: &'a str,
    /// What an ending in place is known as.
    name: String,
    visit: u32,
}

enum Never {}

struct Walker<'a> {
    book: Book<'a>,
    entered: usize,
    desk_facts: BTreeMap<String, Status>,
    frames: Vec<Frame<'a>>,
    /// Facts whose prompt waits for the facts that its text reads.
    preparing: Vec<Place>,
    trail: Vec<Answered>,
    counted: Vec<usize>,
}

impl<'a> Walker<'a> {
    fn start(&mut self) -> Result<Never, Box<End>> {
        let playbook = self.book.playbooks.get(self.book.playbook).unwrap_or(&Tree::Nothing);
        let mut frame = Frame { playbook, call: None, facts: BTreeMap::new(), visits: BTreeMap::new() };
        for (name, value) in self.book.given {
            let own = playbook.get("facts").is_some_and(|facts| facts.get(name).is_some());
            let facts = if own { &mut frame.facts } else { &mut self.desk_facts };
            facts.insert(name.clone(), Status::Known(value.clone()));
        }
        self.frames.push(frame);
        let mut way = self.entry();
        loop {
            way = self.follow(way)?;
        }
    }

    /// The way into the innermost frame.
    fn entry(&self) -> Way<'a> {
        let target = self.frame().playbook.get("start");
        Way { target, step: "start", name: "start".to_owned(), visit: 1 }
    }

    fn follow(&mut self, way: Way<'a>) -> Result<Way<'a>, Box<End>> {
        match way.target {
            Some(Tree::Scalar(id)) => self.enter(id),
            Some(ending) => self.ending(ending, &way.name, way.visit),
            None => Err(self.stopped("stopped no-branch", way.step, way.visit)),
        }
    }

    // Entering a step.
    fn enter(&mut self, id: &'a str) -> Result<Way<'a>, Box<End>> {
        let Some(step) = self.step(id) else {
            return Err(self.stopped("stopped no-branch", id, 1));
        };
        let visit = self.frame().visits.get(id).map_or(1, |count| count + 1);
        if self.entered == MOST_STEPS {
            return Err(self.stopped("stopped step-limit", id, visit));
        }
        self.entered += 1;
        self.frame_mut().visits.insert(id.to_owned(), visit);
        if let Some(visits) = step.get("visits")
            && visits.number("max").is_some_and(|max| f64::from(visit) > max)
        {
            let name = format!("{id}.visits");
            return Ok(Way { target: visits.get("then"), step: id, name, visit });
        }
        if self.book.audience == "self-service" && self.for_staff(step) {
            return Err(self.stopped("stopped staff-only", id, visit));
        }
        self.go(id, step, visit)
    }

    fn for_staff(&self, step: &Tree) -> bool {
        let callee = step.text("call").and_then(|id| self.book.playbooks.get(id));
        let says_so = |audience: &Tree| {
            let names = audience.words();
            names.contains(&"agent".to_owned()) && !names.contains(&"self-service".to_owned())
        };
        step.get("audience").is_some_and(says_so)
            // The default of a playbook is `[agent]`.
            || callee.is_some_and(|callee| callee.get("audience").is_none_or(says_so))
    }

    fn go(&mut self, id: &'a str, step: &'a Tree, visit: u32) -> Result<Way<'a>, Box<End>> {
        let has = |key: &str| step.get(key).is_some();
        let key = if has("say") {
            let next = Takes::Ids(vec!["next".to_owned()]);
            self.ask(id, None, visit, next, false, &[step.text("say"), step.text("tip")])?;
            "then".to_owned()
        } else if has("ask") {
            return self.ask_step(id, step, visit);
        } else if has("do") {
            let texts = [step.text("do"), step.text("verify"), step.text("tip")];
            self.ask(id, None, visit, action(), true, &texts)?
        } else if has("try") {
            self.try_step(id, step, visit)?
        } else if has("tasks") {
            return self.tasks_step(id, step, visit);
        } else if has("branch") {
            return self.branch_step(id, step, visit);
        } else if has("call") {
            return self.call_step(id, step, visit);
        } else {
            return self.ending(step, id, visit);
        };
        self.way(step, id, key, visit)
    }

    /// The step's own way `key`; stuck without a way stops the run.
    fn way(&self, step: &'a Tree, id: &'a str, key: String, visit: u32) -> Result<Way<'a>, Box<End>> {
        match step.get(&key) {
            None if key == "stuck" => Err(self.stuck()),
            target => Ok(Way { target, step: id, name: format!("{id}.{key}"), visit }),
        }
    }

    fn ask_step(&mut self, id: &'a str, step: &'a Tree, visit: u32) -> Result<Way<'a>, Box<End>> {
        let answers = step.get("answers");
        let save = step.text("save");
        let takes = match (answers, save.and_then(|fact| self.declared(fact, false))) {
            (Some(answers), _) => {
                let ids = answers.words().into_iter();
                Takes::Ids(ids.chain(["stuck".to_owned()]).collect())
            }
            (None, declared) => Takes::fact(declared.map_or(&Tree::Nothing, |found| found.0)),
        };
        let entries = answers.map_or(&[][..], Tree::entries);
        let mut texts = vec![step.text("ask")];
        texts.extend(entries.iter().map(|(_, answer)| answer.text("label")));
        texts.push(step.text("tip"));
        let answer = self.ask(id, None, visit, takes, false, &texts)?;
        if answer == "stuck" {
            return self.way(step, id, answer, visit);
        }
        if let Some(fact) = save {
            self.learn(fact, Status::Known(answer.clone()));
        }
        let Some(answers) = answers else {
            return self.way(step, id, "then".to_owned(), visit);
        };
        let chosen = answers.get(&answer);
        let target = chosen.map(|chosen| chosen.get("goto").unwrap_or(chosen));
        Ok(Way { target, step: id, name: format!("{id}.{answer}"), visit })
    }

    // Order in a `try`: chance divided by minutes, larger first, ties as written.
    fn try_step(&mut self, id: &str, step: &Tree, visit: u32) -> Result<String, Box<End>> {
        let mut items: Vec<_> = step.get("try").map_or(&[][..], Tree::entries).iter().collect();
        // Compared in whole millionths and without dividing, so that ties are exact.
        let millionths =
            |item: &Tree, key: &str, default: f64| (item.number(key).unwrap_or(default) * 1e6).round() as i128;
        let chance = |item: &Tree| millionths(item, "chance", 0.5);
        let minutes = |item: &Tree| millionths(item, "minutes", 1.0);
        items.sort_by(|(_, a), (_, b)| (chance(b) * minutes(a)).cmp(&(chance(a) * minutes(b))));
        for (name, item) in items {
            if self.offered(item)? && self.item(id, step, name, item, visit)? == "worked" {
                return Ok("worked".to_owned());
            }
        }
        Ok("exhausted".to_owned())
    }

    fn tasks_step(&mut self, id: &'a str, step: &'a Tree, visit: u32) -> Result<Way<'a>, Box<End>> {
        for (name, item) in step.get("tasks").map_or(&[][..], Tree::entries) {
            if !self.offered(item)? {
                continue;
            }
            let result = self.item(id, step, name, item, visit)?;
            if result != "worked" {
                return match item.get(&result) {
                    None => self.way(step, id, result, visit),
                    own => {
                        let name = format!("{id}/{name}.{result}");
                        Ok(Way { target: own, step: id, name, visit })
                    }
                };
            }
        }
        self.way(step, id, "done".to_owned(), visit)
    }

    fn offered(&mut self, item: &Tree) -> Result<bool, Box<End>> {
        let Some(text) = item.text("if") else {
            return Ok(true);
        };
        Ok(self.decide(Condition::parse(text).as_ref())? != Some(false))
    }

    fn item(&mut self, id: &str, step: &Tree, name: &str, item: &Tree, visit: u32) -> Result<String, Box<End>> {
        let verify = item.text("verify").or(step.text("verify"));
        let tip = item.text("tip").or(step.text("tip"));
        self.ask(id, Some(name), visit, action(), true, &[item.text("do"), verify, tip])
    }

    // A branch looks at its conditions in order.
    fn branch_step(&mut self, id: &'a str, step: &'a Tree, visit: u32) -> Result<Way<'a>, Box<End>> {
        let Some(Tree::List(branches)) = step.get("branch") else {
            return Err(self.stopped("stopped no-branch", id, visit));
        };
        for (index, branch) in branches.iter().enumerate() {
            let condition = branch.text("if").and_then(Condition::parse);
            match self.decide(condition.as_ref())? {
                Some(false) => {}
                Some(true) => {
                    let target = Some(branch.get("goto").unwrap_or(branch));
                    let name = format!("{id}.{}", index + 1);
                    return Ok(Way { target, step: id, name, visit });
                }
                None if step.get("unknown").is_some() => {
                    return self.way(step, id, "unknown".to_owned(), visit);
                }
                None => {
                    let at = named(&self.path(), id);
                    let withdraw = condition.and_then(|condition| self.blamed(&condition));
                    let state = "stopped unknown-fact";
                    return Err(Box::new(End::Stopped { state, at, visit, withdraw }));
                }
            }
        }
        self.way(step, id, "else".to_owned(), visit)
    }

    // Each visit of a `call` opens a new frame.
    fn call_step(&mut self, id: &'a str, step: &'a Tree, visit: u32) -> Result<Way<'a>, Box<End>> {
        let playbooks = self.book.playbooks;
        let Some(callee) = step.text("call").and_then(|id| playbooks.get(id)) else {
            return Err(self.stopped("stopped no-branch", id, visit));
        };
        let mut facts = BTreeMap::new();
        for (name, value) in step.get("with").map_or(&[][..], Tree::entries) {
            let status = match (value, value.text("fact")) {
                (_, Some(read)) => {
                    self.need(read, false)?;
                    self.status(read).cloned()
                }
                (Tree::Scalar(text), None) => {
                    let declared = callee.get("facts").and_then(|facts| facts.get(name));
                    let declared = declared.unwrap_or(&Tree::Nothing);
                    Some(Status::Known(fact::literal(declared, text)))
                }
                _ => None,
            };
            let own = callee.get("facts").is_some_and(|facts| facts.get(name).is_some());
            if let Some(status) = status.filter(|_| own) {
                facts.insert(name.clone(), status);
            }
        }
        let call = Some((id.to_owned(), visit));
        self.frames.push(Frame { playbook: callee, call, facts, visits: BTreeMap::new() });
        Ok(self.entry())
    }

    // `resolve` goes on at the caller's `resolved`; an `escalate` ends the whole run.
    fn ending(&mut self, ending: &'a Tree, name: &str, visit: u32) -> Result<Way<'a>, Box<End>> {
        let kinds = [("resolve", "resolved"), ("not_resolved", "not_resolved"), ("escalate", "escalated")];
        let Some((key, state)) = kinds.into_iter().find(|(key, _)| ending.get(key).is_some()) else {
            return Err(self.stopped("stopped no-branch", name, visit));
        };
        self.read(&[ending.text(key), ending.text("tell")])?;
        if state != "escalated"
            && let Some((call, visit)) = self.frame().call.clone()
        {
            self.frames.pop();
            let steps = self.frame().playbook.get("steps").map_or(&[][..], Tree::entries);
            let (id, step) = steps.iter().find(|(id, _)| *id == call).expect("the frame was opened by this step");
            return self.way(step, id, state.to_owned(), visit);
        }
        Err(Box::new(End::Ended { state, at: named(&self.path(), name), visit }))
    }

    /// The prompt of a step or of an item, after the facts that its texts read.
    fn ask(
        &mut self,
        id: &str,
        item: Option<&str>,
        visit: u32,
        takes: Takes,
        action: bool,
        texts: &[Option<&str>],
    ) -> Result<String, Box<End>> {
        let shown = self.read(texts)?;
        let item = item.map(String::from);
        let place = Place::Step { frame: self.path(), step: id.to_owned(), item, visit };
        self.prompt(Prompt { place, takes, action, shown })
    }

    /// The answer in the book, if it counts; else this is the position.
    fn prompt(&mut self, prompt: Prompt) -> Result<String, Box<End>> {
        let history = self.book.history;
        let latest = history.iter().rposition(|entry| entry.place == prompt.place);
        let latest = latest.filter(|index| !history[*index].withdrawn);
        let Some(index) = latest.filter(|_| self.book.cursor != Some(self.trail.len())) else {
            return Err(Box::new(End::At(prompt)));
        };
        let entry = &history[index];
        if entry.held {
            if entry.shown != prompt.shown || self.has_news(index) {
                return Err(Box::new(End::At(prompt)));
            }
            self.counted.push(index);
        }
        self.trail.push(Answered { prompt, answer: entry.answer.clone() });
        Ok(entry.answer.clone())
    }

    /// Whether something was done that is news to a held answer which the walk has reached.
    fn has_news(&self, held: usize) -> bool {
        let history = self.book.history;
        let place = &history[held].place;
        let others = history.iter().filter(|entry| entry.action && entry.place != *place);
        others.map(|entry| &entry.place).any(|action| {
            let latest = |entries: &'a [Entry]| entries.iter().rfind(|entry| entry.place == *action);
            let then = latest(&history[..held]).and_then(Entry::result);
            let now = latest(history);
            let before_it_now = self.trail.iter().any(|was| was.place() == action);
            let done_after_it = now.is_some_and(|now| now.before.contains(place));
            then != now.and_then(Entry::result) && (before_it_now || !done_after_it)
        })
    }

    // Facts are asked for when they are needed: those of these texts, in this order.
    fn read(&mut self, texts: &[Option<&str>]) -> Result<Vec<(String, Option<String>)>, Box<End>> {
        let names: Vec<String> = texts.iter().flatten().flat_map(|text| fact::read_by(text)).collect();
        for name in &names {
            self.need(name, false)?;
        }
        let value = |name: String| {
            let value = self.value(&name).map(String::from);
            (name, value)
        };
        Ok(names.into_iter().map(value).collect())
    }

    /// Asks for the fact if it can be asked for. `by_desk`: a text of the desk reads it.
    fn need(&mut self, name: &str, by_desk: bool) -> Result<(), Box<End>> {
        let Some((declared, of_desk)) = self.declared(name, by_desk) else {
            return Ok(());
        };
        let facts = if of_desk { &self.desk_facts } else { &self.frame().facts };
        let Some(text) = declared.text("ask").filter(|_| !facts.contains_key(name)) else {
            return Ok(());
        };
        let frame = (!of_desk).then(|| self.path());
        let place = Place::Fact { frame, fact: name.to_owned() };
        if self.preparing.contains(&place) {
            return Ok(());
        }
        self.preparing.push(place.clone());
        for other in fact::read_by(text) {
            self.need(&other, of_desk)?;
        }
        self.preparing.pop();
        let takes = Takes::fact(declared);
        let prompt = Prompt { place: place.clone(), takes, action: false, shown: Vec::new() };
        let status = match self.prompt(prompt)? {
            answer if answer == "stuck" => Status::CannotTell(place),
            answer => Status::Known(answer),
        };
        let facts = if of_desk { &mut self.desk_facts } else { &mut self.frame_mut().facts };
        facts.insert(name.to_owned(), status);
        Ok(())
    }

    // A condition is evaluated with what is known; while that does not settle it, the next fact is asked for.
    fn decide(&mut self, condition: Option<&Condition>) -> Result<Option<bool>, Box<End>> {
        let Some(condition) = condition else {
            return Ok(None);
        };
        loop {
            let truth = |fact: &str, test: &Test| self.truth(fact, test);
            if let Some(value) = condition.truth(&truth) {
                return Ok(Some(value));
            }
            let askable = |fact: &str| {
                let declared = self.declared(fact, false);
                declared.is_some_and(|(declared, _)| declared.text("ask").is_some()) && self.status(fact).is_none()
            };
            let Some(fact) = condition.first(&truth, &askable) else {
                return Ok(None);
            };
            self.need(fact, false)?;
        }
    }

    /// The "can't tell" of the fact that a condition without a value is blamed on.
    fn blamed(&self, condition: &Condition) -> Option<Place> {
        let fact = condition.first(&|fact, test| self.truth(fact, test), &|_| true)?;
        match self.status(fact) {
            Some(Status::CannotTell(place)) => Some(place.clone()),
            _ => None,
        }
    }

    fn truth(&self, name: &str, test: &Test) -> Option<bool> {
        match (self.value(name), self.declared(name, false)) {
            (Some(value), Some((declared, _))) => fact::holds(declared, value, test),
            _ => (*test == Test::IsKnown).then_some(false),
        }
    }

    fn value(&self, name: &str) -> Option<&str> {
        match self.status(name) {
            Some(Status::Known(value)) => Some(value),
            _ => None,
        }
    }

    fn status(&self, name: &str) -> Option<&Status> {
        match self.declared(name, false)? {
            (_, true) => self.desk_facts.get(name),
            (_, false) => self.frame().facts.get(name),
        }
    }

    /// A saved value wins over an earlier one.
    fn learn(&mut self, name: &str, status: Status) {
        let facts = match self.declared(name, false) {
            Some((_, true)) => &mut self.desk_facts,
            Some((_, false)) => &mut self.frame_mut().facts,
            None => return,
        };
        facts.insert(name.to_owned(), status);
    }

    /// The fact's declaration, and whether it is the desk's.
    fn declared(&self, name: &str, by_desk: bool) -> Option<(&'a Tree, bool)> {
        let own = self.frame().playbook.get("facts").filter(|_| !by_desk);
        let own = own.and_then(|facts| facts.get(name)).map(|declared| (declared, false));
        let shared = self.book.desk.get("facts").and_then(|facts| facts.get(name));
        own.or(shared.map(|declared| (declared, true)))
    }

    fn stopped(&self, state: &'static str, id: &str, visit: u32) -> Box<End> {
        Box::new(End::Stopped { state, at: named(&self.path(), id), visit, withdraw: None })
    }

    /// Stopped at the prompt that was answered last.
    fn stuck(&self) -> Box<End> {
        let place = self.trail.last().expect("`stuck` is an answer").place();
        let (at, visit, withdraw) = (place.name(), place.visit(), Some(place.clone()));
        Box::new(End::Stopped { state: "stopped stuck", at, visit, withdraw })
    }

    fn step(&self, id: &str) -> Option<&'a Tree> {
        self.frame().playbook.get("steps").and_then(|steps| steps.get(id))
    }

    fn path(&self) -> Path {
        self.frames.iter().filter_map(|frame| frame.call.clone()).collect()
    }

    fn frame(&self) -> &Frame<'a> {
        self.frames.last().expect("the first frame stays open")
    }

    fn frame_mut(&mut self) -> &mut Frame<'a> {
        self.frames.last_mut().expect("the first frame stays open")
    }

    fn view_facts(&self) -> BTreeMap<String, String> {
        let mut all = BTreeMap::new();
        let mut path = Path::new();
        let desk = [(None, &self.desk_facts)];
        let own = self.frames.iter().map(|frame| (frame.call.clone(), &frame.facts));
        for (call, facts) in desk.into_iter().chain(own) {
            path.extend(call);
            for (name, status) in facts {
                if let Status::Known(value) = status {
                    all.insert(named(&path, name), value.clone());
                }
            }
        }
        all
    }
}

fn action() -> Takes {
    Takes::Ids(["worked", "failed", "stuck"].map(String::from).to_vec())
}
