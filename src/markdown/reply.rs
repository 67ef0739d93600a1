//! An article to paste into a mail or a chat: as Markdown or as plain text, without what only works inside the desk.

use super::{
    escape::{Place, escape},
    html::address,
    outline::{full, options},
};
use pulldown_cmark::{Event, LinkType, Parser, Tag, TagEnd};
use std::ops::Range;

/// The Markdown with its links led outside: `link` turns a target inside the desk into a whole address; `None` leaves
/// the words. Pictures become their words.
pub fn reply(markdown: &str, link: &dyn Fn(&str) -> Option<String>) -> String {
    led(markdown, link, "[", &|to| format!("]({to})"))
}

/// The same as plain text: an address stands behind the words that lead there.
pub fn plain_reply(markdown: &str, link: &dyn Fn(&str) -> Option<String>) -> String {
    let behind = |to: &str| format!(" ({})", escape(to.strip_prefix("mailto:").unwrap_or(to), Place::Words));
    super::plain(&led(markdown, link, "", &behind))
}

/// A link or a picture that is being read.
struct Open {
    at: Range<usize>,
    /// Where it leads; none for a picture.
    to: Option<String>,
    image: bool,
    /// The bytes and the text of its words.
    words: Option<Range<usize>>,
    text: String,
}

/// Writes `before` and what `behind` makes of the address around the words of each link.
fn led(markdown: &str, link: &dyn Fn(&str) -> Option<String>, before: &str, behind: &dyn Fn(&str) -> String) -> String {
    let (mut edits, mut open): (Vec<(Range<usize>, String)>, Vec<Open>) = (Vec::new(), Vec::new());
    for (event, at) in Parser::new_ext(markdown, options()).into_offset_iter() {
        match &event {
            Event::Start(Tag::Link { link_type: LinkType::Autolink | LinkType::Email, .. }) => {}
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                let to = address(&full(*link_type, dest_url), link);
                open.push(Open { at, to, image: false, words: None, text: String::new() });
                continue;
            }
            Event::Start(Tag::Image { .. }) => {
                open.push(Open { at, to: None, image: true, words: None, text: String::new() });
                continue;
            }
            Event::End(TagEnd::Link | TagEnd::Image) if open.last().is_some_and(|open| open.at == at) => {
                let Some(done) = open.pop() else { continue };
                let Range { start, end } = done.words.unwrap_or(at.end..at.end);
                match done.to {
                    _ if done.image => edits.push((at.clone(), done.text)),
                    Some(to) => edits.extend([(at.start..start, before.to_owned()), (end..at.end, behind(&to))]),
                    None => edits.extend([(at.start..start, String::new()), (end..at.end, String::new())]),
                }
            }
            Event::Text(text) | Event::Code(text) => open.iter_mut().for_each(|open| open.text.push_str(text)),
            _ => {}
        }
        for open in &mut open {
            let words = open.words.get_or_insert(at.clone());
            *words = words.start.min(at.start)..words.end.max(at.end);
        }
    }
    edits.sort_by_key(|(at, _)| (at.start, at.end));
    let (mut out, mut done) = (String::with_capacity(markdown.len()), 0);
    for (at, written) in edits.into_iter().filter(|(at, _)| at.start <= at.end) {
        // A picture in a picture is gone with it.
        if at.start >= done {
            out.push_str(&markdown[done..at.start]);
            out.push_str(&written);
            done = at.end;
        }
    }
    out.push_str(&markdown[done..]);
    out.trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "# A\n\nSee [the *other*](other#x), [b](gone), ![A dialog](p.png) and <https://a.example>.\n\n- [c][1] [![i](q.png)](https://b.example/x_y)\n\n[1]: https://c.example\n";

    fn link(to: &str) -> Option<String> {
        to.starts_with("other").then(|| format!("https://desk.example/help/{to}"))
    }

    #[test]
    fn a_reply_leads_outside_or_nowhere() {
        let found = reply(TEXT, &link);
        assert!(
            found
                .contains("See [the *other*](https://desk.example/help/other#x), b, A dialog and <https://a.example>."),
            "{found}"
        );
        assert!(found.contains("- [c](https://c.example) [i](https://b.example/x_y)"), "{found}");
        let found = plain_reply(TEXT, &link);
        assert!(
            found.contains("See the other (https://desk.example/help/other#x), b, A dialog and https://a.example."),
            "{found}"
        );
        assert!(found.contains("• c (https://c.example) i (https://b.example/x_y)"), "{found}");
    }
}
