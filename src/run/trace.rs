//! Where a run went inside one of its frames: what a drawing of the flow shows of it.

use super::{session::Run, walk::observe};
use crate::playbook::flow::{Node, Target};
use std::collections::BTreeSet;

/// See the module.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Trace {
    /// The step where the frame stands, or the ending in place where it ended.
    pub here: String,
    /// The steps, ways and endings in place that it went through, by name.
    pub path: BTreeSet<String>,
}

impl Run {
    /// Where it went in a frame of its walk.
    pub fn trace(&self, frame: u32) -> Trace {
        let mut trace = Trace::default();
        observe(&self.program, self.book(), self.cursor(), |taken| {
            if taken.frame != frame {
                return;
            }
            let flow = &self.program.units[taken.unit as usize].flow;
            match taken.way {
                None => {
                    trace.here.clone_from(&flow.steps[taken.step as usize].id.value);
                    trace.path.insert(trace.here.clone());
                }
                Some((way, _)) if !way.implicit => {
                    let name = flow.way_name(taken.step, &way.name);
                    if let Target::Node(node) = way.target
                        && matches!(flow.nodes[node as usize], Node::End(_))
                    {
                        trace.here.clone_from(&name);
                    }
                    trace.path.insert(name);
                }
                Some(_) => {}
            }
        });
        trace
    }
}
