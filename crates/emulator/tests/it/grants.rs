//! App role assignments: consent to application permissions.

use serde_json::{Value, json};

use crate::support::{Answer, GRAPH, Tenant};

const READ_APPLICATIONS: &str = "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30";
const READ_DOMAINS: &str = "dbb9058a-0e50-45d7-ae91-66909b5d4664";

/// What Graph gives, by its application id.
fn given_by_graph() -> String {
    format!("/v1.0/servicePrincipals(appId='{GRAPH}')/appRoleAssignedTo")
}

struct Parties {
    tenant: Tenant,
    client: String,
    graph: String,
}

impl Parties {
    async fn start() -> Self {
        Self::start_with("").await
    }

    async fn start_with(faults: &str) -> Self {
        let tenant = Tenant::start_with(faults).await;
        let (_, client) = tenant.principal("scanner").await;
        let graph = tenant.graph_principal().await;
        Self { tenant, client, graph }
    }

    fn held(&self) -> String {
        format!("/v1.0/servicePrincipals/{}/appRoleAssignments", self.client)
    }

    fn body(&self, role: &str) -> Value {
        json!({ "principalId": self.client, "resourceId": self.graph, "appRoleId": role })
    }

    async fn grant(&self, path: &str, role: &str) -> Answer {
        self.tenant.post(path, self.body(role)).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_names_both_parties() {
    let parties = Parties::start().await;
    let answer = parties.grant(&parties.held(), READ_APPLICATIONS).await;
    assert_eq!(answer.status, 201, "{answer:?}");
    let context = format!(
        "/v1.0/$metadata#servicePrincipals('{}')/appRoleAssignments/$entity",
        parties.client
    );
    assert_eq!(answer.text("/@odata.context"), parties.tenant.url(&context));
    for (name, expected) in [
        ("principalDisplayName", "scanner"),
        ("principalId", &parties.client),
        ("principalType", "ServicePrincipal"),
        ("resourceDisplayName", "Microsoft Graph"),
        ("resourceId", &parties.graph),
        ("appRoleId", READ_APPLICATIONS),
    ] {
        assert_eq!(answer.body[name], expected, "{name}");
    }
    assert_eq!(answer.text("/id").len(), 43);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_grant_shows_on_both_sides_and_goes_from_either() {
    let parties = Parties::start().await;
    let first = parties.grant(&parties.held(), READ_APPLICATIONS).await.text("/id");
    let second = parties.grant(&given_by_graph(), READ_DOMAINS).await.text("/id");
    let held = parties
        .tenant
        .get(&format!("{}?$filter=resourceId eq {}", parties.held(), parties.graph))
        .await;
    assert_eq!(held.list("/value").len(), 2);
    let given = parties.tenant.get(&given_by_graph()).await;
    let to_client =
        given.list("/value").iter().filter(|one| one["principalId"] == parties.client).count();
    assert_eq!(to_client, 2);

    for path in [format!("{}/{first}", given_by_graph()), format!("{}/{second}", parties.held())] {
        assert_eq!(parties.tenant.delete(&path).await.status, 204);
        assert_eq!(parties.tenant.delete(&path).await.status, 404);
    }
    assert_eq!(parties.tenant.get(&parties.held()).await.list("/value"), Vec::<Value>::new());
}

#[tokio::test(flavor = "multi_thread")]
async fn the_wrong_side_is_empty_and_deletes_nothing() {
    let parties = Parties::start().await;
    let id = parties.grant(&parties.held(), READ_APPLICATIONS).await.text("/id");
    let wrong = format!("/v1.0/servicePrincipals/{}/appRoleAssignedTo", parties.client);
    assert_eq!(parties.tenant.get(&wrong).await.list("/value"), Vec::<Value>::new());
    assert_eq!(parties.tenant.delete(&format!("{wrong}/{id}")).await.status, 404);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_grant_is_refused_from_either_side() {
    let parties = Parties::start().await;
    assert_eq!(parties.grant(&parties.held(), READ_APPLICATIONS).await.status, 201);
    for path in [parties.held(), given_by_graph()] {
        let answer = parties.grant(&path, READ_APPLICATIONS).await;
        let code = "Request_MultipleObjectsWithSameKeyValue";
        answer.is_error(400, code, "EntitlementGrant entry already exists.");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_roles_and_parties_are_refused() {
    let parties = Parties::start().await;
    let unknown = "11111111-2222-4333-8444-555555555555";
    let answer = parties.grant(&parties.held(), unknown).await;
    let message = format!("Permission being assigned was not found on application '{GRAPH}'");
    answer.is_error(400, "Request_BadRequest", &message);

    let mut body = parties.body(READ_APPLICATIONS);
    body["principalId"] = json!(unknown);
    parties.tenant.post(&given_by_graph(), body.clone()).await.is_error(
        404,
        "Request_ResourceNotFound",
        unknown,
    );
    parties.tenant.post(&parties.held(), body).await.is_error(
        400,
        "Request_BadRequest",
        "Not a valid reference update",
    );
    let answer =
        parties.tenant.post(&parties.held(), json!({ "principalId": parties.client })).await;
    answer.is_error(400, "Request_BadRequest", "Not a valid reference update");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_of_what_a_client_holds_spans_every_resource() {
    let parties = Parties::start().await;
    let (_, resource) = parties.tenant.principal("inventory").await;
    let none = "00000000-0000-0000-0000-000000000000";
    let body = json!({ "principalId": parties.client, "resourceId": resource, "appRoleId": none });
    assert_eq!(parties.tenant.post(&parties.held(), body.clone()).await.status, 201);
    assert_eq!(parties.grant(&parties.held(), READ_APPLICATIONS).await.status, 201);
    let mut held = parties.tenant.get(&parties.held()).await.list("/value");
    held.sort_by_key(|grant| grant["resourceDisplayName"].to_string());
    let named = |grant: &Value| {
        ["principalId", "resourceId", "resourceDisplayName", "appRoleId"]
            .map(|name| grant[name].as_str().unwrap().to_owned())
    };
    let expected = [
        [parties.client.as_str(), &parties.graph, "Microsoft Graph", READ_APPLICATIONS],
        [&parties.client, &resource, "inventory", none],
    ];
    assert_eq!(held.iter().map(named).collect::<Vec<_>>(), expected);

    // A role id of zeros stands for no role where there are none, and nowhere else.
    let mut at_graph = body;
    at_graph["resourceId"] = json!(parties.graph);
    let answer = parties.tenant.post(&parties.held(), at_graph).await;
    answer.is_error(400, "Request_BadRequest", "Permission being assigned was not found");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_repeated_grant_can_be_refused_in_the_often_quoted_words() {
    let parties = Parties::start_with("variants: [grantExistsPlainly]").await;
    assert_eq!(parties.grant(&parties.held(), READ_APPLICATIONS).await.status, 201);
    let answer = parties.grant(&given_by_graph(), READ_APPLICATIONS).await;
    let message = "Permission being assigned already exists on the object";
    answer.is_error(400, "Request_BadRequest", message);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_permission_that_a_cloud_lacks_is_neither_offered_nor_granted() {
    let mut parties = Parties::start_with("withoutPermissions: [Domain.Read.All]").await;
    let graph = format!("/v1.0/servicePrincipals/{}", parties.graph);
    let offered = |answer: Answer| {
        answer.list("/appRoles").iter().any(|role| role["value"] == "Domain.Read.All")
    };
    assert!(!offered(parties.tenant.get(&graph).await));
    let answer = parties.grant(&parties.held(), READ_DOMAINS).await;
    let message = format!("Permission being assigned was not found on application '{GRAPH}'");
    answer.is_error(400, "Request_BadRequest", &message);
    assert_eq!(parties.grant(&parties.held(), READ_APPLICATIONS).await.status, 201);

    parties.tenant = parties.tenant.restart().await;
    assert!(offered(parties.tenant.get(&graph).await), "another run offers it again");
}
