//! The conditions of the caller's own role assignments: they limit which assignments it may write
//! and delete, and nothing else.

use uuid::Uuid;

use crate::arm::Call;
use crate::arm::condition::{self, Attempt, Source};
use crate::arm::error::ArmError;
use crate::arm::role_assignments::{DELETE, WRITE, kind_of};
use crate::model::role::RoleAssignment;
use crate::model::scope::Scope;

/// `shown` is the id of the assignment. Of a principal whose type the request does not say, the
/// type is looked up.
pub(super) fn check_write(
    call: &Call<'_>,
    scope: &Scope,
    shown: &str,
    role: &str,
    principal: &str,
    principal_type: Option<&str>,
) -> Result<(), ArmError> {
    let principal = Uuid::try_parse(principal).ok();
    let known_type = || principal.and_then(|id| kind_of(call.referable, id));
    let attempt = Attempt {
        action: WRITE,
        source: Source::Request,
        role: Uuid::try_parse(role).ok(),
        principal,
        principal_type: principal_type.or_else(known_type),
    };
    check(call, scope, shown, &attempt)
}

pub(super) fn check_removal(
    call: &Call<'_>,
    scope: &Scope,
    shown: &str,
    assignment: &RoleAssignment,
) -> Result<(), ArmError> {
    let attempt = Attempt {
        action: DELETE,
        source: Source::Resource,
        role: Some(assignment.role),
        principal: Some(assignment.principal),
        principal_type: Some(&assignment.principal_type),
    };
    check(call, scope, shown, &attempt)
}

/// One of the caller's roles that allow it has to come without a condition, or with one that lets it
/// happen.
fn check(
    call: &Call<'_>,
    scope: &Scope,
    shown: &str,
    attempt: &Attempt<'_>,
) -> Result<(), ArmError> {
    let mut allowing = call.held(scope).filter(|(_, role)| role.allows(attempt.action));
    let unhindered = allowing.any(|(held, _)| {
        held.condition.as_deref().is_none_or(|condition| condition::allows(condition, attempt))
    });
    let refusal = || ArmError::condition_unfulfilled(call.caller, attempt.action, shown);
    unhindered.then_some(()).ok_or_else(refusal)
}
