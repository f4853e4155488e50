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

/// A delegated permission grant: `client` may act with these scopes of the API `resource` on behalf
/// of `user`, or of everybody.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct DelegatedGrant {
    pub(crate) id: String,
    pub(crate) client: Uuid,
    pub(crate) resource: Uuid,
    /// None: all users.
    pub(crate) user: Option<Uuid>,
    /// Separated by blanks.
    pub(crate) scope: Option<String>,
}

impl DelegatedGrant {
    /// The id spells out the parties, so that a grant that is made anew has the id that it had
    /// before (observed).
    pub(crate) fn new(
        client: Uuid,
        resource: Uuid,
        user: Option<Uuid>,
        scope: Option<String>,
    ) -> Self {
        let parties = [Some(client), Some(resource), user];
        let bytes: Vec<u8> =
            parties.into_iter().flatten().flat_map(|id| id.to_bytes_le()).collect();
        Self { id: base64url(&bytes), client, resource, user, scope }
    }
}
