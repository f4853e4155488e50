//! Policies: what there is, and what is assigned to a space.

use serde_json::{Value, json};

use crate::mondoo::{EMPTY, SPACE, merge};
use crate::support::{Answer, Tenant};

const AZURE: &str = "//policy.api.mondoo.app/policies/mondoo-azure-security";
const LINUX: &str = "//policy.api.mondoo.app/policies/mondoo-linux-security";
const CONTENT: &str = "query($input: ContentSearchInput!) { content(input: $input) {
    totalCount edges { cursor node { ... on Policy { mrn uid assigned action } } }
    pageInfo { endCursor hasNextPage }
} }";
const ACTIVE: &str = "query($space: String!) { activePolicies(input: {scopeMrn: $space}) {
    edges { node { mrn action assignedScope } }
} }";

async fn search(tenant: &Tenant, more: Value) -> Answer {
    let mut input = json!({ "scopeMrn": SPACE, "catalogType": "POLICY" });
    merge(&mut input, more);
    tenant.mondoo(CONTENT, json!({ "input": input })).await
}

fn uids(answer: &Answer) -> Vec<String> {
    let edges = answer.list("/data/content/edges");
    edges.iter().map(|edge| edge["node"]["uid"].as_str().unwrap().to_owned()).collect()
}

async fn active(tenant: &Tenant, space: &str) -> Value {
    let answer = tenant.mondoo(ACTIVE, json!({ "space": space })).await;
    let edges = answer.list("/data/activePolicies/edges");
    let nodes = edges.iter().map(|edge| {
        assert_eq!(edge["node"]["assignedScope"], space);
        json!([edge["node"]["mrn"], edge["node"]["action"]])
    });
    nodes.collect()
}

async fn change(tenant: &Tenant, field: &str, more: Value) -> Answer {
    let mut input = json!({ "assetMrn": SPACE });
    merge(&mut input, more);
    let query = format!("mutation($input: PolicyAssignmentInput!) {{ {field}(input: $input) }}");
    tenant.mondoo(&query, json!({ "input": input })).await
}

#[tokio::test(flavor = "multi_thread")]
async fn policies_are_found_by_platform_words_and_mrn() {
    let tenant = Tenant::start().await;
    let azure = ["mondoo-azure-security", "cis-microsoft-azure-foundations"];
    let none: [&str; 0] = [];
    for (more, expected) in [
        (json!({ "platforms": ["azure"] }), &azure[..]),
        (json!({ "platforms": ["azure", "linux"] }), &none[..]),
        (json!({ "query": "Azure security" }), &azure[..1]),
        (json!({ "contentMrns": [AZURE] }), &azure[..1]),
        (json!({ "contentMrns": [AZURE], "categories": ["other"] }), &none[..]),
        (json!({ "assignedOnly": true }), &["mondoo-linux-security"][..]),
        (json!({ "includePublic": false }), &none[..]),
        (json!({ "catalogType": "QUERYPACK" }), &none[..]),
        (json!({ "catalogType": "ALL", "query": "azure" }), &azure[..]),
    ] {
        assert_eq!(uids(&search(&tenant, more.clone()).await), expected, "{more}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn content_comes_in_pages() {
    let tenant = Tenant::start().await;
    let all = uids(&search(&tenant, json!({})).await);
    let mut paged = Vec::new();
    let mut after = Value::Null;
    loop {
        let answer = search(&tenant, json!({ "limit": 2, "after": after })).await;
        assert_eq!(answer.body["data"]["content"]["totalCount"], all.len());
        paged.extend(uids(&answer));
        let page = &answer.body["data"]["content"]["pageInfo"];
        after = page["endCursor"].clone();
        if page["hasNextPage"] == false {
            break;
        }
    }
    assert_eq!((paged, all.len()), (all, 5));
    for more in [json!({ "after": "nonsense" }), json!({ "limit": -1 })] {
        search(&tenant, more).await.is_rpc_error("content", "InvalidArgument");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assigned_policy_is_active_until_it_is_taken_away() {
    let tenant = Tenant::start().await;
    assert_eq!(active(&tenant, SPACE).await, json!([[LINUX, "ACTIVE"]]));
    for _ in 0..2 {
        let answer = change(&tenant, "assignPolicy", json!({ "policyMrns": [AZURE] })).await;
        assert_eq!(answer.body, json!({ "data": { "assignPolicy": true } }));
    }
    let both = json!([[AZURE, "ACTIVE"], [LINUX, "ACTIVE"]]);
    assert_eq!(active(&tenant, SPACE).await, both);
    assert_eq!(active(&tenant, EMPTY).await, json!([]));
    let tenant = tenant.restart().await;
    assert_eq!(active(&tenant, SPACE).await, both);
    let node = search(&tenant, json!({ "contentMrns": [AZURE] })).await;
    let expected = json!({ "mrn": AZURE, "uid": "mondoo-azure-security", "assigned": true, "action": "ACTIVE" });
    assert_eq!(node.body["data"]["content"]["edges"][0]["node"], expected);
    change(&tenant, "unassignPolicy", json!({ "policyMrn": AZURE })).await;
    assert_eq!(active(&tenant, SPACE).await, json!([[LINUX, "ACTIVE"]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_can_be_assigned_to_be_ignored() {
    let tenant = Tenant::start().await;
    let ignored = json!({ "policyMrn": AZURE, "action": "IGNORE" });
    change(&tenant, "assignPolicy", ignored).await;
    assert_eq!(active(&tenant, SPACE).await, json!([[AZURE, "IGNORE"], [LINUX, "ACTIVE"]]));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_policy_that_does_not_exist_leaves_all_unassigned() {
    let tenant = Tenant::start().await;
    let misspelt = "//policy.api.mondoo.app/policies/mondoo-azur-security";
    let answer = change(&tenant, "assignPolicy", json!({ "policyMrns": [AZURE, misspelt] })).await;
    answer.is_rpc_error("assignPolicy", "NotFound");
    let answer = change(&tenant, "assignPolicy", json!({})).await;
    answer.is_rpc_error("assignPolicy", "InvalidArgument");
    let answer =
        change(&tenant, "assignPolicy", json!({ "assetMrn": "//x", "policyMrn": AZURE })).await;
    answer.is_rpc_error("assignPolicy", "NotFound");
    assert_eq!(active(&tenant, SPACE).await, json!([[LINUX, "ACTIVE"]]));
}
