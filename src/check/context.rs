//! What the rules know: the desk, today, and what was computed once for all of them.

use super::{
    graph::{Graph, components},
    known::{self, Sets},
    links,
    translated::Part,
};
use crate::{
    desk::Desk,
    diagnostic::Span,
    markdown::Link,
    playbook::{Playbook, flow::EndKind},
};
use jiff::civil::Date;
use std::collections::HashMap;

/// How a playbook can end when it is called.
#[derive(Clone, Copy, Debug, Default)]
pub struct Ends {
    /// A `resolve` can be reached.
    pub resolved: bool,
    /// A `not_resolved` can be reached.
    pub not_resolved: bool,
    /// An `escalate` can be reached, here or in what it calls.
    pub escalated: bool,
    /// Something could not be read, so there may be more.
    pub unsure: bool,
}

/// A playbook with its place among all.
pub struct Subject<'a> {
    /// Its place among all.
    pub at: usize,
    /// The playbook.
    pub playbook: &'a Playbook,
    /// Its steps.
    pub graph: Graph,
    /// How it can end.
    pub ends: Ends,
    /// Its callees by the numbers of its calls; `None` where there is no such playbook.
    pub callees: Vec<Option<u32>>,
    /// The links and pictures in its texts, each with its place and whether more than staff may read it.
    pub links: Vec<(Span, Link, bool)>,
}

/// See the module.
pub struct Context<'a> {
    /// The desk.
    pub desk: &'a Desk,
    /// Today.
    pub today: Date,
    /// More may stand in `desk.yaml` than could be read of it.
    pub desk_unread: bool,
    /// The same of some playbook.
    pub some_unread: bool,
    /// All playbooks, by id.
    pub subjects: Vec<Subject<'a>>,
    /// Callees before callers; playbooks that call each other together.
    pub order: Vec<Vec<u32>>,
    /// Who calls whom, from steps that can be reached.
    pub calls: Vec<Vec<u32>>,
    /// What is known where, for playbooks that read facts which cannot be asked for.
    pub known: Vec<Option<Sets>>,
    /// What is translated into the languages of the desk.
    pub translations: Vec<Part<'a>>,
}

impl<'a> Context<'a> {
    /// Computes what the rules share.
    pub fn new(desk: &'a Desk, today: Date) -> Self {
        let position: HashMap<&str, u32> =
            desk.playbooks.keys().enumerate().map(|(at, id)| (id.as_str(), at as u32)).collect();
        let mut subjects: Vec<Subject<'_>> = desk
            .playbooks
            .values()
            .enumerate()
            .map(|(at, playbook)| {
                let callees = playbook.flow.calls.iter().map(|id| position.get(id.value.as_str()).copied()).collect();
                let graph = Graph::new(&playbook.flow);
                let mut ends = ends(playbook, &graph);
                ends.unsure |= desk.is_unread(playbook.file);
                Subject { at, playbook, graph, ends, callees, links: links::of_playbook(desk, playbook) }
            })
            .collect();
        let calls: Vec<Vec<u32>> = subjects
            .iter()
            .map(|subject| {
                let reached = subject.graph.calls.iter().zip(&subject.graph.reached).filter(|(_, reached)| **reached);
                reached.flat_map(|(calls, _)| calls).filter_map(|call| subject.callees[*call as usize]).collect()
            })
            .collect();
        let order = components(&calls);
        for members in &order {
            let reached = members.iter().flat_map(|member| &calls[*member as usize]);
            let escalated = members.iter().chain(reached.clone()).any(|at| subjects[*at as usize].ends.escalated);
            let unsure = members
                .iter()
                .chain(reached)
                .any(|at| subjects[*at as usize].ends.unsure && subjects[*at as usize].playbook.flow.steps.is_empty());
            let together = members.len() > 1;
            for member in members {
                let own = calls[*member as usize].iter().any(|callee| subjects[*callee as usize].ends.escalated);
                let ends = &mut subjects[*member as usize].ends;
                ends.escalated |= own || (together && escalated);
                ends.unsure |= unsure;
            }
        }
        let mut context = Self {
            desk,
            today,
            desk_unread: desk.is_unread_at("desk.yaml"),
            some_unread: desk.playbooks.values().any(|playbook| desk.is_unread(playbook.file)),
            subjects,
            order,
            calls,
            known: Vec::new(),
            translations: Part::all(desk),
        };
        context.known = known::compute(&context);
        context
    }

    /// What is known where in a playbook, if that was of interest.
    pub fn sets(&self, subject: &Subject<'_>) -> Option<&Sets> {
        self.known[subject.at].as_ref()
    }

    /// Whether more may stand in a playbook than could be read of it.
    pub fn is_unread(&self, subject: &Subject<'_>) -> bool {
        self.desk.is_unread(subject.playbook.file)
    }

    /// The callee of a call.
    pub fn callee(&self, subject: &Subject<'_>, number: u32) -> Option<&Subject<'a>> {
        subject.callees[number as usize].map(|at| &self.subjects[at as usize])
    }
}

fn ends(playbook: &Playbook, graph: &Graph) -> Ends {
    let mut ends = Ends { unsure: playbook.flow.start.is_none() || playbook.flow.steps.is_empty(), ..Ends::default() };
    for at in (0..graph.next.len()).filter(|at| graph.reached[*at]) {
        ends.unsure |= graph.loose[at];
        ends.resolved |= graph.ends[at].contains(&EndKind::Resolved);
        ends.not_resolved |= graph.ends[at].contains(&EndKind::NotResolved);
        ends.escalated |= graph.ends[at].contains(&EndKind::Escalated);
    }
    ends
}
