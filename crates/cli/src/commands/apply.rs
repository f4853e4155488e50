//! `apply`: plan, ask, converge, and look again.

use std::time::Duration;

use applier::{Clients, Options, Outcome, Products};
use azure::Writer;
use planner::{Event, Observed, Plan, Purpose};
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::time::Instant;

use super::approval;
use super::hand_over::hand_over;
use super::plan::{Planned, Preview, look, preview};
use super::scan::{Scanned, Started};
use crate::arguments::{Apply, Connection, Format, Review, Writing};
use crate::console::{Console, YELLOW};
use crate::event_log::EventLog;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use crate::interrupt;
use crate::progress::Progress;
use crate::render;
use crate::render::outcome_document::OutcomeDocument;
use crate::saved_plan::SavedPlan;
use crate::session::Session;

/// How long Azure may take to show what was applied. Most of it is there within seconds.
const CONVERGENCE: Duration = Duration::from_secs(120);

pub(crate) async fn run(arguments: &Apply, console: &Console) -> Result<Exit, Failure> {
    let Apply { target, plan, writing, following } = arguments;
    let inputs = Inputs::of_target(target)?;
    let saved = plan.as_deref().map(|file| SavedPlan::read(file, &inputs)).transpose()?;
    let connection = &target.connection;
    let job = Job { inputs, connection, writing, saved, follows: following.wait };
    Box::pin(carry_out(job, console)).await
}

/// Something to plan and to carry out.
pub(super) struct Job<'a> {
    pub inputs: Inputs,
    pub connection: &'a Connection,
    pub writing: &'a Writing,
    /// A plan that was reviewed.
    pub saved: Option<SavedPlan>,
    /// A scan that it starts is followed to its end.
    pub follows: bool,
}

/// Only shows what it would do, or does it as far as it was reviewed.
pub(super) async fn rehearse_or_carry_out(
    review: &Review,
    job: Job<'_>,
    console: &Console,
) -> Result<Exit, Failure> {
    if review.dry_run {
        let shown = Preview::of(review, job.writing, job.inputs, job.connection);
        return Box::pin(preview(shown, console)).await;
    }
    let saved =
        review.plan.as_deref().map(|file| SavedPlan::read(file, &job.inputs)).transpose()?;
    Box::pin(carry_out(Job { saved, ..job }, console)).await
}

/// Plans, asks where no plan was `saved` and reviewed, and makes the changes.
pub(super) async fn carry_out(job: Job<'_>, console: &Console) -> Result<Exit, Failure> {
    let Job { mut inputs, connection, writing, saved, follows } = job;
    if !writing.auto_approve && saved.is_none() && !Console::can_ask() {
        let message = "there is no terminal to ask whether to apply".to_owned();
        let hint = "say it with --auto-approve, or name a reviewed plan with --plan";
        return Err(Failure::new(Exit::BadInput, message).hint(hint));
    }
    inputs.reads_keys = inputs.desired.purpose == Purpose::Converge;
    let events = EventLog::open(&writing.events, console)?;
    let session = Session::connect(connection, &mut inputs, console).await?;
    let run = Run { writing, session: &session, saved, follows, events, console };
    let exit = Box::pin(with_session(&run, inputs)).await;
    session.close().await;
    exit
}

/// What one run is about.
struct Run<'a> {
    writing: &'a Writing,
    session: &'a Session,
    saved: Option<SavedPlan>,
    follows: bool,
    events: EventLog<'a>,
    console: &'a Console,
}

async fn with_session(run: &Run<'_>, inputs: Inputs) -> Result<Exit, Failure> {
    let Run { writing, session, saved, follows: _, events, console } = run;
    let planned = look(session, &inputs, events, console).await?;
    run.show(&planned.text(console.verbose))?;
    let Planned { plan, observed, document, .. } = planned;
    if plan.blockers().next().is_some() {
        let message = "nothing was written: the plan is blocked".to_owned();
        return Err(Failure::new(Exit::Blocked, message).hint("see the lines that begin with x"));
    }
    if let Some(saved) = saved {
        saved.check(&document, &inputs, console)?;
    }
    let blocked = plan.blocked_lines().count();
    if plan.is_empty() {
        if writing.format == Format::Json {
            console.result(&render::json::document(&OutcomeDocument::nothing(blocked)))?;
        }
        return Ok(if blocked > 0 { Exit::Partly } else { whole(&plan) });
    }
    let asks = approval::is_asked(writing, saved.is_some(), &plan)?;
    approval::refuse_unpermitted(session, &inputs.desired, &plan, &observed, console).await?;
    if asks && !approval::confirmed(&plan, &inputs.desired, writing, console) {
        return Err(Failure::new(Exit::Failed, "declined: nothing was written".to_owned()));
    }
    write(run, inputs, &plan, &observed).await
}

async fn write(
    run: &Run<'_>,
    mut inputs: Inputs,
    plan: &Plan,
    observed: &Observed,
) -> Result<Exit, Failure> {
    let Run { writing, session, follows, console, .. } = run;
    let products = Products::found(&inputs.desired, observed, plan, inputs.held.take());
    let interrupted = interrupt::listen(console);
    let outcome = apply(run, &inputs, plan, &products, &interrupted).await;
    for reason in render::outcome::reasons(&outcome, plan) {
        console.failure(&Failure::new(Exit::Partly, reason.message).hint(reason.hint));
    }
    if outcome.is_complete() {
        inputs.now_holds(products.pair());
    }
    let looked = if outcome.is_complete() && !writing.no_wait {
        converge(run, &inputs, interrupted.clone()).await
    } else {
        Looked::Done
    };
    let scan = Started::by(plan, &outcome, &products, &inputs, observed);
    let scanned = match scan.filter(|_| *follows) {
        Some(scan) => scan.follow(session, &inputs, &interrupted, console).await?,
        None => Scanned::NotAwaited,
    };
    if let Some(form) = hand_over(session, &inputs, observed, &products, &outcome) {
        run.show(&form)?;
    }
    let blocked = plan.blocked_lines().count();
    run.tell(&outcome, plan, blocked)?;
    Ok(match (ended(plan, &outcome, blocked, &looked), scanned) {
        (Exit::Done, Scanned::Badly) => Exit::Failed,
        (Exit::Done, Scanned::Interrupted) => Exit::Interrupted,
        (exit, _) => exit,
    })
}

impl Run<'_> {
    /// A part of the result, unless a program reads that.
    fn show(&self, text: &str) -> Result<(), Failure> {
        match self.writing.format {
            Format::Text => self.console.result(text)?,
            Format::Json if self.console.quiet => {}
            Format::Json => self.console.say(text),
        }
        Ok(())
    }

    fn tell(&self, outcome: &Outcome, plan: &Plan, blocked: usize) -> Result<(), Failure> {
        self.console.result(&match self.writing.format {
            Format::Text => render::outcome::summary(outcome, blocked),
            Format::Json => render::json::document(&OutcomeDocument::new(outcome, plan, blocked)),
        })
    }
}

/// How the look at the finished work ended.
enum Looked {
    Done,
    Interrupted,
    /// It could not be read; the work itself is done.
    Failed,
}

fn ended(plan: &Plan, outcome: &Outcome, blocked: usize, looked: &Looked) -> Exit {
    match looked {
        Looked::Interrupted => Exit::Interrupted,
        _ if outcome.was_interrupted() => Exit::Interrupted,
        _ if outcome.was_not_permitted() => Exit::NotPermitted,
        _ if !outcome.is_complete() || blocked > 0 => Exit::Partly,
        Looked::Failed => Exit::Failed,
        Looked::Done => whole(plan),
    }
}

/// Success, but for what could not be read.
fn whole(plan: &Plan) -> Exit {
    if plan.is_whole() { Exit::Done } else { Exit::Failed }
}

async fn apply(
    run: &Run<'_>,
    inputs: &Inputs,
    plan: &Plan,
    products: &Products,
    interrupted: &watch::Receiver<bool>,
) -> Outcome {
    let Run { writing, session, saved: _, follows: _, events, console } = run;
    let progress = Progress::applying(console, plan);
    let writer = Writer::new(session.reader.clone());
    let clients = Clients { writer, mondoo: session.mondoo.clone() };
    let options = Options {
        parallelism: writing.parallelism,
        directory: inputs.directory.clone(),
        now: OffsetDateTime::now_utc(),
        interrupted: interrupted.clone(),
    };
    let report = |event| {
        progress.report(&event);
        events.report(&event, Some(plan));
    };
    applier::apply(&clients, plan, products, options, &report).await
}

/// Reads and plans again until nothing is left to do: only then has Azure heard of everything.
async fn converge(run: &Run<'_>, inputs: &Inputs, interrupted: watch::Receiver<bool>) -> Looked {
    let Run { session, events, console, .. } = run;
    let progress = Progress::reading(console);
    let began = Instant::now();
    let mut delay = Duration::from_secs(1);
    let mut attempt = 1;
    loop {
        progress.report(&Event::Verifying { attempt });
        events.report(&Event::Verifying { attempt }, None);
        let left = match session.observe(inputs, &|_| {}).await {
            Ok(seen) => planner::plan(&inputs.desired, &seen.observed).changes().len(),
            Err(failure) => {
                drop(progress);
                console.failure(&failure);
                console.say("All changes were applied, but they could not be read again.");
                return Looked::Failed;
            }
        };
        if left == 0 || began.elapsed() + delay > CONVERGENCE {
            drop(progress);
            tell(left, console);
            return Looked::Done;
        }
        tokio::select! {
            () = tokio::time::sleep(delay) => delay = (delay * 2).min(Duration::from_secs(15)),
            () = interrupt::interrupted(interrupted.clone()) => return Looked::Interrupted,
        }
        attempt += 1;
    }
}

fn tell(left: usize, console: &Console) {
    if left > 0 {
        console.say(&format!(
            "{YELLOW}note{YELLOW:#}: Azure does not show {left} of the changes yet; a plan in some \
             minutes tells whether it does"
        ));
    } else if !console.quiet {
        console.say("Read again: nothing is left to do.");
    }
}
