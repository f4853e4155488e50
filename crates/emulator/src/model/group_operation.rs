use serde::{Deserialize, Serialize};
use time::OffsetDateTime;

/// The creation or deletion of a management group, which its client waits for. It takes effect when
/// it begins; until it ends it says that it is running.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct GroupOperation {
    pub(crate) kind: OperationKind,
    /// The name of the group.
    pub(crate) group: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) ends: OffsetDateTime,
    /// Why it failed, if it did.
    pub(crate) failure: Option<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum OperationKind {
    Create,
    Delete,
}

impl OperationKind {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Delete => "delete",
        }
    }
}
