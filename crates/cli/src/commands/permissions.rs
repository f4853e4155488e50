//! `permissions`: the least rights that a spec takes.

use planner::rights;
use time::OffsetDateTime;

use crate::arguments::{Format, Permissions};
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use crate::render;

pub(crate) fn run(arguments: &Permissions, console: &Console) -> Result<Exit, Failure> {
    let Permissions { spec, key, only, format } = arguments;
    let mut inputs = Inputs::read(spec, key, OffsetDateTime::now_utc())?;
    inputs.desired.only = only.steps();
    let least = rights::least(&inputs.desired);
    console.result(&match format {
        Format::Text => render::permissions::text(&least),
        Format::Json => render::permissions::json(&least),
    })?;
    Ok(Exit::Done)
}
