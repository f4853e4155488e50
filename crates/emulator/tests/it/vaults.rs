//! Key vaults as a whole.

use serde_json::{Value, json};

use crate::support::{PRODUCTION, READER, TENANT, Tenant};

const KEY_VAULT_CONTRIBUTOR: &str = "f25e0fa2-a7c8-4377-a976-54943a77a395";
const VERSION: &str = "api-version=2026-02-01";

fn group() -> String {
    format!("{PRODUCTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults")
}

fn path(name: &str) -> String {
    format!("{}/{name}?{VERSION}", group())
}

fn body() -> Value {
    json!({ "location": "eastus", "properties": { "tenantId": TENANT, "sku": { "family": "A", "name": "standard" } } })
}

#[tokio::test(flavor = "multi_thread")]
async fn seeded_vaults_cover_the_three_ways_to_give_access() {
    let tenant = Tenant::start().await;
    let mode = async |name| {
        tenant.get(&path(name)).await.body["properties"].get("enableRbacAuthorization").cloned()
    };
    assert_eq!(mode("kv-legacy").await, Some(json!(false)));
    assert_eq!(mode("kv-shared").await, None);
    assert_eq!(mode("kv-rbac").await, Some(json!(true)));
    let shared = tenant.get(&path("kv-shared")).await;
    assert_eq!(shared.list("/properties/accessPolicies").len(), 3);
    assert_eq!(
        shared.body["properties"]["accessPolicies"][0]["permissions"]["keys"],
        json!(["Get", "List"])
    );
    assert_eq!(shared.text("/properties/vaultUri"), tenant.url("/vaults/kv-shared/"));
    assert_eq!(shared.text("/properties/provisioningState"), "Succeeded");
}

#[tokio::test(flavor = "multi_thread")]
async fn vaults_are_listed_whole_and_in_pages() {
    let tenant = Tenant::start().await;
    let first = tenant
        .get(&format!("{PRODUCTION}/providers/Microsoft.KeyVault/vaults?{VERSION}&$top=2"))
        .await;
    let next = first.text("/nextLink");
    let second = tenant.get(next.strip_prefix(tenant.sandbox.url()).unwrap()).await;
    let names: Vec<Value> = first
        .list("/value")
        .iter()
        .chain(&second.list("/value"))
        .map(|vault| vault["name"].clone())
        .collect();
    assert_eq!(names, ["kv-legacy", "kv-rbac", "kv-shared"]);
    assert_eq!(second.list("/value/0/properties/accessPolicies").len(), 3);
    assert_eq!(second.body.get("nextLink"), None);
    let all = format!("{PRODUCTION}/providers/Microsoft.KeyVault/vaults?{VERSION}&$top=3");
    assert_eq!(tenant.get(&all).await.body.get("nextLink"), None);
    assert_eq!(tenant.get(&format!("{}?{VERSION}", group())).await.list("/value").len(), 3);
    let web = group().replace("rg-vaults", "rg-web");
    assert_eq!(tenant.get(&format!("{web}?{VERSION}")).await.list("/value"), Vec::<Value>::new());
    let nowhere = group().replace("rg-vaults", "nowhere");
    tenant.get(&format!("{nowhere}?{VERSION}")).await.is_error(
        404,
        "ResourceGroupNotFound",
        "'nowhere'",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn there_are_no_managed_hsms() {
    let tenant = Tenant::start().await;
    let list = format!("providers/Microsoft.KeyVault/managedHSMs?{VERSION}");
    let group = |name| format!("{PRODUCTION}/resourceGroups/{name}/{list}");
    for path in [format!("{PRODUCTION}/{list}"), group("rg-vaults")] {
        assert_eq!(tenant.get(&path).await.body, json!({ "value": [] }), "{path}");
    }
    tenant.get(&group("none")).await.is_error(404, "ResourceGroupNotFound", "none");
    let (token, _) = tenant.holder_of(READER, &format!("{PRODUCTION}/resourceGroups/rg-web")).await;
    let refused = tenant.call_as(&token, "GET", &group("rg-vaults"), &[], None).await;
    refused.is_error(403, "AuthorizationFailed", "Microsoft.KeyVault/managedHSMs/read");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_vault_is_registering_at_first_and_role_based_unless_an_old_version_made_it() {
    let tenant = Tenant::start().await;
    let created = tenant.put(&path("kv-new"), body()).await;
    assert_eq!(created.status, 200, "{created:?}");
    assert_eq!(created.text("/properties/provisioningState"), "RegisteringDns");
    assert_eq!(created.text("/properties/vaultUri"), tenant.url("/vaults/kv-new"));
    let read = tenant.get(&path("kv-new")).await;
    assert_eq!(read.text("/properties/provisioningState"), "Succeeded");
    assert_eq!(read.text("/properties/vaultUri"), tenant.url("/vaults/kv-new/"));
    assert_eq!(read.body["properties"]["enableRbacAuthorization"], json!(true));

    let old = path("kv-old").replace("2026-02-01", "2023-07-01");
    let created = tenant.put(&old, body()).await;
    assert_eq!(created.body["properties"].get("enableRbacAuthorization"), None, "{created:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn writing_a_whole_vault_wipes_its_access_policies() {
    let tenant = Tenant::start().await;
    let policies = async || tenant.get(&path("kv-shared")).await.list("/properties/accessPolicies");
    assert_eq!(tenant.patch(&path("kv-shared"), json!({ "tags": { "a": "b" } })).await.status, 200);
    assert_eq!(policies().await.len(), 3);
    let body = json!({ "properties": { "accessPolicies": [policies().await[0]] } });
    assert_eq!(tenant.patch(&path("kv-shared"), body).await.status, 200);
    assert_eq!(policies().await.len(), 1);
    assert_eq!(tenant.put(&path("kv-shared"), self::body()).await.status, 200);
    assert_eq!(policies().await.len(), 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn vaults_that_break_a_rule_are_refused() {
    let tenant = Tenant::start().await;
    let elsewhere = path("kv-legacy").replace("rg-vaults", "rg-web");
    tenant.put(&elsewhere, body()).await.is_error(
        409,
        "VaultAlreadyExists",
        "The vault name 'kv-legacy' is already in use.",
    );
    let nowhere = path("kv-new").replace("rg-vaults", "nowhere");
    tenant.put(&nowhere, body()).await.is_error(404, "ResourceGroupNotFound", "'nowhere'");
    let mut foreign = body();
    foreign["properties"]["tenantId"] = json!("11111111-2222-4333-8444-555555555555");
    tenant.put(&path("kv-new"), foreign).await.is_error(400, "BadRequest", "'tenantId'");
    let answer = tenant.get(&path("kv-none")).await;
    answer.is_error(
        404,
        "ResourceNotFound",
        "The Resource 'Microsoft.KeyVault/vaults/kv-none' under resource group 'rg-vaults'",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_can_be_switched_to_roles_and_back_and_keeps_its_entries() {
    let tenant = Tenant::start().await;
    let switch = async |on: Value| {
        let body = json!({ "properties": { "enableRbacAuthorization": on } });
        tenant.patch(&path("kv-shared"), body).await
    };
    for on in [json!(true), json!(false), json!(true)] {
        assert_eq!(switch(on.clone()).await.status, 200);
        let read = tenant.get(&path("kv-shared")).await;
        assert_eq!(read.body["properties"]["enableRbacAuthorization"], on);
        assert_eq!(read.list("/properties/accessPolicies").len(), 3);
    }
    let mut whole = body();
    whole["properties"]["enableRbacAuthorization"] = json!(true);
    assert_eq!(tenant.put(&path("kv-legacy"), whole).await.status, 200);
    let read = tenant.get(&path("kv-legacy")).await;
    assert_eq!(read.body["properties"]["enableRbacAuthorization"], true);
}

#[tokio::test(flavor = "multi_thread")]
async fn switching_a_vault_takes_the_right_to_assign_roles() {
    let tenant = Tenant::start().await;
    let (token, principal) = tenant.holder_of(KEY_VAULT_CONTRIBUTOR, PRODUCTION).await;
    let mut whole = body();
    whole["properties"]["enableRbacAuthorization"] = json!(true);
    let message = format!(
        "Caller is not allowed to change permission model. For more information on how to change the permissions model follow this link: https://go.microsoft.com/fwlink/?linkid=2155160. Details: oid={principal}; action=Microsoft.Authorization/roleAssignments/write;"
    );
    for (method, body) in
        [("PATCH", json!({ "properties": { "enableRbacAuthorization": true } })), ("PUT", whole)]
    {
        let answer = tenant.call_as(&token, method, &path("kv-shared"), &[], Some(body)).await;
        answer.is_error(403, "InsufficientPermissions", &message);
    }
    // To say what is so already is no switch.
    for unchanged in [json!(false), Value::Null] {
        let body = json!({ "properties": { "enableRbacAuthorization": unchanged } });
        let answer = tenant.call_as(&token, "PATCH", &path("kv-shared"), &[], Some(body)).await;
        assert_eq!(answer.status, 200, "{answer:?}");
    }
}
