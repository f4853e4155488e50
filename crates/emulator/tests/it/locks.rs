//! Management locks, and what they keep from being written and deleted.

use serde_json::{Value, json};

use crate::support::{
    ASSIGNMENTS, Answer, DEVELOPMENT, OWNER, PRODUCTION, READER, ROLES, TENANT, Tenant,
};

const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const USER_ACCESS_ADMINISTRATOR: &str = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9";
const ROLE: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const VERSION: &str = "api-version=2016-09-01";

fn group() -> String {
    format!("{PRODUCTION}/resourceGroups/rg-vaults")
}

fn vault() -> String {
    format!("{}/providers/Microsoft.KeyVault/vaults/kv-legacy", group())
}

fn path(scope: &str, name: &str) -> String {
    format!("{scope}/providers/Microsoft.Authorization/locks/{name}?{VERSION}")
}

async fn lock(tenant: &Tenant, scope: &str, name: &str, level: &str) -> Answer {
    tenant.put(&path(scope, name), json!({ "properties": { "level": level } })).await
}

async fn listed(tenant: &Tenant, scope: &str, filter: &str) -> Vec<Value> {
    let list = format!("{scope}/providers/Microsoft.Authorization/locks?{VERSION}{filter}");
    tenant.get(&list).await.list("/value").iter().map(|lock| lock["name"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_lock_is_created_with_201_and_updated_with_200() {
    let tenant = Tenant::start().await;
    let mut expected = json!({
        "properties": { "level": "CanNotDelete" },
        "id": format!("{}/providers/Microsoft.Authorization/locks/keep", group()),
        "type": "Microsoft.Authorization/locks",
        "name": "keep",
    });
    let created = lock(&tenant, &group(), "keep", "CanNotDelete").await;
    assert_eq!((created.status, &created.body), (201, &expected));
    expected["properties"] = json!({ "level": "ReadOnly", "notes": "frozen" });
    let body = json!({ "properties": { "level": "ReadOnly", "notes": "frozen" }, "name": "keep" });
    let updated = tenant.put(&path(&group().to_uppercase(), "KEEP"), body).await;
    assert_eq!((updated.status, &updated.body), (200, &expected));
    let tenant = tenant.restart().await;
    assert_eq!(tenant.get(&path(&group(), "keep")).await.body, expected);

    let deleted = tenant.delete(&path(&group(), "keep")).await;
    assert_eq!((deleted.status, deleted.body), (200, Value::Null));
    assert_eq!(tenant.delete(&path(&group(), "keep")).await.status, 204);
    tenant.get(&path(&group(), "keep")).await.is_error(404, "LockNotFound", "'keep'");
}

#[tokio::test(flavor = "multi_thread")]
async fn locks_that_break_a_rule_are_refused() {
    let tenant = Tenant::start().await;
    let answer = lock(&tenant, &group(), "keep", "Frozen").await;
    answer.is_error(400, "InvalidRequestContent", "Frozen");
    let long = json!({ "properties": { "level": "ReadOnly", "notes": "x".repeat(513) } });
    tenant.put(&path(&group(), "keep"), long).await.is_error(400, "LockNotesTooLong", "512");
    let root = format!("/providers/Microsoft.Management/managementGroups/{TENANT}");
    lock(&tenant, &root, "keep", "ReadOnly").await.is_error(404, "InvalidResourceType", "");
    let nowhere = format!("{PRODUCTION}/resourceGroups/nowhere");
    let answer = lock(&tenant, &nowhere, "keep", "ReadOnly").await;
    answer.is_error(404, "ResourceGroupNotFound", "'nowhere'");
}

#[tokio::test(flavor = "multi_thread")]
async fn locks_are_listed_with_those_below_unless_at_scope() {
    let tenant = Tenant::start().await;
    for (scope, name) in [(PRODUCTION, "a"), (&group(), "b"), (&vault(), "c"), (DEVELOPMENT, "d")] {
        assert_eq!(lock(&tenant, scope, name, "CanNotDelete").await.status, 201);
    }
    assert_eq!(listed(&tenant, PRODUCTION, "").await, ["a", "b", "c"]);
    assert_eq!(listed(&tenant, PRODUCTION, "&$filter=atScope()").await, ["a"]);
    assert_eq!(listed(&tenant, &group(), "&$filter=atScope()").await, ["a", "b"]);
    assert_eq!(listed(&tenant, &vault(), "").await, ["a", "b", "c"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_owners_and_user_access_administrators_write_locks() {
    let tenant = Tenant::start().await;
    let body = json!({ "properties": { "level": "ReadOnly" } });
    for (role, written, deleted) in [
        (OWNER, 201, 200),
        (USER_ACCESS_ADMINISTRATOR, 201, 200),
        (CONTRIBUTOR, 403, 403),
        (READER, 403, 403),
    ] {
        let (token, _) = tenant.holder_of(role, DEVELOPMENT).await;
        let lock = path(DEVELOPMENT, "frozen");
        let answer = tenant.call_as(&token, "PUT", &lock, &[], Some(body.clone())).await;
        assert_eq!(answer.status, written, "{role} {answer:?}");
        let answer = tenant.call_as(&token, "DELETE", &lock, &[], None).await;
        assert_eq!(answer.status, deleted, "{role} {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_read_only_lock_blocks_writes_at_its_scope_and_below() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    let assigned = tenant.assign(&group(), READER, &principal).await.text("/id");
    assert_eq!(lock(&tenant, PRODUCTION, "frozen", "ReadOnly").await.status, 201);
    let entry = json!({ "tenantId": TENANT, "objectId": principal, "permissions": {} });
    let entries = json!({ "properties": { "accessPolicies": [entry] } });
    let role = json!({ "properties": {
        "roleName": "scanner", "permissions": [{ "actions": ["*/read"] }], "assignableScopes": [PRODUCTION],
    } });
    let add = format!("{}/accessPolicies/add", vault());
    for (scope, body, version) in [
        (&vault(), json!({ "tags": {} }), "2026-02-01"),
        (&add, entries, "2026-02-01"),
        (&format!("{PRODUCTION}/{ROLES}/{ROLE}"), role, "2022-04-01"),
    ] {
        let method = if *scope == vault() { "PATCH" } else { "PUT" };
        let path = format!("{scope}?api-version={version}");
        let answer = tenant.call(method, &path, &[], Some(body)).await;
        let message = format!(
            "The scope '{scope}' cannot perform write operation because following scope(s) are locked: '{PRODUCTION}'. Please remove the lock and try again."
        );
        answer.is_error(409, "ScopeLocked", &message);
    }
    let refused = tenant.assign(&vault(), READER, &principal).await;
    refused.is_error(409, "ScopeLocked", "cannot perform write operation");
    let refused = tenant.delete(&format!("{assigned}?api-version=2022-04-01")).await;
    refused.is_error(
        409,
        "ScopeLocked",
        &format!("The scope '{assigned}' cannot perform delete operation"),
    );
    assert_eq!(tenant.get(&format!("{}?api-version=2026-02-01", vault())).await.status, 200);

    assert_eq!(tenant.assign(DEVELOPMENT, READER, &principal).await.status, 201);
    assert_eq!(tenant.delete(&path(PRODUCTION, "frozen")).await.status, 200);
    assert_eq!(tenant.assign(&vault(), READER, &principal).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delete_lock_blocks_the_deletion_of_assignments_but_no_write() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    assert_eq!(lock(&tenant, &group(), "keep", "CanNotDelete").await.status, 201);
    let above = tenant.assign(PRODUCTION, READER, &principal).await.text("/id");
    let below = tenant.assign(&vault(), READER, &principal).await;
    assert_eq!(below.status, 201);
    let below = below.text("/id");
    let refused = tenant.delete(&format!("{below}?api-version=2022-04-01")).await;
    let message = format!(
        "The scope '{below}' cannot perform delete operation because following scope(s) are locked: '{}'. Please remove the lock and try again.",
        group()
    );
    refused.is_error(409, "ScopeLocked", &message);
    assert_eq!(tenant.delete(&format!("{above}?api-version=2022-04-01")).await.status, 200);
    assert!(below.contains(ASSIGNMENTS));
    let entry =
        json!({ "tenantId": TENANT, "objectId": principal, "permissions": { "keys": ["get"] } });
    let entries = json!({ "properties": { "accessPolicies": [entry] } });
    let add = format!("{}/accessPolicies/add?api-version=2026-02-01", vault());
    assert_eq!(tenant.put(&add, entries).await.status, 200);
}
