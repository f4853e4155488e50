use axum::http::StatusCode;
use serde::Deserialize;

use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::arm::management_groups::entities::invalid_name;
use crate::arm::management_groups::{operations, placement, render, scope};
use crate::http::Reply;
use crate::model::group_operation::OperationKind;
use crate::model::hierarchy::{GroupChange, ManagementGroup};
use crate::store::{Answer, Change};

const WRITE: &str = "Microsoft.Management/managementGroups/write";
const DELETE: &str = "Microsoft.Management/managementGroups/delete";

#[derive(Default, Deserialize)]
struct Body {
    properties: Option<Properties>,
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase")]
struct Properties {
    display_name: Option<String>,
    details: Option<Details>,
}

#[derive(Deserialize)]
struct Details {
    parent: Option<Parent>,
}

#[derive(Deserialize)]
struct Parent {
    id: Option<String>,
}

/// A new group takes an operation; one that there is, is answered at once (observed). The right to
/// write is asked for at the parent of a new group, as nobody holds anything at the group itself.
/// The service lets everybody create groups below the root unless told otherwise (documented); that
/// kindness is left out.
pub(super) fn put(call: &Call<'_>, name: &str) -> Result<Answer, ArmError> {
    let Body { properties } = call.request.json()?;
    let Properties { display_name, details } = properties.unwrap_or_default();
    let parent = details.and_then(|details| details.parent?.id);
    if let Some(existing) = call.state.management_group(name) {
        return update(call, existing, display_name, parent.as_deref());
    }
    if let Some(message) = invalid_name(name) {
        return Err(ArmError::bad_request("BadRequest", message));
    }
    let root = call.state.tenant.id.to_string();
    let parent = placement::parent(call.state, parent.as_deref().unwrap_or(&root))?;
    call.require(WRITE, &scope(&parent.name)?, scope(name)?.as_str())?;
    placement::refuse_too_deep(call.state, None, parent)?;
    let group = ManagementGroup {
        name: name.to_owned(),
        display_name: display_name.unwrap_or_else(|| name.to_owned()),
        parent: Some(parent.name.clone()),
        changed: Some(GroupChange { version: 1, at: call.now, by: call.caller.oid }),
    };
    let mut answer = operations::begin(call, OperationKind::Create, name, None)?;
    answer.changes.push(Change::ManagementGroup(group));
    Ok(answer)
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Patch {
    display_name: Option<String>,
    #[serde(alias = "parentId")]
    parent_group_id: Option<String>,
}

pub(super) fn patch(call: &Call<'_>, name: &str) -> Result<Answer, ArmError> {
    let at = scope(name)?;
    call.require(WRITE, &at, at.as_str())?;
    let group = call.state.management_group(name);
    let group = group.ok_or_else(|| ArmError::forbidden(call.caller, WRITE, at.as_str()))?;
    let Patch { display_name, parent_group_id } = call.request.json()?;
    update(call, group, display_name, parent_group_id.as_deref())
}

/// Moving a group takes the right to write it, its old parent and its new one (documented).
fn update(
    call: &Call<'_>,
    group: &ManagementGroup,
    display_name: Option<String>,
    parent: Option<&str>,
) -> Result<Answer, ArmError> {
    let at = scope(&group.name)?;
    call.require(WRITE, &at, at.as_str())?;
    let parent = parent.map(|id| placement::parent(call.state, id)).transpose()?;
    let moves = parent.filter(|parent| {
        let old = group.parent.as_deref().unwrap_or_default();
        !old.eq_ignore_ascii_case(&parent.name)
    });
    if let Some(parent) = moves {
        let old = group.parent.as_ref().ok_or_else(|| {
            let message = "The root management group cannot be moved.";
            ArmError::bad_request("BadRequest", message)
        })?;
        for place in [old, &parent.name] {
            call.require(WRITE, &scope(place)?, scope(place)?.as_str())?;
        }
        placement::refuse_cycle(call.state, group, parent)?;
        placement::refuse_too_deep(call.state, Some(group), parent)?;
        placement::refuse_orphaned_assignments(call.state, &at, parent)?;
    }
    let renamed = display_name.as_ref().is_some_and(|name| *name != group.display_name);
    if !renamed && moves.is_none() {
        return Ok(Reply::json(StatusCode::OK, render(call, group)?).into());
    }
    let version = group.changed.as_ref().map_or(1, |changed| changed.version) + 1;
    let group = ManagementGroup {
        display_name: display_name.unwrap_or_else(|| group.display_name.clone()),
        parent: moves.map_or_else(|| group.parent.clone(), |parent| Some(parent.name.clone())),
        changed: Some(GroupChange { version, at: call.now, by: call.caller.oid }),
        ..group.clone()
    };
    let reply = Reply::json(StatusCode::OK, render(call, &group)?);
    Ok(Answer::with_changes(reply, vec![Change::ManagementGroup(group)]))
}

/// Accepted at first, even where it then fails (observed); 204 when there is nothing (documented).
pub(super) fn delete(call: &Call<'_>, name: &str) -> Result<Answer, ArmError> {
    let at = scope(name)?;
    call.require(DELETE, &at, at.as_str())?;
    let Some(group) = call.state.management_group(name) else {
        return Ok(Reply::empty(StatusCode::NO_CONTENT).into());
    };
    if group.parent.is_none() {
        let message = "The root management group cannot be deleted.";
        return Err(ArmError::bad_request("BadRequest", message));
    }
    let is_empty = super::child_groups(call.state, group).next().is_none()
        && super::child_subscriptions(call.state, group).next().is_none();
    if !is_empty {
        let reason = "Cannot delete non-empty management group";
        return operations::begin(call, OperationKind::Delete, &group.name, Some(reason));
    }
    let mut answer = operations::begin(call, OperationKind::Delete, &group.name, None)?;
    answer.changes.push(Change::ManagementGroupRemoved(group.name.clone()));
    Ok(answer)
}
