//! What an application may do in Graph, by the app roles it holds.

use serde_json::{Value, json};

use crate::support::{ADA, Tenant};

/// The status of each of: reading the organization, reading applications, making one, granting a
/// role.
async fn statuses(tenant: &Tenant, roles: &[&str]) -> [u16; 4] {
    let token = tenant.graph_caller(roles).await.0;
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

/// The status of each of: adding an owner, reading a user, making a secret, removing the owner.
async fn statuses_of_owners(tenant: &Tenant, roles: &[&str]) -> [u16; 4] {
    let token = tenant.graph_caller(roles).await.0;
    let (id, _) = tenant.application("other").await;
    let application = format!("/v1.0/applications/{id}");
    let call = async |method: &str, path: &str, body: Option<Value>| {
        tenant.call_as(&token, method, path, &[], body).await.status
    };
    let owner = json!({ "@odata.id": tenant.url(&format!("/v1.0/users/{ADA}")) });
    let added = call("POST", &format!("{application}/owners/$ref"), Some(owner.clone())).await;
    tenant.post(&format!("{application}/owners/$ref"), owner).await;
    [
        added,
        call("GET", &format!("/v1.0/users/{ADA}"), None).await,
        call("POST", &format!("{application}/addPassword"), Some(json!({}))).await,
        call("DELETE", &format!("{application}/owners/{ADA}/$ref"), None).await,
    ]
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_added_by_who_may_also_read_the_directory() {
    let tenant = Tenant::start().await;
    for (roles, expected) in [
        (&["User.Read.All"][..], [403, 200, 403, 403]),
        (&["Directory.Read.All"], [403, 200, 403, 403]),
        (&["Application.ReadWrite.All"], [403, 403, 200, 204]),
        (&["Application.ReadWrite.All", "Directory.Read.All"], [204, 200, 200, 204]),
    ] {
        assert_eq!(statuses_of_owners(&tenant, roles).await, expected, "{roles:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_that_the_caller_may_not_read_shows_its_id_only() {
    let tenant = Tenant::start().await;
    let (id, _) = tenant.application("other").await;
    let path = format!("/v1.0/applications/{id}/owners");
    let owner = json!({ "@odata.id": tenant.url(&format!("/v1.0/users/{ADA}")) });
    assert_eq!(tenant.post(&format!("{path}/$ref"), owner).await.status, 204);
    let token = tenant.graph_caller(&["Application.Read.All"]).await.0;
    let list = tenant.call_as(&token, "GET", &path, &[], None).await;
    assert_eq!(list.text("/value/0/id"), ADA);
    assert_eq!(list.text("/value/0/@odata.type"), "#microsoft.graph.user");
    assert_eq!(list.body["value"][0]["userPrincipalName"], Value::Null);
}
