//! What the application may do once a plan is applied: what it holds, less what goes, and what comes.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use spec::VaultId;

use crate::steps::e_key_vault_access::{self, Change, Model, Permissions};
use crate::steps::{b_graph_permissions, c_role_assignments, d_custom_role};
use crate::{Action, Desired, Observed, Plan, Seen};

/// One right, and every place where it is held.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HeldRight {
    pub of: Service,
    pub right: String,
    /// Scopes or vaults; empty where it holds in the whole tenant.
    pub places: Vec<String>,
}

/// What gives a right.
#[derive(
    Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum Service {
    MicrosoftGraph,
    /// Another API that has app roles.
    OtherApi,
    Azure,
    KeyVault,
}

type Rights = BTreeMap<(Service, String), BTreeSet<String>>;

pub(super) fn afterwards(plan: &Plan, desired: &Desired, observed: &Observed) -> Vec<HeldRight> {
    let mut rights = Rights::new();
    let actions: Vec<&Action> = plan.changes().map(|(_, change)| &change.action).collect();
    consents(&actions, observed, &mut rights);
    roles(&actions, desired, observed, &mut rights);
    vaults(&actions, observed, &mut rights);
    let held = |((of, right), places): ((Service, String), BTreeSet<String>)| HeldRight {
        of,
        right,
        places: places.into_iter().collect(),
    };
    rights.into_iter().map(held).collect()
}

fn consents(actions: &[&Action], observed: &Observed, rights: &mut Rights) {
    let b_graph_permissions::Observed { granted, elsewhere, .. } = &observed.graph_permissions;
    let mut names: BTreeSet<_> =
        granted.keys().map(|role| observed.graph_permissions.shown(*role)).collect();
    for action in actions {
        let Action::GraphPermission(action) = action else { continue };
        match action {
            b_graph_permissions::Action::Consent(consent) => {
                names.insert(observed.graph_permissions.shown(consent.role))
            }
            b_graph_permissions::Action::Revoke { role, .. } => {
                names.remove(&observed.graph_permissions.shown(*role))
            }
        };
    }
    let of_graph = names.into_iter().map(|name| (Service::MicrosoftGraph, name));
    let of_others = elsewhere.iter().map(|api| (Service::OtherApi, api.clone()));
    rights.extend(of_graph.chain(of_others).map(|right| (right, BTreeSet::new())));
}

fn roles(actions: &[&Action], desired: &Desired, observed: &Observed, rights: &mut Rights) {
    let removed: BTreeSet<&str> = actions.iter().filter_map(|action| removal(action)).collect();
    for existing in &observed.role_assignments.assignments {
        if existing.orphan_of.is_some() || removed.contains(existing.id.as_str()) {
            continue;
        }
        let name = c_role_assignments::role_name(existing.role, desired, observed);
        let condition = if existing.has_condition { " (under a condition)" } else { "" };
        let place = observed.directory.describe_path(&existing.scope);
        let places = rights.entry((Service::Azure, name)).or_default();
        places.insert(place + condition);
    }
    for action in actions {
        if let Action::RoleAssignment(c_role_assignments::Action::Assign(_))
        | Action::CustomRole(d_custom_role::Action::Assign(_)) = action
        {
            let (name, place) = action.line();
            rights.entry((Service::Azure, name)).or_default().insert(place);
        }
    }
}

fn removal(action: &Action) -> Option<&str> {
    match action {
        Action::RoleAssignment(c_role_assignments::Action::Remove(removal))
        | Action::CustomRole(d_custom_role::Action::Unassign(removal)) => Some(&removal.id),
        _ => None,
    }
}

fn vaults(actions: &[&Action], observed: &Observed, rights: &mut Rights) {
    let mut entries: BTreeMap<&VaultId, Permissions> = BTreeMap::new();
    for vaults in observed.key_vault_access.vaults.values() {
        let Seen::Read(vaults) = vaults else { continue };
        for vault in vaults {
            if let Model::AccessPolicies { ours: Some(ours), entries: _ } = &vault.model {
                entries.insert(&vault.id, ours.clone());
            }
        }
    }
    for action in actions {
        if let Action::KeyVaultAccess(e_key_vault_access::Action { vault, change, .. }) = action {
            let before = entries.remove(vault).unwrap_or_default();
            entries.insert(vault, changed(&before, change));
        }
    }
    for (vault, permissions) in entries.into_iter().filter(|(_, entry)| !entry.is_empty()) {
        let right = (Service::KeyVault, permissions.to_string());
        rights.entry(right).or_default().insert(format!("vault {}", vault.name()));
    }
}

/// What an entry that grants `before` grants afterwards.
fn changed(before: &Permissions, change: &Change) -> Permissions {
    match change {
        Change::Add(more) => before.and(more),
        Change::Reduce { wanted } => wanted.missing(before).missing(before),
        Change::Remove => Permissions::default(),
    }
}
