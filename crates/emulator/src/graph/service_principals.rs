use axum::http::{Method, StatusCode};
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::graph::app_management_policy::Rules;
use crate::graph::application_properties::{kept_passwords, tags};
use crate::graph::collection::{SERVICE_PRINCIPAL, Selection, count, list};
use crate::graph::error::GraphError;
use crate::graph::render::{self, Keys};
use crate::graph::route::ServicePrincipalKey;
use crate::graph::{Call, created, creates_if_missing, entity, key_credentials, rights};
use crate::http::Reply;
use crate::model::service_principal::ServicePrincipal;
use crate::store::{Answer, Change, State};

pub(super) fn collection(call: &Call<'_>) -> Result<Answer, GraphError> {
    match call.request.method {
        Method::GET => Ok(list(call, &SERVICE_PRINCIPAL, "servicePrincipals", all(call))?.into()),
        Method::POST => {
            let body: Map<String, Value> = call.request.json()?;
            let app_id = body.get("appId").and_then(Value::as_str);
            let app_id = app_id
                .ok_or_else(|| GraphError::missing_value("appId", SERVICE_PRINCIPAL.resource))?;
            create(call, app_id, &body)
        }
        _ => Err(GraphError::method_not_allowed()),
    }
}

pub(super) fn count_all(call: &Call<'_>) -> Result<Answer, GraphError> {
    Ok(count(call, &SERVICE_PRINCIPAL, all(call))?.into())
}

fn all(call: &Call<'_>) -> impl Iterator<Item = Map<String, Value>> {
    let principals = call.state.live_service_principals();
    principals.map(|principal| render::service_principal(call.state, principal, Keys::Hidden))
}

pub(super) fn one(call: &Call<'_>, key: &ServicePrincipalKey) -> Result<Answer, GraphError> {
    let upserts = creates_if_missing(call.request);
    let found = if upserts { find(call.state, key) } else { reach(call, key) };
    match (&call.request.method, found) {
        (&Method::GET, Ok(principal)) => get(call, principal),
        (&Method::PATCH, Ok(principal)) => update(call, principal),
        (&Method::PATCH, Err(missing)) => match key {
            ServicePrincipalKey::AppId(id) if upserts => {
                create(call, &id.to_string(), &call.request.json()?)
            }
            _ => Err(missing),
        },
        (&Method::DELETE, Ok(principal)) => {
            let changes = deletion(call, principal).collect();
            Ok(Answer::with_changes(Reply::empty(StatusCode::NO_CONTENT), changes))
        }
        (&Method::GET | &Method::DELETE, Err(missing)) => Err(missing),
        _ => Err(GraphError::method_not_allowed()),
    }
}

/// A service principal that can be found by now, as the request has to see it.
pub(super) fn reach<'a>(
    call: &Call<'a>,
    key: &ServicePrincipalKey,
) -> Result<&'a ServicePrincipal, GraphError> {
    find(call.found, key)?;
    find(call.state, key)
}

pub(super) fn find<'a>(
    state: &'a State,
    key: &ServicePrincipalKey,
) -> Result<&'a ServicePrincipal, GraphError> {
    let (found, id) = match key {
        ServicePrincipalKey::Id(id) => (state.live_service_principal(*id), id),
        ServicePrincipalKey::AppId(id) => (state.service_principal_of(*id), id),
    };
    found.ok_or_else(|| GraphError::not_found(id))
}

/// A soft delete. What it was granted, and what was granted on it, is gone for good.
pub(super) fn deletion(
    call: &Call<'_>,
    principal: &ServicePrincipal,
) -> impl Iterator<Item = Change> {
    let id = principal.id;
    let grants = call
        .state
        .grants
        .values()
        .filter(move |grant| grant.principal == id || grant.resource == id);
    let delegated = call.state.delegated_grants.values();
    let delegated = delegated.filter(move |grant| grant.client == id || grant.resource == id);
    let deleted = ServicePrincipal { deleted: Some(call.now), ..principal.clone() };
    std::iter::once(deleted.into())
        .chain(grants.map(|grant| Change::GrantRemoved(grant.id.clone())))
        .chain(delegated.map(|grant| Change::DelegatedGrantRemoved(grant.id.clone())))
}

/// A service principal out of the deleted items, unless its application is missing or has got
/// another one.
pub(super) fn restored(
    call: &Call<'_>,
    principal: &ServicePrincipal,
) -> Result<Change, GraphError> {
    refuse_without_application(call, call.state, &principal.app_id.to_string())?;
    refuse_second(call.state, principal.app_id)?;
    Ok(ServicePrincipal { deleted: None, ..principal.clone() }.into())
}

fn get(call: &Call<'_>, principal: &ServicePrincipal) -> Result<Answer, GraphError> {
    let selection = Selection::of(call.request, &SERVICE_PRINCIPAL)?;
    let keys = if selection.names("keyCredentials") { Keys::Shown } else { Keys::Hidden };
    let object = selection.apply(render::service_principal(call.state, principal, keys));
    let context = format!("servicePrincipals{}/$entity", selection.context());
    Ok(entity(call, StatusCode::OK, &context, object).into())
}

fn create(call: &Call<'_>, app_id: &str, body: &Map<String, Value>) -> Result<Answer, GraphError> {
    let (app_id, name) = refuse_without_application(call, call.referable, app_id)?;
    refuse_second(call.state, app_id)?;
    let mut principal = ServicePrincipal::new(Uuid::new_v4(), app_id, &name, call.state.tenant.id);
    principal.created = Some(call.now);
    principal.owners = rights::first_owner(call);
    apply(call, &mut principal, body)?;
    let object = render::service_principal(call.state, &principal, Keys::Hidden);
    let reply = entity(call, StatusCode::CREATED, "servicePrincipals/$entity", object);
    let reply = created(call, reply, principal.id, "ServicePrincipal");
    Ok(Answer::with_changes(reply, vec![principal.into()]))
}

fn update(call: &Call<'_>, principal: &ServicePrincipal) -> Result<Answer, GraphError> {
    let mut changed = principal.clone();
    let application = call.state.application_of(principal.app_id);
    if let Some(application) = application {
        changed.display_name.clone_from(&application.display_name);
    }
    apply(call, &mut changed, &call.request.json()?)?;
    Ok(Answer::with_changes(Reply::empty(StatusCode::NO_CONTENT), vec![changed.into()]))
}

fn refuse_without_application(
    call: &Call<'_>,
    state: &State,
    app_id: &str,
) -> Result<(Uuid, String), GraphError> {
    let application = Uuid::try_parse(app_id).ok().and_then(|id| state.application_of(id));
    let application =
        application.ok_or_else(|| GraphError::no_backing_application(app_id, call.behaviour))?;
    Ok((application.app_id, application.display_name.clone()))
}

fn refuse_second(state: &State, app_id: Uuid) -> Result<(), GraphError> {
    match state.service_principal_of(app_id) {
        Some(_) => Err(GraphError::service_principal_exists(app_id)),
        None => Ok(()),
    }
}

fn apply(
    call: &Call<'_>,
    principal: &mut ServicePrincipal,
    body: &Map<String, Value>,
) -> Result<(), GraphError> {
    let invalid = |name: &str| GraphError::invalid_value(name, SERVICE_PRINCIPAL.resource);
    for (name, value) in body {
        match name.as_str() {
            "accountEnabled" => {
                principal.account_enabled = value.as_bool().ok_or_else(|| invalid(name))?;
            }
            // It follows the application; another name is refused in the application's own tenant.
            "displayName" if *value == principal.display_name => {}
            "displayName" => return Err(GraphError::foreign_display_name()),
            "tags" => principal.tags = tags(value, SERVICE_PRINCIPAL.resource)?,
            "keyCredentials" => {
                principal.key_credentials = key_credentials::replaced(
                    &principal.key_credentials,
                    value,
                    &SERVICE_PRINCIPAL,
                    &Rules::of_service_principal(call, principal),
                    call.now,
                )?;
            }
            "passwordCredentials" => {
                let current = &principal.password_credentials;
                principal.password_credentials =
                    kept_passwords(current, value, &SERVICE_PRINCIPAL)?;
            }
            "appId"
                if value.as_str().and_then(|id| Uuid::try_parse(id).ok())
                    == Some(principal.app_id) => {}
            "isDisabled" if !value.is_boolean() && !value.is_null() => return Err(invalid(name)),
            name if READ_ONLY.contains(&name) => return Err(GraphError::read_only(name)),
            "@odata.type" | "@odata.context" | "@odata.id" => {}
            name => {
                let result = principal.settings.set(SERVICE_PRINCIPAL.defaults, name, value);
                result.map_err(|fault| {
                    fault.of(name, SERVICE_PRINCIPAL.name, SERVICE_PRINCIPAL.resource)
                })?;
            }
        }
    }
    Ok(())
}

const READ_ONLY: [&str; 12] = [
    "id",
    "appId",
    "appDisplayName",
    "appOwnerOrganizationId",
    "appRoles",
    "createdByAppId",
    "createdDateTime",
    "deletedDateTime",
    "disabledByMicrosoftStatus",
    "oauth2PermissionScopes",
    "servicePrincipalNames",
    "signInAudience",
];
