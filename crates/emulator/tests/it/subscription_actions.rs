//! Subscriptions that are renamed, cancelled and enabled again.

use serde_json::{Value, json};

use crate::support::{
    ASSIGNMENTS, Answer, DEVELOPMENT, PLATFORM, PRODUCTION, READER, ROLES, TENANT, Tenant,
};

const CONTRIBUTOR: &str = "b24988ac-6180-42a0-ab88-20f7382dd24c";
const NAME: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const RBAC: &str = "api-version=2022-04-01";

fn path(action: &str) -> String {
    format!("{PRODUCTION}/providers/Microsoft.Subscription/{action}?api-version=2021-10-01")
}

async fn act(tenant: &Tenant, action: &str) -> Answer {
    tenant.post(&path(action), json!({})).await
}

async fn state(tenant: &Tenant) -> String {
    tenant.get(&format!("{PRODUCTION}?api-version=2022-12-01")).await.text("/state")
}

fn vault(path: &str) -> String {
    format!(
        "{PRODUCTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-legacy{path}?api-version=2026-02-01"
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_gets_another_name() {
    let tenant = Tenant::start().await;
    let answer = tenant.post(&path("rename"), json!({ "subscriptionName": "Shop" })).await;
    assert_eq!((answer.status, answer.body), (200, json!({ "subscriptionId": &PRODUCTION[15..] })));
    let read = tenant.get(&format!("{PRODUCTION}?api-version=2022-12-01")).await;
    assert_eq!(read.text("/displayName"), "Shop");
    let below = tenant.get(&format!("{PLATFORM}/descendants?api-version=2021-04-01")).await;
    assert_eq!(below.text("/value/0/properties/displayName"), "Shop");
    for name in ["", &"x".repeat(65)] {
        let answer = tenant.post(&path("rename"), json!({ "subscriptionName": name })).await;
        answer.is_error(400, "BadRequest", "name");
    }
    let answer = tenant.get(&path("rename")).await;
    answer.is_error(405, "HttpMethodNotSupported", "'GET'");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_cancelled_subscription_is_disabled_until_it_is_enabled() {
    let tenant = Tenant::start().await;
    act(&tenant, "enable").await.is_error(400, "BadRequest", "not disabled");
    assert_eq!(act(&tenant, "cancel").await.body, json!({ "subscriptionId": &PRODUCTION[15..] }));
    let tenant = tenant.restart().await;
    assert_eq!(state(&tenant).await, "Disabled");
    let list = tenant.get("/subscriptions?api-version=2022-12-01").await;
    let states: Vec<Value> = list.list("/value").iter().map(|one| one["state"].clone()).collect();
    assert_eq!(states, ["Disabled", "Enabled"]);
    for action in ["cancel", "rename"] {
        act(&tenant, action).await.is_error(409, "ReadOnlyDisabledSubscription", "");
    }
    assert_eq!(act(&tenant, "enable").await.status, 200);
    assert_eq!(state(&tenant).await, "Enabled");
}

#[tokio::test(flavor = "multi_thread")]
async fn in_a_disabled_subscription_one_can_only_read_and_delete() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    let assignment = tenant.assign(PRODUCTION, READER, &principal).await.text("/id");
    assert_eq!(act(&tenant, "cancel").await.status, 200);
    let message = format!(
        "The subscription '{}' is disabled and therefore marked as read only. You cannot perform any write actions on this subscription until it is re-enabled.",
        &PRODUCTION[15..]
    );
    let entry =
        json!({ "tenantId": TENANT, "objectId": principal, "permissions": { "keys": ["get"] } });
    let entries = json!({ "properties": { "accessPolicies": [entry] } });
    for answer in [
        tenant.assign(PRODUCTION, READER, &principal).await,
        tenant.assign(&format!("{PRODUCTION}/resourceGroups/rg-web"), READER, &principal).await,
        tenant.put(&vault("/accessPolicies/add"), entries).await,
        tenant.patch(&vault(""), json!({ "tags": {} })).await,
    ] {
        answer.is_error(409, "ReadOnlyDisabledSubscription", &message);
    }
    assert_eq!(tenant.get(&vault("")).await.status, 200);
    assert_eq!(tenant.delete(&format!("{assignment}?{RBAC}")).await.status, 200);
    assert_eq!(tenant.assign(PLATFORM, READER, &principal).await.status, 201);
    assert_eq!(tenant.assign(DEVELOPMENT, READER, &principal).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_subscription_freezes_the_roles_that_name_it() {
    let tenant = Tenant::start().await;
    let role = format!("{DEVELOPMENT}/{ROLES}/{NAME}?{RBAC}");
    let body = |scopes: &[&str]| {
        json!({ "properties": {
        "roleName": "scanner", "permissions": [{ "actions": ["*/read"] }], "assignableScopes": scopes,
    } })
    };
    assert_eq!(tenant.put(&role, body(&[PRODUCTION, DEVELOPMENT])).await.status, 201);
    assert_eq!(act(&tenant, "cancel").await.status, 200);
    for answer in [tenant.put(&role, body(&[DEVELOPMENT])).await, tenant.delete(&role).await] {
        answer.is_error(409, "ReadOnlyDisabledSubscription", &PRODUCTION[15..]);
    }
    assert_eq!(act(&tenant, "enable").await.status, 200);
    assert_eq!(tenant.put(&role, body(&[DEVELOPMENT])).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_an_owner_cancels() {
    let tenant = Tenant::start().await;
    let (token, _) = tenant.holder_of(CONTRIBUTOR, PRODUCTION).await;
    let refused = tenant.call_as(&token, "POST", &path("cancel"), &[], Some(json!({}))).await;
    refused.is_error(403, "AuthorizationFailed", "'Microsoft.Subscription/cancel/action'");

    let role = format!("{PRODUCTION}/{ROLES}/{NAME}?{RBAC}");
    let body = json!({ "properties": {
        "roleName": "canceller", "assignableScopes": [PRODUCTION],
        "permissions": [{ "actions": ["Microsoft.Subscription/cancel/action"] }],
    } });
    assert_eq!(tenant.put(&role, body).await.status, 201);
    let (token, principal) = tenant.holder_of(NAME, PRODUCTION).await;
    let refused = tenant.call_as(&token, "POST", &path("cancel"), &[], Some(json!({}))).await;
    refused.is_error(
        403,
        "AuthorizationFailed",
        "Only subscription owners can perform this operation.",
    );
    let list = tenant
        .get(&format!("{PRODUCTION}/{ASSIGNMENTS}?{RBAC}&$filter=principalId eq '{principal}'"))
        .await;
    assert_eq!(list.list("/value").len(), 1);
    assert_eq!(state(&tenant).await, "Enabled");
}
