use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::model::vault_item::VaultItem;

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Vault {
    pub(crate) subscription: Uuid,
    pub(crate) resource_group: String,
    pub(crate) name: String,
    pub(crate) location: String,
    pub(crate) tags: Map<String, Value>,
    pub(crate) properties: VaultProperties,
    pub(crate) created_by: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) created_at: OffsetDateTime,
    pub(crate) modified_by: Uuid,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) modified_at: OffsetDateTime,
    /// What is kept in it.
    #[serde(default)]
    pub(crate) items: Vec<VaultItem>,
}

/// Keeps its name until it is purged.
#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct DeletedVault {
    pub(crate) vault: Vault,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) deleted: OffsetDateTime,
    #[serde(with = "time::serde::rfc3339")]
    pub(crate) purged: OffsetDateTime,
}

impl Vault {
    pub(crate) fn id(&self) -> String {
        vault_id(self.subscription, &self.resource_group, &self.name)
    }
}

pub(crate) fn vault_id(subscription: Uuid, resource_group: &str, name: &str) -> String {
    format!(
        "/subscriptions/{subscription}/resourceGroups/{resource_group}/providers/Microsoft.KeyVault/vaults/{name}"
    )
}

/// Absent properties stay absent: `enableRbacAuthorization` left out or null means access policies
/// (documented).
#[derive(Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct VaultProperties {
    pub(crate) sku: Sku,
    pub(crate) tenant_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) network_acls: Option<Value>,
    #[serde(default)]
    pub(crate) access_policies: Vec<AccessPolicy>,
    #[serde(default)]
    pub(crate) enabled_for_deployment: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) enabled_for_disk_encryption: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) enabled_for_template_deployment: Option<bool>,
    #[serde(default = "yes")]
    pub(crate) enable_soft_delete: bool,
    #[serde(default = "ninety")]
    pub(crate) soft_delete_retention_in_days: u8,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) enable_rbac_authorization: Option<bool>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) enable_purge_protection: Option<bool>,
    #[serde(default = "enabled")]
    pub(crate) public_network_access: String,
}

#[derive(Clone, Serialize, Deserialize)]
pub(crate) struct Sku {
    pub(crate) family: String,
    pub(crate) name: String,
}

/// One entry: what `object_id`, through `application_id` if given, may do. Kept exactly as it was
/// written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct AccessPolicy {
    pub(crate) tenant_id: String,
    pub(crate) object_id: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) application_id: Option<String>,
    pub(crate) permissions: Permissions,
}

/// A kind that was never written stays absent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Permissions {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) keys: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) secrets: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) certificates: Option<Vec<String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) storage: Option<Vec<String>>,
}

impl AccessPolicy {
    /// Entries belong together by tenant, object and application; ids match in either case.
    fn is_about_the_same(&self, other: &Self) -> bool {
        self.object_id.eq_ignore_ascii_case(&other.object_id)
            && self.tenant_id.eq_ignore_ascii_case(&other.tenant_id)
            && match (&self.application_id, &other.application_id) {
                (Some(one), Some(other)) => one.eq_ignore_ascii_case(other),
                (one, other) => one.is_none() && other.is_none(),
            }
    }
}

impl Permissions {
    fn combine(&self, other: &Self, change: fn(&[String], &[String]) -> Vec<String>) -> Self {
        let kind = |held: &Option<Vec<String>>, other: &Option<Vec<String>>| {
            let changed =
                change(held.as_deref().unwrap_or_default(), other.as_deref().unwrap_or_default());
            (held.is_some() || !changed.is_empty()).then_some(changed)
        };
        Self {
            keys: kind(&self.keys, &other.keys),
            secrets: kind(&self.secrets, &other.secrets),
            certificates: kind(&self.certificates, &other.certificates),
            storage: kind(&self.storage, &other.storage),
        }
    }

    fn is_empty(&self) -> bool {
        let kinds = [&self.keys, &self.secrets, &self.certificates, &self.storage];
        kinds.iter().all(|kind| kind.as_ref().is_none_or(Vec::is_empty))
    }
}

/// Union per entry; entries that nobody named stay untouched.
pub(crate) fn add(policies: &[AccessPolicy], entry: &AccessPolicy) -> Vec<AccessPolicy> {
    change(policies, entry, |old| old.combine(&entry.permissions, union))
}

/// Overwrites the one entry, whatever it held.
pub(crate) fn replace(policies: &[AccessPolicy], entry: &AccessPolicy) -> Vec<AccessPolicy> {
    change(policies, entry, |_| entry.permissions.clone())
}

/// Takes away the listed permissions, by exact spelling; an entry with nothing left vanishes.
pub(crate) fn remove(policies: &[AccessPolicy], entry: &AccessPolicy) -> Vec<AccessPolicy> {
    let rest = policies.iter().cloned().map(|mut policy| {
        if policy.is_about_the_same(entry) {
            policy.permissions = policy.permissions.combine(&entry.permissions, difference);
        }
        policy
    });
    rest.filter(|policy| !(policy.is_about_the_same(entry) && policy.permissions.is_empty()))
        .collect()
}

fn change(
    policies: &[AccessPolicy],
    entry: &AccessPolicy,
    permissions: impl Fn(&Permissions) -> Permissions,
) -> Vec<AccessPolicy> {
    let mut policies = policies.to_vec();
    match policies.iter_mut().find(|policy| policy.is_about_the_same(entry)) {
        Some(policy) => policy.permissions = permissions(&policy.permissions),
        None => policies.push(entry.clone()),
    }
    policies
}

fn union(held: &[String], added: &[String]) -> Vec<String> {
    let new = added.iter().filter(|one| !held.iter().any(|other| other.eq_ignore_ascii_case(one)));
    held.iter().chain(new).cloned().collect()
}

fn difference(held: &[String], removed: &[String]) -> Vec<String> {
    held.iter().filter(|one| !removed.contains(one)).cloned().collect()
}

fn yes() -> bool {
    true
}

fn ninety() -> u8 {
    90
}

fn enabled() -> String {
    "Enabled".to_owned()
}
