//! What Resource Graph knows, of whom, in which pages.

use base64::Engine as _;
use serde_json::{Value, json};
use time::Duration;

use crate::support::{
    ADA, ASSIGNMENTS, Answer, DEVELOPMENT, PLATFORM, PRODUCTION, READER, TENANT, Tenant,
};

pub(crate) const GRAPH_QUERY: &str =
    "/providers/Microsoft.ResourceGraph/resources?api-version=2022-10-01";
const KEY_VAULT_CONTRIBUTOR: &str = "f25e0fa2-a7c8-4377-a976-54943a77a395";
const GROUPS: &str = "/providers/Microsoft.Management/managementGroups";

async fn query(tenant: &Tenant, query: &str) -> Answer {
    tenant.post(GRAPH_QUERY, json!({ "query": query })).await
}

async fn query_as(tenant: &Tenant, token: &str, query: &str) -> Answer {
    tenant.call_as(token, "POST", GRAPH_QUERY, &[], Some(json!({ "query": query }))).await
}

fn texts(answer: &Answer, column: &str) -> Vec<String> {
    let rows = answer.list("/data");
    rows.iter().map(|row| row[column].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_vault_has_the_columns_and_the_properties_that_its_get_shows() {
    let tenant = Tenant::start().await;
    let id = format!(
        "{PRODUCTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-shared"
    );
    let vault = tenant.get(&format!("{id}?api-version=2026-02-01")).await;
    let answer = query(&tenant, "Resources | where name == 'kv-shared'").await;
    let expected = json!({
        "totalRecords": 1, "count": 1, "facets": [], "resultTruncated": "false",
        "data": [{
            "id": id, "name": "kv-shared", "type": "microsoft.keyvault/vaults", "tenantId": TENANT,
            "kind": "", "location": "westeurope", "resourceGroup": "rg-vaults",
            "subscriptionId": &PRODUCTION[15..], "managedBy": "", "sku": null, "plan": null,
            "properties": vault.body["properties"], "tags": {}, "identity": null, "zones": null,
            "extendedLocation": null,
        }],
    });
    assert_eq!(answer.body, expected);
    let all = query(&tenant, "resources | summarize count() by type | order by type asc").await;
    let counts = json!([
        { "type": "microsoft.keyvault/vaults", "count_": 6 },
        { "type": "microsoft.web/sites", "count_": 2 },
    ]);
    assert_eq!(all.body["data"], counts);
}

#[tokio::test(flavor = "multi_thread")]
async fn subscriptions_name_the_groups_above_them_nearest_first() {
    let tenant = Tenant::start().await;
    let text = "ResourceContainers | where type =~ 'Microsoft.Resources/subscriptions' \
        | project id, name, state = tostring(properties.state), chain = properties.managementGroupAncestorsChain \
        | order by name asc";
    let answer = query(&tenant, text).await;
    let chain = json!([
        { "name": "platform", "displayName": "Platform" },
        { "name": TENANT, "displayName": "Tenant Root Group" },
    ]);
    let expected = json!([
        { "id": DEVELOPMENT, "name": "Development", "state": "Enabled", "chain": chain },
        { "id": PRODUCTION, "name": "Production", "state": "Enabled", "chain": chain },
    ]);
    assert_eq!(answer.body["data"], expected);
    let types = query(&tenant, "resourcecontainers | distinct type | order by type asc").await;
    assert_eq!(
        texts(&types, "type"),
        [
            "microsoft.management/managementgroups",
            "microsoft.resources/subscriptions",
            "microsoft.resources/subscriptions/resourcegroups",
        ]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn assignments_name_their_role_without_a_scope() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.holder_of(READER, DEVELOPMENT).await;
    let text = format!(
        "authorizationresources | where type =~ 'microsoft.authorization/roleassignments' \
         | where tolower(tostring(properties.principalId)) == '{principal}'"
    );
    let answer = query(&tenant, &text).await;
    assert_eq!(answer.list("/data").len(), 1);
    let role = format!("/providers/Microsoft.Authorization/RoleDefinitions/{READER}");
    assert_eq!(answer.text("/data/0/properties/roleDefinitionId"), role);
    assert_eq!(answer.text("/data/0/properties/scope"), DEVELOPMENT);
    let id = answer.text("/data/0/id");
    assert!(id.starts_with(&format!("{DEVELOPMENT}/providers/Microsoft.Authorization/Role")));
    assert_eq!(answer.text("/data/0/subscriptionId"), DEVELOPMENT[15..]);
    let roles = "authorizationresources | where type == 'microsoft.authorization/roledefinitions' \
        and name == 'acdd72a7-3385-48ef-bd42-f606fba81ae7' | project role = properties.roleName";
    assert_eq!(texts(&query(&tenant, roles).await, "role"), ["Reader"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_authorization_filter_tells_above_below_and_here_apart() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.holder_of(READER, PLATFORM).await;
    let group = format!("{PRODUCTION}/resourceGroups/rg-vaults");
    for scope in [PRODUCTION, &group] {
        assert_eq!(tenant.assign(scope, READER, &principal).await.status, 201);
    }
    for (filter, expected) in [
        (None, vec![PRODUCTION, &group]),
        (Some("AtScopeAndBelow"), vec![PRODUCTION, &group]),
        (Some("AtScopeAndAbove"), vec![PLATFORM, PRODUCTION]),
        (Some("AtScopeAboveAndBelow"), vec![PLATFORM, PRODUCTION, &group]),
        (Some("AtScopeExact"), vec![PRODUCTION]),
    ] {
        let mut body = json!({
            "subscriptions": [&PRODUCTION[15..]],
            "query": format!(
                "authorizationresources | where properties.principalId == '{principal}' \
                 | project scope = tostring(properties.scope) | order by scope asc"
            ),
        });
        if let Some(filter) = filter {
            body["options"] = json!({ "authorizationScopeFilter": filter });
        }
        assert_eq!(texts(&tenant.post(GRAPH_QUERY, body).await, "scope"), expected, "{filter:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_is_about_the_subscriptions_or_groups_that_it_names() {
    let tenant = Tenant::start().await;
    let count = async |scope: Value| {
        let mut body = json!({ "query": "resources | count" });
        body.as_object_mut().unwrap().extend(scope.as_object().unwrap().clone());
        tenant.post(GRAPH_QUERY, body).await.body["data"][0]["Count"].clone()
    };
    assert_eq!(count(json!({})).await, 8);
    assert_eq!(count(json!({ "subscriptions": [&PRODUCTION[15..]] })).await, 4);
    assert_eq!(count(json!({ "managementGroups": ["Platform"] })).await, 8);
    assert_eq!(count(json!({ "managementGroups": [TENANT], "subscriptions": [] })).await, 8);
    let containers = "resourcecontainers | where type contains 'management' | project name";
    let body = json!({ "query": containers, "managementGroups": ["platform"] });
    assert_eq!(texts(&tenant.post(GRAPH_QUERY, body).await, "name"), ["platform"]);
    let body = json!({ "query": containers, "subscriptions": [&PRODUCTION[15..]] });
    assert!(tenant.post(GRAPH_QUERY, body).await.list("/data").is_empty());
}

#[tokio::test(flavor = "multi_thread")]
async fn rows_of_unreadable_subscriptions_are_absent() {
    let tenant = Tenant::start().await;
    let (token, principal) = tenant.holder_of(READER, DEVELOPMENT).await;
    let names = "resources | project name | order by name asc";
    let seen = query_as(&tenant, &token, names).await;
    assert_eq!(texts(&seen, "name"), ["kv-dev-legacy", "kv-dev-rbac", "kv-dev-shared", "shop-dev"]);
    let both = json!({
        "query": names, "subscriptions": [&PRODUCTION[15..], &DEVELOPMENT[15..]],
    });
    let seen = tenant.call_as(&token, "POST", GRAPH_QUERY, &[], Some(both)).await;
    assert_eq!((seen.status, seen.body["totalRecords"].clone()), (200, json!(4)));
    let containers = query_as(&tenant, &token, "resourcecontainers | project name").await;
    assert_eq!(containers.list("/data").len(), 3, "the subscription and its groups");
    let assignments = "authorizationresources | where type has 'roleassignments' \
        | project who = tostring(properties.principalId)";
    let holders = texts(&query_as(&tenant, &token, assignments).await, "who");
    // Theirs, the seeded application's, and two of the operator's at a vault.
    assert_eq!((holders.len(), holders.contains(&principal)), (4, true), "{holders:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_right_to_one_kind_or_one_group_shows_no_more_than_that() {
    let tenant = Tenant::start().await;
    let names = "resources | project name | order by name asc";
    let (vaults, _) = tenant.holder_of(KEY_VAULT_CONTRIBUTOR, PRODUCTION).await;
    let seen = query_as(&tenant, &vaults, names).await;
    assert_eq!(texts(&seen, "name"), ["kv-legacy", "kv-rbac", "kv-shared"]);
    let group = format!("{DEVELOPMENT}/resourceGroups/RG-WEB");
    let (web, _) = tenant.holder_of(READER, &group).await;
    assert_eq!(texts(&query_as(&tenant, &web, names).await, "name"), ["shop-dev"]);
    let containers = query_as(&tenant, &web, "resourcecontainers | project name").await;
    assert_eq!(texts(&containers, "name"), ["rg-web"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn without_any_readable_subscription_access_is_denied() {
    let tenant = Tenant::start().await;
    let (token, _) = tenant.holder_of(READER, DEVELOPMENT).await;
    let body = json!({ "query": "resources", "subscriptions": [&PRODUCTION[15..]] });
    let answer = tenant.call_as(&token, "POST", GRAPH_QUERY, &[], Some(body)).await;
    answer.is_error(403, "AccessDenied", "Please provide below info when asking for support");
    let detail = json!([{
        "code": "AccessDenied",
        "message": "Access is denied to the requested resource. The user might not have enough permission.",
    }]);
    assert_eq!(answer.body["error"]["details"], detail);

    let unknown = "11111111-2222-4333-8444-555555555555";
    let body = json!({ "query": "resources", "subscriptions": [unknown] });
    let answer = tenant.post(GRAPH_QUERY, body).await;
    answer.is_error(400, "BadRequest", "timestamp = 20");
    assert_eq!(answer.text("/error/details/0/code"), "NoValidSubscriptionsInQueryRequest");
    assert!(answer.text("/error/details/0/message").ends_with(&format!("Given: '{unknown}'.")));
    let body = json!({ "query": "resources", "subscriptions": ["production"] });
    let answer = tenant.post(GRAPH_QUERY, body).await;
    assert_eq!(answer.text("/error/details/0/code"), "SubscriptionsContainInvalidGuids");
}

#[tokio::test(flavor = "multi_thread")]
async fn pages_follow_each_other_by_skip_token() {
    let tenant = Tenant::start().await;
    let text = "resources | project id | order by id asc";
    let whole = texts(&query(&tenant, text).await, "id");
    let body = json!({ "query": text, "options": { "$top": 3, "$skip": 2 } });
    let first = tenant.post(GRAPH_QUERY, body).await;
    assert_eq!(texts(&first, "id"), whole[2..5]);
    assert_eq!((&first.body["totalRecords"], &first.body["count"]), (&json!(8), &json!(3)));
    assert_eq!(first.text("/resultTruncated"), "false");
    let token = first.text("/$skipToken");
    let decoded = base64::engine::general_purpose::STANDARD.decode(&token).unwrap();
    let decoded: Value = serde_json::from_slice(&decoded).unwrap();
    assert_eq!((&decoded["MaxRows"], &decoded["RowsToSkip"]), (&json!(3), &json!(5)));
    let next = json!({ "query": text, "options": { "$skipToken": token } });
    let second = tenant.post(GRAPH_QUERY, next).await;
    assert_eq!(texts(&second, "id"), whole[5..]);
    assert_eq!(second.body.get("$skipToken"), None);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_query_without_id_is_not_paged() {
    let tenant = Tenant::start().await;
    for text in ["resources | project name", "resources | project id | limit 5"] {
        let body = json!({ "query": text, "options": { "$top": 3 } });
        let answer = tenant.post(GRAPH_QUERY, body).await;
        assert_eq!(answer.body["count"], 3);
        assert_eq!(answer.body.get("$skipToken"), None, "{text}");
        assert_eq!(answer.text("/resultTruncated"), "true", "{text}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn old_versions_answer_with_tables() {
    let tenant = Tenant::start().await;
    let text = "project name, tags, n = array_length(properties.accessPolicies) | order by name asc | limit 1";
    let expected = json!({
        "columns": [
            { "name": "name", "type": "string" },
            { "name": "tags", "type": "object" },
            { "name": "n", "type": "integer" },
        ],
        "rows": [["kv-dev-legacy", {}, 0]],
    });
    for (version, format) in [("2019-04-01", None), ("2022-10-01", Some("table"))] {
        let path = GRAPH_QUERY.replace("2022-10-01", version);
        let body = json!({ "query": text, "options": { "resultFormat": format } });
        assert_eq!(tenant.post(&path, body).await.body["data"], expected, "{version}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_index_hears_of_writes_late() {
    let tenant = Tenant::start_with("replication: { roleAssignments: { indexes: 60s } }").await;
    let (_, principal) = tenant.principal("late").await;
    assert_eq!(tenant.assign(DEVELOPMENT, READER, &principal).await.status, 201);
    let listed = tenant
        .get(&format!("{DEVELOPMENT}/{ASSIGNMENTS}?api-version=2022-04-01&$filter=principalId eq '{principal}'"))
        .await;
    assert_eq!(listed.list("/value").len(), 1);
    let text = format!("authorizationresources | where properties.principalId == '{principal}'");
    assert!(query(&tenant, &text).await.list("/data").is_empty());
    tenant.advance(Duration::seconds(61));
    assert_eq!(query(&tenant, &text).await.list("/data").len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn moved_subscriptions_are_found_under_their_new_group() {
    let tenant = Tenant::start().await;
    let new = format!("{GROUPS}/{ADA}?api-version=2021-04-01");
    assert_eq!(tenant.put(&new, json!({})).await.status, 202);
    let place = format!("{GROUPS}/{ADA}{DEVELOPMENT}?api-version=2021-04-01");
    assert_eq!(tenant.put(&place, json!({})).await.status, 200);
    let body = json!({ "query": "resources | count", "managementGroups": ["platform"] });
    assert_eq!(tenant.post(GRAPH_QUERY, body).await.body["data"][0]["Count"], 4);
}
