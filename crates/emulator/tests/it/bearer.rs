//! What Graph and Resource Manager say to tokens that they do not accept.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use time::Duration;

use crate::support::{Answer, TENANT, Tenant};

const GRAPH: &str = "/v1.0/applications";
const ARM: &str = "/subscriptions?api-version=2022-12-01";

async fn get(tenant: &Tenant, path: &str, authorization: Option<&str>) -> Answer {
    let headers: Vec<_> = authorization.map(|value| ("authorization", value)).into_iter().collect();
    tenant.send("GET", path, &headers, String::new()).await
}

/// The operator's token with another claim, and so with a signature that does not fit.
async fn forged(tenant: &Tenant, scope: &str) -> String {
    let token = tenant.operator_token(scope).await;
    let parts: Vec<&str> = token.split('.').collect();
    let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
    let claims = URL_SAFE_NO_PAD.encode(claims.replace("\"ver\":\"1.0\"", "\"ver\":\"1.1\""));
    format!("Bearer {}.{claims}.{}", parts[0], parts[2])
}

#[tokio::test(flavor = "multi_thread")]
async fn graph_refuses_absent_malformed_forged_and_foreign_tokens() {
    let tenant = Tenant::start().await;
    let answer = get(&tenant, GRAPH, None).await;
    answer.is_error(401, "InvalidAuthenticationToken", "Access token is empty.");
    assert!(answer.header("www-authenticate").starts_with("Bearer realm="), "{answer:?}");
    let answer = get(&tenant, GRAPH, Some("Bearer nonsense")).await;
    answer.is_error(401, "InvalidAuthenticationToken", "CompactToken parsing failed");
    let answer =
        get(&tenant, GRAPH, Some(&forged(&tenant, "https://graph.microsoft.com/.default").await))
            .await;
    answer.is_error(401, "InvalidAuthenticationToken", "Access token validation failure.");
    let arm =
        format!("Bearer {}", tenant.operator_token("https://management.azure.com/.default").await);
    let answer = get(&tenant, GRAPH, Some(&arm)).await;
    answer.is_error(401, "InvalidAuthenticationToken", "Invalid audience.");
}

#[tokio::test(flavor = "multi_thread")]
async fn resource_manager_refuses_absent_malformed_forged_and_foreign_tokens() {
    let tenant = Tenant::start().await;
    let answer = get(&tenant, ARM, None).await;
    answer.is_error(401, "AuthenticationFailed", "The 'Authorization' header is missing.");
    let challenge = answer.header("www-authenticate").to_owned();
    assert!(
        challenge.contains(&format!("authorization_uri=\"{}/", tenant.sandbox.url())),
        "{challenge}"
    );
    get(&tenant, ARM, Some("Bearer nonsense")).await.is_error(
        401,
        "InvalidAuthenticationToken",
        "invalid",
    );
    let answer =
        get(&tenant, ARM, Some(&forged(&tenant, "https://management.azure.com/.default").await))
            .await;
    answer.is_error(401, "InvalidAuthenticationToken", "invalid");
    let graph =
        format!("Bearer {}", tenant.operator_token("https://graph.microsoft.com/.default").await);
    let answer = get(&tenant, ARM, Some(&graph)).await;
    answer.is_error(401, "InvalidAuthenticationTokenAudience", "'https://graph.microsoft.com'");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_token_is_refused() {
    let tenant = Tenant::start().await;
    tenant.advance(Duration::seconds(3598));
    assert_eq!(tenant.get(GRAPH).await.status, 200);
    tenant.advance(Duration::seconds(1));
    tenant.get(GRAPH).await.is_error(
        401,
        "InvalidAuthenticationToken",
        "Lifetime validation failed",
    );
    let message =
        "The access token expiry UTC time '1/15/2027 8:59:59 AM' is earlier than current UTC time";
    tenant.get(ARM).await.is_error(401, "ExpiredAuthenticationToken", message);
}

#[tokio::test(flavor = "multi_thread")]
async fn both_names_of_resource_manager_are_accepted() {
    let tenant = Tenant::start().await;
    for audience in
        ["https://management.core.windows.net//.default", "https://management.azure.com/.default"]
    {
        let token = tenant.operator_token(audience).await;
        assert_eq!(tenant.call_as(&token, "GET", ARM, &[], None).await.status, 200);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_of_another_tenant_is_told_which_tenant_it_should_be() {
    let tenant = Tenant::start().await;
    let other = "99999999-2222-4333-8444-555555555555";
    let foreign = async |scope| {
        let token = tenant.operator_token(scope).await;
        let parts: Vec<&str> = token.split('.').collect();
        let claims = String::from_utf8(URL_SAFE_NO_PAD.decode(parts[1]).unwrap()).unwrap();
        let claims = URL_SAFE_NO_PAD.encode(claims.replace(TENANT, other));
        format!("Bearer {}.{claims}.{}", parts[0], parts[2])
    };
    let arm =
        get(&tenant, ARM, Some(&foreign("https://management.azure.com/.default").await)).await;
    let message = format!(
        "The access token is from the wrong issuer 'https://sts.windows.net/{other}/'. It must match the tenant 'https://sts.windows.net/{TENANT}/' associated with this subscription. Please use the authority (URL) 'https://login.windows.net/{TENANT}' to get the token."
    );
    arm.is_error(401, "InvalidAuthenticationTokenTenant", &message);
    let graph =
        get(&tenant, GRAPH, Some(&foreign("https://graph.microsoft.com/.default").await)).await;
    graph.is_error(401, "InvalidAuthenticationToken", "Access token validation failure.");
}
