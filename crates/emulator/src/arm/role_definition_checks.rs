//! What the service refuses about a custom role.

use serde::Deserialize;
use uuid::Uuid;

use crate::arm::actions;
use crate::arm::error::ArmError;
use crate::arm::role_definitions::is_assignable;
use crate::model::role::{Permission, RoleDefinition};
use crate::model::scope::{Scope, ScopeKind};
use crate::store::State;

#[derive(Deserialize)]
pub(super) struct Body {
    pub(super) properties: Properties,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Properties {
    pub(super) role_name: Option<String>,
    pub(super) description: Option<String>,
    #[serde(rename = "type")]
    kind: Option<String>,
    #[serde(default)]
    pub(super) permissions: Vec<Permission>,
    #[serde(default)]
    pub(super) assignable_scopes: Vec<String>,
}

pub(super) fn name(text: &str) -> Result<Uuid, ArmError> {
    Uuid::try_parse(text).map_err(|_| {
        let message = format!(
            "The role definition ID '{text}' is not valid. The role definition ID must be a GUID."
        );
        ArmError::bad_request("InvalidRoleDefinitionId", message)
    })
}

/// Everything that shows without looking at the tenant.
pub(super) fn validate(properties: &Properties) -> Result<(), ArmError> {
    let role_name = properties.role_name.as_deref().unwrap_or_default();
    if role_name.trim().is_empty() {
        let message = "The role definition name cannot be null or empty.";
        return Err(ArmError::bad_request("RoleDefinitionNameNullOrEmpty", message));
    }
    if properties.kind.as_ref().is_some_and(|kind| !kind.eq_ignore_ascii_case("CustomRole")) {
        let message = "The role definition type is not valid; only custom roles can be written.";
        return Err(ArmError::bad_request("InvalidRoleDefinitionType", message));
    }
    let description = properties.description.as_deref().unwrap_or_default();
    if role_name.chars().count() > 512 || description.chars().count() > 2048 {
        let message = "A role name has at most 512 characters and a description at most 2048.";
        return Err(ArmError::bad_request("InvalidRoleDefinition", message));
    }
    validate_scopes(&properties.assignable_scopes)?;
    properties.permissions.iter().try_for_each(actions::validate)
}

/// One management group at most, 2000 scopes in all, no root, no wildcards (documented).
fn validate_scopes(scopes: &[String]) -> Result<(), ArmError> {
    if scopes.is_empty() {
        let message = "The role definition has no assignable scopes.";
        return Err(ArmError::bad_request("MissingAssignableScopes", message));
    }
    let mut groups = 0;
    for (index, text) in scopes.iter().enumerate() {
        match Scope::parse(text).filter(|_| text.starts_with('/')).map(|scope| scope.kind) {
            None | Some(ScopeKind::Root) => {
                let message = format!(
                    "Property id '{text}' at path 'properties.assignableScopes[{index}]' is \
                     invalid. Expect fully qualified resource Id that start with \
                     '/subscriptions/{{subscriptionId}}' or '/providers/{{resourceProviderNamespace}}/'."
                );
                return Err(ArmError::bad_request("LinkedInvalidPropertyId", message));
            }
            Some(ScopeKind::ManagementGroup { .. }) => groups += 1,
            Some(
                ScopeKind::Subscription { .. }
                | ScopeKind::ResourceGroup { .. }
                | ScopeKind::Resource { .. },
            ) => {}
        }
    }
    if groups > 1 || scopes.len() > 2000 {
        let message =
            "A custom role has at most 2000 assignable scopes, one of them a management group.";
        return Err(ArmError::bad_request("InvalidRoleDefinition", message));
    }
    Ok(())
}

/// Names are unique in the tenant, built-in ones and those that the caller cannot see included
/// (observed).
pub(super) fn refuse_taken_name(
    state: &State,
    definition: &RoleDefinition,
) -> Result<(), ArmError> {
    let mut others = state.role_definitions.values().filter(|other| other.name != definition.name);
    if others.any(|other| other.role_name.eq_ignore_ascii_case(&definition.role_name)) {
        let message = "A custom role with the same name already exists in this directory. Use a different name.";
        return Err(ArmError::conflict("RoleDefinitionWithSameNameExists", message));
    }
    Ok(())
}

/// Of custom roles a tenant has only so many (documented; the status is a guess).
pub(super) fn refuse_too_many(state: &State, most: usize) -> Result<(), ArmError> {
    if state.role_definitions.values().filter(|one| !one.built_in).count() < most {
        return Ok(());
    }
    let message = "Role definition limit exceeded. No more role definitions can be created.";
    Err(ArmError::bad_request("RoleDefinitionLimitExceeded", message))
}

/// A scope cannot leave the role while the role is assigned there or below (observed).
pub(super) fn refuse_orphans(state: &State, definition: &RoleDefinition) -> Result<(), ArmError> {
    let assigned =
        state.role_assignments.values().filter(|assignment| assignment.role == definition.name);
    let mut scopes = assigned.filter_map(|assignment| Scope::parse(&assignment.scope));
    match scopes.find(|scope| !is_assignable(state, definition, scope)) {
        Some(scope) => {
            let message = format!(
                "Role assignments found under scope '{}' which is being removed. Removing this \
                 scope from the role will orphan these assignments. Delete these assignments before removing the scope.",
                scope.as_str()
            );
            Err(ArmError::bad_request("RoleScopeBeingRemovedContainsAssignments", message))
        }
        None => Ok(()),
    }
}

pub(super) fn refuse_while_assigned(
    state: &State,
    definition: &RoleDefinition,
) -> Result<(), ArmError> {
    if state.role_assignments.values().any(|assignment| assignment.role == definition.name) {
        let message = format!(
            "There are existing role assignments referencing role (code: RoleDefinitionHasAssignments). Role: '{}'.",
            definition.role_name
        );
        return Err(ArmError::bad_request("RoleDefinitionHasAssignments", message));
    }
    Ok(())
}
