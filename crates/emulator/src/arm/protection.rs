//! What keeps even those from writing and deleting who have the right to.

use axum::http::{Method, StatusCode};
use serde_json::json;

use crate::arm::Call;
use crate::arm::error::ArmError;
use crate::model::hierarchy::SubscriptionState;
use crate::model::lock::{Lock, LockLevel};
use crate::model::role::matches;
use crate::model::scope::Scope;

/// State of the subscription, locks, policies. That they are asked in this order is a guess.
/// `shown` is the id of what is acted upon.
pub(super) fn check(
    call: &Call<'_>,
    action: &str,
    scope: &Scope,
    shown: &str,
) -> Result<(), ArmError> {
    match call.request.method {
        Method::PUT | Method::PATCH | Method::POST => {
            refuse_read_only_subscription(call, scope)?;
            refuse_locked(call, scope, shown)?;
            refuse_by_policy(call, action, shown)
        }
        Method::DELETE => {
            refuse_locked(call, scope, shown)?;
            refuse_by_policy(call, action, shown)
        }
        _ => Ok(()),
    }
}

/// Subscriptions that are disabled, or warned that they will be, allow reading and deleting only; a
/// past due one still allows everything (documented; that a warned one has the words of a disabled
/// one is a guess).
pub(super) fn refuse_read_only_subscription(
    call: &Call<'_>,
    scope: &Scope,
) -> Result<(), ArmError> {
    let subscription = scope.subscription().and_then(|id| call.state.subscriptions.get(&id));
    let Some(subscription) = subscription else { return Ok(()) };
    match subscription.state {
        SubscriptionState::Enabled | SubscriptionState::PastDue => Ok(()),
        SubscriptionState::Warned | SubscriptionState::Disabled => {
            Err(ArmError::disabled_subscription(subscription.id))
        }
        SubscriptionState::Deleted => Err(ArmError::subscription_not_found(subscription.id)),
    }
}

/// Locks are inherited, by assignments at the scope too: a read-only lock forbids to make them
/// (observed), any lock to delete them (documented).
fn refuse_locked(call: &Call<'_>, scope: &Scope, shown: &str) -> Result<(), ArmError> {
    let above = scope.enclosing();
    let is_above = |lock: &&Lock| above.contains(&lock.scope.to_ascii_lowercase());
    refuse_locked_by(call, call.state.locks.values().filter(is_above), shown)
}

/// A lock on anything within keeps the whole from being deleted (documented).
pub(super) fn refuse_locked_within(call: &Call<'_>, scope: &Scope) -> Result<(), ArmError> {
    let within = format!("{}/", scope.key());
    let is_within = |lock: &&Lock| lock.scope.to_ascii_lowercase().starts_with(&within);
    refuse_locked_by(call, call.state.locks.values().filter(is_within), scope.as_str())
}

fn refuse_locked_by<'a>(
    call: &Call<'_>,
    locks: impl Iterator<Item = &'a Lock>,
    shown: &str,
) -> Result<(), ArmError> {
    let deletes = call.request.method == Method::DELETE;
    let binding = locks.filter(|lock| deletes || lock.properties.level == LockLevel::ReadOnly);
    let scopes: Vec<&str> = binding.map(|lock| lock.scope.as_str()).collect();
    if scopes.is_empty() {
        return Ok(());
    }
    let operation = if deletes { "delete" } else { "write" };
    let message = format!(
        "The scope '{shown}' cannot perform {operation} operation because following scope(s) are \
         locked: '{}'. Please remove the lock and try again.",
        scopes.join(",")
    );
    Err(ArmError::gateway(StatusCode::CONFLICT, "ScopeLocked", message))
}

/// One policy, assigned at the root group, denies all the actions. Code and text are documented.
fn refuse_by_policy(call: &Call<'_>, action: &str, shown: &str) -> Result<(), ArmError> {
    if !call.behaviour.denied_by_policy.iter().any(|denied| matches(denied, action)) {
        return Ok(());
    }
    let resource = shown.rsplit('/').next().unwrap_or_default();
    let root = format!(
        "/providers/Microsoft.Management/managementGroups/{}/providers/Microsoft.Authorization",
        call.state.tenant.id
    );
    let (assignment, definition) =
        (format!("{root}/policyAssignments/guardrails"), format!("{root}/policyDefinitions/deny"));
    let identifiers = json!([{
        "policyAssignment": { "name": "Guardrails", "id": assignment },
        "policyDefinition": { "name": "Deny", "id": definition },
    }]);
    let message = format!(
        "Resource '{resource}' was disallowed by policy. Policy identifiers: '{identifiers}'."
    );
    let violation = json!({
        "type": "PolicyViolation",
        "info": {
            "policyDefinitionDisplayName": "Deny",
            "policyDefinitionId": definition,
            "policyDefinitionName": "deny",
            "policyDefinitionEffect": "deny",
            "policyAssignmentDisplayName": "Guardrails",
            "policyAssignmentId": assignment,
            "policyAssignmentName": "guardrails",
        },
    });
    let more = json!({ "target": resource, "additionalInfo": [violation] });
    let error = ArmError::gateway(StatusCode::FORBIDDEN, "RequestDisallowedByPolicy", message);
    Err(error.with(more))
}
