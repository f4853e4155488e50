//! The tenant's policy about credentials of applications.

use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use time::{Duration, OffsetDateTime};
use uuid::Uuid;

use crate::graph::error::GraphError;
use crate::graph::holder::Holder;
use crate::graph::{Call, entity};
use crate::http::Reply;
use crate::model::app_management_policy::{
    AppManagementPolicy, Restriction, RestrictionType, Restrictions,
};
use crate::model::application::Application;
use crate::model::service_principal::ServicePrincipal;
use crate::store::{Answer, Change};

/// The default policy's (documented).
const ID: Uuid = Uuid::nil();

pub(super) fn default_policy(call: &Call<'_>) -> Result<Answer, GraphError> {
    let policy = &call.state.app_management_policy;
    match call.request.method {
        Method::GET => {
            let context = "policies/defaultAppManagementPolicy/$entity";
            Ok(entity(call, StatusCode::OK, context, render(policy)).into())
        }
        Method::PATCH => {
            let changed = Change::AppManagementPolicy(Box::new(updated(call, policy)?));
            Ok(Answer::with_changes(Reply::empty(StatusCode::NO_CONTENT), vec![changed]))
        }
        _ => Err(GraphError::method_not_allowed()),
    }
}

fn render(policy: &AppManagementPolicy) -> Map<String, Value> {
    let Value::Object(mut object) = json!(policy) else { return Map::new() };
    object.insert("id".to_owned(), json!(ID));
    object
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Update {
    display_name: Option<String>,
    description: Option<String>,
    is_enabled: Option<bool>,
    application_restrictions: Option<RestrictionsUpdate>,
    service_principal_restrictions: Option<RestrictionsUpdate>,
    #[serde(rename = "@odata.type")]
    _type: Option<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct RestrictionsUpdate {
    password_credentials: Option<Vec<Restriction>>,
    key_credentials: Option<Vec<Restriction>>,
}

/// Collections are replaced, what is not named keeps its value (documented).
fn updated(
    call: &Call<'_>,
    policy: &AppManagementPolicy,
) -> Result<AppManagementPolicy, GraphError> {
    let body: Value = call.request.json()?;
    let update: Update = serde_json::from_value(body).map_err(|_| invalid())?;
    let policy = policy.clone();
    Ok(AppManagementPolicy {
        display_name: update.display_name.unwrap_or(policy.display_name),
        description: update.description.unwrap_or(policy.description),
        is_enabled: update.is_enabled.unwrap_or(policy.is_enabled),
        application_restrictions: replaced(
            policy.application_restrictions,
            update.application_restrictions,
        )?,
        service_principal_restrictions: replaced(
            policy.service_principal_restrictions,
            update.service_principal_restrictions,
        )?,
    })
}

/// Each type at most once, and lifetimes with a length (documented).
fn replaced(
    current: Restrictions,
    update: Option<RestrictionsUpdate>,
) -> Result<Restrictions, GraphError> {
    let Some(update) = update else { return Ok(current) };
    let restrictions = Restrictions {
        password_credentials: update.password_credentials.unwrap_or(current.password_credentials),
        key_credentials: update.key_credentials.unwrap_or(current.key_credentials),
    };
    for list in [&restrictions.password_credentials, &restrictions.key_credentials] {
        let endless = |one: &Restriction| {
            let limits = matches!(
                one.kind,
                RestrictionType::PasswordLifetime | RestrictionType::AsymmetricKeyLifetime
            );
            limits && one.max_lifetime.is_none()
        };
        let repeats = |(index, one): (usize, &Restriction)| {
            list[..index].iter().any(|other| other.kind == one.kind)
        };
        if list.iter().any(endless) || list.iter().enumerate().any(repeats) {
            return Err(invalid());
        }
    }
    Ok(restrictions)
}

/// The text is a guess.
fn invalid() -> GraphError {
    GraphError::bad_request("The app management policy is invalid.")
}

/// What new credentials of one object have to keep to; those that are there already are left alone
/// (documented).
pub(super) struct Rules<'a> {
    /// None while the policy is disabled.
    restrictions: Option<&'a Restrictions>,
    created: OffsetDateTime,
}

/// 1 January 2019: what stands for a service principal's unknown time of creation (documented).
const UNKNOWN_CREATION: i64 = 1_546_300_800;

impl<'a> Rules<'a> {
    pub(super) fn of(call: &Call<'a>, holder: &Holder<'_>) -> Self {
        match holder {
            Holder::Application(one) => Self::of_application(call, one),
            Holder::ServicePrincipal(one) => Self::of_service_principal(call, one),
        }
    }

    pub(super) fn of_application(call: &Call<'a>, application: &Application) -> Self {
        let policy = &call.state.app_management_policy;
        let restrictions = policy.is_enabled.then_some(&policy.application_restrictions);
        Self { restrictions, created: application.created }
    }

    pub(super) fn of_service_principal(call: &Call<'a>, principal: &ServicePrincipal) -> Self {
        let policy = &call.state.app_management_policy;
        let unknown = OffsetDateTime::UNIX_EPOCH + Duration::seconds(UNKNOWN_CREATION);
        Self {
            restrictions: policy.is_enabled.then_some(&policy.service_principal_restrictions),
            created: principal.created.unwrap_or(unknown),
        }
    }

    /// That its lifetime is what lies between the credential's own dates is a guess.
    pub(super) fn check_certificate(&self, lifetime: Duration) -> Result<(), GraphError> {
        let keys = self.restrictions.map(|all| all.key_credentials.as_slice());
        let limit = self.find(keys, RestrictionType::AsymmetricKeyLifetime);
        check_lifetime(limit, lifetime)
    }

    pub(super) fn check_password(&self, lifetime: Duration) -> Result<(), GraphError> {
        let passwords = self.restrictions.map(|all| all.password_credentials.as_slice());
        if self.find(passwords, RestrictionType::PasswordAddition).is_some() {
            return Err(GraphError::credential_type_not_allowed(ID));
        }
        check_lifetime(self.find(passwords, RestrictionType::PasswordLifetime), lifetime)
    }

    fn find(
        &self,
        restrictions: Option<&'a [Restriction]>,
        kind: RestrictionType,
    ) -> Option<&'a Restriction> {
        let mut restrictions = restrictions.unwrap_or_default().iter();
        restrictions.find(|one| one.kind == kind && one.is_about(self.created))
    }
}

fn check_lifetime(limit: Option<&Restriction>, lifetime: Duration) -> Result<(), GraphError> {
    let most = limit.and_then(|limit| limit.max_lifetime.as_ref());
    match most {
        Some(most) if lifetime > most.length => Err(GraphError::credential_lifetime(ID)),
        _ => Ok(()),
    }
}
