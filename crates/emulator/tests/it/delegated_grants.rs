//! Grants of delegated permissions.

use serde_json::{Value, json};

use crate::support::{ADA, Answer, GRACE, TENANT, Tenant};

struct Parties {
    tenant: Tenant,
    client: String,
    graph: String,
}

const GRANTS: &str = "/v1.0/oauth2PermissionGrants";

impl Parties {
    async fn start() -> Self {
        let mut tenant = Tenant::start().await;
        tenant.permit("DelegatedPermissionGrant.ReadWrite.All").await;
        let (_, client) = tenant.principal("scanner").await;
        let graph = tenant.graph_principal().await;
        Self { tenant, client, graph }
    }

    fn body(&self, user: Option<&str>) -> Value {
        json!({
            "clientId": self.client,
            "consentType": if user.is_some() { "Principal" } else { "AllPrincipals" },
            "principalId": user,
            "resourceId": self.graph,
            "scope": "User.Read",
        })
    }

    async fn grant(&self, user: Option<&str>) -> Answer {
        self.tenant.post(GRANTS, self.body(user)).await
    }

    async fn ids(&self, path: &str) -> Vec<Value> {
        let grants = self.tenant.get(path).await.list("/value");
        grants.iter().map(|grant| grant["id"].clone()).collect()
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delegated_grant_has_the_recorded_shape() {
    let parties = Parties::start().await;
    let answer = parties.grant(None).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let id = answer.text("/id");
    let context = parties.tenant.url("/v1.0/$metadata#oauth2PermissionGrants/$entity");
    let mut expected = parties.body(None);
    expected["id"] = json!(id);
    expected["@odata.context"] = json!(context);
    assert_eq!(answer.body, expected);
    let location = parties.tenant.url(&format!("/v2/{TENANT}/oauth2PermissionGrants/{id}"));
    assert_eq!(answer.header("location"), location);
    // Sixteen bytes of either party, and of the user if there is one.
    assert_eq!(id.len(), 43);
    assert_eq!(parties.grant(Some(ADA)).await.text("/id").len(), 64);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delegated_grant_is_found_by_its_parties() {
    let parties = Parties::start().await;
    let all = json!(parties.grant(None).await.text("/id"));
    let ada = json!(parties.grant(Some(ADA)).await.text("/id"));
    let Parties { client, graph, .. } = &parties;
    let mut both = vec![all.clone(), ada.clone()];
    both.sort_by_key(Value::to_string);
    for (filter, expected) in [
        (format!("clientId eq '{client}'"), both.clone()),
        (format!("clientId eq '{graph}'"), vec![]),
        (format!("resourceId eq '{graph}' and consentType eq 'AllPrincipals'"), vec![all]),
        (format!("principalId eq '{ADA}'"), vec![ada]),
        (format!("principalId eq '{GRACE}'"), vec![]),
    ] {
        let found = parties.ids(&format!("{GRANTS}?$filter={filter}")).await;
        assert_eq!(found, expected, "{filter}");
    }
    let of = |id: &str| format!("/v1.0/servicePrincipals/{id}/oauth2PermissionGrants");
    assert_eq!(parties.ids(&of(client)).await, both);
    assert_eq!(parties.ids(&of(graph)).await, Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn scopes_of_a_delegated_grant_change_and_the_rest_does_not() {
    let parties = Parties::start().await;
    let id = parties.grant(None).await.text("/id");
    // Recorded clients write the collection in another case.
    let path = format!("/v1.0/oAuth2PermissionGrants/{id}");
    let scope = "User.Read Directory.Read.All";
    assert_eq!(parties.tenant.patch(&path, json!({ "scope": scope })).await.status, 204);
    assert_eq!(parties.tenant.get(&path).await.text("/scope"), scope);
    let answer = parties.tenant.patch(&path, json!({ "clientId": parties.graph })).await;
    answer.is_error(400, "Request_BadRequest", "OAuth2PermissionGrant");
    let tenant = parties.tenant.restart().await;
    assert_eq!(tenant.get(&path).await.text("/scope"), scope);
    assert_eq!(tenant.delete(&path).await.status, 204);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_delegated_grant_made_anew_has_the_id_it_had() {
    let parties = Parties::start().await;
    let id = parties.grant(None).await.text("/id");
    let path = format!("{GRANTS}/{id}");
    assert_eq!(parties.tenant.delete(&path).await.status, 204);
    assert_eq!(parties.tenant.delete(&path).await.status, 404);
    assert_eq!(parties.grant(None).await.text("/id"), id);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_has_one_delegated_grant_per_resource_and_user() {
    let parties = Parties::start().await;
    for user in [None, Some(ADA)] {
        assert_eq!(parties.grant(user).await.status, 201);
        let answer = parties.grant(user).await;
        let code = "Request_MultipleObjectsWithSameKeyValue";
        answer.is_error(409, code, "Permission entry already exists.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn delegated_grants_that_break_a_rule_are_refused() {
    let parties = Parties::start().await;
    let missing = "11111111-2222-4333-8444-555555555555";
    for (name, value, status, message) in [
        ("consentType", json!("Everybody"), 400, "'consentType'"),
        ("consentType", json!("Principal"), 400, "'principalId'"),
        ("principalId", json!(ADA), 400, "'principalId'"),
        ("clientId", json!(missing), 404, missing),
        ("resourceId", json!(missing), 404, missing),
    ] {
        let mut body = parties.body(None);
        body[name] = value;
        let answer = parties.tenant.post(GRANTS, body).await;
        assert_eq!(answer.status, status, "{answer:?}");
        assert!(answer.text("/error/message").contains(message), "{answer:?}");
    }
    let unknown_user = parties.grant(Some(missing)).await;
    unknown_user.is_error(404, "Request_ResourceNotFound", missing);
}

#[tokio::test(flavor = "multi_thread")]
async fn delegated_grants_go_with_their_client() {
    let parties = Parties::start().await;
    let id = parties.grant(None).await.text("/id");
    let client = format!("/v1.0/servicePrincipals/{}", parties.client);
    assert_eq!(parties.tenant.delete(&client).await.status, 204);
    assert_eq!(parties.tenant.get(&format!("{GRANTS}/{id}")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_read_the_directory_may_not_grant_delegated_permissions() {
    let tenant = Tenant::start().await;
    assert_eq!(tenant.get(GRANTS).await.status, 200);
    let answer = tenant.post(GRANTS, json!({})).await;
    answer.is_error(403, "Authorization_RequestDenied", "Insufficient privileges");
}
