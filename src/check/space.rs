//! The values that matter to a condition: each fact cut at what it is compared with, and all combinations.

use crate::{
    expression::{Condition, Known, Slot, Type, Value, Verdict},
    playbook::Scope,
};

/// Beyond this many combinations nothing is proved, and `else` is demanded.
pub const MAX_COMBINATIONS: usize = 4_096;

/// One fact's values, `None` for not known, which comes last.
#[derive(Debug)]
pub struct Axis {
    /// The fact.
    pub slot: Slot,
    /// A representative of each part.
    pub values: Vec<Option<Value>>,
}

/// All combinations.
#[derive(Debug)]
pub struct Space {
    /// One for each fact that is read.
    pub axes: Vec<Axis>,
}

impl Space {
    /// The space of some conditions; `None` if it is too large.
    pub fn new<'c>(conditions: impl Iterator<Item = &'c Condition> + Clone, scope: Scope<'_>) -> Option<Self> {
        let mut axes: Vec<Axis> = Vec::new();
        for condition in conditions.clone() {
            condition.reads(&mut |slot, _| {
                if !axes.iter().any(|axis| axis.slot == slot.value) {
                    axes.push(Axis { slot: slot.value, values: Vec::new() });
                }
            });
        }
        for axis in &mut axes {
            let mut compared = Vec::new();
            for condition in conditions.clone() {
                condition.values(&mut |slot, value| {
                    if slot == axis.slot && !compared.contains(value) {
                        compared.push(value.clone());
                    }
                });
            }
            axis.values = cut(&scope.fact(axis.slot).kind, compared).into_iter().map(Some).chain([None]).collect();
        }
        let count = axes.iter().try_fold(1usize, |count, axis| count.checked_mul(axis.values.len()))?;
        (count <= MAX_COMBINATIONS).then_some(Self { axes })
    }

    /// Calls `each` with every combination, known values before unknown ones, until it says stop (`false`).
    pub fn each(&self, mut each: impl FnMut(&Combination<'_>) -> bool) {
        let mut at = vec![0; self.axes.len()];
        loop {
            if !each(&Combination { space: self, at: &at }) {
                return;
            }
            let mut axis = self.axes.len();
            loop {
                if axis == 0 {
                    return;
                }
                axis -= 1;
                at[axis] += 1;
                if at[axis] < self.axes[axis].values.len() {
                    break;
                }
                at[axis] = 0;
            }
        }
    }
}

/// One value for each fact.
pub struct Combination<'a> {
    space: &'a Space,
    at: &'a [usize],
}

impl Combination<'_> {
    /// The value of a fact.
    pub fn value(&self, slot: Slot) -> Option<&Value> {
        let axis =
            self.space.axes.iter().position(|axis| axis.slot == slot).expect("the space has every fact that is read");
        self.space.axes[axis].values[self.at[axis]].as_ref()
    }

    /// What a condition says of it; unknown facts cannot be asked for.
    pub fn verdict(&self, condition: &Condition) -> Verdict {
        condition.eval(&|slot| self.value(slot).map_or(Known::No, Known::Value))
    }

    /// How many facts are not known.
    pub fn unknowns(&self) -> usize {
        self.space.axes.iter().zip(self.at).filter(|(axis, at)| axis.values[**at].is_none()).count()
    }

    /// `` `os` is `linux` and `tries` is not known ``
    pub fn shown(&self, scope: Scope<'_>) -> String {
        let part = |(axis, at): (&Axis, &usize)| {
            let fact = scope.fact(axis.slot);
            let name = &fact.name.value;
            match &axis.values[*at] {
                None => format!("`{name}` is not known"),
                Some(Value::Text(text)) if text.starts_with(OTHER) => format!("`{name}` is something else"),
                Some(Value::Text(text)) => format!("`{name}` = \"{text}\""),
                Some(value) => format!("`{name}` = {value}"),
            }
        };
        self.space.axes.iter().zip(self.at).map(part).collect::<Vec<_>>().join(" and ")
    }
}

/// Begins a text that no author compares with.
const OTHER: char = '\u{1}';

/// The parts of a type that comparisons with these values tell apart, one value for each.
fn cut(kind: &Type, compared: Vec<Value>) -> Vec<Value> {
    match kind {
        Type::YesNo => vec![Value::YesNo(true), Value::YesNo(false)],
        Type::Choice(ids) => ids.iter().cloned().map(Value::Text).collect(),
        Type::Text(_) => compared.into_iter().chain([Value::Text(OTHER.to_string().into())]).collect(),
        Type::Number(low, high) => {
            let mut points: Vec<f64> = compared
                .iter()
                .filter_map(|value| if let Value::Number(n) = value { Some(*n) } else { None })
                .collect();
            points.sort_by(f64::total_cmp);
            let between = |a: Option<f64>, b: Option<f64>| {
                let a = a.or(*low).unwrap_or_else(|| b.unwrap_or(0.0) - 2.0);
                let b = b.or(*high).unwrap_or(a + 2.0);
                (a < b).then_some((a + b) / 2.0)
            };
            around(&points, between, |at_low| match (at_low, low, high, points.is_empty()) {
                (_, _, _, true) => Some(low.or(*high).unwrap_or(0.0)),
                (true, Some(low), ..) => (*low < points[0]).then_some(*low),
                (true, None, ..) => Some(points[0] - 1.0),
                (false, _, Some(high), _) => (*high > points[points.len() - 1]).then_some(*high),
                (false, ..) => Some(points[points.len() - 1] + 1.0),
            })
            .into_iter()
            .map(Value::Number)
            .collect()
        }
        Type::Date(low, high) => {
            let mut points: Vec<jiff::civil::Date> =
                compared.iter().filter_map(|value| if let Value::Date(d) = value { Some(*d) } else { None }).collect();
            points.sort();
            let between = |a: Option<jiff::civil::Date>, b: Option<jiff::civil::Date>| {
                let next = a?.tomorrow().ok()?;
                (next < b?).then_some(next)
            };
            around(&points, between, |at_low| match (at_low, low, high, points.first(), points.last()) {
                (_, _, _, None, _) | (_, _, _, _, None) => low.or(*high).or(Some(jiff::civil::date(2000, 1, 1))),
                (true, Some(low), _, Some(first), _) => (low < first).then_some(*low),
                (true, None, _, Some(first), _) => first.yesterday().ok(),
                (false, _, Some(high), _, Some(last)) => (high > last).then_some(*high),
                (false, _, None, _, Some(last)) => last.tomorrow().ok(),
            })
            .into_iter()
            .map(Value::Date)
            .collect()
        }
        Type::Broken => Vec::new(),
    }
}

/// Each point, a value between neighbours, and one beyond either end where there is one.
fn around<T: Copy>(
    points: &[T],
    between: impl Fn(Option<T>, Option<T>) -> Option<T>,
    beyond: impl Fn(bool) -> Option<T>,
) -> Vec<T> {
    let mut out = Vec::new();
    out.extend(beyond(true));
    if points.is_empty() {
        return out;
    }
    for (n, point) in points.iter().enumerate() {
        out.push(*point);
        if let Some(next) = points.get(n + 1) {
            out.extend(between(Some(*point), Some(*next)));
        }
    }
    out.extend(beyond(false));
    out
}
