//! App registrations.

use azure_core::http::Method;
use serde::Deserialize;
use serde_json::{Value, json};
use spec::{AppId, AppRoleId, ApplicationId, KeyId};
use time::OffsetDateTime;

use super::GRAPH_APP_ID;
use crate::service::Call;
use crate::{Error, Writer};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Application {
    pub id: ApplicationId,
    pub app_id: AppId,
    pub display_name: String,
    pub sign_in_audience: Option<String>,
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

impl Writer {
    /// Makes the application of that `uniqueName`, or updates it where it has come to exist.
    ///
    /// Only scalars are sent: the request may turn out to be an update, and an update replaces
    /// collections whole.
    pub async fn upsert_application(
        &self,
        unique_name: &str,
        display_name: &str,
        sign_in_audience: &str,
    ) -> Result<Application, Error> {
        let path = format!("/applications(uniqueName='{unique_name}')");
        let body = json!({ "displayName": display_name, "signInAudience": sign_in_audience });
        self.upsert(path, body).await
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

    /// Makes or updates the object at an alternate key, and returns it.
    pub(super) async fn upsert<T: serde::de::DeserializeOwned>(
        &self,
        path: String,
        body: Value,
    ) -> Result<T, Error> {
        let call = Call::write(Method::Patch, format!("/v1.0{path}"), &[], body);
        let call = Call { prefer: Some("create-if-missing"), ..call };
        match self.reader.graph.send(call).await?.read_optional()? {
            Some(created) => Ok(created),
            // An update has no body.
            None => self.reader.graph_get(path).await,
        }
    }
}
