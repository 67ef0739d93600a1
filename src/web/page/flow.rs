//! A playbook's flow as a picture, with where a case stands in it.

use crate::{
    app::Live,
    case::Case,
    draw::{self, Graph, Overlay},
    language::Language,
    playbook::{Flow, flow::Node},
    run::Run,
    web::view::encoded,
};
use serde::Serialize;

/// See the module.
#[derive(Clone, Debug, Serialize)]
pub struct FlowPage {
    /// The playbook's id.
    pub playbook: String,
    /// What people call it.
    pub title: String,
    /// The case that goes through it.
    pub case: Option<u64>,
    /// The playbooks that the case went through to get here, the first first; this one is the last.
    pub frames: Vec<FrameView>,
    /// The picture.
    pub svg: String,
    /// The same in words.
    pub steps: Vec<StepLine>,
}

/// A playbook that the case is in.
#[derive(Clone, Debug, Serialize)]
pub struct FrameView {
    /// What people call it.
    pub title: String,
    /// Its picture.
    pub address: String,
}

/// A step or an ending, in words.
#[derive(Clone, Debug, Serialize)]
pub struct StepLine {
    /// Its title, or its name.
    pub title: String,
    /// Whether the case stands there.
    pub here: bool,
    /// The ways on: what stands on each, and where it leads.
    pub ways: Vec<(String, String)>,
}

impl FlowPage {
    /// A playbook of the desk.
    pub fn playbook(live: &Live, id: &str, language: Language) -> Option<Self> {
        let playbook = live.desk.playbooks.get(id)?;
        let mut overlay = Overlay { language, ..Overlay::default() };
        let link = |call: &str, _: u32| live.desk.playbooks.contains_key(call).then(|| address(call));
        overlay.links = links(&playbook.flow, link);
        Some(Self::new(&draw::graph(playbook), &overlay))
    }

    /// A frame of a case's latest run, or the one where it stands; `None` where there is no such frame.
    pub fn case(live: &Live, case: &Case, frame: Option<u32>, language: Language) -> Option<Self> {
        let run = &case.latest_run()?.run;
        let frames = &run.walk().frames;
        let frame = frame.unwrap_or(run.walk().frame);
        let unit = &run.program.units[frames.get(frame as usize)?.unit as usize];
        let here = format!("/cases/{}/flow?frame=", case.number);
        let into = |call: &str, node: u32| {
            let open = frames.iter().rposition(|inner| inner.caller == Some((frame, node)));
            let known = || live.desk.playbooks.contains_key(call).then(|| address(call));
            open.map(|at| format!("{here}{at}")).or_else(known)
        };
        let trace = run.trace(frame);
        let overlay = Overlay {
            language,
            here: Some(trace.here),
            path: trace.path,
            links: links(&unit.flow, into),
            ..Overlay::default()
        };
        let mut way = vec![frame];
        while let Some((caller, _)) = frames[way[way.len() - 1] as usize].caller {
            way.push(caller);
        }
        let view = |&at: &u32| FrameView { title: title(live, run, at), address: format!("{here}{at}") };
        let page = Self::new(&draw::of_flow(&unit.id, &title(live, run, frame), &unit.flow), &overlay);
        Some(Self { case: Some(case.number), frames: way.iter().rev().map(view).collect(), ..page })
    }

    fn new(graph: &Graph, overlay: &Overlay) -> Self {
        let name = |at: usize| {
            let vertex = &graph.vertices[at];
            vertex.title.clone().unwrap_or_else(|| vertex.id.clone())
        };
        let steps = (0..graph.vertices.len()).map(|at| StepLine {
            title: name(at),
            here: overlay.here.as_ref() == Some(&graph.vertices[at].id),
            ways: {
                let ways = graph.edges.iter().filter(|edge| edge.from == at);
                ways.map(|edge| (edge.label.clone(), name(edge.to))).collect()
            },
        });
        Self {
            playbook: graph.id.clone(),
            title: graph.title.clone(),
            case: None,
            frames: Vec::new(),
            svg: draw::inline(graph, overlay),
            steps: steps.collect(),
        }
    }
}

/// Where a playbook's picture is.
fn address(id: &str) -> String {
    format!("/playbooks/{}/flow", encoded(id))
}

/// Where the calls of a flow lead: `to` gets the playbook and the call's node.
fn links(flow: &Flow, to: impl Fn(&str, u32) -> Option<String>) -> std::collections::BTreeMap<String, String> {
    let calls = flow.nodes.iter().zip(0..).filter_map(|(node, at)| match node {
        Node::Call(call) => {
            Some((flow.steps[flow.step_of(at) as usize].id.value.clone(), to(&call.playbook.value, at)?))
        }
        _ => None,
    });
    calls.collect()
}

/// What people call the playbook of a frame.
fn title(live: &Live, run: &Run, frame: u32) -> String {
    let id = &*run.program.units[run.walk().frames[frame as usize].unit as usize].id;
    let title = live.desk.playbooks.get(id).and_then(|playbook| playbook.title.as_ref());
    title.map_or_else(|| id.to_owned(), |title| title.value.clone())
}
