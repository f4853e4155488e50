//! How changes are carried out, judged by what reaches the wire. Time is simulated.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test may panic, and is all one crate")]

mod changed;
mod collections;
mod fake;
mod order;
mod proving;
mod settling;
