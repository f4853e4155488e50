//! Keys, secrets and certificates in vaults, and who is let in to them.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};

use crate::certificates::TestCertificate;
use crate::support::{Answer, DEVELOPMENT, PRODUCTION, TENANT, Tenant};

const KEY_VAULT_READER: &str = "21090545-7ca7-4776-b22c-e363652d74d2";
const READER: &str = "acdd72a7-3385-48ef-bd42-f606fba81ae7";
const OF_VAULTS: &str = "https://vault.azure.net/.default";

/// An application that can sign in for vaults, and the object id of its service principal.
pub(crate) struct Caller<'a> {
    tenant: &'a Tenant,
    pub(crate) token: String,
    pub(crate) principal: String,
}

impl<'a> Caller<'a> {
    pub(crate) async fn new(tenant: &'a Tenant) -> Self {
        let certificate = TestCertificate::new();
        let credential = certificate.credential("6f9619ff-8b86-4011-b42d-00cf4fc964ff");
        let body = json!({ "displayName": "scanner", "keyCredentials": [credential] });
        let client_id = tenant.post("/v1.0/applications", body).await.text("/appId");
        let principal = tenant.service_principal(&client_id).await;
        let token = certificate.sign_in(tenant, &client_id, OF_VAULTS).await;
        Self { tenant, token, principal }
    }

    async fn get(&self, path: &str) -> Answer {
        self.call("GET", path, None).await
    }

    pub(crate) async fn call(&self, method: &str, path: &str, body: Option<Value>) -> Answer {
        let separator = if path.contains('?') { '&' } else { '?' };
        let path = format!("/vaults/{path}{separator}api-version=7.6");
        self.tenant.call_as(&self.token, method, &path, &[], body).await
    }

    /// Gets an entry in the vault's access policies.
    pub(crate) async fn entry(&self, vault: &str, permissions: Value) {
        let entry = json!({
            "tenantId": TENANT, "objectId": self.principal.to_uppercase(), "permissions": permissions,
        });
        let body = json!({ "properties": { "accessPolicies": [entry] } });
        let path = format!("{}/accessPolicies/replace?api-version=2026-02-01", id(vault));
        assert_eq!(self.tenant.put(&path, body).await.status, 200);
    }
}

pub(crate) fn id(vault: &str) -> String {
    format!("{PRODUCTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/{vault}")
}

#[track_caller]
pub(crate) fn assert_forbidden(answer: &Answer, reason: &str, message: &str) {
    answer.is_error(403, "Forbidden", message);
    assert_eq!(answer.text("/error/innererror/code"), reason, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_tells_who_comes_without_its_token_where_to_get_one() {
    let tenant = Tenant::start().await;
    let answer = tenant.send("GET", "/vaults/kv-legacy/keys?api-version=7.6", &[], String::new());
    let answer = answer.await;
    answer.is_error(401, "Unauthorized", "AKV10000: Request is missing a Bearer or PoP token.");
    let challenge = format!(
        r#"Bearer authorization="{}", resource="https://vault.azure.net""#,
        tenant.url(&format!("/{TENANT}"))
    );
    assert_eq!(answer.header("www-authenticate"), challenge);
    // The operator's token for Resource Manager, and one with a slash too many.
    let answer = tenant.get("/vaults/kv-legacy/keys?api-version=7.6").await;
    answer.is_error(401, "Unauthorized", "AKV10022: Invalid audience. Expected https://vault.azure.net, found: https://management.azure.com.");
    let token = tenant.operator_token("https://vault.azure.net//.default").await;
    let path = "/vaults/kv-legacy/keys?api-version=7.6";
    let answer = tenant.call_as(&token, "GET", path, &[], None).await;
    answer.is_error(401, "Unauthorized", "found: https://vault.azure.net/.");
}

#[tokio::test(flavor = "multi_thread")]
async fn access_policies_let_in_by_kind_and_permission_in_any_case() {
    let tenant = Tenant::start().await;
    let caller = Caller::new(&tenant).await;
    let denied = caller.get("kv-legacy/certificates").await;
    assert_forbidden(&denied, "AccessDenied", "Caller was not found on any access policy.");
    assert!(denied.text("/error/message").contains(&format!("oid={};", caller.principal)));
    // A role is of no use in a vault on access policies.
    assert_eq!(tenant.assign(PRODUCTION, KEY_VAULT_READER, &caller.principal).await.status, 201);
    assert_forbidden(&caller.get("kv-legacy/keys").await, "AccessDenied", "any access policy");

    caller.entry("kv-legacy", json!({ "keys": ["Get", "LIST"], "secrets": ["all"] })).await;
    let keys = caller.get("kv-legacy/keys").await;
    assert_eq!(keys.status, 200, "{keys:?}");
    assert_eq!(keys.text("/value/0/kid"), tenant.url("/vaults/kv-legacy/keys/signing"));
    assert_eq!(keys.body["value"][1]["managed"], true);
    assert_eq!(caller.get("kv-legacy/keys/signing").await.text("/key/kty"), "EC");
    assert_eq!(
        caller.get("kv-legacy/secrets/database-password").await.text("/value"),
        "made-up value"
    );
    let denied = caller.get("kv-legacy/certificates").await;
    assert_forbidden(&denied, "ForbiddenByPolicy", "does not have certificates list permission");
    let denied = caller.get("kv-legacy/keys/signing/rotationpolicy").await;
    assert_forbidden(&denied, "ForbiddenByPolicy", "does not have keys getrotationpolicy");

    caller.entry("kv-legacy", json!({ "secrets": ["list"] })).await;
    let denied = caller.get("kv-legacy/secrets/web").await;
    assert_forbidden(&denied, "ForbiddenByPolicy", "does not have secrets get permission");
    let secrets = caller.get("kv-legacy/secrets").await;
    assert_eq!(secrets.list("/value").len(), 2);
    assert!(!secrets.body.to_string().contains("made-up value"), "lists have no values");
}

#[tokio::test(flavor = "multi_thread")]
async fn data_actions_of_roles_let_in_to_role_based_vaults() {
    let tenant = Tenant::start().await;
    let caller = Caller::new(&tenant).await;
    caller.entry("kv-rbac", json!({ "keys": ["all"] })).await;
    let denied = caller.get("kv-rbac/keys").await;
    assert_forbidden(&denied, "ForbiddenByRbac", "Action: 'Microsoft.KeyVault/vaults/keys/read'");
    // Reader may read the vault, and nothing that is in it.
    assert_eq!(tenant.assign(PRODUCTION, READER, &caller.principal).await.status, 201);
    assert_forbidden(&caller.get("kv-rbac/keys").await, "ForbiddenByRbac", "propagation time");

    assert_eq!(tenant.assign(PRODUCTION, KEY_VAULT_READER, &caller.principal).await.status, 201);
    for kind in ["keys", "secrets", "certificates", "keys/signing/rotationpolicy"] {
        let answer = caller.get(&format!("kv-rbac/{kind}")).await;
        assert_eq!(answer.status, 200, "{kind}: {answer:?}");
    }
    let denied = caller.get("kv-rbac/secrets/web").await;
    let action = "Action: 'Microsoft.KeyVault/vaults/secrets/getSecret/action'";
    assert_forbidden(&denied, "ForbiddenByRbac", action);
}

#[tokio::test(flavor = "multi_thread")]
async fn exceptions_of_a_role_take_data_actions_away_again() {
    let tenant = Tenant::start().await;
    let caller = Caller::new(&tenant).await;
    let role = "1c2d3e4f-5061-4728-b93a-4b5c6d7e8f90";
    let definition = json!({ "properties": {
        "roleName": "all but keys",
        "type": "CustomRole",
        "permissions": [{
            "actions": [],
            "dataActions": ["Microsoft.KeyVault/vaults/*/read"],
            "notDataActions": ["Microsoft.KeyVault/vaults/keys/read"],
        }],
        "assignableScopes": [PRODUCTION],
    } });
    let path = format!("{PRODUCTION}/providers/Microsoft.Authorization/roleDefinitions/{role}");
    let made = tenant.put(&format!("{path}?api-version=2022-04-01"), definition).await;
    assert_eq!(made.status, 201, "{made:?}");
    // One vault is enough of a scope for a role.
    let scope = id("kv-rbac");
    assert_eq!(tenant.assign(&scope, role, &caller.principal).await.status, 201);
    assert_eq!(caller.get("kv-rbac/certificates").await.status, 200);
    assert_forbidden(&caller.get("kv-rbac/keys").await, "ForbiddenByRbac", "vaults/keys/read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_firewall_refuses_whatever_the_rights_are() {
    let tenant = Tenant::start().await;
    let caller = Caller::new(&tenant).await;
    caller.entry("kv-legacy", json!({ "keys": ["list"] })).await;
    let change = async |properties| {
        let path = format!("{}?api-version=2026-02-01", id("kv-legacy"));
        let changed = tenant.patch(&path, json!({ "properties": properties })).await;
        assert_eq!(changed.status, 200, "{changed:?}");
        caller.get("kv-legacy/keys").await
    };
    let denied = change(json!({ "networkAcls": { "defaultAction": "Deny" } })).await;
    assert_forbidden(&denied, "ForbiddenByFirewall", "Client address is not authorized");
    let denied = change(json!({ "publicNetworkAccess": "Disabled" })).await;
    assert_forbidden(&denied, "ForbiddenByConnection", "Public network access is disabled");
    let opened =
        json!({ "publicNetworkAccess": "Enabled", "networkAcls": { "defaultAction": "Allow" } });
    assert_eq!(change(opened).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_of_at_most_25() {
    let tenant = Tenant::start().await;
    let caller = Caller::new(&tenant).await;
    caller.entry("kv-legacy", json!({ "secrets": ["all"] })).await;
    let first = caller.get("kv-legacy/secrets?maxresults=1").await;
    assert_eq!(first.list("/value").len(), 1);
    let next = first.text("/nextLink");
    let next = next.strip_prefix(tenant.sandbox.url()).unwrap();
    let last = tenant.call_as(&caller.token, "GET", next, &[], None).await;
    assert_eq!(last.text("/value/0/id"), tenant.url("/vaults/kv-legacy/secrets/web"));
    assert_eq!(last.body["nextLink"], json!(null));
    for wrong in ["0", "26", "many"] {
        let answer = caller.get(&format!("kv-legacy/secrets?maxresults={wrong}")).await;
        answer.is_error(400, "BadParameter", "maxresults");
    }
    caller.get("kv-legacy/secrets/nothing").await.is_error(404, "SecretNotFound", "nothing");
    caller.get("kv-nowhere/secrets").await.is_error(404, "VaultNotFound", "kv-nowhere");
    let path = "/vaults/kv-legacy/secrets?api-version=9.9";
    let answer = tenant.call_as(&caller.token, "GET", path, &[], None).await;
    answer.is_error(400, "BadParameter", "(9.9)");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_secret_that_is_set_again_keeps_its_older_versions() {
    let tenant = Tenant::start().await;
    let caller = Caller::new(&tenant).await;
    caller.entry("kv-legacy", json!({ "secrets": ["list", "get"] })).await;
    let set = async |value: &str| {
        let path = "/vaults/kv-legacy/secrets/fresh?api-version=7.6";
        tenant.call_as(&caller.token, "PUT", path, &[], Some(json!({ "value": value }))).await
    };
    assert_forbidden(&set("one").await, "ForbiddenByPolicy", "does not have secrets set");
    caller.entry("kv-legacy", json!({ "secrets": ["list", "get", "set"] })).await;
    let first = set("one").await.text("/id");
    assert_eq!(set("two").await.status, 200);
    let versions = caller.get("kv-legacy/secrets/fresh/versions").await.list("/value");
    assert_eq!(versions.len(), 2);
    assert_eq!(versions[0]["id"], json!(first));
    assert_eq!(caller.get("kv-legacy/secrets/fresh").await.text("/value"), "two");
    let (_, version) = first.rsplit_once('/').unwrap();
    let old = caller.get(&format!("kv-legacy/secrets/fresh/{version}")).await;
    assert_eq!(old.text("/value"), "one");
    // Writing the vault itself leaves what is in it alone.
    let tags = json!({ "tags": { "team": "web" } });
    let path = format!("{}?api-version=2026-02-01", id("kv-legacy"));
    assert_eq!(tenant.patch(&path, tags).await.status, 200);
    assert_eq!(caller.get("kv-legacy/secrets/fresh").await.text("/value"), "two");
}

/// In the role-based vault of Development: with Key Vault Reader and Key Vault Secrets User.
async fn reader_of_secrets(tenant: &Tenant) -> Caller<'_> {
    let caller = Caller::new(tenant).await;
    for role in [KEY_VAULT_READER, "4633458b-17de-408a-b874-0445c86b69e6"] {
        assert_eq!(tenant.assign(DEVELOPMENT, role, &caller.principal).await.status, 201);
    }
    caller
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_is_made_once_and_its_secret_holds_the_key_it_is_for() {
    let tenant = Tenant::start().await;
    let caller = reader_of_secrets(&tenant).await;
    let certificate = caller.get("kv-dev-rbac/certificates/mondoo").await;
    assert_eq!(certificate.status, 200, "{certificate:?}");
    assert_eq!(certificate.body["policy"]["key_props"]["exportable"], json!(true));
    assert_eq!(certificate.text("/policy/secret_props/contentType"), "application/x-pem-file");
    let cer = certificate.text("/cer");
    let sid = certificate.text("/sid");
    let secret = caller.get(sid.split_once("/vaults/").unwrap().1).await;
    assert_eq!(secret.text("/contentType"), "application/x-pem-file");
    let value = secret.text("/value");
    assert!(value.starts_with("-----BEGIN PRIVATE KEY-----\n"), "{value}");
    let (_, pem) = value.split_once("-----BEGIN CERTIFICATE-----").unwrap();
    assert_eq!(pem.split("-----END").next().unwrap().replace('\n', ""), cer);
    let (_, version) = sid.rsplit_once('/').unwrap();
    let again = caller.get(&format!("kv-dev-rbac/certificates/mondoo/{version}")).await;
    assert_eq!(again.text("/cer"), cer);
    assert!(again.body.get("policy").is_none(), "{again:?}");
    let listed = caller.get("kv-dev-rbac/certificates").await.list("/value");
    let listed = listed.iter().find(|one| one["id"].as_str().unwrap().ends_with("/mondoo"));
    assert_eq!(listed.unwrap()["x5t"], certificate.body["x5t"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_that_is_not_exportable_is_in_no_secret() {
    let tenant = Tenant::start().await;
    let caller = reader_of_secrets(&tenant).await;
    let certificate = caller.get("kv-dev-rbac/certificates/hsm-bound").await;
    assert_eq!(certificate.body["policy"]["key_props"]["exportable"], json!(false));
    let keys_in = async |name: &str| {
        let secret = caller.get(&format!("kv-dev-rbac/secrets/{name}")).await;
        assert_eq!(secret.text("/contentType"), "application/x-pkcs12");
        let archive = STANDARD.decode(secret.text("/value")).unwrap();
        let archive = p12_keystore::Pkcs12Archive::from_pkcs12(&archive, "").unwrap();
        assert_eq!(archive.certs.len(), 1);
        archive.keys.len()
    };
    assert_eq!(keys_in("hsm-bound").await, 0);
    assert_eq!(keys_in("web").await, 1);
}
