//! How a client proves who it is.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::http::Request;
use crate::login::assertion::{self, Realm};
use crate::login::error::{self, LoginError};
use crate::model::application::{
    Application, FederatedCredential, KeyCredential, PasswordCredential,
};
use crate::model::service_principal::ServicePrincipal;

pub(super) struct Client {
    pub(super) id: String,
    pub(super) credential: Credential,
}

pub(super) enum Credential {
    Secret(String),
    Assertion(String),
}

const ASSERTION_TYPE: &str = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer";

/// What a client may prove itself with: the credentials of its application and those of its service
/// principal.
pub(super) struct Trusted<'a> {
    pub(super) client: Uuid,
    pub(super) keys: Vec<&'a KeyCredential>,
    pub(super) federated: &'a [FederatedCredential],
    passwords: Vec<&'a PasswordCredential>,
}

impl<'a> Trusted<'a> {
    pub(super) fn of(application: &'a Application, own: Option<&'a ServicePrincipal>) -> Self {
        let keys = own.iter().flat_map(|one| &one.key_credentials);
        let passwords = own.iter().flat_map(|one| &one.password_credentials);
        Self {
            client: application.app_id,
            keys: application.key_credentials.iter().chain(keys).collect(),
            federated: &application.federated_credentials,
            passwords: application.password_credentials.iter().chain(passwords).collect(),
        }
    }
}

impl Client {
    /// Reads the form, or HTTP basic authentication in its stead.
    pub(super) fn of(
        request: &Request,
        parameter: impl Fn(&str) -> Option<String>,
    ) -> Result<Self, LoginError> {
        if let Some((id, secret)) = request.header("authorization").and_then(basic) {
            return Ok(Self { id, credential: Credential::Secret(secret) });
        }
        let id = parameter("client_id").ok_or_else(|| error::missing_parameter("client_id"))?;
        let assertion = parameter("client_assertion")
            .filter(|_| parameter("client_assertion_type").as_deref() == Some(ASSERTION_TYPE))
            .map(Credential::Assertion);
        let credential = assertion.or_else(|| parameter("client_secret").map(Credential::Secret));
        Ok(Self { id, credential: credential.ok_or_else(error::missing_credential)? })
    }
}

impl Credential {
    pub(super) fn is_assertion(&self) -> bool {
        matches!(self, Self::Assertion(_))
    }

    pub(super) fn check(
        &self,
        trusted: &Trusted<'_>,
        realm: &Realm<'_>,
        now: OffsetDateTime,
    ) -> Result<(), LoginError> {
        match self {
            Self::Secret(secret) => check_secret(secret, trusted, now),
            Self::Assertion(token) => assertion::check(token, trusted, realm, now),
        }
    }
}

fn check_secret(
    secret: &str,
    trusted: &Trusted<'_>,
    now: OffsetDateTime,
) -> Result<(), LoginError> {
    let client = trusted.client;
    match trusted.passwords.iter().find(|credential| credential.is(secret)) {
        None => Err(error::wrong_secret(client)),
        // How a secret ahead of its time is refused is a guess.
        Some(credential) if now < credential.start => Err(error::wrong_secret(client)),
        Some(credential) if credential.end <= now => Err(error::expired_secret(client)),
        Some(_) => Ok(()),
    }
}

/// Both parts are form-encoded before they are joined (documented by OAuth 2.0).
fn basic(header: &str) -> Option<(String, String)> {
    let (scheme, encoded) = header.split_once(' ')?;
    if !scheme.eq_ignore_ascii_case("basic") {
        return None;
    }
    let decoded = String::from_utf8(STANDARD.decode(encoded.trim()).ok()?).ok()?;
    let (id, secret) = decoded.split_once(':')?;
    Some((form_decoded(id), form_decoded(secret)))
}

fn form_decoded(text: &str) -> String {
    let parameter = format!("value={text}");
    url::form_urlencoded::parse(parameter.as_bytes())
        .next()
        .map_or_else(String::new, |(_, value)| value.into_owned())
}
