//! Single entries of a vault's access policies.

use serde_json::{Value, json};

use crate::support::{Answer, PRODUCTION, READER, TENANT, Tenant};

const SCANNER: &str = "5b6c7d8e-9fa0-41b2-83c4-d5e6f7081920";
const CONTRIBUTOR: &str = "f25e0fa2-a7c8-4377-a976-54943a77a395";

fn vault(name: &str) -> String {
    format!("{PRODUCTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/{name}")
}

fn path(name: &str, operation: &str) -> String {
    format!("{}/accessPolicies/{operation}?api-version=2026-02-01", vault(name))
}

fn entry(permissions: Value) -> Value {
    json!({ "tenantId": TENANT, "objectId": SCANNER, "permissions": permissions })
}

fn body(entries: &[Value]) -> Value {
    json!({ "properties": { "accessPolicies": entries } })
}

async fn update(tenant: &Tenant, operation: &str, permissions: Value) -> Answer {
    tenant.put(&path("kv-shared", operation), body(&[entry(permissions)])).await
}

/// What the vault holds for the scanner.
async fn held(tenant: &Tenant) -> Option<Value> {
    let policies = policies(tenant).await;
    policies
        .iter()
        .find(|policy| policy["objectId"] == SCANNER)
        .map(|policy| policy["permissions"].clone())
}

async fn policies(tenant: &Tenant) -> Vec<Value> {
    tenant
        .get(&format!("{}?api-version=2026-02-01", vault("kv-shared")))
        .await
        .list("/properties/accessPolicies")
}

#[tokio::test(flavor = "multi_thread")]
async fn an_addition_is_merged_into_the_entry_and_answered_with_what_was_sent() {
    let tenant = Tenant::start().await;
    let added = update(&tenant, "add", json!({ "keys": ["Get"], "secrets": ["list"] })).await;
    let expected = json!({
        "id": format!("{}/accessPolicies/", vault("kv-shared")),
        "type": "Microsoft.KeyVault/vaults/accessPolicies",
        "properties": { "accessPolicies": [entry(json!({ "keys": ["Get"], "secrets": ["list"] }))] },
    });
    assert_eq!((added.status, &added.body), (200, &expected));
    let added = update(&tenant, "add", json!({ "keys": ["get", "list"] })).await;
    assert_eq!(
        added.body["properties"]["accessPolicies"][0]["permissions"],
        json!({ "keys": ["get", "list"] })
    );
    assert_eq!(held(&tenant).await, Some(json!({ "keys": ["Get", "list"], "secrets": ["list"] })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_replacement_overwrites_the_one_entry() {
    let tenant = Tenant::start().await;
    update(&tenant, "add", json!({ "keys": ["get", "list"], "secrets": ["get"] })).await;
    assert_eq!(update(&tenant, "replace", json!({ "keys": ["get"] })).await.status, 200);
    assert_eq!(held(&tenant).await, Some(json!({ "keys": ["get"] })));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removal_goes_by_exact_spelling_until_nothing_is_left() {
    let tenant = Tenant::start().await;
    update(&tenant, "add", json!({ "keys": ["Get", "list"] })).await;
    update(&tenant, "remove", json!({ "keys": ["get", "list"], "secrets": ["get"] })).await;
    assert_eq!(held(&tenant).await, Some(json!({ "keys": ["Get"] })));
    update(&tenant, "remove", json!({ "keys": ["Get"] })).await;
    assert_eq!(held(&tenant).await, None);
    assert_eq!(update(&tenant, "remove", json!({ "keys": ["Get"] })).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn permissions_are_kept_as_they_were_written() {
    let tenant = Tenant::start().await;
    let written =
        json!({ "keys": ["UNWRAPKEY", "Get"], "secrets": ["All"], "certificates": ["all"] });
    for operation in ["add", "replace"] {
        assert_eq!(update(&tenant, operation, written.clone()).await.status, 200);
        assert_eq!(held(&tenant).await, Some(written.clone()));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_entries_are_left_as_they_are() {
    let tenant = Tenant::start().await;
    let before = policies(&tenant).await;
    for operation in ["add", "replace", "remove"] {
        update(&tenant, operation, json!({ "keys": ["get"] })).await;
    }
    assert_eq!(policies(&tenant).await, before);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_through_an_application_is_another_one() {
    let tenant = Tenant::start().await;
    let foreign = policies(&tenant).await[2].clone();
    let mut plain = foreign.clone();
    plain.as_object_mut().unwrap().remove("applicationId");
    plain["permissions"] = json!({ "keys": ["get"] });
    tenant.put(&path("kv-shared", "add"), body(&[plain.clone()])).await;
    let after = policies(&tenant).await;
    assert_eq!((after.len(), &after[2], &after[3]), (4, &foreign, &plain));

    let mut shouted = foreign.clone();
    shouted["applicationId"] = json!(foreign["applicationId"].as_str().unwrap().to_uppercase());
    tenant.put(&path("kv-shared", "add"), body(&[shouted])).await;
    assert_eq!(policies(&tenant).await, after);
}

#[tokio::test(flavor = "multi_thread")]
async fn entries_that_break_a_rule_are_refused_whole() {
    let tenant = Tenant::start().await;
    let with = |name: &str, value: Value| {
        let mut entry = entry(json!({ "keys": ["get"] }));
        entry[name] = value;
        entry
    };
    for wrong in [
        with("tenantId", json!("11111111-2222-4333-8444-555555555555")),
        with("objectId", json!("scanner")),
        with("applicationId", json!("scanner")),
        with("permissions", json!({ "keys": ["read"] })),
    ] {
        for operation in ["add", "remove"] {
            let entries = body(&[entry(json!({ "keys": ["get"] })), wrong.clone()]);
            let answer = tenant.put(&path("kv-shared", operation), entries).await;
            answer.is_error(
                400,
                "BadRequest",
                "An invalid value was provided for 'accessPolicies'.",
            );
        }
    }
    assert_eq!(held(&tenant).await, None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_holds_1024_entries() {
    let tenant = Tenant::start().await;
    let entries: Vec<Value> = (0..1024)
        .map(|index| {
            let id = format!("00000000-0000-4000-8000-{index:012x}");
            json!({ "tenantId": TENANT, "objectId": id, "permissions": { "keys": ["get"] } })
        })
        .collect();
    assert_eq!(tenant.put(&path("kv-legacy", "add"), body(&entries)).await.status, 200);
    let more = body(&[entry(json!({ "keys": ["get"] }))]);
    let answer = tenant.put(&path("kv-legacy", "add"), more).await;
    answer.is_error(400, "BadRequest", "An invalid value was provided for 'accessPolicies'.");
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_entries_takes_a_right_of_its_own() {
    let tenant = Tenant::start().await;
    let change = body(&[entry(json!({ "keys": ["get"] }))]);
    for (role, expected) in [(CONTRIBUTOR, 200), (READER, 403)] {
        let (token, _) = tenant.holder_of(role, PRODUCTION).await;
        let answer = tenant
            .call_as(&token, "PUT", &path("kv-shared", "add"), &[], Some(change.clone()))
            .await;
        assert_eq!(answer.status, expected, "{answer:?}");
    }
    let answer = tenant.put(&path("kv-none", "add"), change).await;
    answer.is_error(404, "ResourceNotFound", "Microsoft.KeyVault/vaults/kv-none");
}
