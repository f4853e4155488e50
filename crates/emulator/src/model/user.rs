use serde::{Deserialize, Serialize};
use uuid::Uuid;

/// A person of the tenant. Users cannot sign in here: they own applications and hold roles.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) id: Uuid,
    pub(crate) given_name: String,
    pub(crate) surname: String,
    /// What Graph calls the `userPrincipalName`: unique in the tenant, in any case.
    pub(crate) principal_name: String,
}

impl User {
    pub(crate) fn display_name(&self) -> String {
        format!("{} {}", self.given_name, self.surname)
    }
}
