//! What a caller sees of the hierarchy as a whole, and what stands by itself.

use axum::http::StatusCode;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::arm::error::ArmError;
use crate::arm::management_groups::{
    READ, ancestors, child_groups, child_subscriptions, kind, scope,
};
use crate::arm::{Call, subscription_scope};
use crate::filter::Condition;
use crate::http::Reply;
use crate::model::hierarchy::{ManagementGroup, Subscription};
use crate::model::scope::Scope;
use crate::store::{Answer, State};

const READ_SUBSCRIPTION: &str = "Microsoft.Resources/subscriptions/read";

/// Groups and subscriptions that the caller may read, with all that they lie in. A caller who may
/// read nothing gets an empty list, which is a guess.
pub(in crate::arm) fn entities(call: &Call<'_>) -> Result<Answer, ArmError> {
    let name = wanted_name(call)?;
    let view = call.request.query("$view").unwrap_or_default().to_ascii_lowercase();
    if call.request.query("$search").is_some() || !VIEWS.contains(&view.as_str()) {
        let message = "The emulated service has no such $search or $view.";
        return Err(ArmError::bad_request("BadRequest", message));
    }
    let mut items = Vec::new();
    if view != "subscriptionsonly" {
        for group in call.state.management_groups.values() {
            if call.may(READ, &scope(&group.name)?) {
                items.push(of_group(call, group)?);
            }
        }
    }
    if view != "groupsonly" {
        let readable = call
            .state
            .subscriptions
            .values()
            .filter(|one| call.may(READ_SUBSCRIPTION, &subscription_scope(one.id)));
        items.extend(readable.map(|one| of_subscription(call, one)));
    }
    if let Some(name) = name {
        items.retain(|item| {
            item["name"].as_str().is_some_and(|found| found.eq_ignore_ascii_case(&name))
        });
    }
    call.page(items)
}

const VIEWS: [&str; 4] = ["", "fullhierarchy", "groupsonly", "subscriptionsonly"];

/// `$filter=name eq '…'`, or the older `groupName`.
fn wanted_name(call: &Call<'_>) -> Result<Option<String>, ArmError> {
    let name = |condition| match condition {
        Condition::Equal(property, Value::String(value))
            if property.eq_ignore_ascii_case("name") =>
        {
            Some(value)
        }
        _ => None,
    };
    let names = call.filter(name).ok_or_else(|| {
        let message = format!("The filter '{}' is not valid.", call.filter_text());
        ArmError::bad_request("BadRequest", message)
    })?;
    Ok(names.into_iter().next().or_else(|| call.request.query("groupName").map(str::to_owned)))
}

fn of_group(call: &Call<'_>, group: &ManagementGroup) -> Result<Value, ArmError> {
    let groups = child_groups(call.state, group).count();
    let subscriptions = child_subscriptions(call.state, group).count();
    let mut properties = placed(call, group.parent.as_ref(), &scope(&group.name)?);
    properties["displayName"] = group.display_name.as_str().into();
    properties["numberOfDescendants"] = descendants(call.state, group).into();
    properties["numberOfChildren"] = (groups + subscriptions).into();
    properties["numberOfChildGroups"] = groups.into();
    let (id, name) = (group.id(), &group.name);
    Ok(json!({ "id": id, "type": kind(call)?, "name": name, "properties": properties }))
}

fn of_subscription(call: &Call<'_>, subscription: &Subscription) -> Value {
    let scope = subscription_scope(subscription.id);
    let mut properties = placed(call, Some(&subscription.parent), &scope);
    properties["displayName"] = subscription.display_name.as_str().into();
    for none in ["numberOfDescendants", "numberOfChildren", "numberOfChildGroups"] {
        properties[none] = 0.into();
    }
    json!({
        "id": scope.as_str(),
        "type": "/subscriptions",
        "name": subscription.id,
        "properties": properties,
    })
}

fn placed(call: &Call<'_>, parent: Option<&String>, at: &Scope) -> Value {
    let mut above = ancestors(call.state, parent);
    let inherited = above.first().and_then(|parent| scope(&parent.name).ok());
    let parent = json!({ "id": above.first().map(|parent| parent.id()) });
    above.reverse();
    json!({
        "tenantId": call.state.tenant.id,
        "parent": parent,
        "permissions": permissions(call, at),
        "inheritedPermissions": inherited.map_or("noaccess", |parent| permissions(call, &parent)),
        "parentDisplayNameChain": above.iter().map(|one| &one.display_name).collect::<Vec<_>>(),
        "parentNameChain": above.iter().map(|one| &one.name).collect::<Vec<_>>(),
    })
}

/// The most that the caller may do.
fn permissions(call: &Call<'_>, scope: &Scope) -> &'static str {
    let may = |action| call.may(&format!("Microsoft.Management/managementGroups/{action}"), scope);
    match () {
        () if may("delete") => "delete",
        () if may("write") => "edit",
        () if may("read") => "view",
        () => "noaccess",
    }
}

fn descendants(state: &State, group: &ManagementGroup) -> usize {
    let below = child_groups(state, group).map(|child| 1 + descendants(state, child));
    child_subscriptions(state, group).count() + below.sum::<usize>()
}

#[derive(Deserialize)]
struct NameCheck {
    name: String,
}

/// Needs no right, which is a guess; the answers were observed.
pub(in crate::arm) fn check_name(call: &Call<'_>) -> Result<Answer, ArmError> {
    let NameCheck { name } = call.request.json()?;
    let body = match (invalid_name(&name), call.state.management_group(&name)) {
        (Some(message), _) => {
            json!({ "nameAvailable": false, "reason": "Invalid", "message": message })
        }
        (None, Some(_)) => json!({
            "nameAvailable": false,
            "reason": "AlreadyExists",
            "message": "The group with the specified name already exists",
        }),
        (None, None) => json!({ "nameAvailable": true }),
    };
    Ok(Reply::json(StatusCode::OK, body).into())
}

/// What is wrong with the name of a new group. Up to 90 characters (documented; the words for that
/// are a guess).
pub(super) fn invalid_name(name: &str) -> Option<String> {
    let wrong: Vec<String> = name
        .chars()
        .filter(|c| !c.is_ascii_alphanumeric() && !"-_().".contains(*c))
        .map(|c| format!("'{c}'"))
        .collect();
    if !wrong.is_empty() {
        let wrong = wrong.join(", ");
        return Some(format!(
            "The provided management group name '{name}' has these invalid characters: {wrong}. \
             The name can only be an ASCII letter, digit, -, _, (, ), ."
        ));
    }
    (name.is_empty() || name.len() > 90).then(|| {
        format!("The provided management group name '{name}' must have 1 to 90 characters.")
    })
}

/// Every tenant of today has its groups; asking for them, or for how far they are, says so
/// (observed).
pub(in crate::arm) fn tenant_backfill(call: &Call<'_>) -> Answer {
    let body = json!({ "tenantId": call.state.tenant.id, "status": "Completed" });
    Reply::json(StatusCode::OK, body).into()
}
