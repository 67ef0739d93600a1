//! SVG: a file of its own, or a part of a page.

use super::{
    Graph, Kind, Overlay, Picture, Vertex,
    layout::{Rect, START},
    picture::{Row, kicker, picture},
    text::{Font, plain},
};
use std::fmt::Write;

/// The style of all graphs; a page with one in it needs it beside.
pub const STYLE: &str = include_str!("flow.css");

/// How round the bends of lines are.
const BEND: i32 = 7;

/// A file of its own, with its style, the playbook's title and the overlay's caption.
pub fn svg(graph: &Graph, overlay: &Overlay) -> String {
    let mut heading = vec![("heading", 28, graph.title.clone())];
    heading.extend(Some(&overlay.caption).filter(|text| !text.is_empty()).map(|text| ("caption", 48, text.clone())));
    write(graph, overlay, &heading)
}

/// A part of a page, without style and heading.
pub fn inline(graph: &Graph, overlay: &Overlay) -> String {
    write(graph, overlay, &[])
}

fn write(graph: &Graph, overlay: &Overlay, heading: &[(&str, i32, String)]) -> String {
    let picture = picture(graph, overlay);
    let size = picture.layout.size;
    let down = heading.last().map_or(0, |(_, y, _)| y + 4);
    let wide = heading.iter().map(|(_, _, text)| Font::bold(18.0).width(text) as i32 + 32).max().unwrap_or(0);
    let (w, h) = (size.w.max(wide), size.h + down);
    // With links in it, it is no single picture.
    let role = if overlay.links.is_empty() { "img" } else { "group" };
    let mut out = String::new();
    put(
        &mut out,
        format_args!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"flow\" role=\"{role}\" width=\"{w}\" height=\"{h}\" viewBox=\"0 0 {w} {h}\">\n"
        ),
    );
    put(
        &mut out,
        format_args!("<title>{}</title>\n<desc>{}</desc>\n", escape(&graph.title), escape(&summary(graph, overlay))),
    );
    if !heading.is_empty() {
        put(&mut out, format_args!("<style>\n{STYLE}</style>\n"));
        put(&mut out, format_args!("<rect class=\"ground\" width=\"{w}\" height=\"{h}\"/>\n"));
    }
    for (class, y, text) in heading {
        put(&mut out, format_args!("<text class=\"{class}\" x=\"16\" y=\"{y}\">{}</text>\n", escape(text)));
    }
    put(&mut out, format_args!("<g transform=\"translate({} {down})\">\n", (w - size.w) / 2));
    out += &lines(graph, overlay, &picture);
    for (at, vertex) in graph.vertices.iter().enumerate() {
        out += &shape(vertex, at, &picture, overlay);
    }
    out += "</g>\n</svg>\n";
    out
}

fn put(out: &mut String, what: std::fmt::Arguments<'_>) {
    out.write_fmt(what).expect("a string takes everything");
}

/// What the picture shows, for those who do not see it.
fn summary(graph: &Graph, overlay: &Overlay) -> String {
    let steps = graph.vertices.iter().filter(|vertex| !vertex.kind.is_end()).count();
    let ends = graph.vertices.iter().filter(|vertex| vertex.kind.is_end()).count();
    let say = overlay.language;
    let ways = graph.edges.len();
    let counts: [(&str, &dyn std::fmt::Display); 3] = [("steps", &steps), ("ends", &ends), ("ways", &ways)];
    let mut text = say.fill("A flow chart with {steps} steps, {ends} endings and {ways} ways.", &counts);
    let named = |at: usize| graph.vertices[at].title.as_ref().unwrap_or(&graph.vertices[at].id);
    if let Some(start) = graph.start {
        put(&mut text, format_args!(" {}", say.fill("It begins with “{step}”.", &[("step", named(start))])));
    }
    let here = overlay.here.as_ref().and_then(|id| graph.vertices.iter().position(|vertex| vertex.id == *id));
    if let Some(here) = here {
        put(&mut text, format_args!(" {}", say.fill("You are at “{step}”.", &[("step", named(here))])));
    }
    match overlay.caption.as_str() {
        "" => text,
        caption => format!("{text} {caption}"),
    }
}

/// The lines, those that were gone through on top and those that no test reaches below, and then the labels.
fn lines(graph: &Graph, overlay: &Overlay, picture: &Picture) -> String {
    let mut drawn: Vec<(u8, String)> = Vec::new();
    let mut labels = String::new();
    if let Some(&(x, y)) = picture.layout.start.first() {
        let (cy, r) = (y - START / 2, START / 2);
        let line = path(&picture.layout.start);
        let tip = tip(&picture.layout.start);
        drawn.push((
            0,
            format!("<g class=\"way\">{line}{tip}<circle class=\"start\" cx=\"{x}\" cy=\"{cy}\" r=\"{r}\"/></g>\n"),
        ));
    }
    for (line, ways) in picture.layout.lines.iter().zip(&picture.lines) {
        let marks: Vec<_> = ways.edges.iter().map(|&edge| overlay.mark(&graph.edges[edge].way, false)).collect();
        // A line is what the most telling of its ways is.
        let strong = ["gone", "heat-4", "heat-3", "heat-2", "heat-1", "uncovered", "covered"];
        let class = strong.into_iter().find(|class| marks.iter().any(|mark| mark.classes.contains(class)));
        let back = if line.back { " back" } else { "" };
        let space = if class.is_some() { " " } else { "" };
        let names: Vec<String> = ways.edges.iter().map(|&edge| escape(&graph.edges[edge].way)).collect();
        drawn.push((
            match class {
                Some("uncovered") => 0,
                Some("gone") => 2,
                _ => 1,
            },
            format!(
                "<g class=\"way{back}{space}{}\" data-ways=\"{}\">{}{}</g>\n",
                class.unwrap_or_default(),
                names.join(" "),
                path(&line.points),
                tip(&line.points)
            ),
        ));
        let Some(Rect { x, y, w, h }) = line.label else { continue };
        let gone = if class == Some("gone") { " gone" } else { "" };
        put(&mut labels, format_args!("<g class=\"pill{gone}\">"));
        put(&mut labels, format_args!("<rect x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"7\"/>"));
        for label in &ways.labels {
            let (edge, y) = (&graph.edges[label.edge], y + label.y);
            let class = label.mark.classes.join(" ");
            let (name, whole) = (escape(&edge.way), escape(format!("{} {}", edge.way, plain(&edge.label)).trim()));
            let split = if label.y > 0 { format!("<path class=\"split\" d=\"M{x} {y}h{w}\"/>") } else { String::new() };
            let rows: String = label.rows.iter().map(|row| text(row, x + w / 2, y)).collect();
            put(
                &mut labels,
                format_args!("<g class=\"{class}\" data-way=\"{name}\"><title>{whole}</title>{split}{rows}</g>"),
            );
        }
        put(&mut labels, format_args!("</g>\n"));
    }
    drawn.sort_by_key(|(layer, _)| *layer);
    drawn.into_iter().map(|(_, line)| line).collect::<String>() + &labels
}

/// A line with round bends; it ends below the tip's point.
fn path(points: &[(i32, i32)]) -> String {
    let mut way = String::new();
    for (at, &(x, y)) in points.iter().enumerate() {
        if at == 0 {
            put(&mut way, format_args!("M{x} {y}"));
        } else if at + 1 == points.len() {
            put(&mut way, format_args!("L{x} {}", y - 4));
        } else {
            let toward = |(ox, oy): (i32, i32)| {
                let (dx, dy) = (ox - x, oy - y);
                let bend = BEND.min((dx.abs() + dy.abs()) / 2);
                (x + dx.signum() * bend, y + dy.signum() * bend)
            };
            let ((ax, ay), (bx, by)) = (toward(points[at - 1]), toward(points[at + 1]));
            put(&mut way, format_args!("L{ax} {ay}Q{x} {y} {bx} {by}"));
        }
    }
    format!("<path class=\"line\" d=\"{way}\"/>")
}

fn tip(points: &[(i32, i32)]) -> String {
    let Some((x, y)) = points.last() else { return String::new() };
    format!("<path class=\"head\" d=\"M{x} {y}l-4 -8h8z\"/>")
}

fn text(row: &Row, x: i32, y: i32) -> String {
    format!("<text class=\"{}\" x=\"{}\" y=\"{}\">{}</text>", row.class, x + row.x, y + row.y, escape(&row.text))
}

fn shape(vertex: &Vertex, at: usize, picture: &Picture, overlay: &Overlay) -> String {
    let Rect { x, y, w, h } = picture.layout.boxes[at];
    let mark = &picture.marks[at];
    let mut classes = format!("box {}", vertex.kind.name());
    mark.classes.iter().for_each(|class| {
        classes.push(' ');
        classes += class;
    });
    let id = escape(&vertex.id);
    let (open, close) = match overlay.links.get(&vertex.id) {
        Some(link) => (format!("<a href=\"{}\">", escape(link)), "</a>"),
        None => (String::new(), ""),
    };
    let mut whole = format!("{} ({})", vertex.id, kicker(vertex, overlay.language));
    if !vertex.text.is_empty() {
        whole = format!("{whole}: {}", plain(&vertex.text));
    }
    let rows = &picture.boxes[at];
    let left = rows.first().map_or(0, |row| row.x - 20);
    let icon =
        format!("<path class=\"icon\" transform=\"translate({} {})\" d=\"{}\"/>", x + left, y + 8, vertex.kind.icon());
    let rows: String = rows.iter().map(|row| text(row, x, y)).collect();
    format!(
        "{open}<g class=\"{classes}\" data-step=\"{id}\"><title>{}</title>{}{icon}{rows}</g>{close}\n",
        escape(&whole),
        vertex.kind.outline(x, y, w, h)
    )
}

impl Kind {
    /// The outline tells the kinds apart, besides the words in it.
    fn outline(self, x: i32, y: i32, w: i32, h: i32) -> String {
        let rect = |class: &str, x: i32, y: i32, r: i32| {
            format!("<rect class=\"{class}\" x=\"{x}\" y=\"{y}\" width=\"{w}\" height=\"{h}\" rx=\"{r}\"/>")
        };
        match self {
            Kind::Say | Kind::Ask | Kind::Do | Kind::Missing => rect("shape", x, y, 8),
            Kind::Try | Kind::Tasks => rect("under", x + 4, y + 4, 8) + &rect("shape", x, y, 8),
            Kind::Branch => {
                let (right, bottom, point) = (x + w, y + h, 14);
                let (a, b, middle) = (x + point, right - point, y + h / 2);
                format!("<path class=\"shape\" d=\"M{a} {y}H{b}L{right} {middle}L{b} {bottom}H{a}L{x} {middle}z\"/>")
            }
            Kind::Call => {
                let (left, right) = (x + 6, x + w - 6);
                let sides = format!("<path class=\"side\" d=\"M{left} {y}v{h}M{right} {y}v{h}\"/>");
                rect("shape", x, y, 3) + &sides
            }
            Kind::Resolved | Kind::NotResolved | Kind::Escalated => rect("shape", x, y, (h / 2).min(22)),
        }
    }

    /// Strokes on a field of 14 by 14.
    fn icon(self) -> &'static str {
        match self {
            Kind::Say => "M1 2h12v8H7l-3.5 3v-3H1z",
            Kind::Ask => "M7 .8a6.2 6.2 0 1 0 .01 0zM5.2 5.4a1.9 1.9 0 1 1 2.7 1.7c-.7.3-.9.7-.9 1.3M7 10.6v.01",
            Kind::Do => "M2 1.5h10v11H2zM4.5 7l1.8 2 3.4-4",
            Kind::Try => "M12 7a5 5 0 1 1-1.6-3.7M12.4 1v3h-3",
            Kind::Tasks => "M1 2.8l1.2 1.2L4.4 1.8M7 3h6M1 7.3l1.2 1.2 2.2-2.2M7 7.5h6M1 11.8l1.2 1.2 2.2-2.2M7 12h6",
            Kind::Branch => "M7 1v4.5M7 5.5C7 9 2.5 8 2.5 13M7 5.5C7 9 11.5 8 11.5 13",
            Kind::Call => "M6 1.5h7v11H6M1 7h7.5M6 4.5L8.5 7 6 9.5",
            Kind::Resolved => "M7 .8a6.2 6.2 0 1 0 .01 0zM4.2 7.2l2 2 3.6-4.2",
            Kind::NotResolved => "M7 .8a6.2 6.2 0 1 0 .01 0zM4.8 4.8l4.4 4.4M9.2 4.8L4.8 9.2",
            Kind::Escalated => "M7 .8a6.2 6.2 0 1 0 .01 0zM7 10.2V4M4.4 6.4L7 3.8l2.6 2.6",
            Kind::Missing => "M7 1l6.2 11.5H.8zM7 5.2v3.4M7 10.6v.01",
        }
    }
}

/// Text in XML: nothing in it is markup, and what XML cannot hold or turns the writing around is left out.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in crate::template::line(text).chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            '\u{fffe}' | '\u{ffff}' => {}
            c => out.push(c),
        }
    }
    out
}
