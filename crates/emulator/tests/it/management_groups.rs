//! Making, moving and removing management groups, and the subscriptions in them.

use serde_json::{Value, json};
use time::Duration;

use crate::support::{
    Answer, DEVELOPMENT, OWNER, PLATFORM, PRODUCTION, READER, ROLES, TENANT, Tenant, now,
};

const GROUPS: &str = "/providers/Microsoft.Management/managementGroups";
const RESULTS: &str = "/providers/Microsoft.Management/operationResults";
const VERSION: &str = "api-version=2021-04-01";

fn group(name: &str) -> String {
    format!("{GROUPS}/{name}?{VERSION}")
}

fn below(parent: &str) -> Value {
    let id = format!("{GROUPS}/{parent}");
    json!({ "properties": { "details": { "parent": { "id": id } } } })
}

async fn follow(tenant: &Tenant, answer: &Answer, header: &str) -> Answer {
    let address = answer.header(header).strip_prefix(tenant.sandbox.url()).unwrap().to_owned();
    tenant.get(&address).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_group_is_accepted_and_asked_about_at_two_addresses() {
    let tenant = Tenant::start().await;
    let body = json!({ "name": "edge", "properties": { "details": { "parent": {} } } });
    let accepted = tenant.put(&group("edge"), body).await;
    assert_eq!(accepted.status, 202);
    let kind = "Microsoft.Management/managementGroups";
    let id = format!("{GROUPS}/edge");
    let started = json!({ "id": id, "type": kind, "name": "edge", "status": "NotStarted" });
    assert_eq!(accepted.body, started);
    let status_path = format!("{RESULTS}/create/asyncOperation/status/managementGroups/edge");
    let url = tenant.sandbox.url();
    assert_eq!(
        accepted.header("azure-asyncoperation"),
        format!("{url}{status_path}?api-version=2022-09-01")
    );
    assert_eq!(
        accepted.header("location"),
        format!("{url}{RESULTS}/create/managementGroups/edge?api-version=2022-09-01")
    );
    let details = json!({
        "version": 1,
        "updatedTime": "2027-01-15T08:00:00.0000000Z",
        "updatedBy": "60718293-a4b5-4c6d-9e7f-809102132435",
    });
    let status = follow(&tenant, &accepted, "azure-asyncoperation").await;
    let expected = json!({
        "id": status_path, "name": "edge", "status": "Succeeded",
        "properties": { "tenantId": TENANT, "displayName": "edge", "details": details },
    });
    assert_eq!((status.status, status.body), (200, expected));
    let result = follow(&tenant, &accepted, "location").await;
    assert_eq!((result.status, result.text("/status").as_str()), (200, "Succeeded"));
    assert_eq!(result.text("/properties/details/parent/name"), TENANT);
    let found = tenant.get(&group("Edge")).await;
    assert_eq!(found.body["properties"], result.body["properties"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_operation_says_that_it_runs_until_its_time_is_over() {
    let tenant = Tenant::start_with("operations: 20s").await;
    let accepted = tenant.put(&group("edge"), json!({})).await;
    let status = follow(&tenant, &accepted, "azure-asyncoperation").await;
    assert_eq!((status.status, status.text("/status").as_str()), (200, "Running"));
    assert_eq!(status.header("location"), accepted.header("location"));
    let result = follow(&tenant, &accepted, "location").await;
    assert_eq!((result.status, result.text("/status").as_str()), (202, "Running"));
    tenant.get(&group("edge")).await.is_error(403, "AuthorizationFailed", "managementGroups/read");

    tenant.advance(Duration::seconds(21));
    assert_eq!(follow(&tenant, &accepted, "location").await.status, 200);
    assert_eq!(tenant.get(&group("edge")).await.status, 200);
    let removed = tenant.delete(&group("edge")).await;
    assert_eq!(follow(&tenant, &removed, "location").await.status, 202);
    tenant.advance(Duration::seconds(21));
    let status = follow(&tenant, &removed, "azure-asyncoperation").await;
    assert_eq!(status.body.as_object().unwrap().len(), 3, "{status:?}");
    assert_eq!(status.text("/status"), "Succeeded");
    let never = format!("{RESULTS}/delete/managementGroups/platform?{VERSION}");
    assert_eq!(tenant.get(&never).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn deleting_a_group_with_children_is_accepted_and_fails() {
    let tenant = Tenant::start().await;
    let accepted = tenant.delete(&group("platform")).await;
    assert_eq!((accepted.status, accepted.text("/status").as_str()), (202, "NotStarted"));
    let failed = follow(&tenant, &accepted, "location").await;
    let expected = json!({
        "id": PLATFORM, "type": "Microsoft.Management/managementGroups", "name": "platform",
        "status": "Failed",
        "error": { "code": "BadRequest", "message": "Cannot delete non-empty management group", "details": null },
    });
    assert_eq!((failed.status, failed.body), (200, expected));
    assert_eq!(tenant.get(&group("platform")).await.status, 200);

    assert_eq!(tenant.put(&group("edge"), json!({})).await.status, 202);
    let accepted = tenant.delete(&group("edge")).await;
    assert_eq!(follow(&tenant, &accepted, "location").await.text("/status"), "Succeeded");
    tenant.get(&group("edge")).await.is_error(403, "AuthorizationFailed", "");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_root_group_stays_where_it_is() {
    let tenant = Tenant::start().await;
    tenant.delete(&group(TENANT)).await.is_error(400, "BadRequest", "cannot be deleted");
    let moved = tenant.put(&group(TENANT), below("platform")).await;
    moved.is_error(400, "BadRequest", "cannot be moved");
    let renamed = tenant.patch(&group(TENANT), json!({ "displayName": "All" })).await;
    assert_eq!((renamed.status, renamed.text("/properties/displayName").as_str()), (200, "All"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_put_changes_nothing_and_a_patch_raises_the_version() {
    let tenant = Tenant::start().await;
    assert_eq!(tenant.put(&group("edge"), json!({})).await.status, 202);
    tenant.advance(Duration::minutes(1));
    let again = tenant.put(&group("edge"), json!({ "properties": {} })).await;
    assert_eq!((again.status, &again.body["properties"]["details"]["version"]), (200, &json!(1)));
    let renamed = tenant.patch(&group("edge"), json!({ "displayName": "The Edge" })).await;
    assert_eq!(
        (renamed.status, renamed.text("/properties/displayName").as_str()),
        (200, "The Edge")
    );
    let details = &renamed.body["properties"]["details"];
    assert_eq!(
        (&details["version"], &details["updatedTime"]),
        (&json!(2), &json!("2027-01-15T08:01:00.0000000Z"))
    );
    let parent = json!({ "parentGroupId": PLATFORM });
    let moved = tenant.patch(&group("edge"), parent).await;
    assert_eq!(moved.text("/properties/details/parent/name"), "platform");
    assert!(tenant.now() > now());
}

#[tokio::test(flavor = "multi_thread")]
async fn ancestors_come_nearest_first_and_paths_from_the_root() {
    let tenant = Tenant::start().await;
    assert_eq!(tenant.put(&group("edge"), below("platform")).await.status, 202);
    let platform = json!({ "name": "platform", "displayName": "Platform" });
    let root = json!({ "name": TENANT, "displayName": "Tenant Root Group" });
    let details = async |expand: &str| {
        tenant.get(&format!("{}&$expand={expand}", group("edge"))).await.body["properties"]["details"].clone()
    };
    assert_eq!(details("path").await["path"], json!([root, platform]));
    let ancestors = details("ancestors").await;
    assert_eq!(ancestors["managementGroupAncestorsChain"], json!([platform, root]));
    assert_eq!(ancestors["managementGroupAncestors"], json!(["platform", TENANT]));
    let unknown = tenant.get(&format!("{}&$expand=all", group("edge"))).await;
    unknown.is_error(400, "BadRequest", "$expand");
}

#[tokio::test(flavor = "multi_thread")]
async fn six_levels_below_the_root_are_the_most() {
    let tenant = Tenant::start().await;
    let mut parent = "platform".to_owned();
    for level in 2..=6 {
        let name = format!("level-{level}");
        assert_eq!(tenant.put(&group(&name), below(&parent)).await.status, 202);
        parent = name;
    }
    tenant.put(&group("level-7"), below(&parent)).await.is_error(400, "BadRequest", "6 levels");
    assert_eq!(tenant.put(&group("edge"), json!({})).await.status, 202);
    let moved = tenant.patch(&group("platform"), json!({ "parentGroupId": "edge" })).await;
    moved.is_error(400, "BadRequest", "6 levels");
    let moved = tenant.patch(&group("platform"), json!({ "parentGroupId": "level-4" })).await;
    moved.is_error(400, "BadRequest", "below itself");
}

#[tokio::test(flavor = "multi_thread")]
async fn names_are_checked() {
    let tenant = Tenant::start().await;
    let check = async |name: &str| {
        let path = format!("/providers/Microsoft.Management/checkNameAvailability?{VERSION}");
        let body = json!({ "name": name, "type": "Microsoft.Management/managementGroups" });
        tenant.post(&path, body).await.body
    };
    assert_eq!(check("edge").await, json!({ "nameAvailable": true }));
    let taken = json!({
        "nameAvailable": false, "reason": "AlreadyExists",
        "message": "The group with the specified name already exists",
    });
    assert_eq!(check("PLATFORM").await, taken);
    let message = "The provided management group name '!badName' has these invalid characters: '!'. \
        The name can only be an ASCII letter, digit, -, _, (, ), .";
    let invalid = json!({ "nameAvailable": false, "reason": "Invalid", "message": message });
    assert_eq!(check("!badName").await, invalid);
    tenant.put(&group("!badName"), json!({})).await.is_error(400, "BadRequest", message);
    assert_eq!(check(&"x".repeat(91)).await["reason"], "Invalid");
    let orphan = tenant.put(&group("edge"), below("nowhere")).await;
    orphan.is_error(400, "BadRequest", "nowhere");
}

#[tokio::test(flavor = "multi_thread")]
async fn changing_groups_takes_the_right_to_write_them() {
    let tenant = Tenant::start().await;
    assert_eq!(tenant.put(&group("edge"), json!({})).await.status, 202);
    let (token, _) = tenant.holder_of(READER, TENANT_ROOT).await;
    let call = async |method: &str, path: &str, body: Option<Value>| {
        tenant.call_as(&token, method, path, &[], body).await
    };
    let write = "Microsoft.Management/managementGroups/write";
    for (method, path, body, action) in [
        ("PUT", group("new"), Some(json!({})), write),
        ("PUT", group("edge"), Some(json!({})), write),
        ("PATCH", group("edge"), Some(json!({})), write),
        ("DELETE", group("edge"), None, "Microsoft.Management/managementGroups/delete"),
    ] {
        call(method, &path, body).await.is_error(403, "AuthorizationFailed", action);
    }
    let (owner, _) = tenant.holder_of(OWNER, &format!("{GROUPS}/edge")).await;
    let moved = json!({ "parentGroupId": PLATFORM });
    let refused = tenant.call_as(&owner, "PATCH", &group("edge"), &[], Some(moved)).await;
    refused.is_error(403, "AuthorizationFailed", write);
    let renamed = json!({ "displayName": "Mine" });
    let renamed = tenant.call_as(&owner, "PATCH", &group("edge"), &[], Some(renamed)).await;
    assert_eq!(renamed.status, 200);
}

const TENANT_ROOT: &str =
    "/providers/Microsoft.Management/managementGroups/0a9b3c7d-5e1f-4a2b-8c6d-7e8f90a1b2c3";

#[tokio::test(flavor = "multi_thread")]
async fn a_missing_group_is_forbidden_not_missing() {
    let tenant = Tenant::start().await;
    let (token, _) = tenant.holder_of(OWNER, TENANT_ROOT).await;
    for (method, path) in [
        ("GET", group("nobody")),
        ("PATCH", group("nobody")),
        ("DELETE", group("nobody")),
        ("GET", format!("{GROUPS}/nobody/descendants?{VERSION}")),
        ("GET", format!("{GROUPS}/nobody/subscriptions?{VERSION}")),
        ("PUT", format!("{GROUPS}/nobody{PRODUCTION}?{VERSION}")),
    ] {
        let answer = tenant.call_as(&token, method, &path, &[], Some(json!({}))).await;
        answer.is_error(403, "AuthorizationFailed", "or the scope is invalid");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_subscription_moves_to_the_group_that_it_is_put_into() {
    let tenant = Tenant::start().await;
    assert_eq!(tenant.put(&group("edge"), json!({})).await.status, 202);
    let place = format!("{GROUPS}/edge{DEVELOPMENT}?{VERSION}");
    assert_eq!(tenant.get(&place).await.status, 404);
    let moved = tenant.put(&place, Value::Null).await;
    let expected = json!({
        "name": &DEVELOPMENT[15..],
        "id": format!("{GROUPS}/edge{DEVELOPMENT}"),
        "type": "Microsoft.Management/managementGroups/subscriptions",
        "properties": {
            "displayName": "Development",
            "parent": { "id": format!("{GROUPS}/edge"), "name": null, "displayName": null },
            "state": "Active",
            "tenant": TENANT,
        },
    });
    assert_eq!((moved.status, &moved.body), (200, &expected));
    assert_eq!(tenant.get(&place).await.body, expected);
    let list = tenant.get(&format!("{GROUPS}/edge/subscriptions?{VERSION}")).await;
    assert_eq!(list.body["value"], json!([expected]));
    let (token, _) = tenant.holder_of(READER, PLATFORM).await;
    let path = format!("{DEVELOPMENT}?api-version=2022-12-01");
    tenant.call_as(&token, "GET", &path, &[], None).await.is_error(403, "AuthorizationFailed", "");

    let removed = tenant.delete(&place).await;
    assert_eq!((removed.status, removed.body), (200, Value::Null));
    assert_eq!(tenant.delete(&place).await.status, 204);
    let root = tenant.get(&format!("{GROUPS}/{TENANT}/subscriptions?{VERSION}")).await;
    assert_eq!(root.text("/value/0/name"), DEVELOPMENT[15..]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assigned_custom_role_keeps_a_subscription_in_its_branch() {
    let tenant = Tenant::start().await;
    let role = "3f2504e0-4f89-41d3-9a0c-0305e82c3301";
    let definition = json!({ "properties": {
        "roleName": "Platform reader", "permissions": [{ "actions": ["*/read"] }],
        "assignableScopes": [PLATFORM],
    } });
    let path = format!("{PLATFORM}/{ROLES}/{role}?api-version=2022-04-01");
    assert_eq!(tenant.put(&path, definition).await.status, 201);
    let (_, principal) = tenant.principal("reader").await;
    let scope = format!("{DEVELOPMENT}/resourceGroups/rg-web");
    assert_eq!(tenant.assign(&scope, role, &principal).await.status, 201);
    assert_eq!(tenant.put(&group("inner"), below("platform")).await.status, 202);
    assert_eq!(tenant.put(&group("outer"), json!({})).await.status, 202);

    let inner = format!("{GROUPS}/inner{DEVELOPMENT}?{VERSION}");
    assert_eq!(tenant.put(&inner, json!({})).await.status, 200);
    let outer = format!("{GROUPS}/outer{DEVELOPMENT}?{VERSION}");
    tenant.put(&outer, json!({})).await.is_error(400, "BadRequest", "custom role");
    tenant.delete(&inner).await.is_error(400, "BadRequest", "custom role");
    let moved = tenant.patch(&group("inner"), json!({ "parentGroupId": "outer" })).await;
    moved.is_error(400, "BadRequest", "custom role");
    let other = format!("{GROUPS}/outer{PRODUCTION}?{VERSION}");
    assert_eq!(tenant.put(&other, json!({})).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn moving_a_subscription_takes_rights_at_all_three_places() {
    let tenant = Tenant::start().await;
    assert_eq!(tenant.put(&group("edge"), json!({})).await.status, 202);
    let place = format!("{GROUPS}/edge{DEVELOPMENT}?{VERSION}");
    let (token, principal) = tenant.holder_of(READER, TENANT_ROOT).await;
    let put = async || tenant.call_as(&token, "PUT", &place, &[], Some(json!({}))).await;
    let edge = format!("{GROUPS}/edge");
    for (missing, scope) in [
        ("Microsoft.Management/managementGroups/subscriptions/write", edge.as_str()),
        ("Microsoft.Authorization/roleAssignments/write", DEVELOPMENT),
        ("Microsoft.Management/managementGroups/write", PLATFORM),
    ] {
        put().await.is_error(403, "AuthorizationFailed", missing);
        assert_eq!(tenant.assign(scope, OWNER, &principal).await.status, 201);
    }
    assert_eq!(put().await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn entities_are_all_that_the_caller_sees_with_what_they_lie_in() {
    let tenant = Tenant::start().await;
    let entities = format!("/providers/Microsoft.Management/getEntities?{VERSION}");
    let all = tenant.post(&entities, Value::Null).await;
    assert_eq!(all.list("/value").len(), 4);
    let (token, _) = tenant.holder_of(READER, PLATFORM).await;
    let post = async |query: &str| {
        let path = format!("{entities}{query}");
        tenant.call_as(&token, "POST", &path, &[], None).await
    };
    let named = post("&$filter=name eq 'platform'").await;
    let expected = json!([{
        "id": PLATFORM, "type": "Microsoft.Management/managementGroups", "name": "platform",
        "properties": {
            "tenantId": TENANT, "displayName": "Platform",
            "parent": { "id": format!("{GROUPS}/{TENANT}") },
            "permissions": "view", "inheritedPermissions": "noaccess",
            "parentDisplayNameChain": ["Tenant Root Group"], "parentNameChain": [TENANT],
            "numberOfDescendants": 2, "numberOfChildren": 2, "numberOfChildGroups": 0,
        },
    }]);
    assert_eq!(named.body["value"], expected);
    let subscriptions = post("&$view=SubscriptionsOnly&$top=1").await;
    assert_eq!(subscriptions.text("/value/0/type"), "/subscriptions");
    assert_eq!(
        subscriptions.body["value"][0]["properties"]["parentNameChain"],
        json!([TENANT, "platform"])
    );
    assert!(subscriptions.text("/nextLink").contains("skiptoken"));
    assert_eq!(post("").await.list("/value").len(), 3);
    post("&$filter=x eq 'y'").await.is_error(400, "BadRequest", "filter");
    let (nobody, _) =
        tenant.holder_of(READER, &format!("{PRODUCTION}/resourceGroups/rg-web")).await;
    let seen = tenant.call_as(&nobody, "POST", &entities, &[], None).await;
    assert_eq!((seen.status, seen.list("/value").len()), (200, 0));
}

#[tokio::test(flavor = "multi_thread")]
async fn groups_survive_a_restart_and_their_lists_have_the_recorded_shape() {
    let tenant = Tenant::start().await;
    assert_eq!(tenant.put(&group("edge"), json!({})).await.status, 202);
    let removed = tenant.put(&group("gone"), json!({})).await;
    assert_eq!(removed.status, 202);
    let removed = tenant.delete(&group("gone")).await;
    let tenant = tenant.restart().await;
    let list = tenant.get(&format!("{GROUPS}?api-version=2018-03-01-preview")).await;
    let names: Vec<Value> = list.list("/value").iter().map(|one| one["name"].clone()).collect();
    assert_eq!(names, [json!(TENANT), json!("edge"), json!("platform")]);
    assert_eq!(list.body.get("@nextLink"), Some(&Value::Null));
    assert_eq!(list.text("/value/1/type"), "/providers/Microsoft.Management/managementGroups");
    let path = removed.header("location").split_once("/providers").unwrap().1.to_owned();
    let result = tenant.get(&format!("/providers{path}")).await;
    assert_eq!(result.text("/status"), "Succeeded");
    for path in ["tenantBackfillStatus", "startTenantBackfill"] {
        let answer = tenant
            .post(&format!("/providers/Microsoft.Management/{path}?{VERSION}"), json!({}))
            .await;
        assert_eq!(answer.body, json!({ "tenantId": TENANT, "status": "Completed" }));
    }
}
