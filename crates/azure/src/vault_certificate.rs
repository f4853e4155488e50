//! A certificate in a key vault, and the secret in which the vault keeps its key.

use azure_core::credentials::Secret;
use azure_core::http::Url;
use base64::Engine;
use base64::prelude::BASE64_STANDARD;
use serde::Deserialize;

use crate::service::Call;
use crate::vault_contents::VERSION;
use crate::{Error, Reader};

/// What a vault says of a certificate to whoever may read it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VaultCertificate {
    pub der: Vec<u8>,
    /// The address of the secret with key and certificate.
    pub secret: Option<String>,
    /// Whether the key is in that secret. Of a version that is named, vaults do not tell.
    pub exportable: Option<bool>,
}

/// Key and certificate, or the certificate alone where the key is not exportable. Cannot be printed.
#[derive(Clone, Debug)]
pub struct VaultSecret {
    /// `application/x-pem-file`, or `application/x-pkcs12` in base64.
    pub content_type: String,
    pub value: Secret,
}

#[derive(Deserialize)]
struct Bundle {
    cer: String,
    sid: Option<String>,
    policy: Option<Policy>,
}

#[derive(Deserialize)]
struct Policy {
    key_props: Option<KeyProperties>,
}

#[derive(Deserialize)]
struct KeyProperties {
    exportable: Option<bool>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct SecretBundle {
    value: String,
    content_type: Option<String>,
}

impl Reader {
    /// A certificate without its key: of a version, or the newest one.
    pub async fn vault_certificate(
        &self,
        vault: &str,
        name: &str,
        version: Option<&str>,
    ) -> Result<VaultCertificate, Error> {
        let version = version.map(|version| format!("/{version}")).unwrap_or_default();
        let path = format!("/certificates/{name}{version}");
        let call = Call::get(path, &[("api-version", VERSION)]);
        let bundle: Bundle = self.vault_at(vault)?.send(call).await?.read()?;
        let der = BASE64_STANDARD.decode(&bundle.cer).map_err(|error| senseless(vault, &error))?;
        let properties = bundle.policy.and_then(|policy| policy.key_props);
        let exportable = properties.and_then(|properties| properties.exportable);
        Ok(VaultCertificate { der, secret: bundle.sid, exportable })
    }

    /// The secret at an address that the vault itself has named.
    pub async fn vault_secret(&self, vault: &str, secret: &str) -> Result<VaultSecret, Error> {
        let origin = |address: &str| Url::parse(address).ok().map(|url| url.origin());
        if origin(secret) != origin(vault) {
            return Err(senseless(vault, &format!("its secret is elsewhere: {secret}")));
        }
        let call = Call::get(String::new(), &[("api-version", VERSION)]);
        let bundle: SecretBundle = self.vault_at(secret)?.send(call).await?.read()?;
        Ok(VaultSecret {
            content_type: bundle.content_type.unwrap_or_default(),
            value: bundle.value.into(),
        })
    }
}

fn senseless(vault: &str, reason: &impl ToString) -> Error {
    Error::Senseless { request: format!("Key Vault {vault}"), reason: reason.to_string() }
}
