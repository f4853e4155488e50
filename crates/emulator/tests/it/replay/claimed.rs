//! What the emulator claims to serve, as the recordings name endpoints.

/// Endpoint, in any case, and what its requests are about. Differences are explained once for each
/// of the latter.
pub(super) const CLAIMED: &[(&str, &str)] = &[
    ("GET /tenants", "tenant"),
    ("GET /subscriptions", "subscription"),
    ("GET /subscriptions/{sub}", "subscription"),
    ("GET /providers/Microsoft.Management/managementGroups", "management group"),
    ("GET /providers/Microsoft.Management/managementGroups/{mg}", "management group"),
    ("PUT /providers/Microsoft.Management/managementGroups/{mg}", "management group"),
    ("PATCH /providers/Microsoft.Management/managementGroups/{mg}", "management group"),
    ("DELETE /providers/Microsoft.Management/managementGroups/{mg}", "management group"),
    (
        "GET /providers/Microsoft.Management/managementGroups/{mg}/subscriptions/{sub}",
        "management group",
    ),
    (
        "PUT /providers/Microsoft.Management/managementGroups/{mg}/subscriptions/{sub}",
        "management group",
    ),
    (
        "DELETE /providers/Microsoft.Management/managementGroups/{mg}/subscriptions/{sub}",
        "management group",
    ),
    (
        "GET /providers/Microsoft.Management/operationResults/create/managementGroups/{mg}",
        "management group operation",
    ),
    (
        "GET /providers/Microsoft.Management/operationResults/create/asyncOperation/status/managementGroups/{mg}",
        "management group operation",
    ),
    (
        "GET /providers/Microsoft.Management/operationResults/delete/managementGroups/{mg}",
        "management group operation",
    ),
    (
        "GET /providers/Microsoft.Management/operationResults/delete/asyncOperation/status/managementGroups/{mg}",
        "management group operation",
    ),
    ("POST /providers/Microsoft.Management/checkNameAvailability", "management group"),
    ("POST /providers/Microsoft.Management/startTenantBackfill", "management group"),
    ("POST /providers/Microsoft.Management/tenantBackfillStatus", "management group"),
    ("POST /providers/Microsoft.ResourceGraph/resources", "Resource Graph"),
    ("GET {scope}/providers/Microsoft.Authorization/permissions", "permission"),
    ("GET {scope}/providers/Microsoft.Authorization/locks", "lock"),
    ("GET {scope}/providers/Microsoft.Authorization/locks/{name}", "lock"),
    ("PUT {scope}/providers/Microsoft.Authorization/locks/{name}", "lock"),
    ("DELETE {scope}/providers/Microsoft.Authorization/locks/{name}", "lock"),
    ("GET {scope}/providers/Microsoft.Authorization/roleDefinitions", "role definition"),
    ("GET {scope}/providers/Microsoft.Authorization/roleDefinitions/{name}", "role definition"),
    ("PUT {scope}/providers/Microsoft.Authorization/roleDefinitions/{name}", "role definition"),
    ("DELETE {scope}/providers/Microsoft.Authorization/roleDefinitions/{name}", "role definition"),
    ("GET {scope}/providers/Microsoft.Authorization/roleAssignments", "role assignment"),
    ("GET {scope}/providers/Microsoft.Authorization/roleAssignments/{name}", "role assignment"),
    ("PUT {scope}/providers/Microsoft.Authorization/roleAssignments/{name}", "role assignment"),
    ("DELETE {scope}/providers/Microsoft.Authorization/roleAssignments/{name}", "role assignment"),
    ("GET /subscriptions/{sub}/providers/Microsoft.KeyVault/vaults", "vault"),
    ("GET {group}/providers/Microsoft.KeyVault/vaults", "vault"),
    ("GET {group}/providers/Microsoft.KeyVault/vaults/{name}", "vault"),
    ("PUT {group}/providers/Microsoft.KeyVault/vaults/{name}", "vault"),
    ("PATCH {group}/providers/Microsoft.KeyVault/vaults/{name}", "vault"),
    ("DELETE {group}/providers/Microsoft.KeyVault/vaults/{name}", "vault"),
    ("PUT {group}/providers/Microsoft.KeyVault/vaults/{name}/accessPolicies/add", "access policy"),
    ("GET /subscriptions/{sub}/providers/Microsoft.KeyVault/deletedVaults", "deleted vault"),
    (
        "GET /subscriptions/{sub}/providers/Microsoft.KeyVault/locations/{loc}/deletedVaults/{name}",
        "deleted vault",
    ),
    (
        "POST /subscriptions/{sub}/providers/Microsoft.KeyVault/locations/{loc}/deletedVaults/{name}/purge",
        "deleted vault",
    ),
    (
        "GET /subscriptions/{sub}/providers/Microsoft.KeyVault/locations/{loc}/operationResults/{id}",
        "deleted vault",
    ),
    ("PUT {group}", "resource group"),
    ("GET /v1.0/applications", "application"),
    ("POST /v1.0/applications", "application"),
    ("GET /v1.0/applications/{guid}", "application"),
    ("PATCH /v1.0/applications/{guid}", "application"),
    ("DELETE /v1.0/applications/{guid}", "application"),
    ("GET /v1.0/applications/{guid}/owners", "owner"),
    ("DELETE /v1.0/applications/{guid}/owners/{guid}/$ref", "owner"),
    ("POST /v1.0/applications/{guid}/addPassword", "password"),
    ("POST /v1.0/applications/{guid}/removePassword", "password"),
    ("GET /v1.0/applications/{guid}/federatedIdentityCredentials", "federated credential"),
    ("POST /v1.0/applications/{guid}/federatedIdentityCredentials", "federated credential"),
    ("GET /v1.0/applications/{guid}/federatedIdentityCredentials/{guid}", "federated credential"),
    ("GET /v1.0/applications/{guid}/federatedIdentityCredentials/Testing", "federated credential"),
    ("PATCH /v1.0/applications/{guid}/federatedIdentityCredentials/{guid}", "federated credential"),
    (
        "DELETE /v1.0/applications/{guid}/federatedIdentityCredentials/{guid}",
        "federated credential",
    ),
    ("GET /v1.0/servicePrincipals", "service principal"),
    ("POST /v1.0/servicePrincipals", "service principal"),
    ("GET /v1.0/servicePrincipals/{guid}", "service principal"),
    ("PATCH /v1.0/servicePrincipals/{guid}", "service principal"),
    ("DELETE /v1.0/servicePrincipals/{guid}", "service principal"),
    ("GET /v1.0/servicePrincipals/{guid}/owners", "owner"),
    ("POST /v1.0/servicePrincipals/{guid}/addPassword", "password"),
    ("POST /v1.0/servicePrincipals/{guid}/removePassword", "password"),
    ("GET /v1.0/servicePrincipals/{guid}/appRoleAssignments", "app role assignment"),
    ("DELETE /v1.0/directory/deletedItems/{guid}", "deleted item"),
    ("POST /v1.0/directoryObjects/getByIds", "directory object"),
    (
        "GET /v1.0/servicePrincipals/{guid}/transitiveMemberOf/microsoft.graph.directoryRole",
        "directory role",
    ),
    ("GET /v1.0/oauth2PermissionGrants", "delegated grant"),
    ("POST /v1.0/oauth2PermissionGrants", "delegated grant"),
    (
        "DELETE /v1.0/oAuth2PermissionGrants/35MyBBmbqkaWL2X5V9e8yInI76O38TJFngGR4y0QOfQ",
        "delegated grant",
    ),
    ("GET /v1.0/me", "user"),
];

/// The recordings' endpoints that one of the list stands for: `{group}` is a resource group,
/// `{scope}` a subscription, a resource group or a resource.
fn endpoints(claimed: &str) -> Vec<String> {
    const GROUP: &str = "/subscriptions/{sub}/resourceGroups/{rg}";
    let with = |scope: &str| claimed.replace("{group}", GROUP).replace("{scope}", scope);
    if claimed.contains("{scope}") {
        ["/subscriptions/{sub}", GROUP, "/{resourceScope}"].map(with).to_vec()
    } else {
        vec![with("")]
    }
}

/// The place in the list.
pub(super) fn claim(endpoint: &str) -> Option<&'static (&'static str, &'static str)> {
    CLAIMED.iter().find(|(claimed, _)| {
        endpoints(claimed).iter().any(|one| one.eq_ignore_ascii_case(endpoint))
    })
}
