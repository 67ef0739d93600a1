//! A playbook's steps as a graph, and what the rules of the group Flow compute on it.

use crate::{
    diagnostic::wording,
    playbook::{
        Flow, Playbook,
        flow::{EndKind, Node, Target, Way},
    },
};

/// Where steps lead, by declared ways.
#[derive(Debug)]
pub struct Graph {
    /// From each step to others.
    pub next: Vec<Vec<u32>>,
    /// The same when steps that limit their visits keep only their `then`.
    pub unlimited: Vec<Vec<u32>>,
    /// The endings that lie in each step, its own and those in place.
    pub ends: Vec<Vec<EndKind>>,
    /// The calls in each step, by number.
    pub calls: Vec<Vec<u32>>,
    /// Which steps can be reached from the entry.
    pub reached: Vec<bool>,
    /// Steps of which a way is not known, because it could not be read.
    pub loose: Vec<bool>,
}

impl Graph {
    /// Reads the graph off a flow.
    pub fn new(flow: &Flow) -> Self {
        let count = flow.steps.len();
        let mut graph = Self {
            next: vec![Vec::new(); count],
            unlimited: vec![Vec::new(); count],
            ends: vec![Vec::new(); count],
            calls: vec![Vec::new(); count],
            reached: vec![false; count],
            loose: vec![false; count],
        };
        for (at, step) in flow.steps.iter().enumerate() {
            graph.loose[at] = step.unread;
            for (_, node) in flow.nodes_of(step) {
                match node {
                    Node::End(end) => graph.ends[at].push(end.kind),
                    Node::Call(call) => graph.calls[at].push(call.number),
                    _ => {}
                }
                for way in node.ways() {
                    graph.add(at, flow, way, step.visits.is_none());
                }
            }
            if let Some(visits) = &step.visits {
                graph.add(at, flow, &visits.then, true);
            }
        }
        let mut todo: Vec<u32> = flow.start.into_iter().collect();
        while let Some(at) = todo.pop() {
            if !std::mem::replace(&mut graph.reached[at as usize], true) {
                todo.extend(&graph.next[at as usize]);
            }
        }
        graph
    }

    fn add(&mut self, from: usize, flow: &Flow, way: &Way, unlimited: bool) {
        let target = match way.target {
            Target::Step(to) => Some(to),
            Target::Node(_) => return,
            Target::Nowhere => {
                self.loose[from] = true;
                meant(flow, &way.written.value)
            }
        };
        if let Some(to) = target {
            self.next[from].push(to);
            if unlimited {
                self.unlimited[from].push(to);
            }
        }
    }
}

/// The step that was probably meant by a name that is none.
fn meant(flow: &Flow, name: &str) -> Option<u32> {
    let near = wording::nearest(name, flow.steps.iter().map(|step| step.id.value.as_str()))?;
    flow.steps.iter().position(|step| step.id.value == near).map(|at| at as u32)
}

/// Whether a playbook could be read well enough to say that something is *not* there.
pub fn is_whole(playbook: &Playbook) -> bool {
    let flow = &playbook.flow;
    flow.start.is_some() && !flow.steps.iter().any(|step| step.unread)
}

/// Strongly connected components, callees before callers (Tarjan's algorithm, without recursion).
pub fn components(next: &[Vec<u32>]) -> Vec<Vec<u32>> {
    const NEW: u32 = u32::MAX;
    let count = next.len();
    let (mut index, mut low, mut on_stack) = (vec![NEW; count], vec![0; count], vec![false; count]);
    let (mut stack, mut found, mut counter) = (Vec::new(), Vec::new(), 0);
    for root in 0..count as u32 {
        if index[root as usize] != NEW {
            continue;
        }
        let mut work = vec![(root, 0)];
        while let Some((at, edge)) = work.pop() {
            let a = at as usize;
            if edge == 0 {
                index[a] = counter;
                low[a] = counter;
                counter += 1;
                stack.push(at);
                on_stack[a] = true;
            }
            match next[a].get(edge) {
                Some(&to) => {
                    work.push((at, edge + 1));
                    if index[to as usize] == NEW {
                        work.push((to, 0));
                    } else if on_stack[to as usize] {
                        low[a] = low[a].min(index[to as usize]);
                    }
                }
                None => {
                    if let Some((parent, _)) = work.last() {
                        let parent = *parent as usize;
                        low[parent] = low[parent].min(low[a]);
                    }
                    if low[a] == index[a] {
                        let from = stack.iter().rposition(|other| *other == at).expect("it is on the stack");
                        let component: Vec<u32> = stack.split_off(from);
                        component.iter().for_each(|member| on_stack[*member as usize] = false);
                        found.push(component);
                    }
                }
            }
        }
    }
    found
}

/// The components that are cycles: several members, or one that leads to itself.
pub fn cycles(next: &[Vec<u32>]) -> Vec<Vec<u32>> {
    let mut found = components(next);
    found.retain(|members| members.len() > 1 || next[members[0] as usize].contains(&members[0]));
    found.iter_mut().for_each(|members| members.sort_unstable());
    found
}

/// A shortest way round a cycle, from its first member back to it.
pub fn around(next: &[Vec<u32>], members: &[u32]) -> Vec<u32> {
    let first = members[0];
    let mut came: std::collections::HashMap<u32, u32> = std::collections::HashMap::new();
    let mut queue = std::collections::VecDeque::from([first]);
    while let Some(at) = queue.pop_front() {
        for &to in &next[at as usize] {
            if to == first {
                let mut path = vec![at];
                let mut at = at;
                while at != first {
                    at = came[&at];
                    path.push(at);
                }
                path.reverse();
                return path;
            }
            if members.binary_search(&to).is_ok() && !came.contains_key(&to) {
                came.insert(to, at);
                queue.push_back(to);
            }
        }
    }
    members.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cycles_are_found_and_walked_round() {
        let next = vec![vec![1], vec![2, 3], vec![1], vec![3], vec![]];
        let mut found = cycles(&next);
        found.sort();
        assert_eq!(found, [vec![1, 2], vec![3]]);
        assert_eq!(around(&next, &[1, 2]), [1, 2]);
        assert_eq!(components(&[vec![1], vec![]]), [vec![1], vec![0]]);
    }
}
