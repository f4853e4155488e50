use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::encoding::{base64url, sha256};
use crate::http::Request;
use crate::login::jwt::{self, Jwt};
use crate::login::signing::SigningKey;

/// An application's access token in the shape of version 1.0, which all three services are issued.
#[derive(Serialize, Deserialize)]
pub(crate) struct AccessToken {
    pub(crate) aud: String,
    iss: String,
    iat: i64,
    nbf: i64,
    pub(crate) exp: i64,
    pub(crate) appid: Uuid,
    /// How the client proved itself: "1" by a secret, "2" by a certificate.
    appidacr: String,
    idtyp: String,
    pub(crate) oid: Uuid,
    /// App roles on the audience when the token was issued; left out when there are none.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(crate) roles: Vec<String>,
    sub: Uuid,
    tid: Uuid,
    uti: String,
    ver: String,
}

pub(super) struct Subject {
    pub(super) application: Uuid,
    pub(super) service_principal: Uuid,
    pub(super) roles: Vec<String>,
    pub(super) by_certificate: bool,
}

/// Why a bearer token was not accepted; each service has its own words for it.
pub(crate) enum TokenFault {
    Missing,
    Malformed,
    /// With the issuer that the token names.
    WrongSignature(Option<String>),
    WrongAudience(String),
    Expired(OffsetDateTime),
}

impl AccessToken {
    pub(super) const LIFETIME: Duration = Duration::seconds(3599);

    pub(super) fn new(tenant: Uuid, audience: &str, subject: Subject, now: OffsetDateTime) -> Self {
        let Subject { application, service_principal, roles, by_certificate } = subject;
        let issued = now.unix_timestamp();
        Self {
            aud: audience.to_owned(),
            iss: format!("https://sts.windows.net/{tenant}/"),
            iat: issued,
            nbf: issued,
            exp: issued + Self::LIFETIME.whole_seconds(),
            appid: application,
            appidacr: if by_certificate { "2" } else { "1" }.to_owned(),
            idtyp: "app".to_owned(),
            oid: service_principal,
            roles,
            sub: service_principal,
            tid: tenant,
            uti: base64url(&sha256(Uuid::new_v4().as_bytes())[..16]),
            ver: "1.0".to_owned(),
        }
    }

    pub(super) fn sign(&self, key: &SigningKey) -> String {
        jwt::sign(self, key)
    }

    /// The token of a request, if it is ours, current and meant for one of the audiences.
    pub(crate) fn of(
        request: &Request,
        key: &SigningKey,
        accepts: impl Fn(&str) -> bool,
        now: OffsetDateTime,
    ) -> Result<Self, TokenFault> {
        let token = request.header("authorization").and_then(bearer).ok_or(TokenFault::Missing)?;
        let jwt = Jwt::parse(token).ok_or(TokenFault::Malformed)?;
        if jwt.header("alg") != Some("RS256") || !key.verify(jwt.signed.as_bytes(), &jwt.signature)
        {
            let issuer = jwt.claims.get("iss").and_then(Value::as_str).map(str::to_owned);
            return Err(TokenFault::WrongSignature(issuer));
        }
        let token: Self =
            serde_json::from_value(Value::Object(jwt.claims)).map_err(|_| TokenFault::Malformed)?;
        if !accepts(&token.aud) {
            return Err(TokenFault::WrongAudience(token.aud));
        }
        let seconds = now.unix_timestamp();
        if seconds < token.nbf || seconds >= token.exp {
            let expiry = OffsetDateTime::from_unix_timestamp(token.exp)
                .map_err(|_| TokenFault::Malformed)?;
            return Err(TokenFault::Expired(expiry));
        }
        Ok(token)
    }
}

fn bearer(header: &str) -> Option<&str> {
    let (scheme, token) = header.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}
