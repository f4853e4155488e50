//! Assertions that another issuer signed, and the two other issuers whose key is known: the sandbox
//! itself, and Mondoo's platform.

use axum::http::StatusCode;
use serde_json::json;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::http::{Reply, Request};
use crate::login::error::{self, LoginError};
use crate::login::jwt::{self, CLOCK_SKEW, Jwt};
use crate::login::signing::SigningKey;
use crate::model::application::FederatedCredential;
use crate::service::Service;

const LIFETIME: Duration = Duration::minutes(10);

/// Mondoo's platform as an issuer of tokens for its workloads, with the sandbox's key. Made up, and the
/// same wherever the sandbox listens, so that what trusts it today does so tomorrow.
pub(crate) const MONDOO_ISSUER: &str = "https://oidc.mondoo.invalid";

/// Where the sandbox issues tokens to workloads.
pub(crate) fn issuer(sandbox: &str) -> String {
    format!("{sandbox}/_sandbox")
}

/// A workload's token, in the way in which GitHub Actions answers its jobs: any bearer is taken, and
/// `subject` in the query says who asks.
pub(crate) fn issue(service: &Service, request: &Request) -> Reply {
    let bearer = request.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
    if bearer.is_none_or(str::is_empty) {
        return Reply::json(StatusCode::UNAUTHORIZED, json!({ "message": "no bearer token" }));
    }
    let (Some(subject), Some(audience)) = (request.query("subject"), request.query("audience"))
    else {
        let message = "subject and audience are needed";
        return Reply::json(StatusCode::BAD_REQUEST, json!({ "message": message }));
    };
    let token = token(service, &issuer(&service.url), subject, audience);
    Reply::json(StatusCode::OK, json!({ "value": token, "count": token.len() }))
}

/// A token for a workload of an issuer that has the sandbox's key.
pub(crate) fn token(service: &Service, issuer: &str, subject: &str, audience: &str) -> String {
    let now = service.clock.now();
    let claims = json!({
        "iss": issuer,
        "sub": subject,
        "aud": audience,
        "jti": Uuid::new_v4(),
        "iat": now.unix_timestamp(),
        "nbf": now.unix_timestamp(),
        "exp": (now + LIFETIME).unix_timestamp(),
    });
    jwt::sign(&claims, &service.signing_key)
}

/// Whether an assertion says of itself that somebody else than the client signed it.
pub(super) fn is_federated(jwt: &Jwt<'_>) -> bool {
    jwt.claim("iss").is_some_and(|issuer| issuer.starts_with("https://"))
}

/// Looks for a credential with its issuer, subject and audience, then at the signature and the dates.
/// That they are compared in this order is a guess from the errors that exist.
pub(super) fn check(
    jwt: &Jwt<'_>,
    credentials: &[FederatedCredential],
    own: &str,
    key: &SigningKey,
    now: OffsetDateTime,
) -> Result<(), LoginError> {
    let claim = |name| jwt.claim(name).unwrap_or_default();
    let (issuer, subject, audience) = (claim("iss"), claim("sub"), claim("aud"));
    let of_issuer: Vec<_> = credentials.iter().filter(|one| one.issuer == issuer).collect();
    if of_issuer.is_empty() {
        return Err(error::unknown_federated_issuer(issuer));
    }
    let is_subject = |one: &&&FederatedCredential| one.subject == subject;
    let Some(credential) = of_issuer.iter().find(is_subject) else {
        let mut close = of_issuer.iter().filter(|one| one.subject.eq_ignore_ascii_case(subject));
        return Err(error::unknown_federated_subject(subject, close.next().is_some()));
    };
    if !credential.audiences.iter().any(|accepted| accepted == audience) {
        return Err(error::unknown_federated_audience(audience));
    }
    if issuer != own && issuer != MONDOO_ISSUER {
        return Err(error::issuer_out_of_reach());
    }
    let is_ours = jwt.header("alg") == Some("RS256");
    if !is_ours || !key.verify(jwt.signed.as_bytes(), &jwt.signature) {
        return Err(error::wrong_federated_signature());
    }
    jwt.is_current(now, CLOCK_SKEW)
        .then_some(())
        .ok_or_else(|| error::assertion_out_of_time(jwt, now))
}
