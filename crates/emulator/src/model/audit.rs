use serde::{Deserialize, Serialize};
use serde_json::Value;
use time::OffsetDateTime;
use uuid::Uuid;

/// One write, as the log of its service tells of it afterwards.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct AuditEvent {
    /// In the order of the writes; later ones are greater.
    pub(crate) number: u64,
    pub(crate) id: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) at: OffsetDateTime,
    pub(crate) actor: Actor,
    pub(crate) record: Record,
}

/// Who wrote.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Actor {
    /// The user, or the service principal.
    pub(crate) object: Uuid,
    pub(crate) application: Uuid,
    pub(crate) name: String,
    /// Of a user.
    pub(crate) principal_name: Option<String>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum Record {
    Directory(DirectoryRecord),
    Management(ManagementRecord),
}

/// What the directory writes down.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct DirectoryRecord {
    pub(crate) activity: String,
    pub(crate) category: String,
    pub(crate) operation: String,
    pub(crate) targets: Vec<Target>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Target {
    pub(crate) id: Uuid,
    pub(crate) kind: String,
    pub(crate) name: Option<String>,
    pub(crate) modified: Vec<Modified>,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Modified {
    pub(crate) name: String,
    pub(crate) old: Option<String>,
    pub(crate) new: Option<String>,
}

/// What Resource Manager writes down.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ManagementRecord {
    /// `Microsoft.Authorization/roleAssignments/write`
    pub(crate) operation: String,
    /// The path that was written to.
    pub(crate) resource: String,
    pub(crate) method: String,
    pub(crate) status: u16,
    pub(crate) response: Option<Value>,
}
