//! Roles of the directory and who is in them. Eligible memberships are not shown.

use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::graph::collection::{DIRECTORY_ROLE, DIRECTORY_ROLE_ASSIGNMENT, list};
use crate::graph::error::GraphError;
use crate::graph::{Call, entity};
use crate::http::Reply;
use crate::model::directory_role::{DirectoryRole, DirectoryRoleMembership};
use crate::store::{Answer, Change};

const CONTEXT: &str = "roleManagement/directory/roleAssignments";

/// Only roles that somebody is in: the others have no object (documented).
pub(super) fn list_of(call: &Call<'_>) -> Result<Answer, GraphError> {
    let is_used = |role: &DirectoryRole| active(call).any(|one| one.role == *role);
    let objects = DirectoryRole::ALL.into_iter().filter(is_used).map(|role| render(call, role));
    Ok(list(call, &DIRECTORY_ROLE, "directoryRoles", objects)?.into())
}

/// Direct memberships; those through a group name the group.
pub(super) fn assignments(call: &Call<'_>) -> Result<Answer, GraphError> {
    match call.request.method {
        Method::GET => {
            let objects = active(call).map(render_assignment);
            Ok(list(call, &DIRECTORY_ROLE_ASSIGNMENT, CONTEXT, objects)?.into())
        }
        Method::POST => create(call),
        _ => Err(GraphError::method_not_allowed()),
    }
}

pub(super) fn assignment(call: &Call<'_>, id: &str) -> Result<Answer, GraphError> {
    let found = active(call).find(|one| one.id == id).ok_or_else(|| GraphError::not_found(id))?;
    match call.request.method {
        Method::GET => {
            let context = format!("{CONTEXT}/$entity");
            Ok(entity(call, StatusCode::OK, &context, render_assignment(found)).into())
        }
        Method::DELETE => {
            let removed = Change::DirectoryRoleMembershipRemoved(found.id.clone());
            Ok(Answer::with_changes(Reply::empty(StatusCode::NO_CONTENT), vec![removed]))
        }
        _ => Err(GraphError::method_not_allowed()),
    }
}

pub(super) fn render(call: &Call<'_>, role: DirectoryRole) -> Map<String, Value> {
    let typed = [
        ("id", json!(role.object_id(call.state.tenant.id))),
        ("deletedDateTime", Value::Null),
        ("description", json!(role.description())),
        ("displayName", json!(role.name())),
        ("roleTemplateId", json!(role.template())),
    ];
    typed.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}

#[derive(Deserialize)]
struct Body {
    #[serde(rename = "principalId")]
    principal: Uuid,
    #[serde(rename = "roleDefinitionId")]
    role: Uuid,
    #[serde(rename = "directoryScopeId")]
    scope: String,
}

/// Tenant-wide only; roles in a part of the directory are not served. The texts are guesses.
fn create(call: &Call<'_>) -> Result<Answer, GraphError> {
    let body: Value = call.request.json()?;
    let body: Body = serde_json::from_value(body)
        .map_err(|_| GraphError::bad_request("The role assignment is incomplete."))?;
    if body.scope != "/" {
        return Err(GraphError::bad_request("The directory scope is not supported."));
    }
    let role =
        DirectoryRole::of_template(body.role).ok_or_else(|| GraphError::not_found(body.role))?;
    let principal = body.principal;
    let group = call.state.groups.get(&principal);
    if group.is_some_and(|group| !group.assignable_to_role) {
        return Err(GraphError::bad_request("The group is not assignable to a role."));
    }
    let known = group.is_some()
        || call.state.users.contains_key(&principal)
        || call.referable.live_service_principal(principal).is_some();
    if !known {
        return Err(GraphError::not_found(principal));
    }
    if active(call).any(|one| (one.role, one.principal) == (role, principal)) {
        let message = "A conflicting object with one or more of the specified property values is present in the directory.";
        return Err(GraphError::bad_request(message));
    }
    let membership = DirectoryRoleMembership::new(role, principal);
    let object = render_assignment(&membership);
    let reply = entity(call, StatusCode::CREATED, &format!("{CONTEXT}/$entity"), object);
    Ok(Answer::with_changes(reply, vec![Change::DirectoryRoleMembership(membership)]))
}

fn active<'a>(call: &Call<'a>) -> impl Iterator<Item = &'a DirectoryRoleMembership> {
    call.state.directory_role_memberships.values().filter(|one| !one.eligible)
}

fn render_assignment(membership: &DirectoryRoleMembership) -> Map<String, Value> {
    let typed = [
        ("id", json!(membership.id)),
        ("principalId", json!(membership.principal)),
        ("directoryScopeId", json!("/")),
        ("roleDefinitionId", json!(membership.role.template())),
    ];
    typed.map(|(name, value)| (name.to_owned(), value)).into_iter().collect()
}
