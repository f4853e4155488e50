//! The token endpoint with a client secret, and what its tokens say.

use base64::Engine as _;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::{Value, json};
use time::Duration;

use crate::support::{Answer, GRAPH, TENANT, Tenant};

const SCOPE: &str = "https://graph.microsoft.com/.default";

async fn with_secret(tenant: &Tenant, changed: &[(&str, &str)]) -> Answer {
    let operator = tenant.sandbox.operator();
    let mut form = vec![
        ("client_id", operator.client_id.as_str()),
        ("client_secret", operator.client_secret.expose()),
        ("grant_type", "client_credentials"),
        ("scope", SCOPE),
    ];
    for (name, value) in changed {
        form.retain(|(known, _)| known != name);
        form.push((name, value));
    }
    form.retain(|(_, value)| !value.is_empty());
    tenant.sign_in(&form).await
}

fn claims(answer: &Answer) -> Value {
    let token = answer.text("/access_token");
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').nth(1).unwrap()).unwrap())
        .unwrap()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_graph_token_has_the_claims_of_version_one_and_the_granted_roles() {
    let tenant = Tenant::start().await;
    let answer = with_secret(&tenant, &[]).await;
    assert_eq!(
        (answer.status, answer.body["expires_in"].as_i64()),
        (200, Some(3599)),
        "{answer:?}"
    );
    let mut claims = claims(&answer);
    let mut roles: Vec<String> = serde_json::from_value(claims["roles"].take()).unwrap();
    roles.sort();
    assert_eq!(
        roles,
        [
            "AppRoleAssignment.ReadWrite.All",
            "Application.ReadWrite.All",
            "AuditLog.Read.All",
            "Directory.Read.All"
        ]
    );
    let issued = tenant.now().unix_timestamp();
    for (name, expected) in [
        ("aud", json!("https://graph.microsoft.com")),
        ("iss", json!(format!("https://sts.windows.net/{TENANT}/"))),
        ("iat", json!(issued)),
        ("nbf", json!(issued)),
        ("exp", json!(issued + 3599)),
        ("appid", json!(tenant.sandbox.operator().client_id)),
        ("appidacr", json!("1")),
        ("idtyp", json!("app")),
        ("tid", json!(TENANT)),
        ("ver", json!("1.0")),
    ] {
        assert_eq!(claims[name], expected, "{name}");
    }
    assert_eq!(claims["oid"], claims["sub"]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_for_another_service_has_no_roles() {
    let tenant = Tenant::start().await;
    for scope in ["https://management.azure.com//.default", "https://vault.azure.net/.default"] {
        let claims = claims(&with_secret(&tenant, &[("scope", scope)]).await);
        assert_eq!(claims["aud"], scope.strip_suffix("/.default").unwrap());
        assert_eq!(claims.get("roles"), None);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn graph_goes_by_its_id_and_by_the_sandbox_url_too() {
    let tenant = Tenant::start().await;
    for audience in [GRAPH, tenant.sandbox.url()] {
        let token = with_secret(&tenant, &[("scope", &format!("{audience}/.default"))])
            .await
            .text("/access_token");
        let answer = tenant.call_as(&token, "GET", "/v1.0/organization", &[], None).await;
        assert_eq!(answer.status, 200, "{audience}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_verified_domain_stands_for_the_tenant_and_basic_authentication_for_the_form() {
    let tenant = Tenant::start().await;
    let operator = tenant.sandbox.operator();
    let basic =
        STANDARD.encode(format!("{}:{}", operator.client_id, operator.client_secret.expose()));
    let headers = [
        ("authorization", &*format!("Basic {basic}")),
        ("content-type", "application/x-www-form-urlencoded"),
    ];
    let body = format!("grant_type=client_credentials&scope={SCOPE}");
    let answer =
        tenant.send("POST", "/contoso.onmicrosoft.com/oauth2/v2.0/token", &headers, body).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_wrong_or_expired_secret_is_refused() {
    let tenant = Tenant::start().await;
    let answer = with_secret(&tenant, &[("client_secret", "wrong")]).await;
    answer.is_login_error(401, "invalid_client", 7_000_215, "Invalid client secret provided.");
    assert!(answer.text("/error_uri").ends_with("/error?code=7000215"));
    assert_eq!(answer.text("/timestamp"), "2027-01-15 08:00:00Z");

    tenant.advance(Duration::days(36_500));
    let answer = with_secret(&tenant, &[]).await;
    answer.is_login_error(401, "invalid_client", 7_000_222, "are expired");
}

#[tokio::test(flavor = "multi_thread")]
async fn unknown_tenants_and_clients_are_refused() {
    let tenant = Tenant::start().await;
    let answer = tenant.sign_in_to("fabrikam.com", &[]).await;
    answer.is_login_error(400, "invalid_request", 90002, "Tenant 'fabrikam.com' not found.");
    let client = "11111111-2222-4333-8444-555555555555";
    let answer = with_secret(&tenant, &[("client_id", client)]).await;
    answer.is_login_error(
        400,
        "unauthorized_client",
        700_016,
        &format!("Application with identifier '{client}'"),
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_scope_must_be_one_known_audience_and_default() {
    let tenant = Tenant::start().await;
    let answer = with_secret(&tenant, &[("scope", "https://example.com/.default")]).await;
    answer.is_login_error(
        400,
        "invalid_resource",
        500_011,
        "https://example.com was not found in the tenant named Contoso",
    );
    let answer = with_secret(&tenant, &[("scope", "https://graph.microsoft.com/User.Read")]).await;
    answer.is_login_error(400, "invalid_scope", 1_002_012, "/.default");
}

#[tokio::test(flavor = "multi_thread")]
async fn missing_and_unsupported_parameters_are_named() {
    let tenant = Tenant::start().await;
    let answer = with_secret(&tenant, &[("grant_type", "")]).await;
    answer.is_login_error(400, "invalid_request", 900_144, "'grant_type'");
    let answer = with_secret(&tenant, &[("client_secret", "")]).await;
    answer.is_login_error(
        401,
        "invalid_client",
        7_000_218,
        "'client_assertion' or 'client_secret'",
    );
    let answer = with_secret(&tenant, &[("grant_type", "refresh")]).await;
    answer.is_login_error(400, "unsupported_grant_type", 70003, "'refresh'");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_disabled_service_principal_cannot_sign_in() {
    let tenant = Tenant::start().await;
    let path = format!("/v1.0/servicePrincipals(appId='{}')", tenant.sandbox.operator().client_id);
    assert_eq!(tenant.patch(&path, json!({ "accountEnabled": false })).await.status, 204);
    let answer = with_secret(&tenant, &[]).await;
    answer.is_login_error(400, "unauthorized_client", 7_000_112, "(deployer) is disabled.");
}

#[tokio::test(flavor = "multi_thread")]
async fn discovery_points_at_the_sandbox_itself() {
    let tenant = Tenant::start().await;
    let url = tenant.sandbox.url();
    let configuration =
        tenant.get("/contoso.onmicrosoft.com/v2.0/.well-known/openid-configuration").await;
    assert_eq!(configuration.text("/token_endpoint"), format!("{url}/{TENANT}/oauth2/v2.0/token"));
    assert_eq!(configuration.text("/issuer"), format!("{url}/{TENANT}/v2.0"));

    let keys = configuration.text("/jwks_uri");
    let keys = tenant.get(keys.strip_prefix(url).unwrap()).await;
    let token = with_secret(&tenant, &[]).await.text("/access_token");
    let header: Value =
        serde_json::from_slice(&URL_SAFE_NO_PAD.decode(token.split('.').next().unwrap()).unwrap())
            .unwrap();
    assert_eq!(keys.body["keys"][0]["kid"], header["kid"]);

    let query =
        format!("api-version=1.1&authorization_endpoint={url}/{TENANT}/oauth2/v2.0/authorize");
    let instance = tenant.get(&format!("/common/discovery/instance?{query}")).await;
    let expected = format!("{url}/{TENANT}/v2.0/.well-known/openid-configuration");
    assert_eq!(instance.text("/tenant_discovery_endpoint"), expected);
    assert_eq!(
        instance.body["metadata"][0]["aliases"],
        json!([url.strip_prefix("https://").unwrap()])
    );

    let answer = tenant.get("/fabrikam.com/v2.0/.well-known/openid-configuration").await;
    answer.is_login_error(400, "invalid_request", 90002, "'fabrikam.com'");
}
