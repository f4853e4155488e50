//! `apply`: plan, ask, converge, and look again.

use std::time::Duration;

use applier::{Options, Outcome, Products};
use azure::Writer;
use planner::{Event, Plan};
use time::OffsetDateTime;
use tokio::time::Instant;

use super::plan::{is_whole, show};
use crate::arguments::Apply;
use crate::console::{Console, YELLOW};
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use crate::interrupt::Interrupt;
use crate::progress::Progress;
use crate::render;
use crate::session::Session;

/// How long Azure may take to show what was applied. Most of it is there within seconds.
const CONVERGENCE: Duration = Duration::from_secs(120);

pub(crate) async fn run(arguments: &Apply, console: &Console) -> Result<Exit, Failure> {
    let target = &arguments.target;
    let inputs = Inputs::read(&target.spec, &target.key, OffsetDateTime::now_utc())?;
    if !arguments.auto_approve && !Console::can_ask() {
        let message = "there is no terminal to ask whether to apply".to_owned();
        return Err(Failure::new(Exit::BadInput, message).hint("say it with --auto-approve"));
    }
    let session = Session::connect(&target.connection, &inputs).await?;
    let exit = with_session(arguments, &session, inputs, console).await;
    session.close().await;
    exit
}

async fn with_session(
    arguments: &Apply,
    session: &Session,
    mut inputs: Inputs,
    console: &Console,
) -> Result<Exit, Failure> {
    let (plan, observed) = show(session, &inputs, console).await?;
    let blocked_lines = plan.blocked_lines().count();
    if plan.blockers().next().is_some() {
        let message = "nothing was written: the plan is blocked".to_owned();
        return Err(Failure::new(Exit::Blocked, message).hint("see the lines that begin with x"));
    }
    if plan.is_empty() {
        return Ok(ended(&plan, blocked_lines == 0));
    }
    if !arguments.auto_approve && !confirmed(&plan, console) {
        return Err(Failure::new(Exit::Failed, "declined: nothing was written".to_owned()));
    }
    let products = Products::found(&observed, inputs.held.take());
    let interrupt = Interrupt::listen();
    let outcome = apply(arguments, session, &inputs, &plan, &products, &interrupt, console).await;
    if outcome.is_complete() && !arguments.no_wait {
        converge(arguments, session, &interrupt, console).await?;
    }
    console.result(&render::outcome::summary(&outcome, blocked_lines));
    if outcome.was_interrupted() {
        return Ok(Exit::Interrupted);
    }
    Ok(ended(&plan, outcome.is_complete() && blocked_lines == 0))
}

fn ended(plan: &Plan, complete: bool) -> Exit {
    match (complete, is_whole(plan)) {
        (false, _) => Exit::Partly,
        (true, false) => Exit::Failed,
        (true, true) => Exit::Done,
    }
}

fn confirmed(plan: &Plan, console: &Console) -> bool {
    let count = plan.changes().len();
    console.ask(&format!("Apply these {count} changes? Only `yes` does:"))
}

async fn apply(
    arguments: &Apply,
    session: &Session,
    inputs: &Inputs,
    plan: &Plan,
    products: &Products,
    interrupt: &Interrupt,
    console: &Console,
) -> Outcome {
    let progress = Progress::applying(console, plan);
    let writer = Writer::new(session.reader.clone());
    let options = Options {
        parallelism: arguments.parallelism,
        directory: inputs.directory.clone(),
        now: OffsetDateTime::now_utc(),
        interrupted: interrupt.flag(),
    };
    applier::apply(&writer, plan, products, options, &|event| progress.report(&event)).await
}

/// Reads and plans again until nothing is left to do: only then has Azure heard of everything.
async fn converge(
    arguments: &Apply,
    session: &Session,
    interrupt: &Interrupt,
    console: &Console,
) -> Result<(), Failure> {
    let target = &arguments.target;
    // The certificate's source may hold what it did not hold before.
    let inputs = Inputs::read(&target.spec, &target.key, OffsetDateTime::now_utc())?;
    let progress = Progress::reading(console);
    let began = Instant::now();
    let mut delay = Duration::from_secs(1);
    for attempt in 1.. {
        progress.report(&Event::Verifying { attempt });
        let observation = session.observe(&inputs, &|_| {}).await?;
        let left = planner::plan(&inputs.desired, &observation.observed).changes().len();
        if left == 0 {
            drop(progress);
            if !console.quiet {
                console.say("Read again: nothing is left to do.");
            }
            break;
        }
        if began.elapsed() + delay > CONVERGENCE {
            drop(progress);
            console.say(&format!(
                "{YELLOW}note{YELLOW:#}: Azure does not show {left} of the changes yet; a plan in \
                 some minutes tells whether it does"
            ));
            break;
        }
        tokio::select! {
            () = tokio::time::sleep(delay) => delay = (delay * 2).min(Duration::from_secs(15)),
            () = interrupt.heard() => break,
        }
    }
    Ok(())
}
