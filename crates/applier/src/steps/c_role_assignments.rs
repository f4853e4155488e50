//! Step C, and the assignments of Step D.

use planner::ChangeId;
use planner::steps::c_role_assignments::{Action, Assignment, Removal};

use crate::ApplyError;
use crate::context::Context;
use crate::settle::{Blame, settle};

pub(crate) async fn execute(
    context: &Context<'_>,
    change: ChangeId,
    action: &Action,
) -> Result<(), ApplyError> {
    match action {
        Action::Assign(assignment) => assign(context, change, assignment).await,
        Action::Remove(removal) => remove(context, removal).await,
    }
}

/// Reads it once more before: it must still give our principal, or the one that is gone, this role.
pub(crate) async fn remove(context: &Context<'_>, removal: &Removal) -> Result<(), ApplyError> {
    let Removal { id, role, role_name: _, place: _, orphan_of } = removal;
    let principal = orphan_of.unwrap_or_else(|| context.products.principal().id);
    match context.writer.reader().role_assignment(id).await? {
        Some(live) if live.principal == principal && live.role == *role => {
            Ok(context.writer.delete_role_assignment(id).await?)
        }
        Some(_) | None => Ok(()),
    }
}

pub(crate) async fn assign(
    context: &Context<'_>,
    change: ChangeId,
    assignment: &Assignment,
) -> Result<(), ApplyError> {
    let principal = context.products.principal().id;
    let id = assignment.id(principal);
    let Assignment { scope, place: _, role, role_name: _, privileged: _, description } = assignment;
    let blames = [Blame::Principal, Blame::RoleDefinition(*role)];
    settle(context, change, &blames, async || {
        context.writer.put_role_assignment(id, scope, *role, principal, description).await
    })
    .await?;
    Ok(())
}
