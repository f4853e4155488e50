//! A certificate that the application trusts: we sign an assertion with its key.

use std::fmt;
use std::sync::Arc;

use azure_core::Uuid;
use azure_core::time::{Duration, OffsetDateTime};
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::{Value, json};

use super::SignInError;

/// Clocks differ; Entra ID advises that an assertion is valid for ten minutes at most.
const VALID_AROUND_NOW: Duration = Duration::minutes(5);

/// RSASSA-PSS with SHA-256 of a message, or why that is not possible.
type Sign = dyn Fn(&[u8]) -> Result<Vec<u8>, String> + Send + Sync;

/// What signing in with a certificate takes. The key itself stays with the function that uses it.
#[derive(Clone)]
pub struct ClientCertificate {
    pub(super) client_id: String,
    sha256: [u8; 32],
    sign: Arc<Sign>,
    clock: Arc<dyn Fn() -> OffsetDateTime + Send + Sync>,
}

impl ClientCertificate {
    /// `sha256` is that of the certificate's DER; `sign` signs by PS256 with its key.
    pub fn new(
        client_id: String,
        sha256: [u8; 32],
        sign: impl Fn(&[u8]) -> Result<Vec<u8>, String> + Send + Sync + 'static,
    ) -> ClientCertificate {
        let clock = Arc::new(OffsetDateTime::now_utc);
        ClientCertificate { client_id, sha256, sign: Arc::new(sign), clock }
    }

    /// Dates assertions by another clock than this machine's.
    #[must_use]
    pub fn with_clock(
        self,
        clock: impl Fn() -> OffsetDateTime + Send + Sync + 'static,
    ) -> ClientCertificate {
        ClientCertificate { clock: Arc::new(clock), ..self }
    }

    /// As documented for certificates that sign assertions.
    pub(super) fn assertion(&self, audience: &str) -> Result<String, SignInError> {
        let now = (self.clock)();
        let thumbprint = BASE64_URL_SAFE_NO_PAD.encode(self.sha256);
        let header = json!({ "alg": "PS256", "typ": "JWT", "x5t#S256": thumbprint });
        let begin = (now - VALID_AROUND_NOW).unix_timestamp();
        let claims = json!({
            "aud": audience,
            "iss": self.client_id,
            "sub": self.client_id,
            "jti": Uuid::new_v4().to_string(),
            "iat": begin,
            "nbf": begin,
            "exp": (now + VALID_AROUND_NOW).unix_timestamp(),
        });
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature =
            (self.sign)(signed.as_bytes()).map_err(|reason| SignInError::Unavailable { reason })?;
        Ok(format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl fmt::Debug for ClientCertificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClientCertificate")
            .field("client_id", &self.client_id)
            .finish_non_exhaustive()
    }
}
