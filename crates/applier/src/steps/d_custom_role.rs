//! Step D.

use azure::{RoleDefinition, RolePermissions};
use planner::ChangeId;
use planner::steps::d_custom_role::{Action, Definition, Permissions};
use spec::ScopeId;

use super::c_role_assignments::assign;
use crate::ApplyError;
use crate::context::Context;
use crate::settle::settle;

pub(crate) async fn execute(
    context: &Context<'_>,
    change: ChangeId,
    action: &Action,
) -> Result<(), ApplyError> {
    match action {
        Action::Define { definition, at } => define(context, change, definition, at).await,
        Action::Redefine { before: _, after, at } => redefine(context, change, after, at).await,
        Action::Assign(assignment) => assign(context, change, assignment).await,
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
        other => other?,
    }
    context.products.set_role_definition(id, context.now());
    Ok(())
}

/// Keeps the scopes that were added since the plan was made: a PUT replaces them all.
async fn redefine(
    context: &Context<'_>,
    change: ChangeId,
    after: &Definition,
    at: &ScopeId,
) -> Result<(), ApplyError> {
    let mut definition = after.clone();
    let live = context.writer.reader().role_definition(at, after.id).await?;
    for scope in live.into_iter().flat_map(|live| live.assignable_scopes) {
        let scopes = &mut definition.assignable_scopes;
        if !scopes.iter().any(|known| known.eq_ignore_ascii_case(&scope)) {
            scopes.push(scope);
        }
    }
    define(context, change, &definition, at).await
}
