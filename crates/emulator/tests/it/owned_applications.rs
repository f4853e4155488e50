//! What the permission to write owned applications, and no others, is good for.

use serde_json::{Value, json};

use crate::support::{Answer, Tenant};

struct OwnedBy {
    tenant: Tenant,
    token: String,
    /// The caller's service principal.
    id: String,
}

impl OwnedBy {
    async fn start() -> Self {
        let tenant = Tenant::start().await;
        let (token, id) =
            tenant.graph_caller(&["Application.ReadWrite.OwnedBy", "Directory.Read.All"]).await;
        Self { tenant, token, id }
    }

    async fn call(&self, method: &str, path: &str, body: Value) -> Answer {
        self.tenant.call_as(&self.token, method, path, &[], Some(body)).await
    }

    async fn owners(&self, path: &str) -> Vec<Value> {
        let list = self.tenant.get(&format!("{path}/owners")).await.list("/value");
        list.iter().map(|one| one["id"].clone()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_may_write_only_what_it_owns_becomes_owner_of_what_it_creates() {
    let owned_by = OwnedBy::start().await;
    let made = owned_by.call("POST", "/v1.0/applications", json!({ "displayName": "new" })).await;
    assert_eq!(made.status, 201, "{made:?}");
    let application = format!("/v1.0/applications/{}", made.text("/id"));
    assert_eq!(owned_by.owners(&application).await, [owned_by.id.as_str()]);
    let body = json!({ "appId": made.text("/appId") });
    let principal = owned_by.call("POST", "/v1.0/servicePrincipals", body).await;
    assert_eq!(principal.status, 201, "{principal:?}");
    let principal = format!("/v1.0/servicePrincipals/{}", principal.text("/id"));
    assert_eq!(owned_by.owners(&principal).await, [owned_by.id.as_str()]);

    for (method, path, status) in [
        ("PATCH", application.clone(), 204),
        ("PATCH", principal.clone(), 204),
        ("POST", format!("{application}/addPassword"), 200),
        ("DELETE", application.clone(), 204),
        ("POST", format!("/v1.0/directory/deletedItems/{}/restore", made.text("/id")), 200),
    ] {
        let answer = owned_by.call(method, &path, json!({})).await;
        assert_eq!(answer.status, status, "{path}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_others_own_is_read_and_not_written() {
    let owned_by = OwnedBy::start().await;
    let tenant = &owned_by.tenant;
    let (application, app_id) = tenant.application("other").await;
    let (_, principal) = tenant.principal("another").await;
    let (application, principal) = (
        format!("/v1.0/applications/{application}"),
        format!("/v1.0/servicePrincipals/{principal}"),
    );
    let grants = format!("{principal}/appRoleAssignments");
    for path in [&application, &principal, &grants] {
        let answer = tenant.call_as(&owned_by.token, "GET", path, &[], None).await;
        assert_eq!(answer.status, 200, "{path}: {answer:?}");
    }
    for (method, path, body) in [
        ("PATCH", application.clone(), json!({ "displayName": "mine" })),
        ("DELETE", application.clone(), json!({})),
        ("POST", format!("{application}/addPassword"), json!({})),
        ("PATCH", principal.clone(), json!({ "tags": [] })),
        ("POST", grants, json!({})),
        ("POST", "/v1.0/servicePrincipals".to_owned(), json!({ "appId": app_id })),
    ] {
        let answer = owned_by.call(method, &path, body).await;
        answer.is_error(403, "Authorization_RequestDenied", "Insufficient privileges");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_backing_application_that_is_not_there_is_a_misleading_refusal() {
    let owned_by = OwnedBy::start().await;
    let body = json!({ "appId": "11111111-2222-4333-8444-555555555555" });
    let answer = owned_by.call("POST", "/v1.0/servicePrincipals", body).await;
    let message = "When using this permission, the backing application of the service principal being created must in the local tenant";
    answer.is_error(403, "Authorization_RequestDenied", message);
    let missing = "/v1.0/applications/11111111-2222-4333-8444-555555555555";
    let answer = owned_by.call("PATCH", missing, json!({})).await;
    answer.is_error(404, "Request_ResourceNotFound", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upsert_that_creates_is_a_creation_and_one_that_updates_is_not() {
    let owned_by = OwnedBy::start().await;
    let upsert = async |name: &str| {
        let path = format!("/v1.0/applications(uniqueName='{name}')");
        let headers = [("prefer", "create-if-missing")];
        let body = Some(json!({ "displayName": "upserted" }));
        owned_by.tenant.call_as(&owned_by.token, "PATCH", &path, &headers, body).await
    };
    assert_eq!(upsert("mine").await.status, 201);
    assert_eq!(upsert("mine").await.status, 204);
    let others = "/v1.0/applications(uniqueName='others')";
    let made = owned_by.tenant.upsert(others, json!({ "displayName": "other" })).await;
    assert_eq!(made.status, 201);
    upsert("others").await.is_error(403, "Authorization_RequestDenied", "Insufficient privileges");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_permission_to_write_all_applications_leaves_no_owner() {
    let tenant = Tenant::start().await;
    let (id, _) = tenant.application("new").await;
    let owners = tenant.get(&format!("/v1.0/applications/{id}/owners")).await;
    assert_eq!(owners.body["value"], json!([]));
}
