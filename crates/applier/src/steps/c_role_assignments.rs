//! Step C, and the assignments of Step D.

use planner::ChangeId;
use planner::steps::c_role_assignments::{Action, Assignment};

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
    }
}

pub(crate) async fn assign(
    context: &Context<'_>,
    change: ChangeId,
    assignment: &Assignment,
) -> Result<(), ApplyError> {
    let principal = context.products.principal().id;
    let id = assignment.id(principal);
    let Assignment { scope, place: _, role, role_name: _, description } = assignment;
    let blames = [Blame::Principal, Blame::RoleDefinition(*role)];
    settle(context, change, &blames, async || {
        context.writer.put_role_assignment(id, scope, *role, principal, description).await
    })
    .await?;
    Ok(())
}
