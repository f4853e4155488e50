//! Who calls: an API token, or a service account.

use std::fmt;

use azure_core::http::Url;
use zeroize::Zeroizing;

/// Text that is never printed, and gone from memory with its last owner.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl From<String> for Secret {
    fn from(text: String) -> Secret {
        Secret(Zeroizing::new(text))
    }
}

impl From<Zeroizing<String>> for Secret {
    fn from(text: Zeroizing<String>) -> Secret {
        Secret(text)
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

#[derive(Clone, Debug)]
pub enum Credential {
    ApiToken(Secret),
    ServiceAccount(ServiceAccount),
}

/// What the Mondoo Console gives out for a service account, or for a workload identity that is
/// exchanged for one.
#[derive(Clone, Debug)]
pub struct ServiceAccount {
    endpoint: Option<Url>,
}

impl ServiceAccount {
    pub fn parse(json_or_yaml: &str) -> Result<Self, CredentialError> {
        let _ = json_or_yaml;
        Err(CredentialError::NotAnAccount)
    }

    /// Whether this is a workload identity whose own token is still to be given.
    pub fn needs_token(&self) -> bool {
        false
    }

    /// The token of a workload identity, from its issuer.
    #[must_use]
    pub fn with_token(self, token: Secret) -> Self {
        let _ = token;
        self
    }

    /// Where the account belongs, if it says so.
    pub fn endpoint(&self) -> Option<&Url> {
        self.endpoint.as_ref()
    }
}

/// Why a text is no service account. None quotes the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    #[error("it is neither JSON nor YAML")]
    Unreadable,
    #[error("it holds neither a service account nor a workload identity")]
    NotAnAccount,
    #[error("it has no `{0}`")]
    Incomplete(&'static str),
    #[error("its private key is not an unencrypted P-384 key in PKCS#8")]
    Key,
    #[error("its `{0}` is no https URL")]
    Endpoint(&'static str),
}
