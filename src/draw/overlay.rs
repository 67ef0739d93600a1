//! What is laid over a graph: where a run stands, what tests reach, how many go where.

use crate::language::Language;
use std::collections::{BTreeMap, BTreeSet};

/// Names are those of [`super::Vertex::id`] and [`super::Edge::way`]; names that the graph does not have mean nothing.
#[derive(Clone, Debug, Default)]
pub struct Overlay {
    /// The reader's language, for our own words.
    pub language: Language,
    /// What the overlay shows, in a sentence, for the top of a file of its own.
    pub caption: String,
    /// The box where a run stands.
    pub here: Option<String>,
    /// The boxes and ways that a run went through.
    pub path: BTreeSet<String>,
    /// The boxes and ways that are reached by tests; none if it is not about tests.
    pub covered: Option<BTreeSet<String>>,
    /// How much goes on at boxes and ways.
    pub heat: BTreeMap<String, Heat>,
    /// Where boxes lead on a page.
    pub links: BTreeMap<String, String>,
}

/// How much goes on somewhere.
#[derive(Clone, Debug)]
pub struct Heat {
    /// From 0, cold, to 4, hot; more counts as 4.
    pub level: u8,
    /// In words, such as `412 visits, 12 % leave`.
    pub caption: String,
}

/// How something is marked, apart from its kind.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Mark {
    /// Classes for the style.
    pub classes: Vec<&'static str>,
    /// Words for those who do not see the style.
    pub words: Vec<String>,
}

const HEAT: [&str; 5] = ["heat-0", "heat-1", "heat-2", "heat-3", "heat-4"];

impl Overlay {
    /// The marks of a box or a way.
    pub(super) fn mark(&self, name: &str, is_box: bool) -> Mark {
        let mut mark = Mark::default();
        if is_box && self.here.as_deref() == Some(name) {
            mark.classes.push("here");
            mark.words.push(self.language.say("You are here").to_owned());
        }
        if self.path.contains(name) {
            mark.classes.push("gone");
        }
        if let Some(covered) = &self.covered {
            match covered.contains(name) {
                true => mark.classes.push("covered"),
                false => {
                    mark.classes.push("uncovered");
                    mark.words.push(self.language.say("No test").to_owned());
                }
            }
        }
        if let Some(heat) = self.heat.get(name) {
            mark.classes.push(HEAT[usize::from(heat.level).min(4)]);
            mark.words.push(heat.caption.clone());
        }
        mark.words.retain(|words| !words.is_empty());
        mark
    }
}
