use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// A key, secret or certificate in a vault: only what is read of it. Nothing here is secret.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct VaultItem {
    pub(crate) kind: ItemKind,
    pub(crate) name: String,
    /// Oldest first; there is always one.
    pub(crate) versions: Vec<ItemVersion>,
    /// The key and the secret that a certificate brings along.
    pub(crate) managed: bool,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct ItemVersion {
    pub(crate) id: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created: OffsetDateTime,
    /// Of a secret.
    pub(crate) value: Option<String>,
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
