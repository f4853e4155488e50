//! Where in the hierarchy a group or a subscription may be put.

use crate::arm::error::ArmError;
use crate::arm::management_groups::{ancestors, child_groups, scope};
use crate::model::hierarchy::ManagementGroup;
use crate::model::scope::Scope;
use crate::store::State;

/// Levels below the root (documented).
const DEEPEST: usize = 6;

/// The group that a body names by its id or, as some clients do, by its name alone. An id of
/// something else is refused in words that are a guess, and so are all below.
pub(super) fn parent<'a>(state: &'a State, id: &str) -> Result<&'a ManagementGroup, ArmError> {
    let name = id.rsplit('/').next().unwrap_or_default();
    state.management_group(name).ok_or_else(|| {
        let message = format!("The parent management group '{id}' could not be found.");
        ArmError::bad_request("BadRequest", message)
    })
}

pub(super) fn refuse_too_deep(
    state: &State,
    group: Option<&ManagementGroup>,
    parent: &ManagementGroup,
) -> Result<(), ArmError> {
    let above = ancestors(state, Some(&parent.name)).len();
    let height = group.map_or(0, |group| height(state, group));
    if above + height <= DEEPEST {
        return Ok(());
    }
    let message = format!(
        "The management group hierarchy cannot be deeper than {DEEPEST} levels below the root."
    );
    Err(ArmError::bad_request("BadRequest", message))
}

fn height(state: &State, group: &ManagementGroup) -> usize {
    child_groups(state, group).map(|child| 1 + height(state, child)).max().unwrap_or(0)
}

pub(super) fn refuse_cycle(
    state: &State,
    group: &ManagementGroup,
    parent: &ManagementGroup,
) -> Result<(), ArmError> {
    let above = ancestors(state, Some(&parent.name));
    if !above.iter().any(|one| one.name.eq_ignore_ascii_case(&group.name)) {
        return Ok(());
    }
    let message = format!("The management group '{}' cannot be moved below itself.", group.name);
    Err(ArmError::bad_request("BadRequest", message))
}

/// A custom role is assignable where it is defined. What is moved away from there, with assignments
/// of the role in it, stays (documented).
pub(super) fn refuse_orphaned_assignments(
    state: &State,
    moved: &Scope,
    parent: &ManagementGroup,
) -> Result<(), ArmError> {
    let new_above = state.lineage(&scope(&parent.name)?);
    for assignment in state.role_assignments.values() {
        let lineage = Scope::parse(&assignment.scope).map(|scope| state.lineage(&scope));
        let lineage = lineage.unwrap_or_default();
        let Some(place) = lineage.iter().position(|key| *key == moved.key()) else { continue };
        let role = state.role_definitions.get(&assignment.role).filter(|role| !role.built_in);
        let mut kept = lineage[..=place].iter().chain(&new_above);
        let assignable = |key: &String| {
            let scopes = role.map(|role| role.assignable_scopes.as_slice()).unwrap_or_default();
            scopes.iter().any(|scope| scope.eq_ignore_ascii_case(key))
        };
        if role.is_some() && !kept.any(assignable) {
            let message = format!(
                "'{}' cannot be moved because the role assignment '{}' uses a custom role that is \
                 not assignable in the new hierarchy.",
                moved.as_str(),
                assignment.id()
            );
            return Err(ArmError::bad_request("BadRequest", message));
        }
    }
    Ok(())
}
