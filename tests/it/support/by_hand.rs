//! Set-ups as people make them without this tool, by raw requests: every id is a random one.

use std::path::Path;

use ::spec::{Line, ObjectId, Profile};
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use reqwest::Method;
use serde_json::{Value, json};

use super::Tenant;

const GRAPH: &str = "00000003-0000-0000-c000-000000000000";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const KEY_VAULT_READER: &str = "21090545-7ca7-4776-b22c-e363652d74d2";
/// The delegated permission that the portal asks for in every new application.
const USER_READ: &str = "e1fe6dd8-ba31-4d61-89e7-88639da4683d";

/// What was made, by the ids that others gave it.
pub struct ByHand {
    /// Client id.
    pub app: String,
    /// Object id of the application.
    pub object: String,
    /// Object id of the service principal.
    pub principal: String,
}

/// What is different from one way to the next.
pub struct Way<'a> {
    pub display_name: &'a str,
    /// A new application of the portal asks for `User.Read`.
    pub user_read: bool,
    /// ARM path of the place where roles are assigned.
    pub scope: &'a str,
    pub built_in: &'a [&'a str],
    pub custom_role: &'a str,
    pub actions: Vec<String>,
    pub data_actions: Vec<String>,
    pub consents: bool,
    /// Vaults that get an access policy.
    pub vaults: &'a [&'a str],
    /// PEM file of the certificate; Terraform uploads it as it is, all others as DER.
    pub certificate: &'a Path,
    pub as_pem: bool,
}

pub const SUBSCRIPTION: &str = "/subscriptions/1b2c3d4e-5f60-4718-a92b-3c4d5e6f7081";

/// Mondoo's manual, followed in the portal for one subscription.
pub fn manual(certificate: &Path) -> Way<'_> {
    let profile = Profile::documented();
    let names = |lines: &[Line]| lines.iter().map(|line| line.name.clone()).collect();
    Way {
        display_name: "mondoo-security",
        user_read: true,
        scope: SUBSCRIPTION,
        built_in: &[READER, KEY_VAULT_READER],
        custom_role: "mondoo-role",
        actions: names(&profile.custom_role.subscription.actions),
        data_actions: names(&profile.custom_role.subscription.data_actions),
        consents: true,
        vaults: &["kv-legacy", "kv-shared"],
        certificate,
        as_pem: false,
    }
}

/// Mondoo's example for Terraform: nobody has consented, and there is no Key Vault Reader.
pub fn terraform(certificate: &Path) -> Way<'_> {
    Way {
        display_name: "Mondoo Security Integration",
        user_read: false,
        built_in: &[READER],
        custom_role: "tf-mondoo-security-role",
        consents: false,
        vaults: &[],
        as_pem: true,
        ..manual(certificate)
    }
}

pub fn set_up(tenant: &Tenant, way: &Way<'_>) -> ByHand {
    let graph = tenant.graph(Method::GET, &format!("/servicePrincipals(appId='{GRAPH}')"), None);
    let roles = permissions(&graph);
    let access = roles.iter().map(|id| json!({ "id": id, "type": "Role" }));
    let user_read = way.user_read.then(|| json!({ "id": USER_READ, "type": "Scope" }));
    let access: Vec<_> = user_read.into_iter().chain(access).collect();
    let application = tenant.graph(
        Method::POST,
        "/applications",
        json!({
            "displayName": way.display_name,
            "signInAudience": "AzureADMyOrg",
            "requiredResourceAccess": [{ "resourceAppId": GRAPH, "resourceAccess": access }],
        }),
    );
    let (object, app) = (text(&application["id"]), text(&application["appId"]));
    let principal = tenant.graph(Method::POST, "/servicePrincipals", json!({ "appId": app }));
    let made = ByHand { app, object, principal: text(&principal["id"]) };
    if way.consents {
        consent(tenant, &made, &text(&graph["id"]), &roles);
    }
    trust(tenant, &made, way);
    grant(tenant, &made, way);
    made
}

fn permissions(graph: &Value) -> Vec<String> {
    let names: Vec<_> =
        Profile::documented().graph_permissions.iter().map(|line| line.name.clone()).collect();
    let roles = graph["appRoles"].as_array().unwrap().iter();
    let wanted = roles.filter(|role| names.iter().any(|name| role["value"] == **name));
    wanted.map(|role| text(&role["id"])).collect()
}

fn consent(tenant: &Tenant, made: &ByHand, graph: &str, roles: &[String]) {
    for role in roles {
        let path = format!("/servicePrincipals/{}/appRoleAssignments", made.principal);
        let body = json!({ "principalId": made.principal, "resourceId": graph, "appRoleId": role });
        tenant.graph(Method::POST, &path, body);
    }
    let delegated = json!({
        "clientId": made.principal, "consentType": "AllPrincipals", "resourceId": graph,
        "scope": "User.Read",
    });
    let administrator = &tenant.sandbox.operators()["global-administrator"];
    let (status, answer) =
        tenant.ask(administrator, Method::POST, "/v1.0/oauth2PermissionGrants", delegated);
    assert_eq!(status, 201, "{answer}");
}

fn trust(tenant: &Tenant, made: &ByHand, way: &Way<'_>) {
    let pem = std::fs::read(way.certificate).unwrap();
    let held = certificate::parse(&pem, tenant.now()).unwrap();
    let certificate = held.certificate();
    let key = if way.as_pem { public_part(&pem) } else { certificate.der.clone() };
    let credential = json!({
        "type": "AsymmetricX509Cert", "usage": "Verify", "displayName": "CN=test",
        "keyId": foreign_id("key"), "key": BASE64_STANDARD.encode(key),
    });
    let path = format!("/applications/{}", made.object);
    tenant.graph(Method::PATCH, &path, json!({ "keyCredentials": [credential] }));
}

fn public_part(pem: &[u8]) -> Vec<u8> {
    let text = std::str::from_utf8(pem).unwrap();
    pem[text.find("-----BEGIN CERTIFICATE").unwrap()..].to_vec()
}

fn grant(tenant: &Tenant, made: &ByHand, way: &Way<'_>) {
    let authorization = format!("{}/providers/Microsoft.Authorization", way.scope);
    let role = foreign_id("role");
    let definition = json!({ "properties": {
        "roleName": way.custom_role, "description": "Custom role for Mondoo integration",
        "type": "CustomRole", "assignableScopes": [way.scope],
        "permissions": [{
            "actions": way.actions, "notActions": [], "dataActions": way.data_actions,
            "notDataActions": [],
        }],
    }});
    let path = format!("{authorization}/roleDefinitions/{role}");
    tenant.arm(Method::PUT, &path, "2022-04-01", definition);
    for role in way.built_in.iter().copied().chain([role.as_str()]) {
        let path = format!("{authorization}/roleAssignments/{}", foreign_id(role));
        let definition = format!("{authorization}/roleDefinitions/{role}");
        let assignment = json!({ "properties": {
            "roleDefinitionId": definition, "principalId": made.principal,
            "principalType": "ServicePrincipal",
        }});
        tenant.arm(Method::PUT, &path, "2022-04-01", assignment);
    }
    for vault in way.vaults {
        allow(tenant, made, vault);
    }
}

fn allow(tenant: &Tenant, made: &ByHand, vault: &str) {
    let listed = format!("{SUBSCRIPTION}/providers/Microsoft.KeyVault/vaults");
    let listed = tenant.arm(Method::GET, &listed, "2023-07-01", None);
    let vaults = listed["value"].as_array().unwrap();
    let id = vaults.iter().find(|live| live["name"] == *vault);
    let id = text(&id.unwrap()["id"]);
    let entry = json!({
        "tenantId": tenant.sandbox.operator().tenant_id, "objectId": made.principal,
        "permissions": {
            "keys": ["Get", "List"], "secrets": ["Get", "List"], "certificates": ["Get", "List"],
        },
    });
    let body = json!({ "properties": { "accessPolicies": [entry] } });
    tenant.arm(Method::PUT, &format!("{id}/accessPolicies/add"), "2023-07-01", body);
}

/// One that nobody could foretell.
fn foreign_id(what: &str) -> String {
    ObjectId::derived(&["by hand", what]).to_string()
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_else(|| panic!("no text: {value}")).to_owned()
}
