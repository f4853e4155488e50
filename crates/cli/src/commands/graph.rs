//! `graph`: in which order a plan is applied.

use super::plan::look;
use crate::arguments::{EventFile, Graph, GraphFormat};
use crate::console::Console;
use crate::event_log::EventLog;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use crate::render::graph::{self, dot, mermaid, svg};
use crate::render::view::View;
use crate::session::Session;

pub(crate) async fn run(arguments: &Graph, console: &Console) -> Result<Exit, Failure> {
    let target = &arguments.target;
    let mut inputs = Inputs::of_target(target)?;
    let session = Session::connect(&target.connection, &mut inputs, console).await?;
    let events = EventLog::open(&EventFile { path: None }, console)?;
    let planned = look(&session, &inputs, &events, console).await;
    session.close().await;
    let planned = planned?;
    let view = View::plan(&planned.document);
    Console::document(&match arguments.format {
        GraphFormat::Mermaid => mermaid::text(&graph::Graph::new(view)),
        GraphFormat::Dot => dot::text(&graph::Graph::of_changes(view)),
        GraphFormat::Svg => svg::text(&graph::Graph::new(view)),
    })?;
    Ok(Exit::Done)
}
