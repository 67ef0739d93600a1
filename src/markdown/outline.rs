//! What a text is made of: its headings with their anchors, its links and pictures with their places, its words.

use pulldown_cmark::{Event, LinkType, Options, Parser, Tag, TagEnd, TextMergeWithOffset};
use std::{collections::HashSet, ops::Range};

/// A text's parts, in written order.
#[derive(Clone, Debug, Default)]
pub struct Outline {
    /// Every heading.
    pub headings: Vec<Heading>,
    /// Every link and picture, those of raw HTML too.
    pub links: Vec<Link>,
    /// Anchors that raw HTML sets besides the headings'.
    pub names: Vec<String>,
    /// The first place with markup of another system, which is shown as it stands.
    pub foreign: Option<Range<usize>>,
}

/// A heading.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heading {
    /// 1 to 6.
    pub level: u8,
    /// Plain text.
    pub text: String,
    /// Its address within the page, unique there.
    pub anchor: String,
    /// Its bytes, the markup too.
    pub at: Range<usize>,
}

/// A link or a picture.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Link {
    /// Where it leads, as written.
    pub target: String,
    /// The bytes of the target; of the whole link, if the target stands elsewhere.
    pub at: Range<usize>,
    /// A picture that is shown.
    pub image: bool,
    /// The words of the link, or what stands for the picture.
    pub text: String,
}

/// What articles may use.
pub(super) fn options() -> Options {
    super::escape::options() | Options::ENABLE_FOOTNOTES
}

/// Reads a text's parts; nothing is rendered.
pub fn outline(markdown: &str) -> Outline {
    let mut out = Outline::default();
    let mut anchors = Anchors::default();
    let (mut heading, mut open, mut code): (Option<Heading>, Vec<Link>, bool) = (None, Vec::new(), false);
    // A tag may go over several lines, each an event of its own.
    let mut html = 0..0;
    for (event, at) in TextMergeWithOffset::new(Parser::new_ext(markdown, options()).into_offset_iter()) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                heading = Some(Heading { level: level as u8, text: String::new(), anchor: String::new(), at });
            }
            Event::End(TagEnd::Heading(_)) => {
                if let Some(mut heading) = heading.take() {
                    heading.text = one_line(&heading.text);
                    heading.anchor = anchors.next(&heading.text);
                    out.headings.push(heading);
                }
            }
            Event::Start(Tag::Link { link_type, dest_url, .. }) => {
                open.push(link(markdown, &full(link_type, &dest_url), at, false));
            }
            Event::Start(Tag::Image { dest_url, .. }) => open.push(link(markdown, &dest_url, at, true)),
            Event::End(TagEnd::Link | TagEnd::Image) => out.links.extend(open.pop()),
            Event::Start(Tag::CodeBlock(_)) => code = true,
            Event::End(TagEnd::CodeBlock) => code = false,
            Event::Text(text) => {
                if !code && out.foreign.is_none() && is_foreign(&text) {
                    out.foreign = Some(at.start..markdown[at.clone()].find('\n').map_or(at.end, |n| at.start + n));
                }
                add(&text, &mut heading, &mut open);
            }
            Event::Code(text) => add(&text, &mut heading, &mut open),
            Event::SoftBreak | Event::HardBreak => add(" ", &mut heading, &mut open),
            Event::Html(_) if html.end == at.start => html.end = at.end,
            Event::Html(_) => raw(markdown, std::mem::replace(&mut html, at), &mut out),
            Event::InlineHtml(_) => raw(markdown, at, &mut out),
            _ => {}
        }
    }
    raw(markdown, html, &mut out);
    out.links.sort_by_key(|link| link.at.start);
    out
}

/// Takes in the links, pictures and anchors of raw HTML.
fn raw(markdown: &str, at: Range<usize>, out: &mut Outline) {
    let html = &markdown[at.clone()];
    for tag in tags(html) {
        for (name, value) in &tag.attributes {
            let target = html[value.clone()].trim().to_owned();
            let image = tag.name == "img" && *name == "src";
            if image || (tag.name == "a" && *name == "href") {
                let text = if image { tag.value(html, "alt").unwrap_or_default() } else { "" }.to_owned();
                out.links.push(Link { target, at: at.start + value.start..at.start + value.end, image, text });
            } else if !target.is_empty()
                && (*name == "id" && ANCHORED.contains(&tag.name.as_str()) || *name == "name" && tag.name == "a")
            {
                out.names.push(target);
            }
        }
    }
}

/// The words of a text, plain: first what stands above all headings, then what stands below each. Cells of a table stay
/// apart; a list of links (sources, see also) says nothing by itself, and is left out.
pub fn texts(markdown: &str) -> Vec<String> {
    let (mut out, mut heading) = (vec![String::new()], false);
    // How deep in lists and links, and the bytes that links of lists have in each part.
    let (mut lists, mut links, mut linked) = (0, 0, vec![0]);
    for event in Parser::new_ext(markdown, options()) {
        let text = out.last_mut().expect("there is always one");
        let before = text.len();
        match event {
            Event::Start(Tag::Heading { .. }) => {
                heading = true;
                out.push(String::new());
                linked.push(0);
                continue;
            }
            Event::End(TagEnd::Heading(_)) => heading = false,
            _ if heading => {}
            Event::Start(Tag::List(_)) => lists += 1,
            Event::End(TagEnd::List(_)) => lists -= 1,
            Event::Start(Tag::Link { .. }) => links += 1,
            Event::End(TagEnd::Link) => links -= 1,
            Event::Text(words) | Event::Code(words) => text.push_str(&words),
            Event::Html(html) | Event::InlineHtml(html) => text.push_str(&untagged(&html)),
            Event::SoftBreak | Event::HardBreak => text.push(' '),
            Event::Start(Tag::TableCell) if !text.is_empty() && !text.ends_with('\n') => text.push_str(" – "),
            Event::End(
                TagEnd::Paragraph
                | TagEnd::Item
                | TagEnd::CodeBlock
                | TagEnd::TableHead
                | TagEnd::TableRow
                | TagEnd::HtmlBlock
                | TagEnd::Image,
            ) if !text.is_empty() && !text.ends_with('\n') => text.push('\n'),
            _ => {}
        }
        if lists > 0 && links > 0 {
            *linked.last_mut().expect("there is always one") += text.len() - before;
        }
    }
    for (text, linked) in out.iter_mut().zip(linked).skip(1) {
        if linked > 0 && 2 * linked >= text.trim().len() {
            text.clear();
        }
    }
    out
}

/// An anchor as other Markdown readers make it: lower case, words joined by `-`.
pub fn slug(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.trim().chars().flat_map(char::to_lowercase) {
        match c {
            ' ' | '-' => out.push('-'),
            c if c.is_alphanumeric() || c == '_' => out.push(c),
            _ => {}
        }
    }
    out
}

/// Ids that our own pages use.
pub(super) const TAKEN: [&str; 3] = ["main", "notices", "help"];

/// Tags of raw HTML whose `id` can be linked to.
pub(super) const ANCHORED: [&str; 7] = ["a", "span", "h2", "h3", "h4", "h5", "h6"];

/// Gives each heading an anchor of its own.
#[derive(Default)]
pub(super) struct Anchors(HashSet<String>);

impl Anchors {
    pub(super) fn next(&mut self, text: &str) -> String {
        let plain = match slug(text) {
            plain if plain.is_empty() => "section".to_owned(),
            plain => plain,
        };
        let numbered = (1..).map(|n| format!("{plain}-{n}"));
        let is_free = |anchor: &String| !TAKEN.contains(&anchor.as_str()) && !self.0.contains(anchor);
        let free = std::iter::once(plain.clone()).chain(numbered).find(is_free).expect("numbers do not end");
        self.0.insert(free.clone());
        free
    }
}

/// A target with the scheme that is implied.
pub(super) fn full(kind: LinkType, target: &str) -> String {
    if kind == LinkType::Email { format!("mailto:{target}") } else { target.to_owned() }
}

fn link(markdown: &str, target: &str, at: Range<usize>, image: bool) -> Link {
    let found = if target.is_empty() { None } else { markdown[at.clone()].rfind(target) };
    let at = found.map_or(at.clone(), |n| at.start + n..at.start + n + target.len());
    Link { target: target.to_owned(), at, image, text: String::new() }
}

fn add(text: &str, heading: &mut Option<Heading>, open: &mut [Link]) {
    heading.iter_mut().for_each(|heading| heading.text.push_str(text));
    open.iter_mut().for_each(|link| link.text.push_str(text));
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Blocks of DocFX, includes, shortcodes of Hugo.
fn is_foreign(text: &str) -> bool {
    text.trim_start().starts_with(":::") || ["[!INCLUDE", "{{<", "{{%"].iter().any(|mark| text.contains(mark))
}

/// A tag of raw HTML.
pub(super) struct RawTag {
    /// Lower case.
    pub name: String,
    /// Its bytes.
    pub at: Range<usize>,
    /// Names and the bytes of their values.
    pub attributes: Vec<(&'static str, Range<usize>)>,
}

impl RawTag {
    /// What an attribute says.
    pub fn value<'a>(&self, html: &'a str, name: &str) -> Option<&'a str> {
        let value = self.attributes.iter().find(|(known, _)| *known == name)?;
        Some(&html[value.1.clone()])
    }
}

/// The attributes that matter here.
const ATTRIBUTES: [&str; 5] = ["href", "src", "alt", "name", "id"];

/// The opening tags of raw HTML. What a browser makes of it is for the sanitiser to say; this finds what people write.
pub(super) fn tags(html: &str) -> Vec<RawTag> {
    let mut out = Vec::new();
    let mut from = 0;
    while let Some(start) = html[from..].find('<').map(|n| from + n) {
        if html[start..].starts_with("<!--") {
            from = html[start + 2..].find("-->").map_or(html.len(), |n| start + 5 + n);
            continue;
        }
        // A browser takes whatever stands there for the name, another `<` too.
        let name = html[start + 1..].split(|c: char| c.is_whitespace() || "/>".contains(c)).next().unwrap_or_default();
        from = start + 1;
        if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
            continue;
        }
        from += name.len();
        let mut tag = RawTag { name: name.to_ascii_lowercase(), at: start..html.len(), attributes: Vec::new() };
        while let Some(n) = html[from..].find(|c: char| !c.is_whitespace() && c != '/') {
            from += n;
            if html[from..].starts_with('>') {
                break;
            }
            let end =
                html[from..].find(|c: char| c.is_whitespace() || "=>/".contains(c)).map_or(html.len(), |n| from + n);
            let name = html[from..end].to_ascii_lowercase();
            let value = value(html, end);
            from = value.as_ref().map_or(end.max(from + 1), |(_, end)| *end);
            from = html.ceil_char_boundary(from);
            if let (Some((value, _)), Some(known)) = (value, ATTRIBUTES.iter().find(|known| **known == name)) {
                tag.attributes.push((known, value));
            }
        }
        if html[from..].starts_with('>') {
            from += 1;
        }
        tag.at.end = from;
        out.push(tag);
    }
    out
}

/// The value behind an attribute's name, and where it ends with its quotes.
fn value(html: &str, from: usize) -> Option<(Range<usize>, usize)> {
    let skip = |from: usize| html[from..].find(|c: char| !c.is_whitespace()).map(|n| from + n);
    let equals = skip(from).filter(|at| html[*at..].starts_with('='))?;
    let start = skip(equals + 1)?;
    match html[start..].chars().next().filter(|c| matches!(c, '"' | '\'')) {
        Some(quote) => {
            let end = html[start + 1..].find(quote).map_or(html.len(), |n| start + 1 + n);
            Some((start + 1..end, (end + 1).min(html.len())))
        }
        None => {
            let end = html[start..].find(|c: char| c.is_whitespace() || c == '>').map_or(html.len(), |n| start + n);
            Some((start..end, end))
        }
    }
}

/// Raw HTML without its tags and comments.
fn untagged(html: &str) -> String {
    let (mut out, mut rest) = (String::new(), html);
    while let Some((before, behind)) = rest.split_once('<') {
        out.push_str(before);
        let end = if behind.starts_with("!--") { "-->" } else { ">" };
        rest = behind.split_once(end).map_or("", |(_, rest)| rest);
        out.push(' ');
    }
    out + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headings_have_the_anchors_that_people_expect() {
        let outline =
            outline("# What's *new*?\n\n## A\n## A\n## A-1\n### 100 % `x_y`\n## 🎉\n\nSetext Ünder\n===\n## Main");
        let anchors: Vec<_> = outline.headings.iter().map(|heading| heading.anchor.as_str()).collect();
        assert_eq!(anchors, ["whats-new", "a", "a-1", "a-1-1", "100--x_y", "section", "setext-ünder", "main-1"]);
        assert_eq!(outline.headings[0].text, "What's new?");
    }

    #[test]
    fn links_and_pictures_stand_where_their_targets_do() {
        let text =
            "[a *b*](x#y) ![c](m/p.png \"t\")\n[r][1] <a@b.example> <A HREF='q'>z</A><img alt=i src=s.png>\n\n[1]: ref";
        let outline = outline(text);
        let found: Vec<_> =
            outline.links.iter().map(|l| (l.target.as_str(), &text[l.at.clone()], l.image, l.text.as_str())).collect();
        assert_eq!(
            found,
            [
                ("x#y", "x#y", false, "a b"),
                ("m/p.png", "m/p.png", true, "c"),
                ("ref", "[r][1]", false, "r"),
                ("mailto:a@b.example", "<a@b.example>", false, "a@b.example"),
                ("q", "q", false, ""),
                ("s.png", "s.png", true, "i"),
            ]
        );
    }

    #[test]
    fn lists_of_links_say_nothing() {
        let found = texts("- [a](b)\n\n# A\nSee [this](b).\n\n# Sources\n- Us: [All of it](c)\n- [The rest](d)");
        assert_eq!(found, ["a\n", "See this.\n", ""]);
    }

    #[test]
    fn the_words_are_those_below_each_heading() {
        let found =
            texts("Top\n# A\nOne `two`\n\n- x\n- y\n\n| a | b |\n|--|--|\n| 1 | 2 |\n\n<p>raw<!-- no --></p>\n\n# B");
        assert_eq!(found, ["Top\n", "One two\nx\ny\na – b\n1 – 2\n raw  \n", ""]);
    }
}
