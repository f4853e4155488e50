//! Step D.

use azure::{RoleDefinition, RolePermissions};
use planner::ChangeId;
use planner::steps::d_custom_role::{Action, Definition, Permissions};

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
        Action::Define(definition) | Action::Redefine { before: _, after: definition } => {
            define(context, change, definition).await
        }
        Action::Assign(assignment) => assign(context, change, assignment).await,
    }
}

async fn define(
    context: &Context<'_>,
    change: ChangeId,
    definition: &Definition,
) -> Result<(), ApplyError> {
    let Definition { id, name, description, permissions, assignable_scopes } = definition.clone();
    let Permissions { actions, not_actions, data_actions, not_data_actions } = permissions;
    let permissions = RolePermissions { actions, not_actions, data_actions, not_data_actions };
    let updated = None;
    let body = RoleDefinition { id, name, description, permissions, assignable_scopes, updated };
    settle(context, change, &[], async || context.writer.put_role_definition(&body).await).await?;
    context.products.set_role_definition(id, context.now());
    Ok(())
}
