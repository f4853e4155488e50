//! Step E: each vault on the access-policy model lets the application look into it.

mod permissions;

use std::collections::BTreeMap;

use spec::{
    AccessPolicies, Caution, Excluded, ScopeId, Spec, SubscriptionId, TenantId, VaultId, VaultRef,
};

use crate::{
    Directory, Field, Finding, FindingCode, Object, Observed as All, Plan, Reason, Seen, Subject,
    Verb, extras, privileged,
};

pub use permissions::Permissions;

/// Azure admits no more entries in one vault.
const MAX_ENTRIES: usize = 1024;

#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    pub permissions: Permissions,
    pub policies: AccessPolicies,
    pub exclude: Vec<Excluded>,
    /// Reading them is more than a scan needs.
    pub reads_secret_values: bool,
}

impl Desired {
    pub(crate) fn new(spec: &Spec) -> Desired {
        let permissions = &spec.rights.vault_permissions;
        let mut secrets = permissions.secrets.iter();
        Desired {
            permissions: Permissions::new(permissions),
            policies: spec.key_vaults.policies.clone(),
            exclude: spec.key_vaults.exclude.clone(),
            reads_secret_values: secrets.any(|l| l.caution == Some(Caution::SecretValues)),
        }
    }
}

/// Vaults by subscription, for each subscription that was looked at.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    pub vaults: BTreeMap<SubscriptionId, Seen<Vec<Vault>>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Vault {
    pub id: VaultId,
    pub tenant: TenantId,
    pub model: Model,
    /// Not everybody's requests reach it.
    pub has_firewall: bool,
}

/// How a vault decides who may look into it.
#[derive(Clone, Debug, PartialEq)]
pub enum Model {
    /// By role assignments: the Key Vault Reader of Step C is enough.
    Rbac,
    AccessPolicies {
        /// The entry of our principal.
        ours: Option<Permissions>,
        /// Of everybody.
        entries: usize,
    },
}

#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    pub vault: VaultId,
    pub tenant: TenantId,
    /// What the entry of our principal grants; nothing, where it has none.
    pub before: Option<Permissions>,
    pub change: Change,
}

#[derive(Clone, Debug, PartialEq)]
pub enum Change {
    /// Adds permissions to the entry, which it makes where there is none.
    Add(Permissions),
    /// Takes away what is beyond these.
    Reduce {
        wanted: Permissions,
    },
    Remove,
}

pub(crate) fn plan(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let scopes = observed.directory.scopes(&desired.scopes);
    let covered = observed.directory.covered(&scopes);
    let wanted = &desired.key_vault_access;
    let mut granted = 0;
    for (subscription, vaults) in &observed.key_vault_access.vaults {
        let covered = covered.contains(subscription);
        match vaults {
            Seen::Unreadable(reason) => {
                let missed = covered && wanted.discovers(*subscription);
                plan.find(unreadable(*subscription, reason, missed, &observed.directory));
            }
            Seen::Read(vaults) => {
                let obstacle = observed.directory.standing(*subscription).obstacle();
                if let Some((code, why)) = obstacle {
                    let named = scopes.contains(&ScopeId::Subscription(*subscription));
                    let is_wanted = |vault: &Vault| wanted.wants(*subscription, &vault.id, covered);
                    if !named && vaults.iter().any(is_wanted) {
                        plan.find(left_out(*subscription, code, &why, &observed.directory));
                    }
                    continue;
                }
                for vault in vaults {
                    let is_wanted = wanted.wants(*subscription, &vault.id, covered);
                    granted += usize::from(is_wanted && vault.model != Model::Rbac);
                    plan_vault(vault, is_wanted, desired, observed, plan);
                }
            }
        }
    }
    check(granted, desired, observed, plan);
}

/// The vaults that the spec is about, those on RBAC too.
pub fn wanted<'a>(
    desired: &'a crate::Desired,
    observed: &'a All,
) -> impl Iterator<Item = &'a Vault> {
    let covered = observed.directory.covered(&observed.directory.scopes(&desired.scopes));
    let wanted = &desired.key_vault_access;
    let vaults = observed.key_vault_access.vaults.iter();
    let read = vaults.filter_map(|(subscription, vaults)| match vaults {
        Seen::Read(vaults) => Some((subscription, vaults)),
        Seen::Unreadable(_) => None,
    });
    let all = read.flat_map(|(subscription, vaults)| vaults.iter().map(move |v| (subscription, v)));
    all.filter(move |(subscription, vault)| {
        wanted.wants(**subscription, &vault.id, covered.contains(subscription))
    })
    .map(|(_, vault)| vault)
}

/// What is to be said of all vaults together.
fn check(granted: usize, desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let wanted = &desired.key_vault_access;
    if granted > 0 && wanted.reads_secret_values {
        let message = "the access to vaults reads secret values; a scan needs their names alone: \
                       keyVaults.permissions.secrets: [list]"
            .to_owned();
        plan.find(Finding::warning(FindingCode::GrantsSecretValues, message));
    }
    for name in wanted.permissions.privileged() {
        privileged::check("vault permission", &name, desired, plan);
    }
    let is_there = |vault: &VaultRef| observed.key_vault_access.all().any(|v| vault.matches(&v.id));
    if let AccessPolicies::Listed(include) = &wanted.policies {
        for vault in include.iter().filter(|vault| !is_there(vault)) {
            plan.find(not_found(vault, observed.key_vault_access.gap()));
        }
    }
    for excluded in &wanted.exclude {
        if let Excluded::Vault(vault) = excluded
            && !is_there(vault)
        {
            let message = format!("no vault {vault} can be seen, which keyVaults.exclude names");
            plan.find(Finding::warning(FindingCode::VaultUnknown, message));
        }
    }
}

/// A listed vault that may be where nothing could be read.
fn not_found(vault: &VaultRef, gap: Option<&Reason>) -> Finding {
    match gap {
        None => {
            let message = format!("no vault {vault} can be seen: correct keyVaults.include");
            Finding::blocks(FindingCode::VaultUnknown, message)
        }
        Some(reason) => {
            let message =
                format!("vault {vault} was not found where vaults can be read: {}", reason.0);
            Finding::warning(FindingCode::Unreadable, message)
        }
    }
}

impl Desired {
    /// Whether every vault of a subscription in scope is wanted, but for those excluded by name.
    fn discovers(&self, subscription: SubscriptionId) -> bool {
        self.policies == AccessPolicies::Discover
            && !self.exclude.contains(&Excluded::Subscription(subscription))
    }

    /// `covered`: its subscription is in scope.
    pub(crate) fn wants(
        &self,
        subscription: SubscriptionId,
        vault: &VaultId,
        covered: bool,
    ) -> bool {
        !self.excludes(subscription, vault)
            && match &self.policies {
                AccessPolicies::Discover => covered,
                AccessPolicies::Listed(include) => include.iter().any(|v| v.matches(vault)),
                AccessPolicies::None => false,
            }
    }

    pub(crate) fn excludes(&self, subscription: SubscriptionId, vault: &VaultId) -> bool {
        self.exclude.iter().any(|excluded| match excluded {
            Excluded::Vault(excluded) => excluded.matches(vault),
            Excluded::Subscription(excluded) => *excluded == subscription,
        })
    }
}

impl Observed {
    fn all(&self) -> impl Iterator<Item = &Vault> {
        let read = self.vaults.values().filter_map(|vaults| match vaults {
            Seen::Read(vaults) => Some(vaults),
            Seen::Unreadable(_) => None,
        });
        read.flatten()
    }

    /// Why not all of them could be read.
    fn gap(&self) -> Option<&Reason> {
        self.vaults.values().find_map(|vaults| match vaults {
            Seen::Read(_) => None,
            Seen::Unreadable(reason) => Some(reason),
        })
    }
}

fn plan_vault(
    vault: &Vault,
    is_wanted: bool,
    desired: &crate::Desired,
    observed: &All,
    plan: &mut Plan,
) {
    let Vault { id, tenant, model, has_firewall: _ } = vault;
    let (ours, entries) = match model {
        Model::Rbac if is_wanted => return plan.keep(),
        Model::Rbac => return,
        Model::AccessPolicies { ours, entries } => (ours, *entries),
    };
    let action =
        |change| Action { vault: id.clone(), tenant: *tenant, before: ours.clone(), change };
    if !is_wanted {
        if let Some(ours) = ours
            && may_remove(id, ours, desired, observed, plan)
        {
            plan.push(action(Change::Remove), &[]);
        }
        return;
    }
    if let Some(finding) = obstacle(vault, ours.is_none(), entries, &observed.directory) {
        return plan.find(finding);
    }
    let wanted = &desired.key_vault_access.permissions;
    let live = ours.clone().unwrap_or_default();
    let add = live.missing(wanted);
    let beyond = wanted.missing(&live);
    let is_right = add.is_empty();
    let added = (!is_right).then(|| plan.push(action(Change::Add(add)), &[]));
    if !beyond.is_empty() && may_remove(id, &beyond, desired, observed, plan) {
        let wanted = wanted.clone();
        plan.push(action(Change::Reduce { wanted }), added.as_slice());
    } else if is_right {
        plan.keep();
    }
}

/// Whether what our entry grants beyond the spec goes. It cannot carry a marker: it is an extra.
fn may_remove(
    vault: &VaultId,
    extra: &Permissions,
    desired: &crate::Desired,
    observed: &All,
    plan: &mut Plan,
) -> bool {
    let name = vault.name();
    let sentence = format!("access to vault {name} ({extra})");
    let known = desired.keep.has(&vault.to_string());
    let object = Object::Vault(vault.clone());
    if known || !extras::remove(name, &sentence, object, desired, observed, plan) {
        return false;
    }
    let gap = observed.key_vault_access.gap();
    if let Some(reason) = gap {
        extras::postponed(&sentence, &reason.0, plan);
    }
    gap.is_none()
}

/// What keeps us from writing an entry into this vault.
fn obstacle(vault: &Vault, is_new: bool, entries: usize, directory: &Directory) -> Option<Finding> {
    let Vault { id, tenant, model: _, has_firewall: _ } = vault;
    let name = id.name();
    let finding = if *tenant != directory.tenant.id {
        let message = format!("vault {name} belongs to tenant {tenant}: left out");
        Finding::warning(FindingCode::VaultOfAnotherTenant, message)
    } else if is_new && entries >= MAX_ENTRIES {
        let message = format!(
            "vault {name} has {entries} access policies and takes no more: remove one, or switch \
             it to RBAC, or add it to keyVaults.exclude"
        );
        Finding::blocks(FindingCode::VaultFull, message)
    } else {
        return None;
    };
    Some(finding.about(Subject::Vault(id.clone())))
}

/// Of a subscription that the spec does not name: of others, more is said.
fn left_out(
    subscription: SubscriptionId,
    code: FindingCode,
    why: &str,
    directory: &Directory,
) -> Finding {
    let scope = ScopeId::Subscription(subscription);
    let message = format!("vaults of {} are left out: it {why}", directory.describe(&scope));
    Finding::note(code, message).about(Subject::Scope(scope))
}

/// Elsewhere than in scope, only extras would have been looked for.
fn unreadable(
    subscription: SubscriptionId,
    reason: &Reason,
    missed: bool,
    directory: &Directory,
) -> Finding {
    let scope = ScopeId::Subscription(subscription);
    let place = directory.describe(&scope);
    let message = format!("vaults of {place} could not be read: {}", reason.0);
    let finding = if missed {
        Finding::warning(FindingCode::Unreadable, message)
    } else {
        Finding::note(FindingCode::NotLookedAt, message)
    };
    finding.about(Subject::Scope(scope))
}

impl Action {
    pub(crate) fn verb(&self) -> Verb {
        match self.change {
            Change::Add(_) if self.before.is_none() => Verb::Create,
            Change::Add(_) => Verb::Update,
            Change::Reduce { .. } | Change::Remove => Verb::Delete,
        }
    }

    /// The permissions that come or go.
    fn touched(&self) -> Permissions {
        let before = self.before.clone().unwrap_or_default();
        match &self.change {
            Change::Add(add) => add.clone(),
            Change::Reduce { wanted } => wanted.missing(&before),
            Change::Remove => before,
        }
    }

    pub(crate) fn is_privileged(&self) -> bool {
        match &self.change {
            Change::Add(permissions) => !permissions.privileged().is_empty(),
            Change::Reduce { .. } | Change::Remove => false,
        }
    }

    pub(crate) fn line(&self) -> (String, String) {
        let (what, target) = self.touched().line();
        let target = format!("vault {} ({target})", self.vault.name());
        (privileged::shown(&what, self.is_privileged()), target)
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        let Action { vault, tenant: _, before: _, change } = self;
        let touched = self.touched();
        let kinds = touched.kinds().map(|(kind, names)| (kind, names.join(", ")));
        let fields: Vec<_> = match change {
            Change::Add(_) => kinds.map(|(kind, names)| Field::set(kind, names)).collect(),
            Change::Reduce { .. } | Change::Remove => {
                kinds.map(|(kind, names)| Field::unset(kind, names)).collect()
            }
        };
        [Field::set("vault", vault.to_string())].into_iter().chain(fields).collect()
    }

    pub(crate) fn object(&self) -> Object {
        Object::Vault(self.vault.clone())
    }
}

impl From<Action> for crate::Action {
    fn from(action: Action) -> Self {
        crate::Action::KeyVaultAccess(action)
    }
}
