//! Grants of delegated permissions: what a client may do on behalf of people.

use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::Value;
use uuid::Uuid;

use crate::graph::collection::{DELEGATED_GRANT, list};
use crate::graph::error::GraphError;
use crate::graph::route::ServicePrincipalKey;
use crate::graph::service_principals::reach;
use crate::graph::{Call, entity, render};
use crate::http::Reply;
use crate::model::grant::DelegatedGrant;
use crate::store::{Answer, Change};

const COLLECTION: &str = "oauth2PermissionGrants";

pub(super) fn collection(call: &Call<'_>) -> Result<Answer, GraphError> {
    match call.request.method {
        Method::GET => {
            let objects = call.state.delegated_grants.values().map(render::delegated_grant);
            Ok(list(call, &DELEGATED_GRANT, COLLECTION, objects)?.into())
        }
        Method::POST => create(call),
        _ => Err(GraphError::method_not_allowed()),
    }
}

/// Those in which a service principal is the client.
pub(super) fn list_of(call: &Call<'_>, key: &ServicePrincipalKey) -> Result<Answer, GraphError> {
    let principal = reach(call, key)?;
    let grants = call.state.delegated_grants.values();
    let objects = grants.filter(|one| one.client == principal.id).map(render::delegated_grant);
    Ok(list(call, &DELEGATED_GRANT, COLLECTION, objects)?.into())
}

pub(super) fn one(call: &Call<'_>, id: &str) -> Result<Answer, GraphError> {
    call.found.delegated_grants.get(id).ok_or_else(|| GraphError::not_found(id))?;
    let grants = &call.state.delegated_grants;
    let grant = grants.get(id).ok_or_else(|| GraphError::not_found(id))?;
    match call.request.method {
        Method::GET => {
            let context = format!("{COLLECTION}/$entity");
            Ok(entity(call, StatusCode::OK, &context, render::delegated_grant(grant)).into())
        }
        Method::PATCH => update(call, grant),
        Method::DELETE => {
            let removed = Change::DelegatedGrantRemoved(grant.id.clone());
            Ok(Answer::with_changes(Reply::empty(StatusCode::NO_CONTENT), vec![removed]))
        }
        _ => Err(GraphError::method_not_allowed()),
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    client_id: Uuid,
    consent_type: ConsentType,
    principal_id: Option<Uuid>,
    resource_id: Uuid,
    scope: Option<String>,
}

#[derive(Deserialize)]
enum ConsentType {
    AllPrincipals,
    Principal,
}

/// One grant for each client, resource and user holds all its scopes (observed). Which scopes the
/// resource offers is not looked at, a guess.
fn create(call: &Call<'_>) -> Result<Answer, GraphError> {
    let body: Value = call.request.json()?;
    let body: Body = serde_json::from_value(body).map_err(|_| invalid("consentType"))?;
    let user = match (body.consent_type, body.principal_id) {
        (ConsentType::AllPrincipals, None) => None,
        (ConsentType::Principal, Some(user)) => Some(user),
        (ConsentType::AllPrincipals, Some(_)) | (ConsentType::Principal, None) => {
            return Err(invalid("principalId"));
        }
    };
    for id in [body.client_id, body.resource_id] {
        call.referable.live_service_principal(id).ok_or_else(|| GraphError::not_found(id))?;
    }
    if let Some(missing) = user.filter(|id| !call.referable.users.contains_key(id)) {
        return Err(GraphError::not_found(missing));
    }
    let grant = DelegatedGrant::new(body.client_id, body.resource_id, user, body.scope);
    if call.state.delegated_grants.contains_key(&grant.id) {
        return Err(GraphError::delegated_grant_exists());
    }
    let context = format!("{COLLECTION}/$entity");
    let reply = entity(call, StatusCode::CREATED, &context, render::delegated_grant(&grant));
    let location = format!("{}/v2/{}/{COLLECTION}/{}", call.url, call.state.tenant.id, grant.id);
    let reply = reply.with_header("location", location);
    Ok(Answer::with_changes(reply, vec![Change::DelegatedGrant(grant)]))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Update {
    scope: Option<String>,
}

/// Only the scopes can change (documented).
fn update(call: &Call<'_>, grant: &DelegatedGrant) -> Result<Answer, GraphError> {
    let body: Value = call.request.json()?;
    let Update { scope } = serde_json::from_value(body).map_err(|_| invalid("scope"))?;
    let changed = DelegatedGrant { scope, ..grant.clone() };
    let reply = Reply::empty(StatusCode::NO_CONTENT);
    Ok(Answer::with_changes(reply, vec![Change::DelegatedGrant(changed)]))
}

fn invalid(property: &str) -> GraphError {
    GraphError::invalid_value(property, DELEGATED_GRANT.resource)
}
