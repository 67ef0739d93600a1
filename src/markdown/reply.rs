//! Markdown as it is sent to somebody: links lead where the reader may go, pictures are their words, raw HTML is left
//! out.

use super::escape::{Place, escape, options};
use pulldown_cmark::{Event, LinkType, Parser, Tag, TagEnd};
use std::ops::Range;

/// Puts what `link` makes of its plain words and its target in the place of each link.
pub fn sent(markdown: &str, link: &dyn Fn(&str, &str) -> String) -> String {
    let parser = Parser::new_ext(markdown, options());
    let definitions = parser.reference_definitions().iter().map(|(_, definition)| definition.span.clone());
    let mut edits: Vec<(Range<usize>, String)> = definitions.map(|span| (span, String::new())).collect();
    let (mut depth, mut words, mut open) = (0, String::new(), None);
    for (event, at) in parser.into_offset_iter() {
        match event {
            Event::Start(Tag::Link { dest_url, link_type, .. }) => {
                depth += 1;
                let mail = if link_type == LinkType::Email { "mailto:" } else { "" };
                open.get_or_insert((at, Some(format!("{mail}{dest_url}"))));
            }
            Event::Start(Tag::Image { .. }) => {
                depth += 1;
                open.get_or_insert((at, None));
            }
            Event::End(TagEnd::Link | TagEnd::Image) => {
                depth -= 1;
                if depth == 0
                    && let Some((at, target)) = open.take()
                {
                    let words = std::mem::take(&mut words);
                    let put = target.map_or_else(|| escape(&words, Place::Words), |target| link(&words, &target));
                    edits.push((at, put));
                }
            }
            Event::Text(text) | Event::Code(text) if depth > 0 => words.push_str(&text),
            Event::SoftBreak | Event::HardBreak if depth > 0 => words.push(' '),
            Event::Html(_) | Event::InlineHtml(_) if depth == 0 => edits.push((at, String::new())),
            _ => {}
        }
    }
    edits.sort_by_key(|(at, _)| at.start);
    let (mut out, mut from) = (String::new(), 0);
    for (at, put) in edits.into_iter().filter(|(at, _)| at.start < at.end) {
        out += markdown.get(from..at.start).unwrap_or_default();
        out += &put;
        from = from.max(at.end);
    }
    (out + &markdown[from..]).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_are_what_they_are_made_and_nothing_else_is_lost() {
        let text = "# A\n\nSee [the *guide*](other#x), ![a plan](p.png) and [that][1].<!-- secret -->\n\n<b>B</b> `[c](d)`\n\n\
                    [![pic](i.png)](y) <https://a.example/q_r_s>\n\n[1]: hidden-article\n";
        let sent = sent(text, &|words, target| format!("{words} ({target})"));
        assert_eq!(
            sent,
            "# A\n\nSee the guide (other#x), a plan and that (hidden-article).\n\nB `[c](d)`\n\npic (y) \
             https://a.example/q_r_s (https://a.example/q_r_s)"
        );
    }
}
