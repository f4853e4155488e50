//! A tenant on loopback HTTPS: Entra sign-in, Microsoft Graph, Azure Resource Manager, Key Vault and
//! Mondoo's API on one port, with its own certificate authority and a state that survives restarts.
//!
//! It answers as the services document it or, where the two differ, as recorded traffic shows it.
//! Assertions and access tokens are really verified and rights are really evaluated, so a wrong
//! certificate cannot sign in and a caller without a grant is refused. The crate shares no type
//! with the clients that it is used to test.
//!
//! One request flows through `server` (HTTPS) and `service` (which service is meant) to `login`,
//! `graph`, `arm`, `key_vault` or `mondoo`. Their handlers are plain functions from the state and a request to a reply and
//! the changes it makes; `store` writes those to disk before the reply is sent.

mod arm;
mod audit;
mod behaviour;
mod certificates;
mod clock;
mod encoding;
mod error;
mod filter;
mod graph;
mod http;
mod key_vault;
mod login;
mod model;
mod mondoo;
mod paging;
mod quotas;
mod request_log;
mod requests;
mod sandbox;
mod secret;
mod seed;
mod server;
mod service;
mod store;
mod timestamps;
mod tunnel;

pub use behaviour::{Behaviour, BehaviourError};
pub use clock::Clock;
pub use error::StartError;
pub use mondoo::MondooAccess;
pub use sandbox::{Operator, Options, Sandbox, generate};
pub use secret::Secret;
pub use seed::{Size, operator_names};
pub use store::reset;
