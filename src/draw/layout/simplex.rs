//! Whole numbers for things that are tied together, as near to each other as the ties allow: the network simplex.

/// `head` is at least `length` behind `tail`, and being farther away costs `weight` for each step.
#[derive(Clone, Copy, Debug)]
pub struct Tie {
    pub tail: usize,
    pub head: usize,
    pub length: i32,
    pub weight: i32,
}

/// How much may be looked at before the result so far has to do.
const PATIENCE: usize = 6_000_000;
/// More things than this are put as near to the beginning as they can be, and no better.
const LARGEST: usize = 30_000;
/// How many ties that could be better are compared before one is given up.
const CHOICE: usize = 40;

/// Places for `count` things. Ties go around in no circle.
pub fn settle(count: usize, ties: &[Tie]) -> Vec<i32> {
    let mut at = first(count, ties);
    if count == 0 || count > LARGEST {
        return at;
    }
    let Some(held) = tight(&mut at, ties) else { return at };
    let mut tree = Tree::new(ties, at, &held);
    while tree.work < PATIENCE
        && let Some(leaving) = tree.leaving()
        && tree.exchange(leaving)
    {}
    let least = tree.at.iter().min().copied().unwrap_or_default();
    tree.at.iter().map(|at| at - least).collect()
}

/// Everything as near to the beginning as it can be.
fn first(count: usize, ties: &[Tie]) -> Vec<i32> {
    let (mut waits, mut at) = (vec![0; count], vec![0; count]);
    let mut from = vec![Vec::new(); count];
    for tie in ties {
        waits[tie.head] += 1;
        from[tie.tail].push(tie);
    }
    let mut ready: Vec<usize> = (0..count).filter(|node| waits[*node] == 0).collect();
    while let Some(node) = ready.pop() {
        for tie in &from[node] {
            at[tie.head] = at[tie.head].max(at[node] + tie.length);
            waits[tie.head] -= 1;
            if waits[tie.head] == 0 {
                ready.push(tie.head);
            }
        }
    }
    at
}

/// Ties without slack that hold everything together; things move until there are enough. `None` if they never are.
fn tight(at: &mut [i32], ties: &[Tie]) -> Option<Vec<usize>> {
    let mut near = vec![Vec::new(); at.len()];
    for (n, tie) in ties.iter().enumerate() {
        near[tie.tail].push(n);
        near[tie.head].push(n);
    }
    let slack = |at: &[i32], tie: &Tie| at[tie.head] - at[tie.tail] - tie.length;
    let (mut held, mut tree) = (vec![false; at.len()], Vec::new());
    let (mut all, mut fresh) = (vec![0], vec![0]);
    held[0] = true;
    loop {
        while let Some(node) = fresh.pop() {
            for &n in &near[node] {
                let other = ties[n].tail + ties[n].head - node;
                if !held[other] && slack(at, &ties[n]) == 0 {
                    held[other] = true;
                    tree.push(n);
                    all.push(other);
                    fresh.push(other);
                }
            }
        }
        if all.len() == at.len() {
            return Some(tree);
        }
        let edge = ties.iter().filter(|tie| held[tie.tail] != held[tie.head]).min_by_key(|tie| slack(at, tie))?;
        let (step, tail) = (slack(at, edge), held[edge.tail]);
        all.iter().for_each(|&node| at[node] += if tail { step } else { -step });
        fresh.clone_from(&all);
    }
}

/// Ties without slack that hold everything together, as a tree, and what it would gain to give each of them up.
struct Tree<'a> {
    ties: &'a [Tie],
    at: Vec<i32>,
    /// The ties of each thing, and those of them that are in the tree.
    near: Vec<Vec<usize>>,
    held: Vec<Vec<usize>>,
    /// What everything hangs together by; a tie gains where this is below zero.
    tree: Vec<usize>,
    cut: Vec<i32>,
    /// The tie by which each thing hangs on the one above it.
    above: Vec<Option<usize>>,
    /// The numbers of what hangs on each thing, itself last.
    low: Vec<usize>,
    last: Vec<usize>,
    /// Where the search for a tie to give up goes on.
    next: usize,
    work: usize,
}

impl<'a> Tree<'a> {
    fn new(ties: &'a [Tie], at: Vec<i32>, tree: &[usize]) -> Self {
        let count = at.len();
        let (mut near, mut held) = (vec![Vec::new(); count], vec![Vec::new(); count]);
        for (n, tie) in ties.iter().enumerate() {
            near[tie.tail].push(n);
            near[tie.head].push(n);
        }
        for &n in tree {
            held[ties[n].tail].push(n);
            held[ties[n].head].push(n);
        }
        let (above, cut) = (vec![None; count], vec![0; ties.len()]);
        let (low, last) = (vec![0; count], vec![0; count]);
        let mut this = Self { ties, at, near, held, tree: tree.to_vec(), cut, above, low, last, next: 0, work: 0 };
        let mut sum = vec![0; count];
        for tie in ties {
            sum[tie.tail] += tie.weight;
            sum[tie.head] -= tie.weight;
        }
        // The weights that lead out of what hangs on a tie, less those that lead in.
        for node in this.number(0, None, 0) {
            if let Some(tie) = this.above[node] {
                this.cut[tie] = if ties[tie].tail == node { sum[node] } else { -sum[node] };
                sum[this.other(tie, node)] += sum[node];
            }
        }
        this
    }

    fn other(&self, tie: usize, node: usize) -> usize {
        self.ties[tie].tail + self.ties[tie].head - node
    }

    fn hangs(&self, node: usize, on: usize) -> bool {
        (self.low[on]..=self.last[on]).contains(&self.last[node])
    }

    /// Numbers what hangs on a thing, from a number on; gives it in that order.
    fn number(&mut self, top: usize, above: Option<usize>, from: usize) -> Vec<usize> {
        self.above[top] = above;
        self.low[top] = from;
        let (mut order, mut stack, mut next) = (Vec::new(), vec![(top, 0)], from);
        while let Some((node, step)) = stack.last_mut() {
            let node = *node;
            let Some(&tie) = self.held[node].get(*step) else {
                self.last[node] = next;
                next += 1;
                order.push(node);
                stack.pop();
                continue;
            };
            *step += 1;
            if Some(tie) != self.above[node] {
                let below = self.other(tie, node);
                self.above[below] = Some(tie);
                self.low[below] = next;
                stack.push((below, 0));
            }
        }
        self.work += order.len();
        order
    }

    /// The next tie that is better given up.
    fn leaving(&mut self) -> Option<usize> {
        let mut best: Option<usize> = None;
        let mut found = 0;
        for step in 0..self.tree.len() {
            let place = (self.next + step) % self.tree.len();
            let tie = self.tree[place];
            if self.cut[tie] < 0 {
                if best.is_none_or(|best| self.cut[tie] < self.cut[self.tree[best]]) {
                    best = Some(place);
                }
                found += 1;
                if found == CHOICE {
                    self.next = place;
                    break;
                }
            }
            self.work += 1;
        }
        best
    }

    /// Gives up the tie at a place of the tree for another; false if there is none.
    fn exchange(&mut self, place: usize) -> bool {
        let leaving = self.tree[place];
        let Tie { tail, head, .. } = self.ties[leaving];
        // What hangs below moves away from the rest, until another tie holds it.
        let back = self.above[tail] == Some(leaving);
        let top = if back { tail } else { head };
        let (mut below, mut entering) = (vec![(top, leaving)], None);
        let mut moved = Vec::new();
        while let Some((node, above)) = below.pop() {
            moved.push(node);
            self.work += self.near[node].len();
            for &n in &self.near[node] {
                let tie = &self.ties[n];
                let leads = if back { tie.head == node } else { tie.tail == node };
                let slack = self.at[tie.head] - self.at[tie.tail] - tie.length;
                if leads && entering.is_none_or(|(least, _)| slack < least) && !self.hangs(self.other(n, node), top) {
                    entering = Some((slack, n));
                }
            }
            below.extend(self.held[node].iter().filter(|tie| **tie != above).map(|&tie| (self.other(tie, node), tie)));
        }
        let Some((slack, entering)) = entering else { return false };
        for node in moved {
            self.at[node] += if back { -slack } else { slack };
        }

        let gain = self.cut[leaving];
        let Tie { tail: from, head: to, .. } = self.ties[entering];
        let meet = self.pass(from, to, gain, true);
        self.pass(to, from, gain, false);
        self.cut[entering] = -gain;
        self.cut[leaving] = 0;
        self.tree[place] = entering;
        for node in [tail, head] {
            self.held[node].retain(|tie| *tie != leaving);
        }
        for node in [from, to] {
            self.held[node].push(entering);
        }
        let (above, low) = (self.above[meet], self.low[meet]);
        self.number(meet, above, low);
        true
    }

    /// Carries a gain along the way up from a thing to the one that another hangs on too; gives that one.
    fn pass(&mut self, from: usize, other: usize, gain: i32, forward: bool) -> usize {
        let mut node = from;
        while !self.hangs(other, node) {
            let tie = self.above[node].expect("everything hangs on the first");
            let along = (self.ties[tie].tail == node) == forward;
            self.cut[tie] += if along { gain } else { -gain };
            node = self.other(tie, node);
        }
        node
    }
}
