//! Azure Resource Manager: subscriptions, management groups, roles, key vaults.

mod containers;
mod roles;
mod vaults;

pub use containers::{ManagementGroup, Subscription};
pub use roles::{RoleAssignment, RoleDefinition, RolePermissions};
pub use vaults::{AccessPolicy, Vault, VaultPermissions};
