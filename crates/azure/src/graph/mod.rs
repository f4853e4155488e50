//! Microsoft Graph v1.0: applications, service principals and what they are granted.

mod applications;
mod audits;
mod batch;
mod federated;
mod lookup;
mod own;
mod principals;
mod rights;

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde::Deserialize;
use serde_json::Value;
use spec::{AppId, ObjectId, TenantId};

use crate::error::unless_missing;
use crate::service::{Answer, Call};
use crate::{Error, Reader};
use batch::Item;

pub use applications::{Application, KeyCredential, PasswordCredential};
pub(crate) use audits::moment;
pub use audits::{AuditTarget, DirectoryAudit, Initiator, ModifiedProperty};
pub use federated::{FederatedCredential, TrustedTokens};
pub use lookup::Meant;
pub use own::OwnGrants;
pub use principals::{AppRole, Grant, Granted, Owner, Owners, PrincipalState, ServicePrincipal};
pub use rights::{
    CertificateLifetime, DirectoryRoleAssignment, MemberOf, Memberships, TokenRights,
};

/// The application id of Microsoft Graph itself, the same in every tenant.
pub const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";

/// Everything in the directory that can be read without knowing our principal.
#[derive(Debug)]
pub struct Identity {
    pub organization: Organization,
    /// The application whose `uniqueName` was asked for.
    pub application: Option<Application>,
    /// Applications of that display name, whatever their `uniqueName`.
    pub same_name: Vec<SameName>,
    /// Microsoft Graph's own service principal, with the app roles that it offers here.
    pub graph: ServicePrincipal,
    /// The ids of the users that were asked for, in their order; nothing, where there is none.
    pub users: Vec<Option<ObjectId>>,
    pub operator: Operator,
}

/// What is to be looked up in the directory.
#[derive(Debug)]
pub struct Question<'a> {
    pub unique_name: &'a str,
    pub display_name: &'a str,
    /// User principal names.
    pub users: Vec<&'a str>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SameName {
    pub app_id: AppId,
    pub display_name: String,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Organization {
    pub id: TenantId,
    pub display_name: String,
    #[serde(default)]
    pub verified_domains: Vec<VerifiedDomain>,
}

#[derive(Clone, Debug, Deserialize)]
pub struct VerifiedDomain {
    pub name: String,
}

/// Who is signed in, as far as the token and the directory tell.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Operator {
    User { object_id: Option<ObjectId>, name: String },
    ServicePrincipal { object_id: ObjectId, name: Option<String> },
    Unknown,
}

impl Reader {
    /// Reads the tenant, the application of that `uniqueName`, others of that display name, what
    /// Graph offers, who asks and the users of those names: one request.
    pub async fn identity(&self, question: &Question<'_>) -> Result<Identity, Error> {
        let Question { unique_name, display_name, users } = question;
        let same_name = is_called(display_name);
        let mut items = vec![
            Item::get("/organization?$select=id,displayName,verifiedDomains".to_owned()),
            Item::get(format!("/applications(uniqueName='{unique_name}')")),
            Item::get(format!(
                "/applications?$select=id,appId,displayName&$filter={}",
                encoded(&same_name)
            )),
            Item::get(format!(
                "/servicePrincipals(appId='{GRAPH_APP_ID}')?$select=id,appId,displayName,appRoles"
            )),
        ];
        let user = |name: &&str| Item::get(format!("/users/{}?$select=id", encoded(name)));
        items.extend(users.iter().map(user));
        if let Operator::ServicePrincipal { object_id, .. } = &self.operator {
            items.push(Item::get(format!("/servicePrincipals/{object_id}?$select=displayName")));
        }
        let mut answers = self.batch(items).await?.into_iter();
        let mut next = || answers.next().expect("a batch answers every item");
        let organizations: Organizations = next()?.read()?;
        let application = found(next())?;
        let same_name = self.graph.rest(next()?).await?;
        let graph = next()?.read()?;
        let ids = users.iter().map(|_| Ok(found::<Identified>(next())?.map(|user| user.id)));
        let users = ids.collect::<Result<_, Error>>()?;
        let operator = self.named_operator(next);
        let organization = organizations.value.into_iter().next().ok_or_else(|| {
            let request = "Microsoft Graph GET /organization".to_owned();
            Error::Senseless { request, reason: "it lists no tenant".to_owned() }
        })?;
        Ok(Identity { organization, application, same_name, graph, users, operator })
    }

    /// `next` answers with the operator's own service principal, where it is one.
    fn named_operator(&self, mut next: impl FnMut() -> Result<Answer, Error>) -> Operator {
        match &self.operator {
            Operator::ServicePrincipal { object_id, .. } => Operator::ServicePrincipal {
                object_id: *object_id,
                // Only for display: a reader who may not see itself is named by its id.
                name: next().ok().and_then(|answer| answer.read::<Named>().ok()?.display_name),
            },
            Operator::User { .. } | Operator::Unknown => self.operator.clone(),
        }
    }

    /// Who signed in, as far as the token tells.
    pub fn operator(&self) -> &Operator {
        &self.operator
    }

    pub(crate) async fn graph_get<T: serde::de::DeserializeOwned>(
        &self,
        path: String,
    ) -> Result<T, Error> {
        self.graph.send(Call::get(format!("/v1.0{path}"), &[])).await?.read()
    }
}

fn found<T: serde::de::DeserializeOwned>(
    answer: Result<Answer, Error>,
) -> Result<Option<T>, Error> {
    unless_missing(answer)?.map(|answer| answer.read()).transpose()
}

/// The filter for objects of that display name.
fn is_called(name: &str) -> String {
    format!("displayName eq '{}'", name.replace('\'', "''"))
}

/// As part of a URL.
fn encoded(text: &str) -> impl fmt::Display + '_ {
    utf8_percent_encode(text, NON_ALPHANUMERIC)
}

#[derive(Deserialize)]
struct Identified {
    id: ObjectId,
}

#[derive(Deserialize)]
struct Organizations {
    value: Vec<Organization>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Named {
    display_name: Option<String>,
}

pub(crate) fn tenant_of_token(token: &str) -> Option<TenantId> {
    claims(token)["tid"].as_str()?.parse().ok()
}

fn claims(token: &str) -> Value {
    let claims = token.split('.').nth(1);
    let claims = claims.and_then(|claims| BASE64_URL_SAFE_NO_PAD.decode(claims).ok());
    claims.and_then(|claims| serde_json::from_slice(&claims).ok()).unwrap_or_default()
}

impl Operator {
    /// Reads an access token without verifying it: for display only.
    pub(crate) fn of_token(token: &str) -> Operator {
        let claims = claims(token);
        let text = |key: &str| claims[key].as_str().map(str::to_owned);
        let object_id = text("oid").and_then(|id| id.parse().ok());
        // Not every token says `idtyp`; the subject of a workload's is the workload itself.
        let is_workload = text("idtyp").map_or_else(
            || object_id.is_some() && text("sub") == text("oid"),
            |kind| kind == "app",
        );
        match object_id {
            Some(object_id) if is_workload => Operator::ServicePrincipal { object_id, name: None },
            _ => match text("name").or_else(|| text("upn")).or_else(|| text("unique_name")) {
                Some(name) => Operator::User { object_id, name },
                None => Operator::Unknown,
            },
        }
    }
}

impl Operator {
    pub fn object_id(&self) -> Option<ObjectId> {
        match self {
            Operator::User { object_id, name: _ } => *object_id,
            Operator::ServicePrincipal { object_id, name: _ } => Some(*object_id),
            Operator::Unknown => None,
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operator::User { object_id: _, name } => f.write_str(name),
            Operator::ServicePrincipal { object_id, name } => {
                let name = name.clone().unwrap_or_else(|| object_id.to_string());
                write!(f, "{name} (service principal)")
            }
            Operator::Unknown => f.write_str("somebody whom the token does not name"),
        }
    }
}
