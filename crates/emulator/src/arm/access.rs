//! What the caller may do, from its role assignments.

use crate::arm::error::ArmError;
use crate::login::AccessToken;
use crate::model::scope::Scope;
use crate::store::State;

/// Whether some assignment at or above the scope allows the action. Effective as soon as it is written.
pub(super) fn may(state: &State, caller: &AccessToken, action: &str, scope: &Scope) -> bool {
    let lineage = state.lineage(scope);
    let held =
        state.role_assignments.values().filter(|assignment| assignment.principal == caller.oid);
    let roles = held
        .filter(|assignment| {
            Scope::parse(&assignment.scope).is_some_and(|at| lineage.contains(&at.key()))
        })
        .filter_map(|assignment| state.role_definitions.get(&assignment.role));
    roles.into_iter().any(|role| role.allows(action))
}

/// `shown` is the id of what is acted upon, which refusals name.
pub(super) fn require(
    state: &State,
    caller: &AccessToken,
    action: &str,
    scope: &Scope,
    shown: &str,
) -> Result<(), ArmError> {
    if may(state, caller, action, scope) {
        Ok(())
    } else {
        Err(ArmError::forbidden(caller, action, shown))
    }
}
