//! Signing in with a certificate.

use serde_json::{Value, json};
use time::Duration;

use crate::certificates::{ASSERTION_TYPE, TestCertificate, base64url, upper_hex};
use crate::support::{Answer, TENANT, Tenant};

const KEY_ID: &str = "6f9619ff-8b86-4011-b42d-00cf4fc964ff";

struct Scanner {
    tenant: Tenant,
    certificate: TestCertificate,
    application: String,
    client_id: String,
}

impl Scanner {
    /// An application that trusts a certificate, with a service principal.
    async fn start() -> Self {
        let scanner = Self::without_principal().await;
        scanner.tenant.service_principal(&scanner.client_id).await;
        scanner
    }

    async fn without_principal() -> Self {
        let (tenant, certificate) = (Tenant::start().await, TestCertificate::new());
        let (id, client_id) = tenant.application("scanner").await;
        let application = format!("/v1.0/applications/{id}");
        let body = json!({ "keyCredentials": [certificate.credential(KEY_ID)] });
        assert_eq!(tenant.patch(&application, body).await.status, 204);
        Self { tenant, certificate, application, client_id }
    }

    fn header(&self) -> Value {
        json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": base64url(&self.certificate.sha256()) })
    }

    fn claims(&self) -> Value {
        let now = self.tenant.now().unix_timestamp();
        json!({
            "aud": self.tenant.url(&format!("/{TENANT}/oauth2/v2.0/token")),
            "iss": self.client_id,
            "sub": self.client_id,
            "jti": "2c1f6b5a-3d4e-4f60-8a7b-9c8d7e6f5a4b",
            "nbf": now,
            "iat": now,
            "exp": now + 600,
        })
    }

    async fn sign_in(&self, header: &Value, claims: &Value) -> Answer {
        self.sign_in_with(&self.certificate.sign(header, claims)).await
    }

    async fn sign_in_with(&self, assertion: &str) -> Answer {
        let form = [
            ("client_id", self.client_id.as_str()),
            ("client_assertion_type", ASSERTION_TYPE),
            ("client_assertion", assertion),
            ("grant_type", "client_credentials"),
            ("scope", "https://graph.microsoft.com/.default"),
        ];
        self.tenant.sign_in(&form).await
    }

    async fn refusal_of_claim(&self, name: &str, value: Value) -> Answer {
        let mut claims = self.claims();
        claims[name] = value;
        self.sign_in(&self.header(), &claims).await
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_documented_way_to_name_the_certificate_is_accepted() {
    let scanner = Scanner::start().await;
    let sha1 = scanner.certificate.sha1();
    for header in [
        scanner.header(),
        json!({ "alg": "RS256", "x5t": base64url(&sha1) }),
        json!({ "alg": "RS256", "kid": format!("{}=", base64url(&sha1)) }),
        json!({ "alg": "RS256", "kid": upper_hex(&sha1) }),
    ] {
        let answer = scanner.sign_in(&header, &scanner.claims()).await;
        assert_eq!(answer.status, 200, "{header}: {answer:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_role_is_in_the_tokens_issued_after_its_grant() {
    let scanner = Scanner::start().await;
    let tenant = &scanner.tenant;
    let before = scanner.sign_in(&scanner.header(), &scanner.claims()).await.text("/access_token");
    let client = tenant
        .get(&format!("/v1.0/servicePrincipals(appId='{}')", scanner.client_id))
        .await
        .text("/id");
    let graph = tenant.graph_principal().await;
    let read_all = "9a5d68dd-52b0-4cc2-bd40-abcf44ac3a30";
    let body = json!({ "principalId": client, "resourceId": graph, "appRoleId": read_all });
    let path = format!("/v1.0/servicePrincipals/{client}/appRoleAssignments");
    assert_eq!(tenant.post(&path, body).await.status, 201);
    let after = scanner.sign_in(&scanner.header(), &scanner.claims()).await.text("/access_token");

    let answer = tenant.call_as(&before, "GET", "/v1.0/applications", &[], None).await;
    answer.is_error(403, "Authorization_RequestDenied", "Insufficient privileges");
    assert_eq!(tenant.call_as(&after, "GET", "/v1.0/applications", &[], None).await.status, 200);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_certificate_that_the_application_does_not_trust_is_refused() {
    let scanner = Scanner::start().await;
    let other = TestCertificate::new();
    let thumbprint = format!("Thumbprint of key used by client: '{}'", upper_hex(&other.sha1()));
    let reason = "is not registered on application. [Reason - The key was not found.";

    let header = json!({ "alg": "RS256", "x5t": base64url(&other.sha1()) });
    let answer = scanner.sign_in_with(&other.sign(&header, &scanner.claims())).await;
    answer.is_login_error(401, "invalid_client", 700_027, reason);
    assert!(answer.text("/error_description").contains(&thumbprint), "{answer:?}");

    let header = json!({ "alg": "PS256", "x5t#S256": base64url(&other.sha256()) });
    let answer = scanner.sign_in_with(&other.sign(&header, &scanner.claims())).await;
    answer.is_login_error(401, "invalid_client", 700_027, reason);
    assert!(!answer.text("/error_description").contains("Thumbprint"), "{answer:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signature_by_another_key_is_refused() {
    let scanner = Scanner::start().await;
    let forged = TestCertificate::new().sign(&scanner.header(), &scanner.claims());
    let answer = scanner.sign_in_with(&forged).await;
    answer.is_login_error(401, "invalid_client", 700_027, "invalid signature");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_expired_credential_is_refused() {
    let scanner = Scanner::start().await;
    scanner.tenant.advance(Duration::days(181));
    let answer = scanner.sign_in(&scanner.header(), &scanner.claims()).await;
    answer.is_login_error(401, "invalid_client", 700_027, "[Reason - The key used is expired.");
    assert!(
        answer
            .text("/error_description")
            .contains("Found key 'Start=1/15/2027 7:30:00 AM, End=7/14/2027 8:00:00 AM'")
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn audience_issuer_subject_and_dates_are_checked() {
    let scanner = Scanner::start().await;
    let now = scanner.tenant.now().unix_timestamp();
    let other = json!("11111111-2222-4333-8444-555555555555");
    let answer = scanner
        .refusal_of_claim(
            "aud",
            json!("https://login.microsoftonline.com/common/oauth2/v2.0/token"),
        )
        .await;
    answer.is_login_error(401, "invalid_client", 700_023, "audience claim");
    for claim in ["iss", "sub"] {
        let answer = scanner.refusal_of_claim(claim, other.clone()).await;
        answer.is_login_error(401, "invalid_client", 700_021, "'client_id'");
    }
    for (claim, value) in [("exp", now), ("nbf", now + 301)] {
        let answer = scanner.refusal_of_claim(claim, json!(value)).await;
        answer.is_login_error(401, "invalid_client", 700_024, "valid time range");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_client_whose_clock_is_a_little_ahead_signs_in() {
    let scanner = Scanner::start().await;
    let now = scanner.tenant.now().unix_timestamp();
    let mut claims = scanner.claims();
    claims["nbf"] = (now + 1).into();
    assert_eq!(scanner.sign_in(&scanner.header(), &claims).await.status, 200);
    let answer = scanner.refusal_of_claim("exp", json!(now)).await;
    let window = "assertion valid from 2027-01-15T08:00:00.0000000Z, expiry time of assertion 2027";
    answer.is_login_error(401, "invalid_client", 700_024, window);
}

#[tokio::test(flavor = "multi_thread")]
async fn elliptic_curves_and_nonsense_are_refused() {
    let scanner = Scanner::start().await;
    let header = json!({ "alg": "ES256", "x5t": base64url(&scanner.certificate.sha1()) });
    let answer = scanner.sign_in(&header, &scanner.claims()).await;
    answer.is_login_error(
        401,
        "invalid_client",
        5_002_738,
        "'ES256' is not a supported signature algorithm",
    );
    let answer = scanner.sign_in_with("not.a.token").await;
    answer.is_login_error(401, "invalid_client", 50027, "malformed");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_assertion_of_another_type_is_no_credential() {
    let scanner = Scanner::start().await;
    let assertion = scanner.certificate.sign(&scanner.header(), &scanner.claims());
    let form = [
        ("client_id", scanner.client_id.as_str()),
        ("client_assertion_type", "urn:ietf:params:oauth:client-assertion-type:saml2-bearer"),
        ("client_assertion", &assertion),
        ("grant_type", "client_credentials"),
        ("scope", "https://graph.microsoft.com/.default"),
    ];
    let answer = scanner.tenant.sign_in(&form).await;
    answer.is_login_error(401, "invalid_client", 7_000_218, "'client_assertion'");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_application_without_service_principal_cannot_sign_in() {
    let scanner = Scanner::without_principal().await;
    let answer = scanner.sign_in(&scanner.header(), &scanner.claims()).await;
    answer.is_login_error(
        401,
        "invalid_client",
        7_000_229,
        "is missing service principal in the tenant",
    );
}

#[tokio::test(flavor = "multi_thread")]
async fn a_removed_certificate_signs_in_no_more() {
    let scanner = Scanner::start().await;
    assert_eq!(
        scanner.tenant.patch(&scanner.application, json!({ "keyCredentials": [] })).await.status,
        204
    );
    let answer = scanner.sign_in(&scanner.header(), &scanner.claims()).await;
    answer.is_login_error(401, "invalid_client", 700_027, "The key was not found.");
}
