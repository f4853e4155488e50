//! The binary against an emulated tenant, from outside, as its users see it.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test may panic, and is all one crate")]

mod a_application;
mod adopt;
mod architecture;
mod b_graph_permissions;
mod bad_input;
mod c_role_assignments;
mod clouds;
mod commands;
mod d_custom_role;
mod destroy;
mod doctor;
mod documents;
mod drift;
mod e_key_vault_access;
mod export;
mod export_az;
mod f_certificate;
mod f_certificate_sources;
mod f_certificate_vault;
mod formats;
mod g_integration;
mod hostile;
mod http_log;
mod interrupted;
mod main_job;
mod mondoo_account;
#[path = "../../crates/emulator/tests/openapi/mod.rs"]
mod openapi;
mod page;
mod permissions;
mod picture;
mod rotation;
mod sandbox;
mod saved_plans;
mod sign_in;
mod sign_in_refused;
mod split_duties;
mod status;
mod support;
mod tamper;
mod verify;
mod verify_integration;
mod who;
mod year;
