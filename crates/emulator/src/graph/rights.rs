//! What a caller may do in the directory: documented per operation.
//!
//! An application needs an app role of Graph or a role of the directory. A client that acts for a
//! user needs a scope for it, and the user needs a role of the directory or has to own the object.

use axum::http::Method;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::graph::Call;
use crate::graph::error::GraphError;
use crate::graph::holder::Holder;
use crate::graph::posture::Posture;
use crate::graph::route::{HolderKey, Member, Route};
use crate::graph::subject::{self, Subject};
use crate::login::GRAPH_APP_ID;
use crate::model::application::Application;
use crate::model::directory_role::DirectoryRole;

pub(super) fn check(call: &Call<'_>, route: &Route) -> Result<(), GraphError> {
    let reads = call.request.method == Method::GET;
    let allowed = match route {
        // Each request of a batch is checked on its own.
        Route::Batch => true,
        Route::Me | Route::MemberOf(Member::Me, _) if !call.caller.is_delegated() => {
            return Err(GraphError::not_delegated());
        }
        _ if reads => may_see(call, route),
        Route::Grants(..) | Route::Grant(..) => may_write_grants(call),
        Route::DirectoryRoleAssignments | Route::DirectoryRoleAssignment(_) => {
            decide(call, has(call, &WRITE_ROLES), is_in(call, &ROLE_ADMINISTRATORS))
        }
        Route::DelegatedGrants | Route::DelegatedGrant(_) | Route::DelegatedGrantsOf(_) => {
            let administrator =
                is_in(call, &ROLE_ADMINISTRATORS) || is_in(call, &APPLICATION_ADMINISTRATORS);
            decide(call, has(call, &WRITE_DELEGATED_GRANTS), administrator)
        }
        // Whose keys they are rolls them without any permission (documented).
        Route::AddKey(key) | Route::RemoveKey(key) if is_own(call, key) => true,
        Route::DirectoryObjectsByIds => may_read(call, &READ_DIRECTORY),
        Route::DefaultAppManagementPolicy => {
            let administrator = is_in(call, &APPLICATION_ADMINISTRATORS);
            decide(call, has(call, &WRITE_APPLICATION_POLICIES), administrator)
        }
        _ => return check_registration(call, route),
    };
    allowed.then_some(()).ok_or_else(GraphError::denied)
}

fn may_see(call: &Call<'_>, route: &Route) -> bool {
    match route {
        Route::Batch => true,
        Route::Organization => may_read(call, &READ_ORGANIZATION),
        Route::Me | Route::MemberOf(Member::Me, _) => has(call, &READ_ME),
        Route::User(key) | Route::MemberOf(Member::User(key), _) => {
            may_read_users(call) || (is_caller(call, key) && has(call, &READ_ME))
        }
        Route::Groups | Route::Group(_) | Route::GroupMembers(_) => may_read(call, &READ_GROUPS),
        Route::DirectoryObject(_) | Route::DirectoryObjectsByIds => may_read(call, &READ_DIRECTORY),
        Route::Posture(posture) => may_read_posture(call, *posture),
        Route::DirectoryRoles
        | Route::DirectoryRoleAssignments
        | Route::DirectoryRoleAssignment(_) => may_read(call, &READ_ROLES),
        Route::Grants(..) | Route::Grant(..) => {
            may_read(call, &READ_APPLICATIONS) || may_read(call, &WRITE_GRANTS)
        }
        Route::DelegatedGrants | Route::DelegatedGrant(_) | Route::DelegatedGrantsOf(_) => {
            may_read(call, &READ_DIRECTORY) || may_read(call, &WRITE_DELEGATED_GRANTS)
        }
        // Nothing for ordinary members (documented).
        Route::DefaultAppManagementPolicy => may_inspect(call, &READ_POLICIES),
        // Unlike live ones, deleted applications are nothing for ordinary members (a guess).
        Route::DeletedItems(_) | Route::DeletedItem(_) | Route::DeletedItemRestore(_) => {
            may_inspect(call, &READ_APPLICATIONS)
        }
        Route::MemberOf(Member::ServicePrincipal(_), _)
        | Route::Applications
        | Route::ApplicationCount
        | Route::ServicePrincipalCount
        | Route::Application(_)
        | Route::FederatedCredentials(_)
        | Route::FederatedCredential(..)
        | Route::ServicePrincipals
        | Route::ServicePrincipal(_)
        | Route::Owners(_)
        | Route::OwnerReferences(_)
        | Route::OwnerReference(..)
        | Route::AddKey(_)
        | Route::RemoveKey(_)
        | Route::AddPassword(_)
        | Route::RemovePassword(_) => may_read_registration(call, route),
    }
}

fn may_read_posture(call: &Call<'_>, posture: Posture) -> bool {
    decide(call, has(call, posture.permissions()), is_in(call, &POSTURE_READERS))
}

/// Without it, users show up in collections with nothing but their id (documented).
pub(super) fn may_read_users(call: &Call<'_>) -> bool {
    may_read(call, &READ_USERS)
}

/// Who owns what the caller creates. What may be written anyway gets no owner from an application;
/// a user becomes owner in any case (documented).
pub(super) fn first_owner(call: &Call<'_>) -> Vec<Uuid> {
    let writes_all = has(call, &WRITE_APPLICATIONS) || is_in(call, &APPLICATION_ADMINISTRATORS);
    let owner = call.caller.is_delegated() || !writes_all;
    if owner { vec![call.caller.oid] } else { Vec::new() }
}

/// Whoever created something on the strength of owning it can read it.
fn may_read_registration(call: &Call<'_>, route: &Route) -> bool {
    let developer = || is_in(call, &[DirectoryRole::ApplicationDeveloper]);
    may_read(call, &READ_APPLICATIONS)
        || (developer() && matches!(subject::of(call, route), Subject::Existing { owned: true }))
}

/// Writing applications, service principals and what belongs to them.
fn check_registration(call: &Call<'_>, route: &Route) -> Result<(), GraphError> {
    let (all, of_owned) = (has(call, &WRITE_APPLICATIONS), has(call, &WRITE_OWNED));
    let administrator = is_in(call, &APPLICATION_ADMINISTRATORS);
    let developer = is_in(call, &[DirectoryRole::ApplicationDeveloper]);
    let allowed = match subject::of(call, route) {
        Subject::Existing { owned } => {
            let writes = all || (of_owned && owned);
            // The service looks up whom a reference names.
            let permitted = match route {
                Route::OwnerReferences(_) => {
                    has(call, &WRITE_DIRECTORY) || (writes && has(call, &READ_DIRECTORY))
                }
                _ => writes,
            };
            let by_owning = owned && (developer || call.caller.is_delegated());
            decide(call, permitted, administrator || by_owning)
        }
        // What is not there is not found, by whoever could write it.
        Subject::Missing => {
            decide(call, all || of_owned, administrator || developer || call.caller.is_delegated())
        }
        Subject::NewApplication => decide(call, all || of_owned, administrator || developer),
        Subject::NewServicePrincipal(application) => {
            let owned = application.is_some_and(|one| one.owners.contains(&call.caller.oid));
            let only_of_owned = !call.caller.is_delegated() && of_owned && !all && !administrator;
            if only_of_owned && application.is_none() {
                return Err(GraphError::backing_application_elsewhere());
            }
            // That the backing application has to be owned, too, is a guess.
            let permitted = all || (of_owned && owned);
            let single = |one: &Application| one.sign_in_audience == "AzureADMyOrg";
            let own_one = developer && owned && application.is_some_and(single);
            decide(call, permitted, administrator || own_one)
        }
    };
    allowed.then_some(()).ok_or_else(GraphError::denied)
}

/// Administrators of applications consent to everything but app roles of Graph itself (documented).
/// A permission to write grants alone is refused: the service reads both service principals on the
/// caller's behalf (observed).
fn may_write_grants(call: &Call<'_>) -> bool {
    let permitted = has(call, &WRITE_GRANTS) && has(call, &READ_APPLICATIONS);
    let empowered = is_in(call, &ROLE_ADMINISTRATORS)
        || (is_in(call, &APPLICATION_ADMINISTRATORS) && !gives_role_of_graph(call));
    decide(call, permitted, empowered)
}

/// Grants may be taken away without regard to whose they are (documented).
fn gives_role_of_graph(call: &Call<'_>) -> bool {
    let body: Option<Map<String, Value>> = call.request.json().ok();
    let resource = body.and_then(|body| Uuid::try_parse(body.get("resourceId")?.as_str()?).ok());
    let resource = resource.and_then(|id| call.state.live_service_principal(id));
    call.request.method == Method::POST
        && resource.is_some_and(|one| one.app_id.to_string() == GRAPH_APP_ID)
}

fn is_own(call: &Call<'_>, key: &HolderKey) -> bool {
    let holder = Holder::reach(call, key);
    !call.caller.is_delegated() && holder.is_ok_and(|one| one.app_id() == call.caller.appid)
}

fn is_caller(call: &Call<'_>, key: &str) -> bool {
    call.caller.is_delegated()
        && (Uuid::try_parse(key) == Ok(call.caller.oid)
            || key.eq_ignore_ascii_case(&call.caller.name()))
}

/// Members of the tenant may read all of these, through a client that may, too.
fn may_read(call: &Call<'_>, permissions: &[&str]) -> bool {
    decide(call, has(call, permissions), call.caller.is_delegated() || is_in(call, &READERS))
}

/// What takes a role of the directory from members, too.
fn may_inspect(call: &Call<'_>, permissions: &[&str]) -> bool {
    decide(call, has(call, permissions), is_in(call, &READERS))
}

/// For an application a permission or a role of the directory is enough; for a user it takes both.
fn decide(call: &Call<'_>, permitted: bool, empowered: bool) -> bool {
    if call.caller.is_delegated() { permitted && empowered } else { permitted || empowered }
}

/// Whether the token has one of the permissions: as app role, or as scope. One scope stands for all
/// that the user may do (documented).
fn has(call: &Call<'_>, permissions: &[&str]) -> bool {
    let mut scopes = call.caller.scopes();
    call.caller.roles.iter().any(|role| permissions.contains(&role.as_str()))
        || scopes.any(|one| one == "Directory.AccessAsUser.All" || permissions.contains(&one))
}

/// By the token, so that a role counts from the next sign-in on; that it counts until the token
/// expires is a guess.
fn is_in(call: &Call<'_>, roles: &[DirectoryRole]) -> bool {
    roles.iter().any(|role| call.caller.is_in(*role))
}

const ROLE_ADMINISTRATORS: [DirectoryRole; 2] =
    [DirectoryRole::GlobalAdministrator, DirectoryRole::PrivilegedRoleAdministrator];
const APPLICATION_ADMINISTRATORS: [DirectoryRole; 3] = [
    DirectoryRole::GlobalAdministrator,
    DirectoryRole::ApplicationAdministrator,
    DirectoryRole::CloudApplicationAdministrator,
];
const READERS: [DirectoryRole; 6] = [
    DirectoryRole::GlobalAdministrator,
    DirectoryRole::PrivilegedRoleAdministrator,
    DirectoryRole::ApplicationAdministrator,
    DirectoryRole::CloudApplicationAdministrator,
    DirectoryRole::DirectoryReaders,
    DirectoryRole::GlobalReader,
];

/// Of the roles that there are here.
const POSTURE_READERS: [DirectoryRole; 2] =
    [DirectoryRole::GlobalAdministrator, DirectoryRole::GlobalReader];

const READ_ME: [&str; 6] = [
    "User.Read",
    "User.ReadWrite",
    "User.Read.All",
    "User.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const READ_USERS: [&str; 4] =
    ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
const READ_GROUPS: [&str; 5] = [
    "Group.Read.All",
    "Group.ReadWrite.All",
    "GroupMember.Read.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const READ_DIRECTORY: [&str; 2] = ["Directory.Read.All", "Directory.ReadWrite.All"];
const WRITE_DIRECTORY: [&str; 1] = ["Directory.ReadWrite.All"];
const WRITE_DELEGATED_GRANTS: [&str; 2] =
    ["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"];
const READ_POLICIES: [&str; 2] = ["Policy.Read.All", "Policy.ReadWrite.ApplicationConfiguration"];
const WRITE_APPLICATION_POLICIES: [&str; 1] = ["Policy.ReadWrite.ApplicationConfiguration"];
const READ_ORGANIZATION: [&str; 5] = [
    // For users only: there is no app role of this name.
    "User.Read",
    "Organization.Read.All",
    "Organization.ReadWrite.All",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const READ_APPLICATIONS: [&str; 5] = [
    "Application.Read.All",
    "Application.ReadWrite.All",
    "Application.ReadWrite.OwnedBy",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const WRITE_APPLICATIONS: [&str; 1] = ["Application.ReadWrite.All"];
const WRITE_OWNED: [&str; 1] = ["Application.ReadWrite.OwnedBy"];
const WRITE_GRANTS: [&str; 1] = ["AppRoleAssignment.ReadWrite.All"];
const READ_ROLES: [&str; 5] = [
    "RoleManagement.Read.Directory",
    "RoleManagement.Read.All",
    "RoleManagement.ReadWrite.Directory",
    "Directory.Read.All",
    "Directory.ReadWrite.All",
];
const WRITE_ROLES: [&str; 1] = ["RoleManagement.ReadWrite.Directory"];
