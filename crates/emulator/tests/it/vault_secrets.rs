//! Secrets that are set, changed, deleted, had back and purged.

use serde_json::{Value, json};
use time::Duration;

use crate::support::{Answer, TENANT, Tenant};
use crate::vault_data::{Caller, assert_forbidden, id};

const ALL: [&str; 6] = ["get", "list", "set", "delete", "recover", "purge"];

/// Longer than any work on a secret takes.
const WORK: Duration = Duration::seconds(10);

/// Who may do everything with the secrets of `kv-legacy`, of which `secret` is one.
async fn owner(tenant: &Tenant) -> Caller<'_> {
    let caller = Caller::new(tenant).await;
    caller.entry("kv-legacy", json!({ "secrets": ALL })).await;
    assert_eq!(set(&caller, "one").await.status, 200);
    caller
}

async fn set(caller: &Caller<'_>, value: &str) -> Answer {
    caller.call("PUT", "kv-legacy/secrets/secret", Some(json!({ "value": value }))).await
}

async fn call(caller: &Caller<'_>, method: &str, path: &str) -> Answer {
    caller.call(method, &format!("kv-legacy/{path}"), None).await
}

#[track_caller]
fn assert_conflict(answer: &Answer, reason: &str, message: &str) {
    answer.is_error(409, "Conflict", message);
    assert_eq!(answer.text("/error/innererror/code"), reason, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_said_of_a_secret_is_kept_until_it_is_said_otherwise() {
    let tenant = Tenant::start().await;
    let caller = owner(&tenant).await;
    let path = "kv-legacy/secrets/secret";
    let body = json!({
        "value": "two", "contentType": "text", "tags": { "team": "web" },
        "attributes": { "nbf": 1_700_000_000, "exp": 1_900_000_000 },
    });
    let second = caller.call("PUT", path, Some(body)).await;
    assert_eq!(second.body["attributes"]["exp"], 1_900_000_000);
    assert_eq!(second.body["attributes"]["recoveryLevel"], "Recoverable+Purgeable");
    let created = second.body["attributes"]["created"].clone();
    tenant.advance(Duration::seconds(3));

    let change = json!({ "attributes": { "enabled": false } });
    let changed = caller.call("PATCH", path, Some(change)).await;
    assert_eq!(changed.text("/id"), second.text("/id"), "the newest version");
    assert_eq!(changed.body.get("value"), None);
    assert_eq!(changed.body["tags"], json!({ "team": "web" }));
    assert_eq!(changed.text("/contentType"), "text");
    assert_eq!(changed.body["attributes"]["nbf"], 1_700_000_000);
    assert_eq!(changed.body["attributes"]["created"], created);
    assert_ne!(changed.body["attributes"]["updated"], created);
    let disabled = call(&caller, "GET", "secrets/secret").await;
    assert_forbidden(&disabled, "SecretDisabled", "not allowed on a disabled secret");

    // The first version has none of that.
    let versions = call(&caller, "GET", "secrets/secret/versions").await.list("/value");
    let first = versions[0]["id"].as_str().unwrap().rsplit_once('/').unwrap().1;
    let first = call(&caller, "GET", &format!("secrets/secret/{first}")).await;
    assert_eq!((first.text("/value").as_str(), first.body.get("tags")), ("one", None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_secret_keeps_its_name_until_it_is_purged() {
    let tenant = Tenant::start().await;
    let caller = owner(&tenant).await;
    let deleted = call(&caller, "DELETE", "secrets/secret").await;
    assert_eq!(deleted.status, 200, "{deleted:?}");
    let recovery = tenant.url("/vaults/kv-legacy/deletedsecrets/secret");
    assert_eq!(deleted.text("/recoveryId"), recovery);
    assert_eq!(deleted.body.get("value"), None);
    let days = deleted.body["scheduledPurgeDate"].as_i64().unwrap()
        - deleted.body["deletedDate"].as_i64().unwrap();
    assert_eq!(days, 90 * 24 * 60 * 60);

    // While it is being deleted it is nowhere.
    call(&caller, "GET", "secrets/secret").await.is_error(404, "SecretNotFound", "secret");
    let missing = call(&caller, "GET", "deletedsecrets/secret").await;
    missing.is_error(404, "SecretNotFound", "Deleted Secret not found: secret");
    assert_eq!(call(&caller, "GET", "deletedsecrets").await.body["value"], json!([]));
    assert_conflict(&set(&caller, "two").await, "ObjectIsBeingDeleted", "cannot be re-created");
    let busy = call(&caller, "POST", "deletedsecrets/secret/recover").await;
    assert_conflict(&busy, "ObjectIsBeingDeleted", "Secret secret is currently being deleted.");
    let busy = call(&caller, "DELETE", "deletedsecrets/secret").await;
    assert_conflict(&busy, "ObjectIsBeingDeleted", "Secret is currently being deleted.");

    tenant.advance(WORK);
    let listed = call(&caller, "GET", "deletedsecrets").await;
    assert_eq!(listed.text("/value/0/id"), tenant.url("/vaults/kv-legacy/secrets/secret"));
    let shown = call(&caller, "GET", "deletedsecrets/secret").await;
    assert_eq!(shown.text("/id"), deleted.text("/id"));
    let taken = set(&caller, "two").await;
    assert_conflict(&taken, "ObjectIsDeletedButRecoverable", "its name cannot be reused");
    assert_eq!(call(&caller, "DELETE", "deletedsecrets/secret").await.status, 204);
    assert_conflict(&set(&caller, "two").await, "ObjectIsBeingDeleted", "retry later");
    tenant.advance(WORK);
    assert_eq!(set(&caller, "two").await.status, 200);
    let versions = call(&caller, "GET", "secrets/secret/versions").await;
    assert_eq!(versions.list("/value").len(), 1, "what was purged does not come back");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_recovered_secret_comes_back_with_all_its_versions() {
    let tenant = Tenant::start().await;
    let caller = owner(&tenant).await;
    assert_eq!(set(&caller, "two").await.status, 200);
    let there = call(&caller, "POST", "deletedsecrets/secret/recover").await;
    there.is_error(400, "MethodNotAllowed", "Secret exists already: secret");
    assert_eq!(there.text("/error/innererror/code"), "RequestNotAllowedOnNonDeletedObject");
    call(&caller, "DELETE", "secrets/secret").await;
    tenant.advance(WORK);
    let recovered = call(&caller, "POST", "deletedsecrets/secret/recover").await;
    assert_eq!((recovered.status, recovered.body.get("recoveryId")), (200, None));
    call(&caller, "GET", "secrets/secret").await.is_error(404, "SecretNotFound", "secret");
    let busy = set(&caller, "three").await;
    assert_conflict(&busy, "ObjectIsBeingRecovered", "currently being recovered");
    tenant.advance(WORK);
    assert_eq!(call(&caller, "GET", "secrets/secret").await.text("/value"), "two");
    let versions = call(&caller, "GET", "secrets/secret/versions").await;
    assert_eq!(versions.list("/value").len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn each_thing_done_to_a_secret_has_its_own_permission_and_data_action() {
    let tenant = Tenant::start().await;
    let caller = owner(&tenant).await;
    let change = Some(json!({ "attributes": { "enabled": true } }));
    let steps = [
        ("PATCH", "secrets/secret", change, "set", "update/action"),
        ("DELETE", "secrets/secret", None, "delete", "delete"),
        ("GET", "deletedsecrets", None, "list", "readMetadata/action"),
        ("GET", "deletedsecrets/secret", None, "get", "readMetadata/action"),
        ("POST", "deletedsecrets/secret/recover", None, "recover", "recover/action"),
        ("DELETE", "deletedsecrets/secret", None, "purge", "purge/action"),
    ];
    for (method, path, body, permission, action) in steps {
        let others: Vec<_> = ALL.into_iter().filter(|one| *one != permission).collect();
        caller.entry("kv-legacy", json!({ "secrets": others })).await;
        let denied = caller.call(method, &format!("kv-legacy/{path}"), body.clone()).await;
        let message = format!("does not have secrets {permission} permission");
        assert_forbidden(&denied, "ForbiddenByPolicy", &message);
        let denied = caller.call(method, &format!("kv-rbac/{path}"), body).await;
        let message = format!("Action: 'Microsoft.KeyVault/vaults/secrets/{action}'");
        assert_forbidden(&denied, "ForbiddenByRbac", &message);
    }
}

/// A vault with these properties besides the usual ones, and a secret in it.
async fn vault_with(tenant: &Tenant, name: &str, properties: Value) -> String {
    let caller = Caller::new(tenant).await;
    let mut body = json!({ "location": "westeurope", "properties": {
        "tenantId": TENANT, "sku": { "family": "A", "name": "standard" },
        "enableRbacAuthorization": false,
        "accessPolicies": [{
            "tenantId": TENANT, "objectId": caller.principal, "permissions": { "secrets": ALL },
        }],
    } });
    for (name, value) in properties.as_object().unwrap() {
        body["properties"][name] = value.clone();
    }
    let made = tenant.put(&format!("{}?api-version=2023-07-01", id(name)), body).await;
    assert_eq!(made.status, 200, "{made:?}");
    let path = format!("{name}/secrets/secret");
    let secret = caller.call("PUT", &path, Some(json!({ "value": "one" }))).await;
    let level = secret.text("/attributes/recoveryLevel");
    let deleted = caller.call("DELETE", &path, None).await;
    tenant.advance(WORK);
    let purged = caller.call("DELETE", &format!("{name}/deletedsecrets/secret"), None).await;
    format!("{level}, {}, {}", deleted.body.get("recoveryId").is_some(), purged.status)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_vault_says_how_long_deleted_secrets_are_kept() {
    let tenant = Tenant::start().await;
    let short = json!({ "softDeleteRetentionInDays": 7 });
    let short = vault_with(&tenant, "kv-short", short).await;
    assert_eq!(short, "CustomizedRecoverable+Purgeable, true, 204");
    let protected = json!({ "enablePurgeProtection": true });
    let protected = vault_with(&tenant, "kv-protected", protected).await;
    assert_eq!(protected, "Recoverable, true, 403");
    let nothing = json!({ "enableSoftDelete": false });
    assert_eq!(vault_with(&tenant, "kv-nothing", nothing).await, "Purgeable, false, 404");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_checked_and_secrets_of_certificates_are_left_alone() {
    let tenant = Tenant::start().await;
    let caller = owner(&tenant).await;
    let value = Some(json!({ "value": "x" }));
    let refused = caller.call("PUT", "kv-legacy/secrets/with_underscore", value.clone()).await;
    let message = "The request URI contains an invalid name: with_underscore";
    refused.is_error(400, "BadParameter", message);
    let refused = caller.call("PUT", "kv-legacy/secrets/empty", Some(json!({}))).await;
    refused.is_error(400, "BadParameter", "value");
    for (method, body) in [("PUT", value), ("PATCH", Some(json!({}))), ("DELETE", None)] {
        let refused = caller.call(method, "kv-legacy/secrets/web", body).await;
        assert_forbidden(&refused, "SecretManagementNotAllowed", "managed by a certificate");
    }
    let left = call(&caller, "GET", "secrets/web").await;
    assert_eq!(left.text("/contentType"), "application/x-pkcs12");
}

#[tokio::test(flavor = "multi_thread")]
async fn secrets_that_are_set_meanwhile_do_not_get_in_the_way_of_writes_to_the_vault() {
    let route = "PATCH /subscriptions/{subscription}/resourceGroups/{resourceGroup}/providers/\
                 Microsoft.KeyVault/vaults/{vault}";
    let faults = format!("faults: [{{ route: '{route}', do: {{ delay: 300ms }} }}]");
    let tenant = Tenant::start_with(&faults).await;
    let caller = owner(&tenant).await;
    let path = format!("{}?api-version=2026-02-01", id("kv-legacy"));
    let tagging = tenant.patch(&path, json!({ "tags": { "team": "web" } }));
    let (patched, first, second) =
        tokio::join!(tagging, set(&caller, "two"), set(&caller, "three"));
    assert_eq!((patched.status, first.status, second.status), (200, 200, 200), "{patched:?}");
    let versions = call(&caller, "GET", "secrets/secret/versions").await;
    assert_eq!(versions.list("/value").len(), 3);
    let shown = tenant.get(&path).await;
    assert_eq!(shown.body["tags"], json!({ "team": "web" }));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_of_secrets_are_not_in_the_log_of_requests() {
    let directory = crate::support::fresh_directory();
    let log = directory.path().join("requests.jsonl");
    let clock = std::sync::Arc::new(std::sync::Mutex::new(crate::support::now()));
    let options = emulator::Options {
        request_log: Some(log.clone()),
        ..crate::support::options(directory.path(), &clock)
    };
    let sandbox = emulator::Sandbox::start(options).await.unwrap();
    let client = crate::support::client_builder(sandbox.ca_file()).build().unwrap();
    let url = format!("{}/vaults/kv-legacy/secrets/secret?api-version=7.6", sandbox.url());
    let body = json!({ "value": "hunter2" }).to_string();
    assert_eq!(client.put(url).body(body).send().await.unwrap().status(), 401);
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(text.contains("/secrets/secret") && !text.contains("hunter2"), "{text}");
}
