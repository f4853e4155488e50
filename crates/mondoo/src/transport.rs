//! The way to the platform.

use azure_core::http::{ClientOptions, Url};

/// Where Mondoo's platform is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Region {
    Us,
    Eu,
}

impl Region {
    pub fn endpoint(self) -> Url {
        let text = match self {
            Region::Us => "https://us.api.mondoo.com/query",
            Region::Eu => "https://eu.api.mondoo.com/query",
        };
        Url::parse(text).expect("the URL is a constant")
    }
}

/// How requests travel: connections, retries and logs, by what a request does.
#[derive(Clone, Debug)]
pub struct Transport {
    /// Requests that change nothing.
    pub reading: ClientOptions,
    /// Requests that may be repeated, and hold secrets.
    pub writing: ClientOptions,
    /// Requests that may be repeated only if they have not begun, and hold secrets.
    pub creating: ClientOptions,
}

#[derive(Clone, Debug)]
pub(crate) struct Api {}
