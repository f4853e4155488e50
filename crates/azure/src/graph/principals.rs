//! Service principals, and the app roles that they are granted.

use serde::Deserialize;
use serde_json::{Value, json};
use spec::{AppId, AppRoleId, PrincipalId};
use time::OffsetDateTime;

use super::batch::Item;
use crate::service::Answer;
use crate::{Error, Reader, Refusal, Writer};

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
    /// Who may change the application.
    pub owners: Vec<Owner>,
}

/// A user or service principal that owns an application.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Owner {
    pub id: String,
    pub display_name: Option<String>,
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
    /// The owners of an application, its service principal and that one's grants on `resource`: one
    /// request, and one more per further page.
    pub async fn principal(
        &self,
        app_id: AppId,
        resource: PrincipalId,
    ) -> Result<PrincipalState, Error> {
        let path = format!("/servicePrincipals(appId='{app_id}')");
        let owners = format!("/applications(appId='{app_id}')/owners?$select=id,displayName");
        let grants = Item::get(format!("{path}/appRoleAssignments?$top=999"));
        let items = vec![Item::get(owners), Item::get(path), grants];
        let mut answers = self.batch(items).await?.into_iter();
        let mut next = || answers.next().expect("a batch answers every item");
        // A replica that has not heard of the application yet knows none of its owners.
        let owners = match next() {
            Ok(first) => self.graph.rest(first).await?,
            Err(error) if error.is_not_found() => Vec::new(),
            Err(error) => return Err(error),
        };
        let principal = match next() {
            Ok(answer) => answer.read()?,
            Err(error) if error.is_not_found() => {
                return Ok(PrincipalState { owners, ..PrincipalState::default() });
            }
            Err(error) => return Err(error),
        };
        // A replica that has not heard of the principal yet has not heard of grants either.
        let granted = match next() {
            Ok(first) => self.granted_on(resource, first).await?,
            Err(error) if error.is_not_found() => Vec::new(),
            Err(error) => return Err(error),
        };
        Ok(PrincipalState { principal: Some(principal), granted, owners })
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

impl Refusal {
    /// The grant exists already. Documented and observed spellings; a bare 409 is none of them,
    /// because contention is one too.
    pub fn says_granted(&self) -> bool {
        self.message.contains("EntitlementGrant entry already exists")
            || self.message.contains("Permission being assigned already exists")
            || self.has_code("Request_MultipleObjectsWithSameKeyValue")
    }
}
