//! Real answers of Azure are understood. They are read from beside this repository, where they are
//! at hand.

use std::path::PathBuf;

use serde_json::{Value, json};
use spec::{PrincipalId, ScopeId, SubscriptionId};

use crate::fake::{Answer, Fake};

/// Lines of a recording, or nothing where it is not at hand.
fn recorded(name: &str) -> Vec<Value> {
    let directory = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared/recordings");
    let path = PathBuf::from(directory).join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        eprintln!("skipped: {} is not here", path.display());
        return Vec::new();
    };
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

/// Bodies of collections that were read at paths with this end, as whole as they were recorded.
fn collections(name: &str, end: &str) -> Vec<Value> {
    let of_path = |line: &Value| {
        let endpoint = line["endpoint"].as_str().unwrap();
        endpoint.to_lowercase().ends_with(&end.to_lowercase())
            && line["request"]["method"] == "GET"
            && line["response"]["status"] == 200
    };
    let lines = recorded(name);
    let is_here = !lines.is_empty();
    let lines = lines.into_iter().filter(of_path);
    let bodies: Vec<_> =
        lines.filter_map(|mut line| whole(line["response"]["body"].take())).collect();
    assert!(!is_here || !bodies.is_empty(), "{name} has no answer at {end}");
    bodies
}

/// Without links to pages that were not recorded, and without the marks of what was cut.
fn whole(mut body: Value) -> Option<Value> {
    let elements = body.get_mut("value")?.as_array_mut()?;
    elements.retain(|element| element.get("_truncated_array").is_none());
    let elements: Vec<Value> = elements.iter_mut().map(uncut).collect();
    Some(json!({ "value": elements }))
}

fn uncut(value: &mut Value) -> Value {
    match value.take() {
        Value::Array(mut items) => {
            items.retain(|item| item.get("_truncated_array").is_none());
            items.iter_mut().map(uncut).collect()
        }
        Value::Object(mut fields) => {
            fields.iter_mut().map(|(key, field)| (key.clone(), uncut(field))).collect()
        }
        other => other,
    }
}

fn subscription() -> SubscriptionId {
    SubscriptionId::derived(&["s"])
}

#[tokio::test]
async fn vaults_of_every_age() {
    for body in collections("vaults.jsonl", "/Microsoft.KeyVault/vaults") {
        let expected = body["value"].as_array().unwrap().len();
        let fake = Fake::new([Answer::Status(200, body)]);
        let vaults = fake.reader().await.vaults(subscription()).await.unwrap();
        assert_eq!(vaults.len(), expected);
    }
}

#[tokio::test]
async fn role_definitions_and_assignments() {
    let scope = ScopeId::Subscription(subscription());
    for body in collections("roleDefinitions.jsonl", "/roleDefinitions") {
        let expected = body["value"].as_array().unwrap().len();
        let fake = Fake::new([Answer::Status(200, body)]);
        let roles = fake.reader().await.custom_roles(&scope).await.unwrap();
        assert_eq!(roles.len(), expected);
    }
    let principal = PrincipalId::derived(&["p"]);
    for body in collections("roleAssignments.jsonl", "/roleAssignments") {
        let expected = body["value"].as_array().unwrap().len();
        let fake = Fake::new([Answer::Status(200, body)]);
        let assignments = fake.reader().await.role_assignments(&scope, principal).await.unwrap();
        assert_eq!(assignments.len(), expected);
    }
}

#[tokio::test]
async fn subscriptions() {
    for body in collections("subscriptions.jsonl", "/subscriptions") {
        let fake = Fake::new([Answer::Status(200, body)]);
        fake.reader().await.subscriptions().await.unwrap();
    }
}

/// Graph's own service principal in full, beside each application that was ever read or made.
#[tokio::test]
async fn applications_and_what_graph_offers() {
    let Some(mut graph) = recorded("full_graphSp.json").pop() else { return };
    let graph = graph["response"]["body"]["value"][0].take();
    let applications = recorded("applications.jsonl").into_iter().filter_map(|mut line| {
        let body = line["response"]["body"].take();
        body.get("appId").is_some().then_some(body)
    });
    for application in applications {
        let item = |id: &str, body: Value| json!({ "id": id, "status": 200, "body": body });
        let tenant = json!({ "id": subscription(), "displayName": "Contoso" });
        let fake = Fake::new([Answer::Status(
            200,
            json!({ "responses": [
                item("0", json!({ "value": [tenant] })),
                item("1", application.clone()),
                item("2", json!({ "value": [] })),
                item("3", graph.clone()),
            ]}),
        )]);
        let question = azure::Question { unique_name: "x", display_name: "x", users: Vec::new() };
        let identity = fake.reader().await.identity(&question).await.unwrap();
        let read = identity.application.unwrap();
        assert_eq!(application["appId"], read.app_id.to_string());
        let offers =
            |name: &str| identity.graph.app_roles.iter().any(|r| r.value.as_deref() == Some(name));
        assert!(offers("Application.Read.All"));
    }
}
