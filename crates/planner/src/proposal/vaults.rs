//! Vaults on access policies that let the application look into them.

use spec::{Line, Rights, SubscriptionId, VaultPermissions};

use super::{Item, Notes, Place, has};
use crate::privileged::vault_permission_only_reads;
use crate::steps::e_key_vault_access::{Model, Permissions, Vault};
use crate::{Observed, Seen};

/// What the spec says of vaults.
#[derive(Clone, Debug, PartialEq)]
pub struct KeyVaults {
    pub policies: Policies,
    /// None, where they are the profile's.
    pub permissions: Option<VaultLists>,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Policies {
    /// All in scope.
    Discover,
    /// Resource ids.
    Listed(Vec<Item>),
    None,
}

/// Permissions by what they are for.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct VaultLists {
    pub keys: Vec<String>,
    pub secrets: Vec<String>,
    pub certificates: Vec<String>,
}

impl KeyVaults {
    pub(super) fn lines(&self) -> usize {
        usize::from(self.permissions.is_some())
    }
}

pub(super) fn describe(
    rights: &Rights,
    scopes: &[Place],
    observed: &Observed,
    notes: &mut Notes,
) -> KeyVaults {
    let scopes: Vec<_> = scopes.iter().map(|place| place.scope.clone()).collect();
    let covered = observed.directory.covered(&scopes);
    let vaults = on_policies(observed, notes);
    let opened: Vec<_> = vaults.iter().filter(|(_, _, ours)| ours.is_some()).collect();
    let is_in_scope = |subscription: &SubscriptionId| covered.contains(subscription);
    let all = vaults.iter().filter(|(at, ..)| is_in_scope(at)).all(|(_, _, ours)| ours.is_some())
        && opened.iter().all(|(at, ..)| is_in_scope(at));
    let policies = match (all, opened.is_empty()) {
        (true, _) => Policies::Discover,
        (false, true) => Policies::None,
        (false, false) => Policies::Listed(
            opened.iter().map(|(_, vault, _)| Item::plain(vault.id.to_string())).collect(),
        ),
    };
    let held: Vec<_> =
        opened.iter().filter_map(|(_, vault, ours)| Some((*vault, (*ours)?))).collect();
    let permissions = permissions(rights, &held, notes);
    KeyVaults { policies, permissions }
}

type OnPolicies<'a> = (SubscriptionId, &'a Vault, Option<&'a Permissions>);

/// Each vault on access policies in which something can be written, and what it lets us do.
fn on_policies<'a>(observed: &'a Observed, notes: &mut Notes) -> Vec<OnPolicies<'a>> {
    let mut found = Vec::new();
    for (subscription, vaults) in &observed.key_vault_access.vaults {
        let vaults = match vaults {
            Seen::Read(vaults) => vaults,
            Seen::Unreadable(reason) => {
                notes.say(format!("vaults in {subscription} could not be read: {}", reason.0));
                continue;
            }
        };
        for vault in vaults.iter().filter(|vault| vault.tenant == observed.directory.tenant.id) {
            if let Model::AccessPolicies { ours, entries: _ } = &vault.model {
                found.push((*subscription, vault, ours.as_ref().filter(|ours| !ours.is_empty())));
            }
        }
    }
    found
}

/// What every one of them permits; more in one of them is told and stays.
fn permissions(
    rights: &Rights,
    held: &[(&Vault, &Permissions)],
    notes: &mut Notes,
) -> Option<VaultLists> {
    let (_, first) = held.first()?;
    let common = |list: &dyn Fn(&Permissions) -> &[String]| -> Vec<String> {
        let in_all = |name: &&String| held.iter().all(|(_, ours)| permits(list(ours), name));
        list(first).iter().filter(in_all).cloned().collect()
    };
    let lists = VaultLists {
        keys: common(&|ours| &ours.keys),
        secrets: common(&|ours| &ours.secrets),
        certificates: common(&|ours| &ours.certificates),
    };
    let VaultLists { keys, secrets, certificates } = &lists;
    for (vault, ours) in held {
        let counted =
            [(&ours.keys, keys), (&ours.secrets, secrets), (&ours.certificates, certificates)];
        let more = counted.iter().any(|(ours, common)| ours.iter().any(|name| !has(common, name)));
        if more || !ours.storage.is_empty() {
            let name = vault.id.name();
            notes.say(format!("vault {name} permits more than the spec says: {ours}"));
        }
    }
    if keys.is_empty() && secrets.is_empty() && certificates.is_empty() {
        notes.say("no permission is the same in all vaults: apply adds the profile's".to_owned());
        return None;
    }
    for (kind, names) in [("keys", keys), ("secrets", secrets), ("certificates", certificates)] {
        let more = names.iter().filter(|name| !vault_permission_only_reads(name));
        more.for_each(|name| notes.privileged(format!("{kind}: {name}"), "in vaults"));
    }
    let VaultPermissions { keys: all_keys, secrets: all_secrets, certificates: all } =
        &rights.vault_permissions;
    let is_profile = same(keys, all_keys) && same(secrets, all_secrets) && same(certificates, all);
    (!is_profile).then_some(lists)
}

fn permits(live: &[String], name: &str) -> bool {
    has(live, name) || has(live, "all")
}

fn same(live: &[String], profile: &[Line]) -> bool {
    live.len() == profile.len() && profile.iter().all(|line| has(live, &line.name))
}
