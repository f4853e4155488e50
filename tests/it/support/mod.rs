//! A tenant of its own for each test, and the binary in an environment of its own.

mod azure_cli;
mod browser;
mod by_hand;
mod inventory;
mod specs;
mod tenant;

pub use azure_cli::AzureCli;
pub use browser::Browser;
pub use by_hand::{ByHand, SUBSCRIPTION, Way, manual, set_up, terraform};
pub use inventory::{differences, inventory};
pub use specs::{DEVELOPMENT, PRODUCTION, examples, spec, spec_with};
pub use tenant::{Run, Tenant, binary};
