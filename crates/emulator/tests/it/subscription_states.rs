//! Subscriptions in trouble, and those of other tenants.

use serde_json::json;

use crate::support::{READER, TENANT, Tenant};

const FOREIGN: &str = "9c8d7e6f-5041-4233-8415-263748596a7b";
const VERSION: &str = "api-version=2022-12-01";

fn id(number: u32) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

async fn start() -> Tenant {
    let states = ["Enabled", "Warned", "PastDue", "Disabled", "Deleted"];
    let own = (1..)
        .zip(states)
        .map(|(number, state)| format!("{{ id: {}, name: {state}, state: {state} }}", id(number)));
    let foreign = format!("{{ id: {}, name: Delegated, tenantId: {FOREIGN} }}", id(6));
    let all: Vec<String> = own.chain([foreign]).collect();
    Tenant::start_with(&format!("subscriptions: [{}]", all.join(", "))).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_shows_each_of_the_five_states() {
    let tenant = start().await;
    let list = tenant.get(&format!("/subscriptions?{VERSION}")).await.list("/value");
    for (number, state) in (1..).zip(["Enabled", "Warned", "PastDue", "Disabled", "Deleted"]) {
        let one = tenant.get(&format!("/subscriptions/{}?{VERSION}", id(number))).await;
        assert_eq!(one.text("/state"), state);
        assert_eq!(one.text("/tenantId"), TENANT);
        assert!(list.contains(&one.body), "{list:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn warned_and_disabled_subscriptions_are_read_only_and_past_due_ones_are_not() {
    let tenant = start().await;
    let (_, principal) = tenant.principal("scanner").await;
    for number in [1, 3] {
        let scope = format!("/subscriptions/{}", id(number));
        assert_eq!(tenant.assign(&scope, READER, &principal).await.status, 201);
    }
    for number in [2, 4] {
        let scope = format!("/subscriptions/{}", id(number));
        let refused = tenant.assign(&scope, READER, &principal).await;
        refused.is_error(409, "ReadOnlyDisabledSubscription", &id(number));
        let vaults = format!("{scope}/providers/Microsoft.KeyVault/vaults?api-version=2026-02-01");
        assert_eq!(tenant.get(&vaults).await.body, json!({ "value": [] }));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_subscription_allows_nothing() {
    let tenant = start().await;
    let (_, principal) = tenant.principal("scanner").await;
    let scope = format!("/subscriptions/{}", id(5));
    let message = format!("The subscription '{}' could not be found.", id(5));
    let vaults = format!("{scope}/providers/Microsoft.KeyVault/vaults?api-version=2026-02-01");
    let enable = format!("{scope}/providers/Microsoft.Subscription/enable?api-version=2021-10-01");
    for refused in [
        tenant.assign(&scope, READER, &principal).await,
        tenant.get(&vaults).await,
        tenant.post(&enable, json!({})).await,
    ] {
        refused.is_error(404, "SubscriptionNotFound", &message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delegated_subscription_keeps_its_own_tenant() {
    let tenant = start().await;
    let one = tenant.get(&format!("/subscriptions/{}?{VERSION}", id(6))).await;
    assert_eq!(one.text("/tenantId"), FOREIGN);
    assert_eq!(one.body["managedByTenants"], json!([{ "tenantId": TENANT }]));
    let root = format!("/providers/Microsoft.Management/managementGroups/{TENANT}");
    let below = tenant.get(&format!("{root}/descendants?api-version=2021-04-01")).await;
    let names: Vec<String> = below
        .list("/value")
        .iter()
        .map(|one| one["properties"]["displayName"].as_str().unwrap().to_owned())
        .collect();
    assert!(names.contains(&"Warned".to_owned()) && !names.contains(&"Delegated".to_owned()));
    // Delegation does not go as far as ownership.
    let (_, principal) = tenant.principal("scanner").await;
    let refused = tenant.assign(&format!("/subscriptions/{}", id(6)), READER, &principal).await;
    refused.is_error(403, "AuthorizationFailed", "Microsoft.Authorization/roleAssignments/write");
}
