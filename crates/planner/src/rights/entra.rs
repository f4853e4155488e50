//! Rights in Entra ID: permissions of Microsoft Graph, roles of the directory, and owning.
//!
//! A workload needs a permission or a role. A person needs both: what the client may do for them,
//! and a role or to own the object.

use super::{Caller, DirectoryRole, EntraRight, Held, Standing};
use crate::steps::a_application;
use crate::{Action, Observed, Plan};

/// Whether the operator owns our application and its service principal.
pub(super) struct Ownership {
    application: Owns,
    principal: Owns,
}

#[derive(Clone, Copy, PartialEq)]
enum Owns {
    Yes,
    No,
    /// It is not there yet, or deleted: owners of what is deleted cannot be read.
    Unknown,
}

impl Ownership {
    /// Who makes something owns it, where owning is what lets them change it.
    pub(super) fn new(plan: &Plan, observed: &Observed) -> Ownership {
        let a_application::Observed { application, principal, operator, operator_owns, .. } =
            &observed.application;
        let makes = |is: fn(&a_application::Action) -> bool| {
            plan.changes().any(
                |(_, change)| matches!(&change.action, Action::Application(action) if is(action)),
            )
        };
        let owns = |made: bool, is_live: bool, owned: bool| match (made, is_live, operator) {
            (true, _, _) => Owns::Yes,
            (false, true, Some(_)) if owned => Owns::Yes,
            (false, true, Some(_)) => Owns::No,
            (false, _, _) => Owns::Unknown,
        };
        let is_live = |standing| standing != a_application::Standing::Deleted;
        Ownership {
            application: owns(
                makes(|action| matches!(action, a_application::Action::CreateApplication(_))),
                application.as_ref().is_some_and(|live| is_live(live.standing)),
                operator_owns.application,
            ),
            principal: owns(
                makes(|action| matches!(action, a_application::Action::CreatePrincipal { .. })),
                principal.as_ref().is_some_and(|live| is_live(live.standing)),
                operator_owns.principal,
            ),
        }
    }

    fn of(&self, right: EntraRight) -> Owns {
        match right {
            EntraRight::WriteApplication | EntraRight::CreatePrincipal | EntraRight::AddOwners => {
                self.application
            }
            EntraRight::WritePrincipal => self.principal,
            EntraRight::HandleDeleted => Owns::Unknown,
            EntraRight::Read
            | EntraRight::CreateApplications
            | EntraRight::Consent
            | EntraRight::Revoke => Owns::No,
        }
    }
}

/// An answer that may not be known.
#[derive(Clone, PartialEq)]
enum Answer {
    Yes,
    No,
    Unknown(String),
}

impl Answer {
    fn either(self, other: Answer) -> Answer {
        match (self, other) {
            (Answer::Yes, _) | (_, Answer::Yes) => Answer::Yes,
            (Answer::Unknown(why), _) | (_, Answer::Unknown(why)) => Answer::Unknown(why),
            (Answer::No, Answer::No) => Answer::No,
        }
    }
}

pub(super) fn judge(right: EntraRight, ownership: &Ownership, held: &Held) -> Standing {
    let owns = ownership.of(right);
    let permitted = permitted(right, owns, held);
    let empowered = empowered(right, owns, held);
    let answer = match held.caller {
        Caller::Unknown => Answer::Unknown("the token does not say who signed in".to_owned()),
        Caller::Workload => permitted.either(empowered),
        // Without the permission the role is of no use.
        Caller::Person if permitted == Answer::No => {
            return Standing::Missing { ask_for: client_permission(right) };
        }
        Caller::Person => match (permitted, empowered) {
            (Answer::Yes, empowered) => empowered,
            (_, Answer::No) => Answer::No,
            (unknown, _) => unknown,
        },
    };
    match answer {
        Answer::Yes => Standing::Held,
        Answer::No => Standing::Missing { ask_for: least(right, Some(held.caller)) },
        Answer::Unknown(why) => Standing::CannotTell { why },
    }
}

const READS: [&str; 5] = [
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const WRITES_ALL: &str = "Application.ReadWrite.All";
const WRITES_OWNED: &str = "Application.ReadWrite.OwnedBy";
const GRANTS: &str = "AppRoleAssignment.ReadWrite.All";
const READS_DIRECTORY: &str = "Directory.Read.All";
const WRITES_DIRECTORY: &str = "Directory.ReadWrite.All";
/// Of a client for people: all that they may do themselves.
const AS_THE_PERSON: &str = "Directory.AccessAsUser.All";

fn permitted(right: EntraRight, owns: Owns, held: &Held) -> Answer {
    let has = |name: &str| held.permissions.contains(name);
    let yes_if = |is: bool| if is { Answer::Yes } else { Answer::No };
    if held.caller == Caller::Person && has(AS_THE_PERSON) {
        return Answer::Yes;
    }
    let writes = yes_if(has(WRITES_ALL)).either(owned(owns, held));
    match right {
        EntraRight::Read => yes_if(reads(held)),
        EntraRight::CreateApplications => yes_if(has(WRITES_ALL) || has(WRITES_OWNED)),
        EntraRight::WriteApplication
        | EntraRight::CreatePrincipal
        | EntraRight::WritePrincipal
        | EntraRight::HandleDeleted => writes,
        // Whom a reference names is looked up.
        EntraRight::AddOwners if has(READS_DIRECTORY) => {
            yes_if(has(WRITES_DIRECTORY)).either(writes)
        }
        EntraRight::AddOwners => yes_if(has(WRITES_DIRECTORY)),
        EntraRight::Consent | EntraRight::Revoke => consents(held),
    }
}

fn reads(held: &Held) -> bool {
    READS.into_iter().any(|name| held.permissions.contains(name))
}

fn consents(held: &Held) -> Answer {
    if held.permissions.contains(GRANTS) && reads(held) {
        Answer::Yes
    } else if held.permissions.contains(WRITES_ALL) {
        let why = format!("{WRITES_ALL} without {GRANTS} was seen to suffice, and to fail");
        Answer::Unknown(why)
    } else {
        Answer::No
    }
}

/// The permission to write what one owns.
fn owned(owns: Owns, held: &Held) -> Answer {
    match (held.permissions.contains(WRITES_OWNED), owns) {
        (true, Owns::Yes) => Answer::Yes,
        (true, Owns::Unknown) => Answer::Unknown("who owns it is not known".to_owned()),
        (true, Owns::No) | (false, _) => Answer::No,
    }
}

/// By a role of the directory or, for people, by owning.
fn empowered(right: EntraRight, owns: Owns, held: &Held) -> Answer {
    let is = |role: &DirectoryRole| held.roles.held.contains(role);
    let develops = is(&DirectoryRole::ApplicationDeveloper) || held.caller == Caller::Person;
    let suffices = roles(right).iter().any(is) || (develops && owns == Owns::Yes);
    if suffices {
        return Answer::Yes;
    }
    if let Some(doubt) = &held.roles.doubt {
        return Answer::Unknown(doubt.0.clone());
    }
    match (right, held.caller) {
        (EntraRight::CreateApplications, Caller::Person) => Answer::Unknown(
            "members may register applications unless the tenant's user settings forbid it"
                .to_owned(),
        ),
        _ if develops && owns == Owns::Unknown => {
            Answer::Unknown("who owns it is not known".to_owned())
        }
        _ => Answer::No,
    }
}

fn roles(right: EntraRight) -> &'static [DirectoryRole] {
    match right {
        EntraRight::Read => &[
            DirectoryRole::GlobalAdministrator,
            DirectoryRole::PrivilegedRoleAdministrator,
            DirectoryRole::ApplicationAdministrator,
            DirectoryRole::CloudApplicationAdministrator,
            DirectoryRole::DirectoryReaders,
            DirectoryRole::GlobalReader,
        ],
        EntraRight::CreateApplications => &[
            DirectoryRole::GlobalAdministrator,
            DirectoryRole::ApplicationAdministrator,
            DirectoryRole::CloudApplicationAdministrator,
            DirectoryRole::ApplicationDeveloper,
        ],
        EntraRight::WriteApplication
        | EntraRight::CreatePrincipal
        | EntraRight::WritePrincipal
        | EntraRight::HandleDeleted
        | EntraRight::AddOwners => &[
            DirectoryRole::GlobalAdministrator,
            DirectoryRole::ApplicationAdministrator,
            DirectoryRole::CloudApplicationAdministrator,
        ],
        EntraRight::Consent => {
            &[DirectoryRole::GlobalAdministrator, DirectoryRole::PrivilegedRoleAdministrator]
        }
        EntraRight::Revoke => &[
            DirectoryRole::GlobalAdministrator,
            DirectoryRole::PrivilegedRoleAdministrator,
            DirectoryRole::ApplicationAdministrator,
            DirectoryRole::CloudApplicationAdministrator,
        ],
    }
}

/// What to ask for: both, where it is not known who asks.
pub(super) fn least(right: EntraRight, caller: Option<Caller>) -> String {
    let role = least_role(right);
    match caller {
        Some(Caller::Person) => format!("the role {role}"),
        Some(Caller::Workload | Caller::Unknown) | None => {
            format!("{}, or the role {role}", least_permissions(right).join(" and "))
        }
    }
}

fn client_permission(right: EntraRight) -> String {
    let permissions = least_permissions(right).join(" and ");
    format!("a client that may ask for {permissions}: az login is one")
}

/// Of what somebody else made: one's own takes less.
pub(super) fn least_permissions(right: EntraRight) -> &'static [&'static str] {
    match right {
        EntraRight::Read => &["Application.Read.All", "Organization.Read.All"],
        EntraRight::CreateApplications => &[WRITES_OWNED],
        EntraRight::WriteApplication
        | EntraRight::CreatePrincipal
        | EntraRight::WritePrincipal
        | EntraRight::HandleDeleted => &[WRITES_ALL],
        EntraRight::AddOwners => &[WRITES_ALL, READS_DIRECTORY],
        EntraRight::Consent | EntraRight::Revoke => &[GRANTS, "Application.Read.All"],
    }
}

pub(super) fn least_role(right: EntraRight) -> DirectoryRole {
    match right {
        EntraRight::Read => DirectoryRole::DirectoryReaders,
        EntraRight::CreateApplications => DirectoryRole::ApplicationDeveloper,
        EntraRight::WriteApplication
        | EntraRight::CreatePrincipal
        | EntraRight::WritePrincipal
        | EntraRight::HandleDeleted
        | EntraRight::AddOwners
        | EntraRight::Revoke => DirectoryRole::CloudApplicationAdministrator,
        EntraRight::Consent => DirectoryRole::PrivilegedRoleAdministrator,
    }
}
