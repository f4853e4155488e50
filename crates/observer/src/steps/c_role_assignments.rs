//! Step C.

use std::collections::BTreeSet;

use azure::{RoleAssignment, RoleDefinition};
use planner::Reason;
use planner::steps::c_role_assignments::{BuiltIn, Existing, Observed};
use spec::PrincipalId;

use super::d_custom_role::permissions;
use crate::assignments::Assignments;

/// Each assignment of our principal once, however many lists show it. A group's membership grants
/// too, and is nobody's decision here.
pub(crate) fn observe(
    assignments: &Assignments,
    named_roles: Vec<RoleDefinition>,
    principal: Option<PrincipalId>,
) -> Observed {
    let mut seen = BTreeSet::new();
    let ours = assignments.found.iter().filter(|found| Some(found.principal) == principal);
    let once = ours.filter(|found| seen.insert(found.id.to_lowercase()));
    let unreadable = assignments.unreadable.iter();
    Observed {
        assignments: once.map(existing).collect(),
        built_in: named_roles.into_iter().map(built_in).collect(),
        unreadable: unreadable.map(|(id, error)| (*id, Reason(error.to_string()))).collect(),
    }
}

pub(crate) fn existing(found: &RoleAssignment) -> Existing {
    let RoleAssignment { id, description, scope, role, principal: _, has_condition } = found;
    Existing {
        id: id.clone(),
        scope: scope.clone(),
        role: *role,
        description: description.clone(),
        has_condition: *has_condition,
        orphan_of: None,
    }
}

pub(crate) fn orphan(found: &RoleAssignment) -> Existing {
    Existing { orphan_of: Some(found.principal), ..existing(found) }
}

fn built_in(role: RoleDefinition) -> BuiltIn {
    BuiltIn { id: role.id, name: role.name, permissions: permissions(role.permissions) }
}
