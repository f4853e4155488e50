//! Roles of the directory: who is in them, and what they let a service principal do in Graph.

use serde_json::{Value, json};

use crate::callers::claims;
use crate::support::{ADA, GRAPH, Tenant};

const SCOPE: &str = "https://graph.microsoft.com/.default";
const ASSIGNMENTS: &str = "/v1.0/roleManagement/directory/roleAssignments";
const KATHERINE: &str = "4e556677-8899-4aab-bcbd-cedfe0f10213";
const GLOBAL_ADMINISTRATOR: &str = "62e90394-69f5-4237-9190-012177145e10";
const PRIVILEGED_ROLE_ADMINISTRATOR: &str = "e8611ab8-c189-46e8-94e1-60213ab1f814";
const APPLICATION_ADMINISTRATOR: &str = "9b895d92-2cd3-44c7-9d02-a6ac2d5ea5c3";
const APPLICATION_READ_ALL: &str = "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30";

/// Grants a role of Graph to a new service principal.
async fn grant_graph_role(tenant: &Tenant, token: &str) -> crate::support::Answer {
    let (_, principal) = tenant.principal("scanner").await;
    let graph = tenant.graph_principal().await;
    let body = json!({
        "principalId": principal, "resourceId": graph, "appRoleId": APPLICATION_READ_ALL,
    });
    let path = format!("/v1.0/servicePrincipals/{principal}/appRoleAssignments");
    tenant.call_as(token, "POST", &path, &[], Some(body)).await
}

/// Grants the nil role of an API of the tenant's own.
async fn grant_own_api(tenant: &Tenant, token: &str) -> crate::support::Answer {
    let ((_, client), (_, api)) = (tenant.principal("client").await, tenant.principal("api").await);
    let nil = "00000000-0000-0000-0000-000000000000";
    let body = json!({ "principalId": client, "resourceId": api, "appRoleId": nil });
    let path = format!("/v1.0/servicePrincipals/{api}/appRoleAssignedTo");
    tenant.call_as(token, "POST", &path, &[], Some(body)).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_app_only_token_names_the_directory_roles_of_its_service_principal() {
    let tenant = Tenant::start().await;
    for (operator, expected) in [
        ("global-administrator", json!([GLOBAL_ADMINISTRATOR])),
        ("privileged-role-administrator", json!([PRIVILEGED_ROLE_ADMINISTRATOR])),
        ("application-administrator", json!([APPLICATION_ADMINISTRATOR])),
        ("deployer", Value::Null),
        ("nobody", Value::Null),
    ] {
        let token = tenant.token_of(operator, SCOPE).await;
        assert_eq!(claims(&token)["wids"], expected, "{operator}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_administrator_cannot_grant_graph_permissions() {
    let tenant = Tenant::start().await;
    let token = tenant.token_of("application-administrator", SCOPE).await;
    let created = json!({ "displayName": "new" });
    let created = tenant.call_as(&token, "POST", "/v1.0/applications", &[], Some(created)).await;
    assert_eq!(created.status, 201, "{created:?}");
    let application = format!("/v1.0/applications/{}", created.text("/id"));
    let body = json!({ "appId": created.text("/appId") });
    let principal =
        tenant.call_as(&token, "POST", "/v1.0/servicePrincipals", &[], Some(body)).await;
    assert_eq!(principal.status, 201, "{principal:?}");
    let secret = format!("{application}/addPassword");
    assert_eq!(tenant.call_as(&token, "POST", &secret, &[], Some(json!({}))).await.status, 200);
    // An administrator owns nothing of what it makes.
    let owners = tenant.get(&format!("{application}/owners")).await;
    assert_eq!(owners.body["value"], json!([]));

    assert_eq!(grant_own_api(&tenant, &token).await.status, 201);
    let refused = grant_graph_role(&tenant, &token).await;
    let message = "Insufficient privileges to complete the operation.";
    refused.is_error(403, "Authorization_RequestDenied", message);
    assert_eq!(tenant.call_as(&token, "DELETE", &application, &[], None).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_privileged_role_administrator_grants_and_reads_but_writes_no_application() {
    let tenant = Tenant::start().await;
    let token = tenant.token_of("privileged-role-administrator", SCOPE).await;
    assert_eq!(grant_graph_role(&tenant, &token).await.status, 201);
    assert_eq!(grant_own_api(&tenant, &token).await.status, 201);
    let read = tenant.call_as(&token, "GET", "/v1.0/applications", &[], None).await;
    assert_eq!(read.status, 200);
    let (id, _) = tenant.application("other").await;
    for (method, path) in [
        ("POST", "/v1.0/applications".to_owned()),
        ("PATCH", format!("/v1.0/applications/{id}")),
        ("DELETE", format!("/v1.0/applications/{id}")),
    ] {
        let body = Some(json!({ "displayName": "new" }));
        let answer = tenant.call_as(&token, method, &path, &[], body).await;
        answer.is_error(403, "Authorization_RequestDenied", "Insufficient privileges");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_principal_without_role_and_permission_reads_nothing() {
    let tenant = Tenant::start().await;
    for operator in ["nobody", "subscription-owner"] {
        let token = tenant.token_of(operator, SCOPE).await;
        for path in [
            "/v1.0/applications",
            "/v1.0/servicePrincipals",
            "/v1.0/organization",
            "/v1.0/groups",
            "/v1.0/directoryRoles",
            ASSIGNMENTS,
            &format!("/v1.0/users/{ADA}"),
            &format!("/v1.0/servicePrincipals(appId='{GRAPH}')/appRoleAssignedTo"),
            &format!("/v1.0/servicePrincipals(appId='{GRAPH}')/transitiveMemberOf"),
        ] {
            let answer = tenant.call_as(&token, "GET", path, &[], None).await;
            answer.is_error(403, "Authorization_RequestDenied", "Insufficient privileges");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_eligible_role_is_invisible_until_it_is_assigned() {
    let tenant = Tenant::start().await;
    let admin = tenant.token_of("global-administrator", SCOPE).await;
    let list = format!("{ASSIGNMENTS}?$filter=principalId eq '{KATHERINE}'");
    assert_eq!(tenant.get(&list).await.body["value"], json!([]));
    let body = json!({
        "principalId": KATHERINE,
        "roleDefinitionId": APPLICATION_ADMINISTRATOR,
        "directoryScopeId": "/",
    });
    let refused = tenant.post(ASSIGNMENTS, body.clone()).await;
    refused.is_error(403, "Authorization_RequestDenied", "Insufficient privileges");
    let made = tenant.call_as(&admin, "POST", ASSIGNMENTS, &[], Some(body.clone())).await;
    assert_eq!(made.status, 201, "{made:?}");
    let rows = tenant.get(&list).await.list("/value");
    let expected = json!([{
        "id": made.text("/id"),
        "principalId": KATHERINE,
        "roleDefinitionId": APPLICATION_ADMINISTRATOR,
        "directoryScopeId": "/",
    }]);
    assert_eq!(json!(rows), expected);
    let twice = tenant.call_as(&admin, "POST", ASSIGNMENTS, &[], Some(body)).await;
    twice.is_error(400, "Request_BadRequest", "conflicting object");

    let tenant = tenant.restart().await;
    let one = format!("{ASSIGNMENTS}/{}", made.text("/id"));
    let admin = tenant.token_of("global-administrator", SCOPE).await;
    assert_eq!(tenant.get(&one).await.text("/principalId"), KATHERINE);
    assert_eq!(tenant.call_as(&admin, "DELETE", &one, &[], None).await.status, 204);
    tenant.get(&one).await.is_error(404, "Request_ResourceNotFound", "");
    assert_eq!(tenant.get(&list).await.body["value"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_are_assigned_tenant_wide_to_principals_that_may_be_in_them() {
    let tenant = Tenant::start().await;
    let admin = tenant.token_of("privileged-role-administrator", SCOPE).await;
    let unknown = "11111111-2222-4333-8444-555555555555";
    let auditors = "5f667788-99aa-4bbc-8dce-dfe0f1021324";
    for (principal, role, scope, status) in [
        (ADA, unknown, "/", 404),
        (unknown, APPLICATION_ADMINISTRATOR, "/", 404),
        (auditors, APPLICATION_ADMINISTRATOR, "/", 400),
        (ADA, APPLICATION_ADMINISTRATOR, "/administrativeUnits/x", 400),
        (ADA, APPLICATION_ADMINISTRATOR, "/", 201),
    ] {
        let body = json!({
            "principalId": principal, "roleDefinitionId": role, "directoryScopeId": scope,
        });
        let answer = tenant.call_as(&admin, "POST", ASSIGNMENTS, &[], Some(body)).await;
        assert_eq!(answer.status, status, "{answer:?}");
    }
    let odd = tenant.call_as(&admin, "POST", ASSIGNMENTS, &[], Some(json!([1]))).await;
    odd.is_error(400, "Request_BadRequest", "incomplete");
}

#[tokio::test(flavor = "multi_thread")]
async fn roles_that_somebody_is_in_are_listed() {
    let tenant = Tenant::start().await;
    let list = tenant.get("/v1.0/directoryRoles?$select=displayName,roleTemplateId").await;
    let names: Vec<Value> =
        list.list("/value").iter().map(|one| one["displayName"].clone()).collect();
    assert_eq!(
        names,
        [
            "Global Administrator",
            "Privileged Role Administrator",
            "Application Administrator",
            "Directory Readers"
        ]
    );
    assert_eq!(list.text("/value/0/roleTemplateId"), GLOBAL_ADMINISTRATOR);
}
