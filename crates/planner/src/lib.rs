//! What is wanted, what is there, and the plan that leads from one to the other.
//!
//! Pure and total: no I/O, clock, environment or randomness, and no error. A problem that somebody
//! should know of is a [`Finding`] in the plan.

mod action;
mod actions;
mod desired;
mod destroy;
mod directory;
mod document;
pub mod drift;
mod event;
mod extras;
mod finding;
mod identity;
mod observed;
mod plan;
mod privileged;
pub mod proposal;
pub mod rights;
mod schedule;
pub mod status;
mod step;
pub mod steps;
pub mod verify;

pub use action::{Action, Field, Object, Product, Value, Verb};
pub use desired::{Desired, Names, Purpose};
pub use directory::{Directory, Group, Standing, Subscription, Tenant, Unresolved};
pub use document::{
    FORMAT_VERSION, HeldRight, PlanDocument, PlannedChange, PlannedField, PlannedFinding, Service,
    Stale, Unusable, Vaults,
};
pub use event::{Event, Events};
pub use finding::{Finding, FindingCode, Severity, Subject};
pub(crate) use identity::is_of_an_installation;
pub use identity::{
    Marker, custom_role_id, is_marked, key_id, marked_description, role_assignment_id,
};
pub use observed::{Observed, Reason, Seen};
pub use plan::{Change, ChangeId, Plan, Sweep};
pub use privileged::only_reads;
pub use schedule::{Schedule, Skip};
pub use step::{Step, Steps, UnknownStep};

use spec::Cloud;

use steps::{
    a_application, b_graph_permissions, c_role_assignments, d_custom_role, e_key_vault_access,
    f_certificate, g_integration,
};

/// What this run is for, as changes: those that turn `observed` into `desired`, or those that leave
/// nothing of ours.
///
/// Deterministic: equal arguments give equal plans.
pub fn plan(desired: &Desired, observed: &Observed) -> Plan {
    match desired.purpose {
        Purpose::Converge => converge(desired, observed),
        Purpose::Destroy { purge } => destroy::plan(desired, observed, purge),
    }
}

/// In the order of the manual's steps. Of the steps that the run is not about, only what the others
/// wait for is spoken of.
fn converge(desired: &Desired, observed: &Observed) -> Plan {
    let mut plan = Plan::default();
    if desired.cloud != Cloud::Public {
        plan.find(cloud_not_scanned(desired));
    }
    if desired.only.touch_azure() {
        observed.directory.check(desired, &mut plan);
    }
    let ours_to_make = desired.application.given.is_none();
    if ours_to_make {
        // In other hands it is given nothing, whichever step is asked for.
        a_application::check(desired, observed, &mut plan);
        plan.begin(Step::A);
        a_application::plan(desired, observed, &mut plan);
        plan.begin(Step::B);
        b_graph_permissions::plan(desired, observed, &mut plan);
    } else {
        plan.find(principal_given());
    }
    plan.begin(Step::C);
    c_role_assignments::plan(desired, observed, &mut plan);
    plan.begin(Step::D);
    d_custom_role::plan(desired, observed, &mut plan);
    plan.begin(Step::E);
    e_key_vault_access::plan(desired, observed, &mut plan);
    if ours_to_make {
        plan_sign_in(desired, observed, &mut plan);
        plan.begin(Step::G);
        g_integration::plan_policies(desired, observed, &mut plan);
        g_integration::plan_scan(desired, observed, &mut plan);
    }
    plan.only(&desired.only)
}

/// The integration is given a certificate that the application trusts; keyless, the application
/// trusts the tokens of an integration that is there.
fn plan_sign_in(desired: &Desired, observed: &Observed, plan: &mut Plan) {
    if desired.certificate.source == f_certificate::Source::Federated {
        plan.begin(Step::G);
        g_integration::plan_integration(desired, observed, plan);
        plan.begin(Step::F);
        f_certificate::plan(desired, observed, plan);
    } else {
        plan.begin(Step::F);
        f_certificate::plan(desired, observed, plan);
        plan.begin(Step::G);
        g_integration::plan_integration(desired, observed, plan);
    }
}

fn cloud_not_scanned(desired: &Desired) -> Finding {
    let cloud = desired.cloud;
    let message = format!(
        "Mondoo scans the public cloud only: what is set up in `cloud: {cloud}` cannot be used by it \
         yet"
    );
    match desired.integration {
        Some(_) => {
            let message = format!("{message}; leave `integration` out");
            Finding::blocks(FindingCode::CloudNotScanned, message)
        }
        None => Finding::warning(FindingCode::CloudNotScanned, message),
    }
}

fn principal_given() -> Finding {
    let message = "application.principalId is given: steps A, B and F are somebody else's, and are \
                   not looked at";
    Finding::note(FindingCode::PrincipalGiven, message.to_owned())
}
