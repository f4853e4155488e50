//! A tenant of its own for each test, and the binary in an environment of its own.

mod azure_cli;
mod browser;
mod by_hand;
mod forge;
mod github;
mod inventory;
mod program;
mod specs;
mod tenant;

pub use azure_cli::AzureCli;
pub use browser::Browser;
pub use by_hand::{ByHand, SUBSCRIPTION, Way, manual, set_up, terraform};
pub use forge::{Forge, has_tools, keep, root, trust_workload_of};
pub use github::{Ended, Event, Job, read};
pub use inventory::{differences, inventory};
pub use program::program;
pub use specs::{DEVELOPMENT, PRODUCTION, examples, spec, spec_with};
pub use tenant::{Run, Tenant, binary};
