//! Microsoft Graph v1.0: applications, service principals and what they are granted.

mod applications;
mod batch;
mod principals;

use std::fmt;

use base64::Engine;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde_json::Value;
use spec::TenantId;

use crate::service::Call;
use crate::{Error, Reader};
use batch::Item;

pub use applications::{Application, KeyCredential, PasswordCredential};
pub use principals::{AppRole, Grant, Owner, PrincipalState, ServicePrincipal};

/// The application id of Microsoft Graph itself, the same in every tenant.
pub const GRAPH_APP_ID: &str = "00000003-0000-0000-c000-000000000000";

/// Everything in the directory that can be read without knowing our principal.
#[derive(Debug)]
pub struct Identity {
    pub organization: Organization,
    /// The application whose `uniqueName` was asked for.
    pub application: Option<Application>,
    /// Microsoft Graph's own service principal, with the app roles that it offers here.
    pub graph: ServicePrincipal,
    pub operator: Operator,
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
    User { object_id: Option<String>, name: String },
    ServicePrincipal { object_id: String, name: Option<String> },
    Unknown,
}

impl Reader {
    /// Reads the tenant, the application of that `uniqueName`, what Graph offers and who asks: one
    /// request.
    pub async fn identity(&self, unique_name: &str) -> Result<Identity, Error> {
        let mut items = vec![
            Item::get("/organization?$select=id,displayName,verifiedDomains".to_owned()),
            Item::get(format!("/applications(uniqueName='{unique_name}')")),
            Item::get(format!(
                "/servicePrincipals(appId='{GRAPH_APP_ID}')?$select=id,appId,displayName,appRoles"
            )),
        ];
        if let Operator::ServicePrincipal { object_id, .. } = &self.operator {
            items.push(Item::get(format!("/servicePrincipals/{object_id}?$select=displayName")));
        }
        let mut answers = self.batch(items).await?.into_iter();
        let mut next = || answers.next().expect("a batch answers every item");
        let organizations: Organizations = next()?.read()?;
        let application = match next() {
            Ok(answer) => Some(answer.read()?),
            Err(error) if error.is_not_found() => None,
            Err(error) => return Err(error),
        };
        let graph = next()?.read()?;
        let operator = match &self.operator {
            Operator::ServicePrincipal { object_id, .. } => Operator::ServicePrincipal {
                object_id: object_id.clone(),
                // Only for display: a reader who may not see itself is named by its id.
                name: next().ok().and_then(|answer| answer.read::<Named>().ok()?.display_name),
            },
            Operator::User { .. } | Operator::Unknown => self.operator.clone(),
        };
        let organization = organizations.value.into_iter().next().ok_or_else(|| {
            let request = "Microsoft Graph GET /organization".to_owned();
            Error::Senseless { request, reason: "it lists no tenant".to_owned() }
        })?;
        Ok(Identity { organization, application, graph, operator })
    }

    pub(crate) async fn graph_get<T: serde::de::DeserializeOwned>(
        &self,
        path: String,
    ) -> Result<T, Error> {
        self.graph.send(Call::get(format!("/v1.0{path}"), &[])).await?.read()
    }
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

impl Operator {
    /// Reads an access token without verifying it: for display only.
    pub(crate) fn of_token(token: &str) -> Operator {
        let claims = token.split('.').nth(1);
        let claims = claims.and_then(|claims| BASE64_URL_SAFE_NO_PAD.decode(claims).ok());
        let claims: Value =
            claims.and_then(|claims| serde_json::from_slice(&claims).ok()).unwrap_or_default();
        let text = |key: &str| claims[key].as_str().map(str::to_owned);
        match (text("idtyp").as_deref(), text("oid")) {
            (Some("app"), Some(object_id)) => Operator::ServicePrincipal { object_id, name: None },
            _ => match text("name").or_else(|| text("upn")) {
                Some(name) => Operator::User { object_id: text("oid"), name },
                None => Operator::Unknown,
            },
        }
    }
}

impl Operator {
    pub fn object_id(&self) -> Option<&str> {
        match self {
            Operator::User { object_id, name: _ } => object_id.as_deref(),
            Operator::ServicePrincipal { object_id, name: _ } => Some(object_id),
            Operator::Unknown => None,
        }
    }
}

impl fmt::Display for Operator {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Operator::User { object_id: _, name } => f.write_str(name),
            Operator::ServicePrincipal { object_id, name } => {
                write!(f, "{} (service principal)", name.as_ref().unwrap_or(object_id))
            }
            Operator::Unknown => f.write_str("somebody whom the token does not name"),
        }
    }
}
