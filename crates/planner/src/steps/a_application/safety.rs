//! Who else has a hand in the application, and when that forbids to grant it anything.

use std::collections::BTreeSet;

use spec::ObjectId;

use super::{Application, LookAlike, Observed, Standing, wanted_owner};
use crate::{Desired, Finding, FindingCode, Object, Observed as All, Plan, is_marked};

pub(crate) fn check(desired: &Desired, observed: &All, plan: &mut Plan) {
    if let Some(application) = &observed.application.application {
        check_enabled(application, observed, plan);
        match application.standing {
            Standing::Live | Standing::Disabled => {
                check_hands(application, desired, observed, plan);
            }
            Standing::Deleted => check_deleted(application, desired, observed, plan),
        }
    }
    for LookAlike { app_id, display_name } in &observed.application.look_alikes {
        let message = format!(
            "another application is called {display_name} (client id {app_id}) and is not ours: it \
             is left alone; look whether it still is of use"
        );
        plan.find(Finding::warning(FindingCode::LookAlike, message));
    }
}

fn check_enabled(application: &Application, observed: &All, plan: &mut Plan) {
    let principal = observed.application.principal.as_ref().map(|principal| principal.standing);
    let what = match (application.standing, principal) {
        (Standing::Disabled, _) => "application",
        (_, Some(Standing::Disabled)) => "service principal of",
        (Standing::Live | Standing::Deleted, None | Some(Standing::Live | Standing::Deleted)) => {
            return;
        }
    };
    let mend = match application.standing {
        Standing::Live | Standing::Disabled => "enable it",
        Standing::Deleted => "restore and enable it",
    };
    let message = format!(
        "{what} {} is disabled, which somebody decided: ask who did, and {mend} in Entra ID",
        application.display_name
    );
    plan.find(Finding::blocks(FindingCode::Disabled, message));
}

/// Ours is restored, and so is what it trusts; another one that holds our name is its owner's.
fn check_deleted(application: &Application, desired: &Desired, observed: &All, plan: &mut Plan) {
    let name = &application.display_name;
    if !application.tags.contains(&desired.marker.to_string()) {
        let message = format!(
            "a deleted application {name} ({}) that is not ours still holds the name {}: restore \
             or purge it (Entra ID, App registrations, Deleted applications), or name the \
             installation otherwise",
            application.app_id, desired.installation
        );
        plan.find(Finding::blocks(FindingCode::NameHeld, message));
        return;
    }
    if desired.application.purge_deleted {
        return;
    }
    if is_established(desired, observed) {
        for credential in credentials(desired, observed) {
            let message = format!(
                "{credential} of application {name} is not ours and works again once it is \
                 restored: remove it then, or make a new application with --purge-deleted"
            );
            plan.find(Finding::warning(FindingCode::ForeignHand, message));
        }
    } else {
        let message = format!(
            "a deleted application {name} ({}) has our tag, which anybody can write, and never held \
             a role of ours, so it is not restored: --purge-deleted makes a new one",
            application.app_id
        );
        plan.find(Finding::blocks(FindingCode::ApplicationInOtherHands, message));
    }
}

/// Whoever takes our name can write our tag, but not assign roles with our mark: that takes a right
/// in Azure.
fn is_established(desired: &Desired, observed: &All) -> bool {
    let mut assignments = observed.role_assignments.assignments.iter();
    assignments.any(|existing| is_marked(&existing.description, &desired.marker))
}

/// Before we gave it roles, other hands forbid all: somebody may have taken our name to be given our
/// rights. Later they are spoken of.
fn check_hands(application: &Application, desired: &Desired, observed: &All, plan: &mut Plan) {
    let established = is_established(desired, observed);
    let owners = foreign_owners(desired, &observed.application).into_iter();
    let owners = owners.map(|(id, name)| (Object::Owner(id), name));
    let with_object = |credential: String| (holder(&credential), credential);
    let hands: Vec<_> = if established {
        owners.chain(credentials(desired, observed).map(with_object)).collect()
    } else {
        let certificates = observed.certificate.unknown(&desired.certificate.source);
        let others = others(desired, observed);
        owners.chain(certificates.chain(others).map(with_object)).collect()
    };
    if !established && !hands.is_empty() {
        let message = format!(
            "application {} ({}) holds no role of ours that this sign-in sees, and others have a hand \
             in it ({}): \
             remove them, or add the owners that you know to application.owners; if it is not \
             yours, name the installation otherwise",
            application.display_name,
            application.app_id,
            hands.into_iter().map(|(_, hand)| hand).collect::<Vec<_>>().join(", ")
        );
        plan.find(Finding::blocks(FindingCode::ApplicationInOtherHands, message));
        return;
    }
    for (object, hand) in hands {
        let message = format!(
            "{hand} of application {} is not ours, and reaches all that is granted here: remove it, \
             or add an owner that you know to application.owners",
            application.display_name
        );
        plan.find(Finding::warning(FindingCode::ForeignHand, message).of(object));
    }
}

/// Owners but for the operator and those that the spec names.
pub(crate) fn foreign_owners(desired: &Desired, observed: &Observed) -> Vec<(ObjectId, String)> {
    let wanted = desired.application.owners.iter();
    let wanted = wanted.filter_map(|owner| wanted_owner(owner, &observed.users));
    let known: BTreeSet<ObjectId> = wanted.chain(observed.operator).collect();
    let foreign = observed.owners.iter().filter(|(id, _)| !known.contains(id));
    foreign.map(|(id, name)| (*id, format!("owner {name}"))).collect()
}

/// Whose credential it is, by what it is called.
fn holder(credential: &str) -> Object {
    if credential.starts_with("service principal's") {
        Object::Principal
    } else {
        Object::Application
    }
}

/// Credentials that are not ours.
pub(crate) fn credentials(desired: &Desired, observed: &All) -> impl Iterator<Item = String> {
    let certificates = observed.certificate.foreign(&desired.certificate.marker);
    certificates.chain(others(desired, observed))
}

/// What else than a certificate of the application could sign in as it.
pub(crate) fn others(desired: &Desired, observed: &All) -> impl Iterator<Item = String> {
    let space = observed.integration.as_ref();
    let ours = space.and_then(|space| space.federation(desired, observed));
    let federated = observed.certificate.foreign_federated(ours);
    observed.application.credentials.iter().cloned().chain(federated)
}
