//! The API versions that each type of resource has, oldest first: documented, observed, or asked
//! for by Microsoft's own client libraries.

use crate::arm::error::ArmError;
use crate::arm::route::Route;
use crate::behaviour::{Behaviour, Variant};
use crate::http::Request;

/// A request without a version, or with one that the type does not have, is refused.
pub(super) fn check(
    request: &Request,
    route: &Route,
    behaviour: &Behaviour,
) -> Result<(), ArmError> {
    let version = api_version(request)?;
    let (kind, versions) = match supported(route) {
        (kind, VAULTS) if behaviour.is(Variant::OldVaultVersionsRetired) => (kind, KEPT_VAULTS),
        others => others,
    };
    if versions.split(", ").any(|known| known.eq_ignore_ascii_case(version)) {
        return Ok(());
    }
    Err(match kind {
        Some(kind) => ArmError::bad_request(
            "NoRegisteredProviderFound",
            format!(
                "No registered resource provider found for location '' and API version \
                 '{version}' for type '{kind}'. The supported api-versions are '{versions}'. The supported locations are ''."
            ),
        ),
        None => ArmError::bad_request(
            "InvalidApiVersionParameter",
            format!(
                "The api-version '{version}' is invalid. The supported versions are '{versions}'."
            ),
        ),
    })
}

pub(super) fn api_version(request: &Request) -> Result<&str, ArmError> {
    request
        .query("api-version")
        .filter(|version| !version.is_empty())
        .ok_or_else(ArmError::missing_api_version)
}

/// Resource Manager's own types have no provider to name.
fn supported(route: &Route) -> (Option<&'static str>, &'static str) {
    match route {
        Route::Tenants | Route::Subscriptions | Route::Subscription(_) => (None, SUBSCRIPTIONS),
        Route::SubscriptionAction(..) => (Some("subscriptions"), SUBSCRIPTION_ACTIONS),
        Route::Resources(_)
        | Route::Provider(..)
        | Route::ResourceGroups(_)
        | Route::ResourceGroup(..)
        | Route::ResourceGroupOperation(..) => (None, RESOURCES),
        Route::ManagementGroups
        | Route::ManagementGroup(_)
        | Route::Descendants(_)
        | Route::SubscriptionsOfGroup(_)
        | Route::SubscriptionOfGroup(..)
        | Route::Entities
        | Route::GroupNameCheck
        | Route::TenantBackfill => (Some("managementGroups"), MANAGEMENT_GROUPS),
        Route::GroupOperation(..) => (Some("operationResults"), OPERATION_RESULTS),
        Route::RoleDefinitions(_) | Route::RoleDefinition(..) => {
            (Some("roleDefinitions"), ROLE_DEFINITIONS)
        }
        Route::Permissions(_) => (Some("permissions"), PERMISSIONS),
        Route::RoleAssignments(_) | Route::RoleAssignment(..) => {
            (Some("roleAssignments"), ROLE_ASSIGNMENTS)
        }
        Route::Locks(_) | Route::Lock(..) => (Some("locks"), LOCKS),
        Route::Vaults(..) | Route::Vault(_) => (Some("vaults"), VAULTS),
        Route::ManagedHsms(..) => (Some("managedHSMs"), MANAGED_HSMS),
        Route::VaultNames(_) => (Some("checkNameAvailability"), VAULTS),
        Route::DeletedVaults(_) | Route::DeletedVault(_) | Route::PurgedVault(_) => {
            (Some("deletedVaults"), VAULTS)
        }
        Route::VaultOperation(..) => (Some("locations/operationResults"), VAULTS),
        Route::AccessPolicies(..) => (Some("vaults/accessPolicies"), VAULTS),
        Route::ElevateAccess => (Some("elevateAccess"), ELEVATE_ACCESS),
        Route::ActivityLog(_) => (Some("eventtypes/values"), ACTIVITY_LOG),
        Route::Web(_) => (Some("sites"), WEB_SITES),
        Route::ResourceGraph => (Some("resources"), RESOURCE_GRAPH),
    }
}

/// The types that resource providers tell of: namespace, type, versions.
pub(super) const TYPES: [(&str, &str, &str); 8] = [
    ("Microsoft.Authorization", "locks", LOCKS),
    ("Microsoft.Authorization", "roleAssignments", ROLE_ASSIGNMENTS),
    ("Microsoft.Authorization", "roleDefinitions", ROLE_DEFINITIONS),
    ("Microsoft.KeyVault", "deletedVaults", VAULTS),
    ("Microsoft.KeyVault", "vaults", VAULTS),
    ("Microsoft.Management", "managementGroups", MANAGEMENT_GROUPS),
    ("Microsoft.ResourceGraph", "resources", RESOURCE_GRAPH),
    ("Microsoft.Web", "sites", WEB_SITES),
];

const SUBSCRIPTIONS: &str = "2014-04-01, 2015-01-01, 2015-11-01, 2016-06-01, 2018-01-01, \
    2018-02-01, 2018-05-01, 2018-06-01, 2019-03-01, 2019-05-01, 2019-06-01, 2019-11-01, \
    2020-01-01, 2021-01-01, 2021-04-01, 2022-12-01";
const SUBSCRIPTION_ACTIONS: &str = "2019-10-01-preview, 2020-09-01, 2021-10-01";
const RESOURCES: &str = "2014-04-01, 2015-01-01, 2015-11-01, 2016-02-01, 2016-09-01, 2017-05-10, \
    2018-02-01, 2018-05-01, 2019-03-01, 2019-05-01, 2019-08-01, 2019-10-01, 2020-06-01, \
    2020-10-01, 2021-01-01, 2021-04-01, 2022-09-01, 2023-07-01, 2024-03-01, 2024-07-01, \
    2024-11-01, 2025-04-01";
const MANAGEMENT_GROUPS: &str = "2018-03-01-preview, 2019-11-01, 2020-02-01, 2020-05-01, \
    2020-10-01, 2021-04-01, 2023-04-01";
const OPERATION_RESULTS: &str =
    "2018-03-01-preview, 2020-05-01, 2021-04-01, 2022-09-01, 2023-04-01";
const RESOURCE_GRAPH: &str = "2018-09-01-preview, 2019-04-01, 2020-04-01-preview, \
    2020-09-01-preview, 2021-03-01, 2021-06-01-preview, 2022-10-01, 2024-04-01";
const ROLE_DEFINITIONS: &str = "2015-07-01, 2018-01-01-preview, 2022-04-01, 2022-05-01-preview";
const ROLE_ASSIGNMENTS: &str = "2015-07-01, 2018-01-01-preview, 2018-09-01-preview, \
    2020-03-01-preview, 2020-04-01-preview, 2020-08-01-preview, 2020-10-01-preview, 2022-04-01";
const LOCKS: &str = "2015-01-01, 2016-09-01, 2017-04-01, 2020-05-01";
const PERMISSIONS: &str = "2015-05-01-preview, 2015-06-01, 2015-07-01, 2016-07-01, \
    2017-10-01-preview, 2018-01-01-preview, 2018-05-01-preview, 2018-07-01, 2018-07-01-preview, \
    2018-09-01-preview, 2022-04-01, 2022-05-01-preview, 2022-08-01-preview";
const VAULTS: &str = "2015-06-01, 2016-10-01, 2018-02-14, 2019-09-01, 2020-04-01-preview, \
    2021-04-01-preview, 2021-06-01-preview, 2021-10-01, 2021-11-01-preview, 2022-07-01, \
    2022-11-01, 2023-02-01, 2023-07-01, 2024-04-01-preview, 2024-11-01, 2024-12-01-preview, \
    2025-05-01, 2026-02-01, 2026-04-01-preview, 2026-05-15";
const MANAGED_HSMS: &str = "2020-04-01-preview, 2021-04-01-preview, 2021-06-01-preview, \
    2021-10-01, 2021-11-01-preview, 2022-07-01, 2022-11-01, 2023-02-01, 2023-07-01, \
    2024-04-01-preview, 2024-11-01, 2024-12-01-preview, 2025-05-01, 2026-02-01, \
    2026-04-01-preview, 2026-05-15";
/// Those that outlast 27 February 2027 (documented).
const KEPT_VAULTS: &str = "2026-02-01, 2026-04-01-preview, 2026-05-15";
const ELEVATE_ACCESS: &str = "2015-06-01, 2015-07-01, 2016-07-01, 2017-05-01";
const ACTIVITY_LOG: &str = "2014-04-01, 2015-04-01, 2017-03-01-preview";
const WEB_SITES: &str = "2015-08-01, 2016-03-01, 2016-08-01, 2018-02-01, 2018-11-01, 2019-08-01, \
    2020-06-01, 2020-09-01, 2020-10-01, 2020-12-01, 2021-01-01, 2021-01-15, 2021-02-01, 2021-03-01, \
    2022-03-01, 2022-09-01, 2023-01-01, 2023-12-01, 2024-04-01, 2024-11-01, 2025-03-01";
