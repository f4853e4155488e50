//! `plan`: what apply would change.

use planner::{Observed, Plan};

use crate::arguments;
use crate::console::Console;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use crate::progress::Progress;
use crate::render;
use crate::session::Session;

pub(crate) async fn run(arguments: &arguments::Plan, console: &Console) -> Result<Exit, Failure> {
    let target = &arguments.target;
    let mut inputs = Inputs::of_target(target)?;
    let session = Session::connect(&target.connection, &mut inputs, console).await?;
    let shown = show(&session, &inputs, console).await;
    session.close().await;
    let (plan, _) = shown?;
    Ok(if plan.blockers().chain(plan.blocked_lines()).next().is_some() {
        Exit::Blocked
    } else if !plan.is_whole() {
        Exit::Failed
    } else if arguments.detailed_exitcode && !plan.is_empty() {
        Exit::Pending
    } else {
        Exit::Done
    })
}

/// Observes, plans and prints the plan.
pub(crate) async fn show(
    session: &Session,
    inputs: &Inputs,
    console: &Console,
) -> Result<(Plan, Observed), Failure> {
    let progress = Progress::reading(console);
    let observation = session.observe(inputs, &|event| progress.report(&event)).await?;
    drop(progress);
    let observed = observation.observed;
    let plan = planner::plan(&inputs.desired, &observed);
    let header = render::plan::header(&observed, &observation.operator, session.effort());
    console.result(
        &(header + &render::plan::plan(&plan, &inputs.desired, &observed, console.verbose)),
    )?;
    Ok((plan, observed))
}
