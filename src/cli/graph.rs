//! `firstline graph`

use super::{Error, Status, playbook};
use crate::{
    app,
    desk::Desk,
    draw::{self, Overlay},
    run::author::run_tests,
};
use clap::{Args, ValueEnum};
use std::{collections::HashSet, io::Write};

/// Draw a playbook's flow
#[derive(Debug, Args)]
pub struct Arguments {
    /// Its id
    playbook: String,
    /// The language to draw it in
    #[arg(long, value_enum, default_value = "svg")]
    format: Format,
    /// Mark which steps and ways the authors' tests reach (svg)
    #[arg(long)]
    coverage: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Format {
    Svg,
    Mermaid,
    Dot,
    Json,
}

pub fn run(arguments: &Arguments, load: impl FnOnce() -> Result<Desk, app::Error>) -> Result<Status, Error> {
    if arguments.coverage && arguments.format != Format::Svg {
        return Err(Error::Usage("--coverage is drawn as svg alone; leave out --format".into()));
    }
    let desk = load()?;
    let playbook = playbook(&desk, &arguments.playbook)?;
    let graph = draw::graph(playbook);
    if graph.vertices.is_empty() {
        let path = &desk.source(playbook).path;
        return Err(Error::Usage(format!("`{path}` has no steps that can be read; `firstline check` says why")));
    }
    let drawn = match arguments.format {
        Format::Svg if arguments.coverage => {
            let (_, coverage) = run_tests(&desk, &HashSet::new(), |_| true);
            let covered = coverage.reached(playbook);
            let all = graph.vertices.len() + graph.edges.len();
            let reached =
                graph.vertices.iter().map(|vertex| &vertex.id).chain(graph.edges.iter().map(|edge| &edge.way));
            let count = reached.filter(|name| covered.contains(*name)).count();
            let caption =
                format!("Tests reach {count} of {all} steps, endings and ways; the others are red and dashed.");
            draw::svg(&graph, &Overlay { caption, covered: Some(covered), ..Overlay::default() })
        }
        Format::Svg => draw::svg(&graph, &Overlay::default()),
        Format::Mermaid => draw::mermaid(&graph),
        Format::Dot => draw::dot(&graph),
        Format::Json => format!("{:#}\n", draw::json(&graph)),
    };
    write!(std::io::stdout(), "{drawn}")?;
    Ok(Status::Fine)
}
