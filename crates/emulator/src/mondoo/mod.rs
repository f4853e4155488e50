//! Mondoo's platform: its GraphQL API at `/query`, and scans that sign in to the tenant.
//!
//! Nothing of it was recorded. Types and fields are those of public clients; how it answers beyond
//! that is a guess wherever a comment says so.

mod accounts;
mod answer;
mod bundle;
mod call;
mod caller;
mod catalog;
mod error;
mod exchange;
mod execution;
mod integrations;
mod operations;
mod options;
mod policies;
mod render;
mod scan;
mod scanner;
mod schema;
mod spaces;

pub(crate) use accounts::Accounts;
pub use accounts::MondooAccess;
pub(crate) use answer::{answer, refuse};
pub(crate) use schema::Api;
pub(crate) use spaces::seeded as seeded_changes;
