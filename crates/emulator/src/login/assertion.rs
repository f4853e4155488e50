//! Client assertions: JSON Web Tokens that a client signs with the key of a registered certificate.

use aws_lc_rs::signature::{
    RSA_PKCS1_2048_8192_SHA256, RSA_PSS_2048_8192_SHA256, RsaParameters, UnparsedPublicKey,
};
use serde_json::{Map, Value};
use time::OffsetDateTime;

use crate::encoding::{from_base64url, upper_hex};
use crate::login::client::Trusted;
use crate::login::error::{self, LoginError};
use crate::login::federated;
use crate::login::jwt::{CLOCK_SKEW, Jwt};
use crate::login::signing::SigningKey;
use crate::model::application::KeyCredential;
use crate::model::certificate::Certificate;
use crate::timestamps::american;

/// What assertions are checked against besides the application's credentials.
pub(super) struct Realm<'a> {
    /// The token endpoint under each of its names.
    pub(super) audiences: Vec<String>,
    /// The sandbox as an issuer of tokens for workloads, and its key.
    pub(super) issuer: String,
    pub(super) key: &'a SigningKey,
}

/// Checks algorithm, key, signature, audience, issuer and dates, in this order.
pub(super) fn check(
    token: &str,
    trusted: &Trusted<'_>,
    realm: &Realm<'_>,
    now: OffsetDateTime,
) -> Result<(), LoginError> {
    let jwt = Jwt::parse(token).ok_or_else(error::malformed_assertion)?;
    if federated::is_federated(&jwt) {
        return federated::check(&jwt, trusted.federated, &realm.issuer, realm.key, now);
    }
    let algorithm = algorithm(&jwt)?;
    let named = NamedKey::of(&jwt).ok_or_else(error::malformed_assertion)?;
    let certificate = named.find(trusted, now)?;
    let key = UnparsedPublicKey::new(algorithm, &certificate.public_key);
    if key.verify(jwt.signed.as_bytes(), &jwt.signature).is_err() {
        return Err(error::wrong_signature(trusted.client));
    }
    check_claims(&jwt, trusted, &realm.audiences, now)
}

/// The claims of a token that one of these certificates' keys signed.
pub(crate) fn signed_claims(
    token: &str,
    mut certificates: impl Iterator<Item = Certificate>,
) -> Option<Map<String, Value>> {
    let jwt = Jwt::parse(token)?;
    let algorithm = algorithm(&jwt).ok()?;
    let signed = certificates.any(|certificate| {
        let key = UnparsedPublicKey::new(algorithm, &certificate.public_key);
        key.verify(jwt.signed.as_bytes(), &jwt.signature).is_ok()
    });
    signed.then_some(jwt.claims)
}

/// Only RSA signatures: documented for PS256 and RS256, observed as a refusal for ES256.
fn algorithm(jwt: &Jwt<'_>) -> Result<&'static RsaParameters, LoginError> {
    match jwt.header("alg") {
        Some("PS256") => Ok(&RSA_PSS_2048_8192_SHA256),
        Some("RS256") => Ok(&RSA_PKCS1_2048_8192_SHA256),
        other => Err(error::unsupported_algorithm(other.unwrap_or_default())),
    }
}

fn check_claims(
    jwt: &Jwt<'_>,
    trusted: &Trusted<'_>,
    audiences: &[String],
    now: OffsetDateTime,
) -> Result<(), LoginError> {
    let audience = jwt.claim("aud").unwrap_or_default();
    if !audiences.iter().any(|accepted| accepted.eq_ignore_ascii_case(audience)) {
        return Err(error::wrong_assertion_audience());
    }
    let client = trusted.client.to_string();
    let is_client = |name| jwt.claim(name).is_some_and(|value| value.eq_ignore_ascii_case(&client));
    if !is_client("iss") || !is_client("sub") {
        return Err(error::wrong_assertion_client());
    }
    jwt.is_current(now, CLOCK_SKEW)
        .then_some(())
        .ok_or_else(|| error::assertion_out_of_time(jwt, now))
}

/// How the header names the certificate.
enum NamedKey {
    /// `x5t#S256`, documented.
    Sha256(Vec<u8>),
    /// `x5t`, documented earlier and still accepted.
    Sha1(Vec<u8>),
    /// `kid` with the SHA-1 in base64url or hex, as some SDKs send it.
    KeyId(String),
}

impl NamedKey {
    fn of(jwt: &Jwt<'_>) -> Option<Self> {
        let thumbprint = |name| jwt.header(name).and_then(from_base64url);
        thumbprint("x5t#S256")
            .map(Self::Sha256)
            .or_else(|| thumbprint("x5t").map(Self::Sha1))
            .or_else(|| jwt.header("kid").map(|key_id| Self::KeyId(key_id.to_owned())))
    }

    fn find(&self, trusted: &Trusted<'_>, now: OffsetDateTime) -> Result<Certificate, LoginError> {
        let candidates = trusted.keys.iter().filter(|credential| credential.usage == "Verify");
        let mut certificates =
            candidates.filter_map(|credential| Some((credential, credential.certificate()?)));
        let not_accepted = |state, reason: String| {
            let part = self.shown().map_or(reason.clone(), |hex| {
                format!("{reason}, Thumbprint of key used by client: '{hex}'")
            });
            error::certificate_not_accepted(state, &part, trusted.client)
        };
        match certificates.find(|(_, certificate)| self.names(certificate)) {
            None => Err(not_accepted("not registered", "The key was not found.".to_owned())),
            Some((credential, _)) if credential.end <= now => Err(not_accepted(
                "expired",
                format!("The key used is expired., {}", window(credential)),
            )),
            Some((credential, _)) if now < credential.start => Err(not_accepted(
                "not yet valid",
                format!("The key used is not yet valid., {}", window(credential)),
            )),
            Some((_, certificate)) => Ok(certificate),
        }
    }

    fn names(&self, certificate: &Certificate) -> bool {
        match self {
            Self::Sha256(digest) => *digest == certificate.sha256(),
            Self::Sha1(digest) => *digest == certificate.sha1(),
            Self::KeyId(key_id) => {
                let digest = certificate.sha1();
                from_base64url(key_id).is_some_and(|id| id == digest)
                    || key_id.eq_ignore_ascii_case(&upper_hex(&digest))
            }
        }
    }

    /// The error shows the thumbprint for `x5t`, and nothing for `x5t#S256` (observed).
    fn shown(&self) -> Option<String> {
        match self {
            Self::Sha256(_) => None,
            Self::Sha1(digest) => Some(upper_hex(digest)),
            Self::KeyId(key_id) => {
                Some(from_base64url(key_id).map_or_else(|| key_id.clone(), |id| upper_hex(&id)))
            }
        }
    }
}

fn window(credential: &KeyCredential) -> String {
    format!("Found key 'Start={}, End={}'", american(credential.start), american(credential.end))
}
