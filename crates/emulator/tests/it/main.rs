//! The sandbox as a client sees it: over HTTPS, with bodies as real clients write them.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]
#![expect(clippy::needless_pass_by_value, reason = "bodies are written where they are sent")]

mod access_policies;
mod applications;
mod assertions;
mod batch;
mod bearer;
mod callers;
mod certificates;
mod conditions;
mod delegated_rights;
mod deleted_items;
mod directory_roles;
mod federated_credentials;
mod grants;
mod graph_rights;
mod groups;
mod hierarchy;
mod key_credentials;
mod owned_applications;
mod owners;
mod passwords;
mod people;
mod permissions;
mod queries;
mod resource_manager;
mod role_assignments;
mod role_definitions;
mod seed;
mod service_principals;
mod sign_in;
mod split_duties;
mod state;
mod subscription_actions;
mod support;
mod users;
mod vaults;
