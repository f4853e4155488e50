//! Step C.

use azure::RoleAssignment;
use planner::steps::c_role_assignments::{Existing, Observed};
use spec::{PrincipalId, Scope};

/// Keeps the assignments of our principal that sit at a scope of the spec itself: an inherited one
/// may vanish with somebody else's decision.
pub(crate) fn observe(
    scopes: &[Scope],
    assignments: &[RoleAssignment],
    principal: Option<PrincipalId>,
) -> Observed {
    let at = |scope: &Scope| {
        let path = scope.id.to_string();
        let here = assignments.iter().filter(move |found| {
            found.scope.eq_ignore_ascii_case(&path) && Some(found.principal) == principal
        });
        let scope = scope.id.clone();
        here.map(move |found| Existing {
            scope: scope.clone(),
            role: found.role,
            has_condition: found.has_condition,
        })
    };
    Observed { assignments: scopes.iter().flat_map(at).collect() }
}
