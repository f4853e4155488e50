//! Azure Resource Manager: subscriptions, management groups, roles, key vaults.

mod access;
mod containers;
mod roles;
mod vaults;

use serde::{Deserialize, Deserializer};

pub use access::{Conditions, Lock};
pub use containers::{ManagementGroup, Subscription};
pub use roles::{RoleAssignment, RoleDefinition, RolePermissions};
pub use vaults::{AccessPolicy, PolicyUpdate, Vault, VaultPermissions};

/// Recorded answers have `null` where documentation has an empty list.
fn null_is_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
