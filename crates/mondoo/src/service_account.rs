//! Service accounts, and the workload identities that are exchanged for one.

use std::fmt;
use std::sync::Arc;

use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{ECDSA_P384_SHA384_FIXED_SIGNING, EcdsaKeyPair};
use azure_core::http::Url;
use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use rustls_pki_types::PrivatePkcs8KeyDer;
use rustls_pki_types::pem::PemObject;
use serde::Deserialize;
use serde_json::{Value, json};
use time::{Duration, OffsetDateTime};

use crate::{CredentialError, Secret};

/// What the Mondoo Console gives out for a service account, or for a workload identity.
#[derive(Clone, Debug)]
pub struct ServiceAccount(pub(crate) Account);

#[derive(Clone, Debug)]
pub(crate) enum Account {
    Key(KeyAccount),
    Workload(Workload),
}

/// A service account with its key.
#[derive(Clone)]
pub(crate) struct KeyAccount {
    mrn: String,
    key: Arc<EcdsaKeyPair>,
    pub endpoint: Option<Url>,
}

/// A workload, known to the platform by tokens of another issuer.
#[derive(Clone, Debug)]
pub(crate) struct Workload {
    /// Where its tokens are exchanged.
    pub universe: Url,
    pub audience: String,
    pub issuer: String,
    pub token: Option<Secret>,
}

/// Both kinds of file (documented); what else they hold is not used. Some tools write all names in
/// lower case.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct File {
    mrn: Option<String>,
    #[serde(rename = "private_key")]
    private_key: Option<Secret>,
    #[serde(rename = "api_endpoint")]
    api_endpoint: Option<String>,
    #[serde(alias = "universedomain")]
    universe_domain: Option<String>,
    audience: Option<String>,
    #[serde(alias = "issueruri")]
    issuer_uri: Option<String>,
    #[serde(alias = "jwttoken")]
    jwt_token: Option<Secret>,
}

impl ServiceAccount {
    pub fn parse(json_or_yaml: &str) -> Result<ServiceAccount, CredentialError> {
        let text = json_or_yaml.trim_start_matches('\u{feff}').trim();
        // YAML takes nearly all JSON, but not with tabs.
        let file: Option<File> = match serde_json::from_str(text) {
            Ok(file) => Some(file),
            Err(_) => serde_yaml::from_str(text).ok(),
        };
        let file = file.ok_or(CredentialError::Unreadable)?;
        let account = match (text_of(file.issuer_uri.as_ref()), &file.private_key) {
            (Some(_), _) => Account::Workload(Workload::new(file)?),
            (None, Some(_)) => Account::Key(KeyAccount::new(file)?),
            (None, None) => return Err(CredentialError::NotAnAccount),
        };
        Ok(ServiceAccount(account))
    }

    /// Whether this is a workload identity whose own token is still to be given.
    pub fn needs_token(&self) -> bool {
        match &self.0 {
            Account::Key(_) => false,
            Account::Workload(workload) => workload.token.is_none(),
        }
    }

    /// The token of a workload identity, from its issuer. A service account needs none.
    #[must_use]
    pub fn with_token(self, token: Secret) -> ServiceAccount {
        match self.0 {
            Account::Key(_) => self,
            Account::Workload(workload) => {
                ServiceAccount(Account::Workload(Workload { token: Some(token), ..workload }))
            }
        }
    }
}

impl Workload {
    fn new(file: File) -> Result<Workload, CredentialError> {
        let needed = |text: Option<String>, name| {
            text.filter(|text| !text.is_empty()).ok_or(CredentialError::Incomplete(name))
        };
        let universe = needed(file.universe_domain, "universeDomain")?;
        let universe =
            if universe.contains("://") { universe } else { format!("https://{universe}") };
        Ok(Workload {
            universe: https(&universe).ok_or(CredentialError::Endpoint("universeDomain"))?,
            audience: needed(file.audience, "audience")?,
            issuer: needed(file.issuer_uri, "issuerUri")?,
            token: file.jwt_token.filter(|token| !token.expose().is_empty()),
        })
    }
}

impl KeyAccount {
    fn new(file: File) -> Result<KeyAccount, CredentialError> {
        let mrn = file.mrn.filter(|mrn| !mrn.is_empty());
        let mrn = mrn.ok_or(CredentialError::Incomplete("mrn"))?;
        let key = file.private_key.ok_or(CredentialError::NotAnAccount)?;
        let key = PrivatePkcs8KeyDer::from_pem_slice(key.expose().as_bytes())
            .map_err(|_| CredentialError::Key)?;
        let algorithm = &ECDSA_P384_SHA384_FIXED_SIGNING;
        let key = EcdsaKeyPair::from_pkcs8(algorithm, key.secret_pkcs8_der())
            .map_err(|_| CredentialError::Key)?;
        let endpoint = match text_of(file.api_endpoint.as_ref()) {
            Some(text) => Some(https(text).ok_or(CredentialError::Endpoint("api_endpoint"))?),
            None => None,
        };
        Ok(KeyAccount { mrn, key: Arc::new(key), endpoint })
    }

    /// A token for one request (documented: ES384, valid for a minute, without audience).
    pub(crate) fn token(&self, now: OffsetDateTime) -> Result<String, String> {
        let header = json!({ "alg": "ES384", "typ": "JWT", "kid": self.mrn });
        let issued = now.unix_timestamp();
        let claims = json!({
            "sub": self.mrn,
            "iss": "mondoo/ams",
            "iat": issued,
            "nbf": issued,
            "exp": (now + Duration::minutes(1)).unix_timestamp(),
        });
        let part = |value: &Value| BASE64_URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(&header), part(&claims));
        let signature = self.key.sign(&SystemRandom::new(), signed.as_bytes());
        let signature = signature.map_err(|_| "the key of the account does not sign".to_owned())?;
        Ok(format!("{signed}.{}", BASE64_URL_SAFE_NO_PAD.encode(signature)))
    }
}

impl fmt::Debug for KeyAccount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("KeyAccount").field("mrn", &self.mrn).finish_non_exhaustive()
    }
}

fn text_of(text: Option<&String>) -> Option<&str> {
    text.map(String::as_str).filter(|text| !text.is_empty())
}

fn https(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| url.scheme() == "https" && url.has_host())
}
