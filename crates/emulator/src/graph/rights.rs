use axum::http::Method;

use crate::graph::error::GraphError;
use crate::graph::route::Route;

/// Refuses what the app roles in the caller's token do not cover. Documented per operation; an
/// application without a directory role has no other rights.
pub(super) fn check(roles: &[String], method: &Method, route: &Route) -> Result<(), GraphError> {
    let holds = |wanted: &[&str]| roles.iter().any(|role| wanted.contains(&role.as_str()));
    let reads = *method == Method::GET;
    let allowed = match route {
        // Each request of a batch is checked on its own.
        Route::Batch => true,
        Route::Organization => holds(&READ_ORGANIZATION),
        Route::DefaultAppManagementPolicy => {
            holds(&WRITE_APPLICATION_POLICIES) || (reads && holds(&READ_POLICIES))
        }
        Route::Grants(..) | Route::Grant(..) if reads => {
            holds(&READ_APPLICATIONS) || holds(&WRITE_GRANTS)
        }
        // Writing alone is refused: the service reads both service principals on the caller's
        // behalf.
        Route::Grants(..) | Route::Grant(..) => holds(&WRITE_GRANTS) && holds(&READ_APPLICATIONS),
        // The service looks up whom the reference names.
        Route::OwnerReferences(_) => {
            holds(&WRITE_DIRECTORY) || (holds(&WRITE_APPLICATIONS) && holds(&READ_DIRECTORY))
        }
        Route::User(_) => may_read_users(roles),
        Route::DirectoryObject(_) | Route::DirectoryObjectsByIds => holds(&READ_DIRECTORY),
        Route::DelegatedGrants | Route::DelegatedGrant(_) | Route::DelegatedGrantsOf(_) => {
            holds(&WRITE_DELEGATED_GRANTS) || (reads && holds(&READ_DIRECTORY))
        }
        Route::Applications
        | Route::ApplicationCount
        | Route::ServicePrincipalCount
        | Route::Application(_)
        | Route::FederatedCredentials(_)
        | Route::FederatedCredential(..)
        | Route::ServicePrincipals
        | Route::ServicePrincipal(_)
        | Route::Owners(_)
        | Route::OwnerReference(..)
        | Route::AddPassword(_)
        | Route::RemovePassword(_)
        | Route::DeletedItems(_)
        | Route::DeletedItem(_)
        | Route::DeletedItemRestore(_) => {
            holds(if reads { &READ_APPLICATIONS } else { &WRITE_APPLICATIONS })
        }
    };
    allowed.then_some(()).ok_or_else(GraphError::denied)
}

/// Without it, users show up in collections with nothing but their id (documented).
pub(super) fn may_read_users(roles: &[String]) -> bool {
    roles.iter().any(|role| READ_USERS.contains(&role.as_str()))
}

const READ_USERS: [&str; 4] =
    ["User.Read.All", "User.ReadWrite.All", "Directory.Read.All", "Directory.ReadWrite.All"];
const READ_DIRECTORY: [&str; 2] = ["Directory.Read.All", "Directory.ReadWrite.All"];
const WRITE_DIRECTORY: [&str; 1] = ["Directory.ReadWrite.All"];
const WRITE_DELEGATED_GRANTS: [&str; 2] =
    ["DelegatedPermissionGrant.ReadWrite.All", "Directory.ReadWrite.All"];
const READ_POLICIES: [&str; 1] = ["Policy.Read.All"];
const WRITE_APPLICATION_POLICIES: [&str; 1] = ["Policy.ReadWrite.ApplicationConfiguration"];
const READ_ORGANIZATION: [&str; 4] = [
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
const WRITE_GRANTS: [&str; 1] = ["AppRoleAssignment.ReadWrite.All"];
