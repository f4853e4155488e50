//! Step D.

use std::collections::BTreeMap;

use azure::{RoleDefinition, RolePermissions};
use planner::steps::d_custom_role::{Definition, Observed, Permissions};

/// Each definition once, however many scopes show it. Who else uses one is asked later.
pub(crate) fn observe(mut roles: Vec<RoleDefinition>) -> Observed {
    roles.sort_by_key(|role| role.id);
    roles.dedup_by_key(|role| role.id);
    let updated = roles.iter().filter_map(|role| Some((role.id, role.updated?))).collect();
    let definitions = roles.into_iter().map(definition).collect();
    Observed { definitions, updated, used_by_others: BTreeMap::new() }
}

fn definition(role: RoleDefinition) -> Definition {
    let RoleDefinition { id, name, description, permissions, assignable_scopes, updated: _ } = role;
    let permissions = self::permissions(permissions);
    Definition { id, name, description, permissions, assignable_scopes }
}

pub(crate) fn permissions(live: RolePermissions) -> Permissions {
    let RolePermissions { actions, not_actions, data_actions, not_data_actions } = live;
    Permissions { actions, not_actions, data_actions, not_data_actions }
}
