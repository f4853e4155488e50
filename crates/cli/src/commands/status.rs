//! `status`: what is managed here, how long it lasts, and who else has a hand in it.

use planner::status::Status;

use crate::arguments::{self, Format};
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use crate::progress::Progress;
use crate::render;
use crate::session::Session;

pub(crate) async fn run(arguments: &arguments::Status, console: &Console) -> Result<Exit, Failure> {
    let mut inputs = Inputs::of_reader(&arguments.spec, planner::Steps::all())?;
    let session = Session::connect(&arguments.connection, &mut inputs, console).await?;
    let looked = look(&session, &inputs, console).await;
    session.close().await;
    let (header, status) = looked?;
    match arguments.format {
        Format::Text => console.result(&(header + &render::status::text(&status)))?,
        Format::Json => Console::document(&render::status::json(&status))?,
    }
    Ok(if status.is_whole { Exit::Done } else { Exit::Failed })
}

async fn look(
    session: &Session,
    inputs: &Inputs,
    console: &Console,
) -> Result<(String, Status), Failure> {
    let progress = Progress::reading(console);
    let observation = session.observe(inputs, &|event| progress.report(&event)).await?;
    let observed = &observation.observed;
    let plan = planner::plan(&inputs.desired, observed);
    let header = render::plan::header(observed, &observation.operator, session.effort());
    Ok((header, Status::new(&plan, &inputs.desired, observed)))
}
