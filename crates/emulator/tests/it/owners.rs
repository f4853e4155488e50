//! Who owns what.

use serde_json::{Value, json};

use crate::support::{ADA, Answer, GRACE, Tenant};

const GRAPH_URL: &str = "https://graph.microsoft.com/v1.0";
const UNKNOWN: &str = "11111111-2222-4333-8444-555555555555";

/// Whose owners are looked at.
struct Owned {
    tenant: Tenant,
    path: String,
}

impl Owned {
    async fn application() -> Self {
        let tenant = Tenant::start().await;
        let (id, _) = tenant.application("scanner").await;
        Self { tenant, path: format!("/v1.0/applications/{id}/owners") }
    }

    async fn service_principal() -> Self {
        let tenant = Tenant::start().await;
        let (_, id) = tenant.principal("scanner").await;
        Self { tenant, path: format!("/v1.0/servicePrincipals/{id}/owners") }
    }

    async fn add(&self, url: &str) -> Answer {
        self.tenant.post(&format!("{}/$ref", self.path), json!({ "@odata.id": url })).await
    }

    async fn remove(&self, id: &str) -> Answer {
        self.tenant.delete(&format!("{}/{id}/$ref", self.path)).await
    }

    async fn ids(&self) -> Vec<Value> {
        let list = self.tenant.get(&self.path).await.list("/value");
        list.iter().map(|owner| owner["id"].clone()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_come_and_go_one_by_one() {
    for owned in [Owned::application().await, Owned::service_principal().await] {
        assert_eq!(owned.ids().await, Vec::<Value>::new());
        let ada = owned.add(&format!("{GRAPH_URL}/directoryObjects/{ADA}")).await;
        assert_eq!((ada.status, &ada.body), (204, &Value::Null), "{ada:?}");
        let grace = owned.tenant.url(&format!("/v1.0/users/{GRACE}"));
        assert_eq!(owned.add(&grace).await.status, 204);
        assert_eq!(owned.ids().await, [ADA, GRACE]);

        assert_eq!(owned.remove(ADA).await.status, 204);
        assert_eq!(owned.ids().await, [GRACE]);
        owned.remove(ADA).await.is_error(404, "Request_ResourceNotFound", ADA);
        assert_eq!(owned.remove(GRACE).await.status, 204);
        assert_eq!(owned.ids().await, Vec::<Value>::new());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_listed_with_its_type_and_properties() {
    let owned = Owned::application().await;
    let tenant = &owned.tenant;
    let (client_id, principal) = tenant.principal("other").await;
    owned.add(&format!("{GRAPH_URL}/servicePrincipals/{principal}")).await;
    owned.add(&format!("{GRAPH_URL}/users/{ADA}")).await;
    let application = tenant.application("third").await.1;
    let by_client_id = format!("/v1.0/applications(appId='{application}')/owners");
    tenant
        .post(
            &format!("{by_client_id}/$ref"),
            json!({ "@odata.id": format!("{GRAPH_URL}/users/{ADA}") }),
        )
        .await;
    assert_eq!(tenant.get(&by_client_id).await.text("/value/0/id"), ADA);

    let list = tenant.get(&owned.path).await;
    assert_eq!(list.text("/@odata.context"), tenant.url("/v1.0/$metadata#directoryObjects"));
    assert_eq!(list.text("/value/0/@odata.type"), "#microsoft.graph.servicePrincipal");
    assert_eq!(list.text("/value/0/appId"), client_id);
    let ada = json!({
        "@odata.type": "#microsoft.graph.user", "id": ADA, "businessPhones": [],
        "displayName": "Ada Lovelace", "givenName": "Ada", "jobTitle": null, "mail": null,
        "mobilePhone": null, "officeLocation": null, "preferredLanguage": null,
        "surname": "Lovelace", "userPrincipalName": "ada@contoso.onmicrosoft.com",
    });
    assert_eq!(list.body["value"][1], ada);
    let selected = tenant.get(&format!("{}?$select=id,userPrincipalName", owned.path)).await;
    let ada = json!({
        "@odata.type": "#microsoft.graph.user", "id": ADA,
        "userPrincipalName": "ada@contoso.onmicrosoft.com",
    });
    assert_eq!(selected.body["value"][1], ada);
    let page = tenant.get(&format!("{}?$top=1", owned.path)).await;
    assert!(
        page.text("/@odata.nextLink").contains("$skiptoken")
            || page.text("/@odata.nextLink").contains("%24skiptoken")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn an_owner_is_added_once() {
    let owned = Owned::application().await;
    owned.add(&format!("{GRAPH_URL}/directoryObjects/{ADA}")).await;
    let again = owned.add(&format!("{GRAPH_URL}/users/{ADA}")).await;
    let message = "One or more added object references already exist for the following modified properties: 'owners'.";
    again.is_error(400, "Request_BadRequest", message);
    assert_eq!(owned.ids().await, [ADA]);
}

#[tokio::test(flavor = "multi_thread")]
async fn only_users_and_service_principals_that_exist_can_own_something() {
    let owned = Owned::application().await;
    let (application, app_id) = owned.tenant.application("other").await;
    let principal = owned.tenant.service_principal(&app_id).await;
    let in_graph = |path: String| format!("{GRAPH_URL}/{path}");
    for (url, status, message) in [
        (in_graph(format!("directoryObjects/{UNKNOWN}")), 404, UNKNOWN),
        (in_graph(format!("users/{principal}")), 404, principal.as_str()),
        (in_graph(format!("servicePrincipals/{ADA}")), 404, ADA),
        (
            in_graph(format!("directoryObjects/{application}")),
            400,
            "of type 'Application' is invalid for the 'owners' reference.",
        ),
        (in_graph(format!("groups/{ADA}")), 400, "Invalid URL"),
        (format!("https://example.com/v1.0/users/{ADA}"), 400, "Invalid URL"),
        (ADA.to_owned(), 400, "Invalid URL"),
    ] {
        let code = if status == 404 { "Request_ResourceNotFound" } else { "Request_BadRequest" };
        owned.add(&url).await.is_error(status, code, message);
    }
    let answer = owned.tenant.post(&format!("{}/$ref", owned.path), json!({})).await;
    answer.is_error(400, "BadRequest", "Unable to read JSON");
    assert_eq!(owned.ids().await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deleted_owner_is_not_listed_until_it_is_back() {
    let owned = Owned::application().await;
    let (_, principal) = owned.tenant.principal("other").await;
    owned.add(&format!("{GRAPH_URL}/directoryObjects/{principal}")).await;
    owned.tenant.delete(&format!("/v1.0/servicePrincipals/{principal}")).await;
    assert_eq!(owned.ids().await, Vec::<Value>::new());
    let restore = format!("/v1.0/directory/deletedItems/{principal}/restore");
    assert_eq!(owned.tenant.post(&restore, json!({})).await.status, 200);
    assert_eq!(owned.ids().await, [json!(principal)]);
}

#[tokio::test(flavor = "multi_thread")]
async fn owners_survive_deletion_restore_and_restart() {
    let owned = Owned::application().await;
    owned.add(&format!("{GRAPH_URL}/users/{GRACE}")).await;
    let application = owned.path.trim_end_matches("/owners").to_owned();
    owned.tenant.delete(&application).await;
    assert_eq!(owned.tenant.get(&owned.path).await.status, 404);
    let id = application.rsplit('/').next().unwrap();
    let restore = format!("/v1.0/directory/deletedItems/{id}/restore");
    assert_eq!(owned.tenant.post(&restore, json!({})).await.status, 200);
    let Owned { tenant, path } = owned;
    let owned = Owned { tenant: tenant.restart().await, path };
    assert_eq!(owned.ids().await, [GRACE]);
}
