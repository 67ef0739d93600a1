//! The actions of a run: what was tried, how it was seen whether it worked, and what nobody came to.

use super::{
    book::Place,
    event::{At, Event},
    session::Run,
    view::CaseInfo,
};
use crate::{
    expression::{Known, Verdict},
    markdown,
    playbook::flow::{Node, PromptKind},
    template::Text,
};
use std::collections::HashSet;

/// An action that somebody reported on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    /// Its prompt's name.
    pub at: String,
    /// Markdown; the name again for an action inside a call since left.
    pub text: String,
    /// How it was verified, Markdown.
    pub verify: Option<String>,
    /// The latest report: `worked`, `failed` or `stuck`.
    pub outcome: String,
}

impl Run {
    /// The actions on the path, in order, then those on branches since left.
    pub fn tried(&self, case: &CaseInfo) -> Vec<Action> {
        let mut tried: Vec<Action> = self
            .path(case)
            .into_iter()
            .filter(|line| line.kind == PromptKind::Do)
            .map(|line| Action {
                at: line.at,
                text: line.text,
                verify: line.verify,
                outcome: line.said.words().to_owned(),
            })
            .collect();
        let mut seen: HashSet<String> = tried.iter().map(|action| action.at.clone()).collect();
        for entry in self.entries.iter().rev() {
            let (Event::Answered { at, said } | Event::Changed { at, said }) = &entry.event else { continue };
            let name = named(at);
            if matches!(said.words(), "worked" | "failed" | "stuck") && !seen.contains(&name) {
                if let Some((text, verify)) = self.action(at, case) {
                    tried.push(Action { at: name.clone(), text, verify, outcome: said.words().to_owned() });
                }
                seen.insert(name);
            }
        }
        tried
    }

    /// The actions of the playbooks that the walk went into, which nobody reported on and which the facts do not rule
    /// out: their first lines, as plain text.
    pub fn not_tried(&self, case: &CaseInfo) -> Vec<String> {
        let tried: HashSet<String> = self.tried(case).into_iter().map(|action| action.at).collect();
        let mut open = Vec::new();
        for frame in 0..self.walk().frames.len() as u32 {
            for (place, prompt) in self.actions(frame) {
                let text = self.render(&prompt.text, self.step_id(frame, place), frame, case);
                let first = markdown::plain(text.lines().next().unwrap_or_default()).trim().to_owned();
                if self.is_ruled_out(frame, place) {
                    continue;
                }
                if !tried.contains(&self.name(frame, place)) && !open.contains(&first) {
                    open.push(first);
                }
            }
        }
        open
    }

    /// The text and the check of an action in a frame that the walk knows; none for a question.
    fn action(&self, at: &At, case: &CaseInfo) -> Option<(String, Option<String>)> {
        let frames = 0..self.walk().frames.len() as u32;
        let Some(frame) = frames.into_iter().find(|frame| self.calls(*frame) == at.calls) else {
            return Some((named(at), None));
        };
        let (place, prompt) = self.actions(frame).find(|(place, _)| self.local_name(frame, *place) == at.name)?;
        let render = |text: &Text| self.render(text, self.step_id(frame, place), frame, case);
        Some((render(&prompt.text), prompt.verify.as_deref().map(render)))
    }

    /// Whether an item's `if` does not hold.
    fn is_ruled_out(&self, frame: u32, place: Place) -> bool {
        let Place::Node { node, .. } = place else { return false };
        let unit = &self.program.units[self.walk().frames[frame as usize].unit as usize];
        let known = |slot| self.state(frame, slot).value().map_or(Known::No, Known::Value);
        unit.flow.nodes.iter().any(|what| match what {
            Node::Gate(gate) => gate.offer == node && gate.condition.eval(&known) == Verdict::False,
            _ => false,
        })
    }

    fn actions(&self, frame: u32) -> impl Iterator<Item = (Place, &crate::playbook::flow::Prompt)> {
        let unit = &self.program.units[self.walk().frames[frame as usize].unit as usize];
        unit.flow.nodes.iter().enumerate().filter_map(|(node, what)| match what {
            Node::Prompt(prompt) if prompt.kind == PromptKind::Do => {
                Some((Place::Node { node: node as u32, visit: 1 }, &**prompt))
            }
            _ => None,
        })
    }
}

fn named(at: &At) -> String {
    at.calls.iter().map(|(step, _)| format!("{step}/")).collect::<String>() + &at.name
}
