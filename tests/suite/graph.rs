//! Graphs: everything is in them once, nothing stands or runs over anything else, and texts stay texts.

use crate::{
    cli::{DESK, failure, folder, out, write},
    generator::{self, Flaw, Random, Shape},
    support::{desk, shown, split},
};
use firstline::{
    app,
    draw::{self, Edge, Graph, Heat, Kind, Overlay, Vertex, layout::Rect},
    playbook::Playbook,
};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that can be wrong with a picture of a graph.
fn faults(graph: &Graph) -> Vec<String> {
    let picture = draw::picture(graph, &Overlay::default());
    let layout = &picture.layout;
    let mut faults = Vec::new();
    let mut solid: Vec<(String, Rect)> =
        graph.vertices.iter().zip(&layout.boxes).map(|(vertex, rect)| (vertex.id.clone(), *rect)).collect();
    for (ways, line) in picture.lines.iter().zip(&layout.lines) {
        solid.extend(line.label.map(|rect| (format!("label of {}", graph.edges[ways.edges[0]].way), rect)));
    }
    for (at, (name, a)) in solid.iter().enumerate() {
        if a.x < 0 || a.y < 0 || a.x + a.w > layout.size.w || a.y + a.h > layout.size.h {
            faults.push(format!("{name} is not inside"));
        }
        for (other, b) in &solid[..at] {
            if a.x < b.x + b.w && b.x < a.x + a.w && a.y < b.y + b.h && b.y < a.y + a.h {
                faults.push(format!("{name} is over {other}"));
            }
        }
    }
    let mut drawn = vec![0; graph.edges.len()];
    for (ways, line) in picture.lines.iter().zip(&layout.lines) {
        ways.edges.iter().for_each(|&edge| drawn[edge] += 1);
        let Edge { from, to, way, .. } = &graph.edges[ways.edges[0]];
        let (a, b) = (layout.boxes[*from], layout.boxes[*to]);
        if line.points.first() != Some(&(a.x + a.w / 2, a.y + a.h)) || line.points.last() != Some(&(b.x + b.w / 2, b.y))
        {
            faults.push(format!("{way} does not lead from its box to its box"));
        }
        for pair in line.points.windows(2) {
            let ((x1, y1), (x2, y2)) = (pair[0], pair[1]);
            if x1 != x2 && y1 != y2 {
                faults.push(format!("{way} is not straight"));
            }
            let (left, right, top, bottom) = (x1.min(x2), x1.max(x2), y1.min(y2), y1.max(y2));
            for (name, rect) in &solid {
                let through = left < rect.x + rect.w && right > rect.x && top < rect.y + rect.h && bottom > rect.y;
                if through && Some(*rect) != line.label {
                    faults.push(format!("{way} runs through {name}"));
                }
            }
        }
    }
    let wrong = drawn.iter().zip(&graph.edges).filter(|(count, _)| **count != 1);
    faults.extend(wrong.map(|(count, edge)| format!("{} is drawn {count} times", edge.way)));
    faults
}

/// What is wrong with the SVG as XML, or the values of each attribute.
fn attributes(svg: &str) -> Result<BTreeMap<&str, Vec<String>>, String> {
    let mut open: Vec<&str> = Vec::new();
    let mut found: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    let mut rest = svg;
    while let Some((before, tag)) = rest.split_once('<') {
        text_of(before)?;
        let (tag, after) = tag.split_once('>').ok_or("a tag without an end")?;
        rest = after;
        if let Some(name) = tag.strip_prefix('/') {
            if open.pop() != Some(name) {
                return Err(format!("`{name}` ends, and `{open:?}` is open"));
            }
            continue;
        }
        let closed = tag.ends_with('/');
        let tag = tag.trim_end_matches('/');
        let (name, mut attributes) = tag.split_once(' ').unwrap_or((tag, ""));
        if !closed {
            open.push(name);
        }
        while let Some((key, value)) = attributes.split_once("=\"") {
            let (value, more) = value.split_once('"').ok_or("a value without an end")?;
            let key = key.trim();
            if !key.bytes().all(|byte| byte.is_ascii_lowercase() || b"-:".contains(&byte) || key == "viewBox") {
                return Err(format!("`{key}` is no attribute"));
            }
            found.entry(key).or_default().push(text_of(value)?);
            attributes = more;
        }
        if !attributes.trim().is_empty() {
            return Err(format!("`{attributes}` is no attribute"));
        }
    }
    if open.is_empty() { Ok(found) } else { Err(format!("`{open:?}` stays open")) }
}

/// A text of XML, read.
fn text_of(xml: &str) -> Result<String, String> {
    let mut parts = xml.split('&');
    let mut out = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (name, rest) = part.split_once(';').ok_or_else(|| format!("`&{part}` is no entity"))?;
        let found = [("amp", '&'), ("lt", '<'), ("gt", '>'), ("quot", '"'), ("#39", '\'')];
        out.push(found.iter().find(|(known, _)| *known == name).ok_or_else(|| format!("`&{name};` is not known"))?.1);
        out += rest;
    }
    match out.chars().find(|c| c.is_control() && *c != '\n' || matches!(c, '\u{fffe}' | '\u{ffff}')) {
        Some(c) => Err(format!("{c:?} cannot stand in XML")),
        None => Ok(out),
    }
}

/// Panics unless the graph of a playbook is whole and can be drawn well.
fn assert_drawn(playbook: &Playbook, context: &dyn Fn() -> String) {
    let graph = draw::graph(playbook);
    let faults = faults(&graph);
    assert!(faults.is_empty(), "{}: {faults:#?}\n{}", playbook.id, context());
    let svg = draw::svg(&graph, &Overlay::default());
    assert_eq!(svg, draw::svg(&draw::graph(playbook), &Overlay::default()), "the same, drawn again");
    let found = attributes(&svg).unwrap_or_else(|why| panic!("{why}\n{}", context()));
    let sorted = |mut names: Vec<String>| {
        names.sort();
        names
    };
    let steps = sorted(found.get("data-step").cloned().unwrap_or_default());
    assert_eq!(steps, sorted(graph.vertices.iter().map(|vertex| vertex.id.clone()).collect()), "{}", context());
    let ways = found.get("data-ways").into_iter().flatten().flat_map(|names| names.split(' ').map(str::to_owned));
    assert_eq!(
        sorted(ways.collect()),
        sorted(graph.edges.iter().map(|edge| edge.way.clone()).collect()),
        "{}",
        context()
    );
}

#[test]
fn every_starter_playbook_is_drawn_whole() {
    for playbook in app::starter().playbooks.values() {
        assert_drawn(playbook, &|| "the starter desk".into());
        let graph = draw::graph(playbook);
        let ids: BTreeSet<&str> = graph.vertices.iter().map(|vertex| vertex.id.as_str()).collect();
        assert!(
            playbook.flow.steps.iter().all(|step| ids.contains(&*step.id.value)) && ids.len() == graph.vertices.len()
        );
        let ways: BTreeSet<&str> = graph.edges.iter().map(|edge| edge.way.as_str()).collect();
        let written = playbook.flow.steps.iter().map(|step| playbook.flow.ways_of(step).len()).sum::<usize>();
        assert!(ways.len() == graph.edges.len() && ways.len() == written, "{}", playbook.id);
    }
}

#[test]
fn random_desks_are_drawn_whole() {
    for seed in 0..24_u64 {
        let random = &mut Random::new(seed);
        let flaw = (seed % 3 == 0).then(|| *random.pick(&Flaw::ALL));
        let shape = Shape { playbooks: 3, steps: 4 + random.below(28), flaw, wild: seed % 4 == 1 };
        let files = generator::desk(random, &shape);
        for playbook in desk(&files).playbooks.values() {
            assert_drawn(playbook, &|| format!("seed {seed}\n{}", shown(&files)));
        }
    }
}

#[test]
fn random_graphs_of_any_form_are_drawn_well() {
    for seed in 0..100_u64 {
        let random = &mut Random::new(seed);
        let count = 1 + random.below(30);
        let words = ["", "yes", "a rather long answer that takes several lines to be written down on it"];
        let vertices = (0..count).map(|n| Vertex {
            id: format!("s{n}"),
            kind: *random.pick(&[Kind::Ask, Kind::Branch, Kind::Call, Kind::Resolved, Kind::Escalated]),
            title: None,
            text: random.pick(&words).repeat(1 + random.below(3)),
            items: Vec::new(),
            staff: false,
            to: None,
        });
        let vertices: Vec<Vertex> = vertices.collect();
        let edges = (0..random.below(3 * count)).map(|n| {
            let (from, to) = (random.below(count), random.below(count));
            let label = (*random.pick(&words)).to_owned();
            Edge { from, to, way: format!("s{from}.{n}"), label, condition: n % 2 == 0 }
        });
        let edges = edges.collect();
        let start = Some(random.below(count)).filter(|_| seed % 5 > 0);
        let graph = Graph { id: "any".into(), title: "Any".into(), start, vertices, edges };
        let faults = faults(&graph);
        assert!(faults.is_empty(), "seed {seed}: {faults:#?}\n{graph:#?}");
    }
}

#[test]
fn texts_stay_texts() {
    let hostile = r##"'"><script>alert(1)</script> & ]]> &lt; <!-- \u0000 -- {{ x }} `<b>`'"##;
    let odd = "\u{202e}\u{0}\u{7}\u{fffe}\u{85}日本語\u{200b}e\u{301}👩‍👩‍👧";
    let texts = [hostile, odd, "", &"x".repeat(5000), &"wort ".repeat(500)];
    for words in texts {
        let vertex = |id: &str, kind| Vertex {
            id: format!("{id}{words}"),
            kind,
            title: Some(words.to_owned()),
            text: words.to_owned(),
            items: vec![draw::Item { id: words.into(), text: words.into(), condition: Some(words.into()) }],
            staff: true,
            to: Some(words.to_owned()),
        };
        let edge =
            |way: &str| Edge { from: 0, to: 1, way: format!("{way}{words}"), label: words.into(), condition: true };
        let graph = Graph {
            id: words.into(),
            title: words.into(),
            start: Some(0),
            vertices: vec![vertex("a", Kind::Try), vertex("b", Kind::Escalated)],
            edges: vec![edge("a."), edge("b.")],
        };
        let overlay = Overlay {
            caption: words.into(),
            here: Some(format!("a{words}")),
            heat: BTreeMap::from([(format!("a{words}"), Heat { level: 9, caption: words.into() })]),
            links: BTreeMap::from([(format!("b{words}"), format!("/x?{words}"))]),
            ..Overlay::default()
        };
        for svg in [draw::svg(&graph, &overlay), draw::inline(&graph, &overlay)] {
            attributes(&svg).unwrap_or_else(|why| panic!("{why}\n{svg}"));
            assert!(!svg.contains("<script") && !svg.contains("<b>") && !svg.contains('\u{202e}'));
        }
        assert!(faults(&graph).is_empty());
    }
}

/// A small playbook with a step of most kinds, and a way back.
const SMALL: &str = r#"title: Lamp stays dark
symptoms: [the lamp is dark]
start: plug
steps:
  plug:
    title: Is it plugged in
    ask: Is the lamp plugged in?
    answers:
      yes: switch
      no: {label: No or not sure, goto: push}
  push:
    say: Push the plug in as far as it goes.
    then: plug
    visits: {max: 2, then: {not_resolved: The plug does not hold.}}
  switch:
    audience: agent
    try:
      bulb: {do: Turn the bulb., if: warm}
      fuse: {do: Press the fuse.}
    verify: Is there light?
    worked: {resolve: There is light.}
    exhausted: {escalate: It is dark., to: tier-2}
facts:
  warm: {ask: Is it warm?, type: yes-no}
"#;

#[test]
fn a_small_graph_as_svg_and_json() {
    let desk = desk(&split(SMALL, "playbooks/lamp.yaml"));
    let graph = draw::graph(&desk.playbooks["lamp"]);
    assert_eq!(faults(&graph), Vec::<String>::new());
    let overlay = Overlay {
        here: Some("push".into()),
        path: ["plug", "plug.no", "push"].map(str::to_owned).into(),
        covered: Some(["plug", "plug.yes"].map(str::to_owned).into()),
        heat: BTreeMap::from([("plug".to_owned(), Heat { level: 3, caption: "12 visits".into() })]),
        links: BTreeMap::from([("switch".to_owned(), "/steps?of=lamp&at=switch".to_owned())]),
        ..Overlay::default()
    };
    insta::assert_snapshot!("small_svg", draw::inline(&graph, &overlay));
    insta::assert_snapshot!("small_json", format!("{:#}", draw::json(&graph)));
}

#[test]
fn a_way_that_leads_nowhere_is_drawn_too() {
    let text = SMALL.replace("then: plug", "then: pluck");
    let desk = desk(&split(&text, "playbooks/lamp.yaml"));
    let graph = draw::graph(&desk.playbooks["lamp"]);
    let missing = graph.vertices.iter().position(|vertex| vertex.id == "pluck").expect("it has a box");
    assert_eq!(graph.vertices[missing].kind, Kind::Missing);
    assert!(graph.edges.iter().any(|edge| edge.way == "push.then" && edge.to == missing));
    assert_eq!(faults(&graph), Vec::<String>::new());
}

#[test]
fn the_command_draws_svg_and_marks_what_tests_reach() {
    let folder = folder("graph-command");
    for (path, text) in split(DESK, "desk.yaml") {
        write(&folder, &path, &text);
    }
    let plain = out(&folder, &["graph", "no-wifi"], "", 0);
    assert!(
        plain.starts_with("<svg ") && plain.ends_with("</svg>\n") && !plain.contains("class=\"box ask uncovered\"")
    );
    let covered = out(&folder, &["graph", "no-wifi", "--coverage"], "", 0);
    assert!(covered.contains("Tests reach 0 of ") && covered.contains(" uncovered"), "{covered}");
    let json = out(&folder, &["graph", "no-wifi", "--format", "json"], "", 0);
    let json: serde_json::Value = serde_json::from_str(&json).expect("it is JSON");
    assert_eq!(json["start"], "hello");
    let refused = failure(&folder, &["graph", "no-wifi", "--coverage", "--format", "dot"]);
    assert_eq!(refused, "error: --coverage is drawn as svg alone; leave out --format\n");
}
