use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::{Duration, OffsetDateTime};

/// A key, secret or certificate in a vault: only what is read of it. Only secrets are deleted. Nothing here is worth keeping
/// secret: keys are made for the sandbox alone.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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
    #[serde(default)]
    pub(crate) life: Life,
}

/// What was last begun with an item.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(crate) enum Life {
    #[default]
    Kept,
    Deleted {
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
        #[serde(with = "time::serde::rfc3339")]
        until: OffsetDateTime,
    },
    Recovered {
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
    Purged {
        #[serde(with = "time::serde::rfc3339")]
        at: OffsetDateTime,
    },
}

/// How far that is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Stage {
    Here,
    BeingDeleted,
    Deleted { at: OffsetDateTime, until: OffsetDateTime },
    BeingRecovered,
    Gone,
}

impl VaultItem {
    /// Recorded deletions were done after ten seconds, and some were not after one; that recovering
    /// and purging take as long is a guess.
    const WORK: Duration = Duration::seconds(5);

    pub(crate) fn stage(&self, now: OffsetDateTime) -> Stage {
        let is_done = |at| now >= at + Self::WORK;
        match self.life {
            Life::Kept => Stage::Here,
            Life::Deleted { until, .. } if now >= until => Stage::Gone,
            Life::Deleted { at, until } if is_done(at) => Stage::Deleted { at, until },
            Life::Recovered { at } if is_done(at) => Stage::Here,
            Life::Purged { at } if is_done(at) => Stage::Gone,
            Life::Deleted { .. } | Life::Purged { .. } => Stage::BeingDeleted,
            Life::Recovered { .. } => Stage::BeingRecovered,
        }
    }

    pub(crate) fn is_here(&self, now: OffsetDateTime) -> bool {
        self.stage(now) == Stage::Here
    }
}

/// What a certificate's secret holds, and in which form.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
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

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct ItemVersion {
    pub(crate) id: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created: OffsetDateTime,
    /// Of a secret. That of a certificate is made when it is first asked for.
    pub(crate) value: Option<String>,
    /// Base64 of a certificate's DER, from when it is first asked for.
    #[serde(default)]
    pub(crate) cer: Option<String>,
    #[serde(default)]
    pub(crate) properties: SecretProperties,
}

/// What whoever sets a secret says of one version of it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct SecretProperties {
    pub(crate) enabled: bool,
    pub(crate) not_before: Option<i64>,
    pub(crate) expires: Option<i64>,
    pub(crate) content_type: Option<String>,
    pub(crate) tags: Map<String, Value>,
    /// None until it is changed.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) changed: Option<OffsetDateTime>,
}

impl Default for SecretProperties {
    fn default() -> Self {
        Self {
            enabled: true,
            not_before: None,
            expires: None,
            content_type: None,
            tags: Map::new(),
            changed: None,
        }
    }
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
