//! Soft delete, restore and the end.

use serde_json::{Value, json};

use crate::support::{Answer, Tenant};

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
