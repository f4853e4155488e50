use serde::{Deserialize, Serialize};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::model::application::{KeyCredential, PasswordCredential};
use crate::model::settings::Settings;

/// Object of an API or a client in this tenant; rights are granted to it, not to the application.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct ServicePrincipal {
    pub(crate) id: Uuid,
    pub(crate) app_id: Uuid,
    /// The application's name at creation; the current one wins while the application is in this
    /// tenant.
    pub(crate) display_name: String,
    /// The tenant that the application is registered in.
    pub(crate) owner_tenant: Uuid,
    pub(crate) account_enabled: bool,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) created: Option<OffsetDateTime>,
    #[serde(with = "time::serde::rfc3339::option")]
    pub(crate) deleted: Option<OffsetDateTime>,
    pub(crate) names: Vec<String>,
    /// Its own; those of the application are added when it is read.
    pub(crate) tags: Vec<String>,
    pub(crate) app_roles: Vec<AppRole>,
    /// Credentials of its own; sign-in takes them beside those of the application.
    #[serde(default)]
    pub(crate) key_credentials: Vec<KeyCredential>,
    #[serde(default)]
    pub(crate) password_credentials: Vec<PasswordCredential>,
    #[serde(default)]
    pub(crate) owners: Vec<Uuid>,
    pub(crate) settings: Settings,
}

impl ServicePrincipal {
    pub(crate) fn new(id: Uuid, app_id: Uuid, display_name: &str, owner_tenant: Uuid) -> Self {
        Self {
            id,
            app_id,
            display_name: display_name.to_owned(),
            owner_tenant,
            account_enabled: true,
            created: None,
            deleted: None,
            names: vec![app_id.to_string()],
            tags: Vec::new(),
            app_roles: Vec::new(),
            key_credentials: Vec::new(),
            password_credentials: Vec::new(),
            owners: Vec::new(),
            settings: Settings::default(),
        }
    }

    pub(crate) fn app_role(&self, id: Uuid) -> Option<&AppRole> {
        self.app_roles.iter().find(|role| role.id == id)
    }

    pub(crate) fn is_disabled(&self) -> bool {
        !self.account_enabled || self.settings.get("isDisabled").is_some_and(|value| value == true)
    }
}

/// A permission that an API offers to applications.
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AppRole {
    pub(crate) id: Uuid,
    pub(crate) value: String,
    pub(crate) display_name: String,
    pub(crate) description: String,
    pub(crate) allowed_member_types: Vec<String>,
    pub(crate) is_enabled: bool,
    pub(crate) origin: String,
}
