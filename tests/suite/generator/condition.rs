//! Facts and conditions of random playbooks, and an exact judgement of small branches.

use std::collections::BTreeMap;

use super::Random;

/// Ids and labels of a fact's choices.
pub type Choices = &'static [(&'static str, &'static str)];

/// What a fact may hold. Values are coded as whole numbers: the index of a choice or text, no and
/// yes as 0 and 1, a number in quarters, a date as twice its month, so that something lies between
/// any two values that a condition may name.
#[derive(Clone, Copy, PartialEq)]
pub enum Form {
    YesNo,
    Choice(Choices),
    Text,
    /// Bounds and unit, the bounds in whole numbers.
    Number(Option<i64>, Option<i64>, Option<&'static str>),
    Date,
}

#[derive(Clone)]
pub struct Fact {
    pub name: String,
    pub form: Form,
    /// `None`: it is never asked for.
    pub ask: Option<String>,
    /// Declared in `desk.yaml`.
    pub shared: bool,
    /// Every call gives it a value.
    pub given: bool,
    /// Something reads or saves it.
    pub used: bool,
}

const CATALOGUE: &[(&str, Form)] = &[
    ("os", Form::Choice(&[("windows", "Windows"), ("macos", "macOS"), ("linux", "Linux")])),
    ("connection", Form::Choice(&[("usb", "USB cable"), ("network", "Network or Wi-Fi")])),
    ("error_code", Form::Choice(&[("809", "Error 809"), ("012", "Error 012"), ("none-shown", "None")])),
    ("colour", Form::Choice(&[("red", "Red"), ("amber", "Amber"), ("green", "Green"), ("off", "No light")])),
    ("remote", Form::YesNo),
    ("on_battery", Form::YesNo),
    ("clicked", Form::YesNo),
    ("shared_room", Form::YesNo),
    ("model", Form::Text),
    ("serial", Form::Text),
    ("room", Form::Text),
    ("app_name", Form::Text),
    ("days", Form::Number(None, None, None)),
    ("people", Form::Number(None, None, None)),
    ("speed", Form::Number(None, None, Some("Mbit/s"))),
    ("floor_number", Form::Number(None, None, None)),
    ("since", Form::Date),
    ("bought", Form::Date),
    ("changed_on", Form::Date),
];

const TEXTS: &[&str] = &["809", "A-17", "LaserJet 4", "reading room", "0x80070005", "012345"];
const SIGNS: &[&str] = &["==", "!=", "<", "<=", ">", ">="];
/// More combinations than this are not gone through; below the checker's own limit.
const COMBINATIONS: usize = 600;

impl Fact {
    /// A fact from the catalogue whose name none of `taken` has; `None` when all are taken.
    pub fn draw(random: &mut Random, taken: &[Fact]) -> Option<Fact> {
        let free: Vec<_> = CATALOGUE.iter().filter(|(name, _)| taken.iter().all(|fact| fact.name != *name)).collect();
        if free.is_empty() {
            return None;
        }
        let (name, form) = **random.pick(&free);
        let form = match form {
            Form::Number(_, _, unit) => Form::Number(
                *random.pick(&[None, Some(0), Some(1)]),
                *random.pick(&[None, Some(12), Some(20), Some(100)]),
                unit,
            ),
            other => other,
        };
        Some(Fact { name: name.to_owned(), form, ask: None, shared: false, given: false, used: false })
    }

    /// A value that a condition may name or a call may give.
    pub fn value(&self, random: &mut Random) -> i64 {
        match self.form {
            Form::YesNo => random.below(2) as i64,
            Form::Choice(choices) => random.below(choices.len()) as i64,
            Form::Text => random.below(TEXTS.len()) as i64,
            Form::Number(..) => 4 * (1 + random.below(11) as i64) + 2 * i64::from(random.chance(20)),
            Form::Date => 2 * random.below(24) as i64,
        }
    }

    /// A value as it is written in a condition.
    pub fn literal(&self, value: i64) -> String {
        match self.form {
            Form::YesNo => (value == 1).to_string(),
            Form::Number(..) => self.plain(value),
            Form::Choice(_) | Form::Text | Form::Date => format!("\"{}\"", self.plain(value)),
        }
    }

    /// A value as a person would answer it.
    pub fn plain(&self, value: i64) -> String {
        match self.form {
            Form::YesNo => if value == 1 { "yes" } else { "no" }.to_owned(),
            Form::Choice(choices) => choices[value as usize].0.to_owned(),
            Form::Text => TEXTS[value as usize].to_owned(),
            Form::Number(..) => format!("{}{}", value / 4, if value % 4 == 2 { ".5" } else { "" }),
            Form::Date => format!("{}-{:02}-15", 2025 + value / 24, value / 2 % 12 + 1),
        }
    }

    /// One value of each kind that comparisons with `compared` can tell apart.
    fn cuts(&self, compared: &[i64]) -> Vec<i64> {
        let around = |step: &[i64]| compared.iter().flat_map(|v| step.iter().map(move |s| v + s)).collect();
        let mut cuts: Vec<i64> = match self.form {
            Form::YesNo => vec![0, 1],
            Form::Choice(choices) => (0..choices.len() as i64).collect(),
            Form::Text => compared.iter().copied().chain([-1]).collect(),
            Form::Number(..) | Form::Date if compared.is_empty() => vec![4],
            Form::Number(min, max, _) => {
                let mut cuts: Vec<i64> = around(&[-1, 0, 1]);
                cuts.retain(|v| min.is_none_or(|min| 4 * min <= *v) && max.is_none_or(|max| *v <= 4 * max));
                cuts
            }
            Form::Date => around(&[-1, 0, 1]),
        };
        cuts.sort_unstable();
        cuts.dedup();
        cuts
    }
}

/// Facts are indices into the playbook's list.
#[derive(Clone)]
pub enum Condition {
    Holds(usize),
    Compare { fact: usize, sign: &'static str, value: i64, flipped: bool },
    Among { fact: usize, values: Vec<i64>, not: bool },
    Known { fact: usize, not: bool },
    Not(Box<Condition>),
    Both(Box<Condition>, Box<Condition>),
    Either(Box<Condition>, Box<Condition>),
}

impl Condition {
    pub fn not(self) -> Condition {
        Condition::Not(Box::new(self))
    }

    pub fn and(self, other: Condition) -> Condition {
        Condition::Both(Box::new(self), Box::new(other))
    }

    pub fn or(self, other: Condition) -> Condition {
        Condition::Either(Box::new(self), Box::new(other))
    }

    pub fn equals(fact: usize, value: i64) -> Condition {
        Condition::Compare { fact, sign: "==", value, flipped: false }
    }

    /// A condition over facts of `about`; only if `wild` does `is known` name a fact with a prompt.
    pub fn draw(random: &mut Random, facts: &[Fact], about: &[usize], depth: usize, wild: bool) -> Condition {
        if depth > 0 && random.chance(45) {
            let mut side = || Condition::draw(random, facts, about, depth - 1, wild);
            let (left, right) = (side(), side());
            return match random.below(5) {
                0 | 1 => left.and(right),
                2 | 3 => left.or(right),
                _ => left.not(),
            };
        }
        let fact = *random.pick(about);
        let declared = &facts[fact];
        if (wild || declared.ask.is_none()) && random.chance(25) {
            return Condition::Known { fact, not: random.chance(40) };
        }
        if declared.form == Form::YesNo && random.chance(75) {
            let holds = Condition::Holds(fact);
            return if random.chance(40) { holds.not() } else { holds };
        }
        if declared.form != Form::YesNo && random.chance(25) {
            let values = (0..1 + random.below(3)).map(|_| declared.value(random)).collect::<Vec<_>>();
            let first = values.iter().enumerate().filter(|(at, v)| !values[..*at].contains(v));
            return Condition::Among { fact, values: first.map(|(_, v)| *v).collect(), not: random.chance(35) };
        }
        let ordered = matches!(declared.form, Form::Number(..) | Form::Date);
        let sign = *random.pick(if ordered { SIGNS } else { &SIGNS[..2] });
        Condition::Compare { fact, sign, value: declared.value(random), flipped: random.chance(15) }
    }

    /// Collects the facts read, each with the values it is compared with.
    fn collect(&self, into: &mut BTreeMap<usize, Vec<i64>>) {
        match self {
            Condition::Holds(fact) | Condition::Known { fact, .. } => {
                into.entry(*fact).or_default();
            }
            Condition::Compare { fact, value, .. } => into.entry(*fact).or_default().push(*value),
            Condition::Among { fact, values, .. } => into.entry(*fact).or_default().extend(values),
            Condition::Not(inner) => inner.collect(into),
            Condition::Both(left, right) | Condition::Either(left, right) => {
                left.collect(into);
                right.collect(into);
            }
        }
    }

    pub fn facts(&self) -> Vec<usize> {
        let mut read = BTreeMap::new();
        self.collect(&mut read);
        read.into_keys().collect()
    }

    /// Whether it may lack a value when `fact` is unknown: anything but `is known` reads it.
    pub fn needs(&self, fact: usize) -> bool {
        match self {
            Condition::Known { .. } => false,
            Condition::Holds(read) | Condition::Compare { fact: read, .. } | Condition::Among { fact: read, .. } => {
                *read == fact
            }
            Condition::Not(inner) => inner.needs(fact),
            Condition::Both(left, right) | Condition::Either(left, right) => left.needs(fact) || right.needs(fact),
        }
    }

    fn truth(&self, values: &BTreeMap<usize, Option<i64>>) -> Option<bool> {
        match self {
            Condition::Holds(fact) => values[fact].map(|v| v == 1),
            Condition::Compare { fact, sign, value, .. } => values[fact].map(|v| match *sign {
                "==" => v == *value,
                "!=" => v != *value,
                "<" => v < *value,
                "<=" => v <= *value,
                ">" => v > *value,
                _ => v >= *value,
            }),
            Condition::Among { fact, values: among, not } => values[fact].map(|v| among.contains(&v) != *not),
            Condition::Known { fact, not } => Some(values[fact].is_some() != *not),
            Condition::Not(inner) => inner.truth(values).map(|truth| !truth),
            Condition::Both(left, right) => both(left.truth(values), right.truth(values)),
            Condition::Either(left, right) => {
                let negated = both(left.truth(values).map(|t| !t), right.truth(values).map(|t| !t));
                negated.map(|truth| !truth)
            }
        }
    }

    pub fn text(&self, facts: &[Fact]) -> String {
        let name = |fact: &usize| facts[*fact].name.as_str();
        match self {
            Condition::Holds(fact) => name(fact).to_owned(),
            Condition::Compare { fact, sign, value, flipped: false } => {
                format!("{} {sign} {}", name(fact), facts[*fact].literal(*value))
            }
            Condition::Compare { fact, sign, value, flipped: true } => {
                let mirrored = match *sign {
                    "<" => ">",
                    "<=" => ">=",
                    ">" => "<",
                    ">=" => "<=",
                    same => same,
                };
                format!("{} {mirrored} {}", facts[*fact].literal(*value), name(fact))
            }
            Condition::Among { fact, values, not } => {
                let list: Vec<String> = values.iter().map(|v| facts[*fact].literal(*v)).collect();
                format!("{} {}in [{}]", name(fact), if *not { "not " } else { "" }, list.join(", "))
            }
            Condition::Known { fact, not } => {
                format!("{} is {}known", name(fact), if *not { "not " } else { "" })
            }
            Condition::Not(inner) => match **inner {
                Condition::Holds(_) => format!("not {}", inner.text(facts)),
                _ => format!("not ({})", inner.text(facts)),
            },
            Condition::Both(left, right) => {
                let side = |side: &Condition| match side {
                    Condition::Either(..) => format!("({})", side.text(facts)),
                    _ => side.text(facts),
                };
                format!("{} and {}", side(left), side(right))
            }
            Condition::Either(left, right) => {
                format!("{} or {}", left.text(facts), right.text(facts))
            }
        }
    }
}

fn both(left: Option<bool>, right: Option<bool>) -> Option<bool> {
    match (left, right) {
        (Some(false), _) | (_, Some(false)) => Some(false),
        (Some(true), Some(true)) => Some(true),
        _ => None,
    }
}

/// The truth of each condition in every combination of values; `None` when there are too many.
pub struct Table(Option<Vec<Vec<Option<bool>>>>);

impl Table {
    pub fn of(facts: &[Fact], conditions: &[Condition]) -> Table {
        let mut read = BTreeMap::new();
        conditions.iter().for_each(|condition| condition.collect(&mut read));
        let columns: Vec<(usize, Vec<i64>)> =
            read.into_iter().map(|(fact, compared)| (fact, facts[fact].cuts(&compared))).collect();
        let count = columns.iter().try_fold(1, |product: usize, (_, cuts)| product.checked_mul(cuts.len() + 1));
        let Some(count) = count.filter(|count| *count <= COMBINATIONS) else {
            return Table(None);
        };
        let row = |mut number: usize| {
            let mut values = BTreeMap::new();
            for (fact, cuts) in &columns {
                values.insert(*fact, cuts.get(number % (cuts.len() + 1)).copied());
                number /= cuts.len() + 1;
            }
            conditions.iter().map(|condition| condition.truth(&values)).collect()
        };
        Table(Some((0..count).map(row).collect()))
    }

    /// Whether there were few enough combinations to judge.
    pub fn is_whole(&self) -> bool {
        self.0.is_some()
    }

    fn some(&self, holds: impl Fn(&[Option<bool>]) -> bool) -> bool {
        self.0.as_ref().is_some_and(|rows| rows.iter().any(|row| holds(row)))
    }

    /// Whether the last condition is reached and true for some values.
    pub fn last_counts(&self) -> bool {
        self.some(|row| {
            row.split_last().is_some_and(|(last, above)| *last == Some(true) && above.iter().all(|t| *t == Some(false)))
        })
    }

    pub fn last_can_hold(&self) -> bool {
        self.some(|row| row.last() == Some(&Some(true)))
    }

    /// Whether the last condition can be true, but only where one above is.
    pub fn last_is_shadowed(&self) -> bool {
        let alone = |row: &[Option<bool>]| {
            row.split_last().is_some_and(|(last, above)| *last == Some(true) && !above.contains(&Some(true)))
        };
        self.last_can_hold() && !self.some(alone)
    }

    /// Whether some values make all conditions false.
    pub fn falls_through(&self) -> bool {
        self.some(|row| row.iter().all(|truth| *truth == Some(false)))
    }
}

/// Conditions of a branch over `about`, each of which decides something; whether `else` is needed.
pub fn branch(random: &mut Random, facts: &[Fact], about: &[usize], wild: bool) -> (Vec<Condition>, bool) {
    let about: Vec<usize> = (0..1 + random.below(3)).map(|_| *random.pick(about)).collect();
    let mut conditions: Vec<Condition> = Vec::new();
    let counts = |conditions: &[Condition], next: &Condition| {
        let with: Vec<Condition> = conditions.iter().chain([next]).cloned().collect();
        Table::of(facts, &with).last_counts()
    };
    match facts[about[0]].form {
        Form::Choice(choices) if random.chance(30) => {
            conditions.extend((0..choices.len() as i64).map(|value| Condition::equals(about[0], value)));
        }
        _ => {
            let wanted = 1 + random.below(4);
            for _ in 0..12 {
                let next = Condition::draw(random, facts, &about, 2, wild);
                if counts(&conditions, &next) {
                    conditions.push(next);
                }
                if conditions.len() == wanted {
                    break;
                }
            }
        }
    }
    if conditions.is_empty() {
        // A single comparison with a fact's first value can be both true and false.
        let first = if matches!(facts[about[0]].form, Form::Number(..)) { 8 } else { 0 };
        conditions.push(Condition::equals(about[0], first));
    }
    if conditions.len() < 4 && random.chance(25) {
        let above = conditions.iter().cloned().reduce(Condition::or);
        if let Some(rest) = above.map(Condition::not).filter(|rest| counts(&conditions, rest)) {
            conditions.push(rest);
        }
    }
    let falls = Table::of(facts, &conditions).falls_through();
    (conditions, falls)
}
