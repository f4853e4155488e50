//! Step D.

use azure::{RoleDefinition, RolePermissions};
use planner::steps::d_custom_role::{Definition, Observed, Permissions};

/// Each definition once, however many scopes show it.
pub(crate) fn observe(mut roles: Vec<RoleDefinition>) -> Observed {
    roles.sort_by_key(|role| role.id);
    roles.dedup_by_key(|role| role.id);
    let updated = roles.iter().filter_map(|role| Some((role.id, role.updated?))).collect();
    Observed { definitions: roles.into_iter().map(definition).collect(), updated }
}

fn definition(role: RoleDefinition) -> Definition {
    let RoleDefinition { id, name, description, permissions, assignable_scopes, updated: _ } = role;
    let RolePermissions { actions, not_actions, data_actions, not_data_actions } = permissions;
    let permissions = Permissions { actions, not_actions, data_actions, not_data_actions };
    Definition { id, name, description, permissions, assignable_scopes }
}
