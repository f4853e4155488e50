//! The sandbox as a client sees it: over HTTPS, with bodies as real clients write them.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]
#![expect(clippy::needless_pass_by_value, reason = "bodies are written where they are sent")]

mod access_policies;
mod activity_log;
mod advanced_queries;
mod app_management_policy;
mod applications;
mod assertions;
mod batch;
mod bearer;
mod callers;
mod certificates;
mod conditions;
mod delegated_grants;
mod delegated_rights;
mod deleted_items;
mod deleted_vaults;
mod directory_audits;
mod directory_objects;
mod directory_roles;
mod faults;
mod federated_credentials;
mod federated_sign_in;
mod grants;
mod graph_rights;
mod groups;
mod hierarchy;
mod key_credentials;
mod keys;
mod locks;
mod management_groups;
mod nonsense;
#[path = "../openapi/mod.rs"]
mod openapi;
mod owned_applications;
mod owners;
mod passwords;
mod people;
mod permissions;
mod policies;
mod posture;
mod queries;
mod query_language;
mod replay;
mod replication;
mod resource_graph;
mod resource_groups;
mod resource_manager;
mod role_assignment_limits;
mod role_assignments;
mod role_definition_limits;
mod role_definitions;
mod seed;
mod service_principals;
mod sign_in;
mod split_duties;
mod state;
mod subscription_actions;
mod subscription_states;
mod support;
mod throttling;
mod users;
mod vault_data;
mod vaults;
mod web_sites;
