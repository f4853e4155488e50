//! What goes wrong with requests on purpose, seen from the client's side.

use emulator::Behaviour;
use reqwest::Response;
use serde_json::{Value, json};

use crate::support::{PRODUCTION, Tenant};

/// What a client gets without looking at it.
async fn raw(tenant: &Tenant, method: &str, path: &str) -> reqwest::Result<Response> {
    let token = tenant.operator_token("https://graph.microsoft.com/.default").await;
    let request = tenant.client.request(method.parse().unwrap(), tenant.url(path));
    let body = json!({ "displayName": "made" }).to_string();
    let request = request.header("content-type", "application/json").bearer_auth(token);
    if method == "GET" { request.send().await } else { request.body(body).send().await }
}

async fn made(tenant: &Tenant) -> usize {
    let found = tenant.get("/v1.0/applications?$filter=displayName eq 'made'").await;
    found.list("/value").len()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_status_comes_in_the_services_own_words_and_nothing_is_done() {
    let tenant = Tenant::start_with(
        "faults:
        - { route: 'POST /v1.0/applications', do: { status: { code: 503, retryAfter: 2s } } }
        - { route: 'GET /subscriptions', times: 0, do: { status: { code: 429 } } }
        - { route: 'POST /{tenant}/oauth2/v2.0/token', after: 2, do: { status: { code: 503 } } }",
    )
    .await;
    let answer = tenant.post("/v1.0/applications", json!({ "displayName": "made" })).await;
    answer.is_error(503, "ServiceUnavailable", "");
    assert_eq!((answer.header("retry-after"), made(&tenant).await), ("2", 0));
    for _ in 0..2 {
        let answer = tenant.get("/subscriptions?api-version=2022-12-01").await;
        answer.is_error(429, "TooManyRequests", "throttled");
        assert_eq!(answer.header("retry-after"), "");
    }
    let answer = tenant.sign_in(&[("grant_type", "client_credentials")]).await;
    assert_eq!((answer.status, answer.text("/error")), (503, "temporarily_unavailable".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn the_nth_request_of_a_route_is_met_and_no_other() {
    let tenant = Tenant::start_with(
        "faults:
        - { route: 'GET /v1.0/organization', after: 1, times: 2, do: { status: { code: 504 } } }",
    )
    .await;
    let mut statuses = Vec::new();
    for _ in 0..5 {
        tenant.get("/v1.0/applications?$top=1").await;
        statuses.push(tenant.get("/v1.0/organization").await.status);
    }
    assert_eq!(statuses, [200, 504, 504, 200, 200]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dropped_connection_hides_whether_the_write_took_effect() {
    let tenant = Tenant::start_with(
        "faults:
        - { route: 'POST /v1.0/applications', do: { drop: before } }
        - { route: 'POST /v1.0/applications', after: 1, do: { drop: after } }",
    )
    .await;
    assert!(raw(&tenant, "POST", "/v1.0/applications").await.is_err());
    assert_eq!(made(&tenant).await, 0);
    assert!(raw(&tenant, "POST", "/v1.0/applications").await.is_err());
    assert_eq!(made(&tenant).await, 1);
    assert_eq!(raw(&tenant, "POST", "/v1.0/applications").await.unwrap().status(), 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_body_can_be_cut_off_replaced_by_a_page_or_mislabelled() {
    let tenant = Tenant::start_with(
        "faults:
        - { route: 'POST /v1.0/applications', do: { truncate: 10 } }
        - { route: 'GET /v1.0/organization', do: { html: 502 } }
        - { route: 'GET /v1.0/organization', after: 1, do: { contentType: text/plain } }",
    )
    .await;
    let cut = raw(&tenant, "POST", "/v1.0/applications").await.unwrap();
    assert_eq!(cut.status(), 201);
    assert!(cut.bytes().await.is_err());
    assert_eq!(made(&tenant).await, 1);

    let page = raw(&tenant, "GET", "/v1.0/organization").await.unwrap();
    assert_eq!((page.status().as_u16(), content_type(&page)), (502, "text/html; charset=utf-8"));
    assert!(page.text().await.unwrap().contains("502 Bad Gateway"));
    let odd = raw(&tenant, "GET", "/v1.0/organization").await.unwrap();
    assert_eq!((odd.status().as_u16(), content_type(&odd)), (200, "text/plain"));
    assert!(serde_json::from_slice::<Value>(&odd.bytes().await.unwrap()).is_ok());
}

fn content_type(response: &Response) -> &str {
    response.headers()["content-type"].to_str().unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn one_request_of_a_batch_fails_on_its_own() {
    let tenant = Tenant::start_with(
        "faults:
        - { route: 'GET /v1.0/organization', do: { status: { code: 429, retryAfter: 7s } } }",
    )
    .await;
    let get = |id: &str, url: &str| json!({ "id": id, "method": "GET", "url": url });
    let requests = [get("1", "/organization"), get("2", "/applications?$top=1")];
    let answer = tenant.post("/v1.0/$batch", json!({ "requests": requests })).await;
    let of = |id: &str| {
        answer.list("/responses").into_iter().find(|response| response["id"] == id).unwrap()
    };
    assert_eq!((answer.status, of("2")["status"].clone()), (200, json!(200)));
    assert_eq!(of("1")["status"], 429);
    assert_eq!(of("1")["headers"]["Retry-After"], "7");
    assert_eq!(of("1")["body"]["error"]["code"], "TooManyRequests");
}

#[tokio::test(flavor = "multi_thread")]
async fn writes_to_one_vault_that_overlap_conflict() {
    let tenant = Tenant::start_with("latency: 300ms").await;
    let vault = format!(
        "{PRODUCTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-legacy"
    );
    let path = format!("{vault}/accessPolicies/add?api-version=2026-02-01");
    let write = |permission: &str| {
        let entry = json!({
            "tenantId": crate::support::TENANT,
            "objectId": "d7e8f900-1122-4334-8546-5768798a9bac",
            "permissions": { "secrets": [permission] },
        });
        tenant.put(&path, json!({ "properties": { "accessPolicies": [entry] } }))
    };
    let (one, other) = tokio::join!(write("get"), write("list"));
    let refused = if one.status == 409 { &one } else { &other };
    refused.is_error(409, "ConflictError", "'kv-legacy' changed from the point");
    assert_eq!(one.status.min(other.status), 200);
    assert_eq!(write("set").await.status, 200);
}

#[test]
fn a_file_of_faults_that_makes_no_sense_is_refused_with_its_place() {
    for (text, part) in [
        ("latency: soon", "latency: expected number at 0 at line 1 column 10"),
        ("latency: [1]", "a time like 200ms"),
        ("faults: [{ do: { status: { code: 42 } } }]", "status"),
        ("faults: [{ do: { explode: 1 } }]", "explode"),
        ("replication: sometimes", "observed, or lags"),
        ("throttle: true", "unknown field"),
        ("mondoo: { schema: 2023 }", "2024, 2025 or 2026"),
        ("mondoo: { scanTakes: soon }", "scanTakes"),
    ] {
        let error = Behaviour::parse(text).unwrap_err().to_string();
        assert!(error.contains(part) && error.contains("the faults cannot be read"), "{error}");
    }
    assert!(Behaviour::parse("# nothing\n").is_ok());
}

#[test]
fn the_documentation_of_faults_and_operators_is_about_what_there_is() {
    let page = include_str!("../../../../docs/emulator.md");
    let blocks: Vec<&str> = page.split("```yaml\n").skip(1).collect();
    assert!(blocks.len() > 1, "no faults in the page");
    for block in blocks {
        let (yaml, _) = block.split_once("```").unwrap();
        Behaviour::parse(yaml).unwrap();
    }
    for name in emulator::operator_names() {
        assert!(page.contains(&format!("`{name}`")), "{name}");
    }
}
