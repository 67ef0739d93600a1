//! Markdown as HTML that can do nothing: raw HTML is shown as text, links lead only where they may, pictures become
//! their words.

use super::escape::options;
use pulldown_cmark::{Alignment, Event, HeadingLevel, Parser, Tag, TagEnd, html::push_html};

/// Where links may lead outside.
const SCHEMES: [&str; 4] = ["https://", "http://", "mailto:", "tel:"];

/// Renders. `link` turns a target inside the desk (`playbook:ID`, an article's id) into an address of ours; `None`
/// leaves only the words. The text's first heading gets the level `top` (2 to 6), the others follow.
pub fn html(markdown: &str, top: u8, link: &dyn Fn(&str) -> Option<String>) -> String {
    let mut first = None;
    let mut lower = |level: HeadingLevel| {
        let down = *first.get_or_insert(i32::from(top) - level as i32);
        let level = (level as i32 + down).clamp(i32::from(top), 6);
        HeadingLevel::try_from(level as usize).expect("it lies between 1 and 6")
    };
    let mut open = Vec::new();
    let events = Parser::new_ext(markdown, options()).filter_map(|event| match event {
        Event::Html(text) | Event::InlineHtml(text) => Some(Event::Text(text)),
        Event::Start(Tag::HtmlBlock) => Some(Event::Start(Tag::Paragraph)),
        Event::End(TagEnd::HtmlBlock) => Some(Event::End(TagEnd::Paragraph)),
        Event::Start(Tag::Heading { level, .. }) => {
            Some(Event::Start(Tag::Heading { level: lower(level), id: None, classes: Vec::new(), attrs: Vec::new() }))
        }
        Event::End(TagEnd::Heading(level)) => Some(Event::End(TagEnd::Heading(lower(level)))),
        Event::Start(Tag::Table(columns)) => Some(Event::Start(Tag::Table(vec![Alignment::None; columns.len()]))),
        Event::Start(Tag::Image { .. }) | Event::End(TagEnd::Image) => None,
        Event::TaskListMarker(done) => Some(Event::Text(if done { "☑ ".into() } else { "☐ ".into() })),
        Event::Start(Tag::Link { dest_url, .. }) => {
            let to = address(&dest_url, link);
            open.push(to.is_some());
            let to = quoted(&to?);
            Some(Event::InlineHtml(format!("<a href=\"{to}\" target=\"_blank\" rel=\"noopener noreferrer\">").into()))
        }
        Event::End(TagEnd::Link) => open.pop().filter(|open| *open).map(|_| Event::InlineHtml("</a>".into())),
        other => Some(other),
    });
    let mut out = String::new();
    push_html(&mut out, events);
    out
}

/// The words of the first block, on one line.
pub fn first_line(markdown: &str) -> String {
    let mut line = String::new();
    for event in Parser::new_ext(markdown, options()) {
        match event {
            Event::Text(text) | Event::Code(text) | Event::Html(text) | Event::InlineHtml(text) => line.push_str(&text),
            Event::SoftBreak | Event::HardBreak => line.push(' '),
            Event::End(TagEnd::Paragraph | TagEnd::Heading(_) | TagEnd::Item | TagEnd::CodeBlock)
                if !line.trim().is_empty() =>
            {
                break;
            }
            _ => {}
        }
    }
    line.split_whitespace().collect::<Vec<_>>().join(" ")
}

pub(super) fn address(target: &str, link: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let outside = SCHEMES.iter().any(|scheme| {
        target.get(..scheme.len()).is_some_and(|start| start.eq_ignore_ascii_case(scheme))
            && target.len() > scheme.len()
    });
    if outside { Some(target.to_owned()) } else { link(target) }
}

pub(super) fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(markdown: &str) -> String {
        html(markdown, 3, &|target| target.strip_prefix("playbook:").map(|id| format!("/#playbook-{id}")))
    }

    #[test]
    fn nothing_in_a_text_can_act() {
        for text in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "[x](javascript:alert(1))",
            "[x](JaVaScRiPt:alert(1))",
            "[x](data:text/html,<script>)",
            "[x](  vbscript:x)",
            "<javascript:alert(1)>",
            "![x](https://elsewhere.example/p.png)",
            "[x](//elsewhere.example)",
            "[x](https://a.example/\"onclick=\"alert(1))",
            "[![x](javascript:a)](javascript:b)",
            "```x\"onload=\"y\n<b>\n```",
            "<div\nonclick=alert(1)>\n\n| a |\n|:-:|\n| <i>b</i> |",
            "- [x] <style>",
        ] {
            let html = shown(text);
            for tag in ["<script", "<img", "<style", "<div", "<i>", "<input", " style="] {
                assert!(!html.contains(tag), "{text}: {html}");
            }
            for (at, _) in html.match_indices("href=\"") {
                let target = &html[at + 6..];
                assert!(target.starts_with("https://a.example"), "{text}: {html}");
            }
            // An attribute can only stand inside a tag that we wrote.
            let outside = html.split('<').filter_map(|part| part.split_once('>')).map(|(tag, _)| tag);
            assert!(outside.into_iter().all(|tag| !tag.contains(" on")), "{text}: {html}");
        }
    }

    #[test]
    fn links_lead_outside_or_where_the_page_says() {
        assert!(shown("[a](https://a.example/?x=1&y=2)").contains("href=\"https://a.example/?x=1&amp;y=2\""));
        assert!(shown("[a](playbook:verify-identity)").contains("href=\"/#playbook-verify-identity\""));
        assert_eq!(shown("[a](../etc/passwd)"), "<p>a</p>\n");
    }

    #[test]
    fn headings_stand_below_those_of_the_page() {
        assert_eq!(shown("# A\n## B\n###### C"), "<h3>A</h3>\n<h4>B</h4>\n<h6>C</h6>\n");
        assert_eq!(shown("### A\n## B\n#### C"), "<h3>A</h3>\n<h3>B</h3>\n<h4>C</h4>\n");
    }

    #[test]
    fn the_first_line_is_plain() {
        assert_eq!(first_line("Pull **both** ends\nof `usb`.\n\nThen wait."), "Pull both ends of usb.");
        assert_eq!(first_line("1. One\n2. Two"), "One");
    }
}
