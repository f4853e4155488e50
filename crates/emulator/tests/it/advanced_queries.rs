//! Queries that Graph answers from its index, with `ConsistencyLevel: eventual` only.

use serde_json::{Value, json};
use time::Duration;

use crate::support::{Answer, Tenant};

const EVENTUAL: [(&str, &str); 1] = [("ConsistencyLevel", "eventual")];
const ADVICE: &str = "Refer to https://aka.ms/graph-docs/advanced-queries for more information";

async fn eventual(tenant: &Tenant, path: &str) -> Answer {
    tenant.call("GET", &format!("/v1.0{path}"), &EVENTUAL, None).await
}

fn names(answer: &Answer) -> Vec<Value> {
    answer.list("/value").iter().map(|one| one["displayName"].clone()).collect()
}

/// What the tests ask for among all else: four applications with this tag.
const HERE: &str = "tags/any(t:t eq 'here')";

async fn tenant_with_scanners() -> Tenant {
    let tenant = Tenant::start().await;
    for (name, tag) in
        [("blue scanner", "blue"), ("Azure-Scanner", "azure"), ("crate", "box"), ("Drum", "box")]
    {
        let body = json!({ "displayName": name, "tags": ["here", tag] });
        assert_eq!(tenant.post("/v1.0/applications", body).await.status, 201);
    }
    tenant
}

#[tokio::test(flavor = "multi_thread")]
async fn negations_take_the_header_and_a_count() {
    let tenant = tenant_with_scanners().await;
    for (filter, operator, expected) in [
        ("displayName ne 'crate'", "NotEqualsMatch", ["Azure-Scanner", "blue scanner", "Drum"]),
        ("not(displayName eq 'crate')", "Not", ["Azure-Scanner", "blue scanner", "Drum"]),
        ("NOT startswith(displayName,'cr')", "Not", ["Azure-Scanner", "blue scanner", "Drum"]),
        ("not(tags/any(t:t eq 'blue'))", "Not", ["Azure-Scanner", "crate", "Drum"]),
    ] {
        let query = format!("/applications?$filter={HERE} and {filter}&$orderby=displayName");
        let without_header =
            tenant.get(&format!("/v1.0/applications?$filter={filter}&$count=true")).await;
        let message = format!(
            "Operator '{operator}' is not supported because the 'ConsistencyLevel:eventual' header is missing. {ADVICE}"
        );
        without_header.is_error(400, "Request_UnsupportedQuery", &message);
        let without_count = eventual(&tenant, &format!("/applications?$filter={filter}")).await;
        let message = format!(
            "Operator '{operator}' is not supported because the required parameters might be missing."
        );
        without_count.is_error(400, "Request_UnsupportedQuery", &message);
        let found = eventual(&tenant, &format!("{query}&$count=true")).await;
        assert_eq!(names(&found), expected, "{filter}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_end_of_a_display_name_cannot_be_asked_for_at_all() {
    let tenant = Tenant::start().await;
    let query = "/applications?$filter=endsWith(displayName,'roll')&$count=true";
    let answer = tenant.get(&format!("/v1.0{query}")).await;
    answer.is_error(400, "Request_UnsupportedQuery", "Operator 'endsWith' is not supported");
    let answer = eventual(&tenant, query).await;
    answer.is_error(400, "Request_UnsupportedQuery", "for property 'displayName'");
}

#[tokio::test(flavor = "multi_thread")]
async fn objects_are_counted_on_the_first_page_of_an_advanced_query() {
    let tenant = tenant_with_scanners().await;
    let first =
        eventual(&tenant, &format!("/applications?$filter={HERE}&$count=true&$top=3")).await;
    assert_eq!((first.list("/value").len(), &first.body["@odata.count"]), (3, &json!(4)));
    let link = first.text("/@odata.nextLink");
    let path = link.strip_prefix(&tenant.url("/v1.0")).unwrap();
    let second = eventual(&tenant, path).await;
    assert_eq!((second.list("/value").len(), second.body.get("@odata.count")), (1, None));
    // Silently left out of account (documented).
    let plain = tenant.get("/v1.0/applications?$count=true").await;
    assert_eq!((plain.status, plain.body.get("@odata.count")), (200, None));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_raw_count_is_plain_text() {
    let tenant = tenant_with_scanners().await;
    let all = async |list: &str| tenant.get(&format!("{list}?$top=999")).await.list("/value").len();
    for (path, count) in [
        ("/applications/$count".to_owned(), all("/v1.0/applications").await),
        (format!("/applications/$count?$filter={HERE}"), 4),
        ("/servicePrincipals/$count".to_owned(), all("/v1.0/servicePrincipals").await),
    ] {
        let answer = eventual(&tenant, &path).await;
        assert_eq!((answer.status, &answer.body), (200, &json!(count)), "{path}");
        assert_eq!(answer.header("content-type"), "text/plain");
    }
    let answer = tenant.get("/v1.0/applications/$count").await;
    let message = format!(
        "Raw count (/$count) is not supported because the 'ConsistencyLevel:eventual' header is missing. {ADVICE}"
    );
    answer.is_error(400, "Request_UnsupportedQuery", &message);
    assert_eq!(tenant.post("/v1.0/applications/$count", json!({})).await.status, 405);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_search_finds_words_by_their_beginning() {
    let tenant = tenant_with_scanners().await;
    for (search, expected) in [
        ("displayName:scan", vec!["Azure-Scanner", "blue scanner"]),
        ("displayName:BLUE scanner", vec!["blue scanner"]),
        ("displayName:canner", vec![]),
    ] {
        let query = format!("/applications?$search=\"{search}\"&$orderby=displayName&$count=true");
        assert_eq!(names(&eventual(&tenant, &query).await), expected, "{search}");
    }
    let found = eventual(&tenant, "/applications?$search=\"displayName:blue\"").await;
    assert_eq!(names(&found), ["blue scanner"], "a search needs no count");
    let answer = tenant.get("/v1.0/applications?$search=\"displayName:blue\"").await;
    answer.is_error(400, "Request_UnsupportedQuery", "Request with $search query parameter only works through MSGraph with a special request header: 'ConsistencyLevel: eventual'");
    let answer = eventual(&tenant, "/applications?$search=\"notes:blue\"").await;
    answer.is_error(400, "Request_UnsupportedQuery", "'notes'");
    assert_eq!(eventual(&tenant, "/applications?$search=blue").await.status, 400);
}

#[tokio::test(flavor = "multi_thread")]
async fn sorting_takes_an_advanced_query() {
    let tenant = tenant_with_scanners().await;
    let query = format!("/applications?$filter={HERE}&$orderby=displayName desc&$count=true");
    let sorted = eventual(&tenant, &query).await;
    assert_eq!(names(&sorted), ["Drum", "crate", "blue scanner", "Azure-Scanner"]);
    for (answer, of) in [
        (tenant.get(&format!("/v1.0{query}")).await, "no header"),
        (eventual(&tenant, "/applications?$orderby=displayName").await, "no count"),
        (eventual(&tenant, "/applications?$orderby=notes&$count=true").await, "no such order"),
    ] {
        assert_eq!(answer.status, 400, "{of}");
        answer.is_error(
            400,
            "Request_UnsupportedQuery",
            "Sorting not supported for current query.",
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_advanced_query_is_answered_from_the_later_index() {
    let faults = "replication: { applications: { lists: 10s, indexes: 60s } }";
    let tenant = Tenant::start_with(faults).await;
    let (id, _) = tenant.application("scanner").await;
    let query = "/applications?$filter=displayName eq 'scanner'&$count=true";
    let plain = async || tenant.get(&format!("/v1.0{query}")).await.list("/value").len();
    let advanced = async || eventual(&tenant, query).await.body["@odata.count"].clone();
    let read = tenant.get(&format!("/v1.0/applications/{id}")).await;
    assert_eq!((read.status, plain().await, advanced().await), (200, 0, json!(0)));
    tenant.advance(Duration::seconds(10));
    assert_eq!((plain().await, advanced().await), (1, json!(0)));
    tenant.advance(Duration::seconds(50));
    assert_eq!((plain().await, advanced().await), (1, json!(1)));
}
