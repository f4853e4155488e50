//! What can go wrong with a call, by what the caller may do about it.

use std::fmt;

use time::Duration;

#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Error {
    /// No request was sent: the endpoint is not one that secrets may be sent to.
    #[error("{0} is no https URL")]
    Endpoint(String),
    /// No request was sent: a workload identity has no token of its issuer.
    #[error("the workload identity for Mondoo has no token of its issuer")]
    NoToken,
    /// No request was sent: the API of this space is too old.
    #[error("the API of this space does not know {0}")]
    NotOffered(Feature),
    /// The platform does not accept who we say we are.
    #[error("Mondoo's {request} was refused because nobody is signed in: {reason}")]
    NotSignedIn {
        request: &'static str,
        reason: String,
        /// How far this machine's clock is ahead of the platform's, when that may be the cause.
        clock_ahead: Option<Duration>,
    },
    /// The platform knows who calls, and they may not do that.
    #[error("Mondoo's {request} is not permitted: {reason}")]
    NotPermitted { request: &'static str, reason: String },
    /// What the request names does not exist.
    #[error("Mondoo's {request} names what does not exist: {reason}")]
    NotFound { request: &'static str, reason: String },
    /// The platform has answered, and said no. `code` is gRPC's name of the reason, or the status.
    #[error("Mondoo's {request} was refused: {message} ({code})")]
    Refused { request: &'static str, code: String, message: String },
    /// There was no whole answer. A write may or may not have happened.
    #[error("Mondoo's {request} got no answer: {reason}")]
    NoAnswer { request: &'static str, reason: Silence },
    /// The answer is not what the platform documents.
    #[error("Mondoo's {request} got an answer that makes no sense: {reason}")]
    Senseless { request: &'static str, reason: String },
}

/// What not every generation of the API can do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Feature {
    Wif,
    Labels,
    /// None does: without a list, all are scanned.
    NoSubscription,
}

impl fmt::Display for Feature {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Feature::Wif => "workload identity federation with Azure",
            Feature::Labels => "labels of integrations",
            Feature::NoSubscription => "an integration that scans no subscription",
        })
    }
}

/// Why there was no answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Silence {
    /// The certificate of whoever answered comes from an authority that is not trusted here.
    Untrusted(String),
    /// No connection came about, or it broke.
    Broken(String),
}

impl fmt::Display for Silence {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Silence::Untrusted(reason) | Silence::Broken(reason) => f.write_str(reason),
        }
    }
}
