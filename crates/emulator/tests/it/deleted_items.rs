//! Soft delete, restore and the end.

use serde_json::{Value, json};
use time::Duration;

use crate::certificates::TestCertificate;
use crate::support::{ASSIGNMENTS, Answer, PRODUCTION, READER, TENANT, Tenant};

const APPLICATIONS: &str = "/v1.0/directory/deletedItems/microsoft.graph.application";
const SERVICE_PRINCIPALS: &str = "/v1.0/directory/deletedItems/microsoft.graph.servicePrincipal";
const READ_APPLICATIONS: &str = "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30";

fn ids(answer: &Answer) -> Vec<Value> {
    answer.list("/value").iter().map(|one| one["id"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_application_takes_its_service_principal_and_grants_along() {
    let tenant = Tenant::start().await;
    let (id, app_id) = tenant.application("scanner").await;
    let principal = tenant.service_principal(&app_id).await;
    let graph = tenant.graph_principal().await;
    let body =
        json!({ "principalId": principal, "resourceId": graph, "appRoleId": READ_APPLICATIONS });
    let given = format!("/v1.0/servicePrincipals/{graph}/appRoleAssignedTo");
    assert_eq!(tenant.post(&given, body).await.status, 201);

    assert_eq!(tenant.delete(&format!("/v1.0/applications/{id}")).await.status, 204);
    assert_eq!(tenant.get(&format!("/v1.0/applications/{id}")).await.status, 404);
    assert_eq!(tenant.get(&format!("/v1.0/servicePrincipals/{principal}")).await.status, 404);
    assert_eq!(ids(&tenant.get(APPLICATIONS).await), [json!(id)]);
    assert_eq!(ids(&tenant.get(SERVICE_PRINCIPALS).await), [json!(principal)]);
    let grants = tenant.get(&given).await;
    assert!(
        grants.list("/value").iter().all(|grant| grant["principalId"] != principal),
        "{grants:?}"
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn application_and_service_principal_are_restored_one_by_one() {
    let tenant = Tenant::start().await;
    let (id, app_id) = tenant.application("scanner").await;
    let principal = tenant.service_principal(&app_id).await;
    tenant.delete(&format!("/v1.0/applications/{id}")).await;
    let restore = |id: &str| format!("/v1.0/directory/deletedItems/{id}/restore");

    let early = tenant.post(&restore(&principal), json!({})).await;
    assert_eq!(early.text("/error/details/0/code"), "NoBackingApplicationObject");
    let answer = tenant.post(&restore(&id), json!({})).await;
    assert_eq!(
        (answer.status, answer.text("/@odata.type").as_str()),
        (200, "#microsoft.graph.application")
    );
    assert_eq!(tenant.get(&format!("/v1.0/servicePrincipals/{principal}")).await.status, 404);
    assert_eq!(tenant.post(&restore(&principal), json!({})).await.status, 200);
    assert_eq!(
        tenant.get(&format!("/v1.0/servicePrincipals(appId='{app_id}')")).await.text("/id"),
        principal
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_restored_service_principal_has_no_grants_any_more() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    let graph = tenant.graph_principal().await;
    let held = format!("/v1.0/servicePrincipals/{principal}/appRoleAssignments");
    let body =
        json!({ "principalId": principal, "resourceId": graph, "appRoleId": READ_APPLICATIONS });
    assert_eq!(tenant.post(&held, body).await.status, 201);
    tenant.delete(&format!("/v1.0/servicePrincipals/{principal}")).await;
    let restore = format!("/v1.0/directory/deletedItems/{principal}/restore");
    assert_eq!(tenant.post(&restore, json!({})).await.text("/id"), principal);
    assert_eq!(tenant.get(&held).await.list("/value"), Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_second_service_principal_stands_in_the_way_of_a_restore() {
    let tenant = Tenant::start().await;
    let (app_id, first) = tenant.principal("scanner").await;
    tenant.delete(&format!("/v1.0/servicePrincipals/{first}")).await;
    tenant.service_principal(&app_id).await;
    let answer =
        tenant.post(&format!("/v1.0/directory/deletedItems/{first}/restore"), json!({})).await;
    answer.is_error(409, "Request_MultipleObjectsWithSameKeyValue", "already in use");
}

#[tokio::test(flavor = "multi_thread")]
async fn only_deleted_items_are_found_among_them() {
    let tenant = Tenant::start().await;
    let (id, _) = tenant.application("scanner").await;
    let item = format!("/v1.0/directory/deletedItems/{id}");
    assert_eq!(tenant.get(&item).await.status, 404);
    assert_eq!(tenant.delete(&item).await.status, 404);
    tenant.delete(&format!("/v1.0/applications/{id}")).await;
    assert_eq!(tenant.get(&item).await.text("/deletedDateTime"), "2027-01-15T08:00:00Z");
    assert_eq!(tenant.delete(&item).await.status, 204);
    assert_eq!(tenant.get(&item).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn deleted_items_are_whole_and_come_in_pages() {
    let tenant = Tenant::start().await;
    let certificate = TestCertificate::new();
    let body = json!({
        "displayName": "scanner", "uniqueName": "scanner", "tags": ["a"],
        "keyCredentials": [certificate.credential("6f9619ff-8b86-4011-b42d-00cf4fc964ff")],
    });
    let created = tenant.post("/v1.0/applications", body).await;
    let alive = tenant.get(&format!("/v1.0/applications/{}", created.text("/id"))).await;
    let (other, _) = tenant.application("other").await;
    for id in [&created.text("/id"), &other] {
        assert_eq!(tenant.delete(&format!("/v1.0/applications/{id}")).await.status, 204);
    }
    let mut expected = alive.body.clone();
    expected.as_object_mut().unwrap().remove("@odata.context");
    expected["deletedDateTime"] = json!("2027-01-15T08:00:00Z");
    let found = tenant.get(&format!("{APPLICATIONS}?$filter=displayName eq 'scanner'")).await;
    assert_eq!(found.list("/value"), [expected.clone()]);
    assert_eq!(expected["keyCredentials"][0]["key"], Value::Null);
    let item = tenant.get(&format!("/v1.0/directory/deletedItems/{}", created.text("/id"))).await;
    for name in ["uniqueName", "appId", "tags", "keyCredentials", "deletedDateTime"] {
        assert_eq!(item.body[name], expected[name], "{name}");
    }

    let first = tenant.get(&format!("{APPLICATIONS}?$top=1")).await;
    let next = first.text("/@odata.nextLink");
    let second = tenant.get(next.strip_prefix(tenant.sandbox.url()).unwrap()).await;
    assert_eq!(second.body.get("@odata.nextLink"), None);
    let mut pages = [ids(&first), ids(&second)].concat();
    pages.sort_by_key(Value::to_string);
    let mut both = [json!(created.text("/id")), json!(other)];
    both.sort_by_key(Value::to_string);
    assert_eq!(pages, both);
}

#[tokio::test(flavor = "multi_thread")]
async fn role_assignments_and_vault_entries_outlive_their_principal() {
    let tenant = Tenant::start().await;
    let (_, principal) = tenant.principal("scanner").await;
    assert_eq!(tenant.assign(PRODUCTION, READER, &principal).await.status, 201);
    let vault = format!(
        "{PRODUCTION}/resourceGroups/rg-vaults/providers/Microsoft.KeyVault/vaults/kv-legacy"
    );
    let entry =
        json!({ "tenantId": TENANT, "objectId": principal, "permissions": { "keys": ["get"] } });
    let body = json!({ "properties": { "accessPolicies": [entry] } });
    tenant.put(&format!("{vault}/accessPolicies/add?api-version=2026-02-01"), body).await;
    let assigned = async || {
        let query = format!("api-version=2022-04-01&$filter=principalId eq '{principal}'");
        tenant.get(&format!("{PRODUCTION}/{ASSIGNMENTS}?{query}")).await.list("/value").len()
    };
    let entries = async || {
        let read = tenant.get(&format!("{vault}?api-version=2026-02-01")).await;
        read.list("/properties/accessPolicies")
    };

    tenant.delete(&format!("/v1.0/servicePrincipals/{principal}")).await;
    assert_eq!((assigned().await, entries().await), (1, vec![entry.clone()]));
    let item = format!("/v1.0/directory/deletedItems/{principal}");
    assert_eq!(tenant.delete(&item).await.status, 204);
    assert_eq!((assigned().await, entries().await), (1, vec![entry]));
}

#[tokio::test(flavor = "multi_thread")]
async fn thirty_days_after_its_deletion_an_object_is_gone_for_good() {
    let mut tenant = Tenant::start().await;
    let path = "/v1.0/applications(uniqueName='scanner')";
    let created = tenant.upsert(path, json!({ "displayName": "scanner" })).await;
    let (id, principal) =
        (created.text("/id"), tenant.service_principal(&created.text("/appId")).await);
    assert_eq!(tenant.delete(path).await.status, 204);
    let items = [&id, &principal].map(|id| format!("/v1.0/directory/deletedItems/{id}"));

    tenant.advance(Duration::days(30) - Duration::seconds(1));
    tenant.sign_in_again().await;
    for item in &items {
        assert_eq!(tenant.get(item).await.status, 200);
    }
    let taken = tenant.upsert(path, json!({ "displayName": "scanner" })).await;
    taken.is_error(400, "Request_BadRequest", "property uniqueName already exists.");

    tenant.advance(Duration::seconds(1));
    for item in &items {
        assert_eq!(tenant.get(item).await.status, 404);
        assert_eq!(tenant.post(&format!("{item}/restore"), json!({})).await.status, 404);
        assert_eq!(tenant.delete(item).await.status, 404);
    }
    for list in [APPLICATIONS, SERVICE_PRINCIPALS] {
        assert_eq!(ids(&tenant.get(list).await), Vec::<Value>::new());
    }
    let anew = tenant.upsert(path, json!({ "displayName": "scanner" })).await;
    assert_eq!(anew.status, 201, "{anew:?}");
}
