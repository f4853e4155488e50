//! `drift`: is live state as the specs say? Reads, and nothing else.

use std::path::{Path, PathBuf};

use observer::Testimony;
use planner::Events;
use planner::drift::Drift;
use time::OffsetDateTime;

use crate::arguments::{self, DriftFormat};
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use crate::progress::Progress;
use crate::render::drift::{self, Outcome, Report};
use crate::session::Session;

pub(crate) async fn run(arguments: &arguments::Drift, console: &Console) -> Result<Exit, Failure> {
    let Some(mut inputs) = read(arguments, console) else { return Ok(Exit::BadInput) };
    let mut reports = Vec::new();
    for (spec, inputs) in &mut inputs {
        reports.push(report(arguments, spec, inputs, console).await);
    }
    match arguments.format {
        DriftFormat::Text => console.result(&drift::text::render(&reports, console.verbose))?,
        DriftFormat::Json => Console::document(&drift::json::render(&reports))?,
        DriftFormat::Markdown => Console::document(&drift::markdown::render(&reports))?,
        DriftFormat::Html => Console::document(&drift::html::render(&reports))?,
        DriftFormat::Junit => Console::document(&drift::junit::render(&reports))?,
    }
    Ok(worst(reports.iter().map(exit)))
}

/// All of them, or nothing is sent.
fn read<'a>(
    arguments: &'a arguments::Drift,
    console: &Console,
) -> Option<Vec<(&'a PathBuf, Inputs)>> {
    let read = arguments.specs.iter().map(|spec| {
        let inputs = Inputs::of_reader(spec, arguments.only.steps());
        inputs.map(|inputs| (spec, inputs)).inspect_err(|failure| console.failure(failure))
    });
    // Each that is bad is told of, not the first alone.
    let read: Vec<_> = read.collect();
    read.into_iter().collect::<Result<_, _>>().ok()
}

/// One tenant that cannot be looked at hides no other.
async fn report(
    arguments: &arguments::Drift,
    spec: &Path,
    inputs: &mut Inputs,
    console: &Console,
) -> Report {
    let spec = spec.display().to_string();
    match examine(arguments, inputs, console).await {
        Ok((header, drift, testimony)) => {
            Report { spec, outcome: Outcome::Compared { header, drift, testimony } }
        }
        Err(failure) => {
            if arguments.specs.len() > 1 {
                console.say(&format!("{}:", crate::console::one_line(&spec)));
            }
            console.failure(&failure);
            Report { spec, outcome: Outcome::Failed(failure) }
        }
    }
}

async fn examine(
    arguments: &arguments::Drift,
    inputs: &mut Inputs,
    console: &Console,
) -> Result<(String, Drift, Option<Testimony>), Failure> {
    let session = Session::connect(&arguments.connection, inputs, console).await?;
    let progress = Progress::reading(console);
    let compared = compare(arguments, &session, inputs, &|event| progress.report(&event)).await;
    session.close().await;
    compared
}

async fn compare(
    arguments: &arguments::Drift,
    session: &Session,
    inputs: &Inputs,
    events: Events<'_>,
) -> Result<(String, Drift, Option<Testimony>), Failure> {
    let observation = session.observe(inputs, events).await?;
    let observed = &observation.observed;
    let plan = planner::plan(&inputs.desired, observed);
    let mut drift = Drift::new(&plan, &inputs.desired, observed);
    let testimony = if arguments.who {
        let now = OffsetDateTime::now_utc();
        Some(observer::ask_who(&session.reader, &mut drift, now).await)
    } else {
        None
    };
    let header = crate::render::plan::header(observed, &observation.operator, session.effort());
    Ok((header, drift, testimony))
}

fn exit(report: &Report) -> Exit {
    match &report.outcome {
        Outcome::Failed(failure) => failure.exit,
        Outcome::Compared { drift, .. } if !drift.is_whole || drift.is_blocked => Exit::Failed,
        Outcome::Compared { drift, .. } if !drift.lines.is_empty() => Exit::Pending,
        Outcome::Compared { .. } => Exit::Done,
    }
}

/// The order is documented: 3, 4, 1, 2, 0.
fn worst(exits: impl Iterator<Item = Exit>) -> Exit {
    let rank = |exit: &Exit| match exit {
        Exit::Done => 0,
        Exit::Pending => 1,
        Exit::NotPermitted => 3,
        Exit::BadInput => 4,
        Exit::Failed | Exit::Partly | Exit::Blocked | Exit::Wrong | Exit::Interrupted => 2,
    };
    exits.max_by_key(rank).unwrap_or(Exit::Done)
}
