//! Which PEM texts are used, which are refused, and what is written.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod command;
mod files;
mod odd;
mod openssl;
mod refused;
mod support;
