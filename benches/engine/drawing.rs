//! Drawing graphs, the layout above all.

use crate::generator::Random;
use divan::Bencher;
use firstline::draw::{self, Edge, Graph, Kind, Overlay, Vertex};

/// Mostly downwards, with one to three ways at each step, some of which lead far.
fn graph(steps: usize) -> Graph {
    let random = &mut Random::new(7);
    let vertex = |n| Vertex {
        id: format!("step-{n}"),
        kind: Kind::Ask,
        title: Some("What the lamp says".into()),
        text: "Which colour does the lamp on the front have, and does it blink?".into(),
        items: Vec::new(),
        staff: false,
        to: None,
    };
    let mut edges = Vec::new();
    for from in 0..steps - 1 {
        for answer in 0..1 + random.below(3) {
            let near = (from + 1 + random.below(8)).min(steps - 1);
            let to = if random.chance(5) { random.below(steps) } else { near };
            let way = format!("step-{from}.{answer}");
            edges.push(Edge { from, to, way, label: "It is green".into(), condition: false });
        }
    }
    Graph { id: "lamp".into(), title: "Lamp".into(), start: Some(0), vertices: (0..steps).map(vertex).collect(), edges }
}

/// From a graph to SVG.
#[divan::bench(args = [10, 30, 100, 200], sample_count = 10, sample_size = 1)]
fn svg(bencher: Bencher<'_, '_>, steps: usize) {
    bencher.with_inputs(|| graph(steps)).bench_refs(|graph| draw::svg(graph, &Overlay::default()).len());
}
