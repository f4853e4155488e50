//! `validate`: specs, checked on this machine alone.

use time::OffsetDateTime;

use crate::arguments::Validate;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;

/// Checks every spec, also after one has failed.
pub(crate) fn run(arguments: &Validate, console: &Console) -> Result<Exit, Failure> {
    let now = OffsetDateTime::now_utc();
    let mut exit = Exit::Done;
    for path in &arguments.specs {
        match Inputs::read(path, &arguments.key, now) {
            Ok(_) => console.result(&format!("{}: valid\n", path.display()))?,
            Err(failure) => {
                console.failure(&failure);
                exit = failure.exit;
            }
        }
    }
    Ok(exit)
}
