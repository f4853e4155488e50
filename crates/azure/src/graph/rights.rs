//! What the operator may do in the directory, and what the tenant's rules are.

use std::collections::BTreeSet;

use serde::Deserialize;
use time::OffsetDateTime;

use super::batch::Item;
use super::{Operator, claims, encoded};
use crate::error::unless_missing;
use crate::service::Answer;
use crate::{Error, Reader};

/// What a token gives its holder at the service it is for. Read without verifying it: the service
/// decides by the same token.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TokenRights {
    /// App roles of a workload, or the scopes that a client has for a person.
    pub permissions: BTreeSet<String>,
    /// Templates of roles of the directory. Not every token has them.
    pub directory_roles: BTreeSet<String>,
}

impl TokenRights {
    pub(crate) fn of_token(token: &str) -> TokenRights {
        let claims = claims(token);
        let listed = |claim: &str| {
            let values = claims[claim].as_array().into_iter().flatten();
            values.filter_map(|value| value.as_str().map(str::to_owned)).collect::<BTreeSet<_>>()
        };
        let scopes = claims["scp"].as_str().unwrap_or_default().split_whitespace();
        let permissions = listed("roles").into_iter().chain(scopes.map(str::to_owned));
        TokenRights { permissions: permissions.collect(), directory_roles: listed("wids") }
    }
}

/// The operator's roles in the directory, as two lists tell, each of which may be refused.
#[derive(Debug)]
pub struct Memberships {
    /// Groups and built-in roles, directly or through groups.
    pub member_of: Result<Vec<MemberOf>, Error>,
    /// Roles of any kind, assigned directly.
    pub assigned: Result<Vec<DirectoryRoleAssignment>, Error>,
}

/// A group or a role of the directory.
#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MemberOf {
    #[serde(rename = "@odata.type", default)]
    pub kind: String,
    pub display_name: Option<String>,
    pub role_template_id: Option<String>,
    /// Of a group: it may hold roles.
    pub is_assignable_to_role: Option<bool>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DirectoryRoleAssignment {
    pub role_definition_id: String,
    /// `/` where it holds in the whole tenant.
    pub directory_scope_id: Option<String>,
}

/// How long certificates of applications may last, where the tenant says so.
#[derive(Clone, Debug)]
pub struct CertificateLifetime {
    /// An ISO 8601 duration.
    pub longest: String,
    pub for_applications_after: Option<OffsetDateTime>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Policy {
    #[serde(default)]
    is_enabled: bool,
    application_restrictions: Option<Restrictions>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Restrictions {
    #[serde(default)]
    key_credentials: Vec<Restriction>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Restriction {
    #[serde(rename = "restrictionType")]
    kind: String,
    max_lifetime: Option<String>,
    /// Enabled unless it says otherwise.
    state: Option<String>,
    #[serde(default, with = "time::serde::rfc3339::option")]
    #[serde(rename = "restrictForAppsCreatedAfterDateTime")]
    for_applications_after: Option<OffsetDateTime>,
}

impl Reader {
    /// What the token at hand gives.
    pub fn token_rights(&self) -> &TokenRights {
        &self.token_rights
    }

    /// The roles of the directory that the operator holds: one request. Eligible ones that are not
    /// activated are not shown. Nothing, where it is not known who that is.
    pub async fn memberships(&self) -> Result<Option<Memberships>, Error> {
        let (member, id) = match &self.operator {
            Operator::User { object_id: Some(id), name: _ } => ("/me".to_owned(), id),
            Operator::ServicePrincipal { object_id: id, name: _ } => {
                (format!("/servicePrincipals/{id}"), id)
            }
            Operator::User { object_id: None, name: _ } | Operator::Unknown => return Ok(None),
        };
        let filter = format!("principalId eq '{id}'");
        let assigned = "/roleManagement/directory/roleAssignments?$filter=";
        let items = vec![
            Item::get(format!("{member}/transitiveMemberOf?$top=999")),
            Item::get(format!("{assigned}{}", encoded(&filter))),
        ];
        let mut answers = self.batch(items).await?.into_iter();
        let mut next = || answers.next().expect("a batch answers every item");
        let (member_of, assigned) = (next(), next());
        Ok(Some(Memberships {
            member_of: self.all(member_of).await,
            assigned: self.all(assigned).await,
        }))
    }

    async fn all<T: serde::de::DeserializeOwned>(
        &self,
        first: Result<Answer, Error>,
    ) -> Result<Vec<T>, Error> {
        self.graph.rest(first?).await
    }

    /// The tenant's rule for how long certificates of applications may last. Nothing, where there is
    /// none. A rule of the application's own, which would take its place, is not looked at.
    pub async fn certificate_lifetime(&self) -> Result<Option<CertificateLifetime>, Error> {
        let read = self.graph_get("/policies/defaultAppManagementPolicy".to_owned()).await;
        let Some(policy) = unless_missing::<Policy>(read)? else { return Ok(None) };
        if !policy.is_enabled {
            return Ok(None);
        }
        let restrictions = policy.application_restrictions.into_iter();
        let mut restrictions = restrictions.flat_map(|of| of.key_credentials);
        let rule = restrictions.find(|rule| {
            rule.kind == "asymmetricKeyLifetime" && rule.state.as_deref() != Some("disabled")
        });
        Ok(rule.and_then(|rule| {
            Some(CertificateLifetime {
                longest: rule.max_lifetime?,
                for_applications_after: rule.for_applications_after,
            })
        }))
    }
}

#[cfg(test)]
mod tests {
    use base64::Engine;
    use base64::prelude::BASE64_URL_SAFE_NO_PAD;
    use serde_json::{Value, json};

    use super::*;

    fn rights(claims: &Value) -> TokenRights {
        let claims = BASE64_URL_SAFE_NO_PAD.encode(claims.to_string());
        TokenRights::of_token(&format!("header.{claims}.signature"))
    }

    fn names(names: &BTreeSet<String>) -> Vec<&str> {
        names.iter().map(String::as_str).collect()
    }

    #[test]
    fn a_token_has_app_roles_or_scopes_and_perhaps_roles_of_the_directory() {
        let workload = rights(&json!({ "roles": ["Domain.Read.All"], "wids": ["62e90394"] }));
        assert_eq!(names(&workload.permissions), ["Domain.Read.All"]);
        assert_eq!(names(&workload.directory_roles), ["62e90394"]);
        let person = rights(&json!({ "scp": "User.Read Directory.AccessAsUser.All" }));
        assert_eq!(names(&person.permissions), ["Directory.AccessAsUser.All", "User.Read"]);
        assert_eq!(rights(&json!({})), TokenRights::default());
        assert_eq!(TokenRights::of_token("no token"), TokenRights::default());
    }
}
