//! Azure Resource Manager: subscriptions, management groups, role definitions and assignments, key
//! vaults.

mod access_policies;
mod actions;
mod answer;
mod call;
mod condition;
mod conditions;
mod error;
mod existence;
mod headers;
mod management_groups;
mod metadata;
mod permissions;
mod role_assignments;
mod role_definition_checks;
mod role_definitions;
mod route;
mod subscription_actions;
mod subscriptions;
mod vaults;
mod versions;

pub(crate) use answer::{answer, refuse};
use call::{Call, resource_group_scope, subscription_scope};
