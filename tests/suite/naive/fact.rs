//! What a prompt takes as an answer, how values are written, and how they compare.

use std::cmp::Ordering;

use super::condition::Test;
use super::tree::Tree;

/// What may be answered at a prompt.
#[derive(Clone, Debug)]
pub enum Takes {
    /// One of these ids.
    Ids(Vec<String>),
    /// A text, number or date that fits this fact, or `stuck`.
    Typed(Tree),
}

impl Takes {
    /// The prompt of a declared fact.
    pub fn fact(declared: &Tree) -> Takes {
        let mut ids = match (declared.get("choices"), declared.text("type")) {
            (Some(choices), _) => choices.words(),
            (None, Some("yes-no")) => vec!["yes".to_owned(), "no".to_owned()],
            _ => return Takes::Typed(declared.clone()),
        };
        ids.push("stuck".to_owned());
        Takes::Ids(ids)
    }

    pub fn ids(&self) -> Vec<String> {
        match self {
            Takes::Ids(ids) => ids.clone(),
            Takes::Typed(_) => vec!["stuck".to_owned()],
        }
    }

    /// The answer as it is recorded: trimmed, a number in its shortest form.
    pub fn accept(&self, answer: &str) -> Result<String, String> {
        let accepted = match self {
            Takes::Ids(ids) => ids.iter().find(|id| *id == answer).cloned(),
            Takes::Typed(_) if answer.trim() == "stuck" => Some("stuck".to_owned()),
            Takes::Typed(declared) => typed(declared, answer.trim()),
        };
        accepted.ok_or_else(|| format!("`{answer}` is no answer here"))
    }
}

fn typed(declared: &Tree, text: &str) -> Option<String> {
    match declared.text("type") {
        Some("number") => {
            let number = number(text)?;
            let low = declared.number("min").is_some_and(|min| number < min);
            let high = declared.number("max").is_some_and(|max| number > max);
            (!low && !high).then(|| number.to_string())
        }
        Some("date") => {
            let low = declared.text("min").is_some_and(|min| text < min);
            let high = declared.text("max").is_some_and(|max| text > max);
            (is_date(text) && !low && !high).then(|| text.to_owned())
        }
        _ => (!text.is_empty() && text.chars().count() <= 10_000).then(|| text.to_owned()),
    }
}

/// Plain decimals of up to 15 digits; minus zero is zero.
fn number(text: &str) -> Option<f64> {
    let unsigned = text.strip_prefix('-').unwrap_or(text);
    let (whole, part) = unsigned.split_once('.').unwrap_or((unsigned, "0"));
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let count = unsigned.bytes().filter(u8::is_ascii_digit).count();
    if !digits(whole) || !digits(part) || count > 15 {
        return None;
    }
    text.parse().ok().map(|number: f64| number + 0.0)
}

fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts[..] else {
        return false;
    };
    let digits = parts.iter().all(|part| part.bytes().all(|byte| byte.is_ascii_digit()));
    if !digits || (year.len(), month.len(), day.len()) != (4, 2, 2) {
        return false;
    }
    let (Ok(year), Ok(month), Ok(day)) = (year.parse::<u32>(), month.parse::<u32>(), day.parse::<u32>()) else {
        return false;
    };
    let leap = year.is_multiple_of(4) && !year.is_multiple_of(100) || year.is_multiple_of(400);
    let last = match month {
        2 if leap => 29,
        2 => 28,
        4 | 6 | 9 | 11 => 30,
        1..=12 => 31,
        _ => 0,
    };
    (1..=last).contains(&day)
}

/// A literal of `with` as a value of the fact that it is given to.
pub fn literal(declared: &Tree, text: &str) -> String {
    match (declared.text("type"), text) {
        (Some("yes-no"), "true") => "yes".to_owned(),
        (Some("yes-no"), "false") => "no".to_owned(),
        (Some("number"), text) => text.parse().map_or(text.to_owned(), |n: f64| n.to_string()),
        _ => text.to_owned(),
    }
}

/// `None`: the two do not compare.
pub fn holds(declared: &Tree, value: &str, test: &Test) -> Option<bool> {
    let order = |literal: &str| -> Option<Ordering> {
        if declared.text("type") == Some("number") {
            return value.parse::<f64>().ok()?.partial_cmp(&literal.parse().ok()?);
        }
        Some(value.cmp(literal)) // dates in ISO form sort as text
    };
    match test {
        Test::Holds => Some(value == "yes"),
        Test::IsKnown => Some(true),
        Test::Equal(literal) => order(literal).map(Ordering::is_eq),
        Test::Less(literal) => order(literal).map(Ordering::is_lt),
        Test::Greater(literal) => order(literal).map(Ordering::is_gt),
        Test::In(literals) => Some(literals.iter().any(|item| order(item) == Some(Ordering::Equal))),
    }
}

/// The facts that a text reads, from left to right.
pub fn read_by(text: &str) -> Vec<String> {
    let braces = text.split("{{").skip(1).filter_map(|rest| rest.split_once("}}"));
    let names = braces.map(|(inner, _)| inner.split('|').next().unwrap_or_default().trim());
    names.filter(|name| !name.starts_with("case.")).map(String::from).collect()
}
