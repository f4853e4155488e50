//! Service principals, and the app roles that they are granted.

use serde::Deserialize;
use serde_json::{Value, json};
use spec::{AppId, AppRoleId, PrincipalId};
use time::OffsetDateTime;

use super::batch::Item;
use crate::service::Answer;
use crate::{Error, Reader, Writer};

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServicePrincipal {
    pub id: PrincipalId,
    pub app_id: AppId,
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
    /// App roles granted on the resource that was asked about.
    pub granted: Vec<AppRoleId>,
}

/// One app role for one principal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Grant {
    pub principal: PrincipalId,
    pub resource: PrincipalId,
    pub role: AppRoleId,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AppRoleAssignment {
    resource_id: PrincipalId,
    app_role_id: AppRoleId,
}

impl Reader {
    /// The service principal of an application and its grants on `resource`: one request, and one
    /// more per further page.
    pub async fn principal(
        &self,
        app_id: AppId,
        resource: PrincipalId,
    ) -> Result<PrincipalState, Error> {
        let path = format!("/servicePrincipals(appId='{app_id}')");
        let grants = Item::get(format!("{path}/appRoleAssignments?$top=999"));
        let mut answers = self.batch(vec![Item::get(path), grants]).await?.into_iter();
        let mut next = || answers.next().expect("a batch answers every item");
        let principal = match next() {
            Ok(answer) => answer.read()?,
            Err(error) if error.is_not_found() => return Ok(PrincipalState::default()),
            Err(error) => return Err(error),
        };
        // A replica that has not heard of the principal yet has not heard of grants either.
        let granted = match next() {
            Ok(first) => self.granted_on(resource, first).await?,
            Err(error) if error.is_not_found() => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(PrincipalState { principal: Some(principal), granted })
    }

    async fn granted_on(
        &self,
        resource: PrincipalId,
        first: Answer,
    ) -> Result<Vec<AppRoleId>, Error> {
        let assignments: Vec<AppRoleAssignment> = self.graph.rest(first).await?;
        let of_resource = assignments.into_iter().filter(|grant| grant.resource_id == resource);
        Ok(of_resource.map(|grant| grant.app_role_id).collect())
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
        self.upsert(path, json!({ "displayName": display_name })).await
    }

    /// The whole service principal as Graph has it, to be written back in parts.
    pub async fn principal_document(&self, id: PrincipalId) -> Result<Value, Error> {
        self.reader.graph_get(format!("/servicePrincipals/{id}")).await
    }

    pub async fn update_principal(&self, id: PrincipalId, body: Value) -> Result<(), Error> {
        self.patch(format!("/servicePrincipals/{id}"), body).await
    }

    /// Consents to `grants`, each for itself. One that exists already is a success: Graph has three
    /// spellings for that, and none of them says who made it.
    pub async fn grant(&self, grants: &[Grant]) -> Result<Vec<Result<(), Error>>, Error> {
        let items = grants.iter().map(|grant| {
            let Grant { principal, resource, role } = grant;
            let body =
                json!({ "principalId": principal, "resourceId": resource, "appRoleId": role });
            Item::post(format!("/servicePrincipals/{resource}/appRoleAssignedTo"), body)
        });
        let outcomes = self.reader.batch(items.collect()).await?;
        Ok(outcomes.into_iter().map(|outcome| outcome.map(drop).or_else(unless_granted)).collect())
    }
}

fn unless_granted(error: Error) -> Result<(), Error> {
    let exists = error.refusal().is_some_and(|refusal| {
        refusal.status == 409
            || refusal.message.contains("EntitlementGrant entry already exists")
            || refusal.message.contains("Permission being assigned already exists")
    });
    if exists { Ok(()) } else { Err(error) }
}
