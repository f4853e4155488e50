//! App registrations.

use serde_json::{Value, json};

use crate::support::{GRAPH, Tenant};

#[tokio::test(flavor = "multi_thread")]
async fn a_new_application_comes_back_whole_with_its_location() {
    let tenant = Tenant::start().await;
    let body = json!({ "displayName": "scanner", "tags": ["one"], "notes": "for scans" });
    let answer = tenant.post("/v1.0/applications", body).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let context = tenant.url("/v1.0/$metadata#applications/$entity");
    for (name, expected) in [
        ("@odata.context", json!(context)),
        ("displayName", json!("scanner")),
        ("signInAudience", json!("AzureADMyOrg")),
        ("publisherDomain", json!("contoso.onmicrosoft.com")),
        ("uniqueName", Value::Null),
        ("notes", json!("for scans")),
        ("tags", json!(["one"])),
        ("keyCredentials", json!([])),
        ("requiredResourceAccess", json!([])),
        ("deletedDateTime", Value::Null),
        ("createdDateTime", json!("2027-01-15T08:00:00.0000000Z")),
        ("createdByAppId", json!(tenant.sandbox.operator().client_id)),
    ] {
        assert_eq!(answer.body[name], expected, "{name}");
    }
    let id = answer.text("/id");
    let location = answer.header("location");
    assert!(
        location
            .ends_with(&format!("/directoryObjects/{id}/Microsoft.DirectoryServices.Application")),
        "{location}"
    );
    let read = tenant.get(&format!("/v1.0/applications/{id}")).await;
    assert_eq!(read.body["createdDateTime"], "2027-01-15T08:00:00Z");
}

#[tokio::test(flavor = "multi_thread")]
async fn display_names_may_repeat() {
    let tenant = Tenant::start().await;
    assert_ne!(tenant.application("twin").await, tenant.application("twin").await);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_is_found_by_each_of_its_keys() {
    let tenant = Tenant::start().await;
    let body = json!({ "displayName": "scanner", "uniqueName": "it's mine" });
    let created = tenant.post("/v1.0/applications", body).await;
    let (id, app_id) = (created.text("/id"), created.text("/appId"));
    for path in
        [id.clone(), format!("(appId='{app_id}')"), "(uniqueName='it''s%20mine')".to_owned()]
    {
        let path = if path.starts_with('(') { path } else { format!("/{path}") };
        assert_eq!(tenant.get(&format!("/v1.0/applications{path}")).await.text("/id"), id);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_application_is_named_by_the_key_that_was_used() {
    let tenant = Tenant::start().await;
    let id = "11111111-2222-4333-8444-555555555555";
    for (path, key) in [
        (format!("/{id}"), id),
        (format!("(appId='{id}')"), id),
        ("(uniqueName='nobody')".to_owned(), "nobody"),
        ("/no-guid".to_owned(), "no-guid"),
    ] {
        let answer = tenant.get(&format!("/v1.0/applications{path}")).await;
        let message = format!(
            "Resource '{key}' does not exist or one of its queried reference-property objects are not present."
        );
        answer.is_error(404, "Request_ResourceNotFound", &message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_upsert_creates_once_and_updates_afterwards() {
    let tenant = Tenant::start().await;
    let path = "/v1.0/applications(uniqueName='scanner')";
    let created = tenant.upsert(path, json!({ "displayName": "one" })).await;
    assert_eq!(
        (created.status, created.text("/uniqueName").as_str()),
        (201, "scanner"),
        "{created:?}"
    );
    let updated = tenant.upsert(path, json!({ "displayName": "two" })).await;
    assert_eq!((updated.status, &updated.body), (204, &Value::Null));
    let read = tenant.get(path).await;
    assert_eq!(
        (read.text("/displayName").as_str(), read.text("/id")),
        ("two", created.text("/id"))
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_without_the_preference_creates_nothing() {
    let tenant = Tenant::start().await;
    let answer = tenant
        .patch("/v1.0/applications(uniqueName='scanner')", json!({ "displayName": "one" }))
        .await;
    answer.is_error(404, "Request_ResourceNotFound", "'scanner'");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_creation_needs_a_display_name() {
    let tenant = Tenant::start().await;
    let answer =
        tenant.upsert("/v1.0/applications(uniqueName='scanner')", json!({ "tags": [] })).await;
    answer.is_error(400, "Request_BadRequest", "A value is required for property 'displayName'");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unique_name_is_taken_until_its_holder_is_gone_for_good() {
    let tenant = Tenant::start().await;
    let (path, body) =
        ("/v1.0/applications(uniqueName='scanner')", json!({ "displayName": "scanner" }));
    let id = tenant.upsert(path, body.clone()).await.text("/id");
    let taken = "Another object with the same value for property uniqueName already exists.";
    let answer = tenant
        .post("/v1.0/applications", json!({ "displayName": "b", "uniqueName": "scanner" }))
        .await;
    answer.is_error(400, "Request_BadRequest", taken);

    assert_eq!(tenant.delete(&format!("/v1.0/applications/{id}")).await.status, 204);
    tenant.upsert(path, body.clone()).await.is_error(400, "Request_BadRequest", taken);
    assert_eq!(tenant.delete(&format!("/v1.0/directory/deletedItems/{id}")).await.status, 204);
    assert_eq!(tenant.upsert(path, body).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_unique_name_can_be_set_once() {
    let tenant = Tenant::start().await;
    let (id, _) = tenant.application("scanner").await;
    let path = format!("/v1.0/applications/{id}");
    assert_eq!(tenant.patch(&path, json!({ "uniqueName": "first" })).await.status, 204);
    assert_eq!(tenant.patch(&path, json!({ "uniqueName": "first" })).await.status, 204);
    for value in [json!("second"), Value::Null] {
        let answer = tenant.patch(&path, json!({ "uniqueName": value })).await;
        answer.is_error(400, "Request_BadRequest", "uniqueName");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_replaces_collections_merges_structures_and_keeps_the_rest() {
    let tenant = Tenant::start().await;
    let body = json!({
        "displayName": "scanner", "notes": "kept", "tags": ["a", "b"],
        "web": { "homePageUrl": "https://example.com", "redirectUris": ["https://example.com/a"] },
    });
    let id = tenant.post("/v1.0/applications", body).await.text("/id");
    let path = format!("/v1.0/applications/{id}");
    let body = json!({ "tags": ["c"], "web": { "redirectUris": [] } });
    assert_eq!(tenant.patch(&path, body).await.status, 204);
    let read = tenant.get(&path).await;
    assert_eq!((&read.body["tags"], &read.body["notes"]), (&json!(["c"]), &json!("kept")));
    assert_eq!(read.body["web"]["homePageUrl"], "https://example.com");
    assert_eq!(read.body["web"]["redirectUris"], json!([]));
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_break_a_rule_are_refused() {
    let tenant = Tenant::start().await;
    let (id, _) = tenant.application("scanner").await;
    let api = json!({ "resourceAppId": GRAPH, "resourceAccess": [] });
    for (body, code, message) in [
        (json!({ "displayName": "" }), "Request_BadRequest", "'displayName'"),
        (json!({ "displayName": "x".repeat(121) }), "Request_BadRequest", "'displayName'"),
        (json!({ "tags": ["two words"] }), "Request_BadRequest", "'tags'"),
        (json!({ "tags": [""] }), "Request_BadRequest", "'tags'"),
        (json!({ "tags": ["x".repeat(257)] }), "Request_BadRequest", "'tags'"),
        (json!({ "tags": ["same", "same"] }), "Request_BadRequest", "duplicate values"),
        (json!({ "signInAudience": "Everybody" }), "Request_BadRequest", "'signInAudience'"),
        (json!({ "description": "x".repeat(1025) }), "Request_BadRequest", "'description'"),
        (json!({ "identifierUris": "api://x" }), "Request_BadRequest", "'identifierUris'"),
        (json!({ "requiredResourceAccess": [api, api] }), "Request_BadRequest", "duplicate values"),
        (
            json!({ "requiredResourceAccess": [{ "resourceAppId": "x" }] }),
            "Request_BadRequest",
            "'requiredResourceAccess'",
        ),
        (
            json!({ "passwordCredentials": [{ "displayName": "x" }] }),
            "Request_BadRequest",
            "'passwordCredentials'",
        ),
        (json!({ "appId": GRAPH }), "Request_BadRequest", "'appId' is read-only"),
        (
            json!({ "colour": "red" }),
            "BadRequest",
            "'colour' does not exist on type 'microsoft.graph.application'",
        ),
    ] {
        let answer = tenant.patch(&format!("/v1.0/applications/{id}"), body).await;
        answer.is_error(400, code, message);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn passwords_are_never_readable() {
    let tenant = Tenant::start().await;
    let path = format!("/v1.0/applications(appId='{}')", tenant.sandbox.operator().client_id);
    let read = tenant.get(&path).await;
    assert_eq!(read.body["passwordCredentials"][0]["secretText"], Value::Null);
    let secret = tenant.sandbox.operator().client_secret.expose();
    assert!(!read.body.to_string().contains(secret));
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_made_by_an_application_has_no_owner() {
    let tenant = Tenant::start().await;
    let (id, _) = tenant.application("scanner").await;
    let owners = tenant.get(&format!("/v1.0/applications/{id}/owners")).await;
    let context = tenant.url("/v1.0/$metadata#directoryObjects");
    assert_eq!(owners.body, json!({ "@odata.context": context, "value": [] }));
}
