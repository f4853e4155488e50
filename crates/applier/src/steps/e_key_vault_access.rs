//! Step E.

use azure::VaultPermissions;
use planner::ChangeId;
use planner::steps::e_key_vault_access::{Action, Permissions};

use crate::ApplyError;
use crate::context::Context;
use crate::settle::{Blame, settle};

pub(crate) async fn execute(
    context: &Context<'_>,
    change: ChangeId,
    action: &Action,
) -> Result<(), ApplyError> {
    let Action { vault, tenant, has_entry: _, add } = action;
    let Permissions { keys, secrets, certificates } = add.clone();
    let permissions = VaultPermissions { keys, secrets, certificates };
    let principal = context.products.principal().id;
    settle(context, change, &[Blame::Principal], async || {
        context.writer.add_access_policy(vault, *tenant, principal, &permissions).await
    })
    .await?;
    Ok(())
}
