//! A playbook's flow as a picture, with where a case stands in it.

use crate::{
    app::Live,
    case::{
        Case,
        numbers::{PlaybookNumbers, StepNumbers},
    },
    draw::{self, Graph, Heat, Overlay},
    language::Language,
    playbook::{Flow, flow::Node},
    run::Run,
    web::view::encoded,
};
use serde::{Deserialize, Serialize};

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
    /// Whether it can be coloured.
    pub coloured: bool,
    /// What it is coloured by.
    pub by: Option<By>,
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

/// What a playbook's picture is coloured by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum By {
    /// How often somebody came there.
    Visits,
    /// How often somebody was left there.
    Left,
    /// How often somebody stopped there without an ending, or was handed over.
    Stops,
    /// Whether a test comes there.
    Tests,
}

impl FlowPage {
    /// A playbook as it lies in the folder, coloured by what its runs did lately, or its tests do.
    pub fn playbook(
        live: &Live,
        id: &str,
        by: Option<By>,
        numbers: &[PlaybookNumbers],
        language: Language,
    ) -> Option<Self> {
        let playbook = live.newest.playbooks.get(id)?;
        let link = |call: &str, _: u32| live.newest.playbooks.contains_key(call).then(|| address(call));
        let mut overlay = Overlay { language, links: links(&playbook.flow, link), ..Overlay::default() };
        match by {
            Some(By::Tests) => overlay.covered = Some(live.tested().coverage.reached(playbook)),
            Some(by) => {
                let numbers = numbers.iter().find(|numbers| numbers.playbook == id);
                let steps = numbers.map(|numbers| numbers.all.steps.as_slice()).unwrap_or_default();
                overlay.heat = heat(steps.iter().filter(|step| step.playbook == id), by, language);
            }
            None => {}
        }
        let page = Self::new(&draw::graph(playbook), &overlay);
        Some(Self { coloured: true, by, ..page })
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
            coloured: false,
            by: None,
            frames: Vec::new(),
            svg: draw::inline(graph, overlay),
            steps: steps.collect(),
        }
    }
}

/// How much goes on at steps, and on the ways from them; a step's items are added up.
fn heat<'a>(
    steps: impl Iterator<Item = &'a StepNumbers>,
    by: By,
    language: Language,
) -> std::collections::BTreeMap<String, Heat> {
    let mut counts = std::collections::BTreeMap::<String, u64>::new();
    for step in steps.filter(|step| step.kind != "fact") {
        let count = counts.entry(step.step.clone()).or_default();
        match by {
            By::Visits => *count = (*count).max(step.visits),
            By::Left => *count += step.abandoned,
            _ => *count += step.stops.values().sum::<u64>() + step.escalated,
        }
        if by == By::Visits {
            counts.extend(step.ways.iter().map(|(way, times)| (format!("{}.{way}", step.at()), *times)));
        }
    }
    let most = counts.values().copied().max().unwrap_or_default().max(1);
    let shown = |count: u64| match by {
        By::Visits => language.count(count as usize, "one visit", "{n} visits"),
        By::Left => language.count(count as usize, "one left", "{n} left"),
        _ => language.count(count as usize, "one stopped", "{n} stopped"),
    };
    let level = |count: u64| if count == 0 { 0 } else { 1 + (3 * count / most) as u8 };
    let heat = |(name, count)| (name, Heat { level: level(count), caption: shown(count) });
    counts.into_iter().map(heat).collect()
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
