//! Live state -> [`Observed`]. Reads, and holds nothing that could write.

mod answers;
mod directory;
mod error;
pub mod steps;

use azure::Reader;
use planner::{Desired, Event, Events, Observed};
use time::OffsetDateTime;

pub use error::{ObserveError, ScopeProblem};

use answers::Answers;
use steps::{
    a_application, b_graph_permissions, c_role_assignments, d_custom_role, e_key_vault_access,
    f_certificate,
};

/// What was read, and who read it.
pub struct Observation {
    pub observed: Observed,
    pub operator: azure::Operator,
}

/// Reads everything that `desired` speaks of, each service at once.
///
/// # Errors
/// A scope that the spec names must be readable; what lies below a management group need not be,
/// and is then part of the observation as unreadable.
pub async fn observe(
    reader: &Reader,
    desired: &Desired,
    now: OffsetDateTime,
    events: Events<'_>,
) -> Result<Observation, ObserveError> {
    events(Event::Reading { what: "Entra ID, subscriptions, roles and key vaults" });
    let answers = Answers::read(reader, desired).await?;
    let application = answers.identity.application.as_ref();
    let principal = &answers.principal;
    let observed = Observed {
        now,
        application: a_application::observe(
            application,
            principal.principal.as_ref(),
            &principal.owners,
            &answers.identity.operator,
        ),
        graph_permissions: b_graph_permissions::observe(
            &answers.identity.graph,
            application,
            principal,
        ),
        role_assignments: c_role_assignments::observe(
            &desired.scopes,
            &answers.assignments,
            principal.principal.as_ref().map(|principal| principal.id),
        ),
        custom_role: d_custom_role::observe(answers.custom_roles),
        key_vault_access: e_key_vault_access::observe(
            answers.vaults,
            principal.principal.as_ref().map(|principal| principal.id),
        ),
        certificate: f_certificate::observe(application),
        directory: directory::observe(
            &answers.identity.organization,
            answers.subscriptions,
            answers.groups,
        ),
    };
    Ok(Observation { observed, operator: answers.identity.operator })
}
