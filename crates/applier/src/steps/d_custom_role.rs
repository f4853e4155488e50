//! Step D.

use azure::{Refusal, RoleDefinition, RolePermissions};
use planner::ChangeId;
use planner::steps::d_custom_role::{Action, Definition, Permissions};
use spec::ScopeId;

use super::c_role_assignments::{assign, remove};
use crate::ApplyError;
use crate::context::Context;
use crate::settle::settle;

pub(crate) async fn execute(
    context: &Context<'_>,
    change: ChangeId,
    action: &Action,
) -> Result<(), ApplyError> {
    match action {
        Action::Define { definition, at, privileged: _ } => {
            define(context, change, definition, at).await
        }
        Action::Redefine { before, after, at, dropped, privileged: _ } => {
            redefine(context, change, before, after, at, dropped).await
        }
        Action::Assign(assignment) => assign(context, change, assignment).await,
        Action::Unassign(removal) => remove(context, removal).await,
        Action::Delete { definition, at } => delete(context, definition, at).await,
    }
}

async fn define(
    context: &Context<'_>,
    change: ChangeId,
    definition: &Definition,
    at: &ScopeId,
) -> Result<(), ApplyError> {
    let Definition { id, name, description, permissions, assignable_scopes } = definition.clone();
    let Permissions { actions, not_actions, data_actions, not_data_actions } = permissions;
    let permissions = RolePermissions { actions, not_actions, data_actions, not_data_actions };
    let updated = None;
    let body = RoleDefinition { id, name, description, permissions, assignable_scopes, updated };
    let written =
        settle(context, change, &[], async || context.writer.put_role_definition(at, &body).await);
    match written.await {
        Err(error) if error.has_code("RoleDefinitionWithSameNameExists") => {
            return Err(ApplyError::RoleNameTaken { name: body.name });
        }
        Err(azure::Error::Refused(refusal)) if is_about_an_action(&refusal) => {
            return Err(ApplyError::InvalidAction { reason: refusal.message });
        }
        other => other?,
    }
    context.products.set_role_definition(id, context.now());
    Ok(())
}

/// One action that no provider has fails the whole definition; most often it is quoted.
fn is_about_an_action(refusal: &Refusal) -> bool {
    ["InvalidActionOrNotAction", "InvalidDataActionOrNotDataAction"]
        .iter()
        .any(|code| refusal.has_code(code))
}

/// Keeps the scopes that were added since the plan was made: a PUT replaces them all. Scopes that
/// Azure does not let go, because others hold the role there, stay too.
async fn redefine(
    context: &Context<'_>,
    change: ChangeId,
    before: &Definition,
    after: &Definition,
    at: &ScopeId,
    dropped: &[String],
) -> Result<(), ApplyError> {
    let live = read(context, before).await?.ok_or_else(|| changed(before))?;
    let mut definition = after.clone();
    let is_dropped = |scope: &String| dropped.iter().any(|d| d.eq_ignore_ascii_case(scope));
    let (left, kept): (Vec<_>, Vec<_>) = live.assignable_scopes.into_iter().partition(is_dropped);
    add_scopes(&mut definition, kept);
    match define(context, change, &definition, at).await {
        Err(ApplyError::Azure(error)) if error.has_code(IN_USE) => {
            add_scopes(&mut definition, left);
            define(context, change, &definition, at).await
        }
        other => other,
    }
}

const IN_USE: &str = "RoleScopeBeingRemovedContainsAssignments";

fn add_scopes(definition: &mut Definition, more: Vec<String>) {
    for scope in more {
        let scopes = &mut definition.assignable_scopes;
        if !scopes.iter().any(|known| known.eq_ignore_ascii_case(&scope)) {
            scopes.push(scope);
        }
    }
}

/// Reads it once more before: it must still be the one that was planned to go.
async fn delete(
    context: &Context<'_>,
    definition: &Definition,
    at: &str,
) -> Result<(), ApplyError> {
    let Some(live) = read(context, definition).await? else { return Ok(()) };
    if live.name != definition.name || live.description != definition.description {
        return Err(changed(definition));
    }
    Ok(context.writer.delete_role_definition(at, definition.id).await?)
}

/// A definition is found at the scopes where it can be assigned.
async fn read(
    context: &Context<'_>,
    known: &Definition,
) -> Result<Option<RoleDefinition>, ApplyError> {
    let Some(scope) = known.assignable_scopes.first() else { return Ok(None) };
    Ok(context.writer.reader().role_definition(scope, known.id).await?)
}

fn changed(definition: &Definition) -> ApplyError {
    ApplyError::Changed { what: format!("role definition {}", definition.name) }
}
