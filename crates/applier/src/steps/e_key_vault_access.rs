//! Step E.

use azure::{PolicyUpdate, VaultPermissions};
use planner::ChangeId;
use planner::steps::e_key_vault_access::{Action, Change, Permissions};
use spec::VaultId;

use crate::ApplyError;
use crate::context::Context;
use crate::settle::{Blame, settle};

pub(crate) async fn execute(
    context: &Context<'_>,
    change: ChangeId,
    action: &Action,
) -> Result<(), ApplyError> {
    let Action { vault, tenant, before, change: wanted } = action;
    let (update, permissions) = match wanted {
        Change::Add(add) => (PolicyUpdate::Add, permissions(add)),
        Change::Reduce { wanted } => {
            let known = before.iter().chain([wanted]);
            match live_entry(context, vault, known).await? {
                Some(live) => (PolicyUpdate::Replace, both(&live, wanted)),
                None => return Ok(()),
            }
        }
        // As it is spelled there: Azure compares with case when it takes away.
        Change::Remove => match live_entry(context, vault, before.iter()).await? {
            Some(live) => (PolicyUpdate::Remove, live),
            None => return Ok(()),
        },
    };
    let principal = context.products.principal().id;
    settle(context, change, &[Blame::Principal], async || {
        context.writer.update_access_policy(update, vault, *tenant, principal, &permissions).await
    })
    .await?;
    Ok(())
}

fn permissions(permissions: &Permissions) -> VaultPermissions {
    let Permissions { keys, secrets, certificates, storage } = permissions.clone();
    VaultPermissions { keys, secrets, certificates, storage }
}

/// What is granted and wanted, as it is spelled there. `all` becomes what is wanted of it.
fn both(live: &VaultPermissions, wanted: &Permissions) -> VaultPermissions {
    let has = |names: &[String], name: &str| names.iter().any(|n| n.eq_ignore_ascii_case(name));
    let kind = |live: &[String], wanted: &[String]| -> Vec<String> {
        if has(live, "all") {
            return wanted.to_vec();
        }
        live.iter().filter(|name| has(wanted, name)).cloned().collect()
    };
    VaultPermissions {
        keys: kind(&live.keys, &wanted.keys),
        secrets: kind(&live.secrets, &wanted.secrets),
        certificates: kind(&live.certificates, &wanted.certificates),
        storage: kind(&live.storage, &wanted.storage),
    }
}

/// What our entry grants now, read directly. Nobody looked at what was added since the plan was
/// made: `known` is what they looked at.
async fn live_entry(
    context: &Context<'_>,
    vault: &VaultId,
    known: impl Iterator<Item = &Permissions>,
) -> Result<Option<VaultPermissions>, ApplyError> {
    let principal = context.products.principal().id.to_string();
    let live = context.writer.reader().vault(vault).await?;
    let mut entries = live.access_policies.into_iter();
    let ours = entries.find(|entry| {
        entry.application_id.is_none() && entry.object_id.eq_ignore_ascii_case(&principal)
    });
    let Some(ours) = ours.map(|entry| entry.permissions) else { return Ok(None) };
    let known: Vec<_> = known.map(permissions).flat_map(names).collect();
    if names(ours.clone()).iter().any(|name| !known.contains(name)) {
        let what = format!("our access to vault {}", vault.name());
        return Err(ApplyError::Changed { what });
    }
    Ok(Some(ours))
}

/// Each permission with its kind, in lower case.
fn names(permissions: VaultPermissions) -> Vec<(&'static str, String)> {
    let VaultPermissions { keys, secrets, certificates, storage } = permissions;
    let kinds = [
        ("keys", keys),
        ("secrets", secrets),
        ("certificates", certificates),
        ("storage", storage),
    ];
    let lower = |(kind, names): (&'static str, Vec<String>)| {
        names.into_iter().map(move |name| (kind, name.to_lowercase()))
    };
    kinds.into_iter().flat_map(lower).collect()
}
