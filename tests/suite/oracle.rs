//! An oracle for the checker: what its rules for flow and for branches must find in a small desk, by closures of matrices and by trying every value.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use serde::de::{self, Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};

/// Paths within the desk and what the files hold: `desk.yaml`, `playbooks/p0.yaml`.
pub type Files = Vec<(String, String)>;
/// Rule, playbook id, subject: a step, one of its ways (`step.else`), `start`, or nothing.
pub type Finding = (String, String, String);

/// What the rules known here must report; of an endless cycle, every step on it.
///
/// A condition or a bound that cannot be read panics.
pub fn findings(files: &Files) -> BTreeSet<Finding> {
    let trees: Vec<(&str, Node)> = files
        .iter()
        .filter(|(path, _)| path == "desk.yaml" || playbook_id(path).is_some())
        .map(|(path, text)| (path.as_str(), Node::parse(text)))
        .collect();
    let desk = trees.iter().find(|(path, _)| *path == "desk.yaml");
    let shared = desk.map_or(&NOTHING, |(_, desk)| desk.get("facts"));
    let playbooks: Vec<Playbook> =
        trees.iter().filter_map(|(path, tree)| Some(Playbook::new(playbook_id(path)?, tree))).collect();
    let calls = calls(&playbooks);

    let mut findings = BTreeSet::new();
    for (index, playbook) in playbooks.iter().enumerate() {
        let mut found = flow(playbook);
        found.extend(across_calls(index, &playbooks, &calls));
        let own = playbook.tree.get("facts");
        for (id, step) in playbook.steps.iter().filter(|step| step.1.has("branch")) {
            found.extend(branch(id, step, [own, shared]));
        }
        for (rule, subject) in found {
            findings.insert((rule.to_string(), playbook.id.to_string(), subject));
        }
    }
    findings
}

/// `None` for what lies beside a playbook: its tests, its translations.
fn playbook_id(path: &str) -> Option<&str> {
    let name = path.strip_prefix("playbooks/")?.rsplit('/').next()?;
    name.strip_suffix(".yaml").filter(|id| !id.contains('.'))
}

/// A YAML value: a scalar has a text, a mapping has entries, a list has entries with empty keys.
struct Node {
    text: Option<String>,
    entries: Vec<(String, Node)>,
}

static NOTHING: Node = Node::of_entries(Vec::new());

impl Node {
    fn parse(text: &str) -> Node {
        let options = serde_yaml::options! {
            strict_booleans: true,
            leading_zero_numbers_as_strings: true,
            underscored_numbers_as_strings: true,
        };
        serde_yaml::from_str_with_options(text, options).expect("the files are valid YAML")
    }

    const fn of_entries(entries: Vec<(String, Node)>) -> Node {
        Node { text: None, entries }
    }

    fn has(&self, key: &str) -> bool {
        self.entries.iter().any(|(name, _)| name == key)
    }

    /// An empty mapping if there is no such key.
    fn get(&self, key: &str) -> &Node {
        let entry = self.entries.iter().find(|(name, _)| name == key);
        entry.map_or(&NOTHING, |(_, node)| node)
    }

    fn text(&self) -> Option<&str> {
        self.text.as_deref()
    }
}

impl<'de> Deserialize<'de> for Node {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Node, D::Error> {
        deserializer.deserialize_any(NodeVisitor)
    }
}

struct NodeVisitor;

macro_rules! keep_as_text {
    ($($visit:ident($($scalar:ident: $of:ty)?)),*) => {$(
        fn $visit<E: de::Error>(self $(, $scalar: $of)?) -> Result<Node, E> {
            let text = String::new() $(+ $scalar.to_string().as_str())?;
            Ok(Node { text: Some(text), entries: Vec::new() })
        }
    )*};
}

impl<'de> Visitor<'de> for NodeVisitor {
    type Value = Node;

    keep_as_text!(visit_str(it: &str), visit_bool(it: bool), visit_unit());
    keep_as_text!(visit_u64(it: u64), visit_i64(it: i64), visit_f64(it: f64));

    fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str("a YAML value")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let items = std::iter::from_fn(|| access.next_element().transpose());
        let entries = items.map(|item| Ok((String::new(), item?)));
        entries.collect::<Result<_, _>>().map(Node::of_entries)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Node, A::Error> {
        let entries = std::iter::from_fn(|| access.next_entry().transpose());
        entries.collect::<Result<_, _>>().map(Node::of_entries)
    }
}

/// The keys of endings; in the flow each is a point behind the last step, in this order.
const ENDS: [&str; 3] = ["resolve", "not_resolved", "escalate"];
const RESOLVED: usize = 0;
const NOT_RESOLVED: usize = 1;
const ESCALATED: usize = 2;
/// Where a way to a step that does not exist leads: it may be any ending.
const UNSURE: usize = 3;

const WAYS: &str = "stuck then worked failed exhausted done else unknown resolved not_resolved";

/// The targets of all declared ways on; a step that is an ending is a target of its own.
fn ways(step: &Node) -> Vec<&Node> {
    let mut ways = vec![step.get("visits").get("then")];
    // `not_resolved` is an ending by itself, but a way on of a call.
    if !step.has("call") && ENDS.iter().any(|end| step.has(end)) {
        ways.push(step);
        return ways;
    }
    ways.extend(WAYS.split(' ').map(|way| step.get(way)));
    let within = |key| step.get(key).entries.iter().map(|(_, node)| node);
    ways.extend(within("answers").chain(within("branch")));
    for item in within("try").chain(within("tasks")) {
        ways.extend([item.get("failed"), item.get("stuck")]);
    }
    ways
}

type Matrix = Vec<Vec<bool>>;

/// Which points are reached over one edge or more: the matrix is squared until nothing is added.
fn closure(mut reach: Matrix) -> Matrix {
    loop {
        let mut next = reach.clone();
        for (row, from) in next.iter_mut().zip(&reach) {
            for middle in (0..from.len()).filter(|point| from[*point]) {
                for (cell, further) in row.iter_mut().zip(&reach[middle]) {
                    *cell |= further;
                }
            }
        }
        if next == reach {
            return reach;
        }
        reach = next;
    }
}

struct Playbook<'a> {
    id: &'a str,
    tree: &'a Node,
    steps: &'a [(String, Node)],
    /// `None` if the key is missing or names no step.
    start: Option<usize>,
    /// By declared ways within the playbook, over the steps and, behind them, the ends.
    edges: Matrix,
    /// The closure of the edges.
    reach: Matrix,
}

impl<'a> Playbook<'a> {
    fn new(id: &'a str, tree: &'a Node) -> Playbook<'a> {
        let start = tree.get("start").text();
        let steps = &tree.get("steps").entries;
        let (edges, reach) = (Matrix::new(), Matrix::new());
        let start = steps.iter().position(|(id, _)| Some(&**id) == start);
        let mut playbook = Playbook { id, tree, steps, start, edges, reach };
        playbook.edges = playbook.edges(ways);
        playbook.reach = closure(playbook.edges.clone());
        playbook
    }

    fn edges(&self, ways: impl Fn(&Node) -> Vec<&Node>) -> Matrix {
        let size = self.end(UNSURE) + 1;
        let mut edges = vec![vec![false; size]; size];
        for (from, (_, step)) in self.steps.iter().enumerate() {
            for to in ways(step).into_iter().filter_map(|way| self.point(way)) {
                edges[from][to] = true;
            }
        }
        edges
    }

    /// Of a step's id, an ending in place, or the mapping of an answer or a condition around either.
    fn point(&self, target: &Node) -> Option<usize> {
        let end = ENDS.iter().position(|end| target.has(end));
        let Some(id) = target.text() else {
            return match target.has("goto") {
                true => self.point(target.get("goto")),
                false => end.map(|end| self.end(end)),
            };
        };
        let step = self.steps.iter().position(|step| step.0 == id);
        step.or(Some(self.end(UNSURE)))
    }

    fn end(&self, end: usize) -> usize {
        self.steps.len() + end
    }

    /// Whether a run reaches this point; without a start it reaches none.
    fn runs_to(&self, point: usize) -> bool {
        self.start.is_some_and(|start| start == point || self.reach[start][point])
    }

    /// Whether a run ends so, or might if what is broken were mended.
    fn may_end(&self, end: usize) -> bool {
        self.start.is_none() || [end, UNSURE].iter().any(|end| self.runs_to(self.end(*end)))
    }
}

type Found = Vec<(&'static str, String)>;

/// The rules that need nothing but the playbook.
fn flow(playbook: &Playbook) -> Found {
    let mut found = Found::new();
    if playbook.start.is_none() && playbook.tree.has("start") {
        found.push(("unknown_step", "start".to_string()));
    }
    let bounded = closure(playbook.edges(|step| match step.has("visits") {
        true => vec![step.get("visits").get("then")],
        false => ways(step),
    }));
    for (at, (id, _)) in playbook.steps.iter().enumerate() {
        let unreached = playbook.start.is_some() && !playbook.runs_to(at);
        for (rule, broken) in [
            ("unknown_step", playbook.edges[at][playbook.end(UNSURE)]),
            ("unreachable_step", unreached),
            ("endless_cycle", bounded[at][at]),
        ] {
            found.extend(broken.then(|| (rule, id.clone())));
        }
    }
    found
}

/// Which playbooks a run of each reaches through calls; behind them one point for every callee that does not exist, then one for `escalate`.
fn calls(playbooks: &[Playbook]) -> Matrix {
    let (missing, escalate) = (playbooks.len(), playbooks.len() + 1);
    let mut edges = vec![vec![false; escalate + 1]; escalate + 1];
    edges[missing][escalate] = true;
    for (from, playbook) in playbooks.iter().enumerate() {
        edges[from][escalate] = playbook.may_end(ESCALATED);
        for (at, (_, step)) in playbook.steps.iter().enumerate() {
            if step.has("call") && playbook.runs_to(at) {
                edges[from][callee(playbooks, step)] = true;
            }
        }
    }
    closure(edges)
}

fn callee(playbooks: &[Playbook], step: &Node) -> usize {
    let id = step.get("call").text();
    let known = playbooks.iter().position(|it| Some(it.id) == id);
    known.unwrap_or(playbooks.len())
}

/// The rules that look into the playbooks called.
fn across_calls(index: usize, playbooks: &[Playbook], calls: &Matrix) -> Found {
    let mut found = Found::new();
    if calls[index][index] {
        found.push(("recursive_call", String::new()));
    }
    let playbook = &playbooks[index];
    let ends_here = |at: usize| {
        let (from, step) = (&playbook.edges[at], &playbook.steps[at].1);
        from[playbook.end(0)..].contains(&true)
            || step.has("call") && calls[callee(playbooks, step)][playbooks.len() + 1]
    };
    for (from, (id, step)) in playbook.steps.iter().enumerate() {
        let on_the_way = |at: &usize| *at == from || playbook.reach[from][*at];
        if !(0..playbook.steps.len()).filter(on_the_way).any(ends_here) {
            found.push(("no_way_out", id.clone()));
        }
        if !step.has("call") {
            continue;
        }
        let Some(callee) = playbooks.get(callee(playbooks, step)) else {
            found.push(("unknown_playbook", id.clone()));
            continue;
        };
        for (way, end) in [("resolved", RESOLVED), ("not_resolved", NOT_RESOLVED)] {
            if !step.has(way) && callee.runs_to(callee.end(end)) {
                found.push(("missing_way", format!("{id}.{way}")));
            }
            if step.has(way) && !callee.may_end(end) {
                found.push(("way_never_taken", format!("{id}.{way}")));
            }
        }
    }
    found
}

/// More combinations than this are not tried.
const MOST_COMBINATIONS: usize = 4096;

/// The rules for branches: every condition under every combination of values; nothing if a fact is not declared.
fn branch(id: &str, step: &Node, declared: [&Node; 2]) -> Found {
    let mut found = Found::new();
    let list = step.get("branch").entries.iter();
    let conditions: Vec<Vec<Token>> = list.filter_map(|(_, item)| Some(tokens(item.get("if").text()?))).collect();
    let mut compared = BTreeMap::new();
    for condition in &conditions {
        Reader::read(condition, &Facts::new(), &mut compared);
    }
    let mut axes: Vec<(&str, Vec<Option<Value>>)> = Vec::new();
    for (fact, values) in &compared {
        let Some(facts) = declared.iter().find(|facts| facts.has(fact)) else {
            return found;
        };
        let known = cut(facts.get(fact), values.clone()).into_iter().map(Some);
        axes.push((fact, known.chain([None]).collect()));
    }
    let lengths = axes.iter().map(|(_, axis)| axis.len());
    let count = lengths.fold(1, usize::saturating_mul);
    if count > MOST_COMBINATIONS {
        found.extend((!step.has("else")).then(|| ("too_many_combinations", id.to_string())));
        return found;
    }
    let truths = |number| {
        let facts = combination(number, &axes);
        let truth = |condition: &Vec<Token>| Reader::read(condition, &facts, &mut BTreeMap::new());
        conditions.iter().map(truth).collect()
    };
    let rows: Vec<Vec<Option<bool>>> = (0..count).map(truths).collect();

    let all_false = |row: &Vec<Option<bool>>| row.iter().all(|truth| *truth == Some(false));
    let falls_through = rows.iter().any(all_false);
    match (falls_through, step.has("else")) {
        (true, false) => found.push(("uncovered_branch", id.to_string())),
        (false, true) => found.push(("way_never_taken", format!("{id}.else"))),
        _ => {}
    }
    for at in 0..conditions.len() {
        let mut holds = rows.iter().filter(|row| row[at] == Some(true)).peekable();
        if holds.peek().is_none() {
            found.push(("impossible_condition", format!("{id}.{}", at + 1)));
        } else if holds.all(|row| row[..at].contains(&Some(true))) {
            found.push(("shadowed_condition", format!("{id}.{}", at + 1)));
        }
    }
    found
}

/// A fact that is not there is unknown.
type Facts<'a> = BTreeMap<&'a str, Value>;

/// The combination of this number, counted as on an odometer with one wheel per fact.
fn combination<'a>(mut number: usize, axes: &[(&'a str, Vec<Option<Value>>)]) -> Facts<'a> {
    let mut facts = Facts::new();
    for (fact, axis) in axes {
        let value = axis[number % axis.len()].clone();
        facts.extend(value.map(|value| (*fact, value)));
        number /= axis.len();
    }
    facts
}

#[derive(Clone, PartialEq, PartialOrd)]
enum Value {
    Flag(bool),
    /// Or a date, as a number of days.
    Number(f64),
    Text(String),
}

impl Value {
    /// A text that looks like a date is one, whatever its fact: real dates stay distinct.
    fn of(text: &str) -> Value {
        let parts = text.split('-').filter_map(|part| part.parse().ok());
        let parts: Vec<i32> = parts.collect();
        match parts[..] {
            [year, month, day] if text.find('-') == Some(4) && text.len() == 10 => {
                // The year begins in March, so that the odd day is its last.
                let month = (month + 9) % 12;
                let year = year - month / 10;
                let days = 365 * year + year / 4 - year / 100 + year / 400;
                Value::Number(f64::from(days + (month * 306 + 5) / 10 + day))
            }
            _ => Value::Text(text.to_string()),
        }
    }
}

/// The values that a fact can have, one for each way to stand to those it is compared with.
fn cut(fact: &Node, mut compared: Vec<Value>) -> Vec<Value> {
    let choices = fact.get("choices").entries.iter();
    let ids = choices.map(|(key, item)| item.text().filter(|_| key.is_empty()).unwrap_or(key));
    match fact.get("type").text() {
        _ if fact.has("choices") => ids.map(Value::of).collect(),
        Some("yes-no") => vec![Value::Flag(true), Value::Flag(false)],
        Some(kind @ ("number" | "date")) => {
            let bounds = ["min", "max"].map(|key| match Value::of(fact.get(key).text()?) {
                Value::Text(number) => Some(number.parse().expect("a bound of a number")),
                Value::Number(days) => Some(days),
                Value::Flag(_) => None,
            });
            regions(compared, bounds, kind == "date")
        }
        _ => {
            let texts = compared.iter().map(|value| match value {
                Value::Text(text) => text.as_str(),
                _ => "",
            });
            // Longer than every one of them.
            let fresh = texts.collect::<String>() + "x";
            compared.push(Value::Text(fresh));
            distinct(compared)
        }
    }
}

fn distinct(mut values: Vec<Value>) -> Vec<Value> {
    values.sort_by(|a, b| a.partial_cmp(b).expect("no number is NaN"));
    values.dedup();
    values
}

/// One number for each way to stand to those compared, as far as the bounds leave any: of many within reach, the first of its kind.
fn regions(compared: Vec<Value>, [min, max]: [Option<f64>; 2], whole: bool) -> Vec<Value> {
    let number = |value| match value {
        Value::Number(number) => Some(number),
        _ => None,
    };
    let compared: Vec<f64> = compared.into_iter().filter_map(number).collect();
    let mut marks: Vec<f64> = compared.iter().copied().chain(min).chain(max).collect();
    if marks.is_empty() {
        marks.push(0.0);
    }
    let mut values = Vec::new();
    for mark in &marks {
        let middles = marks.iter().map(|other| (mark + other) / 2.0);
        values.extend(middles.filter(|_| !whole));
        values.extend([*mark, mark - 1.0, mark + 1.0]);
    }
    values.retain(|it| min.is_none_or(|min| min <= *it) && max.is_none_or(|max| *it <= max));
    values.sort_by(f64::total_cmp);
    let count = |is: &dyn Fn(f64) -> bool| compared.iter().filter(|other| is(**other)).count();
    values.dedup_by_key(|it| (count(&|other| other < *it), count(&|other| other <= *it)));
    values.into_iter().map(Value::Number).collect()
}

enum Token {
    /// A fact, a keyword, an operator or a bracket.
    Word(String),
    Literal(Value),
}

fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut chars = text.chars().peekable();
    while let Some(first) = chars.next() {
        let mut taken = String::from(first);
        let mut take = |more: &dyn Fn(char) -> bool| {
            taken.extend(std::iter::from_fn(|| chars.next_if(|next| more(*next))));
            std::mem::take(&mut taken)
        };
        tokens.push(match first {
            ' ' | '\t' | '\n' | ',' => continue,
            '"' | '\'' => {
                let quoted = take(&|next| next != first);
                assert!(chars.next() == Some(first), "a quote is closed: {text}");
                Token::Literal(Value::of(&quoted[1..]))
            }
            '-' | '0'..='9' => {
                let number = take(&|next| next.is_ascii_digit() || next == '.');
                Token::Literal(Value::Number(number.parse().expect("a number")))
            }
            '=' | '!' | '<' | '>' => Token::Word(take(&|next| next == '=')),
            '(' | ')' | '[' | ']' => Token::Word(taken),
            _ => match take(&|next| next.is_alphanumeric() || next == '_') {
                word if word == "true" => Token::Literal(Value::Flag(true)),
                word if word == "false" => Token::Literal(Value::Flag(false)),
                word => Token::Word(word),
            },
        });
    }
    tokens
}

/// Evaluates a condition while it reads it; no value is `None`.
struct Reader<'t, 'f> {
    tokens: std::slice::Iter<'t, Token>,
    facts: &'f Facts<'f>,
    /// The facts read, each with the values it is compared with.
    compared: &'f mut BTreeMap<&'t str, Vec<Value>>,
}

impl<'t, 'f> Reader<'t, 'f> {
    fn read(
        tokens: &'t [Token],
        facts: &'f Facts<'f>,
        compared: &'f mut BTreeMap<&'t str, Vec<Value>>,
    ) -> Option<bool> {
        let tokens = tokens.iter();
        let mut reader = Reader { tokens, facts, compared };
        let truth = reader.either();
        assert!(reader.tokens.next().is_none(), "a condition is at its end");
        truth
    }

    /// Goes past this word if it is the next one.
    fn eat(&mut self, word: &str) -> bool {
        let next = self.tokens.as_slice().first();
        let eaten = matches!(next, Some(Token::Word(found)) if found == word);
        eaten && self.tokens.next().is_some()
    }

    fn either(&mut self) -> Option<bool> {
        let mut left = self.both();
        while self.eat("or") {
            left = kleene(left, self.both(), true);
        }
        left
    }

    fn both(&mut self) -> Option<bool> {
        let mut left = self.single();
        while self.eat("and") {
            left = kleene(left, self.single(), false);
        }
        left
    }

    fn single(&mut self) -> Option<bool> {
        if self.eat("not") {
            return self.single().map(|truth| !truth);
        }
        if self.eat("(") {
            let truth = self.either();
            assert!(self.eat(")"), "a bracket is closed");
            return truth;
        }
        let (fact, value) = self.operand();
        if self.eat("is") {
            let wanted = !self.eat("not");
            assert!(self.eat("known"), "`known` stands behind `is`");
            return Some(value.is_some() == wanted);
        }
        let wanted = !self.eat("not");
        if self.eat("in") {
            assert!(self.eat("["), "a list stands behind `in`");
            let mut values = Vec::new();
            while !self.eat("]") {
                values.extend(self.operand().1);
            }
            let truth = value.map(|value| values.contains(&value) == wanted);
            self.note(fact, values);
            return truth;
        }
        for operator in ["==", "!=", "<", "<=", ">", ">="] {
            if self.eat(operator) {
                let (other, right) = self.operand();
                self.note(fact, right.clone().filter(|_| other.is_none()));
                self.note(other, value.clone().filter(|_| fact.is_none()));
                let order = value?.partial_cmp(&right?).expect("no number is NaN");
                return Some(match operator {
                    "==" => order.is_eq(),
                    "!=" => order.is_ne(),
                    "<" => order.is_lt(),
                    "<=" => order.is_le(),
                    ">" => order.is_gt(),
                    _ => order.is_ge(),
                });
            }
        }
        match value? {
            Value::Flag(truth) => Some(truth),
            _ => panic!("only a yes-no fact stands alone"),
        }
    }

    /// A fact and what it is, or a literal.
    fn operand(&mut self) -> (Option<&'t str>, Option<Value>) {
        match self.tokens.next().expect("a condition is complete") {
            Token::Literal(value) => (None, Some(value.clone())),
            Token::Word(fact) => {
                self.note(Some(fact), None);
                (Some(fact), self.facts.get(fact.as_str()).cloned())
            }
        }
    }

    fn note(&mut self, fact: Option<&'t str>, values: impl IntoIterator<Item = Value>) {
        if let Some(fact) = fact {
            self.compared.entry(fact).or_default().extend(values);
        }
    }
}

/// The side that is `decisive` settles the result, whatever the other is.
fn kleene(left: Option<bool>, right: Option<bool>, decisive: bool) -> Option<bool> {
    match [left, right].contains(&Some(decisive)) {
        true => Some(decisive),
        false => left.and(right),
    }
}
