//! In which order things stand in a layer, so that few lines cross: means of the neighbours' places, and exchanges.
//!
//! After Gansner, Koutsofios, North and Vo, "A technique for drawing directed graphs", 1993.

use super::layers::Layers;

/// How often all layers are gone through; very large graphs make do with less.
const SWEEPS: usize = 24;
const LARGE: usize = 5000;

pub fn order(layers: &mut Layers) {
    let mut place = vec![0; layers.nodes.len()];
    layers.layers.iter().for_each(|layer| number(layer, &mut place));
    let mut best = (crossings(layers, &place), layers.layers.clone());
    let sweeps = if layers.nodes.len() > LARGE { 2 } else { SWEEPS };
    for sweep in 0..sweeps {
        let down = sweep % 2 == 0;
        let count = layers.layers.len();
        for step in 0..count {
            let at = if down { step } else { count - 1 - step };
            let near = if down { &layers.above } else { &layers.below };
            let mut keyed: Vec<(f64, usize)> =
                layers.layers[at].iter().map(|&node| (mean(&near[node], &place, place[node]), node)).collect();
            keyed.sort_by(|a, b| a.0.total_cmp(&b.0));
            layers.layers[at] = keyed.into_iter().map(|(_, node)| node).collect();
            number(&layers.layers[at], &mut place);
        }
        exchange(layers, &mut place, if layers.nodes.len() > LARGE { 1 } else { 8 });
        let now = crossings(layers, &place);
        if now < best.0 {
            best = (now, layers.layers.clone());
        }
        if best.0 == 0 {
            break;
        }
    }
    layers.layers = best.1;
}

fn number(layer: &[usize], place: &mut [usize]) {
    layer.iter().enumerate().for_each(|(at, node)| place[*node] = at);
}

fn mean(near: &[usize], place: &[usize], own: usize) -> f64 {
    match near.len() {
        0 => own as f64,
        count => near.iter().map(|&node| place[node]).sum::<usize>() as f64 / count as f64,
    }
}

/// Exchanges neighbours as long as that saves crossings.
fn exchange(layers: &mut Layers, place: &mut [usize], rounds: usize) {
    let Layers { layers, above, below, .. } = layers;
    for _ in 0..rounds {
        let mut better = false;
        for layer in layers.iter_mut() {
            for at in 1..layer.len() {
                let (left, right) = (layer[at - 1], layer[at]);
                let between = |near: &[Vec<usize>], left: usize, right: usize| {
                    let pairs = near[left].iter().flat_map(|&a| near[right].iter().map(move |&b| (a, b)));
                    pairs.filter(|&(a, b)| place[a] > place[b]).count()
                };
                let now = between(above, left, right) + between(below, left, right);
                if now > 0 && between(above, right, left) + between(below, right, left) < now {
                    layer.swap(at - 1, at);
                    place.swap(left, right);
                    better = true;
                }
            }
        }
        if !better {
            break;
        }
    }
}

/// How many links cross.
fn crossings(layers: &Layers, place: &[usize]) -> usize {
    let mut count = 0;
    for pair in layers.layers.windows(2) {
        // A Fenwick tree over the lower places of the links so far.
        let mut tree = vec![0; pair[1].len() + 1];
        let mut links = 0;
        for &upper in &pair[0] {
            let mut ends: Vec<usize> = layers.below[upper].iter().map(|&lower| place[lower]).collect();
            ends.sort_unstable();
            for &end in &ends {
                let (mut at, mut before) = (end + 1, 0);
                while at > 0 {
                    before += tree[at];
                    at &= at - 1;
                }
                count += links - before;
            }
            for &end in &ends {
                let mut at = end + 1;
                while at < tree.len() {
                    tree[at] += 1;
                    at += at & at.wrapping_neg();
                }
                links += 1;
            }
        }
    }
    count
}
