//! Objects of any type, by id.

use serde_json::{Value, json};

use crate::support::{ADA, Answer, Tenant};

const BY_IDS: &str = "/v1.0/directoryObjects/getByIds";
const MISSING: &str = "11111111-2222-4333-8444-555555555555";

/// Type and display name of each, sorted.
fn found(answer: &Answer) -> Vec<[String; 2]> {
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    let pair = |one: &Value| [text(&one["@odata.type"]), text(&one["displayName"])];
    let mut found: Vec<_> = answer.list("/value").iter().map(pair).collect();
    found.sort();
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn ids_are_resolved_to_objects_of_every_type() {
    let tenant = Tenant::start().await;
    let (application, app_id) = tenant.application("scanner").await;
    let principal = tenant.service_principal(&app_id).await;
    let ids = json!([MISSING, principal, ADA, application, ADA]);
    let answer = tenant.post(BY_IDS, json!({ "ids": ids })).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    assert_eq!(answer.text("/@odata.context"), tenant.url("/v1.0/$metadata#directoryObjects"));
    assert_eq!(answer.header("location"), tenant.sandbox.url());
    let [application_type, principal_type, user_type] =
        ["application", "servicePrincipal", "user"].map(|kind| format!("#microsoft.graph.{kind}"));
    let scanner = |kind: &String| [kind.clone(), "scanner".to_owned()];
    let ada = [user_type, "Ada Lovelace".to_owned()];
    let all = [scanner(&application_type), scanner(&principal_type), ada.clone()];
    assert_eq!(found(&answer), all);

    let types = json!(["user", "group", "servicePrincipal", "directoryObjectPartnerReference"]);
    let answer = tenant.post(BY_IDS, json!({ "ids": ids, "types": types })).await;
    assert_eq!(found(&answer), [scanner(&principal_type), ada]);

    let one = tenant.get(&format!("/v1.0/directoryObjects/{application}")).await;
    assert_eq!(one.text("/@odata.type"), application_type);
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_objects_are_not_among_those_with_an_id() {
    let tenant = Tenant::start().await;
    let (id, _) = tenant.application("scanner").await;
    assert_eq!(tenant.delete(&format!("/v1.0/applications/{id}")).await.status, 204);
    let answer = tenant.post(BY_IDS, json!({ "ids": [id] })).await;
    assert_eq!(answer.list("/value"), Vec::<Value>::new());
    let answer = tenant.get(&format!("/v1.0/directoryObjects/{id}")).await;
    answer.is_error(404, "Request_ResourceNotFound", &id);
}

#[tokio::test(flavor = "multi_thread")]
async fn at_most_a_thousand_ids_are_resolved_at_once() {
    let tenant = Tenant::start().await;
    let many = |count: usize| json!({ "ids": vec![MISSING; count] });
    assert_eq!(tenant.post(BY_IDS, many(1000)).await.status, 200);
    for body in [many(1001), json!({ "ids": ["x"] }), json!({})] {
        tenant.post(BY_IDS, body).await.is_error(400, "Request_BadRequest", "'ids'");
    }
}
