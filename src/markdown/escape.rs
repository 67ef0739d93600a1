//! What a person typed, made harmless inside Markdown.

use pulldown_cmark::{Event, Parser, Tag, TagEnd};

/// Where in a Markdown text a value is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// Among words, where punctuation can be markup.
    Words,
    /// In a code span or block, where nothing can be escaped.
    Code,
}

/// A value as Markdown that shows exactly its characters: one line, no control characters, no markup.
pub fn escape(value: &str, place: Place) -> String {
    let mut out = String::with_capacity(value.len() + 8);
    let value = value.trim();
    for (at, c) in value.char_indices() {
        match c {
            '\n' | '\r' | '\t' | '\u{2028}' | '\u{2029}' => out.push(' '),
            c if c.is_control() => out.push('\u{fffd}'),
            '`' if place == Place::Code => out.push('\''),
            c if place == Place::Words && is_markup(c, &value[..at]) => out.extend(['\\', c]),
            c => out.push(c),
        }
    }
    out
}

/// Whether a character can be markup behind what stands before it in the value.
fn is_markup(c: char, before: &str) -> bool {
    match c {
        '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '&' | '|' | '~' => true,
        '#' | '+' | '-' | '=' | ':' => before.is_empty(),
        '.' | ')' => !before.is_empty() && before.bytes().all(|b| b.is_ascii_digit()),
        _ => false,
    }
}

/// For each marker, a word that occurs once in the text, where it stands.
pub fn places(text: &str, markers: &[String]) -> Vec<Place> {
    let mut places = vec![Place::Words; markers.len()];
    let mut block = false;
    for event in Parser::new_ext(text, options()) {
        match &event {
            Event::Start(Tag::CodeBlock(_)) => block = true,
            Event::End(TagEnd::CodeBlock) => block = false,
            _ => {}
        }
        let code = match &event {
            Event::Code(code) => Some(code),
            Event::Text(code) if block => Some(code),
            _ => None,
        };
        for (marker, place) in markers.iter().zip(&mut places) {
            if code.is_some_and(|code| code.contains(marker.as_str())) {
                *place = Place::Code;
            }
        }
    }
    places
}

pub(super) fn options() -> pulldown_cmark::Options {
    use pulldown_cmark::Options;
    Options::ENABLE_TABLES | Options::ENABLE_TASKLISTS | Options::ENABLE_STRIKETHROUGH | Options::ENABLE_GFM
}

#[cfg(test)]
mod tests {
    use super::*;
    use pulldown_cmark::html::push_html;

    fn shown(markdown: &str) -> String {
        let mut html = String::new();
        push_html(&mut html, Parser::new_ext(markdown, options()));
        html
    }

    #[test]
    fn a_value_is_shown_as_it_is_and_never_markup() {
        for value in [
            "[x](javascript:alert(1))",
            "<b>hi</b>",
            "**a** _b_ ~~c~~",
            "1. one",
            "# no",
            "- no",
            "a\nb",
            "&amp;",
            "\\[x]",
            "```",
            "| a |",
            "=== ",
        ] {
            let html = shown(&format!("Hello {} there", escape(value, Place::Words)));
            assert!(
                !html.contains("<b>") && !html.contains("<a") && !html.contains("<strong") && !html.contains("<code"),
                "{html}"
            );
            let alone = shown(&escape(value, Place::Words));
            assert!(
                alone.starts_with("<p>")
                    && !alone[3..].contains("<p>")
                    && !alone.contains("<h1")
                    && !alone.contains("<li"),
                "{alone}"
            );
        }
        assert_eq!(escape("a`b", Place::Code), "a'b");
        assert_eq!(escape("HP-4250, 2nd floor (left)", Place::Words), "HP-4250, 2nd floor (left)");
    }

    #[test]
    fn a_marker_in_code_is_found() {
        let markers = ["AxA".to_owned(), "BxB".to_owned()];
        assert_eq!(places("run `AxA` and BxB", &markers), [Place::Code, Place::Words]);
    }
}
