//! What the rules of the group Branches share: one look at all combinations of a branch.

use super::{
    Context, Subject,
    space::{Combination, Space},
};
use crate::{
    expression::{Condition, Verdict},
    playbook::{
        Flow, Scope,
        flow::{Branch, Node, Step},
    },
};

/// What is true of a branch over all combinations of its facts.
#[derive(Debug, Default)]
pub struct Judged {
    /// There are too many to look at.
    pub too_many: bool,
    /// A combination that no condition covers, in words.
    pub uncovered: Option<String>,
    /// For each condition whether it can hold.
    pub possible: Vec<bool>,
    /// For each condition whether it can hold while none above it does.
    pub first: Vec<bool>,
}

/// Every branch of a playbook with its step.
pub fn branches(flow: &Flow) -> impl Iterator<Item = (&Step, u32, &Branch)> {
    let nodes = flow.steps.iter().flat_map(|step| flow.nodes_of(step).map(move |(at, node)| (step, at, node)));
    nodes.filter_map(|(step, at, node)| match node {
        Node::Branch(branch)
            if branch.arms.iter().all(|(condition, ..)| !condition.is_broken()) && !branch.arms.is_empty() =>
        {
            Some((step, at, branch))
        }
        _ => None,
    })
}

/// Looks at all combinations of a branch.
pub fn judge(context: &Context<'_>, subject: &Subject<'_>, branch: &Branch) -> Judged {
    let scope = Scope { own: &subject.playbook.flow.facts, desk: &context.desk.facts };
    let conditions = || branch.arms.iter().map(|(condition, ..)| condition);
    let Some(space) = Space::new(conditions(), scope) else { return Judged { too_many: true, ..Judged::default() } };
    let mut judged =
        Judged { possible: vec![false; branch.arms.len()], first: vec![false; branch.arms.len()], ..Judged::default() };
    let mut unknowns = usize::MAX;
    space.each(|combination: &Combination<'_>| {
        let verdicts: Vec<Verdict> = conditions().map(|condition: &Condition| combination.verdict(condition)).collect();
        let mut earlier = false;
        for (n, verdict) in verdicts.iter().enumerate() {
            let holds = *verdict == Verdict::True;
            judged.possible[n] |= holds;
            judged.first[n] |= holds && !earlier;
            earlier |= holds;
        }
        if branch.otherwise.is_none()
            && combination.unknowns() < unknowns
            && verdicts.iter().all(|verdict| *verdict == Verdict::False)
        {
            unknowns = combination.unknowns();
            judged.uncovered = Some(combination.shown(scope));
        }
        true
    });
    judged
}
