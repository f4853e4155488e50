//! Federated identity credentials.

use serde_json::{Value, json};

use crate::support::Tenant;

fn body(name: &str, subject: &str) -> Value {
    json!({
        "name": name,
        "issuer": "https://token.actions.githubusercontent.com/",
        "subject": subject,
        "description": "deploys",
        "audiences": ["api://AzureADTokenExchange"],
    })
}

/// Id and client id of an application, and the path of its credentials.
async fn application(tenant: &Tenant) -> (String, String, String) {
    let (id, app_id) = tenant.application("scanner").await;
    let path = format!("/v1.0/applications/{id}/federatedIdentityCredentials");
    (id, app_id, path)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_has_the_recorded_shape_under_every_address() {
    let tenant = Tenant::start().await;
    let (id, app_id, path) = application(&tenant).await;
    let created = tenant.post(&path, body("Testing", "repo:a/b:ref:refs/heads/main")).await;
    assert_eq!(created.status, 201, "{created:?}");
    let credential = created.text("/id");
    assert!(
        created
            .header("location")
            .ends_with(&format!("/federatedIdentityCredentials/{credential}"))
    );
    let context = format!("/v1.0/$metadata#applications('{id}')/federatedIdentityCredentials");
    let mut expected = body("Testing", "repo:a/b:ref:refs/heads/main");
    expected["id"] = json!(credential);
    let list = json!({ "@odata.context": tenant.url(&context), "value": [expected] });
    assert_eq!(tenant.get(&path).await.body, list);
    let by_client_id = format!("/v1.0/applications(appId='{app_id}')/federatedIdentityCredentials");
    assert_eq!(tenant.get(&by_client_id).await.body, list);
    let filter = "?$filter=name eq 'other'";
    assert_eq!(tenant.get(&format!("{path}{filter}")).await.list("/value"), Vec::<Value>::new());

    expected["@odata.context"] = json!(tenant.url(&format!("{context}/$entity")));
    assert_eq!(created.body, expected);
    for key in [format!("/{credential}"), "/Testing".to_owned(), "(name='Testing')".to_owned()] {
        assert_eq!(tenant.get(&format!("{path}{key}")).await.body, expected, "{key}");
    }
    assert_eq!(tenant.delete(&format!("{path}/{credential}")).await.status, 204);
    let answer = tenant.delete(&format!("{path}/{credential}")).await;
    answer.is_error(404, "Request_ResourceNotFound", &credential);
    assert_eq!(tenant.get(&path).await.list("/value"), Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_can_be_addressed_by_its_unique_name() {
    let tenant = Tenant::start().await;
    let body = json!({ "displayName": "scanner" });
    assert_eq!(tenant.upsert("/v1.0/applications(uniqueName='x')", body).await.status, 201);
    let path = "/v1.0/applications(uniqueName='x')/federatedIdentityCredentials";
    assert_eq!(tenant.post(path, self::body("a", "a")).await.status, 201);
    let tenant = tenant.restart().await;
    assert_eq!(tenant.get(path).await.text("/value/0/name"), "a");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_and_subjects_are_unique_within_an_application() {
    let tenant = Tenant::start().await;
    let (_, _, path) = application(&tenant).await;
    tenant.post(&path, body("main", "a")).await;
    let same_name = tenant.post(&path, body("main", "b")).await;
    let message = "FederatedIdentityCredential with name main already exists.";
    same_name.is_error(409, "Request_MultipleObjectsWithSameKeyValue", message);
    let same_subject = tenant.post(&path, body("other", "a")).await;
    let message = "The combination of issuer and subject must be unique for the application.";
    same_subject.is_error(400, "InvalidFederatedIdentityCredentialValue", message);
    let (_, _, elsewhere) = application(&tenant).await;
    assert_eq!(tenant.post(&elsewhere, body("main", "a")).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_update_changes_what_it_names_but_never_the_name() {
    let tenant = Tenant::start().await;
    let (_, _, path) = application(&tenant).await;
    for name in ["first", "second"] {
        assert_eq!(tenant.post(&path, body(name, name)).await.status, 201);
    }
    let first = format!("{path}/first");
    assert_eq!(tenant.patch(&first, json!({ "subject": "staging" })).await.status, 204);
    let mut expected = tenant.get(&first).await.body;
    assert_eq!(
        (&expected["subject"], &expected["description"]),
        (&json!("staging"), &json!("deploys"))
    );
    let clash = tenant.patch(&first, json!({ "subject": "second" })).await;
    clash.is_error(400, "InvalidFederatedIdentityCredentialValue", "must be unique");
    tenant.patch(&first, json!({ "audiences": [] })).await.is_error(
        400,
        "InvalidFederatedIdentityCredentialValue",
        "Audiences",
    );
    tenant.patch(&first, json!({ "name": "third" })).await.is_error(400, "BadRequest", "");
    assert_eq!(tenant.patch(&first, json!({ "description": "tests" })).await.status, 204);
    expected["description"] = json!("tests");
    assert_eq!(tenant.get(&first).await.body, expected);
}

#[tokio::test(flavor = "multi_thread")]
async fn values_that_break_a_rule_are_refused() {
    let tenant = Tenant::start().await;
    let (_, _, path) = application(&tenant).await;
    let long = "x".repeat(601);
    for (property, value) in [
        ("name", json!("two words")),
        ("name", json!("x".repeat(121))),
        ("name", json!("")),
        ("issuer", json!("")),
        ("issuer", json!(long)),
        ("subject", json!(long)),
        ("description", json!(long)),
        ("audiences", json!([])),
        ("audiences", json!(["a", "b"])),
    ] {
        let mut wrong = body("main", "a");
        wrong[property] = value;
        let answer = tenant.post(&path, wrong).await;
        answer.is_error(400, "InvalidFederatedIdentityCredentialValue", "paramName");
    }
    let mut without = body("main", "a");
    without.as_object_mut().unwrap().remove("issuer");
    tenant.post(&path, without).await.is_error(400, "BadRequest", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_has_twenty_at_most() {
    let tenant = Tenant::start().await;
    let (_, _, path) = application(&tenant).await;
    for index in 0..20 {
        let name = format!("n{index}");
        assert_eq!(tenant.post(&path, body(&name, &name)).await.status, 201);
    }
    let answer = tenant.post(&path, body("more", "more")).await;
    answer.is_error(400, "InvalidFederatedIdentityCredentialValue", "20");
}
