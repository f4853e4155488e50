use axum::http::{Method, StatusCode};
use serde::Deserialize;
use serde_json::{Map, Value, json};
use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::arm::operations::Operation;
use crate::arm::{
    Call, deleted_vaults, existence, protection, resource_group_scope, subscription_scope,
};
use crate::http::Reply;
use crate::model::hierarchy::{Resource, ResourceGroup};
use crate::model::scope::Scope;
use crate::store::{Answer, Change};

const READ: &str = "Microsoft.Resources/subscriptions/resourceGroups/read";
const WRITE: &str = "Microsoft.Resources/subscriptions/resourceGroups/write";
const DELETE: &str = "Microsoft.Resources/subscriptions/resourceGroups/delete";

/// What the caller cannot read is silently absent.
pub(super) fn list(call: &Call<'_>, subscription: Uuid) -> Result<Answer, ArmError> {
    let scope = subscription_scope(subscription);
    let readable = |group: &&ResourceGroup| {
        group.subscription == subscription
            && Scope::parse(&group.id()).is_some_and(|scope| call.may(READ, &scope))
    };
    let groups: Vec<&ResourceGroup> =
        call.state.resource_groups.values().filter(readable).collect();
    if groups.is_empty() {
        call.require(READ, &scope, scope.as_str())?;
    }
    existence::require(call.state, &scope)?;
    call.page_of(groups, render)
}

pub(super) fn one(call: &Call<'_>, subscription: Uuid, name: &str) -> Result<Answer, ArmError> {
    let scope = resource_group_scope(subscription, name)?;
    let action = match call.request.method {
        Method::GET | Method::HEAD => READ,
        Method::PUT => WRITE,
        Method::DELETE => DELETE,
        _ => return Err(ArmError::method_not_allowed(&call.request.method)),
    };
    call.require(action, &scope, scope.as_str())?;
    if call.request.method == Method::PUT {
        return put(call, subscription, name);
    }
    existence::require(call.state, &scope)?;
    let missing = || ArmError::resource_group_not_found(name);
    let group = call.state.resource_group(subscription, name).ok_or_else(missing)?;
    match call.request.method {
        Method::HEAD => Ok(Reply::empty(StatusCode::NO_CONTENT).into()),
        Method::DELETE => delete(call, group, &scope),
        _ => Ok(Reply::json(StatusCode::OK, render(group)).into()),
    }
}

#[derive(Deserialize)]
struct Body {
    location: Option<String>,
    #[serde(default)]
    tags: Map<String, Value>,
}

/// 201 for a new one, then 200 (documented).
fn put(call: &Call<'_>, subscription: Uuid, name: &str) -> Result<Answer, ArmError> {
    existence::require(call.state, &subscription_scope(subscription))?;
    let Body { location, tags } = call.request.json()?;
    let location = location.ok_or_else(|| {
        let message = "The location property is required for this definition.";
        ArmError::bad_request("LocationRequired", message)
    })?;
    let existing = call.state.resource_group(subscription, name);
    if let Some(existing) = existing.filter(|one| !one.location.eq_ignore_ascii_case(&location)) {
        let message = format!(
            "Invalid resource group location '{location}'. The Resource group already exists in location '{}'.",
            existing.location
        );
        return Err(ArmError::conflict("InvalidResourceGroupLocation", message));
    }
    let name = existing.map_or(name, |existing| &existing.name).to_owned();
    let status = if existing.is_some() { StatusCode::OK } else { StatusCode::CREATED };
    let group = ResourceGroup { subscription, name, location, tags };
    let reply = Reply::json(status, render(&group));
    Ok(Answer::with_changes(reply, vec![Change::ResourceGroup(group)]))
}

/// The group and all that is in it are gone at once; its `Deleting` state is left out.
fn delete(call: &Call<'_>, group: &ResourceGroup, scope: &Scope) -> Result<Answer, ArmError> {
    protection::refuse_locked_within(call, scope)?;
    let within = format!("{}/", scope.key());
    let resources = call.state.resources.range(within.clone()..);
    let resources = resources.take_while(|(key, _)| key.starts_with(&within));
    let mut changes: Vec<Change> =
        resources.map(|(_, Resource { id, .. })| Change::ResourceRemoved(id.clone())).collect();
    changes.extend(
        call.state.vaults_in(&scope.key()).flat_map(|vault| deleted_vaults::gone(call, vault)),
    );
    changes.extend(call.state.extensions_of(&group.id()));
    changes.push(Change::ResourceGroupRemoved(group.id()));
    let operation = Operation { started: call.now };
    let location = operation.location(call, &operations(group.subscription))?;
    let reply = Reply::empty(StatusCode::ACCEPTED).with_header("location", location);
    Ok(Answer::with_changes(reply, changes))
}

/// 202 with the next address to ask at, then 200, both without a body (documented).
pub(super) fn operation(call: &Call<'_>, subscription: Uuid, id: &str) -> Result<Answer, ArmError> {
    let operation = Operation::at(call, id)?;
    if operation.is_finished(call.now) {
        return Ok(Reply::empty(StatusCode::OK).into());
    }
    let next = operation.location(call, &operations(subscription))?;
    Ok(Reply::empty(StatusCode::ACCEPTED).with_header("location", next).into())
}

fn operations(subscription: Uuid) -> String {
    format!("/subscriptions/{subscription}/operationresults")
}

fn render(group: &ResourceGroup) -> Value {
    json!({
        "id": group.id(),
        "name": group.name,
        "type": "Microsoft.Resources/resourceGroups",
        "location": group.location,
        "tags": group.tags,
        "properties": { "provisioningState": "Succeeded" },
    })
}
