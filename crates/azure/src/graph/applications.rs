//! App registrations.

use azure_core::http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use spec::{AppId, AppRoleId, ApplicationId, KeyId, ObjectId};
use time::OffsetDateTime;

use super::GRAPH_APP_ID;
use crate::error::unless_missing;
use crate::service::Call;
use crate::{Error, Writer};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    pub id: ApplicationId,
    pub app_id: AppId,
    pub display_name: String,
    pub sign_in_audience: Option<String>,
    pub unique_name: Option<String>,
    pub notes: Option<String>,
    pub service_management_reference: Option<String>,
    /// Set where Microsoft disabled it.
    pub disabled_by_microsoft_status: Option<String>,
    pub is_disabled: Option<bool>,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub created_date_time: Option<OffsetDateTime>,
    #[serde(default)]
    pub key_credentials: Vec<KeyCredential>,
    #[serde(default)]
    pub password_credentials: Vec<PasswordCredential>,
    #[serde(default)]
    required_resource_access: Vec<RequiredResourceAccess>,
}

/// A password that the application may sign in with; never the password itself.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PasswordCredential {
    pub display_name: Option<String>,
}

/// A certificate that the application may sign in with. The certificate itself is not part of a
/// plain read.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct KeyCredential {
    pub key_id: KeyId,
    /// SHA-1 of the certificate in hexadecimal, unless whoever added it gave something else.
    pub custom_key_identifier: Option<String>,
    pub display_name: Option<String>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub end_date_time: Option<OffsetDateTime>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
struct RequiredResourceAccess {
    resource_app_id: String,
    resource_access: Vec<ResourceAccess>,
}

#[derive(Clone, Debug, Deserialize)]
struct ResourceAccess {
    id: AppRoleId,
    #[serde(rename = "type")]
    kind: String,
}

impl Application {
    pub fn is_disabled(&self) -> bool {
        let status = self.disabled_by_microsoft_status.as_deref();
        self.is_disabled.unwrap_or(false)
            || status.is_some_and(|status| status != "NotDisabled" && status != "none")
    }

    /// Application permissions of Microsoft Graph that it declares.
    pub fn requested_roles(&self) -> impl Iterator<Item = AppRoleId> {
        let of_graph = self
            .required_resource_access
            .iter()
            .filter(|access| access.resource_app_id.eq_ignore_ascii_case(GRAPH_APP_ID));
        let access = of_graph.flat_map(|access| &access.resource_access);
        access.filter(|access| access.kind == "Role").map(|access| access.id)
    }
}

/// What Graph says of a reference that exists.
const ALREADY_OWNER: &str = "added object references already exist";

impl Writer {
    /// Makes the application of that `uniqueName`. Nothing, where it has come to exist meanwhile and
    /// was updated instead.
    ///
    /// Only scalars may be sent, `displayName` among them: an update replaces collections whole.
    pub async fn create_application(
        &self,
        unique_name: &str,
        scalars: Value,
    ) -> Result<Option<Application>, Error> {
        self.upsert(format!("/applications(uniqueName='{unique_name}')"), scalars).await
    }

    /// Brings back a deleted application or service principal.
    pub async fn restore(&self, id: &str) -> Result<(), Error> {
        let path = format!("/v1.0/directory/deletedItems/{id}/restore");
        self.reader.graph.send(Call::write(Method::Post, path, &[], json!({}))).await.map(drop)
    }

    /// Deletes an application and its service principal, which can be restored for 30 days. One that is
    /// gone is a success.
    pub async fn delete_application(&self, id: ApplicationId) -> Result<(), Error> {
        let path = format!("/v1.0/applications/{id}");
        unless_missing(self.reader.graph.send(Call::delete(path, &[])).await).map(drop)
    }

    /// Removes a deleted object for good.
    pub async fn purge(&self, id: ApplicationId) -> Result<(), Error> {
        let path = format!("/v1.0/directory/deletedItems/{id}");
        self.reader.graph.send(Call::delete(path, &[])).await.map(drop)
    }

    /// Makes a user or service principal an owner. One that is an owner already is a success.
    pub async fn add_owner(&self, id: ApplicationId, owner: ObjectId) -> Result<(), Error> {
        let path = format!("/v1.0/applications/{id}/owners/$ref");
        let object = self.reader.graph.url(&format!("/v1.0/directoryObjects/{owner}"));
        let body = json!({ "@odata.id": object });
        match self.reader.graph.send(Call::write(Method::Post, path, &[], body)).await {
            Err(Error::Refused(refusal)) if refusal.message.contains(ALREADY_OWNER) => Ok(()),
            other => other.map(drop),
        }
    }

    /// The whole application as Graph has it, to be written back in parts.
    pub async fn application_document(&self, id: ApplicationId) -> Result<Value, Error> {
        self.reader.graph_get(format!("/applications/{id}")).await
    }

    pub async fn update_application(&self, id: ApplicationId, body: Value) -> Result<(), Error> {
        self.patch(format!("/applications/{id}"), body).await
    }

    pub(super) async fn patch(&self, path: String, body: Value) -> Result<(), Error> {
        let call = Call::write(Method::Patch, format!("/v1.0{path}"), &[], body);
        self.reader.graph.send(call).await.map(drop)
    }

    /// Makes the object at an alternate key, and returns it; or updates it, and returns nothing.
    pub(super) async fn upsert<T: serde::de::DeserializeOwned>(
        &self,
        path: String,
        body: Value,
    ) -> Result<Option<T>, Error> {
        let call = Call::write(Method::Patch, format!("/v1.0{path}"), &[], body);
        let call = Call { prefer: Some("create-if-missing"), ..call };
        self.reader.graph.send(call).await?.read_optional()
    }
}
