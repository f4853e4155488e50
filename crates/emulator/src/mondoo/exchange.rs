//! Workload identities: a token of another issuer becomes a service account.

use axum::http::{Method, StatusCode};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::json;
use time::{Duration, OffsetDateTime};

use crate::http::{Reply, Request};
use crate::login::{Jwt, sandbox_issuer};
use crate::mondoo::error::Refused;
use crate::service::Service;

/// The one workload that there is a binding for, in the space of the service accounts.
const AUDIENCE: &str = "//agents.api.mondoo.app/spaces/abc/wif/sandbox";
const SUBJECT: &str = "mondoo-azure";

#[derive(Deserialize)]
struct Exchange {
    audience: String,
    issuer_uri: String,
    jwt_token: String,
}

/// Path, names of fields and the form of the answer are documented; that every fault is answered with
/// 401, and that the account is the Editor's own and does not expire, are guesses.
pub(super) fn answer(service: &Service, request: &Request) -> Result<Reply, Refused> {
    if request.method != Method::POST {
        return Err(Refused::NotPost);
    }
    let exchange: Exchange = request.json()?;
    if !is_bound(service, &exchange, service.clock.now()) {
        return Err(Refused::Unauthenticated);
    }
    let account = service.mondoo.accounts.editor.exchanged(&service.url);
    let body = json!({ "base64_credential": STANDARD.encode(account.expose()) });
    Ok(Reply::json(StatusCode::OK, body))
}

fn is_bound(service: &Service, exchange: &Exchange, now: OffsetDateTime) -> bool {
    let Some(jwt) = Jwt::parse(&exchange.jwt_token) else { return false };
    let issuer = sandbox_issuer(&service.url);
    exchange.audience == AUDIENCE
        && exchange.issuer_uri == issuer
        && jwt.claim("iss") == Some(&issuer)
        && jwt.claim("sub") == Some(SUBJECT)
        && jwt.claim("aud") == Some(AUDIENCE)
        && jwt.header("alg") == Some("RS256")
        && service.signing_key.verify(jwt.signed.as_bytes(), &jwt.signature)
        && jwt.is_current(now, Duration::ZERO)
}
