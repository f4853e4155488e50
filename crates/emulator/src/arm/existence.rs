use crate::arm::error::ArmError;
use crate::model::hierarchy::SubscriptionState;
use crate::model::scope::{Scope, ScopeKind};
use crate::store::State;

/// Refuses scopes at which there is nothing, in the words for the outermost part that is missing.
pub(super) fn require(state: &State, scope: &Scope) -> Result<(), ArmError> {
    let Some(subscription) = scope.subscription() else { return Ok(()) };
    let found = state.subscriptions.get(&subscription);
    if found.is_none_or(|found| found.state == SubscriptionState::Deleted) {
        return Err(ArmError::subscription_not_found(subscription));
    }
    let (ScopeKind::ResourceGroup { name: group, .. } | ScopeKind::Resource { group, .. }) =
        &scope.kind
    else {
        return Ok(());
    };
    if state.resource_group(subscription, group).is_none() {
        return Err(ArmError::resource_group_not_found(group));
    }
    let key = scope.key();
    let is_resource = matches!(scope.kind, ScopeKind::Resource { .. });
    if is_resource && !state.vaults.contains_key(&key) && !state.resources.contains_key(&key) {
        let name = scope.as_str().split("/providers/").last().unwrap_or_default();
        return Err(ArmError::resource_not_found(name, group));
    }
    Ok(())
}
