//! People who sign in with a password through a public client.

use serde_json::{Value, json};

use crate::callers::{AZURE_CLI, GRAPH_COMMAND_LINE, claims};
use crate::support::{ADA, Answer, TENANT, Tenant};

const ADA_NAME: &str = "ada@contoso.onmicrosoft.com";

async fn ada(tenant: &Tenant, changed: &[(&str, &str)]) -> Answer {
    let password = tenant.sandbox.operator().client_secret.expose();
    let mut form = vec![
        ("grant_type", "password"),
        ("client_id", AZURE_CLI),
        ("username", ADA_NAME),
        ("password", password),
        ("scope", "https://graph.microsoft.com/.default offline_access openid profile"),
    ];
    for (name, value) in changed {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    form.retain(|(_, value)| !value.is_empty());
    tenant.sign_in(&form).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_gets_a_delegated_token_with_scopes_and_without_roles() {
    let tenant = Tenant::start().await;
    let answer = ada(&tenant, &[("username", "ADA@contoso.onmicrosoft.com")]).await;
    assert_eq!(answer.status, 200, "{answer:?}");
    let claims = claims(&answer.text("/access_token"));
    for (name, expected) in [
        ("aud", json!("https://graph.microsoft.com")),
        ("iss", json!(format!("https://sts.windows.net/{TENANT}/"))),
        ("appid", json!(AZURE_CLI)),
        ("appidacr", json!("0")),
        ("idtyp", json!("user")),
        ("oid", json!(ADA)),
        ("upn", json!(ADA_NAME)),
        ("ver", json!("1.0")),
        ("roles", Value::Null),
        ("wids", Value::Null),
    ] {
        assert_eq!(claims[name], expected, "{name}");
    }
    let scopes = claims["scp"].as_str().unwrap();
    assert!(scopes.split(' ').any(|one| one == "Directory.AccessAsUser.All"), "{scopes}");
    assert!(answer.text("/scope").contains("https://graph.microsoft.com/User.Read.All"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_names_the_active_directory_roles_of_a_person() {
    let tenant = Tenant::start().await;
    let wids = async |name: &str| {
        let scope = "https://graph.microsoft.com/.default";
        claims(&tenant.token_of_person(name, AZURE_CLI, scope).await)["wids"].clone()
    };
    // Grace reads the directory through a group.
    assert_eq!(wids("grace").await, json!(["88d8e3e3-8f55-4a1e-953a-9b9898b8876b"]));
    // Katherine has not activated the role that she is eligible for.
    assert_eq!(wids("katherine").await, Value::Null);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_password_an_unknown_person_and_an_unknown_client_are_refused() {
    let tenant = Tenant::start().await;
    let answer = ada(&tenant, &[("password", "wrong")]).await;
    let message = "Error validating credentials due to invalid username or password.";
    answer.is_login_error(400, "invalid_grant", 50126, message);
    let answer = ada(&tenant, &[("username", "eve@contoso.onmicrosoft.com")]).await;
    answer.is_login_error(400, "invalid_grant", 50034, "does not exist");
    let unknown = "11111111-2222-4333-8444-555555555555";
    let answer = ada(&tenant, &[("client_id", unknown)]).await;
    answer.is_login_error(400, "unauthorized_client", 700_016, unknown);
    let deployer = tenant.sandbox.operator().client_id.clone();
    let answer = ada(&tenant, &[("client_id", &deployer)]).await;
    answer.is_login_error(401, "invalid_client", 7_000_218, "'client_secret'");
    for name in ["username", "password", "scope", "client_id"] {
        let answer = ada(&tenant, &[(name, "")]).await;
        answer.is_login_error(400, "invalid_request", 900_144, &format!("'{name}'"));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_gets_the_scopes_that_it_asks_for_and_has_consent_for() {
    let tenant = Tenant::start().await;
    let scp = async |client: &str, scope: &str| {
        let answer = ada(&tenant, &[("client_id", client), ("scope", scope)]).await;
        claims(&answer.text("/access_token"))["scp"].clone()
    };
    let scopes = "https://graph.microsoft.com/User.Read Application.Read.All openid";
    assert_eq!(scp(GRAPH_COMMAND_LINE, scopes).await, "User.Read Application.Read.All");
    assert_eq!(scp(GRAPH_COMMAND_LINE, ".default").await, "User.Read");
    let arm = "https://management.core.windows.net//.default";
    assert_eq!(scp(AZURE_CLI, arm).await, "user_impersonation");
    let refused = ada(&tenant, &[("scope", "https://graph.microsoft.com/Mail.Read")]).await;
    refused.is_login_error(400, "invalid_grant", 65002, "must be configured via preauthorization");
    let two = "https://graph.microsoft.com/.default https://vault.azure.net/.default";
    let refused = ada(&tenant, &[("scope", two)]).await;
    refused.is_login_error(400, "invalid_scope", 28000, "more than one resource");
    let refused = ada(&tenant, &[("scope", "https://example.com/.default")]).await;
    refused.is_login_error(400, "invalid_resource", 500_011, "https://example.com");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_is_refused_by_name_where_it_has_no_role() {
    let tenant = Tenant::start().await;
    let token = ada(&tenant, &[("scope", "https://management.azure.com/.default")]).await;
    let token = token.text("/access_token");
    let path = format!("{}?api-version=2022-12-01", crate::support::PRODUCTION);
    let answer = tenant.call_as(&token, "GET", &path, &[], None).await;
    let message = format!("The client '{ADA_NAME}' with object id '{ADA}' does not have");
    answer.is_error(403, "AuthorizationFailed", &message);
}
