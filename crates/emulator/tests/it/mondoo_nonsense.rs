//! Requests to Mondoo's API that make no sense, faults on its way, and what is written down of it.

use serde_json::{Value, json};

use crate::mondoo::{CLIENT, SPACE, create_input, options, with_certificate};
use crate::support::{Answer, Tenant, client_builder};

const SPACE_QUERY: &str = "query($mrn: String!) { space(mrn: $mrn) { name } }";

async fn post(tenant: &Tenant, kind: &str, body: String) -> Answer {
    let authorization = format!("Bearer {}", tenant.sandbox.mondoo().api_token.expose());
    let headers = [("authorization", authorization.as_str()), ("content-type", kind)];
    tenant.send("POST", "/query", &headers, body).await
}

fn query(text: &str) -> String {
    json!({ "query": text }).to_string()
}

/// Malformed, of other types, too deep and too long.
fn bodies() -> Vec<String> {
    let deep =
        |open: &str, close: &str| query(&format!("{}{}", open.repeat(5000), close.repeat(5000)));
    let mut bodies = ["", "{", "null", "[]", "7", "\"text\"", "{}", "\u{0}", "{\"query\":7}"]
        .map(str::to_owned)
        .to_vec();
    bodies.extend([
        json!({ "query": null, "variables": null }).to_string(),
        json!({ "query": "{ __typename }", "variables": [] }).to_string(),
        json!({ "query": "{ __typename }", "operationName": "other" }).to_string(),
        "[".repeat(1000),
        deep("{ space(mrn: \"x\") ", "}"),
        deep("{", "}"),
        query(&format!("{{ space(mrn: {}7{}) {{ mrn }} }}", "[".repeat(5000), "]".repeat(5000))),
        query(&format!("{{ {} }}", "__typename ".repeat(50_000))),
        query("query($a: [[[[[String!]!]!]!]!]!) { space(mrn: $a) { mrn } }"),
        query("{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }"),
        query("subscription { space { mrn } }"),
        query("type Query { a: Int }"),
        query("{ __schema { types { fields { type { fields { type { fields { name } } } } } } } }"),
        query("mutation { assignPolicy(input: {assetMrn: \"\"}) }"),
        query("{ space(mrn: \"\\uD800\") { mrn } }"),
        query("\u{feff}{ a b c \u{1F600} }"),
    ]);
    bodies
}

#[tokio::test(flavor = "multi_thread")]
async fn the_api_never_stumbles() {
    let tenant = Tenant::start().await;
    for body in bodies() {
        let start: String = body.chars().take(60).collect();
        let answer = post(&tenant, "application/json", body).await;
        assert!(matches!(answer.status, 200 | 400 | 422), "{start}: {answer:?}");
        let has_errors = answer.body["errors"].as_array().is_some_and(|errors| !errors.is_empty());
        assert!(has_errors || answer.status == 200, "{start}: {answer:?}");
    }
    let answer = tenant.mondoo(SPACE_QUERY, json!({ "mrn": SPACE })).await;
    assert_eq!(answer.text("/data/space/name"), "Contoso");
}

#[tokio::test(flavor = "multi_thread")]
async fn odd_values_are_refused_or_taken_as_they_are() {
    let tenant = Tenant::start().await;
    let odd = ["", " ", "//", "//captain.api.mondoo.app/spaces/", "'; DROP", "\u{0}\n\u{202e}"];
    for text in odd {
        let answer = tenant.mondoo(SPACE_QUERY, json!({ "mrn": text })).await;
        answer.is_rpc_error("space", "NotFound");
        let azure = json!({
            "clientSecret": "x", "tenantId": text, "subscriptionsAllowlist": [text],
            "managementGroupId": text,
        });
        let answer = tenant.try_create(create_input("odd", options(text, azure))).await;
        assert_eq!(answer.status, 200, "{answer:?}");
        if answer.body["errors"].is_null() {
            let mrn = answer.text("/data/createClientIntegration/integration/mrn");
            let scan = "query($mrn: String!) { triggerAction(input: {mrn: $mrn, type: RUN_SCAN}) { mrn } }";
            assert_eq!(tenant.mondoo(scan, json!({ "mrn": mrn })).await.status, 200);
            assert_eq!(tenant.read(&mrn).await["status"], "ERROR");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn other_methods_and_missing_credentials_are_refused() {
    let tenant = Tenant::start().await;
    let answer = tenant.send("POST", "/query", &[], query("{ __typename }")).await;
    assert_eq!((answer.status, answer.body), (401, json!("unauthenticated")));
    let token = tenant.sandbox.mondoo().api_token.expose().to_owned();
    for method in ["GET", "PUT", "DELETE"] {
        let answer = tenant.call_as(&token, method, "/query", &[], None).await;
        assert_eq!(answer.status, 400, "{answer:?}");
    }
    let arm = tenant.operator_token("https://management.azure.com/.default").await;
    assert_eq!(tenant.mondoo_as(&arm, "{ __typename }", json!({})).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn its_requests_are_counted_and_meet_faults_by_one_route() {
    let faults = "faults:
        - { route: 'POST /query', do: { status: { code: 503, retryAfter: 2s } } }
        - { route: 'POST /query', after: 1, do: { drop: after } }";
    let tenant = Tenant::start_with(faults).await;
    let answer = tenant.mondoo(SPACE_QUERY, json!({ "mrn": SPACE })).await;
    assert_eq!((answer.status, answer.body.clone()), (503, json!("Service Unavailable")));
    assert_eq!(answer.header("retry-after"), "2");

    let body = json!({
        "query": "mutation($input: CreateClientIntegrationInput!) {
            createClientIntegration(input: $input) { integration { mrn } } }",
        "variables": { "input": create_input("lost", with_certificate(CLIENT)) },
    });
    let client = client_builder(tenant.sandbox.ca_file()).build().unwrap();
    let token = tenant.sandbox.mondoo().api_token.expose();
    let sent = client.post(tenant.url("/query")).bearer_auth(token).body(body.to_string());
    assert!(sent.send().await.is_err());
    let list = format!(
        "{{ listClientIntegrations(input: {{spaceMrn: \"{SPACE}\"}}) {{ integrations {{ name }} }} }}"
    );
    let listed = tenant.mondoo(&list, json!({})).await;
    let names = listed.list("/data/listClientIntegrations/integrations");
    assert!(names.contains(&json!({ "name": "lost" })), "{listed:?}");
    let counted = tenant.get("/_sandbox/requests").await;
    assert_eq!(counted.body["by_route"]["POST /query"], 3);
}

#[tokio::test(flavor = "multi_thread")]
async fn no_secret_is_in_the_log_of_requests() {
    let directory = crate::support::fresh_directory();
    let log = directory.path().join("requests.jsonl");
    let clock = std::sync::Arc::new(std::sync::Mutex::new(crate::support::now()));
    let options = emulator::Options {
        request_log: Some(log.clone()),
        ..crate::support::options(directory.path(), &clock)
    };
    let sandbox = emulator::Sandbox::start(options).await.unwrap();
    let client = client_builder(sandbox.ca_file()).build().unwrap();
    let send = async |query: &str, variables: Value| {
        let body = json!({ "query": query, "variables": variables }).to_string();
        let token = sandbox.mondoo().api_token.expose();
        let url = format!("{}/query", sandbox.url());
        assert_eq!(
            client.post(url).bearer_auth(token).body(body).send().await.unwrap().status(),
            200
        );
    };
    let create = "mutation($input: CreateClientIntegrationInput!) {
        createClientIntegration(input: $input) { integration { mrn } } }";
    send(create, json!({ "input": create_input("a", with_certificate(CLIENT)) })).await;
    let secret = crate::mondoo::options(CLIENT, json!({ "clientSecret": "hunter2" }));
    send(create, json!({ "input": create_input("b", secret) })).await;
    send(SPACE_QUERY, json!({ "mrn": SPACE })).await;
    let text = std::fs::read_to_string(&log).unwrap();
    assert!(!text.contains("PRIVATE KEY") && !text.contains("hunter2"), "{text}");
    assert!(text.contains("Contoso") && text.lines().count() == 3, "{text}");
}
