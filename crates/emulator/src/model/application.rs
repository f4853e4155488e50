use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::encoding::{base64url, sha256};
use crate::model::certificate::Certificate;
use crate::model::settings::Settings;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Application {
    pub(crate) id: Uuid,
    pub(crate) app_id: Uuid,
    pub(crate) display_name: String,
    pub(crate) unique_name: Option<String>,
    pub(crate) sign_in_audience: String,
    /// The application that created it, when it was one.
    pub(crate) created_by: Option<Uuid>,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created: OffsetDateTime,
    /// Set while it lies among the deleted items.
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) deleted: Option<OffsetDateTime>,
    pub(crate) tags: Vec<String>,
    pub(crate) required_resource_access: Vec<RequiredResourceAccess>,
    pub(crate) key_credentials: Vec<KeyCredential>,
    pub(crate) password_credentials: Vec<PasswordCredential>,
    #[serde(default)]
    pub(crate) federated_credentials: Vec<FederatedCredential>,
    /// Users and service principals, in the order in which they were added.
    #[serde(default)]
    pub(crate) owners: Vec<Uuid>,
    pub(crate) settings: Settings,
}

impl Application {
    pub(crate) fn new(id: Uuid, app_id: Uuid, display_name: &str, created: OffsetDateTime) -> Self {
        Self {
            id,
            app_id,
            display_name: display_name.to_owned(),
            unique_name: None,
            sign_in_audience: "AzureADMyOrg".to_owned(),
            created_by: None,
            created,
            deleted: None,
            tags: Vec::new(),
            required_resource_access: Vec::new(),
            key_credentials: Vec::new(),
            password_credentials: Vec::new(),
            federated_credentials: Vec::new(),
            owners: Vec::new(),
            settings: Settings::default(),
        }
    }

    pub(crate) fn is_disabled(&self) -> bool {
        self.settings.get("isDisabled").is_some_and(|value| value == true)
    }
}

/// The permissions of one API that an application asks for; asking grants nothing.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(crate) struct RequiredResourceAccess {
    pub(crate) resource_app_id: Uuid,
    pub(crate) resource_access: Vec<ResourceAccess>,
}

#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct ResourceAccess {
    pub(crate) id: Uuid,
    #[serde(rename = "type")]
    pub(crate) kind: ResourceAccessKind,
}

/// An application permission is a role, a delegated one a scope.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) enum ResourceAccessKind {
    Role,
    Scope,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct KeyCredential {
    pub(crate) key_id: Uuid,
    pub(crate) display_name: Option<String>,
    pub(crate) custom_key_identifier: String,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) start: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) end: OffsetDateTime,
    pub(crate) usage: String,
    pub(crate) kind: String,
    /// Exactly as it was given, which is how Graph returns it.
    pub(crate) key: String,
}

impl KeyCredential {
    /// None for a key that is no certificate; Graph refuses those, so it comes from outside.
    pub(crate) fn certificate(&self) -> Option<Certificate> {
        Certificate::from_key(&self.key)
    }
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct PasswordCredential {
    pub(crate) key_id: Uuid,
    pub(crate) display_name: Option<String>,
    /// Shown for secrets of applications, not for those of service principals (observed).
    pub(crate) hint: Option<String>,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) start: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) end: OffsetDateTime,
    digest: String,
}

impl PasswordCredential {
    /// Keeps a digest: the secret itself can never be read back.
    pub(crate) fn new(
        key_id: Uuid,
        secret: &str,
        start: OffsetDateTime,
        end: OffsetDateTime,
    ) -> Self {
        let hint = Some(secret.chars().take(3).collect());
        let digest = base64url(&sha256(secret.as_bytes()));
        Self { key_id, display_name: None, hint, start, end, digest }
    }

    pub(crate) fn is(&self, secret: &str) -> bool {
        self.digest == base64url(&sha256(secret.as_bytes()))
    }
}

/// Lets tokens of another issuer sign in as the application.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct FederatedCredential {
    pub(crate) id: Uuid,
    pub(crate) name: String,
    pub(crate) issuer: String,
    pub(crate) subject: String,
    pub(crate) description: Option<String>,
    pub(crate) audiences: Vec<String>,
}
