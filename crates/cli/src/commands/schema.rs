//! `schema`: what the files look like, for editors and other programs.

use crate::arguments::Schema;
use crate::console::Console;
use crate::exit::{Exit, Failure};

pub(crate) fn run(which: &Schema, console: &Console) -> Result<Exit, Failure> {
    let schema = match which {
        Schema::Spec => spec::schema(),
    };
    let text = serde_json::to_string_pretty(schema)
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    console.result(&(text + "\n"))?;
    Ok(Exit::Done)
}
