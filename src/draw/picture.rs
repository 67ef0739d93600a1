//! A graph with everything measured and in its place, before it is written down as SVG.

use super::{
    Edge, Graph, Kind, Overlay, Vertex,
    layout::{Arrow, Layout, Size, layout},
    overlay::Mark,
    text::{Font, plain, sentence},
};
use crate::language::Language;

/// Between a box's side and its text.
const PADDING: i32 = 12;
const KICKER: Font = Font::plain(10.5);
const ID: Font = Font::mono(10.0);
const TITLE: Font = Font::bold(13.0);
const TEXT: Font = Font::plain(12.0);
const ITEM: Font = Font::plain(11.5);
const CONDITION: Font = Font::mono(10.5);
const LABEL: Font = Font::plain(11.5);

/// See the module.
#[derive(Clone, Debug)]
pub struct Picture {
    /// Boxes by vertex; lines by [`Self::lines`].
    pub layout: Layout,
    /// What stands in each box.
    pub(super) boxes: Vec<Vec<Row>>,
    /// The marks of each box.
    pub(super) marks: Vec<Mark>,
    /// The lines: ways between the same two boxes share one.
    pub lines: Vec<Ways>,
}

/// The ways that share a line.
#[derive(Clone, Debug)]
pub struct Ways {
    /// Positions of [`Graph::edges`], in written order.
    pub edges: Vec<usize>,
    /// What stands on the line.
    pub(super) labels: Vec<Label>,
}

/// A way's words on a line.
#[derive(Clone, Debug)]
pub(super) struct Label {
    pub edge: usize,
    /// From the upper side of the line's labels.
    pub y: i32,
    pub rows: Vec<Row>,
    pub mark: Mark,
}

/// A line of text.
#[derive(Clone, Debug)]
pub(super) struct Row {
    pub class: &'static str,
    /// From the left side of the box, or from the middle of the label.
    pub x: i32,
    /// The base line, from the upper side.
    pub y: i32,
    pub text: String,
}

/// Measures and lays out.
pub fn picture(graph: &Graph, overlay: &Overlay) -> Picture {
    let marks: Vec<Mark> = graph.vertices.iter().map(|vertex| overlay.mark(&vertex.id, true)).collect();
    let measured: Vec<(Size, Vec<Row>)> =
        graph.vertices.iter().zip(&marks).map(|(vertex, mark)| measure(vertex, mark, overlay.language)).collect();
    let (sizes, boxes): (Vec<Size>, Vec<Vec<Row>>) = measured.into_iter().unzip();
    let mut lines: Vec<Ways> = Vec::new();
    let mut known = std::collections::HashMap::new();
    for (at, edge) in graph.edges.iter().enumerate() {
        let line = *known.entry((edge.from, edge.to)).or_insert_with(|| {
            lines.push(Ways { edges: Vec::new(), labels: Vec::new() });
            lines.len() - 1
        });
        lines[line].edges.push(at);
    }
    let arrows: Vec<Arrow> = lines
        .iter_mut()
        .map(|ways| {
            let first = &graph.edges[ways.edges[0]];
            Arrow { from: first.from, to: first.to, label: labels(graph, overlay, ways) }
        })
        .collect();
    Picture { layout: layout(&sizes, graph.start, &arrows), boxes, marks, lines }
}

/// Writes text from the top down.
#[derive(Default)]
struct Column {
    rows: Vec<Row>,
    y: i32,
}

impl Column {
    fn put(&mut self, class: &'static str, x: i32, step: i32, lines: Vec<String>) {
        for text in lines {
            self.y += step;
            self.rows.push(Row { class, x, y: self.y - 4, text });
        }
    }
}

/// How large a box is, and its rows.
fn measure(vertex: &Vertex, mark: &Mark, language: Language) -> (Size, Vec<Row>) {
    let kind = vertex.kind;
    let inset = if kind == Kind::Branch { 14 } else { 0 } + if kind.is_end() || kind == Kind::Call { 4 } else { 0 };
    let inner = if vertex.items.is_empty() { 188 } else { 236 };
    let x = PADDING + inset;
    let mut column = Column { y: 6, ..Column::default() };

    // The first row: an icon, the kind, the id.
    let kicker = kicker(vertex, language);
    let start = x + 20;
    let taken = 20.0 + KICKER.width(&kicker) + 8.0;
    column.put("kind", start, 17, vec![KICKER.cut(&kicker, f64::from(inner) - 20.0)]);
    let room = f64::from(inner) - taken;
    if !kind.is_end() && vertex.title.is_some() && room > 40.0 {
        let y = column.y - 4;
        column.rows.push(Row { class: "id", x: x + taken as i32, y, text: ID.cut(&vertex.id, room) });
    }

    let title = match (&vertex.title, kind) {
        (Some(title), _) => title.clone(),
        (None, Kind::Call) => vertex.to.clone().unwrap_or_else(|| vertex.id.clone()),
        (None, _) if kind.is_end() && vertex.id.contains('.') => String::new(),
        (None, _) => vertex.id.clone(),
    };
    let width = f64::from(inner);
    column.put("title", x, 17, TITLE.wrap(&title, width, 3));
    column.put("text", x, 15, TEXT.wrap(&sentence(&vertex.text), width, 4));
    if let (Kind::Call, Some(to), Some(_)) = (kind, &vertex.to, &vertex.title) {
        column.put("id", x, 15, vec![ID.cut(to, width)]);
    }
    for (n, item) in vertex.items.iter().enumerate() {
        column.y += if n == 0 { 5 } else { 3 };
        let number = format!("{}.", n + 1);
        let y = column.y + 14 - 4;
        column.rows.push(Row { class: "item", x, y, text: number });
        column.put("item", x + 18, 14, ITEM.wrap(&sentence(&item.text), width - 18.0, 2));
        if let Some(condition) = &item.condition {
            let words = CONDITION.wrap(&format!("if {condition}"), width - 18.0, 2);
            column.put("condition", x + 18, 13, words);
        }
    }
    let mut height = column.y + 9;
    for words in &mark.words {
        height += 4;
        column.y = height;
        column.put("mark", x, 15, vec![KICKER.cut(words, width)]);
        height = column.y + 5;
    }
    (Size { w: inner + 2 * x, h: height }, column.rows)
}

/// What a box is, in words.
pub(super) fn kicker(vertex: &Vertex, language: Language) -> String {
    let kind = match vertex.kind {
        Kind::Say => language.say("Say"),
        Kind::Ask => language.say("Ask"),
        Kind::Do => language.say("Do"),
        Kind::Try => language.say("Try until one works"),
        Kind::Tasks => language.say("Do all of these"),
        Kind::Branch => language.say("Decide"),
        Kind::Call => language.say("Playbook"),
        Kind::Resolved => language.say("Resolved"),
        Kind::NotResolved => language.say("Not resolved"),
        Kind::Escalated => language.say("Escalated"),
        Kind::Missing => language.say("There is no such step"),
    };
    match (&vertex.to, vertex.kind, vertex.staff) {
        (Some(to), Kind::Escalated, _) => language.fill("Escalated to {place}", &[("place", to)]),
        (_, _, true) => language.fill("{kind}, staff only", &[("kind", &kind)]),
        _ => kind.to_owned(),
    }
}

/// Writes the labels of a line one below the other; gives their size, if there are any.
fn labels(graph: &Graph, overlay: &Overlay, ways: &mut Ways) -> Option<Size> {
    const WIDTH: f64 = 160.0;
    let mut wide: f64 = 0.0;
    let mut y = 0;
    for &edge in &ways.edges {
        let Edge { way, label, condition, .. } = &graph.edges[edge];
        let mark = overlay.mark(way, false);
        let mut column = Column { y: 2, ..Column::default() };
        match condition {
            true => column.put("code", 0, 15, CONDITION.wrap(label, WIDTH + 16.0, 8)),
            false => column.put("words", 0, 15, LABEL.wrap(&plain(label), WIDTH, 4)),
        }
        column.put("mark", 0, 14, mark.words.iter().map(|words| KICKER.cut(words, WIDTH)).collect());
        if column.rows.is_empty() {
            continue;
        }
        for row in &column.rows {
            let font = match row.class {
                "code" => CONDITION,
                "mark" => KICKER,
                _ => LABEL,
            };
            wide = wide.max(font.width(&row.text));
        }
        let h = column.y + 4;
        ways.labels.push(Label { edge, y, rows: column.rows, mark });
        y += h;
    }
    // An even width, so that its middle is a pixel.
    (!ways.labels.is_empty()).then(|| Size { w: (wide / 2.0).ceil() as i32 * 2 + 14, h: y })
}
