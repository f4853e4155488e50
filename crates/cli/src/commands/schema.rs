//! `schema`: what the files look like, for editors and other programs.

use planner::PlanDocument;

use crate::arguments::Schema;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::render::outcome_document::OutcomeDocument;

pub(crate) fn run(which: &Schema, console: &Console) -> Result<Exit, Failure> {
    let schema = match which {
        Schema::Spec => spec::schema().clone(),
        Schema::Plan => PlanDocument::schema().clone(),
        Schema::Outcome => OutcomeDocument::schema(),
    };
    let text = serde_json::to_string_pretty(&schema)
        .map_err(|error| Failure::new(Exit::Failed, error.to_string()))?;
    console.result(&(text + "\n"))?;
    Ok(Exit::Done)
}
