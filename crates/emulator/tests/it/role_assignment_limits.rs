//! How many role assignments there may be, how they are paged, and how the service words vary.

use serde_json::{Value, json};

use crate::support::{
    ASSIGNMENTS, DEVELOPMENT, OWNER, PLATFORM, PRODUCTION, READER, ROLES, TENANT, Tenant,
};

const NAME: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
const VERSION: &str = "api-version=2022-04-01";
const KEY_VAULT_READER: &str = "21090545-7ca7-4776-b22c-e363652d74d2";

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_holds_only_so_many_assignments_and_groups_count_their_own() {
    // Five operators of the fresh tenant hold a role at Production.
    let limits = "{ roleAssignmentsPerSubscription: 7, roleAssignmentsPerManagementGroup: 2 }";
    let tenant = Tenant::start_with(&format!("limits: {limits}")).await;
    let (_, principal) = tenant.principal("scanner").await;
    let full = "No more role assignments can be created";
    for role in [READER, OWNER] {
        assert_eq!(tenant.assign(PLATFORM, role, &principal).await.status, 201);
    }
    let refused = tenant.assign(PLATFORM, KEY_VAULT_READER, &principal).await;
    refused.is_error(400, "RoleAssignmentLimitExceeded", full);

    let group = format!("{PRODUCTION}/resourceGroups/rg-web");
    let first = tenant.assign(PRODUCTION, READER, &principal).await;
    assert_eq!(first.status, 201);
    assert_eq!(tenant.assign(&group, READER, &principal).await.status, 201);
    for scope in [PRODUCTION, &group] {
        let refused = tenant.assign(scope, KEY_VAULT_READER, &principal).await;
        refused.is_error(400, "RoleAssignmentLimitExceeded", full);
    }
    assert_eq!(tenant.assign(DEVELOPMENT, READER, &principal).await.status, 201);
    let id = format!("{}?{VERSION}", first.text("/id"));
    assert_eq!(tenant.delete(&id).await.status, 200);
    assert_eq!(tenant.assign(PRODUCTION, OWNER, &principal).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn descriptions_and_conditions_have_a_longest() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    for (name, most) in [("description", 2048), ("condition", 8192)] {
        for (length, expected) in [(most, 201), (most + 1, 400)] {
            let mut body = json!({ "properties": {
                "roleDefinitionId": format!("/{ROLES}/{READER}"), "principalId": principal,
            } });
            body["properties"][name] = json!("x".repeat(length));
            let path = format!("{PRODUCTION}/{ASSIGNMENTS}/{NAME}?{VERSION}");
            let answer = tenant.put(&path, body).await;
            assert_eq!(answer.status, expected, "{name} {length}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn assignments_of_a_deleted_principal_stay() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    assert_eq!(tenant.assign(PRODUCTION, READER, &principal).await.status, 201);
    let deleted = tenant.delete(&format!("/v1.0/servicePrincipals/{principal}")).await;
    assert_eq!(deleted.status, 204);
    let filter = format!("$filter=principalId eq '{principal}'");
    let list = tenant.get(&format!("{PRODUCTION}/{ASSIGNMENTS}?{VERSION}&{filter}")).await;
    assert_eq!(list.text("/value/0/properties/principalId"), principal);
    let id = format!("{}?{VERSION}", list.text("/value/0/id"));
    assert_eq!(tenant.delete(&id).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn lists_come_in_pages_of_the_size_that_is_set() {
    let tenant = Tenant::start_with("pageSize: 2").await;
    let (_, principal) = tenant.principal("scanner").await;
    for scope in [PLATFORM, PRODUCTION, DEVELOPMENT] {
        assert_eq!(tenant.assign(scope, READER, &principal).await.status, 201);
    }
    let root = format!("/providers/Microsoft.Management/managementGroups/{TENANT}");
    let filter = format!("$filter=principalId eq '{principal}'");
    let first = tenant.get(&format!("{root}/{ASSIGNMENTS}?{VERSION}&{filter}")).await;
    let next = first.text("/nextLink");
    let second = tenant.get(next.strip_prefix(tenant.sandbox.url()).unwrap()).await;
    assert_eq!(second.body.get("nextLink"), None);
    let mut scopes: Vec<Value> = first.list("/value");
    assert_eq!(scopes.len(), 2);
    scopes.extend(second.list("/value"));
    let mut scopes: Vec<&str> =
        scopes.iter().map(|one| one["properties"]["scope"].as_str().unwrap()).collect();
    scopes.sort_unstable();
    assert_eq!(scopes, [PLATFORM, PRODUCTION, DEVELOPMENT]);
    let unknown = format!("{root}/{ASSIGNMENTS}?{VERSION}&$skipToken=nonsense");
    tenant.get(&unknown).await.is_error(400, "InvalidSkipToken", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_refusal_of_a_duplicate_can_come_without_its_name() {
    let tenant = Tenant::start_with("variants: [existingAssignmentUnnamed]").await;
    let (_, principal) = tenant.principal("scanner").await;
    assert_eq!(tenant.assign(PRODUCTION, READER, &principal).await.status, 201);
    let answer = tenant.assign(PRODUCTION, READER, &principal).await;
    answer.is_error(409, "RoleAssignmentExists", "");
    assert_eq!(answer.text("/error/message"), "The role assignment already exists.");
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_named_by_their_last_part_in_any_form_and_case() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    for id in [
        format!("/{ROLES}/{READER}"),
        format!("{DEVELOPMENT}/{ROLES}/{}", READER.to_uppercase()),
        format!("{PRODUCTION}/{}/{READER}", ROLES.to_lowercase()),
    ] {
        let body = json!({ "properties": {
            "roleDefinitionId": id, "principalId": principal, "principalType": "servicePrincipal",
        } });
        let answer =
            tenant.put(&format!("{PRODUCTION}/{ASSIGNMENTS}/{NAME}?{VERSION}"), body).await;
        let expected = format!("{PRODUCTION}/{ROLES}/{READER}");
        assert_eq!(answer.text("/properties/roleDefinitionId"), expected);
        assert_eq!(answer.text("/properties/principalType"), "ServicePrincipal");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_role_cannot_be_assigned_until_it_is_known() {
    let tenant = Tenant::start_with("replication: { roleDefinitions: { references: 30s } }").await;
    let (_, principal) = tenant.principal("scanner").await;
    let role = json!({ "properties": {
        "roleName": "scanner", "permissions": [{ "actions": ["*/read"] }], "assignableScopes": [PRODUCTION],
    } });
    let created = tenant.put(&format!("{PRODUCTION}/{ROLES}/{NAME}?{VERSION}"), role).await;
    assert_eq!(created.status, 201);
    let message = format!("The specified role definition with ID '{NAME}' does not exist.");
    let refused = tenant.assign(PRODUCTION, NAME, &principal).await;
    refused.is_error(400, "RoleDefinitionDoesNotExist", &message);
    tenant.advance(time::Duration::seconds(30));
    assert_eq!(tenant.assign(PRODUCTION, NAME, &principal).await.status, 201);
}
