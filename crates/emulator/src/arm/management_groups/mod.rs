//! Management groups: reading them here, changing them in the modules.

mod entities;
mod operations;
mod placement;
mod subscriptions;
mod write;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};

use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::arm::versions::api_version;
use crate::http::Reply;
use crate::model::hierarchy::{ManagementGroup, Subscription, management_group_id};
use crate::model::scope::Scope;
use crate::store::{Answer, State};
use crate::timestamps::ticks;

pub(super) use entities::{check_name, entities, tenant_backfill};
pub(super) use operations::{Polled, operation};
pub(super) use subscriptions::{subscription, subscriptions};

const READ: &str = "Microsoft.Management/managementGroups/read";
const READ_DESCENDANTS: &str = "Microsoft.Management/managementGroups/descendants/read";

/// The groups that the caller may read; none of them is a refusal (observed).
pub(super) fn list(call: &Call<'_>) -> Result<Answer, ArmError> {
    let groups = call.state.management_groups.values();
    let readable =
        groups.filter(|group| scope(&group.name).is_ok_and(|scope| call.may(READ, &scope)));
    let kind = kind(call)?;
    let items: Vec<Value> = readable.map(|group| json!({
        "id": group.id(),
        "type": kind,
        "name": group.name,
        "properties": { "tenantId": call.state.tenant.id, "displayName": group.display_name },
    })).collect();
    if items.is_empty() {
        return Err(ArmError::forbidden_groups(call.caller, READ));
    }
    let mut answer = call.page(items)?;
    if let Some(body) = &mut answer.reply.body
        && body.get("nextLink").is_none()
    {
        body["@nextLink"] = Value::Null;
    }
    Ok(answer)
}

pub(super) fn one(call: &Call<'_>, name: &str) -> Result<Answer, ArmError> {
    match call.request.method {
        Method::GET => get(call, name),
        Method::PUT => write::put(call, name),
        Method::PATCH => write::patch(call, name),
        Method::DELETE => write::delete(call, name),
        _ => Err(ArmError::method_not_allowed(&call.request.method)),
    }
}

/// What is still being created cannot be read (observed).
fn get(call: &Call<'_>, name: &str) -> Result<Answer, ArmError> {
    let group = readable(call, name, READ)?;
    if operations::is_being_created(call, name) {
        return Err(ArmError::forbidden(call.caller, READ, &group.id()));
    }
    let mut body = render(call, group)?;
    let expand = call.request.query("$expand").unwrap_or_default().to_ascii_lowercase();
    let properties = &mut body["properties"];
    match expand.as_str() {
        "" => {}
        "children" => {
            let recurse = call.request.query("$recurse");
            let recurse = recurse.is_some_and(|recurse| recurse.eq_ignore_ascii_case("true"));
            let children = children(call.state, group, kind(call)?, recurse);
            if children != json!([]) {
                properties["children"] = children;
            }
        }
        "path" => {
            let mut path = ancestors(call.state, group.parent.as_ref());
            path.reverse();
            properties["details"]["path"] = path.iter().map(|group| named(group)).collect();
        }
        "ancestors" => {
            let above = ancestors(call.state, group.parent.as_ref());
            properties["details"]["managementGroupAncestors"] =
                above.iter().map(|group| group.name.as_str()).collect();
            properties["details"]["managementGroupAncestorsChain"] =
                chain(call.state, group.parent.as_ref());
        }
        _ => {
            let message = format!("The value '{expand}' of $expand is not valid.");
            return Err(ArmError::bad_request("BadRequest", message));
        }
    }
    Ok(Reply::json(StatusCode::OK, body).into())
}

/// Groups and subscriptions at every depth below the group.
pub(super) fn descendants(call: &Call<'_>, name: &str) -> Result<Answer, ArmError> {
    let group = readable(call, name, READ_DESCENDANTS)?;
    call.page(below(call.state, group, kind(call)?))
}

fn render(call: &Call<'_>, group: &ManagementGroup) -> Result<Value, ArmError> {
    Ok(json!({
        "id": group.id(),
        "type": kind(call)?,
        "name": group.name,
        "properties": properties(call, group),
    }))
}

pub(super) fn properties(call: &Call<'_>, group: &ManagementGroup) -> Value {
    let parent = group.parent.as_ref().and_then(|name| call.state.management_group(name));
    let tenant = &call.state.tenant;
    let changed = group.changed.as_ref();
    json!({
        "tenantId": tenant.id,
        "displayName": group.display_name,
        "details": {
            "version": changed.map_or(1, |changed| changed.version),
            "updatedTime": ticks(changed.map_or(tenant.created, |changed| changed.at)),
            "updatedBy": changed.map_or(tenant.id, |changed| changed.by),
            "parent": parent.map(|parent| json!({
                "id": parent.id(), "name": parent.name, "displayName": parent.display_name,
            })),
        },
    })
}

/// From the named group up to the root, by name.
pub(super) fn chain(state: &State, from: Option<&String>) -> Value {
    ancestors(state, from).into_iter().map(named).collect()
}

fn named(group: &ManagementGroup) -> Value {
    json!({ "name": group.name, "displayName": group.display_name })
}

/// The named group and those above it, nearest first.
fn ancestors<'a>(state: &'a State, from: Option<&String>) -> Vec<&'a ManagementGroup> {
    let first = from.and_then(|name| state.management_group(name));
    std::iter::successors(first, |group| state.management_group(group.parent.as_ref()?)).collect()
}

/// The first version wrote a path where later ones write a type (observed).
fn kind(call: &Call<'_>) -> Result<&'static str, ArmError> {
    Ok(match api_version(call.request)? {
        "2018-03-01-preview" => "/providers/Microsoft.Management/managementGroups",
        _ => "Microsoft.Management/managementGroups",
    })
}

/// A group that does not exist is refused like one that the caller may not read (observed).
fn readable<'a>(
    call: &Call<'a>,
    name: &str,
    action: &str,
) -> Result<&'a ManagementGroup, ArmError> {
    let scope = scope(name)?;
    call.require(action, &scope, scope.as_str())?;
    call.state
        .management_group(name)
        .ok_or_else(|| ArmError::forbidden(call.caller, action, scope.as_str()))
}

fn scope(name: &str) -> Result<Scope, ArmError> {
    let id = management_group_id(name);
    Scope::parse(&id).ok_or_else(|| ArmError::malformed_scope(&id))
}

fn children(state: &State, group: &ManagementGroup, kind: &str, recurse: bool) -> Value {
    let groups = child_groups(state, group).map(|child| {
        let mut item = json!({ "id": child.id(), "type": kind, "name": child.name, "displayName": child.display_name });
        if recurse {
            let children = children(state, child, kind, true);
            // A group without children says nothing of them (observed).
            if children != json!([]) {
                item["children"] = children;
            }
        }
        item
    });
    let subscriptions = child_subscriptions(state, group).map(|child| {
        json!({
            "id": format!("/subscriptions/{}", child.id),
            "type": "/subscriptions",
            "name": child.id,
            "displayName": child.display_name,
        })
    });
    groups.chain(subscriptions).collect()
}

fn below(state: &State, group: &ManagementGroup, kind: &str) -> Vec<Value> {
    let item = |id: String, kind: &str, name: Value, display_name: &str| {
        json!({
            "id": id, "type": kind, "name": name,
            "properties": { "displayName": display_name, "parent": { "id": group.id() } },
        })
    };
    let subscriptions = child_subscriptions(state, group).map(|child| {
        let id = format!("/subscriptions/{}", child.id);
        item(id, &format!("{kind}/subscriptions"), json!(child.id), &child.display_name)
    });
    let groups = child_groups(state, group).flat_map(|child| {
        let own = item(child.id(), kind, json!(child.name), &child.display_name);
        std::iter::once(own).chain(below(state, child, kind))
    });
    groups.chain(subscriptions).collect()
}

fn child_groups<'a>(
    state: &'a State,
    group: &'a ManagementGroup,
) -> impl Iterator<Item = &'a ManagementGroup> {
    let is_child = |child: &&ManagementGroup| {
        child.parent.as_ref().is_some_and(|name| name.eq_ignore_ascii_case(&group.name))
    };
    state.management_groups.values().filter(is_child)
}

fn child_subscriptions<'a>(
    state: &'a State,
    group: &'a ManagementGroup,
) -> impl Iterator<Item = &'a Subscription> {
    state.subscriptions.values().filter(|child| child.parent.eq_ignore_ascii_case(&group.name))
}
