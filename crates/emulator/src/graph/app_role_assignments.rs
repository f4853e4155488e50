//! Grants of application permissions, from either side: what a client holds, and what an API gives.

use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::graph::collection::{GRANT, list};
use crate::graph::error::GraphError;
use crate::graph::route::{ServicePrincipalKey, Side};
use crate::graph::service_principals::reach;
use crate::graph::{Call, entity, render};
use crate::http::Reply;
use crate::model::grant::Grant;
use crate::model::service_principal::ServicePrincipal;
use crate::store::{Answer, Change};

pub(super) fn collection(
    call: &Call<'_>,
    side: Side,
    key: &ServicePrincipalKey,
) -> Result<Answer, GraphError> {
    let principal = reach(call, key)?;
    match call.request.method {
        Method::GET => {
            let grants = call.state.grants.values().filter(|grant| side.of(grant) == principal.id);
            let objects = grants.map(|grant| render::grant(call.state, grant));
            Ok(list(call, &GRANT, &context(side, principal), objects)?.into())
        }
        Method::POST => create(call, side, principal),
        _ => Err(GraphError::method_not_allowed()),
    }
}

/// A grant that hangs on another service principal than the path names is not found there.
pub(super) fn one(
    call: &Call<'_>,
    side: Side,
    key: &ServicePrincipalKey,
    id: &str,
) -> Result<Answer, GraphError> {
    let principal = reach(call, key)?;
    let grant = call.state.grants.get(id).filter(|grant| side.of(grant) == principal.id);
    let grant = grant.ok_or_else(|| GraphError::not_found(id))?;
    match call.request.method {
        Method::GET => {
            let context = format!("{}/$entity", context(side, principal));
            Ok(entity(call, StatusCode::OK, &context, render::grant(call.state, grant)).into())
        }
        Method::DELETE => {
            let removed = Change::GrantRemoved(grant.id.clone());
            Ok(Answer::with_changes(Reply::empty(StatusCode::NO_CONTENT), vec![removed]))
        }
        _ => Err(GraphError::method_not_allowed()),
    }
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "principalId")]
    principal: Uuid,
    #[serde(rename = "resourceId")]
    resource: Uuid,
    #[serde(rename = "appRoleId")]
    role: Uuid,
}

/// An API that offers no roles can be assigned without one, by a role id of zeros (documented).
fn create(call: &Call<'_>, side: Side, of: &ServicePrincipal) -> Result<Answer, GraphError> {
    let body: Value = call.request.json()?;
    let body: Body = serde_json::from_value(body).map_err(|_| not_valid_reference())?;
    let grant = Grant::new(body.principal, body.resource, body.role, call.now);
    if side.of(&grant) != of.id {
        return Err(not_valid_reference());
    }
    let principal =
        |id| call.referable.live_service_principal(id).ok_or_else(|| GraphError::not_found(id));
    let (_, resource) = (principal(grant.principal)?, principal(grant.resource)?);
    let without_role = grant.role.is_nil() && resource.app_roles.is_empty();
    if resource.app_role(grant.role).is_none() && !without_role {
        let message =
            format!("Permission being assigned was not found on application '{}'", resource.app_id);
        return Err(GraphError::bad_request(message));
    }
    if call.state.grants.values().any(|other| other.same_as(&grant)) {
        return Err(GraphError::grant_exists(call.behaviour));
    }
    let context = format!("{}/$entity", context(side, of));
    let reply = entity(call, StatusCode::CREATED, &context, render::grant(call.state, &grant));
    Ok(Answer::with_changes(reply, vec![Change::Grant(grant)]))
}

impl Side {
    fn of(self, grant: &Grant) -> Uuid {
        match self {
            Self::Principal => grant.principal,
            Self::Resource => grant.resource,
        }
    }
}

fn context(side: Side, principal: &ServicePrincipal) -> String {
    let name = match side {
        Side::Principal => "appRoleAssignments",
        Side::Resource => "appRoleAssignedTo",
    };
    format!("servicePrincipals('{}')/{name}", principal.id)
}

fn not_valid_reference() -> GraphError {
    GraphError::bad_request("Not a valid reference update.")
}
