//! The log of who changed what in Azure.

use serde_json::{Value, json};
use time::Duration;

use crate::callers::{ARM_SCOPE, AZURE_CLI};
use crate::certificates::rfc3339;
use crate::support::{
    ADA, ASSIGNMENTS, Answer, OWNER, PLATFORM, PRODUCTION, READER, ROLES, Tenant,
};

const VALUES: &str = "providers/Microsoft.Insights/eventtypes/management/values";
const VERSION: &str = "api-version=2015-04-01";

fn log(scope: &str, from: &str, more: &str) -> String {
    format!("{scope}/{VALUES}?{VERSION}&$filter=eventTimestamp ge '{from}'{more}")
}

async fn read(tenant: &Tenant, scope: &str, more: &str) -> Answer {
    let from = rfc3339(tenant.now() - Duration::days(80));
    tenant.get(&log(scope, &from, more)).await
}

/// Operations that have ended, the newest first.
fn ended(log: &Answer) -> Vec<String> {
    let events = log.list("/value").into_iter();
    let ended = events.filter(|event| event["status"]["value"] == "Succeeded");
    ended.map(|event| event["operationName"]["value"].as_str().unwrap().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn role_assignments_and_definitions_are_told_of_with_their_caller() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("watched").await;
    let assigned = tenant.assign(PRODUCTION, READER, &principal).await;
    let id = assigned.text("/id");
    assert_eq!(tenant.delete(&format!("{id}?api-version=2022-04-01")).await.status, 200);
    let role =
        format!("{PRODUCTION}/{ROLES}/6f9619ff-8b86-4011-b42d-00cf4fc964ff?api-version=2022-04-01");
    let body = json!({ "properties": {
        "roleName": "watched", "permissions": [{ "actions": ["*/read"] }],
        "assignableScopes": [PRODUCTION],
    } });
    assert_eq!(tenant.put(&role, body).await.status, 201);
    assert_eq!(tenant.delete(&role).await.status, 200);
    let log = read(&tenant, PRODUCTION, " and resourceProvider eq 'Microsoft.Authorization'").await;
    let expected = [
        "Microsoft.Authorization/roleDefinitions/delete",
        "Microsoft.Authorization/roleDefinitions/write",
        "Microsoft.Authorization/roleAssignments/delete",
        "Microsoft.Authorization/roleAssignments/write",
    ];
    assert_eq!(ended(&log), expected);
    // Each has begun, too.
    assert_eq!(log.list("/value").len(), 8);
    let deleted = log.body.pointer("/value/4").unwrap();
    assert!(deleted["resourceId"].as_str().unwrap().eq_ignore_ascii_case(&id), "{deleted}");
    let operator =
        format!("/v1.0/servicePrincipals(appId='{}')", tenant.sandbox.operator().client_id);
    assert_eq!(deleted["caller"], tenant.get(&operator).await.body["id"]);
    let body = deleted["properties"]["responseBody"].as_str().unwrap();
    let body: Value = serde_json::from_str(body).unwrap();
    assert_eq!(body["properties"]["principalId"], json!(principal));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_called_by_their_name() {
    let tenant = Tenant::start().await;
    let body = json!({ "properties": {
        "roleDefinitionId": format!("/{ROLES}/{OWNER}"), "principalId": ADA, "principalType": "User",
    } });
    let name = "6f9619ff-8b86-4011-b42d-00cf4fc964ff";
    let path = format!("{PRODUCTION}/{ASSIGNMENTS}/{name}?api-version=2022-04-01");
    assert_eq!(tenant.put(&path, body).await.status, 201);
    let ada = tenant.token_of_person("ada", AZURE_CLI, ARM_SCOPE).await;
    let path = format!("{PRODUCTION}/resourceGroups/rg-ada?api-version=2021-04-01");
    let made =
        tenant.call_as(&ada, "PUT", &path, &[], Some(json!({ "location": "westeurope" }))).await;
    assert_eq!(made.status, 201, "{made:?}");
    let log = read(&tenant, PRODUCTION, " and resourceGroupName eq 'rg-ada'").await;
    assert_eq!(ended(&log), ["Microsoft.Resources/subscriptions/resourceGroups/write"]);
    assert_eq!(log.text("/value/0/caller"), "ada@contoso.onmicrosoft.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_documented_filters_are_admitted() {
    let tenant = Tenant::start().await;
    for wrong in ["", "&$filter=caller eq 'x'", "&$filter=eventTimestamp ge 'soon'"] {
        let answer = tenant.get(&format!("{PRODUCTION}/{VALUES}?{VERSION}{wrong}")).await;
        assert_eq!(answer.status, 400, "{wrong}: {answer:?}");
    }
    let (_, principal) = tenant.principal("watched").await;
    tenant.assign(PRODUCTION, READER, &principal).await;
    let to = rfc3339(tenant.now());
    let all = read(
        &tenant,
        PRODUCTION,
        &format!(" and eventTimestamp le '{to}' and eventChannels eq 'Admin, Operation'"),
    )
    .await;
    assert_eq!(all.list("/value").len(), 2);
    let resource = all.text("/value/0/resourceId");
    let of_resource = read(&tenant, PRODUCTION, &format!(" and resourceUri eq '{resource}'")).await;
    assert_eq!(of_resource.list("/value").len(), 2);
    let other = read(&tenant, PRODUCTION, " and resourceProvider eq 'Microsoft.KeyVault'").await;
    assert!(other.list("/value").is_empty());
    let selected = read(&tenant, PRODUCTION, "&$select=caller,operationName").await;
    let names: Vec<_> = selected.list("/value")[0].as_object().unwrap().keys().cloned().collect();
    assert_eq!(names, ["caller", "operationName"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_paged_late_and_forgotten_after_ninety_days() {
    let mut tenant = Tenant::start_with("{ auditDelay: 10m, pageSize: 1 }").await;
    let (_, principal) = tenant.principal("watched").await;
    tenant.assign(PRODUCTION, READER, &principal).await;
    assert!(read(&tenant, PRODUCTION, "").await.list("/value").is_empty());
    tenant.advance(Duration::minutes(10));
    let first = read(&tenant, PRODUCTION, "").await;
    assert_eq!(first.list("/value").len(), 1);
    let next = first.text("/nextLink");
    let next = tenant.get(next.strip_prefix(tenant.sandbox.url()).unwrap()).await;
    assert_eq!(next.text("/value/0/status/value"), "Started");
    tenant.advance(Duration::days(91));
    tenant.sign_in_again().await;
    let from = rfc3339(tenant.now() - Duration::days(120));
    assert!(tenant.get(&log(PRODUCTION, &from, "")).await.list("/value").is_empty());
}

/// Rights above all subscriptions do not come with the root management group (documented).
#[tokio::test(flavor = "multi_thread")]
async fn the_log_takes_a_right_to_read_where_it_is() {
    let tenant = Tenant::start().await;
    let from = rfc3339(tenant.now() - Duration::days(1));
    let reader = tenant.token_of("reader", ARM_SCOPE).await;
    let of_production = log(PRODUCTION, &from, "");
    assert_eq!(tenant.call_as(&reader, "GET", &of_production, &[], None).await.status, 200);
    let nobody = tenant.token_of("nobody", ARM_SCOPE).await;
    let refused = tenant.call_as(&nobody, "GET", &of_production, &[], None).await;
    refused.is_error(403, "AuthorizationFailed", "Microsoft.Insights/eventtypes/values/read");
    let of_tenant = log("", &from, "");
    let refused = tenant.get(&of_tenant).await;
    refused.is_error(403, "AuthorizationFailed", "over scope '/'");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_happens_in_management_groups_is_in_the_log_of_the_tenant() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("watched").await;
    let assigned = tenant.assign(PLATFORM, READER, &principal).await;
    assert_eq!(assigned.status, 201);
    assert!(assigned.text("/id").contains(ASSIGNMENTS));
    assert!(read(&tenant, PRODUCTION, "").await.list("/value").is_empty());
    let administrator = tenant.token_of("global-administrator", ARM_SCOPE).await;
    let elevate = "/providers/Microsoft.Authorization/elevateAccess?api-version=2016-07-01";
    let elevated = tenant.call_as(&administrator, "POST", elevate, &[], None).await;
    assert_eq!(elevated.status, 200, "{elevated:?}");
    let from = rfc3339(tenant.now() - Duration::days(1));
    let log = tenant.call_as(&administrator, "GET", &log("", &from, ""), &[], None).await;
    let expected = [
        "Microsoft.Authorization/elevateAccess/action",
        "Microsoft.Authorization/roleAssignments/write",
    ];
    assert_eq!(ended(&log), expected);
}

/// So that somebody can look at all of Azure for a while (documented).
#[tokio::test(flavor = "multi_thread")]
async fn global_administrators_alone_elevate_their_access() {
    let tenant = Tenant::start().await;
    let elevate = "/providers/Microsoft.Authorization/elevateAccess?api-version=2016-07-01";
    assert_eq!(tenant.call("POST", elevate, &[], None).await.status, 403);
    let everything = format!("/{ASSIGNMENTS}?api-version=2022-04-01");
    let administrator = tenant.token_of("global-administrator", ARM_SCOPE).await;
    let read = async || tenant.call_as(&administrator, "GET", &everything, &[], None).await.status;
    assert_eq!(read().await, 403);
    // Twice is no more than once.
    for _ in 0..2 {
        assert_eq!(tenant.call_as(&administrator, "POST", elevate, &[], None).await.status, 200);
    }
    assert_eq!(read().await, 200);
}
