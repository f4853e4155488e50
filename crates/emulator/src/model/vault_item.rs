use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A key, secret or certificate in a vault: only what is read of it. Nothing here is worth keeping
/// secret: keys are made for the sandbox alone.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VaultItem {
    pub(crate) kind: ItemKind,
    pub(crate) name: String,
    /// Oldest first; there is always one.
    pub(crate) versions: Vec<ItemVersion>,
    /// The key and the secret that a certificate brings along.
    pub(crate) managed: bool,
    /// How a certificate was made; nothing of other items, but for the secret that it brings along.
    #[serde(default)]
    pub(crate) policy: CertificatePolicy,
}

/// What a certificate's secret holds, and in which form.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct CertificatePolicy {
    pub(crate) exportable: bool,
    pub(crate) content_type: ContentType,
}

/// What the portal makes.
impl Default for CertificatePolicy {
    fn default() -> Self {
        Self { exportable: true, content_type: ContentType::Pkcs12 }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ContentType {
    Pem,
    Pkcs12,
}

impl ContentType {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Pem => "application/x-pem-file",
            Self::Pkcs12 => "application/x-pkcs12",
        }
    }
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ItemVersion {
    pub(crate) id: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created: OffsetDateTime,
    /// Of a secret. That of a certificate is made when it is first asked for.
    pub(crate) value: Option<String>,
    /// Base64 of a certificate's DER, from when it is first asked for.
    #[serde(default)]
    pub(crate) cer: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) enum ItemKind {
    Key,
    Secret,
    Certificate,
}

impl ItemKind {
    pub(crate) fn parse(collection: &str) -> Option<Self> {
        let all = [Self::Key, Self::Secret, Self::Certificate];
        all.into_iter().find(|kind| kind.collection().eq_ignore_ascii_case(collection))
    }

    pub(crate) fn collection(self) -> &'static str {
        match self {
            Self::Key => "keys",
            Self::Secret => "secrets",
            Self::Certificate => "certificates",
        }
    }
}
