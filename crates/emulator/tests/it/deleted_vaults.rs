//! Vaults that are deleted, recovered and purged, and the names that they hold.

use serde_json::{Value, json};
use time::Duration;

use crate::support::{Answer, PRODUCTION, READER, TENANT, Tenant};

const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const VERSION: &str = "api-version=2026-02-01";

fn path(name: &str) -> String {
    format!(
        "{PRODUCTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/{name}?{VERSION}"
    )
}

fn deleted(name: &str, action: &str) -> String {
    format!(
        "{PRODUCTION}/providers/Microsoft.KeyVault/locations/westeurope/deletedVaults/{name}{action}?{VERSION}"
    )
}

fn body(properties: Value) -> Value {
    let mut all = json!({ "tenantId": TENANT, "sku": { "family": "A", "name": "standard" } });
    all.as_object_mut().unwrap().extend(properties.as_object().unwrap().clone());
    json!({ "location": "westeurope", "properties": all })
}

async fn purge(tenant: &Tenant, name: &str) -> Answer {
    tenant.call("POST", &deleted(name, "/purge"), &[], None).await
}

/// The path of the address that a reply gives to ask at.
fn location(tenant: &Tenant, answer: &Answer) -> String {
    answer.header("location").strip_prefix(tenant.sandbox.url()).unwrap().to_owned()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_vault_is_kept_under_its_name_until_its_time_is_up() {
    let tenant = Tenant::start().await;
    let gone = tenant.delete(&path("kv-shared")).await;
    assert_eq!((gone.status, gone.body), (200, Value::Null));
    assert_eq!(tenant.delete(&path("kv-shared")).await.status, 204);
    tenant.get(&path("kv-shared")).await.is_error(404, "ResourceNotFound", "kv-shared");
    let expected = json!({
        "id": deleted("kv-shared", "").split('?').next().unwrap(),
        "name": "kv-shared",
        "type": "Microsoft.KeyVault/deletedVaults",
        "properties": {
            "vaultId": path("kv-shared").split('?').next().unwrap(),
            "location": "westeurope",
            "tags": {},
            "deletionDate": "2027-01-15T08:00:00Z",
            "scheduledPurgeDate": "2027-04-15T08:00:00Z",
        },
    });
    let tenant = tenant.restart().await;
    assert_eq!(tenant.get(&deleted("kv-shared", "")).await.body, expected);
    let all = format!("{PRODUCTION}/providers/Microsoft.KeyVault/deletedVaults?{VERSION}");
    assert_eq!(tenant.get(&all).await.body["value"], json!([expected]));

    let message = "that a vault with the same name was recently deleted but not purged";
    let refused = tenant.put(&path("kv-shared"), body(json!({}))).await;
    refused.is_error(409, "VaultAlreadyExists", message);
    tenant.advance(Duration::days(90));
    let mut tenant = tenant;
    tenant.sign_in_again().await;
    assert_eq!(tenant.get(&all).await.body["value"], json!([]));
    assert_eq!(tenant.put(&path("kv-shared"), body(json!({}))).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_is_missing_with_204_and_its_group_with_404() {
    let tenant = Tenant::start().await;
    assert_eq!(tenant.delete(&path("kv-none")).await.status, 204);
    let nowhere = path("kv-legacy").replace("rg-vaults", "nowhere");
    let message = "Resource group 'nowhere' could not be found.";
    tenant.delete(&nowhere).await.is_error(404, "ResourceGroupNotFound", message);
    let message = "The specified deleted vault 'kv-none' does not exist. Ensure that the vault";
    tenant.get(&deleted("kv-none", "")).await.is_error(404, "DeletedVaultNotFound", message);
    purge(&tenant, "kv-none").await.is_error(404, "DeletedVaultNotFound", message);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovered_vault_has_its_entries_but_not_its_assignments() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    let id = path("kv-shared").split('?').next().unwrap().to_owned();
    let assignment = tenant.assign(&id, READER, &principal).await.text("/id");
    let before = tenant.get(&path("kv-shared")).await.body["properties"].clone();
    assert_eq!(tenant.delete(&path("kv-shared")).await.status, 200);

    let recovered = tenant.put(&path("kv-shared"), body(json!({ "createMode": "recover" }))).await;
    assert_eq!((recovered.status, &recovered.body["properties"]), (200, &before));
    assert_eq!(tenant.get(&path("kv-shared")).await.body["properties"], before);
    tenant.get(&deleted("kv-shared", "")).await.is_error(404, "DeletedVaultNotFound", "");
    let assignment = tenant.get(&format!("{assignment}?api-version=2022-04-01")).await;
    assignment.is_error(404, "RoleAssignmentNotFound", "");
    let missing = tenant.put(&path("kv-none"), body(json!({ "createMode": "recover" }))).await;
    missing.is_error(404, "DeletedVaultNotFound", "'kv-none'");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_purge_is_followed_at_a_long_signed_address_until_it_has_finished() {
    let tenant = Tenant::start().await;
    tenant.delete(&path("kv-legacy")).await;
    let accepted = purge(&tenant, "kv-legacy").await;
    assert_eq!((accepted.status, &accepted.body), (202, &Value::Null));
    let first = location(&tenant, &accepted);
    assert!(first.len() > 2500 && first.contains("/operationResults/"), "{first}");

    let waiting = tenant.get(&first).await;
    let body = json!({ "createdDateTime": "2027-01-15 08:00:00Z", "status": "NotStarted" });
    assert_eq!((waiting.status, &waiting.body), (202, &body));
    let refused = tenant.put(&path("kv-legacy"), self::body(json!({}))).await;
    refused.is_error(409, "VaultAlreadyExists", "");
    let cut = first.split_once("&c=").unwrap().0;
    tenant.get(cut).await.is_error(404, "OperationNotFound", "");

    tenant.advance(Duration::seconds(5));
    let finished = tenant.get(&location(&tenant, &waiting)).await;
    assert_eq!((finished.status, finished.text("/status").as_str()), (200, "Succeeded"));
    tenant.get(&deleted("kv-legacy", "")).await.is_error(404, "DeletedVaultNotFound", "");
    assert_eq!(tenant.put(&path("kv-legacy"), self::body(json!({}))).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_protected_vault_is_never_purged_and_stays_protected() {
    let tenant = Tenant::start().await;
    let protect = |on: bool| json!({ "properties": { "enablePurgeProtection": on } });
    assert_eq!(tenant.patch(&path("kv-legacy"), protect(true)).await.status, 200);
    let refused = tenant.patch(&path("kv-legacy"), protect(false)).await;
    refused.is_error(400, "BadRequest", "\"enablePurgeProtection\" cannot be set to false.");
    let soft = json!({ "properties": { "enableSoftDelete": false } });
    let refused = tenant.patch(&path("kv-legacy"), soft).await;
    refused.is_error(400, "BadRequest", "\"enableSoftDelete\" can be set to false only");
    assert_eq!(tenant.put(&path("kv-legacy"), body(json!({}))).await.status, 200);
    assert_eq!(tenant.delete(&path("kv-legacy")).await.status, 200);
    let kept = tenant.get(&deleted("kv-legacy", "")).await;
    assert_eq!(kept.body["properties"]["purgeProtectionEnabled"], true);
    let refused = purge(&tenant, "kv-legacy").await;
    refused.is_error(405, "MethodNotAllowed", "Operation 'DeletedVaultPurge' is not allowed.");
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_and_purging_take_rights_of_their_own() {
    let tenant = Tenant::start().await;
    let (reader, _) = tenant.holder_of(READER, PRODUCTION).await;
    let refused = tenant.call_as(&reader, "DELETE", &path("kv-legacy"), &[], None).await;
    refused.is_error(403, "AuthorizationFailed", "'Microsoft.KeyVault/vaults/delete'");
    let (contributor, _) = tenant.holder_of(CONTRIBUTOR, PRODUCTION).await;
    let gone = tenant.call_as(&contributor, "DELETE", &path("kv-legacy"), &[], None).await;
    assert_eq!(gone.status, 200);
    let purge = deleted("kv-legacy", "/purge");
    let refused = tenant.call_as(&reader, "POST", &purge, &[], None).await;
    refused.is_error(403, "AuthorizationFailed", "locations/deletedVaults/purge/action'");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_checked_when_asked_and_when_written() {
    let tenant = Tenant::start().await;
    tenant.delete(&path("kv-rbac")).await;
    let check =
        format!("{PRODUCTION}/providers/Microsoft.KeyVault/checkNameAvailability?{VERSION}");
    let ask = async |name: &str| {
        let body = json!({ "name": name, "type": "Microsoft.KeyVault/vaults" });
        tenant.post(&check, body).await.body
    };
    assert_eq!(ask("kv-free").await, json!({ "nameAvailable": true }));
    for name in ["kv-legacy", "KV-RBAC"] {
        assert_eq!(ask(name).await["reason"], "AlreadyExists", "{name}");
    }
    for name in ["kv", "1kv", "kv--x", "kv-", "kv_x", "kv-with-more-than-24-chars"] {
        assert_eq!(ask(name).await["reason"], "AccountNameInvalid", "{name}");
        let message = format!("The vault name '{name}' is invalid. A vault's name must be between");
        let refused = tenant.put(&path(name), body(json!({}))).await;
        refused.is_error(400, "VaultNameNotValid", &message);
    }
}
