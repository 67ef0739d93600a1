//! Texts as YAML reads them back.

use std::fmt::Write;

/// A text as a value: plain where that is safe, several lines below `|-` indented by `indent`, else in double quotes.
pub fn text(text: &str, indent: usize) -> String {
    if text.contains('\n') && is_block(text) {
        let lines = text.split('\n').map(|line| match line {
            "" => String::new(),
            line => format!("{}{line}", " ".repeat(indent)),
        });
        return format!("|-\n{}", lines.collect::<Vec<_>>().join("\n"));
    }
    if is_plain(text) { text.to_owned() } else { quoted(text) }
}

/// Texts as a list in brackets.
pub fn list<S: AsRef<str>>(texts: impl IntoIterator<Item = S>) -> String {
    let texts: Vec<String> = texts.into_iter().map(|one| text(&one.as_ref().replace('\n', " "), 0)).collect();
    format!("[{}]", texts.join(", "))
}

fn is_plain(text: &str) -> bool {
    let is_safe = |c: char| c.is_alphanumeric() || " .-_/'()+=;?!%$@<>\u{2019}".contains(c);
    let inner = text.chars().all(|c| is_safe(c) || c == ':' || c == '*');
    let word = ["null", "true", "false"].iter().any(|word| word.eq_ignore_ascii_case(text));
    let begins = text.starts_with(|c: char| c.is_ascii_alphabetic());
    begins && inner && !word && !text.contains(": ") && !text.ends_with([' ', ':'])
}

fn is_block(text: &str) -> bool {
    let odd = |c: char| c != '\n' && (c.is_control() || "\u{2028}\u{2029}\u{feff}".contains(c));
    let whole = !text.contains(odd) && !text.starts_with([' ', '\n']) && !text.ends_with('\n');
    whole && text.split('\n').all(|line| line == line.trim_end())
}

fn quoted(text: &str) -> String {
    let mut out = String::from("\"");
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            c if c.is_control() || "\u{2028}\u{2029}\u{feff}".contains(c) => {
                write!(out, "\\u{:04x}", u32::from(c)).expect("a string takes everything");
            }
            c => out.push(c),
        }
    }
    out + "\""
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{diagnostic::FileId, yaml::Node};

    #[test]
    fn what_is_written_is_read_again() {
        for value in [
            "Restart the spooler",
            "a: b",
            "x # y",
            "",
            " x",
            "null",
            "yes",
            "007",
            "- a",
            "*a",
            "{{ x }}",
            "say \"no\" \\ 'it'",
            "two\nlines",
            "two\n\n  indented\nlines",
            "trailing \nspace",
            "\tx\u{1}\u{85}\u{2028}é🎉",
            "[a, b]",
            "a,b",
            "%x",
            "C:\\x:",
            "x\r\ny",
        ] {
            let file = format!("a:\n  b: {}\n  c: {}\n", text(value, 4), list([value]));
            let (_, tree, found) = crate::yaml::parse(FileId(0), "x", file.as_bytes());
            assert!(found.is_empty(), "{file}\n{found:?}");
            let Some(Node::Map(top)) = tree.map(|tree| tree.value) else { panic!("{file}") };
            let Node::Map(inner) = &top[0].1.value else { panic!("{file}") };
            assert_eq!(inner[0].1.value, Node::Scalar(value.to_owned()), "{file}");
            let Node::Seq(items) = &inner[1].1.value else { panic!("{file}") };
            assert_eq!(items[0].value, Node::Scalar(value.replace('\n', " ")), "{file}");
        }
    }
}
