use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::encoding::{base64url, sha256};

/// An app role assignment: `principal` holds `role` of the API `resource`. Both are service
/// principals.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Grant {
    pub(crate) id: String,
    pub(crate) principal: Uuid,
    pub(crate) resource: Uuid,
    pub(crate) role: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created: OffsetDateTime,
}

impl Grant {
    /// The id looks like the real ones: 43 characters of base64url that mean nothing to a client.
    pub(crate) fn new(
        principal: Uuid,
        resource: Uuid,
        role: Uuid,
        created: OffsetDateTime,
    ) -> Self {
        let seed = format!("{principal} {resource} {role} {}", created.unix_timestamp_nanos());
        Self { id: base64url(&sha256(seed.as_bytes())), principal, resource, role, created }
    }

    pub(crate) fn same_as(&self, other: &Self) -> bool {
        (self.principal, self.resource, self.role) == (other.principal, other.resource, other.role)
    }
}
