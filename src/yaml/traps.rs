//! Where YAML reads something else than the author wrote, met by name.

use super::parse::bytes;
use crate::diagnostic::{Diagnostic, FileId, Span, Spanned, form, wording};
use serde_yaml::Error;
use std::ops::Range;

/// What to do about an error of the YAML reader.
pub(super) enum Fault {
    /// Nothing can be read behind it.
    Stop(Diagnostic),
    /// The value in this range can be covered, and the rest read.
    Hole(Diagnostic, Range<usize>),
}

const QUOTE: &str = "put the text in quotes: \"…\", or write it on the next line, indented, after `|`";

/// What a character at the beginning of a value means to YAML.
fn meaning(first: char) -> Option<&'static str> {
    Some(match first {
        '*' => "an alias (a reference to another place)",
        '&' => "an anchor (a name for this place)",
        '{' => "a mapping",
        '[' => "a list",
        '}' | ']' | ',' => "a part of a list or mapping",
        '%' => "a directive",
        '!' => "a tag",
        '|' | '>' => "a block of text on the next lines",
        '`' | '@' => "a character kept for later",
        '"' | '\'' => "a quoted text that ends at the next quote",
        '?' | '-' => "a key or a list item",
        _ => return None,
    })
}

/// What the reader's error means for an author.
pub(super) fn explain(error: &Error, text: &str, file: FileId) -> Fault {
    let location = error.location();
    let at = location.map_or(text.len(), |location| place(location, text));
    let span = |range: Range<usize>| Span { file, start: range.start as u32, end: range.end as u32 };
    let line = line_at(text, at);
    let here = span(at..text[at..line.end.max(at)].chars().next().map_or(at, |c| at + c.len_utf8()));
    let message = innermost(error);
    if let Some(what) = over_budget(error, &message) {
        return Fault::Stop(form::too_large(here, &what));
    }
    if text.trim().is_empty() || matches!(error, Error::Eof { .. }) {
        let help = "write at least `title:`, `start:` and `steps:`; `firstline explain say` shows a small one";
        return Fault::Stop(form::invalid_yaml(here, "this file is empty", help));
    }
    let documents = matches!(error, Error::Budget { breach: serde_yaml::budget::BudgetBreach::Documents { .. }, .. });
    if documents || matches!(error, Error::MultipleDocuments { .. }) {
        let help = "one file holds one playbook: put what follows `---` into a file of its own";
        return Fault::Stop(form::invalid_yaml(here, "this file holds more than one YAML document", help));
    }
    if let Some(fault) = list_in_braces(text, line.clone(), at, file) {
        return fault;
    }
    if let Some(fault) = negation(text, line.clone(), file) {
        return fault;
    }
    if let Some(found) = fact_in_braces(text, line.end, file) {
        return Fault::Stop(found);
    }
    // A tab may be met only when the line before it goes on.
    if let Some(tab) = tab(text, line.clone()).or_else(|| tab(text, line_at(text, line.end + 1))) {
        let message = "this line is indented with a tab";
        return Fault::Stop(form::yaml_trap(
            span(tab..tab + 1),
            message,
            "YAML indents with spaces: use two for each level",
        ));
    }
    // The reader may notice only later: the value is on this line or one of those before it.
    let mut line = line;
    for _ in 0..4 {
        if let Some(fault) = trap(text, line.clone(), file) {
            return fault;
        }
        if line.start == 0 {
            break;
        }
        line = line_at(text, line.start - 1);
    }
    let (message, help) = plain_words(&message);
    Fault::Stop(form::invalid_yaml(here, message, help))
}

/// The byte that an error points at; some errors know only line and column.
fn place(location: serde_yaml::Location, text: &str) -> usize {
    if location.span().byte_offset().is_some() {
        return bytes(location, text).start;
    }
    let (line, column) = (location.line() as usize, location.column() as usize);
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let here = text[before..].split('\n').next().unwrap_or_default();
    before + here.char_indices().nth(column.saturating_sub(1)).map_or(here.len(), |(at, _)| at)
}

/// A trap on this line: its value cannot begin, or go on, as it does.
fn trap(text: &str, line: Range<usize>, file: FileId) -> Option<Fault> {
    let written = &text[line.clone()];
    let span = |range: Range<usize>| Span { file, start: range.start as u32, end: range.end as u32 };
    let start = line.start + value_start(written)?;
    let value = text[start..line.end].trim_end();
    let hole = start..start + value.len();
    let first = value.chars().next()?;
    let place = span(start..start + first.len_utf8());
    if let Some(meaning) = meaning(first) {
        if let Some(escape) = (first == '"').then(|| bad_escape(value)).flatten() {
            let place = span(start + escape..start + escape + 2);
            let message = format!("`{}` means nothing in double quotes", &value[escape..escape + 2]);
            let found = form::yaml_trap(place, message, "use single quotes, in which a backslash is a backslash: '…'");
            return Some(Fault::Hole(found, hole));
        }
        if first == '[' && !value.contains(']') {
            let help = "end it with `]`; a text that begins with `[` stands in quotes: \"…\"";
            return Some(Fault::Hole(
                form::yaml_trap(place, "the list that begins with `[` here is not closed", help),
                hole,
            ));
        }
        let closed = match first {
            '"' | '\'' => {
                value.len() > 1
                    && value.ends_with(first)
                    && !value[1..value.len() - 1].replace("\\\"", "").contains(first)
            }
            '{' => value.ends_with('}') && !value.starts_with("{{"),
            '[' => value.ends_with(']'),
            '|' | '>' => value[1..].chars().all(|c| matches!(c, '+' | '-' | '1'..='9')),
            _ => false,
        };
        if matches!(first, '"' | '\'') && !value[1..].contains(first) {
            let message = "this text begins with a quote that is not closed";
            return Some(Fault::Hole(form::yaml_trap(place, message, format!("end it with `{first}`")), hole));
        }
        let is_text = first == '-' && !value.starts_with("- ");
        if !closed && !is_text {
            let mut found = begins_with(place, first, meaning);
            if matches!(first, '"' | '\'') {
                found = found.help("write the whole text on the next line, indented, after `|`");
            }
            return Some(Fault::Hole(found, hole));
        }
        return None;
    }
    let colon = value.find(": ").or_else(|| value.ends_with(':').then(|| value.len() - 1))?;
    let place = span(start + colon..start + colon + 1);
    let found = form::yaml_trap(
        place,
        "a text cannot hold a `:` and a space here: to YAML it makes a key of what is before it",
        QUOTE,
    );
    Some(Fault::Hole(found, hole))
}

fn begins_with(place: Span, first: char, meaning: &str) -> Diagnostic {
    form::yaml_trap(place, format!("a text cannot begin with `{first}` here: to YAML it is {meaning}"), QUOTE)
}

/// A backslash with a letter behind it that says nothing to YAML.
fn bad_escape(value: &str) -> Option<usize> {
    let bytes = value.as_bytes();
    let mut at = 1;
    while at + 1 < bytes.len() {
        match bytes[at] {
            b'\\' if bytes[at + 1].is_ascii_alphabetic() && !b"abefnrtvuxUNLP".contains(&bytes[at + 1]) => {
                return Some(at);
            }
            b'\\' => at += 2,
            b'"' => return None,
            _ => at += 1,
        }
    }
    None
}

/// `if: !strict`: to YAML the word is a tag.
fn negation(text: &str, line: Range<usize>, file: FileId) -> Option<Fault> {
    let written = &text[line.clone()];
    let start = line.start + written.find("if: !")? + 4;
    let value = text[start..line.end].split([',', '}']).next()?.trim_end();
    let span = Span { file, start: start as u32, end: start as u32 + 1 };
    let help = format!("write `not {}`", wording::shorten(value[1..].trim_start()));
    let found = form::yaml_trap(span, "a condition cannot begin with `!`: to YAML it is a tag", help);
    Some(Fault::Hole(found, start..start + value.len()))
}

/// A tab before the first word of a line.
fn tab(text: &str, line: Range<usize>) -> Option<usize> {
    let written = text.get(line.clone())?;
    let indent = written.len() - written.trim_start().len();
    written[..indent].find('\t').map(|tab| line.start + tab)
}

/// `{if: os in ["windows"], goto: x}`: inside braces a bracket ends the text.
fn list_in_braces(text: &str, line: Range<usize>, at: usize, file: FileId) -> Option<Fault> {
    let written = &text[line.clone()];
    let key = written.find("{if: ").or_else(|| written.find(", if: "))?;
    let start = line.start + key + written[key..].find("if: ")? + 4;
    let open = start + text[start..line.end].find('[')?;
    let end = open + text[open..line.end].find(']')? + 1;
    let quoted = text[start..].starts_with(['"', '\'']);
    if quoted || at < open || at > end {
        return None;
    }
    let span = Span { file, start: open as u32, end: open as u32 + 1 };
    let message = "a condition with `[` inside `{ }` must be quoted: to YAML a list begins here";
    let help = format!("put it in quotes: {{if: '{}', …}}", wording::shorten(&text[start..end]));
    Some(Fault::Hole(form::yaml_trap(span, message, help), start..end))
}

/// `{label: {{ os }}}` or `key: {{ os }} is slow`: the first such value up to where reading failed.
fn fact_in_braces(text: &str, end: usize, file: FileId) -> Option<Diagnostic> {
    let read = &text[..end];
    let at = read.match_indices("{{").map(|(at, _)| at).find(|at| {
        let line = &read[read[..*at].rfind('\n').map_or(0, |n| n + 1)..*at];
        line.trim_end().ends_with([':', '[', ',', '{'])
            && line.matches('"').count().is_multiple_of(2)
            && line.matches('\'').count().is_multiple_of(2)
    })?;
    let span = Span { file, start: at as u32, end: at as u32 + 2 };
    Some(begins_with(span, '{', "a mapping"))
}

/// Where the value of `key: value`, `- value` or `- key: value` begins in a line.
fn value_start(line: &str) -> Option<usize> {
    let mut at = line.len() - line.trim_start().len();
    while line[at..].starts_with("- ") {
        at += 2 + line[at + 2..].len() - line[at + 2..].trim_start().len();
    }
    let rest = &line[at..];
    if rest.starts_with('#') {
        return None;
    }
    let key = rest
        .find(": ")
        .filter(|colon| rest[..*colon].chars().all(|c| c.is_alphanumeric() || matches!(c, '-' | '_' | ' ')));
    let start = match key {
        Some(colon) => at + colon + 1 + (rest[colon + 1..].len() - rest[colon + 1..].trim_start().len()),
        None if at > 0 && line[..at].contains("- ") => at,
        None => return None,
    };
    (start < line.len()).then_some(start)
}

fn line_at(text: &str, at: usize) -> Range<usize> {
    let bytes = text.as_bytes();
    let at = at.min(text.len());
    let start = bytes[..at].iter().rposition(|b| *b == b'\n').map_or(0, |n| n + 1);
    let end = bytes[at..].iter().position(|b| *b == b'\n').map_or(text.len(), |n| at + n);
    start..start + text[start..end].trim_end_matches('\r').len()
}

/// The message of the error that others are wrapped around.
fn innermost(error: &Error) -> String {
    match error {
        Error::AliasError { error, .. } => innermost(error),
        Error::ExternalMessage { msg, .. } | Error::Message { msg, .. } => msg.clone(),
        other => other.to_string(),
    }
}

fn over_budget(error: &Error, message: &str) -> Option<String> {
    use serde_yaml::budget::BudgetBreach;
    let words = match error {
        Error::AliasError { error, .. } => return over_budget(error, message),
        Error::AliasReplayLimitExceeded { .. }
        | Error::AliasExpansionLimitExceeded { .. }
        | Error::AliasReplayStackDepthExceeded { .. }
        | Error::RecursiveReferencesRequireWeakTypes { .. }
        | Error::AliasReplayCounterOverflow { .. } => "multiplying itself with aliases",
        Error::Budget { breach, .. } => match breach {
            BudgetBreach::Depth { .. } => "nested too deep (more than 64 levels)",
            BudgetBreach::Aliases { .. } | BudgetBreach::Anchors { .. } | BudgetBreach::AliasAnchorRatio { .. } => {
                "multiplying itself with aliases"
            }
            BudgetBreach::Documents { .. } => return None,
            _ => "too large (more than 20,000 values)",
        },
        _ if message.contains("recursion limit") || message.contains("nesting") || message.contains("depth") => {
            "nested too deep (more than 64 levels)"
        }
        _ => return None,
    };
    Some(words.to_owned())
}

/// The reader's most frequent messages in the words of someone who writes playbooks.
fn plain_words(message: &str) -> (String, &'static str) {
    let has = |part: &str| message.contains(part);
    let quote = "look at quotes and brackets from here upwards: one of them is not closed";
    if has("mapping values are not allowed") {
        (
            "YAML did not expect a `:` here".into(),
            "check the indentation of this line and the one above; a text with `: ` in it needs quotes",
        )
    } else if has("quoted scalar") || has("unexpected end") || has("end of stream") || has("flow") {
        ("something that was opened is not closed before here".into(), quote)
    } else if has("simple key") || has("expected ':'") || has("could not find") {
        (
            "this line is neither `key: value` nor a list item".into(),
            "write `key: value`, with a space after the colon, and indent a text that goes on",
        )
    } else if has("block mapping") || has("block collection") || has("block end") || has("indent") {
        (
            "this line does not stand below anything".into(),
            "indent it like the lines that it belongs with: two spaces for each level",
        )
    } else if has("anchor") {
        ("`*` or `&` at the beginning of a text".into(), QUOTE)
    } else if has("tag") {
        ("playbooks have no YAML tags".into(), "leave out the word that begins with `!`, or quote the text")
    } else {
        (
            format!("YAML cannot read this: {}", wording::shorten(message)),
            "compare it with the lines around it; `firstline explain invalid_yaml` lists what goes wrong most",
        )
    }
}

/// A plain text cut off by what YAML takes for a comment: `port #1`.
pub(super) fn comment(text: &str, range: &Range<usize>, value: &str, span: Span) -> Option<Diagnostic> {
    if text.get(range.clone()) != Some(value) {
        return None;
    }
    // Only what follows is looked at: this is asked of every value.
    let spaces = text[range.end..].bytes().take_while(|byte| *byte == b' ').count();
    let at = range.end + spaces;
    let after = text[at..].strip_prefix('#')?;
    let line = line_at(text, at);
    let looks_like_text = spaces > 0 && after.chars().next().is_some_and(char::is_alphanumeric);
    looks_like_text.then(|| {
        let place = Span { file: span.file, start: at as u32, end: line.end as u32 };
        form::yaml_trap(place, "`#` after a space begins a comment: the text ends before it", QUOTE)
            .label("not part of the text")
    })
}

/// A text whose first word YAML takes for the name of its place, to which nothing refers: `title: &No sound`.
pub(super) fn anchor(text: &str, span: Span) -> Option<Diagnostic> {
    let before = text[..span.start as usize].trim_end_matches(' ');
    let word = before.rsplit(|c: char| c.is_whitespace() || matches!(c, '[' | '{' | ',')).next()?;
    let alias = format!("*{}", word.strip_prefix('&')?);
    let ends = |rest: &str| !rest.starts_with(|c: char| !c.is_whitespace() && !matches!(c, ',' | ']' | '}'));
    let begins = |before: &str| before.ends_with(|c: char| c.is_whitespace() || matches!(c, '[' | '{' | ','));
    let mut aliases = text.match_indices(&alias).filter(|(at, _)| begins(&text[..*at]));
    let at = (before.len() - word.len()) as u32;
    let place = Span { file: span.file, start: at, end: at + 1 };
    (!aliases.any(|(at, _)| ends(&text[at + alias.len()..])))
        .then(|| begins_with(place, '&', "an anchor (a name for this place)"))
}

/// `{label: Yes, it is, goto: x}`
pub(super) fn comma(key: &Spanned<String>) -> Diagnostic {
    let message = "a comma ends a text inside `{ }`";
    form::yaml_trap(key.span, message, "put the text in quotes: {label: \"Yes, it is\", goto: …}")
        .label("read as a key of its own")
}

/// `do: {{ fact }} …`
pub(super) fn braces(span: Span) -> Diagnostic {
    begins_with(span, '{', "a mapping")
}

/// `<<: *defaults`
pub(super) fn merge(span: Span) -> Diagnostic {
    form::yaml_trap(span, "`<<` merges nothing here", "write the keys out: whoever reads the playbook should see them")
}

/// Whether a `:` follows a key.
pub(super) fn has_colon(text: &str, key: Span) -> bool {
    let rest = text.get(key.end as usize..).unwrap_or_default();
    rest.trim_start_matches([' ', '"', '\'', '\n', '\r']).starts_with(':')
}
