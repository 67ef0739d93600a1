//! The file that a translator works in: each text below its source.

use super::{Original, Translated, Translation};
use crate::language::{Language, translation::hash};
use std::fmt::Write;

/// What texts stand below that have no source.
const KEPT: &str = "# These translate nothing any more";

/// How far a translation is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Progress {
    /// Texts that there are.
    pub all: usize,
    /// Those that are translated as they are.
    pub current: usize,
    /// Those that have changed since.
    pub stale: usize,
    /// Texts of the file that translate nothing any more.
    pub dropped: usize,
}

/// Writes the file that translates `id`: what `old` has stays, what is new is left empty, unless `known` has words for
/// a text of that hash.
pub fn write(
    id: &str,
    language: Language,
    originals: &[Original],
    old: Option<&Translation>,
    known: impl Fn(&str) -> Option<Vec<String>>,
) -> (String, Progress) {
    let mut out = format!(
        "# Each text stands below its source; an empty one is not translated yet. To bring the file up to date:\n\
         # firstline translate {id} {language}\n"
    );
    let mut progress = Progress { all: originals.len(), ..Progress::default() };
    let list: Vec<&Translated> = old.into_iter().flat_map(|old| old.list.iter().chain(&old.kept)).collect();
    let mut used = Vec::new();
    let mut above: Vec<&str> = Vec::new();
    for original in originals {
        let keys: Vec<&str> = original.path.split('.').collect();
        let same = keys.iter().zip(&above).take_while(|(key, above)| key == above).count();
        if same == 0 || (same == 1 && keys.len() > 2) {
            out.push('\n');
        }
        for (depth, key) in keys.iter().enumerate().skip(same) {
            writeln!(out, "{}{}:", "  ".repeat(depth), key).expect("a string takes all");
        }
        let pad = "  ".repeat(keys.len());
        let now = hash(&original.text);
        let written = |at: &usize| !list[*at].texts.is_empty();
        let here = list.iter().position(|text| text.path == original.path).filter(written);
        let current = here.filter(|at| list[*at].of.value == now);
        let moved = || list.iter().position(|text| text.of.value == now && text.path != original.path).filter(written);
        let found = current.or_else(|| here.is_none().then(moved).flatten()).or(here);
        used.extend(found);
        let stale = found.is_some_and(|at| list[at].of.value != now);
        if stale {
            writeln!(out, "{pad}# The source has changed. It says now:").expect("a string takes all");
        }
        for line in original.text.trim_end().lines() {
            writeln!(out, "{}", format!("{pad}# {line}").trim_end()).expect("a string takes all");
        }
        let own = found.map(|at| words(list[at]));
        let texts = own.or_else(|| known(&now)).unwrap_or_default();
        if stale {
            progress.stale += 1;
            writeln!(out, "{pad}# When the text says the same, write `of: {now}`.").expect("a string takes all");
        } else if !texts.is_empty() {
            progress.current += 1;
        }
        let of = found.map_or(now.as_str(), |at| &list[at].of.value);
        entry(&mut out, &pad, of, &texts, original.list);
        above = keys;
    }
    let left: Vec<&Translated> =
        list.iter().enumerate().filter(|(at, _)| !used.contains(at)).map(|(_, text)| *text).collect();
    let mut kept = String::new();
    for text in left.into_iter().filter(|text| !text.texts.is_empty()) {
        progress.dropped += 1;
        writeln!(kept, "{}:", scalar(&text.path, "")).expect("a string takes all");
        entry(&mut kept, "  ", &text.of.value, &words(text), text.texts.len() > 1);
    }
    if !kept.is_empty() {
        writeln!(out, "\n{KEPT}; when their source is back, so are they:").expect("a string takes all");
    }
    kept.lines().for_each(|line| writeln!(out, "{}", format!("# {line}").trim_end()).expect("a string takes all"));
    (out, progress)
}

/// What stands below the key of a text.
fn entry(out: &mut String, pad: &str, of: &str, texts: &[String], list: bool) {
    writeln!(out, "{pad}of: {}", scalar(of, pad)).expect("a string takes all");
    if list {
        writeln!(out, "{pad}texts:").expect("a string takes all");
        for text in texts {
            writeln!(out, "{pad}  - {}", scalar(text, &format!("{pad}    "))).expect("a string takes all");
        }
    } else {
        let text = texts.first().map(|text| format!(" {}", scalar(text, pad))).unwrap_or_default();
        writeln!(out, "{pad}text:{text}").expect("a string takes all");
    }
}

fn words(text: &Translated) -> Vec<String> {
    text.texts.iter().map(|text| text.source.value.clone()).collect()
}

/// The texts below [`KEPT`], as YAML.
pub fn kept(file: &str) -> String {
    let below = file.lines().skip_while(|line| !line.starts_with(KEPT)).skip(1);
    let lines = below.map_while(|line| line.strip_prefix('#'));
    lines.map(|line| format!("{}\n", line.strip_prefix(' ').unwrap_or(line))).collect()
}

/// A text as YAML behind a key; `pad` is the indentation of the key.
fn scalar(text: &str, pad: &str) -> String {
    let text = text.trim_end();
    if text.contains('\n') && !text.starts_with([' ', '\n', '\t']) && !text.contains('\r') {
        let indent = |line: &str| if line.trim().is_empty() { String::new() } else { format!("{pad}  {line}") };
        return format!("|\n{}", text.lines().map(indent).collect::<Vec<_>>().join("\n"));
    }
    let plain = text.starts_with(char::is_alphanumeric)
        && !text.contains(": ")
        && !text.contains(" #")
        && !text.ends_with(':')
        && !text.contains(char::is_control)
        && !text.eq_ignore_ascii_case("null");
    if plain { text.to_owned() } else { quoted(text) }
}

/// A text as YAML in double quotes.
pub fn quoted(text: &str) -> String {
    let mut out = String::from('"');
    for c in text.chars() {
        match c {
            '"' | '\\' => out.extend(['\\', c]),
            '\n' => out += "\\n",
            '\t' => out += "\\t",
            c if c.is_control() => out += &format!("\\u{:04x}", c as u32),
            c => out.push(c),
        }
    }
    out + "\""
}
