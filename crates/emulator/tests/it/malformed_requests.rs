//! Requests to Resource Manager that no client in its right mind sends.

use serde_json::Value;

use crate::support::{ASSIGNMENTS, Answer, PLATFORM, PRODUCTION, ROLES, Tenant};

const NAME: &str = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";

fn paths() -> Vec<String> {
    let group = format!("{PRODUCTION}/resourceGroups/rg-vaults");
    let vault = format!("{group}/providers/Microsoft.KeyVault/vaults/kv-shared");
    let key_vault = format!("{PRODUCTION}/providers/Microsoft.KeyVault");
    let version = |path: &str, version: &str| format!("{path}?api-version={version}");
    vec![
        version(&format!("{PRODUCTION}/{ROLES}/{NAME}"), "2022-04-01"),
        version(&format!("{PLATFORM}/{ASSIGNMENTS}/{NAME}"), "2022-04-01"),
        version(&format!("{group}/providers/Microsoft.Authorization/locks/keep"), "2016-09-01"),
        version(&group, "2021-04-01"),
        version(&vault, "2026-02-01"),
        version(&format!("{vault}/accessPolicies/add"), "2026-02-01"),
        version(&format!("{key_vault}/checkNameAvailability"), "2026-02-01"),
        version(&format!("{key_vault}/locations/westeurope/deletedVaults/x/purge"), "2026-02-01"),
        version(&format!("{key_vault}/locations/westeurope/operationResults/x"), "2026-02-01"),
        version(&format!("{PRODUCTION}/operationresults/%ff%00"), "2021-04-01"),
        version(&format!("{PRODUCTION}/providers/Microsoft.Subscription/rename"), "2021-10-01"),
        version("/subscriptions/not-a-guid/resourceGroups/x", "2021-04-01"),
        version("/%2e%2e/%2f/providers/Microsoft.Authorization/roleAssignments", "2022-04-01"),
        "/subscriptions?api-version=2022-12-01&$top=-1&$skiptoken=%00".to_owned(),
        format!("{PRODUCTION}/{ASSIGNMENTS}?api-version=2022-04-01&$filter=principalId eq ''''"),
        format!("{PRODUCTION}/{ASSIGNMENTS}?api-version=2022-04-01&$filter=((("),
    ]
}

fn bodies() -> Vec<String> {
    let mut bodies: Vec<String> = [
        "",
        "{",
        "null",
        "[]",
        "7",
        "\"x\"",
        "\u{feff}{}",
        "{}",
        r#"{ "properties": null }"#,
        r#"{ "properties": [] }"#,
        r#"{ "properties": { "roleName": 7, "permissions": {}, "assignableScopes": "x" } }"#,
        r#"{ "properties": { "roleDefinitionId": "", "principalId": "", "principalType": 1 } }"#,
        r#"{ "properties": { "level": ["ReadOnly"] } }"#,
        r#"{ "properties": { "accessPolicies": [{}] }, "location": {}, "tags": 1 }"#,
        r#"{ "properties": { "softDeleteRetentionInDays": -1e99, "sku": [] } }"#,
        r#"{ "subscriptionName": { "a": "b" }, "name": null, "type": 1 }"#,
    ]
    .map(str::to_owned)
    .to_vec();
    bodies.push("[".repeat(10_000));
    bodies
}

/// A reply of this service: its own headers, and JSON with an error in it unless all went well.
fn check(answer: &Answer, what: &str) {
    assert!(answer.status < 500, "{what}: {answer:?}");
    assert_eq!(answer.header("x-ms-request-id").len(), 36, "{what}: {answer:?}");
    if answer.status >= 400 && !what.starts_with("HEAD") {
        assert!(answer.header("content-type").starts_with("application/json"), "{what}");
        let code = answer.body.pointer("/error/code").and_then(Value::as_str);
        let message = answer.body.pointer("/error/message").and_then(Value::as_str);
        assert!(code.is_some() && message.is_some(), "{what}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_sent_is_answered_with_an_envelope() {
    let tenant = Tenant::start().await;
    let token = tenant.operator_token("https://management.azure.com/.default").await;
    let authorization = format!("Bearer {token}");
    let headers = [("authorization", authorization.as_str()), ("content-type", "application/json")];
    for path in paths() {
        for body in bodies() {
            for method in ["PUT", "PATCH", "POST"] {
                let answer = tenant.send(method, &path, &headers, body.clone()).await;
                check(&answer, &format!("{method} {path} {}", &body[..body.len().min(80)]));
            }
        }
        for method in ["GET", "HEAD", "OPTIONS", "TRACE", "BREW"] {
            let answer = tenant.send(method, &path, &headers, String::new()).await;
            check(&answer, &format!("{method} {path}"));
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_another_media_type_are_refused() {
    let tenant = Tenant::start().await;
    let token = tenant.operator_token("https://management.azure.com/.default").await;
    let authorization = format!("Bearer {token}");
    let group = format!("{PRODUCTION}/resourceGroups/rg-new?api-version=2021-04-01");
    let put = async |kind: Option<&str>| {
        let mut headers = vec![("authorization", authorization.as_str())];
        headers.extend(kind.map(|kind| ("content-type", kind)));
        tenant.send("PUT", &group, &headers, r#"{ "location": "westus" }"#.to_owned()).await
    };
    for (kind, shown) in [(None, "<null>"), (Some("text/plain"), "text/plain")] {
        let message = format!(
            "The content media type '{shown}' is not supported. Only 'application/json' is supported."
        );
        put(kind).await.is_error(415, "UnsupportedMediaType", &message);
    }
    assert_eq!(put(Some("application/json; charset=utf-8")).await.status, 201);
}
