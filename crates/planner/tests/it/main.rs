//! Plans of invented tenants: no service is asked.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test may panic, and is all one crate")]

mod applied;
mod document;
mod drift;
mod integration;
mod laws;
mod leaving;
mod plans;
mod proposal;
mod rights;
mod rotation;
mod safety;
mod schedule;
mod sources;
mod taking_away;
mod tenant;
