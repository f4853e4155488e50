//! Following a scan that Mondoo was told to start, to its end.

use std::time::Duration;

use applier::{Outcome, Products, Status};
use mondoo::{Integration, MessageStatus, Mondoo};
use planner::Plan;
use planner::steps::g_integration::Action as OfIntegration;
use planner::{Action, Observed};
use spec::IntegrationMrn;
use time::OffsetDateTime;
use tokio::sync::watch;
use tokio::time::Instant;

use crate::advice::mondoo_failure;
use crate::console::{BOLD, Console, RED, YELLOW, one_line};
use crate::exit::Failure;
use crate::inputs::Inputs;
use crate::interrupt;
use crate::session::Session;

/// Scans of large tenants take long; whoever waits longer looks at the Console.
const LIMIT: Duration = Duration::from_secs(3600);

/// How it ended.
pub(super) enum Scanned {
    /// Nobody waits for one.
    NotAwaited,
    Well,
    /// With errors, or not within the limit.
    Badly,
    Interrupted,
}

/// A scan that this run has started.
pub(super) struct Started {
    mrn: IntegrationMrn,
    /// When the one before had ended.
    previous: Option<OffsetDateTime>,
}

impl Started {
    pub(super) fn by(
        plan: &Plan,
        outcome: &Outcome,
        products: &Products,
        inputs: &Inputs,
        observed: &Observed,
    ) -> Option<Started> {
        let is_scan =
            |action: &Action| matches!(action, Action::Integration(OfIntegration::Scan { .. }));
        let mut statuses = outcome.statuses();
        statuses.find(|(id, status)| {
            matches!(status, Status::Applied) && is_scan(&plan.change(*id).action)
        })?;
        let space = observed.integration.as_ref()?;
        let before = space.ours(&inputs.desired, observed);
        let previous = before.and_then(|before| before.scan.finished);
        Some(Started { mrn: products.integration_mrn()?, previous })
    }

    pub(super) async fn follow(
        &self,
        session: &Session,
        inputs: &Inputs,
        interrupted: &watch::Receiver<bool>,
        console: &Console,
    ) -> Result<Scanned, Failure> {
        let (Some(mondoo), Some(wanted)) = (&session.mondoo, &inputs.desired.integration) else {
            return Ok(Scanned::NotAwaited);
        };
        let failed = |error: mondoo::Error| mondoo_failure(&error);
        let Some(space) = mondoo.look(&wanted.space).await.map_err(failed)? else {
            return Ok(Scanned::NotAwaited);
        };
        console.say("Waiting for the scan to end.");
        let began = Instant::now();
        let mut delay = Duration::from_secs(1);
        loop {
            let live = self.read(mondoo, &space.schema).await?;
            if let Some(live) = live.filter(|live| self.has_ended(live, began.elapsed())) {
                return Ok(tell(&live, console));
            }
            if began.elapsed() + delay > LIMIT {
                console.say(
                    "The scan has not ended within an hour: look at it in the Mondoo Console.",
                );
                return Ok(Scanned::Badly);
            }
            tokio::select! {
                () = tokio::time::sleep(delay) => delay = (delay * 2).min(Duration::from_secs(30)),
                () = interrupt::interrupted(interrupted.clone()) => return Ok(Scanned::Interrupted),
            }
        }
    }

    /// Mondoo's times are whole seconds, so that two scans may have ended at the same one.
    fn has_ended(&self, live: &Integration, waited: Duration) -> bool {
        let mondoo::Scan { attempted, started, finished } = live.scan;
        let is_over = finished.is_some() && finished >= attempted.max(started);
        is_over && (finished != self.previous || waited > Duration::from_secs(5))
    }

    async fn read(
        &self,
        mondoo: &Mondoo,
        schema: &mondoo::Schema,
    ) -> Result<Option<Integration>, Failure> {
        mondoo.integration(&self.mrn, schema).await.map_err(|error| mondoo_failure(&error))
    }
}

fn tell(live: &Integration, console: &Console) -> Scanned {
    let mut ended = Scanned::Well;
    let of_this_scan = |at: Option<OffsetDateTime>| at.is_none() || at >= live.scan.started;
    for message in live.messages.iter().filter(|message| of_this_scan(message.at)) {
        let style = match message.status {
            MessageStatus::Error => {
                ended = Scanned::Badly;
                RED
            }
            MessageStatus::Warning => YELLOW,
            MessageStatus::Info | MessageStatus::Other(_) => BOLD,
        };
        console.say(&format!("   {style}scan{style:#} {}", one_line(&message.text)));
    }
    if matches!(ended, Scanned::Well) && !console.quiet {
        console.say(&format!("The scan has ended: Mondoo knows {} assets.", live.assets));
    }
    ended
}
