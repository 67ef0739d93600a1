//! Which layer everything stands in: boxes in odd layers, labels in the even ones between them.

use super::{Arrow, START, Size};
use std::collections::HashMap;

/// A row that is wider has some of its endings one row further down.
const WIDE: i32 = 1300;

/// What stands in a layer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// The mark above the first box.
    Start,
    /// A box.
    Box(usize),
    /// The label of an arrow.
    Label(usize),
    /// The lines down to a box.
    Down(usize),
    /// The lines up to a box.
    Up(usize),
    /// Where the lines up to a box turn down again; nothing is drawn.
    Turn(usize),
}

/// Something in a layer.
#[derive(Clone, Copy, Debug)]
pub struct Node {
    pub kind: Kind,
    pub layer: usize,
    pub size: Size,
}

/// The layers and what links them; a link always leads to the next layer.
pub struct Layers {
    pub nodes: Vec<Node>,
    pub layers: Vec<Vec<usize>>,
    /// The neighbours above and below.
    pub above: Vec<Vec<usize>>,
    pub below: Vec<Vec<usize>>,
    /// What each arrow goes through, from box to box.
    pub chains: Vec<Vec<usize>>,
    /// Which arrows lead up.
    pub back: Vec<bool>,
    /// The start's mark and the box below it.
    pub start: Option<(usize, usize)>,
    known: HashMap<(Kind, usize), usize>,
}

impl Layers {
    pub fn new(boxes: &[Size], start: Option<usize>, arrows: &[Arrow]) -> Self {
        let back = back(boxes.len(), start, arrows);
        let mut rank = ranks(boxes.len(), arrows, &back);
        stagger(boxes, arrows, &mut rank);
        let mut this = Self {
            nodes: Vec::new(),
            layers: Vec::new(),
            above: Vec::new(),
            below: Vec::new(),
            chains: Vec::new(),
            back,
            start: None,
            known: HashMap::new(),
        };
        let of: Vec<usize> = (0..boxes.len()).map(|at| this.node(Kind::Box(at), 2 * rank[at] + 1, boxes[at])).collect();
        if let Some(first) = start {
            let mark = this.node(Kind::Start, 2 * rank[first], Size { w: START, h: START });
            this.link(mark, of[first]);
            this.start = Some((mark, of[first]));
        }
        for (at, arrow) in arrows.iter().enumerate() {
            let chain = this.chain(at, arrow, (rank[arrow.from], rank[arrow.to]), &of);
            this.chains.push(chain);
        }
        this.first_order(start.map(|start| of[start]));
        this
    }

    fn chain(&mut self, at: usize, arrow: &Arrow, (from, to): (usize, usize), of: &[usize]) -> Vec<usize> {
        let (source, target, back) = (of[arrow.from], of[arrow.to], self.back[at]);
        let below = 2 * from + 2;
        let mut chain = vec![source];
        if arrow.label.is_some() || back {
            chain.push(self.node(Kind::Label(at), below, arrow.label.unwrap_or_default()));
            self.link(source, chain[1]);
        }
        if !back {
            let next = below + usize::from(arrow.label.is_some());
            for layer in next..2 * to + 1 {
                let through = self.node(Kind::Down(arrow.to), layer, Size::default());
                self.link(*chain.last().expect("it begins with the source"), through);
                chain.push(through);
            }
            self.link(*chain.last().expect("it begins with the source"), target);
        } else {
            let turn = self.node(Kind::Turn(arrow.to), 2 * to, Size::default());
            self.link(turn, target);
            let mut upper = turn;
            let mut way = Vec::new();
            for layer in 2 * to + 1..=below + 1 {
                let up = self.node(Kind::Up(arrow.to), layer, Size::default());
                self.link(upper, up);
                upper = up;
                way.push(up);
            }
            self.link(chain[1], upper);
            // The last one is where it turns, below the label.
            way.pop();
            chain.extend(way.into_iter().rev());
        }
        chain.push(target);
        chain
    }

    /// A node, made when it is first asked for.
    fn node(&mut self, kind: Kind, layer: usize, size: Size) -> usize {
        if let Some(known) = self.known.get(&(kind, layer)) {
            return *known;
        }
        let at = self.nodes.len();
        self.nodes.push(Node { kind, layer, size });
        self.above.push(Vec::new());
        self.below.push(Vec::new());
        self.known.insert((kind, layer), at);
        at
    }

    fn link(&mut self, upper: usize, lower: usize) {
        if !self.below[upper].contains(&lower) {
            self.below[upper].push(lower);
            self.above[lower].push(upper);
        }
    }

    /// Everything in the order in which it is reached from the start, as it is written.
    fn first_order(&mut self, start: Option<usize>) {
        let deepest = self.nodes.iter().map(|node| node.layer).max().unwrap_or_default();
        self.layers = vec![Vec::new(); deepest + 1];
        let mut seen = vec![false; self.nodes.len()];
        for first in start.into_iter().chain(0..self.nodes.len()) {
            let mut stack = vec![first];
            while let Some(at) = stack.pop() {
                if !std::mem::replace(&mut seen[at], true) {
                    self.layers[self.nodes[at].layer].push(at);
                    stack.extend(self.below[at].iter().rev());
                }
            }
        }
    }

    /// The nodes that a line up would still go through below: none at the lowest one, which only turns.
    pub fn turns(&self, at: usize) -> bool {
        match self.nodes[at].kind {
            Kind::Turn(_) => true,
            Kind::Up(_) => self.below[at].is_empty(),
            _ => false,
        }
    }
}

/// The arrows that lead back to where one came from.
fn back(count: usize, start: Option<usize>, arrows: &[Arrow]) -> Vec<bool> {
    let mut from = vec![Vec::new(); count];
    arrows.iter().enumerate().for_each(|(at, arrow)| from[arrow.from].push(at));
    let mut back = vec![false; arrows.len()];
    // 0: not seen, 1: on the way, 2: done.
    let mut state = vec![0; count];
    for first in start.into_iter().chain(0..count) {
        if state[first] != 0 {
            continue;
        }
        state[first] = 1;
        let mut way = vec![(first, 0)];
        while let Some((at, next)) = way.last_mut() {
            let Some(arrow) = from[*at].get(*next).copied() else {
                state[*at] = 2;
                way.pop();
                continue;
            };
            *next += 1;
            let to = arrows[arrow].to;
            match state[to] {
                0 => {
                    state[to] = 1;
                    way.push((to, 0));
                }
                1 => back[arrow] = true,
                _ => {}
            }
        }
    }
    back
}

/// How many boxes stand above each, at the least.
fn ranks(count: usize, arrows: &[Arrow], back: &[bool]) -> Vec<usize> {
    let ahead = || arrows.iter().zip(back).filter(|(_, back)| !**back).map(|(arrow, _)| arrow);
    let (mut waits, mut rank) = (vec![0; count], vec![0; count]);
    let mut from = vec![Vec::new(); count];
    for arrow in ahead() {
        waits[arrow.to] += 1;
        from[arrow.from].push(arrow.to);
    }
    let mut ready: Vec<usize> = (0..count).filter(|at| waits[*at] == 0).collect();
    while let Some(at) = ready.pop() {
        for &to in &from[at] {
            rank[to] = rank[to].max(rank[at] + 1);
            waits[to] -= 1;
            if waits[to] == 0 {
                ready.push(to);
            }
        }
    }
    rank
}

/// Puts every second box that leads nowhere one row further down, where a row is wide.
fn stagger(boxes: &[Size], arrows: &[Arrow], rank: &mut [usize]) {
    let mut leads = vec![false; boxes.len()];
    arrows.iter().for_each(|arrow| leads[arrow.from] = true);
    let mut row = 0;
    while rank.contains(&row) {
        let wide: i32 = (0..boxes.len()).filter(|&at| rank[at] == row).map(|at| boxes[at].w).sum();
        let mut ends: Vec<usize> = Vec::new();
        for arrow in arrows.iter().filter(|arrow| rank[arrow.to] == row && !leads[arrow.to]) {
            if !ends.contains(&arrow.to) {
                ends.push(arrow.to);
            }
        }
        let mut over = wide - WIDE;
        for &at in ends.iter().skip(1).step_by(2) {
            if over > 0 {
                over -= boxes[at].w;
                rank[at] = row + 1;
            }
        }
        row += 1;
    }
}
