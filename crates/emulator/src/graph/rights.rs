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
        Route::Grants(..) | Route::Grant(..) if reads => {
            holds(&READ_APPLICATIONS) || holds(&WRITE_GRANTS)
        }
        // Writing alone is refused: the service reads both service principals on the caller's
        // behalf.
        Route::Grants(..) | Route::Grant(..) => holds(&WRITE_GRANTS) && holds(&READ_APPLICATIONS),
        Route::Applications
        | Route::Application(_)
        | Route::ApplicationOwners(_)
        | Route::ServicePrincipals
        | Route::ServicePrincipal(_)
        | Route::ServicePrincipalOwners(_)
        | Route::DeletedItems(_)
        | Route::DeletedItem(_)
        | Route::DeletedItemRestore(_) => {
            holds(if reads { &READ_APPLICATIONS } else { &WRITE_APPLICATIONS })
        }
    };
    allowed.then_some(()).ok_or_else(GraphError::denied)
}

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
