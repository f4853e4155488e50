//! The log of who changed what in the directory.

use serde_json::{Value, json};
use time::Duration;

use crate::callers::{AZURE_CLI, GRAPH_SCOPE};
use crate::certificates::TestCertificate;
use crate::support::{ADA, Answer, Tenant};

const LOG: &str = "/v1.0/auditLogs/directoryAudits";

/// Names of what was done to an object, the newest first.
async fn activities(tenant: &Tenant, target: &str) -> Vec<String> {
    let filter = format!("targetResources/any(t: t/id eq '{target}')");
    let log = tenant.get(&format!("{LOG}?$filter={filter}")).await;
    let names = log.list("/value").into_iter();
    names.map(|event| event["activityDisplayName"].as_str().unwrap().trim().to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_write_to_an_application_is_an_activity_of_its_own_name() {
    let tenant = Tenant::start().await;
    let (id, _) = tenant.application("watched").await;
    let path = format!("/v1.0/applications/{id}");
    let key = TestCertificate::new().credential("6f9619ff-8b86-4011-b42d-00cf4fc964ff");
    for body in [json!({ "displayName": "renamed" }), json!({ "keyCredentials": [key] })] {
        assert_eq!(tenant.patch(&path, body).await.status, 204);
    }
    let owner = json!({ "@odata.id": tenant.url(&format!("/v1.0/users/{ADA}")) });
    assert_eq!(tenant.post(&format!("{path}/owners/$ref"), owner).await.status, 204);
    assert_eq!(tenant.delete(&format!("{path}/owners/{ADA}/$ref")).await.status, 204);
    let federated = json!({
        "name": "ci", "issuer": "https://token.actions.githubusercontent.com",
        "subject": "repo:a/b:ref:refs/heads/main", "audiences": ["api://AzureADTokenExchange"],
    });
    let federated = tenant.post(&format!("{path}/federatedIdentityCredentials"), federated).await;
    assert_eq!(federated.status, 201);
    assert_eq!(tenant.delete(&path).await.status, 204);
    let deleted = format!("/v1.0/directory/deletedItems/{id}");
    assert_eq!(tenant.post(&format!("{deleted}/restore"), json!({})).await.status, 200);
    assert_eq!(tenant.delete(&path).await.status, 204);
    assert_eq!(tenant.delete(&deleted).await.status, 204);
    let expected = [
        "Hard Delete application",
        "Delete application",
        "Restore application",
        "Delete application",
        "Update application",
        "Remove owner from application",
        "Add owner to application",
        "Update application – Certificates and secrets management",
        "Update application",
        "Add application",
    ];
    assert_eq!(activities(&tenant, &id).await, expected);
    assert_eq!(
        activities(&tenant, ADA).await,
        ["Remove owner from application", "Add owner to application"]
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn each_write_to_a_service_principal_is_an_activity_of_its_own_name() {
    let tenant = Tenant::start().await;
    let (_, id) = tenant.principal("watched").await;
    let path = format!("/v1.0/servicePrincipals/{id}");
    assert_eq!(tenant.patch(&path, json!({ "tags": ["x"] })).await.status, 204);
    let added = tenant.post(&format!("{path}/addPassword"), json!({})).await;
    let removed = json!({ "keyId": added.text("/keyId") });
    assert_eq!(tenant.post(&format!("{path}/removePassword"), removed).await.status, 204);
    assert_eq!(tenant.delete(&path).await.status, 204);
    let expected = [
        "Remove service principal",
        "Remove service principal credentials",
        "Add service principal credentials",
        "Update service principal",
        "Add service principal",
    ];
    assert_eq!(activities(&tenant, &id).await, expected);
}

/// Quoted from logs: whoever looks for the client among the targets finds nothing.
#[tokio::test(flavor = "multi_thread")]
async fn a_grant_is_told_of_its_api_and_names_the_client_among_the_properties() {
    let tenant = Tenant::start().await;
    let (_, holder) = tenant.graph_caller(&["User.Read.All"]).await;
    let grants = format!("/v1.0/servicePrincipals/{holder}/appRoleAssignments");
    let grant = tenant.get(&grants).await.text("/value/0/id");
    assert_eq!(tenant.delete(&format!("{grants}/{grant}")).await.status, 204);
    let graph = tenant.graph_principal().await;
    let filter = format!("targetResources/any(t: t/id eq '{graph}')");
    let log = tenant.get(&format!("{LOG}?$filter={filter}")).await;
    for (index, activity, side) in [
        (0, "Remove app role assignment from service principal", "oldValue"),
        (1, "Add app role assignment to service principal", "newValue"),
    ] {
        let event = format!("/value/{index}");
        assert_eq!(log.text(&format!("{event}/activityDisplayName")), activity);
        let target = format!("{event}/targetResources/0");
        assert_eq!(log.text(&format!("{target}/displayName")), "Microsoft Graph");
        let properties = log.list(&format!("{target}/modifiedProperties"));
        let value = |name: &str| {
            let found = properties.iter().find(|one| one["displayName"] == name);
            found.map(|one| one[side].clone()).unwrap()
        };
        assert_eq!(value("ServicePrincipal.ObjectID"), json!(format!("\"{holder}\"")));
        assert_eq!(value("AppRole.Value"), json!("\"User.Read.All\""));
    }
    let added = activities(&tenant, &holder).await;
    assert_eq!(added, ["Add service principal"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_names_the_user_or_the_application_that_did_it() {
    let tenant = Tenant::start().await;
    let (id, _) = tenant.application("watched").await;
    let event = |log: &Answer, pointer: &str| log.body.pointer(pointer).cloned().unwrap();
    let of = format!("{LOG}?$filter=targetResources/any(t: t/id eq '{id}')");
    let log = tenant.get(&of).await;
    assert_eq!(event(&log, "/value/0/initiatedBy/user"), Value::Null);
    assert_eq!(event(&log, "/value/0/initiatedBy/app/displayName"), "deployer");
    assert_eq!(event(&log, "/value/0/initiatedBy/app/appId"), Value::Null);
    let owner = json!({ "@odata.id": tenant.url(&format!("/v1.0/users/{ADA}")) });
    tenant.post(&format!("/v1.0/applications/{id}/owners/$ref"), owner).await;
    let ada = tenant.token_of_person("ada", AZURE_CLI, GRAPH_SCOPE).await;
    let path = format!("/v1.0/applications/{id}");
    let body = Some(json!({ "notes": "mine" }));
    assert_eq!(tenant.call_as(&ada, "PATCH", &path, &[], body).await.status, 204);
    let log = tenant.get(&of).await;
    assert_eq!(event(&log, "/value/0/initiatedBy/app"), Value::Null);
    assert_eq!(
        event(&log, "/value/0/initiatedBy/user/userPrincipalName"),
        "ada@contoso.onmicrosoft.com"
    );
    assert_eq!(event(&log, "/value/0/initiatedBy/user/id"), ADA);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_is_filtered_and_paged_as_documented() {
    let tenant = Tenant::start().await;
    tenant.application("early").await;
    tenant.advance(Duration::minutes(30));
    let (late, _) = tenant.application("late").await;
    let since = crate::certificates::rfc3339(tenant.now() - Duration::minutes(5));
    let count = async |query: &str| {
        let log = tenant.get(&format!("{LOG}?{query}")).await;
        assert_eq!(log.status, 200, "{query}: {log:?}");
        log.list("/value").len()
    };
    assert_eq!(count("").await, 2);
    assert_eq!(count(&format!("$filter=activityDateTime ge {since}")).await, 1);
    assert_eq!(count(&format!("$filter=activityDateTime le {since}")).await, 1);
    assert_eq!(count("$filter=activityDisplayName eq 'Add application'").await, 2);
    assert_eq!(count("$filter=startswith(activityDisplayName,'Delete')").await, 0);
    let named = "targetResources/any(t: t/displayName eq 'late')";
    assert_eq!(count(&format!("$filter={named} and activityDateTime ge {since}")).await, 1);
    let oldest = tenant.get(&format!("{LOG}?$orderby=activityDateTime asc&$top=1")).await;
    assert_eq!(oldest.text("/value/0/targetResources/0/displayName"), "early");
    let next = oldest.text("/@odata.nextLink");
    let next = tenant.get(next.strip_prefix(tenant.sandbox.url()).unwrap()).await;
    assert_eq!(next.text("/value/0/targetResources/0/id"), late);
    for wrong in
        ["category eq 'x'", "activityDateTime ge soon", "targetResources/any(t: t/x eq 'x')"]
    {
        assert_eq!(tenant.get(&format!("{LOG}?$filter={wrong}")).await.status, 400, "{wrong}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_entry_shows_up_late_and_is_forgotten_after_thirty_days() {
    for (faults, days) in
        [("auditDelay: 5m", 30), ("{ auditDelay: 5m, variants: [noPremiumLicence] }", 7)]
    {
        let mut tenant = Tenant::start_with(faults).await;
        let (id, _) = tenant.application("watched").await;
        assert!(activities(&tenant, &id).await.is_empty());
        tenant.advance(Duration::minutes(5));
        assert_eq!(activities(&tenant, &id).await.len(), 1);
        tenant.advance(Duration::days(days));
        tenant.sign_in_again().await;
        assert!(activities(&tenant, &id).await.is_empty());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_the_log_takes_a_right_of_its_own() {
    let tenant = Tenant::start().await;
    let token = tenant.graph_caller(&["Directory.Read.All"]).await.0;
    let refused = tenant.call_as(&token, "GET", LOG, &[], None).await;
    refused.is_error(403, "Authorization_RequestDenied", "Insufficient privileges");
    let ada = tenant.token_of_person("ada", AZURE_CLI, GRAPH_SCOPE).await;
    assert_eq!(tenant.call_as(&ada, "GET", LOG, &[], None).await.status, 403);
    let administrator = tenant.token_of("global-administrator", GRAPH_SCOPE).await;
    assert_eq!(tenant.call_as(&administrator, "GET", LOG, &[], None).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn the_log_survives_a_restart() {
    let tenant = Tenant::start().await;
    let (id, _) = tenant.application("watched").await;
    let tenant = tenant.restart().await;
    assert_eq!(activities(&tenant, &id).await, ["Add application"]);
    tenant.delete(&format!("/v1.0/applications/{id}")).await;
    assert_eq!(activities(&tenant, &id).await, ["Delete application", "Add application"]);
}
