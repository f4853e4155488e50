//! How Mondoo's platform is asked, and what is made of its answers. Time is simulated where a stub
//! answers.
#![expect(clippy::unwrap_used, unreachable_pub, reason = "a test may panic, and is all one crate")]

mod answers;
mod credentials;
mod emulator;
mod exchange;
mod fake;
mod integrations;
mod policies;
mod retries;
mod sent;
