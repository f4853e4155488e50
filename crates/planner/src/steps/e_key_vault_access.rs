//! Step E: each vault on the access-policy model lets the application look into it.

use std::collections::{BTreeMap, BTreeSet};

use spec::{Caution, Line, ScopeId, Spec, SubscriptionId, TenantId, VaultId};

use crate::{
    Directory, Field, Finding, FindingCode, Object, Observed as All, Plan, Reason, Seen, Subject,
    Verb,
};

#[derive(Clone, Debug, PartialEq)]
pub struct Desired {
    pub permissions: Permissions,
    /// Reading them is more than a scan needs.
    pub reads_secret_values: bool,
}

impl Desired {
    pub(crate) fn new(spec: &Spec) -> Desired {
        let spec::VaultPermissions { keys, secrets, certificates } =
            &spec.profile.vault_permissions;
        let names = |lines: &[Line]| lines.iter().map(|line| line.name.clone()).collect();
        Desired {
            permissions: Permissions {
                keys: names(keys),
                secrets: names(secrets),
                certificates: names(certificates),
            },
            reads_secret_values: secrets.iter().any(|l| l.caution == Some(Caution::SecretValues)),
        }
    }
}

/// Vaults by subscription, for each subscription of the spec and below its groups.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Observed {
    pub vaults: BTreeMap<SubscriptionId, Seen<Vec<Vault>>>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Vault {
    pub id: VaultId,
    pub tenant: TenantId,
    pub model: Model,
}

/// How a vault decides who may look into it.
#[derive(Clone, Debug, PartialEq)]
pub enum Model {
    /// By role assignments: the Key Vault Reader of Step C is enough.
    Rbac,
    AccessPolicies {
        /// What the entry of our principal grants: nothing, where it has no entry.
        ours: Permissions,
    },
}

/// Permissions of one access policy entry.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Permissions {
    pub keys: Vec<String>,
    pub secrets: Vec<String>,
    pub certificates: Vec<String>,
}

impl Permissions {
    /// What `wanted` has beyond these. Case does not matter, and `all` covers everything here.
    fn missing(&self, wanted: &Permissions) -> Permissions {
        let Permissions { keys, secrets, certificates } = self;
        Permissions {
            keys: beyond(keys, &wanted.keys),
            secrets: beyond(secrets, &wanted.secrets),
            certificates: beyond(certificates, &wanted.certificates),
        }
    }

    fn is_empty(&self) -> bool {
        let Permissions { keys, secrets, certificates } = self;
        keys.is_empty() && secrets.is_empty() && certificates.is_empty()
    }
}

fn beyond(live: &[String], wanted: &[String]) -> Vec<String> {
    let has = |name: &str| live.iter().any(|live| live.eq_ignore_ascii_case(name));
    wanted.iter().filter(|wanted| !has(wanted) && !has("all")).cloned().collect()
}

/// Adds permissions to the entry of our principal, which it makes where there is none.
#[derive(Clone, Debug, PartialEq)]
pub struct Action {
    pub vault: VaultId,
    pub tenant: TenantId,
    pub has_entry: bool,
    pub add: Permissions,
}

pub(crate) fn plan(desired: &crate::Desired, observed: &All, plan: &mut Plan) {
    let wanted = &desired.key_vault_access;
    let mut policies = 0;
    for (subscription, vaults) in &observed.key_vault_access.vaults {
        if let Some((code, why)) = observed.directory.standing(*subscription).obstacle() {
            plan.find(left_out(*subscription, code, &why, &observed.directory));
            continue;
        }
        match vaults {
            Seen::Unreadable(reason) => {
                plan.find(unreadable(*subscription, reason, &observed.directory));
            }
            Seen::Read(vaults) => {
                for vault in vaults {
                    policies += usize::from(vault.model != Model::Rbac);
                    plan_vault(vault, &wanted.permissions, &observed.directory, plan);
                }
            }
        }
    }
    if wanted.reads_secret_values && policies > 0 {
        let message = "secrets: get reads secret values; the manual asks for it".to_owned();
        plan.find(Finding::warning(FindingCode::GrantsSecretValues, message));
    }
}

fn plan_vault(vault: &Vault, wanted: &Permissions, directory: &Directory, plan: &mut Plan) {
    let Vault { id, tenant, model } = vault;
    let ours = match model {
        Model::Rbac => return plan.keep(),
        Model::AccessPolicies { ours } => ours,
    };
    if *tenant != directory.tenant.id {
        let message = format!("vault {} belongs to tenant {tenant}: left out", id.name());
        let finding = Finding::warning(FindingCode::VaultOfAnotherTenant, message);
        return plan.find(finding.about(Subject::Vault(id.clone())));
    }
    let add = ours.missing(wanted);
    if add.is_empty() {
        return plan.keep();
    }
    let has_entry = !ours.is_empty();
    plan.push(Action { vault: id.clone(), tenant: *tenant, has_entry, add }, &[]);
}

/// Of a subscription that the spec names, more was said already.
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

fn unreadable(subscription: SubscriptionId, reason: &Reason, directory: &Directory) -> Finding {
    let scope = ScopeId::Subscription(subscription);
    let place = directory.describe(&scope);
    let message = format!("vaults of {place} could not be read: {}", reason.0);
    Finding::warning(FindingCode::Unreadable, message).about(Subject::Scope(scope))
}

impl Action {
    pub(crate) fn verb(&self) -> Verb {
        if self.has_entry { Verb::Update } else { Verb::Create }
    }

    pub(crate) fn line(&self) -> (String, String) {
        let Permissions { keys, secrets, certificates } = &self.add;
        let all: BTreeSet<_> = keys.iter().chain(secrets).chain(certificates).cloned().collect();
        let kinds: Vec<_> = [("keys", keys), ("secrets", secrets), ("certificates", certificates)]
            .into_iter()
            .filter_map(|(kind, permissions)| (!permissions.is_empty()).then_some(kind))
            .collect();
        let what = all.into_iter().collect::<Vec<_>>().join(", ");
        (what, format!("vault {} ({})", self.vault.name(), kinds.join(", ")))
    }

    pub(crate) fn fields(&self) -> Vec<Field> {
        let Action { vault, tenant: _, has_entry: _, add } = self;
        let Permissions { keys, secrets, certificates } = add;
        let permissions = [("keys", keys), ("secrets", secrets), ("certificates", certificates)];
        let added = permissions.into_iter().filter(|(_, names)| !names.is_empty());
        let mut fields =
            vec![Field::set("vault", vault.to_string()), Field::after_apply("objectId")];
        fields.extend(added.map(|(kind, names)| Field::set(kind, names.join(", "))));
        fields
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
