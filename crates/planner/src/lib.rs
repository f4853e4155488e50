//! What is wanted, what is there, and the plan that leads from one to the other.
//!
//! Pure and total: no I/O, clock, environment or randomness, and no error. A problem that somebody
//! should know of is a [`Finding`] in the plan.

mod action;
mod desired;
mod directory;
mod event;
mod extras;
mod finding;
mod identity;
mod observed;
mod plan;
mod privileged;
mod schedule;
pub mod steps;
pub mod verify;

pub use action::{Action, Field, Object, Product, Step, Value, Verb};
pub use desired::{Desired, Names};
pub use directory::{Directory, Group, Standing, Subscription, Tenant, Unresolved};
pub use event::{Event, Events};
pub use finding::{Finding, FindingCode, Severity, Subject};
pub(crate) use identity::is_of_an_installation;
pub use identity::{
    Marker, custom_role_id, is_marked, key_id, marked_description, role_assignment_id,
};
pub use observed::{Observed, Reason, Seen};
pub use plan::{Change, ChangeId, Plan};
pub use privileged::only_reads;
pub use schedule::{Schedule, Skip};

use spec::Cloud;

use steps::{
    a_application, b_graph_permissions, c_role_assignments, d_custom_role, e_key_vault_access,
    f_certificate,
};

/// The changes that turn `observed` into `desired`, in the order of the manual's steps.
///
/// Deterministic: equal arguments give equal plans.
pub fn plan(desired: &Desired, observed: &Observed) -> Plan {
    let mut plan = Plan::default();
    if desired.cloud != Cloud::Public {
        plan.find(cloud_not_scanned(desired.cloud));
    }
    observed.directory.check(desired, &mut plan);
    let ours_to_make = desired.application.given.is_none();
    if ours_to_make {
        a_application::plan(desired, observed, &mut plan);
        b_graph_permissions::plan(desired, observed, &mut plan);
    } else {
        plan.find(principal_given());
    }
    c_role_assignments::plan(desired, observed, &mut plan);
    d_custom_role::plan(desired, observed, &mut plan);
    e_key_vault_access::plan(desired, observed, &mut plan);
    if ours_to_make {
        f_certificate::plan(desired, observed, &mut plan);
    }
    plan
}

fn cloud_not_scanned(cloud: Cloud) -> Finding {
    let message = format!(
        "Mondoo scans the public cloud only: what is set up in `cloud: {cloud}` cannot be used by it \
         yet"
    );
    Finding::warning(FindingCode::CloudNotScanned, message)
}

fn principal_given() -> Finding {
    let message = "application.principalId is given: steps A, B and F are somebody else's, and are \
                   not looked at";
    Finding::note(FindingCode::PrincipalGiven, message.to_owned())
}
