//! Who calls: an API token, or a service account.

use std::fmt;

use serde::{Deserialize, Deserializer};
use zeroize::Zeroizing;

use crate::service_account::ServiceAccount;

/// Text that is never printed, and wiped from memory with its last owner.
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

impl<'de> Deserialize<'de> for Secret {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Secret, D::Error> {
        String::deserialize(deserializer).map(Secret::from)
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

/// Why a text is no service account. None quotes the text.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CredentialError {
    #[error("it is neither JSON nor YAML with names and values")]
    Unreadable,
    #[error(
        "it holds neither a service account (`private_key`) nor a workload identity (`issuerUri`)"
    )]
    NotAnAccount,
    #[error("it has no `{0}`")]
    Incomplete(&'static str),
    #[error("its `private_key` is not an unencrypted P-384 key in PKCS#8")]
    Key,
    #[error("its `{0}` is no https URL")]
    Endpoint(&'static str),
}
