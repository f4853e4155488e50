use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::encoding::{base64url, sha256};

/// A person of the tenant, a member and no guest.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct User {
    pub(crate) id: Uuid,
    pub(crate) given_name: String,
    pub(crate) surname: String,
    /// What Graph calls the `userPrincipalName`: unique in the tenant, in any case.
    pub(crate) principal_name: String,
    /// Nobody signs in without one.
    #[serde(default)]
    password_digest: Option<String>,
}

impl User {
    pub(crate) fn new(
        id: Uuid,
        given_name: &str,
        surname: &str,
        domain: &str,
        password: &str,
    ) -> Self {
        Self {
            id,
            given_name: given_name.to_owned(),
            surname: surname.to_owned(),
            principal_name: format!("{}@{domain}", given_name.to_lowercase()),
            password_digest: Some(digest(password)),
        }
    }

    pub(crate) fn display_name(&self) -> String {
        format!("{} {}", self.given_name, self.surname)
    }

    pub(crate) fn has_password(&self, password: &str) -> bool {
        self.password_digest == Some(digest(password))
    }
}

fn digest(password: &str) -> String {
    base64url(&sha256(password.as_bytes()))
}
