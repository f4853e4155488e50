//! Plan -> [`Outcome`]: the only crate that writes.
//!
//! Guarantees: each change is idempotent, so a run that was killed is finished by running it again;
//! a failed change skips only what needs it; two changes of one object never run at once.

mod collections;
mod context;
mod error;
mod outcome;
mod products;
mod prove;
mod settle;
mod steps;

use std::collections::VecDeque;
use std::path::PathBuf;

use azure::Writer;
use futures::StreamExt;
use futures::stream::FuturesUnordered;
use mondoo::Mondoo;
use planner::steps::b_graph_permissions::Action as GraphPermission;
use planner::{Action, ChangeId, Event, Events, Plan, Schedule};
use time::OffsetDateTime;
use tokio::sync::watch;

pub use error::ApplyError;
pub use outcome::{Outcome, Status};
pub use products::Products;

use context::Context;
use steps::{
    a_application, b_graph_permissions, c_role_assignments, d_custom_role, e_key_vault_access,
    f_certificate, g_integration,
};

/// Who is asked to change something.
#[derive(Debug)]
pub struct Clients {
    pub writer: Writer,
    /// None, where nobody has access to Mondoo's API.
    pub mondoo: Option<Mondoo>,
}

#[derive(Debug)]
pub struct Options {
    /// Changes under way at once.
    pub parallelism: usize,
    /// Where relative paths of the spec begin.
    pub directory: PathBuf,
    pub now: OffsetDateTime,
    /// Once true, no further change is started and none is waited for.
    pub interrupted: watch::Receiver<bool>,
}

type Results = Vec<(ChangeId, Result<(), ApplyError>)>;

/// Applies `plan`. `products` holds what exists already; what is made is added to it.
pub async fn apply(
    clients: &Clients,
    plan: &Plan,
    products: &Products,
    options: Options,
    events: Events<'_>,
) -> Outcome {
    let Options { parallelism, directory, now, interrupted } = options;
    let context = Context::new(clients, products, directory, now, interrupted, events);
    let mut outcome = Outcome::new(plan);
    let mut schedule = Schedule::new(plan);
    let mut queue = VecDeque::new();
    let mut running = FuturesUnordered::new();
    loop {
        queue.extend(std::iter::from_fn(|| schedule.start()));
        while running.len() < parallelism && !context.is_interrupted() {
            let batch = next_batch(plan, &mut queue);
            if batch.is_empty() {
                break;
            }
            running.push(execute(&context, plan, batch));
        }
        let Some(results) = running.next().await else { return outcome };
        for (change, result) in results {
            match result {
                Ok(()) => {
                    schedule.applied(change);
                    outcome.applied(change);
                    events(Event::Applied { change });
                }
                Err(error @ ApplyError::NotProven { .. }) => {
                    let reason = error.to_string();
                    events(Event::Postponed { change, reason });
                    outcome.postponed(change, error);
                    for skip in schedule.failed(change) {
                        outcome.skipped(skip);
                        events(Event::Skipped { change: skip.change, because: skip.because });
                    }
                }
                Err(error) => {
                    events(Event::Failed { change, error: error.to_string() });
                    outcome.failed(change, error);
                    for skip in schedule.failed(change) {
                        outcome.skipped(skip);
                        events(Event::Skipped { change: skip.change, because: skip.because });
                    }
                }
            }
        }
    }
}

/// The next change from the front of the queue, or all consents that stand there together.
fn next_batch(plan: &Plan, queue: &mut VecDeque<ChangeId>) -> Vec<ChangeId> {
    let is_consent = |id: &ChangeId| {
        matches!(plan.change(*id).action, Action::GraphPermission(GraphPermission::Consent(_)))
    };
    let mut batch: Vec<_> = queue.pop_front().into_iter().collect();
    if batch.iter().all(is_consent) {
        while queue.front().is_some_and(is_consent) {
            batch.extend(queue.pop_front());
        }
    }
    batch
}

async fn execute(context: &Context<'_>, plan: &Plan, batch: Vec<ChangeId>) -> Results {
    let mut consents = Vec::new();
    for &change in &batch {
        context.report(Event::Started { change });
        let result = match &plan.change(change).action {
            Action::GraphPermission(GraphPermission::Consent(consent)) => {
                consents.push((change, consent));
                continue;
            }
            Action::GraphPermission(GraphPermission::Revoke {
                graph,
                permission: _,
                role: _,
                assignment,
            }) => b_graph_permissions::revoke(context, *graph, assignment).await,
            Action::Application(action) => a_application::execute(context, change, action).await,
            Action::RoleAssignment(action) => {
                c_role_assignments::execute(context, change, action).await
            }
            Action::CustomRole(action) => d_custom_role::execute(context, change, action).await,
            Action::KeyVaultAccess(action) => {
                e_key_vault_access::execute(context, change, action).await
            }
            Action::Certificate(action) => f_certificate::execute(context, change, action).await,
            Action::Integration(action) => g_integration::execute(context, change, action).await,
        };
        return vec![(change, result)];
    }
    b_graph_permissions::execute(context, &consents).await
}
