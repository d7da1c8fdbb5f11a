//! `map`: the drawings of a design.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use archlog::analyze::has_errors;
use archlog::kb::Part;
use archlog::report::diagram::{self, Graph};
use archlog::session::Session;

use crate::args::{Map, MapFormat};
use crate::console::Console;
use crate::exit::Exit;
use crate::interrupt::Interrupt;
use crate::{effort, rulebook};

/// Derives a design and draws the sheets that are drawn.
pub fn map(arguments: &Map, console: &Console, interrupt: &Interrupt) -> Result<Exit> {
    let rulebook =
        rulebook::load(&arguments.rulebook, Part::Derivation, &arguments.effort, console)?;
    let mut session = Session::new(Arc::new(rulebook));
    let opened = session.open(Path::new(&arguments.design));
    console.problems(session.sources(), session.diagnostics());
    if !opened {
        return Ok(Exit::Input);
    }
    let asked = interrupt.defer();
    if let Err(stopped) = session.derive(&effort::options(&arguments.effort, &asked)) {
        return Ok(effort::stopped(console, &stopped, "nothing"));
    }
    let title = session.designs().first().map(|design| design.title.clone()).unwrap_or_default();
    let sheets = session.rulebook().sheets.iter();
    let drawn: Vec<Graph> = sheets
        .filter_map(|sheet| session.drawing(sheet, 0))
        .filter(|graph| !graph.nodes.is_empty())
        .map(|graph| Graph { title: title.clone(), ..graph })
        .collect();
    for graph in &drawn {
        console.answer(&match arguments.format {
            MapFormat::Text => diagram::graph_text(graph),
            MapFormat::Mermaid => diagram::flowchart(graph),
            MapFormat::Dot => diagram::dot(graph),
            MapFormat::Svg => diagram::svg(graph),
        })?;
    }
    if drawn.is_empty() {
        console.say("there is nothing to draw: no object of the design is recognised as anything");
    }
    Ok(match (has_errors(session.diagnostics()), drawn.is_empty()) {
        (true, _) => Exit::Input,
        (false, true) => Exit::No,
        (false, false) => Exit::Yes,
    })
}
