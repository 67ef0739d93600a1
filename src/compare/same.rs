//! What is the same however it is written: texts by what they show, conditions by what they mean.

use crate::{
    diagnostic::wording,
    expression::{Compare, Condition, Slot},
    markdown,
    template::{Read, Text},
};

/// Whether two texts show the same, with the same values in them.
pub fn is_same(old: &Text, new: &Text) -> bool {
    old.source.value == new.source.value || text(old) == text(new)
}

/// Markdown by what it shows.
pub fn shown(source: &str) -> String {
    collapse(&markdown::html(source, 2, &|target| Some(target.to_owned())))
}

/// A text by what it shows, with the names of its values.
pub fn text(text: &Text) -> String {
    let name = |read: &Read| match read {
        Read::Fact(name) => format!("⟦{}⟧", name.value),
        Read::Case(field) => format!("⟦case.{field}⟧"),
    };
    shown(&text.render(|read| Some(name(read))))
}

/// White space counts only in code blocks.
fn collapse(html: &str) -> String {
    let mut out = String::new();
    for (n, part) in html.split("<pre>").enumerate() {
        let (code, words) = if n == 0 { ("", part) } else { part.split_once("</pre>").unwrap_or((part, "")) };
        out.push_str(code);
        words.split_whitespace().for_each(|word| out.extend([" ", word]));
        out.push_str("<pre>");
    }
    out
}

/// The first words of a text, as a message quotes them.
pub fn quote(source: &str) -> String {
    if source.trim().is_empty() {
        return "none".to_owned();
    }
    format!("“{}”", wording::shorten(&markdown::first_line(source).replace('`', "'")))
}

/// That a text reads otherwise, with its first words where they differ.
pub fn reads(what: &str, old: &str, new: &str) -> String {
    match (quote(old), quote(new)) {
        (old, new) if old == new => format!("{what} reads otherwise: {new}"),
        (old, new) => format!("{what} is now {new}, it was {old}"),
    }
}

/// A condition by what it means: names for facts, chains of `and` and `or` flat, lists in order.
pub fn condition(condition: &Condition, name: &impl Fn(Slot) -> String) -> String {
    let chain = |word: &str, parts: Vec<&Condition>| {
        let parts: Vec<String> = parts.into_iter().map(|part| self::condition(part, name)).collect();
        format!("({})", parts.join(word))
    };
    match condition {
        Condition::And(..) => chain(" and ", flat(condition, true)),
        Condition::Or(..) => chain(" or ", flat(condition, false)),
        Condition::Not(inner) => format!("not {}", self::condition(inner, name)),
        Condition::Test(slot, compare, value) => {
            let sign = match compare {
                Compare::Equal => "==",
                Compare::Unequal => "!=",
                Compare::Less => "<",
                Compare::AtMost => "<=",
                Compare::Greater => ">",
                Compare::AtLeast => ">=",
            };
            format!("{} {sign} {value:?}", name(slot.value))
        }
        Condition::In(slot, values) => {
            let mut values: Vec<String> = values.iter().map(|value| format!("{value:?}")).collect();
            values.sort_unstable();
            values.dedup();
            format!("{} in [{}]", name(slot.value), values.join(", "))
        }
        Condition::IsKnown(slot) => format!("{} is known", name(slot.value)),
        Condition::Broken => "broken".to_owned(),
    }
}

fn flat(condition: &Condition, and: bool) -> Vec<&Condition> {
    match condition {
        Condition::And(a, b) if and => [flat(a, and), flat(b, and)].concat(),
        Condition::Or(a, b) if !and => [flat(a, and), flat(b, and)].concat(),
        other => vec![other],
    }
}
