//! Live state -> [`Observed`]. Reads, and holds nothing that could write.

mod adoption;
mod ask;
mod assignments;
mod directory;
mod duration;
mod entra;
mod error;
mod problems;
mod resources;
mod rights;
pub mod steps;
pub mod verify;
mod witnesses;

use azure::{Operator, Reader};
use mondoo::Mondoo;
use planner::{Desired, Event, Events, Observed, Tenant};
use spec::{PrincipalId, TenantRef};
use time::OffsetDateTime;

pub use adoption::{Candidate, NotAdoptable, ask_which};
pub use error::{ObserveError, ScopeProblem};
pub use rights::{Look, observe_rights};
pub use witnesses::{DAYS, Testimony, ask_who};

use assignments::Assignments;
use entra::Entra;
use resources::Resources;
use steps::{
    a_application, b_graph_permissions, c_role_assignments, d_custom_role, e_key_vault_access,
    f_certificate, g_integration,
};

/// What was read, and who read it.
pub struct Observation {
    pub observed: Observed,
    pub operator: Operator,
}

/// Reads everything that `desired` speaks of, each service at once; the integration only by `mondoo`.
///
/// # Errors
/// A scope that the spec names must be readable; what lies below a management group need not be,
/// and is then part of the observation as unreadable.
pub async fn observe(
    reader: &Reader,
    mondoo: Option<&Mondoo>,
    desired: &Desired,
    now: OffsetDateTime,
    events: Events<'_>,
) -> Result<Observation, ObserveError> {
    events(Event::Reading { what: "Entra ID, subscriptions, roles and key vaults" });
    let tenant = tenant(reader, &desired.tenant)?;
    let (entra, resources, integration) = futures::join!(
        read_entra(reader, desired),
        Resources::read(reader, desired, tenant),
        read_mondoo(mondoo, desired)
    );
    let (entra, mut resources, integration) = (entra?, resources?, integration?);
    let principal = match (&entra, desired.application.given) {
        (_, Some(given)) => Some(given),
        (Some(entra), None) => entra.principal_id(),
        (None, None) => None,
    };
    if let Some(entra) = &entra {
        resources.directory.tenant.name = Some(entra.identity.organization.display_name.clone());
    }
    let assignments = match principal {
        Some(principal) if desired.only.touch_azure() => {
            Assignments::read(reader, desired, &resources, principal).await?
        }
        Some(principal) => Assignments::where_visible(reader, &resources, principal).await,
        None => Assignments::default(),
    };
    let orphans = assignments::orphans(reader, desired, &resources, principal).await;
    let operator =
        entra.as_ref().map_or_else(|| reader.operator().clone(), |e| e.identity.operator.clone());
    let mut observed = assemble(desired, now, entra.as_ref(), resources, assignments, principal);
    observed.role_assignments.assignments.extend(orphans.iter().map(c_role_assignments::orphan));
    let used = assignments::used_by_others(reader, desired, &observed, principal).await;
    observed.custom_role.used_by_others = used;
    observed.integration = integration;
    Ok(Observation { observed, operator })
}

/// Nothing, where the service principal is given by somebody else: this operator may have no right
/// in Microsoft Graph at all.
async fn read_entra(reader: &Reader, desired: &Desired) -> Result<Option<Entra>, ObserveError> {
    match desired.application.given {
        Some(_) => Ok(None),
        None => Entra::read(reader, desired).await.map(Some),
    }
}

async fn read_mondoo(
    mondoo: Option<&Mondoo>,
    desired: &Desired,
) -> Result<Option<planner::steps::g_integration::Observed>, ObserveError> {
    match (mondoo, &desired.integration) {
        (Some(mondoo), Some(wanted)) if desired.only.touch_sign_in() => {
            g_integration::observe(mondoo, wanted).await.map(Some)
        }
        (_, _) => Ok(None),
    }
}

/// The tenant that was signed in to. A domain is compared when the directory is read.
fn tenant(reader: &Reader, wanted: &TenantRef) -> Result<Tenant, ObserveError> {
    let id = reader.tenant().ok_or_else(|| azure::Error::Senseless {
        request: "sign-in".to_owned(),
        reason: "its token names no tenant".to_owned(),
    })?;
    match wanted {
        TenantRef::Id(wanted) if *wanted != id => {
            Err(ObserveError::WrongTenant { wanted: wanted.to_string(), actual: id.to_string() })
        }
        TenantRef::Id(_) | TenantRef::Domain(_) => Ok(Tenant { id, name: None }),
    }
}

fn assemble(
    desired: &Desired,
    now: OffsetDateTime,
    entra: Option<&Entra>,
    resources: Resources,
    mut assignments: Assignments,
    principal: Option<PrincipalId>,
) -> Observed {
    let Resources { directory, scopes: _, mut custom_roles, named_roles, vaults } = resources;
    custom_roles.append(&mut assignments.definitions);
    let (application, graph_permissions, certificate) = match (entra, principal) {
        (Some(entra), _) => (
            a_application::observe(entra, desired),
            b_graph_permissions::observe(
                &entra.identity.graph,
                entra.lasting_application(),
                &entra.principal,
            ),
            f_certificate::observe(
                entra.lasting_application(),
                &entra.principal.federated,
                &entra.certificates,
            ),
        ),
        (None, principal) => (
            principal.map(a_application::given).unwrap_or_default(),
            b_graph_permissions::nothing(),
            f_certificate::observe(None, &[], &[]),
        ),
    };
    Observed {
        now,
        directory,
        application,
        graph_permissions,
        role_assignments: c_role_assignments::observe(&assignments, named_roles, principal),
        custom_role: d_custom_role::observe(custom_roles),
        key_vault_access: e_key_vault_access::observe(vaults, principal),
        certificate,
        integration: None,
    }
}
