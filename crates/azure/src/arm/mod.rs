//! Azure Resource Manager: subscriptions, management groups, roles, key vaults.

mod activity_log;
mod containers;
mod effective;
mod locks;
mod roles;
mod vaults;
mod web_apps;

use serde::{Deserialize, Deserializer};

pub use activity_log::Activity;
pub use containers::{ManagementGroup, Subscription};
pub use locks::Lock;
pub use roles::{RoleAssignment, RoleDefinition, RolePermissions};
pub use vaults::{AccessPolicy, PolicyUpdate, Vault, VaultPermissions};
pub use web_apps::WebApp;

/// Recorded answers have `null` where documentation has an empty list.
fn null_is_empty<'de, D, T>(deserializer: D) -> Result<Vec<T>, D::Error>
where
    D: Deserializer<'de>,
    T: Deserialize<'de>,
{
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}
