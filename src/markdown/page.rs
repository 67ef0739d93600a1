//! An article as HTML for a page: headings with ids, alerts, tables, pictures of the desk, raw HTML reduced to what can
//! do nothing.

use super::{
    html::{address, quoted},
    outline::{ANCHORED, Anchors, TAKEN, full, options, tags},
};
use ammonia::Builder;
use pulldown_cmark::{
    Alignment, BlockQuoteKind, CodeBlockKind, CowStr, Event, HeadingLevel, Parser, Tag, TagEnd, TextMergeStream,
    html::push_html,
};
use std::{
    borrow::Cow,
    collections::{HashMap, HashSet},
};

/// Where an article is shown, and where its links lead from there.
pub struct Place<'a> {
    /// The level of its highest headings, 2 to 6.
    pub top: u8,
    /// Beside something that people must not lose: no ids, every link opens a new page.
    pub beside: bool,
    /// Where a link inside the desk leads; `None` leaves its words.
    pub link: &'a dyn Fn(&str) -> Option<String>,
    /// Where a picture of the desk is; `None` leaves its words.
    pub image: &'a dyn Fn(&str) -> Option<String>,
}

/// Renders an article. `begins_with_title`: the first heading is what the page is called, and is not shown again.
pub fn page(markdown: &str, begins_with_title: bool, place: &Place<'_>) -> String {
    let skipped = usize::from(begins_with_title);
    let levels = super::outline(markdown).headings.into_iter().skip(skipped).map(|heading| heading.level);
    let mut page = Page {
        place,
        lift: i32::from(place.top) - levels.min().map_or(1, i32::from),
        title: begins_with_title,
        anchors: Anchors::default(),
        addresses: HashSet::new(),
        heading: None,
        links: Vec::new(),
        pictures: Vec::new(),
        columns: Vec::new(),
        column: None,
        footnotes: HashMap::new(),
        code: false,
        out: Vec::new(),
    };
    // A tag may go over several lines, each an event of its own.
    let mut raw = String::new();
    for event in TextMergeStream::new(Parser::new_ext(markdown, options())) {
        match event {
            Event::Html(text) => raw.push_str(&text),
            event => {
                page.event(Event::InlineHtml(std::mem::take(&mut raw).into()));
                page.event(event);
            }
        }
    }
    let mut html = String::new();
    push_html(&mut html, page.out.into_iter());
    sanitised(&html, page.addresses)
}

struct Page<'a, 'm> {
    place: &'a Place<'a>,
    lift: i32,
    /// The next heading is the title.
    title: bool,
    anchors: Anchors,
    /// Every address that a link or a picture may have.
    addresses: HashSet<String>,
    /// A heading that is being read: where it begins among the events, and its words.
    heading: Option<(usize, String)>,
    /// Whether each open link leads somewhere.
    links: Vec<bool>,
    /// Open pictures: address, whether it is a link, words.
    pictures: Vec<(Option<String>, bool, String)>,
    columns: Vec<Alignment>,
    /// In a table: the next column, and whether it is the head.
    column: Option<(usize, bool)>,
    footnotes: HashMap<String, usize>,
    code: bool,
    out: Vec<Event<'m>>,
}

impl<'m> Page<'_, 'm> {
    fn event(&mut self, event: Event<'m>) {
        if let Some((_, words)) = &mut self.heading {
            match &event {
                Event::Text(text) | Event::Code(text) => words.push_str(text),
                Event::SoftBreak | Event::HardBreak => words.push(' '),
                _ => {}
            }
        }
        if let Some((_, _, words)) = self.pictures.last_mut() {
            match event {
                Event::Text(text) | Event::Code(text) => return words.push_str(&text),
                Event::End(TagEnd::Image) | Event::Start(Tag::Image { .. }) => {}
                _ => return,
            }
        }
        match event {
            Event::Start(tag) => self.start(tag),
            Event::End(tag) => self.end(tag),
            Event::Text(text) if !self.code && self.links.is_empty() => self.text(text),
            Event::InlineHtml(text) => {
                let raw = self.raw(&text);
                self.html(raw);
            }
            Event::TaskListMarker(done) => self.out.push(Event::Text(if done { "☑ " } else { "☐ " }.into())),
            Event::FootnoteReference(name) => {
                let number = self.footnote(&name);
                self.html(format!("<sup><a href=\"#fn-{number}\">{number}</a></sup>"));
            }
            other => self.out.push(other),
        }
    }

    fn start(&mut self, tag: Tag<'m>) {
        match tag {
            Tag::Heading { .. } => self.heading = Some((self.out.len(), String::new())),
            Tag::Link { link_type, dest_url, .. } => {
                let to = self.address(&full(link_type, &dest_url));
                self.links.push(to.is_some());
                if let Some(to) = to {
                    self.html(to);
                }
            }
            Tag::Image { dest_url, .. } => {
                let to = (self.place.image)(&dest_url);
                let outside = if to.is_none() { self.address(&dest_url) } else { None };
                self.addresses.extend(to.clone());
                self.pictures.push((to.or(outside.clone()), outside.is_some(), String::new()));
            }
            Tag::BlockQuote(Some(kind)) => {
                let (class, word) = alert(kind);
                self.html(format!("<div class=\"alert {class}\" role=\"note\"><p class=\"alert-title\">{word}</p>"));
            }
            Tag::CodeBlock(kind) => {
                self.code = true;
                let language = match &kind {
                    CodeBlockKind::Fenced(info) => info.split([' ', ',', '{']).next().unwrap_or_default(),
                    CodeBlockKind::Indented => "",
                };
                let class = if is_plain(language) { format!(" class=\"language-{language}\"") } else { String::new() };
                self.html(format!("<div class=\"code\"><pre tabindex=\"0\"><code{class}>"));
            }
            Tag::Table(columns) => {
                self.columns = columns;
                self.html("<div class=\"table\" role=\"region\" aria-label=\"Table\" tabindex=\"0\"><table>".into());
            }
            Tag::TableHead => {
                self.column = Some((0, true));
                self.html("<thead><tr>".into());
            }
            Tag::TableRow => {
                self.column = Some((0, false));
                self.html("<tr>".into());
            }
            Tag::TableCell => {
                let (column, head) = self.column.unwrap_or_default();
                self.column = Some((column + 1, head));
                let class = match self.columns.get(column) {
                    Some(Alignment::Right) => " class=\"right\"",
                    Some(Alignment::Center) => " class=\"center\"",
                    _ => "",
                };
                self.html(if head { format!("<th scope=\"col\"{class}>") } else { format!("<td{class}>") });
            }
            Tag::FootnoteDefinition(name) => {
                let number = self.footnote(&name);
                let id = if self.place.beside { String::new() } else { format!(" id=\"fn-{number}\"") };
                self.html(format!("<div class=\"footnote\"{id}><sup>{number}</sup>"));
            }
            other => self.out.push(Event::Start(other)),
        }
    }

    fn end(&mut self, tag: TagEnd) {
        match tag {
            TagEnd::Heading(level) => self.end_heading(level),
            TagEnd::Link => {
                if self.links.pop() == Some(true) {
                    self.html("</a>".into());
                }
            }
            TagEnd::Image => {
                let Some((to, is_link, words)) = self.pictures.pop() else { return };
                if let Some((_, _, outer)) = self.pictures.last_mut() {
                    outer.push_str(&words);
                } else {
                    self.picture(to, is_link && self.links.is_empty(), &words);
                }
            }
            TagEnd::BlockQuote(Some(_)) | TagEnd::FootnoteDefinition => self.html("</div>".into()),
            TagEnd::CodeBlock => {
                self.code = false;
                self.html("</code></pre></div>\n".into());
            }
            TagEnd::Table => {
                self.column = None;
                self.html("</tbody></table></div>".into());
            }
            TagEnd::TableHead => self.html("</tr></thead><tbody>".into()),
            TagEnd::TableRow => self.html("</tr>".into()),
            TagEnd::TableCell => {
                let head = self.column.is_some_and(|(_, head)| head);
                self.html(if head { "</th>" } else { "</td>" }.into());
            }
            other => self.out.push(Event::End(other)),
        }
    }

    fn end_heading(&mut self, level: HeadingLevel) {
        let Some((at, words)) = self.heading.take() else { return };
        let words = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let anchor = quoted(&self.anchors.next(&words));
        let id = if self.place.beside { String::new() } else { format!(" id=\"{anchor}\"") };
        if std::mem::take(&mut self.title) {
            self.out.truncate(at);
            return self.html(format!("<span{id}></span>"));
        }
        let level = (level as i32 + self.lift).clamp(i32::from(self.place.top), 6);
        self.out.insert(at, Event::Html(format!("<h{level}{id}>").into()));
        self.html(format!("</h{level}>\n"));
    }

    fn picture(&mut self, to: Option<String>, is_link: bool, words: &str) {
        let shown = quoted(if words.is_empty() { "picture" } else { words });
        let html = match to {
            // What is elsewhere is not loaded: it would tell who reads.
            Some(link) if is_link => format!("{link}{shown}</a>"),
            Some(source) if source.starts_with('<') => shown,
            Some(source) => format!("<img src=\"{}\" alt=\"{}\" loading=\"lazy\">", quoted(&source), quoted(words)),
            None => shown,
        };
        self.html(html);
    }

    /// The opening tag of a link; `None` if it leads nowhere.
    fn address(&mut self, target: &str) -> Option<String> {
        let to = address(target, self.place.link)?;
        let outside = address(target, &|_| None).is_some();
        let blank = if outside || self.place.beside { " target=\"_blank\"" } else { "" };
        let tag = format!("<a href=\"{}\"{blank}>", quoted(&to));
        self.addresses.insert(to);
        Some(tag)
    }

    /// Text with the web addresses in it made links.
    fn text(&mut self, text: CowStr<'m>) {
        let mut rest: &str = &text;
        while let Some(at) = ["https://", "http://"].iter().filter_map(|scheme| rest.find(scheme)).min() {
            let end =
                rest[at..].find(|c: char| c.is_whitespace() || "<>\"'`|".contains(c)).map_or(rest.len(), |n| at + n);
            let link = rest[at..end].trim_end_matches(['.', ',', ';', ':', '!', '?', ')', ']', '*', '_']);
            self.out.push(Event::Text(rest[..at].to_owned().into()));
            match self.address(link) {
                Some(tag) => {
                    self.html(tag);
                    self.out.push(Event::Text(link.to_owned().into()));
                    self.html("</a>".into());
                }
                None => self.out.push(Event::Text(link.to_owned().into())),
            }
            rest = &rest[at + link.len()..];
        }
        self.out.push(Event::Text(rest.to_owned().into()));
    }

    /// Raw HTML with its links and pictures led where ours lead. The rest is for the sanitiser.
    fn raw(&mut self, html: &str) -> String {
        let (html, open) = html.split_at(whole(html));
        let (mut out, mut done) = (String::new(), 0);
        for tag in tags(html) {
            let target = |name| tag.value(html, name).map(str::trim);
            let written = match tag.name.as_str() {
                "a" => target("href").map(|to| self.address(to).unwrap_or_else(|| "<a>".to_owned())),
                "img" => {
                    let words = target("alt").unwrap_or_default();
                    let to = target("src").and_then(|to| (self.place.image)(to));
                    self.addresses.extend(to.clone());
                    let shown = quoted(if words.is_empty() { "picture" } else { words });
                    let image = |to: String| {
                        format!("<img src=\"{}\" alt=\"{}\" loading=\"lazy\">", quoted(&to), quoted(words))
                    };
                    Some(to.map_or(shown, image))
                }
                // Not closed, it would take all that follows with it.
                known if SWALLOWING.contains(&known) => Some(quoted(&html[tag.at.clone()])),
                _ => None,
            };
            if let Some(written) = written {
                out.push_str(&html[done..tag.at.start]);
                out.push_str(&written);
                done = tag.at.end;
            }
        }
        out.push_str(&html[done..]);
        if open.starts_with("<!--") { out } else { out + &quoted(open) }
    }

    fn footnote(&mut self, name: &str) -> usize {
        let next = self.footnotes.len() + 1;
        *self.footnotes.entry(name.to_owned()).or_insert(next)
    }

    fn html(&mut self, html: String) {
        if !html.is_empty() {
            self.out.push(Event::InlineHtml(html.into()));
        }
    }
}

/// Up to where raw HTML is whole: a tag or a comment that does not end would take what follows with it.
fn whole(html: &str) -> usize {
    let mut from = 0;
    while let Some(start) = html[from..].find('<').map(|n| from + n) {
        let inner = &html[start + 1..];
        let end = if inner.starts_with("!--") {
            inner[1..].find("-->").map(|n| n + 4)
        } else if inner.starts_with(|c: char| c.is_ascii_alphabetic() || "/!?".contains(c)) {
            tag_end(inner)
        } else {
            Some(0)
        };
        match end {
            Some(end) => from = start + 1 + end,
            None => return start,
        }
    }
    html.len()
}

/// Behind the `>` of a tag; quotes count where a value begins.
fn tag_end(tag: &str) -> Option<usize> {
    let (mut quote, mut before) = (None, ' ');
    for (at, c) in tag.char_indices() {
        match quote {
            Some(open) if c == open => quote = None,
            Some(_) => continue,
            None if c == '>' => return Some(at + 1),
            None if matches!(c, '"' | '\'') && before == '=' => quote = Some(c),
            None => {}
        }
        if !c.is_whitespace() {
            before = c;
        }
    }
    None
}

fn alert(kind: BlockQuoteKind) -> (&'static str, &'static str) {
    match kind {
        BlockQuoteKind::Note => ("note", "Note"),
        BlockQuoteKind::Tip => ("tip", "Tip"),
        BlockQuoteKind::Important => ("important", "Important"),
        BlockQuoteKind::Warning => ("warning", "Warning"),
        BlockQuoteKind::Caution => ("caution", "Caution"),
    }
}

fn is_plain(word: &str) -> bool {
    !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'+' | b'#' | b'.' | b'_'))
}

/// What raw HTML may hold besides what Markdown makes.
pub(super) const TAGS: [&str; 56] = [
    "a",
    "abbr",
    "b",
    "blockquote",
    "br",
    "caption",
    "cite",
    "code",
    "col",
    "colgroup",
    "dd",
    "del",
    "details",
    "dfn",
    "div",
    "dl",
    "dt",
    "em",
    "figcaption",
    "figure",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "ins",
    "kbd",
    "li",
    "mark",
    "ol",
    "p",
    "pre",
    "q",
    "s",
    "samp",
    "small",
    "span",
    "strike",
    "strong",
    "sub",
    "summary",
    "sup",
    "table",
    "tbody",
    "td",
    "tfoot",
    "th",
    "thead",
    "time",
    "tr",
    "u",
    "ul",
    "var",
];
/// Tags behind which a browser reads no more tags until they are closed, or reads others: they are shown as text.
const SWALLOWING: [&str; 14] = [
    "script",
    "style",
    "textarea",
    "title",
    "xmp",
    "iframe",
    "noembed",
    "noframes",
    "noscript",
    "plaintext",
    "template",
    "select",
    "svg",
    "math",
];
/// Classes that mean something on our pages.
const CLASSES: [&str; 12] = [
    "alert",
    "alert-title",
    "note",
    "tip",
    "important",
    "warning",
    "caution",
    "code",
    "table",
    "footnote",
    "right",
    "center",
];

/// HTML that can do nothing: known tags, links and pictures of these addresses and of this page.
fn sanitised(html: &str, addresses: HashSet<String>) -> String {
    let attributes: [(&str, &[&str]); 11] = [
        ("a", &["href", "id", "name", "target"]),
        ("code", &["class"]),
        ("details", &["open"]),
        ("div", &["class", "role", "aria-label", "tabindex", "id"]),
        ("img", &["src", "alt", "loading"]),
        ("li", &["value"]),
        ("ol", &["start"]),
        ("p", &["class"]),
        ("pre", &["tabindex"]),
        ("td", &["class", "colspan", "rowspan"]),
        ("th", &["class", "colspan", "rowspan", "scope"]),
    ];
    let ids = ANCHORED.into_iter().filter(|tag| *tag != "a").map(|tag| (tag, &["id"][..]));
    let attributes = attributes.into_iter().chain(ids).map(|(tag, names)| (tag, names.iter().copied().collect()));
    Builder::empty()
        .tags(HashSet::from(TAGS))
        .clean_content_tags(HashSet::from(["script", "style"]))
        .tag_attributes(attributes.collect())
        .url_schemes(HashSet::from(["http", "https", "mailto", "tel"]))
        .link_rel(Some("noopener noreferrer"))
        .attribute_filter(move |tag, name, value| keep(tag, name, value, &addresses).then_some(Cow::Borrowed(value)))
        .clean(html)
        .to_string()
}

fn keep(tag: &str, name: &str, value: &str, addresses: &HashSet<String>) -> bool {
    match name {
        "href" => addresses.contains(value) || value.starts_with("#fn-"),
        "src" => addresses.contains(value),
        "target" => value == "_blank",
        "tabindex" => value == "0",
        "role" => matches!(value, "note" | "region"),
        "class" => {
            let is_known = |class: &str| {
                CLASSES.contains(&class) || (tag == "code" && class.strip_prefix("language-").is_some_and(is_plain))
            };
            value.split(' ').all(is_known)
        }
        "id" if tag == "div" => value.starts_with("fn-"),
        "id" | "name" => !TAKEN.contains(&value),
        _ => true,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(markdown: &str) -> String {
        let link = |to: &str| match to.strip_prefix("playbook:") {
            Some(id) => Some(format!("/playbooks/{id}")),
            None => to.starts_with('#').then(|| to.to_owned()),
        };
        let image = |to: &str| to.ends_with("p.png").then(|| "/images/p.png".to_owned());
        page(markdown, false, &Place { top: 2, beside: false, link: &link, image: &image })
    }

    #[test]
    fn nothing_in_an_article_can_act() {
        for text in [
            "<script>alert(1)</script>",
            "a <img src=x onerror=alert(1)> b",
            "<img src=\"p.png\" onerror=\"alert(1)\">",
            "<img/src=p.png/onload=alert(1)>",
            "[x](javascript:alert(1)) <a href=\"java&#115;cript:alert(1)\">x</a> <a href=javascript:x>y</a>",
            "[x](data:text/html,<script>) [x](  vbscript:x) <javascript:alert(1)>",
            "![x](https://elsewhere.example/p) <img src=https://elsewhere.example/q.png>",
            "<svg onload=alert(1)><a xlink:href=\"javascript:x\"><style>*{}</style></svg>",
            "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)>",
            "<form action=/x><input name=q><button>x</button></form><iframe src=/></iframe><base href=//x>",
            "<div style=\"position:fixed\" onclick=alert(1) class=\"dialog\" id=\"main\">x</div>",
            "<details open ontoggle=alert(1)><summary onclick=x>s</summary></details>",
            "```x\"onload=\"y\n<b>\n```",
            "[x](https://a.example/\"onclick=\"alert(1)) https://a.example/\"onclick=x",
            "| a |\n|:-:|\n| <i onclick=x>b</i> |\n\n[^1]\n\n[^1]: <b onclick=x>z</b>",
            "<!--><script>alert(1)</script>--> <a name=\"x\" href=\"//elsewhere.example\">y</a>",
            "# <img src=x onerror=alert(1)>\n\n<b onclick=x <i>",
            "<meta http-equiv=refresh content=0> <link rel=stylesheet href=/x> <object data=x></object>",
        ] {
            let html = shown(text);
            for tag in ["<script", "<style", "<svg", "<math", "<form", "<input", "<iframe", "<meta", "<link", "<base"] {
                assert!(!html.contains(tag), "{text}: {html}");
            }
            for (name, starts) in
                [("href=\"", &["https://a.example", "#fn-", "https://elsewhere"][..]), ("src=\"", &["/images/p.png\""])]
            {
                for (at, _) in html.match_indices(name) {
                    let target = &html[at + name.len()..];
                    assert!(starts.iter().any(|start| target.starts_with(start)), "{text}: {html}");
                }
            }
            for tag in html.split('<').filter_map(|part| part.split_once('>')).map(|(tag, _)| tag) {
                let outside = tag.split('"').step_by(2).collect::<String>();
                for name in [" on", " style", " id=main", "javascript"] {
                    assert!(!outside.contains(name), "{text}: {html}");
                }
            }
            assert!(!html.contains("class=\"dialog\"") && !html.contains("id=\"main\""), "{html}");
        }
    }

    #[test]
    fn an_article_keeps_what_its_author_meant() {
        for (markdown, expected) in [
            ("# A\n\n### B\n\n## A", "<h2 id=\"a\">A</h2>\n<h4 id=\"b\">B</h4>\n<h3 id=\"a-1\">A</h3>"),
            (
                "> [!WARNING]\n> Hot.",
                "<div class=\"alert warning\" role=\"note\"><p class=\"alert-title\">Warning</p>\n<p>Hot.</p>\n</div>",
            ),
            (
                "| a | n |\n|---|--:|\n| x | 1 |",
                "<div class=\"table\" role=\"region\" aria-label=\"Table\" tabindex=\"0\"><table><thead><tr>\
                 <th scope=\"col\">a</th><th scope=\"col\" class=\"right\">n</th></tr></thead><tbody><tr><td>x</td>\
                 <td class=\"right\">1</td></tr></tbody></table></div>",
            ),
            (
                "```powershell\nGet-X <y>\n```",
                "<div class=\"code\"><pre tabindex=\"0\"><code class=\"language-powershell\">Get-X &lt;y&gt;\n</code></pre></div>",
            ),
            ("![A dialog](m/p.png)", "<p><img src=\"/images/p.png\" alt=\"A dialog\" loading=\"lazy\"></p>"),
            ("![Gone](q.png)", "<p>Gone</p>"),
            ("[f](playbook:fix) [g](nowhere)", "<p><a href=\"/playbooks/fix\" rel=\"noopener noreferrer\">f</a> g</p>"),
            (
                "See https://a.example/x_y.",
                "<p>See <a href=\"https://a.example/x_y\" target=\"_blank\" rel=\"noopener noreferrer\">https://a.example/x_y</a>.</p>",
            ),
            ("- [x] done\n- [ ] open", "<ul>\n<li>☑ done</li>\n<li>☐ open</li>\n</ul>"),
            ("Press <kbd>Esc</kbd><br>H<sub>2</sub>O", "<p>Press <kbd>Esc</kbd><br>H<sub>2</sub>O</p>"),
            (
                "<a name=\"x\"></a>[up](#x)",
                "<p><a name=\"x\" rel=\"noopener noreferrer\"></a><a href=\"#x\" rel=\"noopener noreferrer\">up</a></p>",
            ),
            (
                "A[^n]\n\n[^n]: B",
                "<p>A<sup><a href=\"#fn-1\" rel=\"noopener noreferrer\">1</a></sup></p>\n<div class=\"footnote\" id=\"fn-1\"><sup>1</sup>\n<p>B</p>\n</div>",
            ),
        ] {
            assert_eq!(shown(markdown).trim(), expected, "{markdown}");
        }
    }

    #[test]
    fn beside_a_step_nothing_leads_away_or_has_an_id() {
        let place = Place { top: 3, beside: true, link: &|to| Some(format!("/{to}")), image: &|_| None };
        let html = page("# T\n\n## A\n[b](b)", true, &place);
        assert_eq!(
            html.trim(),
            "<span></span><h3>A</h3>\n<p><a href=\"/b\" target=\"_blank\" rel=\"noopener noreferrer\">b</a></p>"
        );
    }
}
