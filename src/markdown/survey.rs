//! Everything in a text that leads somewhere or that only another system understands, with its bytes.

use super::{
    outline::{options, tags},
    page::TAGS,
};
use pulldown_cmark::{Event, Parser, Tag, TagEnd, TextMergeWithOffset};
use std::ops::Range;

/// A place of a text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// Its bytes: a target's alone, or the whole markup.
    pub at: Range<usize>,
    /// What stands there.
    pub what: What,
}

/// What another system's text can hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// Where a link or a picture leads, as it stands between the brackets.
    Target {
        /// A picture that is shown.
        image: bool,
    },
    /// A link or a picture in another system's markup, `[[Page]]` or `:::image …:::`.
    Embed {
        /// Where it leads.
        to: String,
        /// Its words.
        text: String,
        /// A picture that is shown.
        image: bool,
    },
    /// Markup that readers see as it stands.
    Markup,
    /// A tag that pages leave out.
    Tag,
}

/// All places of a text, in order, none within another.
pub fn survey(markdown: &str) -> Vec<Place> {
    let parser = Parser::new_ext(markdown, options());
    let spans = parser.reference_definitions().iter().map(|(_, definition)| definition.span.clone());
    let mut out: Vec<Place> = spans.filter_map(|at| defined(markdown, at)).collect();
    let (mut open, mut code, mut html, mut done): (Vec<usize>, bool, Range<usize>, usize) =
        (Vec::new(), false, 0..0, 0);
    for (event, at) in TextMergeWithOffset::new(parser.into_offset_iter()) {
        if let (Some(inner), false) = (open.last_mut(), matches!(event, Event::End(_))) {
            *inner = at.end.max(*inner);
        }
        match event {
            Event::Start(Tag::Link { .. }) => open.push(at.start + 1),
            Event::Start(Tag::Image { .. }) => open.push(at.start + 2),
            Event::End(end @ (TagEnd::Link | TagEnd::Image)) => {
                let from = open.pop().unwrap_or(at.start);
                let image = end == TagEnd::Image;
                out.extend(inline(markdown, from..at.end).map(|at| Place { at, what: What::Target { image } }));
            }
            Event::Start(Tag::CodeBlock(_)) => code = true,
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Text(_) if !code => foreign(markdown, at, &mut done, &mut out),
            Event::Html(_) if html.end == at.start => html.end = at.end,
            Event::Html(_) => raw(markdown, std::mem::replace(&mut html, at), &mut out),
            Event::InlineHtml(_) => raw(markdown, at, &mut out),
            _ => {}
        }
    }
    raw(markdown, html, &mut out);
    out.sort_by_key(|place| (place.at.start, std::cmp::Reverse(place.at.end)));
    let mut end = 0;
    out.retain(|place| {
        let apart = place.at.start >= end;
        end = if apart { place.at.end } else { end };
        apart
    });
    out
}

/// The target of `[name]: target`.
fn defined(markdown: &str, at: Range<usize>) -> Option<Place> {
    let text = &markdown[at.clone()];
    let close = text.match_indices("]:").find(|(n, _)| !text[..*n].ends_with('\\'))?.0 + 2;
    let at = target(markdown, at.start + close..at.end)?;
    Some(Place { at, what: What::Target { image: false } })
}

/// The target behind the words of a link, `](target)`. `None` if it is written elsewhere.
fn inline(markdown: &str, at: Range<usize>) -> Option<Range<usize>> {
    let open = markdown.get(at.clone())?.find(']')? + 1;
    let begin = at.start + open;
    markdown[begin..at.end].starts_with('(').then(|| target(markdown, begin + 1..at.end))?
}

/// The bytes of a target, without the angle brackets around it.
fn target(markdown: &str, at: Range<usize>) -> Option<Range<usize>> {
    let rest = &markdown[at.clone()];
    let start = rest.find(|c: char| !c.is_whitespace())?;
    let angle = rest[start..].starts_with('<');
    let start = start + usize::from(angle);
    let (mut depth, mut escaped) = (0, false);
    let end = rest[start..].char_indices().find(|(_, c)| match c {
        _ if std::mem::take(&mut escaped) => false,
        '\\' => (escaped = true, false).1,
        '>' if angle => true,
        '(' if !angle => (depth += 1, false).1,
        ')' if !angle => (depth -= 1, depth < 0).1,
        c => !angle && c.is_whitespace(),
    });
    let end = end.map_or(rest.len(), |(n, _)| start + n);
    Some(at.start + start..at.start + end)
}

/// Targets and unknown tags of raw HTML.
fn raw(markdown: &str, at: Range<usize>, out: &mut Vec<Place>) {
    let html = &markdown[at.clone()];
    for tag in tags(html) {
        let image = tag.name == "img";
        for (name, value) in &tag.attributes {
            if (image && *name == "src") || (tag.name == "a" && *name == "href") {
                let what = What::Target { image };
                out.push(Place { at: at.start + value.start..at.start + value.end, what });
            }
        }
        if tag.name != "h1" && !TAGS.contains(&tag.name.as_str()) {
            out.push(Place { at: at.start + tag.at.start..at.start + tag.at.end, what: What::Tag });
        }
    }
}

/// What DocFX, Hugo, Jekyll, MkDocs, Docusaurus and Obsidian write among words.
const MARKS: [&str; 9] = [":::", "[[", "{{", "{%", "[!", "%%", "{#", "{:", "[TOC]"];

/// Markup within a line is looked for so far, in bytes.
const REACH: usize = 2000;

/// Finds markup of other systems in a piece of text, from byte `done` on; moves `done` behind what was found.
fn foreign(markdown: &str, at: Range<usize>, done: &mut usize, out: &mut Vec<Place>) {
    let line_end = |from: usize| markdown[from..].find('\n').map_or(markdown.len(), |n| from + n);
    let fresh = || markdown[..at.start].rsplit('\n').next().is_some_and(|before| before.trim().is_empty());
    let mut from = at.start.max(*done);
    if ["!!! ", "??? ", "???+ "].iter().any(|mark| markdown[at.clone()].starts_with(mark)) && fresh() {
        return out.push(Place { at: at.start..line_end(at.start), what: What::Markup });
    }
    while let Some(start) =
        markdown.get(from..at.end).and_then(|text| text.find([':', '[', '{', '%'])).map(|n| from + n)
    {
        from = start + 1;
        let rest = &markdown[start..];
        let Some(mark) = MARKS.iter().find(|mark| rest.starts_with(**mark)) else { continue };
        let behind = start + mark.len();
        let inner = &markdown[behind..markdown.floor_char_boundary((behind + REACH).min(markdown.len()))];
        let inner = inner.split('\n').next().unwrap_or_default();
        let closed = |close: &str| inner.find(close).map(|n| behind + n + close.len());
        let markup = |end: usize| Place { at: start..end, what: What::Markup };
        let found = match *mark {
            ":::" if rest.starts_with(":::image ") => Some(picture(markdown, start)),
            ":::" if markdown[at.start..start].trim().is_empty() => Some(markup(line_end(start))),
            "[[" => closed("]]").map(|end| wiki(markdown, start, end)),
            "{{" => Some(markup(closed("}}").unwrap_or(behind + inner.len()))),
            "{%" => Some(markup(closed("%}").unwrap_or(behind + inner.len()))),
            "[!" if inner.starts_with(|c: char| c.is_ascii_alphabetic()) => {
                Some(markup(closed("]").unwrap_or(behind + inner.len())))
            }
            "%%" => closed("%%").map(markup),
            "{#" | "{:" => closed("}").filter(|end| markdown[*end..line_end(*end)].trim().is_empty()).map(markup),
            "[TOC]" => Some(markup(behind)),
            _ => None,
        };
        from = found.as_ref().map_or(behind, |place| place.at.end);
        *done = from;
        out.extend(found);
    }
}

/// `:::image source="a.png" alt-text="Words":::`
fn picture(markdown: &str, start: usize) -> Place {
    let block = markdown[start..].find("\n\n").map_or(markdown.len(), |n| start + n);
    let inner = start + ":::image".len();
    let Some(end) = markdown[inner..block].find(":::").map(|n| inner + n) else {
        let end = markdown[start..block].find('\n').map_or(block, |n| start + n);
        return Place { at: start..end, what: What::Markup };
    };
    let value = |name: &str| {
        let (_, behind) = markdown[inner..end].split_once(&format!("{name}=\""))?;
        Some(behind.split_once('"')?.0.split_whitespace().collect::<Vec<_>>().join(" "))
    };
    let what = match value("source") {
        Some(to) => What::Embed { to, text: value("alt-text").unwrap_or_default(), image: true },
        None => What::Markup,
    };
    Place { at: start..end + 3, what }
}

/// `[[Page]]`, `[[Page#Heading|words]]`, `![[picture.png]]`
fn wiki(markdown: &str, start: usize, end: usize) -> Place {
    let inner = &markdown[start + 2..end - 2];
    let (to, text) = inner.split_once('|').map_or((inner, inner), |(to, text)| (to, text));
    let image = markdown[..start].ends_with('!');
    let what = What::Embed { to: to.trim().to_owned(), text: text.trim().to_owned(), image };
    Place { at: start - usize::from(image)..end, what }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn targets_are_found_where_they_stand() {
        let text = "[a](a \"see a\") [*b* `]`](<b c> 't') ![i](m/p(1).png) [![x](y.png)](z#\\#) [r][one] <https://e.x>\n\
                    <a href='h'><img src=s.png alt=x></a> `[no](code)` \\[no](text)\n\n[one]: <d e> (title)\n[two]:\n  two\n\n\
                    | t |\n|---|\n| [c](cell) |\n\n    [no](block)\n";
        let found: Vec<_> = survey(text)
            .into_iter()
            .map(|place| (text[place.at].to_owned(), place.what == What::Target { image: true }))
            .collect();
        let expected = [
            ("a", false),
            ("b c", false),
            ("m/p(1).png", true),
            ("y.png", true),
            ("z#\\#", false),
            ("h", false),
            ("s.png", true),
            ("d e", false),
            ("two", false),
            ("cell", false),
        ];
        assert_eq!(found, expected.map(|(text, image)| (text.to_owned(), image)));
    }

    #[test]
    fn markup_of_others_is_found() {
        let text = "# Head {#own}\n\n:::note\nx\n:::\n\nSelect :::image type=\"icon\" source=\"a.png\" alt-text=\"An `a` [x](y)\"::: now [[Other page#x|o]] and ![[p.png]].\n\n\
                    > [!NOTE]\n> ok\n\n> [!VIDEO https://v.example]\n\n{{< note >}}\n{% raw %} <user> <br>\n\n```\n{{ code }} [[x]]\n```\n\n!!! tip \"T\"\n    x\n";
        let found: Vec<_> =
            survey(text).into_iter().map(|place| format!("{:?} {}", place.what, &text[place.at])).collect();
        let expected = [
            "Markup {#own}",
            "Markup :::note",
            "Markup :::",
            r#"Embed { to: "a.png", text: "An `a` [x](y)", image: true } :::image type="icon" source="a.png" alt-text="An `a` [x](y)":::"#,
            r#"Embed { to: "Other page#x", text: "o", image: false } [[Other page#x|o]]"#,
            r#"Embed { to: "p.png", text: "p.png", image: true } ![[p.png]]"#,
            "Markup [!VIDEO https://v.example]",
            "Markup {{< note >}}",
            "Markup {% raw %}",
            "Tag <user>",
            r#"Markup !!! tip "T""#,
        ];
        assert_eq!(found, expected);
    }
}
