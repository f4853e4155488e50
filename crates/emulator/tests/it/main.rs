//! The sandbox as a client sees it: over HTTPS, with bodies as real clients write them.

#![expect(clippy::unwrap_used, reason = "what is not there fails the test")]
#![expect(clippy::needless_pass_by_value, reason = "bodies are written where they are sent")]

mod access_policies;
mod applications;
mod assertions;
mod batch;
mod bearer;
mod certificates;
mod deleted_items;
mod faults;
mod federated_credentials;
mod federated_sign_in;
mod grants;
mod graph_rights;
mod hierarchy;
mod key_credentials;
mod owners;
mod passwords;
mod queries;
mod replication;
mod resource_manager;
mod role_assignments;
mod role_definitions;
mod seed;
mod service_principals;
mod sign_in;
mod state;
mod subscription_actions;
mod support;
mod throttling;
mod users;
mod vaults;
