//! A tenant of its own for each test, and the binary in an environment of its own.

mod azure_cli;
mod browser;
mod specs;
mod tenant;

pub use azure_cli::AzureCli;
pub use browser::Browser;
pub use specs::{DEVELOPMENT, PRODUCTION, examples, spec, spec_with};
pub use tenant::{Run, Tenant, binary};
