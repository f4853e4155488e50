//! Tests of the crate from outside, one file a topic.
#![expect(clippy::unwrap_used, reason = "a test may panic")]

mod corpus;
mod examples;
mod manual;
mod meaning;
mod parse;
mod profiles;
mod rules;
mod support;
