//! Tenants, management groups, subscriptions and their resources.

use serde_json::{Value, json};

use crate::support::{Answer, DEVELOPMENT, PLATFORM, PRODUCTION, READER, TENANT, Tenant};

const SUBSCRIPTIONS: &str = "/subscriptions?api-version=2022-12-01";
const KEY_VAULT_CONTRIBUTOR: &str = "f25e0fa2-a7c8-4377-a976-54943a77a395";
const GROUPS: &str = "/providers/Microsoft.Management/managementGroups";

fn names(answer: &Answer, pointer: &str) -> Vec<String> {
    answer
        .list("/value")
        .iter()
        .map(|one| one.pointer(pointer).unwrap().as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_has_the_recorded_shape() {
    let tenant = Tenant::start().await;
    let expected = json!({
        "id": PRODUCTION,
        "authorizationSource": "RoleBased",
        "managedByTenants": [],
        "subscriptionId": &PRODUCTION[15..],
        "tenantId": TENANT,
        "displayName": "Production",
        "state": "Enabled",
        "subscriptionPolicies": {
            "locationPlacementId": "Public_2014-09-01",
            "quotaId": "EnterpriseAgreement_2014-09-01",
            "spendingLimit": "Off",
        },
    });
    assert_eq!(tenant.get(&format!("{PRODUCTION}?api-version=2022-12-01")).await.body, expected);
    assert_eq!(
        names(&tenant.get(SUBSCRIPTIONS).await, "/displayName"),
        ["Production", "Development"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_sees_the_subscriptions_that_it_may_read() {
    let tenant = Tenant::start().await;
    let (token, principal) = tenant.holder_of(READER, DEVELOPMENT).await;
    let list = tenant.call_as(&token, "GET", SUBSCRIPTIONS, &[], None).await;
    assert_eq!(names(&list, "/displayName"), ["Development"]);
    let other = format!("{PRODUCTION}?api-version=2022-12-01");
    let message = format!(
        "with object id '{principal}' does not have authorization to perform action 'Microsoft.Resources/subscriptions/read' over scope '{PRODUCTION}' or the scope is invalid."
    );
    tenant.call_as(&token, "GET", &other, &[], None).await.is_error(
        403,
        "AuthorizationFailed",
        &message,
    );
    let unknown = "/subscriptions/11111111-2222-4333-8444-555555555555?api-version=2022-12-01";
    tenant.get(unknown).await.is_error(403, "AuthorizationFailed", "or the scope is invalid");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_tenant_lists_itself() {
    let tenant = Tenant::start().await;
    let answer = tenant.get("/tenants?api-version=2022-12-01").await;
    let expected = json!([{
        "id": format!("/tenants/{TENANT}"),
        "tenantId": TENANT,
        "countryCode": "DE",
        "displayName": "Contoso",
        "domains": ["contoso.onmicrosoft.com"],
        "tenantCategory": "Home",
        "defaultDomain": "contoso.onmicrosoft.com",
        "tenantType": "AAD",
    }]);
    assert_eq!(answer.body, json!({ "value": expected }));
}

#[tokio::test(flavor = "multi_thread")]
async fn resources_are_listed_by_type_as_far_as_they_may_be_read() {
    let tenant = Tenant::start().await;
    let all = format!("{PRODUCTION}/resources?api-version=2021-04-01");
    assert_eq!(tenant.get(&all).await.list("/value").len(), 4);
    let sites = tenant.get(&format!("{all}&$filter=resourceType eq 'microsoft.web/sites'")).await;
    let expected = json!([{
        "id": format!("{PRODUCTION}/resourceGroups/rg-web/providers/Microsoft.Web/sites/shop-prod"),
        "name": "shop-prod", "type": "Microsoft.Web/sites", "location": "westeurope", "tags": {},
    }]);
    assert_eq!(sites.body["value"], expected);
    let (token, _) = tenant.holder_of(KEY_VAULT_CONTRIBUTOR, PRODUCTION).await;
    let readable = tenant.call_as(&token, "GET", &all, &[], None).await;
    assert_eq!(names(&readable, "/name"), ["kv-legacy", "kv-rbac", "kv-shared"]);
    let vaults = format!("{all}&$filter=resourceType eq 'Microsoft.KeyVault/vaults'");
    let named = tenant.get(&format!("{vaults} and name eq 'KV-Legacy'")).await;
    assert_eq!(names(&named, "/name"), ["kv-legacy"]);
    let answer = tenant.get(&format!("{all}&$filter=kind eq 'x'")).await;
    answer.is_error(400, "InvalidFilterInQueryString", "kind eq 'x'");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_management_group_expands_to_its_children() {
    let tenant = Tenant::start().await;
    let version = "api-version=2021-04-01";
    let group = tenant.get(&format!("{PLATFORM}?{version}")).await;
    let parent = json!({ "id": format!("{GROUPS}/{TENANT}"), "name": TENANT, "displayName": "Tenant Root Group" });
    assert_eq!(group.body["properties"]["details"]["parent"], parent);
    assert_eq!(group.body["properties"].get("children"), None);

    let root = format!("{GROUPS}/{TENANT}?{version}&$expand=children");
    let platform = json!({
        "id": PLATFORM, "type": "Microsoft.Management/managementGroups", "name": "platform", "displayName": "Platform",
    });
    assert_eq!(tenant.get(&root).await.body["properties"]["children"], json!([platform]));
    let deep = tenant.get(&format!("{root}&$recurse=true")).await;
    let children = deep.list("/properties/children/0/children");
    assert_eq!(
        children[0],
        json!({
            "id": PRODUCTION, "type": "/subscriptions", "name": &PRODUCTION[15..], "displayName": "Production",
        })
    );
    assert_eq!(children.len(), 2);
}

#[tokio::test(flavor = "multi_thread")]
async fn descendants_come_in_pages() {
    let tenant = Tenant::start().await;
    let first =
        tenant.get(&format!("{GROUPS}/{TENANT}/descendants?api-version=2021-04-01&$top=2")).await;
    let expected = json!([
        {
            "id": PLATFORM, "type": "Microsoft.Management/managementGroups", "name": "platform",
            "properties": { "displayName": "Platform", "parent": { "id": format!("{GROUPS}/{TENANT}") } },
        },
        {
            "id": PRODUCTION, "type": "Microsoft.Management/managementGroups/subscriptions", "name": &PRODUCTION[15..],
            "properties": { "displayName": "Production", "parent": { "id": PLATFORM } },
        },
    ]);
    assert_eq!(first.body["value"], expected);
    let next = first.text("/nextLink");
    let second = tenant.get(next.strip_prefix(tenant.sandbox.url()).unwrap()).await;
    assert_eq!(names(&second, "/properties/displayName"), ["Development"]);
    assert_eq!(second.body.get("nextLink"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn management_groups_that_are_missing_or_hidden_are_refused_alike() {
    let tenant = Tenant::start().await;
    let missing = tenant.get(&format!("{GROUPS}/nobody?api-version=2021-04-01")).await;
    missing.is_error(403, "AuthorizationFailed", "Microsoft.Management/managementGroups/read");
    let (token, _) = tenant.holder_of(READER, PLATFORM).await;
    let list =
        tenant.call_as(&token, "GET", &format!("{GROUPS}?api-version=2021-04-01"), &[], None).await;
    assert_eq!(names(&list, "/name"), ["platform"]);
    let root = format!("{GROUPS}/{TENANT}?api-version=2021-04-01");
    tenant.call_as(&token, "GET", &root, &[], None).await.is_error(403, "AuthorizationFailed", "");

    let (token, _) = tenant.holder_of(READER, PRODUCTION).await;
    let list =
        tenant.call_as(&token, "GET", &format!("{GROUPS}?api-version=2021-04-01"), &[], None).await;
    list.is_error(403, "AuthorizationFailed", "over scope '/providers/Microsoft.Management'.");
    let below: Vec<Value> =
        tenant.get(&format!("{PLATFORM}/descendants?api-version=2021-04-01")).await.list("/value");
    assert_eq!(below.len(), 2);
}
