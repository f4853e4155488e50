//! Many Graph requests in one.

use serde_json::{Value, json};

use crate::support::{ADA, Answer, Tenant};

async fn batch(tenant: &Tenant, requests: Value) -> Answer {
    tenant.post("/v1.0/$batch", json!({ "requests": requests })).await
}

fn response<'a>(answer: &'a Answer, id: &str) -> &'a Value {
    let responses = answer.body["responses"].as_array().unwrap_or_else(|| panic!("{answer:?}"));
    responses.iter().find(|response| response["id"] == id).unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_request_is_answered_under_its_id() {
    let tenant = Tenant::start().await;
    let headers = json!({ "Content-Type": "application/json", "Prefer": "create-if-missing" });
    let filter = "servicePrincipalNames/any(c:c eq 'https://graph.microsoft.com')";
    let answer = batch(&tenant, json!([
        { "id": "a", "method": "PATCH", "url": "/applications(uniqueName='x')", "headers": headers, "body": { "displayName": "x" } },
        { "id": "b", "method": "GET", "url": "applications(uniqueName='x')?$select=displayName", "dependsOn": ["a"] },
        { "id": "c", "method": "GET", "url": "/applications(uniqueName='y')" },
        { "id": "d", "method": "GET", "url": format!("/servicePrincipals?$filter={filter}") },
    ])).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_ne!(answer.body["responses"][0]["id"], "a", "replies come in another order");
    assert_eq!(response(&answer, "a")["status"], 201);
    assert_eq!(response(&answer, "b")["body"]["displayName"], "x");
    assert_eq!(response(&answer, "d")["body"]["value"][0]["displayName"], "Microsoft Graph");
    let missing = response(&answer, "c");
    assert_eq!(
        (&missing["status"], &missing["body"]["error"]["code"]),
        (&json!(404), &json!("Request_ResourceNotFound"))
    );
    assert_eq!(missing["headers"]["Content-Type"], "application/json");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_depends_on_a_failure_is_not_run() {
    let tenant = Tenant::start().await;
    let headers = json!({ "Content-Type": "application/json" });
    let answer = batch(&tenant, json!([
        { "id": "1", "method": "GET", "url": "/applications(uniqueName='y')" },
        { "id": "2", "method": "POST", "url": "/applications", "headers": headers, "body": { "displayName": "unborn" }, "dependsOn": ["1"] },
        { "id": "3", "method": "GET", "url": "/organization", "dependsOn": ["2"] },
    ])).await;
    assert_eq!(response(&answer, "2")["status"], 424);
    assert_eq!(response(&answer, "3")["status"], 424);
    let found = tenant.get("/v1.0/applications?$filter=displayName eq 'unborn'").await;
    assert_eq!(found.list("/value"), Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_request_that_is_none_fails_alone() {
    let tenant = Tenant::start().await;
    let answer = batch(&tenant, json!([
        { "id": "1", "method": "GET", "url": "/applications", "headers": { "a b": "c" } },
        { "id": "2", "method": "GET", "url": "https://graph.microsoft.com/v1.0/applications" },
        { "id": "3", "method": "POST", "url": "/$batch", "headers": { "Content-Type": "application/json" }, "body": { "requests": [] } },
        { "id": "4", "method": "GET", "url": "/organization" },
    ])).await;
    let statuses = ["1", "2", "3", "4"].map(|id| response(&answer, id)["status"].clone());
    assert_eq!(statuses, [400, 400, 400, 200].map(Value::from), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_write_without_body_or_content_type_spoils_its_batch() {
    let tenant = Tenant::start().await;
    let create = json!({ "id": "1", "method": "POST", "url": "/applications", "headers": { "content-type": "application/json" }, "body": { "displayName": "unborn" } });
    let bare = json!({ "id": "2", "method": "POST", "url": "/applications", "body": { "displayName": "x" } });
    let answer = batch(&tenant, json!([create, bare])).await;
    let message = "Write request with id '2' does not contain a Content-Type header.";
    answer.is_error(400, "BadRequest", message);
    let empty = json!({ "id": "2", "method": "patch", "url": "/applications/x" });
    let answer = batch(&tenant, json!([create, empty])).await;
    let message = "Write request id : 2 does not contain Content-Type header or body.";
    answer.is_error(400, "BadRequest", message);
    let found = tenant.get("/v1.0/applications?$filter=displayName eq 'unborn'").await;
    assert_eq!(found.list("/value"), Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_batch_holds_twenty_requests_with_different_ids() {
    let tenant = Tenant::start().await;
    let get = |id: String| json!({ "id": id, "method": "GET", "url": "/organization" });
    let many = |count: usize| (0..count).map(|index| get(index.to_string())).collect::<Vec<_>>();
    assert_eq!(batch(&tenant, json!(many(20))).await.list("/responses").len(), 20);
    batch(&tenant, json!(many(21))).await.is_error(400, "BadRequest", "20");
    let twins = json!([get("a".to_owned()), get("A".to_owned())]);
    batch(&tenant, twins).await.is_error(400, "BadRequest", "unique");
    let mut lost = get("a".to_owned());
    lost["dependsOn"] = json!(["b"]);
    batch(&tenant, json!([lost])).await.is_error(400, "BadRequest", "depend");
    tenant.post("/v1.0/$batch", json!({ "requests": 1 })).await.is_error(
        400,
        "BadRequest",
        "Unable to read JSON",
    );
}

fn post(id: &str, url: String, body: Value) -> Value {
    let headers = json!({ "Content-Type": "application/json" });
    json!({ "id": id, "method": "POST", "url": url, "headers": headers, "body": body })
}

fn request(id: &str, method: &str, url: String) -> Value {
    json!({ "id": id, "method": method, "url": url })
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_secrets_and_grants_can_be_batched() {
    let tenant = Tenant::start().await;
    let (id, app_id) = tenant.application("scanner").await;
    let principal = tenant.service_principal(&app_id).await;
    let role = "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30";
    let owner =
        json!({ "@odata.id": format!("https://graph.microsoft.com/v1.0/directoryObjects/{ADA}") });
    let grant = json!({ "principalId": principal, "resourceId": tenant.graph_principal().await, "appRoleId": role });
    let trust = json!({ "name": "a", "issuer": "https://i", "subject": "s", "audiences": ["x"] });
    let answer = batch(
        &tenant,
        json!([
            post("owner", format!("/applications/{id}/owners/$ref"), owner),
            request("owners", "GET", format!("/applications(appId='{app_id}')/owners?$select=id")),
            request("user", "GET", format!("/users/{ADA}")),
            post("secret", format!("/servicePrincipals/{principal}/addPassword"), json!({})),
            post("trust", format!("/applications/{id}/federatedIdentityCredentials"), trust),
            post("grant", format!("/servicePrincipals/{principal}/appRoleAssignments"), grant),
            request("unowned", "DELETE", format!("/applications/{id}/owners/{ADA}/$ref")),
        ]),
    )
    .await;
    for (id, status) in [
        ("owner", 204),
        ("owners", 200),
        ("user", 200),
        ("secret", 200),
        ("trust", 201),
        ("grant", 201),
        ("unowned", 204),
    ] {
        assert_eq!(response(&answer, id)["status"], status, "{answer:?}");
    }
    assert_eq!(response(&answer, "owners")["body"]["value"][0]["id"], ADA);
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_items_can_be_batched() {
    let tenant = Tenant::start().await;
    let (id, app_id) = tenant.application("scanner").await;
    let principal = tenant.service_principal(&app_id).await;
    let items = "/directory/deletedItems";
    let answer = batch(
        &tenant,
        json!([
            request("gone", "DELETE", format!("/applications/{id}")),
            request("deleted", "GET", format!("{items}/microsoft.graph.application?$select=id")),
            post("back", format!("{items}/{id}/restore"), json!({})),
            request("left", "GET", format!("{items}/{principal}")),
            request("purged", "DELETE", format!("{items}/{principal}")),
            request("missing", "DELETE", format!("{items}/{id}")),
        ]),
    )
    .await;
    for (id, status) in [
        ("gone", 204),
        ("deleted", 200),
        ("back", 200),
        ("left", 200),
        ("purged", 204),
        ("missing", 404),
    ] {
        assert_eq!(response(&answer, id)["status"], status, "{answer:?}");
    }
    assert_eq!(response(&answer, "deleted")["body"]["value"], json!([{ "id": id }]));
}
