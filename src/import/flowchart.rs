//! Mermaid's flowcharts.

use super::{
    draft::{Draft, Kind, Node, To, Way},
    finding, shown, span,
};
use crate::diagnostic::{Diagnostic, FileId};
use std::{collections::HashMap, ops::Range};

/// Whether a text is one, by its first line that says something.
pub(super) fn begins(text: &str) -> bool {
    is_head(statements(text).find(|(_, line)| !line.is_empty()).map_or("", |(_, line)| line))
}

fn is_head(line: &str) -> bool {
    matches!(line.split_whitespace().next(), Some("flowchart" | "flowchart-elk" | "graph"))
}

/// Statements that are about looks.
const LOOKS: [&str; 8] = ["classDef", "class", "style", "linkStyle", "click", "direction", "accTitle", "accDescr"];

/// The brackets around a node's text, longest first, and what they stand for.
const SHAPES: [(&str, &[&str], Option<Kind>); 14] = [
    ("(((", &[")))"], None),
    ("([", &["])"], None),
    ("[[", &["]]"], Some(Kind::Call)),
    ("[(", &[")]"], None),
    ("((", &["))"], None),
    ("{{", &["}}"], None),
    ("[/", &["/]", "\\]"], None),
    ("[\\", &["\\]", "/]"], None),
    ("[|", &["|]"], None),
    ("(-", &["-)"], None),
    ("[", &["]"], None),
    ("(", &[")"], None),
    ("{", &["}"], Some(Kind::Ask)),
    (">", &["]"], None),
];

/// A link of groups, `a & b --> c & d`, joins no more pairs than this.
const MAX_PAIRS: usize = 1_000;

/// Reads a flowchart. Every node and edge is in the draft, or a finding names it.
pub(super) fn read(text: &str, title: String, findings: &mut Vec<Diagnostic>) -> Draft {
    let draft = Draft { title, ..Draft::default() };
    let statements: Vec<(usize, &str)> = statements(text).filter(|(_, line)| !line.is_empty()).collect();
    let first = statements.iter().find(|(_, line)| !line.starts_with("title:"));
    if let Some((start, line)) = first.filter(|_| !statements.iter().any(|(_, line)| is_head(line))) {
        let word = line.split_whitespace().next().unwrap_or_default();
        let at = span(FileId(0), *start..start + word.len());
        let message = format!("{} begins no flowchart, which is all that can be imported of Mermaid", shown(word));
        let help = "draw it as `flowchart TD`, or write a table: step, question, answer, next";
        findings.push(Diagnostic::new(&finding::OTHER_DIAGRAM, at, message).help(help));
        return draft;
    }
    let frames = statements.iter().filter_map(|(_, line)| Frame::begins(line)).collect();
    let mut chart = Chart {
        text,
        draft,
        places: HashMap::new(),
        classes: HashMap::new(),
        frames,
        open: Vec::new(),
        links: Vec::new(),
        findings,
    };
    let (mut head, mut framed) = (false, 0);
    for (start, line) in statements {
        let at = start..start + line.len();
        let first = line.split_whitespace().next().unwrap_or_default();
        match first {
            _ if !head && line.starts_with("title:") => {
                chart.draft.title = unquoted(line["title:".len()..].trim()).to_owned()
            }
            _ if !head && is_head(line) => head = true,
            _ if LOOKS.contains(&first.trim_end_matches(':')) => {
                chart.unread(at, "is about looks: it is not carried over")
            }
            _ if !head => chart.unread(at, "stands before the flowchart"),
            "subgraph" => {
                chart.open.push(framed);
                framed += 1;
                chart.unread(at, "is a frame around nodes: only they are carried over");
            }
            "end" if line == "end" => drop(chart.open.pop()),
            _ => chart.statement(start, line),
        }
    }
    if chart.draft.nodes.is_empty() {
        let message = "there is no node in this file".to_owned();
        let help =
            "a flowchart begins with `flowchart TD`, and has lines such as `a[Is it on?] -->|no| b[Switch it on]`";
        chart.findings.push(Diagnostic::new(&finding::LOST_WAY, span(FileId(0), 0..0), message).help(help));
    }
    chart.lead();
    let mut draft = chart.draft;
    draft.nodes.iter_mut().filter(|node| node.name.is_empty()).for_each(|node| node.name.clone_from(&node.text));
    draft.start = draft.beginnings().first().copied().unwrap_or(0);
    draft
}

/// Lines and what stands between `;`, without comments, with the byte at which they begin.
fn statements(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    let mut front = false;
    let mut first = true;
    text.split_inclusive('\n').flat_map(move |line| {
        let start = at;
        at += line.len();
        let line = line.trim_start_matches('\u{feff}');
        let start = start + (at - start - line.len());
        let fence = line.trim_end() == "---";
        // The header between `---` holds the title, besides what is about looks.
        let in_front = front || (first && fence);
        front = if fence && in_front { !front } else { front };
        first &= line.trim().is_empty();
        let plain = line.trim_start().starts_with("%%") || fence;
        let skip = plain || (in_front && !line.starts_with("title:"));
        let parts = if skip {
            Vec::new()
        } else if in_front {
            vec![(0, line)]
        } else {
            parts(line)
        };
        parts.into_iter().map(move |(n, part)| {
            let lead = part.len() - part.trim_start().len();
            (start + n + lead, part.trim())
        })
    })
}

/// The parts of a line between `;` that are in no brackets or quotes.
fn parts(line: &str) -> Vec<(usize, &str)> {
    let (mut out, mut from, mut depth, mut quoted, mut bar) = (Vec::new(), 0, 0i32, false, false);
    for (at, c) in line.char_indices() {
        match c {
            '"' => quoted = !quoted,
            _ if quoted => {}
            '|' => bar = !bar,
            '[' | '(' | '{' => depth += 1,
            ']' | ')' | '}' => depth -= 1,
            ';' if depth <= 0 && !bar => {
                out.push((from, &line[from..at]));
                from = at + 1;
            }
            _ => {}
        }
    }
    out.push((from, &line[from..]));
    out
}

fn unquoted(text: &str) -> &str {
    let inner = |quote| text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote));
    inner('"').or_else(|| inner('\'')).unwrap_or(text)
}

struct Chart<'a, 'f> {
    text: &'a str,
    draft: Draft,
    /// The nodes by the name that the chart has for them.
    places: HashMap<String, usize>,
    /// Classes by node.
    classes: HashMap<usize, String>,
    /// In written order, known before they are read.
    frames: Vec<Frame>,
    /// The frames that are open, the innermost last.
    open: Vec<usize>,
    /// From where, to where, the words, and where they stand.
    links: Vec<(Place, Place, String, Range<usize>)>,
    findings: &'f mut Vec<Diagnostic>,
}

/// What a link can begin or end at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Place {
    Node(usize),
    Frame(usize),
}

/// A `subgraph`.
#[derive(Debug)]
struct Frame {
    name: String,
    /// The nodes in it.
    nodes: Vec<usize>,
}

impl Frame {
    /// `subgraph one`, `subgraph one [Title]`, `subgraph Title`
    fn begins(line: &str) -> Option<Self> {
        let title = line.strip_prefix("subgraph").filter(|rest| rest.is_empty() || rest.starts_with(' '))?.trim();
        let name = title.split('[').next().unwrap_or_default().trim();
        Some(Self { name: unquoted(name).to_owned(), nodes: Vec::new() })
    }
}

/// A link between nodes.
struct Link {
    label: String,
    /// It has a head at its end, and at its beginning.
    heads: (bool, bool),
    /// It is drawn.
    seen: bool,
    at: Range<usize>,
}

impl Chart<'_, '_> {
    fn unread(&mut self, at: Range<usize>, why: &str) {
        let message = format!("{} {why}", shown(&self.text[at.clone()]));
        let help = "write into the playbook what readers need of it";
        self.findings.push(Diagnostic::new(&finding::UNREAD_LINE, span(FileId(0), at), message).help(help));
    }

    /// Nodes with links between them: `a & b -->|words| c --> d`.
    fn statement(&mut self, start: usize, line: &str) {
        let mut cursor = Cursor { text: line, at: 0, unclosed: None };
        let Some(mut from) = self.group(start, &mut cursor) else {
            return self.unreadable(start..start + line.len(), start, &cursor);
        };
        while !cursor.rest().is_empty() {
            let begin = cursor.at;
            let link = cursor.link(start);
            let to = if link.is_some() { self.group(start, &mut cursor) } else { None };
            let (Some(link), Some(to)) = (link, to) else {
                return self.unreadable(start + begin..start + line.len(), start, &cursor);
            };
            self.join(&from, &to, &link, start..start + line.len());
            from = to;
        }
    }

    fn unreadable(&mut self, at: Range<usize>, start: usize, cursor: &Cursor<'_>) {
        let Some(open) = cursor.unclosed.map(|open| start + open) else { return self.unread(at, "cannot be read") };
        let message = "the bracket that begins here is not closed at the end of its text".to_owned();
        let help = "close it on its line; brackets within a text stand in quotes: `a[\"On (green)?\"]`";
        let at = span(FileId(0), open..open + 1);
        self.findings.push(Diagnostic::new(&finding::UNCLOSED, at, message).help(help));
    }

    fn join(&mut self, from: &[Place], to: &[Place], link: &Link, whole: Range<usize>) {
        if !link.seen {
            return self.unread(link.at.clone(), "is not drawn: it is no way");
        }
        if from.len() * to.len() > MAX_PAIRS {
            return self.unread(whole, "joins more nodes than people can follow");
        }
        if link.heads == (false, false) {
            self.unread(link.at.clone(), "has no head: it is taken from the first to the second");
        }
        for (a, b) in from.iter().flat_map(|a| to.iter().map(move |b| (*a, *b))) {
            self.links.push((a, b, link.label.clone(), whole.clone()));
            if link.heads.1 {
                self.links.push((b, a, link.label.clone(), whole.clone()));
            }
        }
    }

    /// Makes ways of the links: those of a frame begin at its last node and end at its first, if it has just one.
    fn lead(&mut self) {
        let ways: Vec<(usize, usize)> = self
            .links
            .iter()
            .filter_map(|(from, to, ..)| match (from, to) {
                (Place::Node(from), Place::Node(to)) => Some((*from, *to)),
                _ => None,
            })
            .collect();
        let only = |frame: usize, is_other: &dyn Fn(usize) -> bool| {
            let mut found = self.frames[frame].nodes.iter().copied().filter(|node| !is_other(*node));
            found.next().filter(|_| found.next().is_none())
        };
        let last = |frame: usize| only(frame, &|node| ways.iter().any(|(from, _)| *from == node));
        let first = |frame: usize| {
            let inside = &self.frames[frame].nodes;
            only(frame, &|node| ways.iter().any(|(from, to)| *to == node && *from != node && inside.contains(from)))
        };
        let end = |place, of_frame: &dyn Fn(usize) -> Option<usize>, which| match place {
            Place::Node(node) => Ok(node),
            Place::Frame(frame) => of_frame(frame).ok_or((frame, which)),
        };
        for (from, to, label, at) in std::mem::take(&mut self.links) {
            match (end(from, &last, "last"), end(to, &first, "first")) {
                (Ok(from), Ok(to)) => self.draft.nodes[from].ways.push(Way { label, to: To::Node(to), at }),
                (Err((frame, which)), _) | (_, Err((frame, which))) => {
                    let name = shown(&self.frames[frame].name);
                    let message = format!("the frame {name} has no single {which} node that this way could mean");
                    let finding = Diagnostic::new(&finding::LOST_WAY, span(FileId(0), at), message);
                    self.findings.push(finding.help("draw the way from node to node"));
                }
            }
        }
    }

    /// `a[Text] & b`
    fn group(&mut self, start: usize, cursor: &mut Cursor<'_>) -> Option<Vec<Place>> {
        let mut nodes = vec![self.node(start, cursor)?];
        while cursor.eat("&") {
            nodes.push(self.node(start, cursor)?);
        }
        Some(nodes)
    }

    /// `a`, `a[Text]`, `a[Text]:::class`, `a@{label: "Text"}`
    fn node(&mut self, start: usize, cursor: &mut Cursor<'_>) -> Option<Place> {
        cursor.space();
        let begin = start + cursor.at;
        let name = cursor.name()?;
        let shape = cursor.shape()?;
        let class = if cursor.eat(":::") { Some(cursor.name()?) } else { None };
        let at = begin..start + cursor.at;
        let frame = self.frames.iter().position(|frame| frame.name == name);
        if let Some(frame) = frame.filter(|_| shape.is_none() && !self.places.contains_key(name)) {
            return Some(Place::Frame(frame));
        }
        let place = match self.places.get(name) {
            Some(place) => *place,
            None => {
                self.places.insert(name.to_owned(), self.draft.nodes.len());
                let node = Node { name: String::new(), text: name.to_owned(), at: at.clone(), ..Node::default() };
                self.draft.nodes.push(node);
                self.draft.nodes.len() - 1
            }
        };
        if let Some((text, kind)) = shape {
            let (id, text) = titled(&plain(text));
            let node = &self.draft.nodes[place];
            let other = !node.name.is_empty() && node.text != text;
            let earlier = node.at.clone();
            let node = &mut self.draft.nodes[place];
            (node.name, node.text, node.kind, node.at) = (id, text, kind, at);
            if other {
                self.unread(earlier, "is replaced by another text further down");
            }
        }
        if let Some(class) = class {
            self.classes.insert(place, class.to_owned());
        }
        let node = &mut self.draft.nodes[place];
        match self.classes.get(&place).map(String::as_str) {
            Some("resolved") => node.kind = Some(Kind::Resolve),
            Some("notResolved") => node.kind = Some(Kind::NotResolved),
            Some("escalated") => node.kind = Some(Kind::Escalate),
            _ => {}
        }
        if !self.frames.iter().any(|frame| frame.nodes.contains(&place)) {
            self.open.iter().for_each(|frame| self.frames[*frame].nodes.push(place));
        }
        Some(Place::Node(place))
    }
}

/// A title in bold and the text below it, as `firstline graph` writes them; else the text is both.
fn titled(text: &str) -> (String, String) {
    let split = text.strip_prefix("<b>").and_then(|text| text.split_once("</b>"));
    match split {
        Some((id, text)) => (entities(id), entities(&untagged(text))),
        None => {
            let text = entities(&untagged(text));
            (text.clone(), text)
        }
    }
}

/// A node's text without its quotes.
fn plain(text: &str) -> String {
    let text = unquoted(text.trim());
    unquoted_by(text, '`').trim().to_owned()
}

fn unquoted_by(text: &str, quote: char) -> &str {
    text.strip_prefix(quote).and_then(|text| text.strip_suffix(quote)).unwrap_or(text)
}

/// A text without tags; `<br>` is a line break.
fn untagged(text: &str) -> String {
    let (mut out, mut rest) = (String::new(), text);
    while let Some((before, behind)) = rest.split_once('<') {
        out.push_str(before);
        let known =
            ["br", "b>", "/b>", "i>", "/i>", "u>", "/u>", "strong>", "/strong>", "em>", "/em>", "code>", "/code>"];
        let end = behind.find('>').filter(|_| known.iter().any(|tag| behind.starts_with(tag)));
        match end {
            Some(end) => {
                out.push_str(if behind.starts_with("br") { "\n" } else { "" });
                rest = &behind[end + 1..];
            }
            None => {
                out.push('<');
                rest = behind;
            }
        }
    }
    out.push_str(rest);
    let out = out.replace("\\n", "\n");
    out.lines().map(str::trim).collect::<Vec<_>>().join("\n").trim().to_owned()
}

/// Characters that are written as `#quot;`, `#35;` or `&amp;`.
fn entities(text: &str) -> String {
    const NAMED: [(&str, &str); 6] =
        [("quot", "\""), ("lt", "<"), ("gt", ">"), ("amp", "&"), ("apos", "'"), ("nbsp", " ")];
    let (mut out, mut rest) = (String::new(), text);
    while let Some(start) = rest.find(['#', '&']) {
        out.push_str(&rest[..start]);
        let mark = &rest[start..start + 1];
        let inner = &rest[start + 1..];
        let code = inner.find(';').filter(|end| *end <= 8).map(|end| (&inner[..end], &inner[end + 1..]));
        let read = code.and_then(|(code, behind)| {
            let named = NAMED.iter().find(|(name, _)| *name == code).map(|(_, text)| (*text).to_owned());
            let number = code.trim_start_matches('#').parse().ok().and_then(char::from_u32).filter(|c| !c.is_control());
            Some((named.or_else(|| number.map(String::from))?, behind))
        });
        match read {
            Some((text, behind)) => {
                out.push_str(&text);
                rest = behind;
            }
            None => {
                out.push_str(mark);
                rest = inner;
            }
        }
    }
    out + rest
}

/// Whether a text without quotes goes on behind the end of its box: it has a link, or a bracket that is not its own.
fn runs_on(text: &str) -> bool {
    let depth = text.chars().fold(0u32, |depth, c| match c {
        '[' | '(' | '{' => depth + 1,
        ']' | ')' | '}' => depth.saturating_sub(1),
        _ => depth,
    });
    depth > 0 || ["-->", "==>", ".->"].iter().any(|link| text.contains(link))
}

/// The text in a box, and what the box stands for.
type Shape<'a> = (&'a str, Option<Kind>);

/// A place in a statement.
struct Cursor<'a> {
    text: &'a str,
    at: usize,
    /// Where a bracket stands that is not closed.
    unclosed: Option<usize>,
}

impl<'a> Cursor<'a> {
    fn rest(&self) -> &'a str {
        &self.text[self.at..]
    }

    fn space(&mut self) {
        self.at += self.rest().len() - self.rest().trim_start().len();
    }

    fn eat(&mut self, word: &str) -> bool {
        let before = self.at;
        self.space();
        let there = self.rest().starts_with(word);
        self.at = if there { self.at + word.len() } else { before };
        there
    }

    /// The name of a node or a class: a `-` is part of it if no link begins there.
    fn name(&mut self) -> Option<&'a str> {
        let rest = self.rest();
        let mut end = 0;
        for (at, c) in rest.char_indices() {
            let next = rest[at + c.len_utf8()..].chars().next();
            let inside = at > 0 && next.is_some_and(char::is_alphanumeric);
            let part = c.is_alphanumeric() || c == '_' || (matches!(c, '-' | '.' | '/') && inside);
            if !part {
                break;
            }
            end = at + c.len_utf8();
        }
        self.at += end;
        (end > 0).then(|| &rest[..end])
    }

    /// The text in brackets behind a name, and what they stand for; `Some(None)` without brackets, `None` if they do
    /// not end.
    fn shape(&mut self) -> Option<Option<Shape<'a>>> {
        let open = self.at;
        let shape = self.brackets();
        self.unclosed = shape.is_none().then_some(open);
        shape
    }

    fn brackets(&mut self) -> Option<Option<Shape<'a>>> {
        let rest = self.rest();
        if let Some(data) = rest.strip_prefix("@{") {
            let end = data.find('}')?;
            self.at += end + 3;
            let label = data[..end].split("label:").nth(1).map(|label| label.trim_start());
            let label = label.map(|label| match label.strip_prefix('"') {
                Some(quoted) => quoted.split('"').next().unwrap_or_default(),
                None => label.split(',').next().unwrap_or_default().trim(),
            });
            let asks =
                ["diam", "decision", "question"].iter().any(|word| data[..end].contains(&format!("shape: {word}")));
            return Some(label.map(|label| (label, asks.then_some(Kind::Ask))));
        }
        let Some((open, closes, kind)) = SHAPES.iter().find(|(open, ..)| rest.starts_with(open)) else {
            return Some(None);
        };
        let inner = &rest[open.len()..];
        let lead = inner.len() - inner.trim_start().len();
        let from = match inner[lead..].strip_prefix('"') {
            Some(quoted) => lead + 1 + quoted.find('"')? + 1,
            None => 0,
        };
        let found = closes.iter().filter_map(|close| Some((inner[from..].find(close)? + from, close.len()))).min();
        let (end, length) = found.filter(|(end, _)| from > 0 || !runs_on(&inner[..*end]))?;
        self.at += open.len() + end + length;
        Some(Some((&inner[..end], *kind)))
    }

    /// `-->`, `-->|words|`, `-- words -->`, `-.->`, `==>`, `<-->`, `---`, `~~~`.
    fn link(&mut self, start: usize) -> Option<Link> {
        self.space();
        let begin = self.at;
        let named = self.rest().split_once('@').filter(|(name, _)| name.chars().all(char::is_alphanumeric));
        if let Some((name, _)) = named.filter(|(name, _)| !name.is_empty()) {
            self.at += name.len() + 1;
        }
        let back = self.rest().starts_with('<');
        let tail = self.rest().strip_prefix(['<', 'o', 'x']).filter(|rest| rest.starts_with(['-', '=']));
        self.at += usize::from(tail.is_some());
        let body = self.rest().len() - self.rest().trim_start_matches(['-', '=', '.', '~']).len();
        let line = &self.rest()[..body];
        if body < 2 {
            self.at = begin;
            return None;
        }
        let seen = !line.starts_with('~');
        self.at += body;
        let mut head = self.head();
        let mut label = String::new();
        let opens = line == "--" || line == "==" || line == "-.";
        if !head && opens {
            let close = match line {
                "--" => ["-->", "---", "--x", "--o"].as_slice(),
                "==" => &["==>", "===", "==x", "==o"],
                _ => &[".->", ".-", "..->"],
            };
            let rest = self.rest();
            let found = close.iter().filter_map(|close| Some((rest.find(close)?, *close))).min_by_key(|(n, _)| *n);
            let Some((end, _)) = found else {
                self.at = begin;
                return None;
            };
            label = titled(&plain(&rest[..end])).1;
            self.at += end;
            let body = self.rest().len() - self.rest().trim_start_matches(['-', '=', '.']).len();
            self.at += body;
            head = self.head();
        } else if self.eat("|") {
            self.unclosed = Some(self.at - 1);
            let end = self.rest().find('|')?;
            self.unclosed = None;
            label = titled(&plain(&self.rest()[..end])).1;
            self.at += end + 1;
        }
        Some(Link { label, heads: (head, back), seen, at: start + begin..start + self.at })
    }

    /// The head of a link: `>`, or `x` and `o` before a space.
    fn head(&mut self) -> bool {
        let rest = self.rest();
        let round = rest.starts_with(['x', 'o']) && rest[1..].starts_with([' ', '|']);
        let there = rest.starts_with('>') || round;
        self.at += usize::from(there);
        there
    }
}
