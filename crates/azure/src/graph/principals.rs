//! Service principals, and the app roles that they are granted.

use serde::Deserialize;
use serde_json::{Value, json};
use spec::{AppId, AppRoleId, ApplicationId, ObjectId, PrincipalId};
use time::OffsetDateTime;

use super::batch::Item;
use super::federated::{FederatedCredential, SELECT};
use super::{Application, KeyCredential, PasswordCredential, found};
use crate::error::unless_missing;
use crate::service::{Answer, Call};
use crate::{Error, Reader, Refusal, Writer};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePrincipal {
    pub id: PrincipalId,
    pub app_id: AppId,
    /// Not part of every answer; a principal is enabled unless somebody disables it.
    pub account_enabled: Option<bool>,
    #[serde(default)]
    pub key_credentials: Vec<KeyCredential>,
    #[serde(default)]
    pub password_credentials: Vec<PasswordCredential>,
    #[serde(default)]
    pub tags: Vec<String>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    pub created_date_time: Option<OffsetDateTime>,
    #[serde(default)]
    pub app_roles: Vec<AppRole>,
}

/// A permission that a service principal offers to others.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AppRole {
    pub id: AppRoleId,
    pub value: Option<String>,
    #[serde(default)]
    pub allowed_member_types: Vec<String>,
    pub is_enabled: bool,
}

/// Our principal and what it holds, where there is one.
#[derive(Debug, Default)]
pub struct PrincipalState {
    pub principal: Option<ServicePrincipal>,
    /// App roles that it holds, on every API.
    pub granted: Vec<Granted>,
    pub owners: Owners,
    /// Of the application.
    pub federated: Vec<FederatedCredential>,
}

/// Who may change the application, and who its service principal.
#[derive(Debug, Default)]
pub struct Owners {
    pub of_application: Vec<Owner>,
    pub of_principal: Vec<Owner>,
}

/// An app role assignment.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Granted {
    pub id: String,
    pub resource_id: PrincipalId,
    pub resource_display_name: Option<String>,
    pub app_role_id: AppRoleId,
}

/// A user or service principal that owns an application.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    pub id: ObjectId,
    pub display_name: Option<String>,
}

/// One app role for one principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    pub principal: PrincipalId,
    pub resource: PrincipalId,
    pub role: AppRoleId,
}

impl Reader {
    /// The owners and federated credentials of an application, its service principal and all that
    /// one holds: one request, and one more per further page.
    pub async fn principal(&self, app_id: AppId) -> Result<PrincipalState, Error> {
        let application = format!("/applications(appId='{app_id}')");
        let principal = format!("/servicePrincipals(appId='{app_id}')");
        let items = vec![
            Item::get(format!("{application}/owners?$select=id,displayName")),
            Item::get(format!("{application}/federatedIdentityCredentials?{SELECT}")),
            Item::get(format!("{principal}/owners?$select=id,displayName")),
            Item::get(principal.clone()),
            Item::get(format!("{principal}/appRoleAssignments?$top=999")),
        ];
        let mut answers = self.batch(items).await?.into_iter();
        let mut next = || answers.next().expect("a batch answers every item");
        let of_application = self.known(next()).await?;
        let federated = self.known(next()).await?;
        let owners = Owners { of_application, of_principal: self.known(next()).await? };
        let principal = found(next())?;
        let granted = self.known(next()).await?;
        Ok(PrincipalState { principal, granted, owners, federated })
    }

    /// A collection, which is empty where a replica has not heard of its owner yet.
    async fn known<T: serde::de::DeserializeOwned>(
        &self,
        first: Result<Answer, Error>,
    ) -> Result<Vec<T>, Error> {
        match unless_missing(first)? {
            Some(first) => self.graph.rest(first).await,
            None => Ok(Vec::new()),
        }
    }

    /// The deleted application of that `uniqueName`, and its service principal. Graph documents no
    /// filter by that name.
    pub async fn deleted(
        &self,
        unique_name: &str,
    ) -> Result<Option<(Application, Option<ServicePrincipal>)>, Error> {
        let path = "/v1.0/directory/deletedItems/microsoft.graph.application".to_owned();
        let listed = self.graph.list(Call::get(path, &[])).await;
        let applications: Vec<Application> = match listed {
            // Whoever may not look is told by the refusal to make another one of the name.
            Err(error) if error.is_not_permitted() => return Ok(None),
            other => other?,
        };
        let found = applications
            .into_iter()
            .find(|deleted| deleted.unique_name.as_deref() == Some(unique_name));
        let Some(application) = found else { return Ok(None) };
        let principal = self.deleted_principal(application.app_id).await?;
        Ok(Some((application, principal)))
    }

    /// The deleted service principal of an application.
    pub async fn deleted_principal(
        &self,
        app_id: AppId,
    ) -> Result<Option<ServicePrincipal>, Error> {
        let path = "/v1.0/directory/deletedItems/microsoft.graph.servicePrincipal".to_owned();
        let principals: Vec<ServicePrincipal> = match self.graph.list(Call::get(path, &[])).await {
            Err(error) if error.is_not_permitted() => return Ok(None),
            other => other?,
        };
        Ok(principals.into_iter().find(|found| found.app_id == app_id))
    }

    /// A deleted application by its object id. Nothing, where it is gone.
    pub async fn deleted_application(
        &self,
        id: ApplicationId,
    ) -> Result<Option<Application>, Error> {
        unless_missing(self.graph_get(format!("/directory/deletedItems/{id}")).await)
    }
}

impl Writer {
    /// Makes the service principal of an application, or finds it. One that somebody disabled stays
    /// so: nothing is sent but the application's own name.
    pub async fn upsert_principal(
        &self,
        app_id: AppId,
        display_name: &str,
    ) -> Result<ServicePrincipal, Error> {
        let path = format!("/servicePrincipals(appId='{app_id}')");
        let body = json!({ "displayName": display_name });
        match self.upsert(path.clone(), body).await? {
            Some(created) => Ok(created),
            None => self.reader.graph_get(path).await,
        }
    }

    /// The whole service principal as Graph has it, to be written back in parts.
    pub async fn principal_document(&self, id: PrincipalId) -> Result<Value, Error> {
        self.reader.graph_get(format!("/servicePrincipals/{id}")).await
    }

    pub async fn update_principal(&self, id: PrincipalId, body: Value) -> Result<(), Error> {
        self.patch(format!("/servicePrincipals/{id}"), body).await
    }

    /// Consents to `grants`, each for itself. Of one that exists Graph says so in several
    /// spellings: see [`Refusal::says_granted`].
    pub async fn grant(&self, grants: &[Grant]) -> Result<Vec<Result<(), Error>>, Error> {
        let items = grants.iter().map(|grant| {
            let Grant { principal, resource, role } = grant;
            let body =
                json!({ "principalId": principal, "resourceId": resource, "appRoleId": role });
            Item::post(format!("/servicePrincipals/{resource}/appRoleAssignedTo"), body)
        });
        let outcomes = self.reader.batch(items.collect()).await?;
        Ok(outcomes.into_iter().map(|outcome| outcome.map(drop)).collect())
    }
}

impl Writer {
    /// Takes an app role away. One that is gone is a success.
    pub async fn revoke(&self, resource: PrincipalId, assignment: &str) -> Result<(), Error> {
        let path = format!("/v1.0/servicePrincipals/{resource}/appRoleAssignedTo/{assignment}");
        unless_missing(self.reader.graph.send(Call::delete(path, &[])).await).map(drop)
    }
}

impl Refusal {
    /// The grant exists already. Documented and observed spellings; a bare 409 is none of them,
    /// because contention is one too.
    pub fn says_granted(&self) -> bool {
        self.message.contains("EntitlementGrant entry already exists")
            || self.message.contains("Permission being assigned already exists")
            || self.has_code("Request_MultipleObjectsWithSameKeyValue")
    }
}
