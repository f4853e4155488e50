//! Conditions on the caller's own role assignments.

use serde_json::{Value, json};

use crate::callers::ARM_SCOPE;
use crate::support::{ADA, ASSIGNMENTS, Answer, OWNER, PRODUCTION, READER, ROLES, Tenant};

const VERSION: &str = "api-version=2022-04-01";
const RBAC_ADMINISTRATOR: &str = "f58310d9-a9f6-439a-9e8d-f62e7b41a168";
const USER_ACCESS_ADMINISTRATOR: &str = "18d7d88d-d35e-4fb5-a5c3-7773c20a72d9";
const WRITE: &str = "!(ActionMatches{'Microsoft.Authorization/roleAssignments/write'})";
const REQUEST: &str = "@Request[Microsoft.Authorization/roleAssignments:";

async fn assign(tenant: &Tenant, token: &str, role: &str, principal: &str, kind: &str) -> Answer {
    let name = uuid::Uuid::new_v4();
    let body = json!({ "properties": {
        "roleDefinitionId": format!("/{ROLES}/{role}"),
        "principalId": principal,
        "principalType": kind,
    } });
    let path = format!("{PRODUCTION}/{ASSIGNMENTS}/{name}?{VERSION}");
    tenant.call_as(token, "PUT", &path, &[], Some(body)).await
}

/// The ARM token of somebody who holds User Access Administrator at Production under a condition.
async fn token_under(tenant: &Tenant, condition: &str) -> String {
    let nobody = &tenant.sandbox.operators()["nobody"].client_id;
    let principal =
        tenant.get(&format!("/v1.0/servicePrincipals(appId='{nobody}')")).await.text("/id");
    let body = json!({ "properties": {
        "roleDefinitionId": format!("/{ROLES}/{USER_ACCESS_ADMINISTRATOR}"),
        "principalId": principal,
        "condition": condition,
        "conditionVersion": "2.0",
    } });
    let path = format!("{PRODUCTION}/{ASSIGNMENTS}/3f2504e0-4f89-41d3-9a0c-0305e82c3301?{VERSION}");
    assert_eq!(tenant.put(&path, body).await.status, 201);
    tenant.token_of("nobody", ARM_SCOPE).await
}

#[track_caller]
fn is_unfulfilled(answer: &Answer, action: &str) {
    let message = format!(
        "does not have authorization or an ABAC condition not fulfilled to perform action 'Microsoft.Authorization/roleAssignments/{action}' over scope '{PRODUCTION}/{ASSIGNMENTS}/"
    );
    answer.is_error(403, "AuthorizationFailed", &message);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_rbac_administrator_gives_and_takes_all_but_privileged_roles() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    let token = tenant.token_of("rbac-administrator", ARM_SCOPE).await;
    let given = assign(&tenant, &token, READER, &principal, "ServicePrincipal").await;
    assert_eq!(given.status, 201, "{given:?}");
    for role in [OWNER, USER_ACCESS_ADMINISTRATOR, RBAC_ADMINISTRATOR] {
        let answer = assign(&tenant, &token, role, &principal, "ServicePrincipal").await;
        is_unfulfilled(&answer, "write");
    }
    let path = format!("{}?{VERSION}", given.text("/id"));
    assert_eq!(tenant.call_as(&token, "DELETE", &path, &[], None).await.status, 200);
    let owner = tenant.assign(PRODUCTION, OWNER, &principal).await.text("/id");
    let answer = tenant.call_as(&token, "DELETE", &format!("{owner}?{VERSION}"), &[], None).await;
    is_unfulfilled(&answer, "delete");
    // Reading is not limited.
    let answer = tenant.call_as(&token, "GET", &format!("{owner}?{VERSION}"), &[], None).await;
    assert_eq!(answer.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_is_data_and_shows_on_the_assignment() {
    let tenant = Tenant::start().await;
    let filter = "$filter=atScope()";
    let list = tenant.get(&format!("{PRODUCTION}/{ASSIGNMENTS}?{VERSION}&{filter}")).await;
    let conditional: Vec<Value> = list
        .list("/value")
        .into_iter()
        .filter(|one| !one["properties"]["condition"].is_null())
        .collect();
    assert_eq!(conditional.len(), 1);
    let properties = &conditional[0]["properties"];
    assert!(properties["roleDefinitionId"].as_str().unwrap().ends_with(RBAC_ADMINISTRATOR));
    assert_eq!(properties["conditionVersion"], "2.0");
    assert!(properties["condition"].as_str().unwrap().contains("GuidNotEquals"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_can_turn_on_the_principal_and_its_type() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    let condition = format!(
        "(({WRITE}) OR ({REQUEST}RoleDefinitionId] ForAnyOfAnyValues:GuidEquals {{{READER}}} AND {REQUEST}PrincipalType] ForAnyOfAnyValues:StringEqualsIgnoreCase {{'User', 'Group'}} AND {REQUEST}PrincipalId] ForAnyOfAnyValues:GuidEquals {{{ADA}, {principal}}}))"
    );
    let token = token_under(&tenant, &condition).await;
    let grace = crate::support::GRACE;
    for (role, who, kind) in [
        (READER, principal.as_str(), "ServicePrincipal"),
        (OWNER, ADA, "User"),
        (READER, grace, "User"),
    ] {
        let answer = assign(&tenant, &token, role, who, kind).await;
        is_unfulfilled(&answer, "write");
    }
    let given = assign(&tenant, &token, READER, ADA, "User").await;
    assert_eq!(given.status, 201, "{given:?}");
    // The condition says nothing of deletions.
    let path = format!("{}?{VERSION}", given.text("/id"));
    assert_eq!(tenant.call_as(&token, "DELETE", &path, &[], None).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_condition_in_another_language_refuses_every_assignment_and_nothing_else() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    let token = token_under(&tenant, "@Resource[a/b:c] StringLike 'x'").await;
    let answer = assign(&tenant, &token, READER, &principal, "ServicePrincipal").await;
    is_unfulfilled(&answer, "write");
    let name = uuid::Uuid::new_v4();
    let body = json!({ "properties": {
        "roleName": "mine", "assignableScopes": [PRODUCTION], "permissions": [{ "actions": ["*/read"] }],
    } });
    let path = format!("{PRODUCTION}/{ROLES}/{name}?{VERSION}");
    let answer = tenant.call_as(&token, "PUT", &path, &[], Some(body)).await;
    assert_eq!(answer.status, 201, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_assignment_without_condition_lifts_the_limit() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    let client = &tenant.sandbox.operators()["rbac-administrator"].client_id;
    let holder =
        tenant.get(&format!("/v1.0/servicePrincipals(appId='{client}')")).await.text("/id");
    assert_eq!(tenant.assign(PRODUCTION, USER_ACCESS_ADMINISTRATOR, &holder).await.status, 201);
    let token = tenant.token_of("rbac-administrator", ARM_SCOPE).await;
    let answer = assign(&tenant, &token, OWNER, &principal, "ServicePrincipal").await;
    assert_eq!(answer.status, 201, "{answer:?}");
}
