//! What a caller may do, as Resource Manager tells it itself; and roles that come through groups.

use serde_json::{Value, json};

use crate::callers::{ARM_SCOPE, AZURE_CLI};
use crate::support::{
    ADA, ASSIGNMENTS, DEVELOPMENT, GRACE, PLATFORM, PRODUCTION, READER, ROLES, Tenant,
};

const PERMISSIONS: &str = "providers/Microsoft.Authorization/permissions";
const AUDITORS: &str = "5f667788-99aa-4bbc-8dce-dfe0f1021324";
const FINANCE: &str = "60778899-aabb-4ccd-9edf-e0f102132435";

async fn permissions(tenant: &Tenant, token: &str, scope: &str, version: &str) -> Value {
    let path = format!("{scope}/{PERMISSIONS}?api-version={version}");
    let answer = tenant.call_as(token, "GET", &path, &[], None).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    answer.body["value"].clone()
}

/// Assigns Reader to a group.
async fn give_to_group(tenant: &Tenant, scope: &str, group: &str) -> crate::support::Answer {
    let body = json!({ "properties": {
        "roleDefinitionId": format!("/{ROLES}/{READER}"),
        "principalId": group,
        "principalType": "Group",
    } });
    let name = uuid::Uuid::new_v4();
    tenant.put(&format!("{scope}/{ASSIGNMENTS}/{name}?api-version=2022-04-01"), body).await
}

#[tokio::test(flavor = "multi_thread")]
async fn each_assignment_of_the_caller_is_an_entry_with_its_exceptions() {
    let tenant = Tenant::start().await;
    let token = tenant.token_of("contributor", ARM_SCOPE).await;
    let vault = format!(
        "{PRODUCTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-legacy"
    );
    let group = format!("{PRODUCTION}/resourceGroups/rg-web");
    for scope in [PRODUCTION, group.as_str(), &vault] {
        let entries = permissions(&tenant, &token, scope, "2022-04-01").await;
        assert_eq!(entries.as_array().unwrap().len(), 1, "{scope}");
        assert_eq!(entries[0]["actions"], json!(["*"]));
        let exceptions = entries[0]["notActions"].as_array().unwrap();
        assert!(exceptions.contains(&json!("Microsoft.Authorization/*/Write")));
        assert_eq!(entries[0]["dataActions"], json!([]));
        assert_eq!(entries[0]["notDataActions"], json!([]));
    }
    let client = &tenant.sandbox.operators()["contributor"].client_id;
    let id = tenant.get(&format!("/v1.0/servicePrincipals(appId='{client}')")).await.text("/id");
    assert_eq!(tenant.assign(&group, READER, &id).await.status, 201);
    let entries = permissions(&tenant, &token, &group, "2022-04-01").await;
    assert_eq!(entries.as_array().unwrap().len(), 2);
    let entries = permissions(&tenant, &token, PRODUCTION, "2022-04-01").await;
    assert_eq!(entries.as_array().unwrap().len(), 1);
    assert_eq!(permissions(&tenant, &token, DEVELOPMENT, "2022-04-01").await, json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_own_permissions_take_no_right_and_old_versions_know_no_data_actions() {
    let tenant = Tenant::start().await;
    let token = tenant.token_of("nobody", ARM_SCOPE).await;
    assert_eq!(permissions(&tenant, &token, PRODUCTION, "2022-04-01").await, json!([]));
    let token = tenant.token_of("reader", ARM_SCOPE).await;
    let entries = permissions(&tenant, &token, PRODUCTION, "2015-07-01").await;
    assert_eq!(entries, json!([{ "actions": ["*/read"], "notActions": [] }]));
    let token = tenant.operator_token(ARM_SCOPE).await;
    let entries = permissions(&tenant, &token, PLATFORM, "2022-04-01").await;
    assert_eq!(entries[0]["actions"], json!(["*"]));
    let answer = tenant.get(&format!("{PRODUCTION}/{PERMISSIONS}?api-version=2000-01-01")).await;
    answer.is_error(400, "NoRegisteredProviderFound", "'permissions'");
    let unknown = "/subscriptions/11111111-2222-4333-8444-555555555555";
    let answer = tenant.get(&format!("{unknown}/{PERMISSIONS}?api-version=2022-04-01")).await;
    answer.is_error(404, "SubscriptionNotFound", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_of_a_group_counts_for_its_members_and_theirs() {
    let tenant = Tenant::start().await;
    assert_eq!(give_to_group(&tenant, PRODUCTION, FINANCE).await.status, 201);
    for (name, status) in [("grace", 200), ("ada", 403)] {
        let token = tenant.token_of_person(name, AZURE_CLI, ARM_SCOPE).await;
        let path = format!("{PRODUCTION}?api-version=2022-12-01");
        let answer = tenant.call_as(&token, "GET", &path, &[], None).await;
        assert_eq!(answer.status, status, "{name}: {answer:?}");
    }
    let token = tenant.token_of_person("grace", AZURE_CLI, ARM_SCOPE).await;
    let entries = permissions(&tenant, &token, PRODUCTION, "2022-04-01").await;
    assert_eq!(entries[0]["actions"], json!(["*/read"]));
}

#[tokio::test(flavor = "multi_thread")]
async fn assigned_to_expands_groups_and_principal_id_does_not() {
    let tenant = Tenant::start().await;
    assert_eq!(give_to_group(&tenant, PRODUCTION, FINANCE).await.status, 201);
    assert_eq!(give_to_group(&tenant, DEVELOPMENT, AUDITORS).await.status, 201);
    let count = async |scope: &str, filter: String| {
        let path = format!("{scope}/{ASSIGNMENTS}?api-version=2022-04-01&$filter={filter}");
        tenant.get(&path).await.list("/value").len()
    };
    for scope in [PRODUCTION, DEVELOPMENT] {
        assert_eq!(count(scope, format!("atScope() and assignedTo('{GRACE}')")).await, 1);
        assert_eq!(count(scope, format!("principalId eq '{GRACE}'")).await, 0);
        assert_eq!(count(scope, format!("assignedTo('{ADA}')")).await, 0);
    }
    assert_eq!(count(PRODUCTION, format!("principalId eq '{FINANCE}'")).await, 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_group_is_said_to_be_a_group() {
    let tenant = Tenant::start().await;
    let answer = tenant.assign(PRODUCTION, READER, AUDITORS).await;
    answer.is_error(400, "UnmatchedPrincipalType", "has type 'Group'");
    let answer = give_to_group(&tenant, PRODUCTION, AUDITORS).await;
    assert_eq!(answer.text("/properties/principalType"), "Group");
    let unknown = "11111111-2222-4333-8444-555555555555";
    let answer = give_to_group(&tenant, PRODUCTION, unknown).await;
    answer.is_error(400, "PrincipalNotFound", &unknown.replace('-', ""));
}
