//! `export`: what the plan would do, as a script for somebody with the rights; or what is live, as a
//! spec.

use planner::Plan;

use super::export_spec;
use super::plan::look;
use crate::arguments::{EventFile, Export, ExportForm, ExportFormat, Target};
use crate::console::{Console, printable};
use crate::event_log::EventLog;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use crate::render::export::{Source, script};
use crate::session::Session;

pub(crate) async fn run(arguments: &Export, console: &Console) -> Result<Exit, Failure> {
    match arguments.form {
        ExportForm::Spec => Box::pin(export_spec::run(arguments, console)).await,
        ExportForm::Script(format) if !arguments.proposal.is_asked_for() => {
            script_of(format, &arguments.target, console).await
        }
        ExportForm::Script(_) => {
            let message = "--app-id and --certificate-out are for --as spec";
            Err(Failure::new(Exit::BadInput, message.to_owned())
                .hint("leave them out, or describe the application with --as spec first"))
        }
    }
}

async fn script_of(
    format: ExportFormat,
    target: &Target,
    console: &Console,
) -> Result<Exit, Failure> {
    let mut inputs = Inputs::of_target(target)?;
    let events = EventLog::open(&EventFile { path: None }, console)?;
    let session = Session::connect(&target.connection, &mut inputs, console).await?;
    let planned = look(&session, &inputs, &events, console).await;
    session.close().await;
    let planned = planned?;
    refuse_blocked(&planned.plan)?;
    let certificate = inputs.held.as_ref().map(|held| held.certificate().der.as_slice());
    let (plan, observed) = (&planned.plan, &planned.observed);
    let source = Source { plan, desired: &inputs.desired, observed, certificate };
    Console::document(&script(format, &source))?;
    Ok(end(plan, console))
}

/// What must not be applied must not be handed on either.
fn refuse_blocked(plan: &Plan) -> Result<(), Failure> {
    let messages: Vec<_> = plan.blockers().map(|finding| finding.message.clone()).collect();
    if messages.is_empty() {
        return Ok(());
    }
    Err(Failure::several(Exit::Blocked, messages)
        .hint("no script was made: correct this first; `mondoo-azure plan` shows the rest"))
}

/// As `plan` ends: a script that leaves something out is no success.
fn end(plan: &Plan, console: &Console) -> Exit {
    for finding in plan.blocked_lines() {
        console.say(&format!("left out of the script: {}", printable(&finding.message)));
    }
    if !plan.is_whole() {
        console.say("the script is incomplete: not everything could be read, as its top tells");
    }
    if plan.blocked_lines().next().is_some() {
        Exit::Blocked
    } else if plan.is_whole() {
        Exit::Done
    } else {
        Exit::Failed
    }
}
