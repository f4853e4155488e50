//! Service principals.

use serde_json::{Value, json};
use time::Duration;

use crate::support::{GRAPH, TENANT, Tenant};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_service_principal_takes_its_names_from_the_application() {
    let tenant = Tenant::start().await;
    let (_, app_id) = tenant.application("scanner").await;
    let body = json!({ "appId": app_id, "accountEnabled": true });
    let answer = tenant.post("/v1.0/servicePrincipals", body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    for (name, expected) in [
        ("accountEnabled", json!(true)),
        ("appDisplayName", json!("scanner")),
        ("displayName", json!("scanner")),
        ("appOwnerOrganizationId", json!(TENANT)),
        ("servicePrincipalNames", json!([app_id])),
        ("servicePrincipalType", json!("Application")),
        ("tags", json!([])),
        ("appRoles", json!([])),
    ] {
        assert_eq!(answer.body[name], expected, "{name}");
    }
    let class = format!(
        "/directoryObjects/{}/Microsoft.DirectoryServices.ServicePrincipal",
        answer.text("/id")
    );
    assert!(answer.header("location").ends_with(&class), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_has_one_service_principal() {
    let tenant = Tenant::start().await;
    let (app_id, _) = tenant.principal("scanner").await;
    let answer = tenant.post("/v1.0/servicePrincipals", json!({ "appId": app_id })).await;
    let message = format!("because the service principal name {app_id} is already in use.");
    answer.is_error(409, "Request_MultipleObjectsWithSameKeyValue", &message);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_principal_needs_its_application() {
    let tenant = Tenant::start().await;
    let body = json!({ "appId": "11111111-2222-4333-8444-555555555555" });
    let answer = tenant.post("/v1.0/servicePrincipals", body).await;
    answer.is_error(400, "Request_BadRequest", "does not reference a valid application object.");
    assert_eq!(answer.text("/error/details/0/code"), "NoBackingApplicationObject");
    assert_eq!(answer.text("/error/details/0/target"), "appId");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_that_is_not_seen_yet_backs_no_service_principal() {
    let tenant = Tenant::start_with("replication: { applications: { references: 30s } }").await;
    let (_, app_id) = tenant.application("scanner").await;
    let body = json!({ "appId": app_id });
    let answer = tenant.post("/v1.0/servicePrincipals", body.clone()).await;
    assert_eq!(answer.text("/error/details/0/code"), "NoBackingApplicationObject");
    tenant.advance(Duration::seconds(30));
    assert_eq!(tenant.post("/v1.0/servicePrincipals", body).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_application_can_show_as_a_lack_of_rights() {
    let tenant = Tenant::start_with("variants: [backingApplicationForbidden]").await;
    let missing = "11111111-2222-4333-8444-555555555555";
    let message = "the backing application of the service principal being created must in the \
                   local tenant";
    let body = json!({ "appId": missing });
    let answer = tenant.post("/v1.0/servicePrincipals", body).await;
    answer.is_error(403, "Authorization_RequestDenied", message);
    let path = format!("/v1.0/servicePrincipals(appId='{missing}')");
    let answer = tenant.upsert(&path, json!({})).await;
    answer.is_error(403, "Authorization_RequestDenied", message);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upsert_creates_once_and_updates_afterwards() {
    let tenant = Tenant::start().await;
    let (_, app_id) = tenant.application("scanner").await;
    let path = format!("/v1.0/servicePrincipals(appId='{app_id}')");
    assert_eq!(tenant.patch(&path, json!({})).await.status, 404);
    assert_eq!(tenant.upsert(&path, json!({ "tags": ["a"] })).await.status, 201);
    assert_eq!(tenant.upsert(&path, json!({ "tags": ["b"] })).await.status, 204);
    assert_eq!(tenant.get(&path).await.body["tags"], json!(["b"]));
    assert_eq!(tenant.upsert(&path, json!({ "displayName": "scanner" })).await.status, 204);
    let message = "Property displayName on the service principal does not match";
    let answer = tenant.upsert(&path, json!({ "displayName": "other" })).await;
    answer.is_error(400, "Request_BadRequest", message);
}

#[tokio::test(flavor = "multi_thread")]
async fn name_and_tags_of_the_application_show_on_its_service_principal() {
    let tenant = Tenant::start().await;
    let (id, app_id) = tenant.application("scanner").await;
    let principal = tenant.service_principal(&app_id).await;
    let path = format!("/v1.0/servicePrincipals/{principal}");
    assert_eq!(tenant.patch(&path, json!({ "tags": ["own", "both"] })).await.status, 204);
    let body = json!({ "displayName": "renamed", "tags": ["both", "app"] });
    assert_eq!(tenant.patch(&format!("/v1.0/applications/{id}"), body).await.status, 204);
    let read = tenant.get(&path).await;
    assert_eq!(
        (&read.body["displayName"], &read.body["tags"]),
        (&json!("renamed"), &json!(["both", "app", "own"]))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn microsoft_graph_offers_its_permissions() {
    let tenant = Tenant::start().await;
    let graph = tenant.get(&format!("/v1.0/servicePrincipals(appId='{GRAPH}')")).await;
    let roles = graph.list("/appRoles");
    let role = roles.iter().find(|role| role["value"] == "Application.Read.All").unwrap();
    assert_eq!(role["id"], "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30");
    assert_eq!(
        (&role["allowedMemberTypes"], &role["isEnabled"]),
        (&json!(["Application"]), &json!(true))
    );
    assert_eq!(graph.text("/oauth2PermissionScopes/0/id"), "e1fe6dd8-ba31-4d61-89e7-88639da4683d");
    assert_eq!(graph.text("/appOwnerOrganizationId"), "f8cdef31-a31e-4b4a-93e4-5f571e91255a");
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_break_a_rule_are_refused() {
    let tenant = Tenant::start().await;
    let (_, id) = tenant.principal("scanner").await;
    for (body, code, message) in [
        (json!({ "accountEnabled": "yes" }), "Request_BadRequest", "'accountEnabled'"),
        (json!({ "tags": ["two words"] }), "Request_BadRequest", "'tags'"),
        (json!({ "appId": GRAPH }), "Request_BadRequest", "'appId' is read-only"),
        (json!({ "keyCredentials": [{}] }), "Request_BadRequest", "\"usage\""),
        (json!({ "passwordCredentials": [{}] }), "Request_BadRequest", "'passwordCredentials'"),
        (json!({ "appRoles": [] }), "Request_BadRequest", "'appRoles' is read-only"),
        (json!({ "colour": "red" }), "BadRequest", "on type 'microsoft.graph.servicePrincipal'"),
    ] {
        tenant
            .patch(&format!("/v1.0/servicePrincipals/{id}"), body)
            .await
            .is_error(400, code, message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_service_principal_is_found_by_no_key() {
    let tenant = Tenant::start().await;
    let (app_id, id) = tenant.principal("scanner").await;
    assert_eq!(tenant.delete(&format!("/v1.0/servicePrincipals/{id}")).await.status, 204);
    for path in [format!("/{id}"), format!("(appId='{app_id}')"), format!("/{id}/owners")] {
        assert_eq!(
            tenant.get(&format!("/v1.0/servicePrincipals{path}")).await.status,
            404,
            "{path}"
        );
    }
    let found = tenant.get(&format!("/v1.0/servicePrincipals?$filter=appId eq '{app_id}'")).await;
    assert_eq!(found.list("/value"), Vec::<Value>::new());
}
