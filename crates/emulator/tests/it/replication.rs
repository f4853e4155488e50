//! Writes that take their time to be seen, by who looks.

use serde_json::json;
use time::Duration;

use crate::certificates::TestCertificate;
use crate::support::{ASSIGNMENTS, PRODUCTION, READER, ROLES, Tenant};

const VERSION: &str = "api-version=2022-04-01";

/// How many of ten requests found it.
async fn found(tenant: &Tenant, path: &str) -> usize {
    let mut found = 0;
    for _ in 0..10 {
        let answer = tenant.get(path).await;
        let listed = answer.body["value"].as_array().is_some_and(|list| !list.is_empty());
        found += usize::from(answer.status == 200 && (listed || !path.contains("$filter")));
    }
    found
}

#[tokio::test(flavor = "multi_thread")]
async fn reads_lists_and_references_each_have_their_own_lag() {
    let tenant = Tenant::start_with(
        "replication: { applications: { reads: 10s, lists: 20s, references: 30s } }",
    )
    .await;
    let (id, app_id) = tenant.application("late").await;
    let one = format!("/v1.0/applications/{id}");
    let list = "/v1.0/applications?$filter=displayName eq 'late'";
    let reference = || tenant.post("/v1.0/servicePrincipals", json!({ "appId": app_id }));

    assert_eq!((found(&tenant, &one).await, found(&tenant, list).await), (0, 0));
    let missing = tenant.patch(&one, json!({ "notes": "too early" })).await;
    missing.is_error(404, "Request_ResourceNotFound", &id);
    tenant.advance(Duration::seconds(10));
    assert_eq!((found(&tenant, &one).await, found(&tenant, list).await), (10, 0));
    assert_eq!(tenant.patch(&one, json!({ "notes": "found" })).await.status, 204);
    tenant.advance(Duration::seconds(10));
    assert_eq!(found(&tenant, list).await, 10);
    let refused = reference().await;
    refused.is_error(400, "Request_BadRequest", "does not reference a valid application object");
    assert_eq!(refused.text("/error/details/0/code"), "NoBackingApplicationObject");
    tenant.advance(Duration::seconds(20));
    assert_eq!(reference().await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_good_read_can_be_followed_by_a_stale_one_and_the_luck_is_the_seeds() {
    let mut runs = Vec::new();
    for seed in [3, 3, 4] {
        let lag = "{ median: 10s, p90: 15s, most: 20s }";
        let faults =
            format!("{{ seed: {seed}, replication: {{ applications: {{ reads: {lag} }} }} }}");
        let tenant = Tenant::start_with(&faults).await;
        let (id, _) = tenant.application("late").await;
        let mut seen = Vec::new();
        for _ in 0..20 {
            tenant.advance(Duration::seconds(1));
            seen.push(found(&tenant, &format!("/v1.0/applications/{id}")).await);
        }
        assert!(seen.iter().any(|found| (1..10).contains(found)), "{seen:?}");
        assert_eq!(seen.last(), Some(&10));
        runs.push(seen);
    }
    assert_eq!(runs[0], runs[1]);
    assert_ne!(runs[0], runs[2]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_later_write_never_shows_before_an_earlier_one() {
    let lag = "{ median: 5s, p90: 8s, most: 10s }";
    let faults = format!("replication: {{ applications: {{ reads: {lag} }} }}");
    let tenant = Tenant::start_with(&faults).await;
    let (id, _) = tenant.application("counted").await;
    let path = format!("/v1.0/applications/{id}");
    tenant.advance(Duration::seconds(10));
    for number in 1..=5 {
        assert_eq!(tenant.patch(&path, json!({ "notes": number.to_string() })).await.status, 204);
    }
    tenant.advance(Duration::seconds(10));
    assert_eq!(tenant.get(&path).await.text("/notes"), "5");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_certificate_signs_in_once_sign_in_knows_it() {
    let tenant = Tenant::start_with("replication: { applications: { references: 10s } }").await;
    let certificate = TestCertificate::new();
    let credential = certificate.credential("6f9619ff-8b86-4011-b42d-00cf4fc964ff");
    let (id, app_id) = tenant.application("late").await;
    tenant.advance(Duration::seconds(10));
    tenant.service_principal(&app_id).await;
    let path = format!("/v1.0/applications/{id}");
    assert_eq!(tenant.patch(&path, json!({ "keyCredentials": [credential] })).await.status, 204);
    let graph = "https://graph.microsoft.com/.default";
    let early = certificate.try_sign_in(&tenant, &app_id, graph).await;
    early.is_login_error(401, "invalid_client", 700_027, "The key was not found.");
    tenant.advance(Duration::seconds(10));
    assert_eq!(certificate.try_sign_in(&tenant, &app_id, graph).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_new_principal_is_unknown_to_assignments_unless_its_type_is_said() {
    let tenant =
        Tenant::start_with("replication: { servicePrincipals: { references: 15s } }").await;
    let (_, principal) = tenant.principal("late").await;
    let assign = async |kind: Option<&str>| {
        let name = uuid::Uuid::new_v4();
        let mut body = json!({ "properties": {
            "roleDefinitionId": format!("/{ROLES}/{READER}"), "principalId": principal,
        } });
        if let Some(kind) = kind {
            body["properties"]["principalType"] = kind.into();
        }
        tenant.put(&format!("{PRODUCTION}/{ASSIGNMENTS}/{name}?{VERSION}"), body).await
    };
    let refused = assign(None).await;
    let dashless = principal.replace('-', "");
    refused.is_error(400, "PrincipalNotFound", &format!("Principal {dashless} does not exist"));
    assert_eq!(assign(Some("ServicePrincipal")).await.status, 201);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_updated_role_is_in_no_list_until_it_has_settled() {
    let tenant = Tenant::start_with("replication: { roleDefinitions: { lists: 5s } }").await;
    let path = format!("{PRODUCTION}/{ROLES}/3f2504e0-4f89-41d3-9a0c-0305e82c3301?{VERSION}");
    let role = |action: &str| {
        json!({ "properties": {
            "roleName": "scanner", "assignableScopes": [PRODUCTION],
            "permissions": [{ "actions": [action] }],
        } })
    };
    let list = format!("{PRODUCTION}/{ROLES}?{VERSION}&$filter=roleName eq 'scanner'");
    assert_eq!(tenant.put(&path, role("Microsoft.Web/sites/read")).await.status, 201);
    tenant.advance(Duration::seconds(5));
    assert_eq!(found(&tenant, &list).await, 10);
    assert_eq!(tenant.put(&path, role("Microsoft.KeyVault/vaults/read")).await.status, 201);
    assert_eq!((found(&tenant, &list).await, tenant.get(&path).await.status), (0, 200));
    tenant.advance(Duration::seconds(5));
    assert_eq!(found(&tenant, &list).await, 10);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_is_in_no_token_until_sign_in_knows_it() {
    let tenant = Tenant::start_with("replication: { grants: { references: 10s } }").await;
    let certificate = TestCertificate::new();
    let credential = certificate.credential("6f9619ff-8b86-4011-b42d-00cf4fc964ff");
    let body = json!({ "displayName": "late", "keyCredentials": [credential] });
    let app_id = tenant.post("/v1.0/applications", body).await.text("/appId");
    let principal = tenant.service_principal(&app_id).await;
    let graph = tenant.graph_principal().await;
    let grant = json!({
        "principalId": principal, "resourceId": graph,
        "appRoleId": "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30",
    });
    let path = format!("/v1.0/servicePrincipals/{principal}/appRoleAssignments");
    assert_eq!(tenant.post(&path, grant).await.status, 201);
    let reads = async || {
        let token =
            certificate.sign_in(&tenant, &app_id, "https://graph.microsoft.com/.default").await;
        tenant.call_as(&token, "GET", "/v1.0/applications", &[], None).await.status
    };
    assert_eq!(reads().await, 403);
    tenant.advance(Duration::seconds(10));
    assert_eq!(reads().await, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_observed_preset_is_what_recorded_traffic_shows() {
    let tenant = Tenant::start_with("replication: observed").await;
    let (id, app_id) = tenant.application("late").await;
    assert_eq!(found(&tenant, &format!("/v1.0/applications/{id}")).await, 10);
    let reference = || tenant.post("/v1.0/servicePrincipals", json!({ "appId": app_id }));
    assert_eq!(reference().await.status, 400);
    tenant.advance(Duration::seconds(121));
    assert_eq!(reference().await.status, 201);
}
