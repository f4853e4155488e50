//! Quotas: what headers tell of them, and refusals beyond them.

use serde_json::json;
use time::Duration;

use crate::support::{Answer, DEVELOPMENT, PRODUCTION, Tenant};

const SUBSCRIPTION: &str = "?api-version=2022-12-01";

fn left<'a>(answer: &'a Answer, name: &str) -> &'a str {
    answer.header(&format!("x-ms-ratelimit-remaining-{name}"))
}

#[tokio::test(flavor = "multi_thread")]
async fn quotas_run_down_from_the_recorded_figures_and_fill_up_again() {
    let tenant = Tenant::start().await;
    let path = format!("{PRODUCTION}{SUBSCRIPTION}");
    let names = ["subscription-reads", "subscription-global-reads"];
    let first = tenant.get(&path).await;
    assert_eq!(names.map(|name| left(&first, name)), ["249", "3749"]);
    let second = tenant.get(&path).await;
    assert_eq!(names.map(|name| left(&second, name)), ["248", "3748"]);
    let elsewhere = tenant.get(&format!("{DEVELOPMENT}{SUBSCRIPTION}")).await;
    assert_eq!(left(&elsewhere, "subscription-reads"), "249");
    let above = tenant.get(&format!("/tenants{SUBSCRIPTION}")).await;
    assert_eq!(left(&above, "tenant-reads"), "249");
    tenant.advance(Duration::seconds(1));
    assert_eq!(left(&tenant.get(&path).await, "subscription-reads"), "249");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_caller_beyond_its_quota_waits_as_long_as_it_is_told() {
    let tenant = Tenant::start_with("{ throttling: true, limits: { reads: 2 } }").await;
    let path = format!("{PRODUCTION}{SUBSCRIPTION}");
    let statuses = [tenant.get(&path).await.status, tenant.get(&path).await.status];
    assert_eq!(statuses, [200, 200]);
    let refused = tenant.get(&path).await;
    refused.is_error(429, "TooManyRequests", "throttled");
    assert_eq!((refused.header("retry-after"), left(&refused, "subscription-reads")), ("5", "0"));
    assert_eq!(tenant.get(&format!("{DEVELOPMENT}{SUBSCRIPTION}")).await.status, 200);
    tenant.advance(Duration::seconds(5));
    assert_eq!(tenant.get(&path).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn graph_charges_units_and_tells_how_close_the_limit_is() {
    let tenant = Tenant::start_with("{ throttling: true, limits: { resourceUnits: 10 } }").await;
    let list = tenant.get("/v1.0/applications").await;
    assert_eq!(list.header("x-ms-resource-unit"), "2");
    assert_eq!(list.header("x-ms-throttle-limit-percentage"), "");
    let selected = tenant.get("/v1.0/applications?$select=id&$top=5").await;
    assert_eq!(selected.header("x-ms-resource-unit"), "1");
    for _ in 0..3 {
        tenant.get("/v1.0/applications").await;
    }
    let near = tenant.get("/v1.0/organization").await;
    assert_eq!((near.status, near.header("x-ms-throttle-limit-percentage")), (200, "1.0"));
    let refused = tenant.get("/v1.0/applications").await;
    refused.is_error(429, "TooManyRequests", "");
    assert_eq!(refused.header("x-ms-throttle-information"), "ResourceUnitLimitExceeded");
    assert_eq!(refused.header("retry-after"), "2");
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_of_keys_have_a_limit_of_their_own() {
    let tenant = Tenant::start_with("{ throttling: true, limits: { keyReads: 1 } }").await;
    let (id, _) = tenant.application("keys").await;
    let path = format!("/v1.0/applications/{id}?$select=keyCredentials");
    assert_eq!(tenant.get(&path).await.status, 200);
    tenant.get(&path).await.is_error(429, "TooManyRequests", "");
    assert_eq!(tenant.get(&format!("/v1.0/applications/{id}")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_throttled_write_is_named_and_may_come_without_a_time_to_wait() {
    let faults = "{ throttling: true, limits: { graphWrites: 1 }, variants: [noRetryAfter] }";
    let tenant = Tenant::start_with(faults).await;
    let body = json!({ "displayName": "made" });
    assert_eq!(tenant.post("/v1.0/applications", body.clone()).await.status, 201);
    let refused = tenant.post("/v1.0/applications", body).await;
    refused.is_error(429, "TooManyRequests", "");
    assert_eq!(refused.header("x-ms-throttle-information"), "WriteLimitExceeded");
    assert_eq!(refused.header("retry-after"), "");
}

#[tokio::test(flavor = "multi_thread")]
async fn requests_of_a_batch_are_throttled_one_by_one() {
    let tenant = Tenant::start_with("{ throttling: true, limits: { graphWrites: 1 } }").await;
    let create = |id: &str| {
        json!({
            "id": id, "method": "POST", "url": "/applications",
            "headers": { "Content-Type": "application/json" }, "body": { "displayName": id },
        })
    };
    let batch = json!({ "requests": [create("1"), create("2")] });
    let answer = tenant.post("/v1.0/$batch", batch).await;
    assert_eq!(answer.status, 200);
    let mut items = answer.list("/responses");
    items.sort_by_key(|item| item["id"].to_string());
    assert_eq!([&items[0]["status"], &items[1]["status"]], [201, 429]);
    assert_eq!(items[1]["headers"]["Retry-After"], "150");
}

#[tokio::test(flavor = "multi_thread")]
async fn resource_graph_counts_queries_for_itself() {
    let tenant = Tenant::start_with("{ throttling: true, limits: { queries: 2 } }").await;
    let path = "/providers/Microsoft.ResourceGraph/resources?api-version=2021-03-01";
    let ask = || tenant.post(path, json!({ "query": "resources | project id | take 1" }));
    let first = ask().await;
    assert_eq!((first.status, first.header("x-ms-user-quota-remaining")), (200, "1"));
    assert_eq!(first.header("x-ms-user-quota-resets-after"), "00:00:05");
    assert_eq!(ask().await.header("x-ms-user-quota-remaining"), "0");
    let refused = ask().await;
    refused.is_error(429, "TooManyRequests", "throttled");
    assert_eq!(refused.header("retry-after"), "3");
}
