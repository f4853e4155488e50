//! The part of the Kusto query language that Resource Graph is asked in.

use serde_json::{Value, json};

use crate::resource_graph::GRAPH_QUERY;
use crate::support::{Answer, PLATFORM, PRODUCTION, Tenant};

async fn query(tenant: &Tenant, query: &str) -> Answer {
    tenant.post(GRAPH_QUERY, json!({ "query": query })).await
}

/// The names of production's vaults for which the condition holds.
async fn vaults_where(tenant: &Tenant, condition: &str) -> String {
    let query = format!(
        "resources | where type == 'microsoft.keyvault/vaults' | where {condition} \
         | project name | order by name asc"
    );
    let body = json!({ "query": query, "subscriptions": [&PRODUCTION[15..]] });
    let answer = tenant.post(GRAPH_QUERY, body).await;
    assert_eq!(answer.status, 200, "{condition}: {answer:?}");
    let names = answer.list("/data");
    let names: Vec<&str> = names.iter().map(|row| &row["name"].as_str().unwrap()[3..]).collect();
    names.join(" ")
}

#[tokio::test(flavor = "multi_thread")]
async fn conditions_choose_rows() {
    let tenant = Tenant::start().await;
    for (condition, expected) in [
        ("name == 'kv-rbac'", "rbac"),
        ("name == 'KV-RBAC'", ""),
        ("name =~ \"KV-RBAC\"", "rbac"),
        ("name != 'kv-rbac'", "legacy shared"),
        ("name !~ 'KV-RBAC'", "legacy shared"),
        ("name in ('kv-rbac', 'kv-legacy')", "legacy rbac"),
        ("name in ('KV-RBAC')", ""),
        ("name in~ ('KV-RBAC')", "rbac"),
        ("name !in~ ('KV-RBAC')", "legacy shared"),
        ("name contains 'EGAC'", "legacy"),
        ("name has 'LEGACY'", "legacy"),
        ("name has 'legac'", ""),
        ("name startswith 'KV-S'", "shared"),
        ("name !contains 'a'", ""),
        ("not(name has 'rbac') and (name has 'shared' or name has 'rbac')", "shared"),
        ("name has 'rbac' or name has 'shared' and name has 'legacy'", "rbac"),
        ("properties.enableRbacAuthorization == true", "rbac"),
        ("properties['enableRbacAuthorization'] == false", "legacy"),
        ("tobool(properties.enableRbacAuthorization)", "rbac"),
        ("isnull(properties.enableRbacAuthorization)", "shared"),
        ("isnotnull(properties.enableRbacAuthorization)", "legacy rbac"),
        ("isempty(tostring(properties.enableRbacAuthorization))", "shared"),
        ("isnotempty(properties.nothing)", ""),
        ("array_length(properties.accessPolicies) == 3", "shared"),
        ("properties.accessPolicies[0].permissions.keys[0] == 'Get'", "shared"),
        ("tolower(properties.sku.name) == 'standard' // and a comment", "legacy rbac shared"),
        ("name == 'it\\'s' or name == @'kv-rbac'", "rbac"),
    ] {
        assert_eq!(vaults_where(&tenant, condition).await, expected, "{condition}");
    }
}

/// As Kusto's documentation of null values has it in words.
#[tokio::test(flavor = "multi_thread")]
async fn null_equals_nothing_and_differs_from_every_value() {
    let tenant = Tenant::start().await;
    let is_rbac = "tobool(properties.enableRbacAuthorization)";
    for (condition, expected) in [
        (format!("{is_rbac} == true"), "rbac"),
        (format!("{is_rbac} != true"), "legacy shared"),
        (format!("not({is_rbac} == true)"), "legacy shared"),
        (format!("{is_rbac} == dynamic(null)"), ""),
        (format!("{is_rbac} != dynamic(null)"), "legacy rbac"),
        (format!("not({is_rbac})"), "legacy"),
        (format!("{is_rbac} or isnull({is_rbac})"), "rbac shared"),
        (format!("isnull({is_rbac}) or {is_rbac} == false"), "legacy shared"),
    ] {
        assert_eq!(vaults_where(&tenant, &condition).await, expected, "{condition}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_reshape_rows() {
    let tenant = Tenant::start().await;
    let vault = "resources | where name == 'kv-shared'";
    for (text, expected) in [
        (
            "| project name, properties.sku.name",
            json!([{ "name": "kv-shared", "properties_sku_name": "standard" }]),
        ),
        (
            "| project n = name, missing = properties.a.b",
            json!([{ "n": "kv-shared", "missing": null }]),
        ),
        (
            "| extend n = tolower('X'), name = 'y' | project n, name",
            json!([{ "n": "x", "name": "y" }]),
        ),
        ("| project id, name, type | project-away id, type", json!([{ "name": "kv-shared" }])),
        (
            "| mv-expand p = properties.accessPolicies | project app = p.applicationId",
            json!([{ "app": null }, { "app": null }, { "app": "f9001122-3344-4556-a768-798a9bacbdce" }]),
        ),
        (
            "| mv-expand nothing = properties.nothing | project name, nothing",
            json!([{ "name": "kv-shared", "nothing": null }]),
        ),
        ("| project tags | mv-expand tags | count", json!([{ "Count": 1 }])),
        ("| where false | count", json!([{ "Count": 0 }])),
        ("| where false | summarize count()", json!([{ "count_": 0 }])),
        ("| where false | summarize count() by name", json!([])),
        (
            "| summarize n = count() by kind = tostring(properties.sku.name)",
            json!([{ "n": 1, "kind": "standard" }]),
        ),
    ] {
        assert_eq!(
            query(&tenant, &format!("{vault} {text}")).await.body["data"],
            expected,
            "{text}"
        );
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_are_sorted_downwards_unless_told_otherwise() {
    let tenant = Tenant::start().await;
    for (text, expected) in [
        ("order by type asc, name asc | take 2", json!(["kv-dev-legacy", "kv-dev-rbac"])),
        ("sort by name | limit 2", json!(["shop-prod", "shop-dev"])),
        ("top 2 by name asc", json!(["kv-dev-legacy", "kv-dev-rbac"])),
        (
            "order by tobool(properties.enableRbacAuthorization) asc, name asc | where type has 'vaults' | limit 1",
            json!(["kv-dev-shared"]),
        ),
    ] {
        let answer = query(&tenant, &format!("resources | {text} | project name")).await;
        let names: Value = answer.list("/data").iter().map(|row| row["name"].clone()).collect();
        assert_eq!(names, expected, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_below_a_group_are_found_by_their_chain() {
    let tenant = Tenant::start().await;
    let group = PLATFORM.rsplit('/').next().unwrap();
    let text = format!(
        "resourcecontainers | where type == 'microsoft.resources/subscriptions' \
         | mv-expand mg = properties.managementGroupAncestorsChain | where mg.name =~ '{group}' \
         | project id, subscriptionId, name, state=tostring(properties.state) | order by id asc"
    );
    let answer = query(&tenant, &text).await;
    assert_eq!(answer.body["totalRecords"], 2, "{answer:?}");
    assert_eq!(
        answer.body["data"][0],
        json!({
            "id": PRODUCTION, "subscriptionId": &PRODUCTION[15..], "name": "Production", "state": "Enabled",
        })
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_that_does_not_parse_is_refused_with_its_place() {
    let tenant = Tenant::start().await;
    let answer = query(&tenant, "where where").await;
    answer.is_error(400, "BadRequest", "Please provide below info when asking for support");
    let details = json!([
        {
            "code": "InvalidQuery",
            "message": "Query is invalid. Please refer to the documentation for the Azure Resource Graph service and fix the error before retrying.",
        },
        {
            "code": "ParserFailure", "message": "ParserFailure", "line": 1,
            "characterPositionInLine": 11, "token": "<EOF>", "expectedToken": "\u{1cf}",
        },
    ]);
    assert_eq!(answer.body["error"]["details"], details);
    let old = GRAPH_QUERY.replace("2022-10-01", "2018-09-01-preview");
    let answer = tenant.post(&old, json!({ "query": "where where" })).await;
    answer.is_error(400, "InvalidQuery", "Query validation error");

    let answer =
        query(&tenant, "resources\n| where name == 'a'\n| join kind=inner (x) on id").await;
    let place = &answer.body["error"]["details"][1];
    assert_eq!((&place["line"], &place["characterPositionInLine"]), (&json!(3), &json!(2)));
    assert_eq!(place["token"], "join");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_understood_is_refused_and_not_guessed() {
    let tenant = Tenant::start().await;
    for (text, code) in [
        ("resources | project split(name, '-')", "UnknownFunction"),
        ("nonsense | project id", "DisallowedLogicalTableName"),
        ("resources | where nme == 'x'", "UnknownColumn"),
        ("resources | project name | where id == 'x'", "UnknownColumn"),
        ("resources | summarize count() by properties.sku", "DynamicKey"),
        ("resources | order by properties.sku.name", "DynamicKey"),
        ("resources | where name > 'x'", "ParserFailure"),
        ("resources | where name == 'x", "ParserFailure"),
        ("resources | limit x", "ParserFailure"),
        ("resources | limit -1", "ParserFailure"),
        ("resources |", "ParserFailure"),
        ("", "ParserFailure"),
        ("   ", "ParserFailure"),
        ("resources | project = name", "ParserFailure"),
        ("resources | where (name == 'x'", "ParserFailure"),
        ("resources | project name name", "ParserFailure"),
        ("r\u{e4}ume | count", "ParserFailure"),
    ] {
        let answer = query(&tenant, text).await;
        answer.is_error(400, "BadRequest", "Please provide below info");
        let details = answer.list("/error/details");
        assert_eq!(details.last().unwrap()["code"], code, "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn huge_and_deeply_nested_queries_are_refused() {
    let tenant = Tenant::start().await;
    for text in [
        format!("resources | where name == '{}'", "x".repeat(200_000)),
        format!("resources | where {}name == 'x'{}", "(".repeat(5_000), ")".repeat(5_000)),
        format!("resources | where {}", "not(".repeat(5_000)),
        format!("resources | where {}name", "tostring(".repeat(5_000)),
        format!("resources {}", "| extend a = name ".repeat(1_000)),
    ] {
        let answer = query(&tenant, &text).await;
        answer.is_error(400, "BadRequest", "Please provide below info");
        assert_eq!(answer.text("/error/details/1/code"), "QueryTooComplex");
    }
    let long = vec!["name == 'x'"; 2_000].join(" or ");
    assert_eq!(query(&tenant, &format!("resources | where {long}")).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn bodies_of_another_form_are_refused() {
    let tenant = Tenant::start().await;
    for body in [
        json!(null),
        json!([]),
        json!({}),
        json!({ "query": null }),
        json!({ "query": 5 }),
        json!({ "query": "resources", "subscriptions": "all" }),
        json!({ "query": "resources", "options": "none" }),
        json!({ "query": "resources", "options": { "$top": "many" } }),
        json!({ "query": "resources", "options": { "resultFormat": "xml" } }),
        json!({ "query": "resources", "options": { "authorizationScopeFilter": "Here" } }),
    ] {
        let answer = tenant.post(GRAPH_QUERY, body.clone()).await;
        answer.is_error(400, "InvalidRequestContent", "could not be deserialized");
    }
    for options in [
        json!({ "$top": 0 }),
        json!({ "$top": 1001 }),
        json!({ "$skip": -1 }),
        json!({ "$skipToken": "x" }),
    ] {
        let answer =
            tenant.post(GRAPH_QUERY, json!({ "query": "resources", "options": options })).await;
        answer.is_error(400, "BadRequest", "");
        assert_eq!(answer.text("/error/details/0/code"), "InvalidOption");
    }
    let options = json!({ "$top": null, "top": 1, "resultFormat": null });
    let answer =
        tenant.post(GRAPH_QUERY, json!({ "query": "resources", "options": options })).await;
    assert_eq!((answer.status, answer.body["count"].clone()), (200, json!(8)));
    assert_eq!(tenant.get(GRAPH_QUERY).await.status, 405);
}
