//! What an application may do in Graph, by the app roles it holds.

use serde_json::{Value, json};

use crate::certificates::TestCertificate;
use crate::support::Tenant;

const KEY_ID: &str = "6f9619ff-8b86-4011-b42d-00cf4fc964ff";

/// The token of a new application that holds the roles of these names.
async fn token_with(tenant: &Tenant, roles: &[&str]) -> String {
    let certificate = TestCertificate::new();
    let body =
        json!({ "displayName": "caller", "keyCredentials": [certificate.credential(KEY_ID)] });
    let client_id = tenant.post("/v1.0/applications", body).await.text("/appId");
    let principal = tenant.service_principal(&client_id).await;
    let graph = tenant.graph_principal().await;
    let offered = tenant
        .get(&format!("/v1.0/servicePrincipals/{graph}?$select=appRoles"))
        .await
        .list("/appRoles");
    for role in roles {
        let id = &offered.iter().find(|offered| offered["value"] == *role).unwrap()["id"];
        let body = json!({ "principalId": principal, "resourceId": graph, "appRoleId": id });
        let path = format!("/v1.0/servicePrincipals/{principal}/appRoleAssignments");
        assert_eq!(tenant.post(&path, body).await.status, 201);
    }
    certificate.sign_in(tenant, &client_id, "https://graph.microsoft.com/.default").await
}

/// The status of each of: reading the organization, reading applications, making one, granting a
/// role.
async fn statuses(tenant: &Tenant, roles: &[&str]) -> [u16; 4] {
    let token = token_with(tenant, roles).await;
    let (_, other) = tenant.principal("other").await;
    let graph = tenant.graph_principal().await;
    let role = "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30";
    let grant = json!({ "principalId": other, "resourceId": graph, "appRoleId": role });
    let grants = format!("/v1.0/servicePrincipals/{other}/appRoleAssignments");
    let call = async |method: &str, path: &str, body: Option<Value>| {
        tenant.call_as(&token, method, path, &[], body).await.status
    };
    [
        call("GET", "/v1.0/organization", None).await,
        call("GET", "/v1.0/applications", None).await,
        call("POST", "/v1.0/applications", Some(json!({ "displayName": "new" }))).await,
        call("POST", &grants, Some(grant)).await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn each_operation_needs_its_documented_permission() {
    let tenant = Tenant::start().await;
    for (roles, expected) in [
        (&["User.Read.All"][..], [403, 403, 403, 403]),
        (&["Directory.Read.All"], [200, 200, 403, 403]),
        (&["Application.Read.All"], [403, 200, 403, 403]),
        (&["Application.ReadWrite.All"], [403, 200, 201, 403]),
        (&["AppRoleAssignment.ReadWrite.All"], [403, 403, 403, 403]),
        (&["AppRoleAssignment.ReadWrite.All", "Application.Read.All"], [403, 200, 403, 201]),
    ] {
        assert_eq!(statuses(&tenant, roles).await, expected, "{roles:?}");
    }
}
