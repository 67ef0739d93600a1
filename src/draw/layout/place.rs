//! How far to the right everything stands: lines straight where they can be, boxes above the middle of what they
//! lead to.

use super::{
    layers::{Kind, Layers},
    simplex::{Tie, settle},
};

/// How often everything is moved towards the middle.
const ROUNDS: usize = 8;

/// The middle of each node.
pub fn place(layers: &Layers) -> Vec<i32> {
    let count = layers.nodes.len();
    let mut ties = Vec::new();
    for layer in &layers.layers {
        for pair in layer.windows(2) {
            ties.push(Tie { tail: pair[0], head: pair[1], length: apart(layers, pair[0], pair[1]), weight: 0 });
        }
    }
    let mut all = count;
    for (upper, below) in layers.below.iter().enumerate() {
        for &lower in below {
            let weight = weight(layers, upper, lower);
            // A thing to the left of both: it costs as much as they are apart.
            for head in [upper, lower] {
                ties.push(Tie { tail: all, head, length: 0, weight });
            }
            all += 1;
        }
    }
    let mut at = settle(all, &ties);
    at.truncate(count);
    centre(layers, &mut at);
    at
}

/// How much it matters that a link is straight.
fn weight(layers: &Layers, upper: usize, lower: usize) -> i32 {
    match (layers.nodes[upper].kind, layers.nodes[lower].kind) {
        (Kind::Down(_) | Kind::Up(_), Kind::Down(_) | Kind::Up(_)) | (Kind::Start, _) => 8,
        _ if layers.below[upper].len() == 1 && layers.above[lower].len() == 1 => 6,
        (Kind::Label(_) | Kind::Down(_), _) => 2,
        _ => 1,
    }
}

/// How far the middles of two neighbours are apart, at the least.
fn apart(layers: &Layers, left: usize, right: usize) -> i32 {
    let [left, right] = [left, right].map(|at| layers.nodes[at]);
    let gap = match (left.kind, right.kind) {
        (Kind::Box(_), Kind::Box(_)) => 24,
        (Kind::Label(_), Kind::Label(_)) => 12,
        _ => 16,
    };
    (left.size.w + right.size.w) / 2 + gap
}

/// Puts each box above the middle of what it leads to, and everything else near to what leads there, as far as the
/// neighbours let it. What is straight moves as one.
fn centre(layers: &Layers, at: &mut [i32]) {
    let mut place = vec![0; layers.nodes.len()];
    for layer in &layers.layers {
        layer.iter().enumerate().for_each(|(n, node)| place[*node] = n);
    }
    let (blocks, of) = blocks(layers, at);
    for _ in 0..ROUNDS {
        for block in blocks.iter().rev() {
            let outside = |near: &[Vec<usize>]| {
                let all = block.iter().flat_map(|&node| &near[node]).filter(|&&other| of[other] != of[block[0]]);
                all.map(|&other| at[other]).collect::<Vec<i32>>()
            };
            let (above, below) = (outside(&layers.above), outside(&layers.below));
            let ends = |all: &[i32]| all.iter().min().copied().zip(all.iter().max().copied());
            let Some((left, right)) = ends(&below).filter(|_| below.len() > 1).or_else(|| ends(&above)) else {
                continue;
            };
            let (mut least, mut most) = (i32::MIN, i32::MAX);
            for &part in block {
                let layer = &layers.layers[layers.nodes[part].layer];
                if let Some(&left) = place[part].checked_sub(1).and_then(|n| layer.get(n)) {
                    least = least.max(at[left] + apart(layers, left, part));
                }
                if let Some(&right) = layer.get(place[part] + 1) {
                    most = most.min(at[right] - apart(layers, part, right));
                }
            }
            let to = ((left + right) / 2).clamp(least, most.max(least));
            block.iter().for_each(|&part| at[part] = to);
        }
    }
}

/// What stands straight below each other and only leads on, from the top down; and the block of each node.
fn blocks(layers: &Layers, at: &[i32]) -> (Vec<Vec<usize>>, Vec<usize>) {
    let mut blocks: Vec<Vec<usize>> = Vec::new();
    let mut of = vec![usize::MAX; layers.nodes.len()];
    for &node in layers.layers.iter().flatten() {
        let through = |node: usize| matches!(layers.nodes[node].kind, Kind::Down(_) | Kind::Up(_));
        let held = layers.above[node].iter().find(|&&upper| {
            let above = layers.nodes[upper].kind;
            let alone = layers.below[upper].len() == 1 && (layers.above[node].len() == 1 || above == Kind::Start);
            at[upper] == at[node] && (alone || above == layers.nodes[node].kind && through(node))
        });
        of[node] = held.map_or(blocks.len(), |&upper| of[upper]);
        match blocks.get_mut(of[node]) {
            Some(block) => block.push(node),
            None => blocks.push(vec![node]),
        }
    }
    (blocks, of)
}
