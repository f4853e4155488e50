//! `show`: a saved plan, as it was.

use super::plan::print;
use crate::arguments::Show;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::saved_plan;

pub(crate) fn run(arguments: &Show, console: &Console) -> Result<Exit, Failure> {
    let document = saved_plan::read(&arguments.file)?;
    print(&document, arguments.format, console)?;
    Ok(Exit::Done)
}
