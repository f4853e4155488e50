//! Azure Resource Manager: subscriptions, management groups, role definitions and assignments, key
//! vaults.

mod access_policies;
mod actions;
mod activity_log;
mod answer;
mod api_shapes;
mod call;
mod condition;
mod conditions;
mod deleted_vaults;
mod elevate_access;
mod error;
mod existence;
mod headers;
mod locks;
mod management_groups;
mod metadata;
mod network_acls;
mod operations;
mod permissions;
mod protection;
mod providers;
mod resource_graph;
mod resource_groups;
mod role_assignments;
mod role_definition_checks;
mod role_definitions;
mod route;
mod subscription_actions;
mod subscriptions;
mod throttling;
mod vault_names;
mod vaults;
mod versions;
mod web_sites;

pub(crate) use answer::{answer, refuse};
use call::{Call, resource_group_scope, subscription_scope};
pub(crate) use subscriptions::{readable_resources, readable_subscriptions};
