//! `plan`: what apply would change.

use planner::{Observed, Plan, PlanDocument, Purpose};
use time::OffsetDateTime;

use super::approval;
use crate::arguments::{self, Connection, EventFile, PlanFormat, Review, Saving, Writing};
use crate::console::Console;
use crate::event_log::EventLog;
use crate::exit::{Exit, Failure};
use crate::inputs::Inputs;
use crate::progress::Progress;
use crate::render;
use crate::render::view::View;
use crate::saved_plan;
use crate::session::Session;

pub(crate) async fn run(arguments: &arguments::Plan, console: &Console) -> Result<Exit, Failure> {
    let arguments::Plan { target, detailed_exitcode, format, saving, events } = arguments;
    let (inputs, connection) = (Inputs::of_target(target)?, &target.connection);
    let (format, is_told_by_exit) = (*format, *detailed_exitcode);
    let preview = Preview { inputs, connection, format, saving, events, is_told_by_exit };
    Box::pin(self::preview(preview, console)).await
}

/// A plan that is shown, and saved if that is asked for.
pub(super) struct Preview<'a> {
    inputs: Inputs,
    connection: &'a Connection,
    format: PlanFormat,
    saving: &'a Saving,
    events: &'a EventFile,
    /// Whether there are changes.
    is_told_by_exit: bool,
}

impl<'a> Preview<'a> {
    /// Of a command that would write otherwise.
    pub(super) fn of(
        review: &'a Review,
        writing: &'a Writing,
        inputs: Inputs,
        connection: &'a Connection,
    ) -> Preview<'a> {
        let Review { dry_run: _, plan_format, saving, plan: _ } = review;
        let (format, events) = (*plan_format, &writing.events);
        Preview { inputs, connection, format, saving, events, is_told_by_exit: false }
    }
}

pub(super) async fn preview(preview: Preview<'_>, console: &Console) -> Result<Exit, Failure> {
    let Preview { mut inputs, connection, format, saving, events, is_told_by_exit } = preview;
    saving.out.as_deref().map(saved_plan::check_place).transpose()?;
    let events = EventLog::open(events, console)?;
    let session = Session::connect(connection, &mut inputs, console).await?;
    let planned = look(&session, &inputs, &events, console).await;
    if let (Ok(planned), Purpose::Destroy { purge: _ }) = (&planned, inputs.desired.purpose) {
        let Planned { plan, observed, .. } = planned;
        approval::judge(&session, &inputs.desired, plan, observed, console).await;
    }
    session.close().await;
    let mut planned = planned?;
    if let Some(expiry) = saving.expires {
        let end = expiry.instant(OffsetDateTime::now_utc());
        planned.document = planned.document.expiring(end);
    }
    if let Some(file) = &saving.out {
        saved_plan::write(file, &planned.document)?;
    }
    match format {
        PlanFormat::Text => console.result(&planned.text(console.verbose))?,
        format => print(&planned.document, format, console)?,
    }
    let plan = &planned.plan;
    Ok(if plan.blockers().chain(plan.blocked_lines()).next().is_some() {
        Exit::Blocked
    } else if !plan.is_whole() {
        Exit::Failed
    } else if is_told_by_exit && !plan.is_empty() {
        Exit::Pending
    } else {
        Exit::Done
    })
}

/// A plan, and what it was made from.
pub(crate) struct Planned {
    pub plan: Plan,
    pub observed: Observed,
    pub document: PlanDocument,
    header: String,
}

impl Planned {
    pub(crate) fn text(&self, verbose: bool) -> String {
        self.header.clone() + &render::plan::text(View::plan(&self.document), verbose)
    }
}

/// Observes and plans.
pub(crate) async fn look(
    session: &Session,
    inputs: &Inputs,
    events: &EventLog<'_>,
    console: &Console,
) -> Result<Planned, Failure> {
    let progress = Progress::reading(console);
    let report = |event| {
        progress.report(&event);
        events.report(&event, None);
    };
    let observation = session.observe(inputs, &report).await?;
    drop(progress);
    let observed = observation.observed;
    let plan = planner::plan(&inputs.desired, &observed);
    events.planned(&plan);
    let adopted = render::adoption::head(&inputs.desired, &observed).unwrap_or_default();
    let header =
        render::plan::header(&observed, &observation.operator, session.effort()) + &adopted;
    let document = PlanDocument::new(&plan, &inputs.desired, &observed, inputs.digest.clone());
    Ok(Planned { plan, observed, document, header })
}

/// A plan that is nothing but a document.
pub(crate) fn print(
    document: &PlanDocument,
    format: PlanFormat,
    console: &Console,
) -> Result<(), Failure> {
    let view = View::plan(document);
    match format {
        PlanFormat::Text => {
            let header = render::plan::saved_header(view);
            console.result(&(header + &render::plan::text(view, console.verbose)))
        }
        PlanFormat::Json => Console::document(&render::json::document(document)),
        PlanFormat::Markdown => Console::document(&render::markdown::text(view)),
        PlanFormat::Html => Console::document(&render::html::text(view)),
    }
}
