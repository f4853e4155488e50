use serde::Serialize;
use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime};

use crate::encoding::{base64url, from_base64url};
use crate::login::signing::SigningKey;

/// How far ahead a client's clock may be. Stock clients round to whole seconds, so that what they sign
/// begins up to half a second from now; the figure is a guess.
pub(super) const CLOCK_SKEW: Duration = Duration::minutes(5);

/// A JSON Web Token taken apart, not yet trusted.
pub(crate) struct Jwt<'a> {
    pub(crate) header: Map<String, Value>,
    pub(crate) claims: Map<String, Value>,
    pub(crate) signed: &'a str,
    pub(crate) signature: Vec<u8>,
}

impl<'a> Jwt<'a> {
    pub(crate) fn parse(token: &'a str) -> Option<Self> {
        let (signed, signature) = token.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        Some(Self {
            header: object(header)?,
            claims: object(claims)?,
            signed,
            signature: from_base64url(signature)?,
        })
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.header.get(name)?.as_str()
    }

    pub(crate) fn claim(&self, name: &str) -> Option<&str> {
        self.claims.get(name)?.as_str()
    }

    /// Whether it has begun and not ended; its maker's clock may be that much ahead of ours.
    pub(crate) fn is_current(&self, now: OffsetDateTime, ahead: Duration) -> bool {
        #[expect(clippy::cast_precision_loss, reason = "seconds since 1970 fit into 53 bits")]
        let seconds = now.unix_timestamp() as f64;
        let latest = seconds + ahead.as_seconds_f64();
        let started = self.time("nbf").is_none_or(|start| start <= latest);
        let ended = self.time("exp").is_none_or(|end| end <= seconds);
        started && !ended
    }

    /// A point in time, which some clients write with a fraction.
    pub(crate) fn time(&self, name: &str) -> Option<f64> {
        self.claims.get(name)?.as_f64()
    }

    /// The same as a date; 1970 where it is missing.
    pub(crate) fn moment(&self, name: &str) -> OffsetDateTime {
        let seconds = self.time(name).unwrap_or_default();
        OffsetDateTime::UNIX_EPOCH.saturating_add(Duration::saturating_seconds_f64(seconds))
    }
}

pub(super) fn sign(claims: &impl Serialize, key: &SigningKey) -> String {
    let header = json!({ "typ": "JWT", "alg": "RS256", "x5t": key.key_id(), "kid": key.key_id() });
    let claims = serde_json::to_vec(claims).expect("claims are plain strings, numbers and lists");
    let signed = format!("{}.{}", base64url(header.to_string().as_bytes()), base64url(&claims));
    let signature = base64url(&key.sign(signed.as_bytes()));
    format!("{signed}.{signature}")
}

fn object(part: &str) -> Option<Map<String, Value>> {
    serde_json::from_slice(&from_base64url(part)?).ok()
}
