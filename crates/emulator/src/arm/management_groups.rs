use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::http::Reply;
use crate::model::hierarchy::{ManagementGroup, Subscription, management_group_id};
use crate::model::scope::Scope;
use crate::store::{Answer, State};
use crate::timestamps::ticks;

const READ: &str = "Microsoft.Management/managementGroups/read";
const READ_DESCENDANTS: &str = "Microsoft.Management/managementGroups/descendants/read";
const KIND: &str = "Microsoft.Management/managementGroups";

/// The groups that the caller may read; none of them is a refusal (observed).
pub(super) fn list(call: &Call<'_>) -> Result<Answer, ArmError> {
    let groups = call.state.management_groups.values();
    let readable =
        groups.filter(|group| scope(&group.name).is_ok_and(|scope| call.may(READ, &scope)));
    let items: Vec<Value> = readable.map(|group| json!({
        "id": group.id(),
        "type": KIND,
        "name": group.name,
        "properties": { "tenantId": call.state.tenant.id, "displayName": group.display_name },
    })).collect();
    if items.is_empty() {
        return Err(ArmError::forbidden_groups(call.caller, READ));
    }
    call.page(items)
}

pub(super) fn get(call: &Call<'_>, name: &str) -> Result<Answer, ArmError> {
    let group = readable(call, name, READ)?;
    let parent = group.parent.as_ref().and_then(|name| call.state.management_group(name));
    let mut properties = json!({
        "tenantId": call.state.tenant.id,
        "displayName": group.display_name,
        "details": {
            "version": 1,
            "updatedTime": ticks(call.state.tenant.created),
            "updatedBy": call.state.tenant.id,
            "parent": parent.map(|parent| json!({
                "id": parent.id(), "name": parent.name, "displayName": parent.display_name,
            })),
        },
    });
    if call.request.query("$expand").is_some_and(|expand| expand.eq_ignore_ascii_case("children")) {
        let recurse = call
            .request
            .query("$recurse")
            .is_some_and(|recurse| recurse.eq_ignore_ascii_case("true"));
        properties["children"] = children(call.state, group, recurse);
    }
    let body =
        json!({ "id": group.id(), "type": KIND, "name": group.name, "properties": properties });
    Ok(Reply::json(StatusCode::OK, body).into())
}

/// Groups and subscriptions at every depth below the group.
pub(super) fn descendants(call: &Call<'_>, name: &str) -> Result<Answer, ArmError> {
    let group = readable(call, name, READ_DESCENDANTS)?;
    call.page(below(call.state, group))
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

fn children(state: &State, group: &ManagementGroup, recurse: bool) -> Value {
    let groups = child_groups(state, group).map(|child| {
        let mut item = json!({ "id": child.id(), "type": KIND, "name": child.name, "displayName": child.display_name });
        if recurse {
            item["children"] = children(state, child, true);
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

fn below(state: &State, group: &ManagementGroup) -> Vec<Value> {
    let item = |id: String, kind: &str, name: Value, display_name: &str| {
        json!({
            "id": id, "type": kind, "name": name,
            "properties": { "displayName": display_name, "parent": { "id": group.id() } },
        })
    };
    let subscriptions = child_subscriptions(state, group).map(|child| {
        let id = format!("/subscriptions/{}", child.id);
        item(id, &format!("{KIND}/subscriptions"), json!(child.id), &child.display_name)
    });
    let groups = child_groups(state, group).flat_map(|child| {
        let own = item(child.id(), KIND, json!(child.name), &child.display_name);
        std::iter::once(own).chain(below(state, child))
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
