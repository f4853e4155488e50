//! Signing in with a token of another issuer: the sandbox itself plays one.

use serde_json::{Value, json};
use time::Duration;

use crate::certificates::ASSERTION_TYPE;
use crate::support::{Answer, Tenant};

const AUDIENCE: &str = "api://AzureADTokenExchange";

struct Workload {
    tenant: Tenant,
    client_id: String,
}

impl Workload {
    /// An application that trusts workloads called `build`.
    async fn start() -> Self {
        let tenant = Tenant::start().await;
        let (id, client_id) = tenant.application("workload").await;
        tenant.service_principal(&client_id).await;
        let workload = Self { tenant, client_id };
        let credential = json!({
            "name": "build", "issuer": workload.tenant.url("/_sandbox"), "subject": "build",
            "audiences": [AUDIENCE],
        });
        let path = format!("/v1.0/applications/{id}/federatedIdentityCredentials");
        assert_eq!(workload.tenant.post(&path, credential).await.status, 201);
        workload
    }

    async fn token(&self, subject: &str, audience: &str) -> Answer {
        let path = format!("/_sandbox/id-token?subject={subject}&audience={audience}");
        self.tenant.call_as("of-the-job", "GET", &path, &[], None).await
    }

    async fn sign_in(&self, assertion: &str) -> Answer {
        let form = [
            ("client_id", self.client_id.as_str()),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion),
            ("grant_type", "client_credentials"),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        self.tenant.sign_in(&form).await
    }

    async fn sign_in_as(&self, subject: &str, audience: &str) -> Answer {
        let token = self.token(subject, audience).await.text("/value");
        self.sign_in(&token).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workload_that_the_application_trusts_signs_in() {
    let workload = Workload::start().await;
    let answer = workload.sign_in_as("build", AUDIENCE).await;
    assert_eq!(answer.status, 200, "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn issuer_subject_and_audience_are_compared_letter_by_letter() {
    let workload = Workload::start().await;
    let no_record = "No matching federated identity record found for presented assertion";
    for (subject, audience, code, what) in [
        ("deploy", AUDIENCE, 700_213, "subject 'deploy'"),
        (
            "Build",
            AUDIENCE,
            7_002_138,
            "subject 'Build'. The subject matches with case-insensitive",
        ),
        ("build", "api://other", 700_212, "audience 'api://other'"),
    ] {
        let answer = workload.sign_in_as(subject, audience).await;
        answer.is_login_error(401, "invalid_client", code, &format!("{no_record} {what}"));
    }
    let (id, client_id) = workload.tenant.application("other").await;
    workload.tenant.service_principal(&client_id).await;
    let untrusting = Workload { client_id, ..workload };
    let answer = untrusting.sign_in_as("build", AUDIENCE).await;
    answer.is_login_error(401, "invalid_client", 700_211, &format!("{no_record} issuer"));
    let github = "https://token.actions.githubusercontent.com";
    let credential =
        json!({ "name": "github", "issuer": github, "subject": "x", "audiences": [AUDIENCE] });
    let path = format!("/v1.0/applications/{id}/federatedIdentityCredentials");
    assert_eq!(untrusting.tenant.post(&path, credential).await.status, 201);
    let claims = json!({ "iss": github, "sub": "x", "aud": AUDIENCE });
    let answer = untrusting.sign_in(&unsigned(&claims)).await;
    answer.is_login_error(400, "invalid_request", 50166, "External OIDC endpoint");
}

/// A token with these claims and a signature that is none.
fn unsigned(claims: &Value) -> String {
    let part = |value: &Value| crate::certificates::base64url(value.to_string().as_bytes());
    format!("{}.{}.{}", part(&json!({ "alg": "RS256" })), part(claims), part(&json!("x")))
}

#[tokio::test(flavor = "multi_thread")]
async fn signature_and_dates_of_the_token_are_checked() {
    let workload = Workload::start().await;
    let token = workload.token("build", AUDIENCE).await.text("/value");
    let issuer = workload.tenant.url("/_sandbox");
    let forged = unsigned(&json!({ "iss": issuer, "sub": "build", "aud": AUDIENCE }));
    let answer = workload.sign_in(&forged).await;
    answer.is_login_error(401, "invalid_client", 50013, "signature validation");
    workload.tenant.advance(Duration::minutes(10));
    let answer = workload.sign_in(&token).await;
    answer.is_login_error(401, "invalid_client", 700_024, "valid time range");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workloads_token_needs_a_bearer_and_opens_nothing_by_itself() {
    let workload = Workload::start().await;
    let path = format!("/_sandbox/id-token?subject=build&audience={AUDIENCE}");
    let answer = workload.tenant.call_as("", "GET", &path, &[], None).await;
    assert_eq!(answer.status, 401, "{answer:?}");
    let token = workload.token("build", AUDIENCE).await.text("/value");
    let answer = workload.tenant.call_as(&token, "GET", "/v1.0/applications", &[], None).await;
    assert_eq!(answer.status, 401, "{answer:?}");
}
