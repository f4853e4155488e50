use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A management lock. It binds everybody, whatever their rights, at its scope and below.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Lock {
    /// As it was written in the path of the request.
    pub(crate) scope: String,
    pub(crate) name: String,
    pub(crate) properties: LockProperties,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct LockProperties {
    pub(crate) level: LockLevel,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) notes: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) owners: Option<Value>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub(crate) enum LockLevel {
    CanNotDelete,
    /// Neither changed nor deleted.
    ReadOnly,
}

impl Lock {
    pub(crate) fn id(&self) -> String {
        lock_id(&self.scope, &self.name)
    }
}

pub(crate) fn lock_id(scope: &str, name: &str) -> String {
    format!("{scope}/providers/Microsoft.Authorization/locks/{name}")
}
