//! How services are asked, judged by what reaches the wire. Time is simulated.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test may panic, and is all one crate")]

mod answers;
mod clouds;
mod fake;
mod recordings;
mod retries;
mod sign_in;
