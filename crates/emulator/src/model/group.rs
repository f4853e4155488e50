use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A security group.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Group {
    pub(crate) id: Uuid,
    pub(crate) display_name: String,
    /// Whether it may be in a role of the directory; such a group has no groups in it (documented).
    pub(crate) assignable_to_role: bool,
    /// Users, service principals and other groups.
    pub(crate) members: Vec<Uuid>,
}
