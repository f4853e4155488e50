//! Step A: the app registration and its service principal exist, enabled, in this tenant alone,
//! and in hands that are known.

mod action;
mod safety;

use std::collections::{BTreeMap, BTreeSet};

use spec::{AppId, ApplicationId, ObjectId, OwnerRef, PrincipalId, Spec};
use time::OffsetDateTime;

use crate::{ChangeId, Finding, FindingCode, Observed as All, Plan};

pub use action::{Action, ApplicationUpdate, NewApplication};
pub use safety::foreign_hands;
pub(crate) use safety::{check, credentials, foreign_owners, others};

/// The sign-in audience of an application that only its own tenant may use.
pub const SINGLE_TENANT: &str = "AzureADMyOrg";

/// Without this tag the portal does not list a service principal under Enterprise applications.
pub const LISTED_TAG: &str = "WindowsAzureActiveDirectoryIntegratedApp";

/// Marks an application that was made by hand and taken over.
pub const ADOPTED_TAG: &str = "mondoo-azure-adopted";

#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    pub display_name: String,
    pub owners: Vec<OwnerRef>,
    /// Not managed where the spec says nothing, and so is the next.
    pub notes: Option<String>,
    pub service_management_reference: Option<String>,
    /// Make a new one instead of restoring a deleted one, which is purged.
    pub purge_deleted: bool,
    /// Given by somebody else: nothing in Entra ID is looked at or written then.
    pub given: Option<PrincipalId>,
    /// The application that is to be taken over, whatever its `uniqueName`: this run's operator has
    /// looked at it.
    pub adopt: Option<AppId>,
}

impl Desired {
    pub(crate) fn new(spec: &Spec) -> Desired {
        let spec::Application {
            display_name,
            owners,
            notes,
            service_management_reference,
            principal_id,
        } = spec.application.clone();
        Desired {
            display_name,
            owners,
            notes,
            service_management_reference,
            purge_deleted: false,
            given: principal_id,
            adopt: None,
        }
    }
}

#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    /// The application whose `uniqueName` is the installation's name.
    pub application: Option<Application>,
    pub principal: Option<Principal>,
    pub owners: BTreeMap<ObjectId, String>,
    /// Who signed in, whom Entra ID makes the owner of what they make.
    pub operator: Option<ObjectId>,
    pub operator_owns: OperatorOwns,
    /// The users whom the spec names by their user principal name; none, where there is no such.
    pub users: BTreeMap<String, Option<ObjectId>>,
    /// Passwords, federated credentials and those of the service principal, each as it is named:
    /// with foreign certificates, what else could sign in as the application.
    pub credentials: Vec<String>,
    /// Other applications of the same display name.
    pub look_alikes: Vec<LookAlike>,
}

/// Who owns something may change it, with less rights than others need.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct OperatorOwns {
    pub application: bool,
    pub principal: bool,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Application {
    pub id: ApplicationId,
    pub app_id: AppId,
    pub unique_name: Option<String>,
    pub display_name: String,
    pub sign_in_audience: String,
    pub notes: Option<String>,
    pub service_management_reference: Option<String>,
    pub tags: BTreeSet<String>,
    pub created: Option<OffsetDateTime>,
    pub standing: Standing,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Principal {
    pub id: PrincipalId,
    pub tags: BTreeSet<String>,
    pub created: Option<OffsetDateTime>,
    pub standing: Standing,
}

/// Whether an object of the directory is in use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    Live,
    /// By somebody, or by Microsoft: never enabled again by us.
    Disabled,
    /// Restorable for 30 days.
    Deleted,
}

#[derive(Clone, Debug, PartialEq)]
pub struct LookAlike {
    pub app_id: AppId,
    pub display_name: String,
}

/// Whether the application was made by others, and is or was taken over.
pub(crate) fn is_adopted(desired: &crate::Desired, observed: &All) -> bool {
    let live = observed.application.application.as_ref();
    desired.application.adopt.is_some() || live.is_some_and(|live| live.tags.contains(ADOPTED_TAG))
}

/// Whether the application carries our mark, and was not taken over from others.
pub(crate) fn is_made_by_us(desired: &crate::Desired, observed: &All) -> bool {
    let live = observed.application.application.as_ref();
    let has = |tag: &str| live.is_some_and(|live| live.tags.contains(tag));
    has(&desired.marker.to_string()) && !has(ADOPTED_TAG)
}

pub(crate) fn plan(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let application = match &observed.application.application {
        None => Some(plan.push(Action::CreateApplication(new(desired)), &[])),
        Some(live) if live.standing == Standing::Deleted && desired.application.purge_deleted => {
            let (id, name) = (live.id, live.display_name.clone());
            let tag = desired.marker.to_string();
            let purged = plan.push(Action::PurgeApplication { id, name, tag }, &[]);
            Some(plan.push(Action::CreateApplication(new(desired)), &[purged]))
        }
        Some(live) => plan_existing(live, desired, observed, plan),
    };
    plan_principal(application, desired, observed, plan);
    plan_owners(desired, observed, plan);
}

fn new(desired: &crate::Desired) -> NewApplication {
    let Desired {
        display_name,
        owners: _,
        notes,
        service_management_reference,
        purge_deleted: _,
        given: _,
        adopt: _,
    } = desired.application.clone();
    NewApplication {
        unique_name: desired.installation.to_string(),
        display_name,
        notes,
        service_management_reference,
        tag: desired.marker.to_string(),
    }
}

/// The last change that its service principal waits for, where there is one.
fn plan_existing(
    live: &Application,
    desired: &crate::Desired,
    observed: &All,
    plan: &mut Plan,
) -> Option<ChangeId> {
    let restored = (live.standing == Standing::Deleted).then(|| {
        let credentials = safety::credentials(desired, observed).collect();
        let name = live.display_name.clone();
        let (id, app_id) = (live.id, live.app_id);
        plan.push(Action::RestoreApplication { id, app_id, name, credentials }, &[])
    });
    match live.difference(desired) {
        Some(update) => Some(plan.push(Action::UpdateApplication(update), &[])),
        None if restored.is_some() => restored,
        None => {
            plan.keep();
            None
        }
    }
}

/// It must be called as its application is, and so comes after it.
fn plan_principal(
    application: Option<ChangeId>,
    desired: &crate::Desired,
    observed: &All,
    plan: &mut Plan,
) {
    let display_name = desired.application.display_name.clone();
    let Some(live) = &observed.application.principal else {
        plan.push(Action::CreatePrincipal { display_name }, application.as_slice());
        return;
    };
    let deleted = live.standing == Standing::Deleted;
    if deleted {
        let name = display_name.clone();
        plan.push(Action::RestorePrincipal { id: live.id, name }, application.as_slice());
    }
    if !live.tags.contains(LISTED_TAG) {
        plan.push(Action::TagPrincipal { display_name }, &[]);
    } else if !deleted {
        plan.keep();
    }
}

/// Owners are added, never removed: whoever else is one is spoken of.
fn plan_owners(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let Observed { owners, users, .. } = &observed.application;
    for wanted in &desired.application.owners {
        match wanted_owner(wanted, users) {
            None => {
                let message = format!("no user is called {wanted}: correct application.owners");
                plan.find(Finding::blocks(FindingCode::OwnerUnknown, message));
            }
            Some(id) if owners.contains_key(&id) => plan.keep(),
            Some(owner) => {
                plan.push(Action::AddOwner { owner, name: wanted.to_string() }, &[]);
            }
        }
    }
}

pub(crate) fn wanted_owner(
    wanted: &OwnerRef,
    users: &BTreeMap<String, Option<ObjectId>>,
) -> Option<ObjectId> {
    match wanted {
        OwnerRef::Id(id) => Some(*id),
        OwnerRef::UserPrincipalName(name) => users.get(name).copied().flatten(),
    }
}

impl Application {
    fn difference(&self, desired: &crate::Desired) -> Option<ApplicationUpdate> {
        let Application {
            id: _,
            app_id: _,
            unique_name,
            display_name,
            sign_in_audience,
            notes,
            service_management_reference,
            tags,
            created: _,
            standing: _,
        } = self;
        let changed = |before: &str, after: &str| {
            (before != after).then(|| (before.to_owned(), after.to_owned()))
        };
        let optional = |before: &Option<String>, after: &Option<String>| {
            changed(before.as_deref().unwrap_or_default(), after.as_ref()?)
        };
        let wanted = &desired.application;
        let reference = &wanted.service_management_reference;
        let adopted = wanted.adopt.map(|_| ADOPTED_TAG.to_owned());
        let wanted_tags = [desired.marker.to_string()].into_iter().chain(adopted);
        let name = desired.installation.to_string();
        let update = ApplicationUpdate {
            name: display_name.clone(),
            unique_name: unique_name.is_none().then_some(name),
            display_name: changed(display_name, &wanted.display_name),
            sign_in_audience: changed(sign_in_audience, SINGLE_TENANT),
            notes: optional(notes, &wanted.notes),
            service_management_reference: optional(service_management_reference, reference),
            missing_tags: wanted_tags.filter(|tag| !tags.contains(tag)).collect(),
        };
        (!update.is_empty()).then_some(update)
    }
}
