//! How many requests were served, by route.

use std::collections::BTreeMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use serde_json::{Value, json};

use crate::http::Request;

#[derive(Default)]
pub(crate) struct RequestCounter(Mutex<BTreeMap<String, u64>>);

impl RequestCounter {
    /// The number of all requests so far, this one included.
    pub(crate) fn count(&self, route: &str) -> u64 {
        let mut counts = self.counts();
        *counts.entry(route.to_owned()).or_default() += 1;
        counts.values().sum()
    }

    pub(crate) fn report(&self) -> Value {
        let counts = self.counts();
        json!({ "total": counts.values().sum::<u64>(), "by_route": *counts })
    }

    pub(crate) fn clear(&self) {
        self.counts().clear();
    }

    fn counts(&self) -> MutexGuard<'_, BTreeMap<String, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A method and a path in which every name and id is a placeholder: `GET
/// /subscriptions/{subscription}`.
pub(crate) fn route(request: &Request) -> String {
    let mut route = format!("{} ", request.method);
    let mut placeholder = first_placeholder(request);
    for segment in &request.segments {
        let (shown, next) = match placeholder {
            Some(name) if !is_fixed(segment) => (name.to_owned(), None),
            _ => collection(segment),
        };
        route.push('/');
        route.push_str(&shown);
        placeholder = next;
    }
    route
}

/// Sign-in paths begin with the tenant.
fn first_placeholder(request: &Request) -> Option<&'static str> {
    const SIGN_IN: [&str; 4] = ["oauth2", "v2.0", ".well-known", "discovery"];
    let second = request.segments.get(1)?;
    SIGN_IN.contains(&second.as_str()).then_some("{tenant}")
}

/// Type casts, and what is asked of a whole collection.
fn is_fixed(segment: &str) -> bool {
    segment.starts_with("microsoft.graph.")
        || segment == "$count"
        || segment.eq_ignore_ascii_case("getByIds")
}

/// A part of a path as documentation writes it, where it is one that is known.
pub(crate) fn documented_case(segment: &str) -> String {
    collection(segment).0
}

/// A fixed part of a path in its documented casing, and what stands for the part after it.
fn collection(segment: &str) -> (String, Option<&'static str>) {
    let (name, key) =
        segment.split_once('(').map_or((segment, None), |(name, key)| (name, Some(key)));
    let known = COLLECTIONS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    let (shown, placeholder) =
        known.map_or((name, None), |(known, placeholder)| (*known, *placeholder));
    match key.and_then(|key| key.split_once('=')) {
        Some((key, _)) => (format!("{shown}({key})"), None),
        None => (shown.to_owned(), placeholder),
    }
}

const COLLECTIONS: &[(&str, Option<&str>)] = &[
    ("applications", Some("{id}")),
    ("servicePrincipals", Some("{id}")),
    ("appRoleAssignments", Some("{id}")),
    ("appRoleAssignedTo", Some("{id}")),
    ("oauth2PermissionGrants", Some("{id}")),
    ("directoryObjects", Some("{id}")),
    ("getByIds", None),
    ("directory", None),
    ("deletedItems", Some("{id}")),
    ("organization", Some("{id}")),
    ("policies", None),
    ("defaultAppManagementPolicy", None),
    ("owners", Some("{id}")),
    ("federatedIdentityCredentials", Some("{id}")),
    ("users", Some("{id}")),
    ("me", None),
    ("transitiveMemberOf", None),
    ("groups", Some("{id}")),
    ("members", Some("{id}")),
    ("directoryRoles", Some("{id}")),
    ("roleManagement", None),
    ("microsoft.graph.directoryRole", None),
    ("microsoft.graph.group", None),
    ("auditLogs", None),
    ("directoryAudits", Some("{id}")),
    ("domains", Some("{id}")),
    ("identity", None),
    ("identityProviders", Some("{id}")),
    ("conditionalAccess", None),
    ("policies", None),
    ("identityProtection", None),
    ("riskDetections", Some("{id}")),
    ("riskyUsers", Some("{id}")),
    ("security", None),
    ("securityActions", Some("{id}")),
    ("secureScores", Some("{id}")),
    ("informationProtection", None),
    ("threatAssessmentRequests", Some("{id}")),
    ("microsoft.graph.application", None),
    ("microsoft.graph.servicePrincipal", None),
    ("subscriptions", Some("{subscription}")),
    ("resourceGroups", Some("{resourceGroup}")),
    ("resources", None),
    ("providers", None),
    ("Microsoft.Authorization", None),
    ("roleAssignments", Some("{id}")),
    ("roleDefinitions", Some("{id}")),
    ("locks", Some("{lock}")),
    ("permissions", None),
    ("Microsoft.Management", None),
    ("managementGroups", Some("{managementGroup}")),
    ("operationResults", None),
    ("Microsoft.KeyVault", None),
    ("Microsoft.Subscription", None),
    ("vaults", Some("{vault}")),
    ("managedHSMs", None),
    ("accessPolicies", None),
    ("keys", Some("{key}")),
    ("secrets", Some("{secret}")),
    ("certificates", Some("{certificate}")),
    ("rotationpolicy", None),
    ("deletedsecrets", Some("{secret}")),
    ("deletedVaults", Some("{vault}")),
    ("locations", Some("{location}")),
    ("Microsoft.ResourceGraph", None),
    ("elevateAccess", None),
    ("Microsoft.Insights", None),
    ("eventtypes", None),
    ("management", None),
    ("values", None),
    ("purge", None),
    ("Microsoft.Web", None),
    ("sites", Some("{site}")),
    ("slots", Some("{slot}")),
    ("config", None),
];

#[cfg(test)]
mod tests {
    use axum::body::Bytes;
    use axum::http::{HeaderMap, Method};

    use super::route;
    use crate::http::{Body, Request};

    fn check(target: &str, expected: &str) {
        let request =
            Request::new(Method::GET, target, HeaderMap::new(), Body::Whole(Bytes::new()));
        assert_eq!(route(&request), format!("GET {expected}"));
    }

    #[test]
    fn names_and_ids_become_placeholders() {
        check("/v1.0/applications?$top=5", "/v1.0/applications");
        check("/v1.0/serviceprincipals(appId='x')/owners", "/v1.0/servicePrincipals(appId)/owners");
        check("/v1.0/applications(uniqueName='a')", "/v1.0/applications(uniqueName)");
        check(
            "/v1.0/servicePrincipals/x/appRoleAssignments/y",
            "/v1.0/servicePrincipals/{id}/appRoleAssignments/{id}",
        );
        check(
            "/v1.0/directory/deletedItems/x/restore",
            "/v1.0/directory/deletedItems/{id}/restore",
        );
        check("/v1.0/applications/x/owners/y/$ref", "/v1.0/applications/{id}/owners/{id}/$ref");
        check("/v1.0/users/ada@contoso.onmicrosoft.com", "/v1.0/users/{id}");
        check(
            "/v1.0/directory/deletedItems/microsoft.graph.application",
            "/v1.0/directory/deletedItems/microsoft.graph.application",
        );
        check("/v1.0/directoryObjects/getbyids", "/v1.0/directoryObjects/getByIds");
        check("/v1.0/applications/$count", "/v1.0/applications/$count");
        check("/contoso.onmicrosoft.com/oauth2/v2.0/token", "/{tenant}/oauth2/v2.0/token");
        check(
            "/subscriptions/s/resourcegroups/g/providers/microsoft.keyvault/vaults/v/accessPolicies/add",
            "/subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/Microsoft.KeyVault/vaults/{vault}/accessPolicies/add",
        );
        check(
            "/providers/Microsoft.Management/managementGroups/m/descendants",
            "/providers/Microsoft.Management/managementGroups/{managementGroup}/descendants",
        );
    }
}
