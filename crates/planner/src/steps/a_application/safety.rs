//! Who else has a hand in the application, and when that forbids to grant it anything.

use std::collections::BTreeSet;

use spec::ObjectId;

use super::{
    ADOPTED_TAG, Application, LookAlike, Observed, SINGLE_TENANT, Standing, is_adopted,
    wanted_owner,
};
use crate::steps::c_role_assignments::Existing;
use crate::{Desired, Finding, FindingCode, Object, Observed as All, Plan, is_marked};

pub(crate) fn check(desired: &Desired, observed: &All, plan: &mut Plan) {
    if let Some(application) = &observed.application.application {
        if desired.application.adopt.is_some() {
            check_adoptable(application, desired, plan);
        }
        check_enabled(application, observed, plan);
        match application.standing {
            Standing::Live | Standing::Disabled => {
                check_hands(application, desired, observed, plan);
            }
            Standing::Deleted => check_deleted(application, desired, observed, plan),
        }
    }
    let has_one = observed.application.application.is_some();
    for LookAlike { app_id, display_name } in &observed.application.look_alikes {
        let mend = if has_one {
            "look whether it still is of use".to_owned()
        } else {
            format!("to have it taken over instead, run mondoo-azure adopt --app-id {app_id}")
        };
        let message = format!(
            "another application is called {display_name} (client id {app_id}) and is not ours: it \
             is left alone; {mend}"
        );
        plan.find(Finding::warning(FindingCode::LookAlike, message));
    }
}

/// What is taken over must be nobody else's, and of this tenant alone.
fn check_adoptable(application: &Application, desired: &Desired, plan: &mut Plan) {
    let Application { unique_name, tags, sign_in_audience, display_name, app_id, .. } = application;
    let ours = desired.marker.to_string();
    let other = tags.iter().find(|tag| tag.starts_with("mondoo-azure:") && **tag != ours);
    let wanted = desired.installation.as_str();
    let why = match (unique_name.as_deref(), other) {
        (_, Some(other)) => format!("carries the mark {other} of another installation"),
        (Some(name), None) if name != wanted => format!(
            "is called {name} by its uniqueName, which never changes: set `name: {name}` in the spec"
        ),
        _ if tags.contains(&ours) && !tags.contains(ADOPTED_TAG) => {
            "was made by this installation: there is nothing to adopt, apply works on it".to_owned()
        }
        _ if sign_in_audience != SINGLE_TENANT => format!(
            "is multi-tenant (signInAudience {sign_in_audience}): others may rely on that; set it to \
             this tenant alone in Entra ID first (Authentication, Supported account types)"
        ),
        _ => return,
    };
    let message = format!("application {display_name} ({app_id}) {why}");
    plan.find(Finding::blocks(FindingCode::NotAdoptable, message));
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
            "a deleted application {name} ({}) has our tag, which anybody can write, and holds no \
             role of ours, so it is not restored: --purge-deleted makes a new one",
            application.app_id
        );
        plan.find(Finding::blocks(FindingCode::ApplicationInOtherHands, message));
    }
}

/// Whoever takes our name can write our tag, but not assign roles with our mark: that takes a right
/// in Azure. One that was taken over may hold roles without our mark; one that is being taken over was
/// looked at.
fn is_established(desired: &Desired, observed: &All) -> bool {
    let is_adopted = is_adopted(desired, observed);
    let scopes = observed.directory.scopes(&desired.scopes);
    let paths: Vec<_> = scopes.iter().map(ToString::to_string).collect();
    let roles = &desired.role_assignments.roles;
    let gives = |existing: &Existing| roles.iter().any(|role| existing.gives(role.id, &paths));
    let mut assignments = observed.role_assignments.assignments.iter();
    desired.application.adopt.is_some()
        || assignments.any(|existing| {
            let is_marked = is_marked(&existing.description, &desired.marker);
            existing.orphan_of.is_none() && (is_marked || (is_adopted && gives(existing)))
        })
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

/// Who else has a hand in the application: owners and credentials, as words.
pub fn foreign_hands(desired: &Desired, observed: &All) -> Vec<String> {
    let owners = foreign_owners(desired, &observed.application).into_iter();
    owners.map(|(_, owner)| owner).chain(credentials(desired, observed)).collect()
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
    let certificates = observed.certificate.foreign(&desired.certificate);
    certificates.chain(others(desired, observed))
}

/// What else than a certificate of the application could sign in as it.
pub(crate) fn others(desired: &Desired, observed: &All) -> impl Iterator<Item = String> {
    let space = observed.integration.as_ref();
    let ours = space.and_then(|space| space.federation(desired, observed));
    let federated = observed.certificate.foreign_federated(ours);
    observed.application.credentials.iter().cloned().chain(federated)
}
