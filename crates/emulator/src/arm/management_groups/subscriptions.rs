//! The subscriptions that lie directly in a group.

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::arm::error::ArmError;
use crate::arm::management_groups::{child_subscriptions, placement, readable, scope};
use crate::arm::{Call, subscription_scope};
use crate::http::Reply;
use crate::model::hierarchy::{ManagementGroup, Subscription, SubscriptionState};
use crate::store::{Answer, Change};

const READ: &str = "Microsoft.Management/managementGroups/subscriptions/read";
const WRITE: &str = "Microsoft.Management/managementGroups/subscriptions/write";
const DELETE: &str = "Microsoft.Management/managementGroups/subscriptions/delete";
const WRITE_GROUP: &str = "Microsoft.Management/managementGroups/write";
const ASSIGN: &str = "Microsoft.Authorization/roleAssignments/write";

pub(in crate::arm) fn subscriptions(call: &Call<'_>, name: &str) -> Result<Answer, ArmError> {
    let group = readable(call, name, READ)?;
    let children = child_subscriptions(call.state, group);
    call.page(children.map(|child| render(call, group, child)).collect())
}

pub(in crate::arm) fn subscription(
    call: &Call<'_>,
    name: &str,
    id: Uuid,
) -> Result<Answer, ArmError> {
    let action = match call.request.method {
        Method::GET => READ,
        Method::PUT => WRITE,
        Method::DELETE => DELETE,
        _ => return Err(ArmError::method_not_allowed(&call.request.method)),
    };
    let group = readable(call, name, action)?;
    let subscription =
        call.state.subscriptions.get(&id).ok_or_else(|| ArmError::subscription_not_found(id))?;
    let is_in_group = subscription.parent.eq_ignore_ascii_case(&group.name);
    match action {
        READ if is_in_group => {
            Ok(Reply::json(StatusCode::OK, render(call, group, subscription)).into())
        }
        READ => {
            let message = format!("The subscription '{id}' is not in the group '{name}'.");
            Err(ArmError::not_found("NotFound", message))
        }
        WRITE => moved(call, subscription, group).map(|changes| {
            Answer::with_changes(
                Reply::json(StatusCode::OK, render(call, group, subscription)),
                changes,
            )
        }),
        _ if !is_in_group => Ok(Reply::empty(StatusCode::NO_CONTENT).into()),
        // What is taken out of a group goes to the root (documented).
        _ => {
            let root = placement::parent(call.state, &call.state.tenant.id.to_string())?;
            let changes = moved(call, subscription, root)?;
            Ok(Answer::with_changes(Reply::empty(StatusCode::OK), changes))
        }
    }
}

/// Takes the right to write both groups, unless one of them is the root, and to assign roles in the
/// subscription (documented).
fn moved(
    call: &Call<'_>,
    subscription: &Subscription,
    to: &ManagementGroup,
) -> Result<Vec<Change>, ArmError> {
    if subscription.parent.eq_ignore_ascii_case(&to.name) {
        return Ok(Vec::new());
    }
    let at = subscription_scope(subscription.id);
    call.require_right(ASSIGN, &at, at.as_str())?;
    let groups = [call.state.management_group(&subscription.parent), Some(to)];
    let is_at_root = groups.iter().flatten().any(|group| group.parent.is_none());
    for group in groups.into_iter().flatten().filter(|_| !is_at_root) {
        call.require(WRITE_GROUP, &scope(&group.name)?, &group.id())?;
    }
    placement::refuse_orphaned_assignments(call.state, &at, to)?;
    let moved = Subscription { parent: to.name.clone(), ..subscription.clone() };
    Ok(vec![Change::Subscription(moved)])
}

fn render(call: &Call<'_>, group: &ManagementGroup, subscription: &Subscription) -> Value {
    let Subscription { id, display_name, state, parent: _, foreign_tenant: _, providers: _ } =
        subscription;
    json!({
        "name": id,
        "id": format!("{}/subscriptions/{id}", group.id()),
        "type": "Microsoft.Management/managementGroups/subscriptions",
        "properties": {
            "displayName": display_name,
            "parent": { "id": group.id(), "name": null, "displayName": null },
            "state": if *state == SubscriptionState::Enabled { json!("Active") } else { json!(state) },
            "tenant": call.state.tenant.id,
        },
    })
}
