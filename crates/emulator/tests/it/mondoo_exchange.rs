//! A workload's token becomes a service account of Mondoo's API.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::{Value, json};
use time::Duration;

use crate::support::{Answer, Tenant};

const AUDIENCE: &str = "//agents.api.mondoo.app/spaces/abc/wif/sandbox";
const EXCHANGE: &str = "/SecureTokenService/ExchangeExternalToken";

async fn token(tenant: &Tenant, subject: &str, audience: &str) -> String {
    let path = format!("/_sandbox/id-token?subject={subject}&audience={audience}");
    tenant.call_as("of-the-job", "GET", &path, &[], None).await.text("/value")
}

async fn exchange(tenant: &Tenant, token: &str, audience: &str, issuer: &str) -> Answer {
    let body = json!({ "audience": audience, "issuer_uri": issuer, "jwt_token": token });
    let headers = [("content-type", "application/json")];
    tenant.send("POST", EXCHANGE, &headers, body.to_string()).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_bound_workload_gets_the_editors_account() {
    let tenant = Tenant::start().await;
    let token = token(&tenant, "mondoo-azure", AUDIENCE).await;
    let issuer = tenant.url("/_sandbox");
    let answer = exchange(&tenant, &token, AUDIENCE, &issuer).await;
    let account = STANDARD.decode(answer.text("/base64_credential")).unwrap();
    let account: Value = serde_json::from_slice(&account).unwrap();
    let editor = tenant.sandbox.mondoo().service_account.expose();
    let editor: Value = serde_json::from_str(editor).unwrap();
    for name in ["mrn", "private_key", "certificate", "api_endpoint"] {
        assert_eq!(account[name], editor[name], "{name}");
    }
    assert_eq!(
        (&account["space_mrn"], &account["scope_mrn"]),
        (&editor["scope_mrn"], &Value::Null)
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn anybody_else_gets_none() {
    let tenant = Tenant::start().await;
    let issuer = tenant.url("/_sandbox");
    let right = token(&tenant, "mondoo-azure", AUDIENCE).await;
    let (signed, _) = right.rsplit_once('.').unwrap();
    let forged = format!("{signed}.AAAA");
    let other_subject = token(&tenant, "other", AUDIENCE).await;
    let other_audience = token(&tenant, "mondoo-azure", "other").await;
    for (token, audience, issuer) in [
        (&right, "other", issuer.as_str()),
        (&right, AUDIENCE, "https://token.actions.githubusercontent.com"),
        (&forged, AUDIENCE, &issuer),
        (&other_subject, AUDIENCE, &issuer),
        (&other_audience, AUDIENCE, &issuer),
        (&"x".to_owned(), AUDIENCE, &issuer),
    ] {
        assert_eq!(exchange(&tenant, token, audience, issuer).await.status, 401, "{token}");
    }
    tenant.advance(Duration::minutes(10));
    assert_eq!(exchange(&tenant, &right, AUDIENCE, &issuer).await.status, 401);
}

#[tokio::test(flavor = "multi_thread")]
async fn nonsense_is_refused() {
    let tenant = Tenant::start().await;
    for body in ["", "{", "[]", "{}", "{\"audience\":7}"] {
        assert_eq!(tenant.send("POST", EXCHANGE, &[], body.to_owned()).await.status, 400, "{body}");
    }
    assert_eq!(tenant.send("GET", EXCHANGE, &[], String::new()).await.status, 400);
    let other = "/SecureTokenService/SomethingElse";
    assert_eq!(tenant.send("POST", other, &[], "{}".to_owned()).await.status, 404);
}
