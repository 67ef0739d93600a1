//! Whole numbers for things that are tied together, as near to each other as the ties allow: the network simplex.

/// `head` is at least `length` behind `tail`, and being farther away costs `weight` for each step.
#[derive(Clone, Copy, Debug)]
pub struct Tie {
    pub tail: usize,
    pub head: usize,
    pub length: i32,
    pub weight: i32,
}

/// More things than this are put as near to the beginning as they can be, and no better.
const LARGEST: usize = 8000;
/// How much may be looked at before the result so far has to do.
const PATIENCE: usize = 80_000_000;

/// Places for `count` things. Ties go around in no circle.
pub fn settle(count: usize, ties: &[Tie]) -> Vec<i32> {
    let mut at = first(count, ties);
    if count == 0 || count > LARGEST {
        return at;
    }
    let Some(mut tree) = tight(&mut at, ties) else { return at };
    let mut pull = vec![0; count];
    for tie in ties {
        pull[tie.tail] += tie.weight;
        pull[tie.head] -= tie.weight;
    }
    for _ in 0..PATIENCE / (count + ties.len()) {
        let walk = Walk::new(count, ties, &tree);
        let mut sum = pull.clone();
        let mut worst: Option<(i32, usize, usize)> = None;
        for &node in walk.order.iter().rev() {
            let Some((parent, tie)) = walk.parent[node] else { continue };
            sum[parent] += sum[node];
            let gain = if ties[tie].tail == node { sum[node] } else { -sum[node] };
            if gain < worst.map_or(0, |(gain, ..)| gain) {
                worst = Some((gain, node, tie));
            }
        }
        let Some((_, node, leaving)) = worst else { break };
        // What hangs on the node moves away from the rest, until another tie holds it.
        let moves_back = ties[leaving].tail == node;
        let hangs = |other: usize| walk.below(node, other);
        let holding = ties.iter().enumerate().filter(|(_, tie)| {
            let (tail, head) = (hangs(tie.tail), hangs(tie.head));
            if moves_back { !tail && head } else { tail && !head }
        });
        let Some((entering, slack)) =
            holding.map(|(n, tie)| (n, at[tie.head] - at[tie.tail] - tie.length)).min_by_key(|(_, slack)| *slack)
        else {
            break;
        };
        for moved in walk.hanging(node) {
            at[*moved] += if moves_back { -slack } else { slack };
        }
        tree.retain(|tie| *tie != leaving);
        tree.push(entering);
    }
    let least = at.iter().min().copied().unwrap_or_default();
    at.iter_mut().for_each(|at| *at -= least);
    at
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

/// The tree of ties, gone through from its first thing.
struct Walk {
    order: Vec<usize>,
    /// The thing that each hangs on, and by which tie.
    parent: Vec<Option<(usize, usize)>>,
    place: Vec<usize>,
    /// How many hang on each, itself included.
    size: Vec<usize>,
}

impl Walk {
    fn new(count: usize, ties: &[Tie], tree: &[usize]) -> Self {
        let mut near = vec![Vec::new(); count];
        for &n in tree {
            near[ties[n].tail].push(n);
            near[ties[n].head].push(n);
        }
        let (mut order, mut parent) = (Vec::with_capacity(count), vec![None; count]);
        let (mut place, mut size) = (vec![0; count], vec![1; count]);
        let mut stack = vec![0];
        while let Some(node) = stack.pop() {
            place[node] = order.len();
            order.push(node);
            for &n in &near[node] {
                let other = ties[n].tail + ties[n].head - node;
                if parent[node].is_none_or(|(above, _)| above != other) {
                    parent[other] = Some((node, n));
                    stack.push(other);
                }
            }
        }
        for &node in order.iter().rev() {
            if let Some((above, _)) = parent[node] {
                size[above] += size[node];
            }
        }
        Self { order, parent, place, size }
    }

    fn hanging(&self, node: usize) -> &[usize] {
        &self.order[self.place[node]..self.place[node] + self.size[node]]
    }

    fn below(&self, node: usize, other: usize) -> bool {
        (self.place[node]..self.place[node] + self.size[node]).contains(&self.place[other])
    }
}
