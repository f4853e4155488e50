//! A tenant of its own for each test, and the binary in an environment of its own.

mod specs;
mod tenant;

pub use specs::{DEVELOPMENT, PRODUCTION, examples, spec, spec_with};
pub use tenant::{Run, Tenant, binary};
