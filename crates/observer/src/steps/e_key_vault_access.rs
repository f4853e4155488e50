//! Step E.

use azure::{AccessPolicy, Error, Vault, VaultPermissions};
use planner::steps::e_key_vault_access::{Model, Observed, Permissions, Vault as Observable};
use planner::{Reason, Seen};
use spec::{PrincipalId, SubscriptionId};

pub(crate) fn observe(
    vaults: Vec<(SubscriptionId, Result<Vec<Vault>, Error>)>,
    principal: Option<PrincipalId>,
) -> Observed {
    let seen = |answer: Result<Vec<Vault>, Error>| match answer {
        Ok(vaults) => {
            Seen::Read(vaults.into_iter().map(|vault| self::vault(vault, principal)).collect())
        }
        Err(error) => Seen::Unreadable(Reason(error.to_string())),
    };
    Observed { vaults: vaults.into_iter().map(|(id, answer)| (id, seen(answer))).collect() }
}

pub(crate) fn vault(vault: Vault, principal: Option<PrincipalId>) -> Observable {
    let Vault { id, tenant, rbac, access_policies, address: _ } = vault;
    let model = if rbac {
        Model::Rbac
    } else {
        let entries = access_policies.len();
        let ours = access_policies.into_iter().find(|entry| is_ours(entry, principal));
        let ours = ours.map(|entry| {
            let VaultPermissions { keys, secrets, certificates, storage } = entry.permissions;
            Permissions { keys, secrets, certificates, storage }
        });
        Model::AccessPolicies { ours, entries }
    };
    Observable { id, tenant, model }
}

/// An entry with an application id is for users of that application, not for a scanner.
fn is_ours(entry: &AccessPolicy, principal: Option<PrincipalId>) -> bool {
    let object = entry.object_id.parse().ok();
    entry.application_id.is_none() && object.is_some() && object == principal
}
