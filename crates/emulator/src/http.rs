//! Requests and replies as the handlers see them: decoded, without transport.

use axum::body::Bytes;
use axum::http::{HeaderMap, Method, StatusCode};
use percent_encoding::percent_decode_str;
use serde_json::Value;

pub(crate) struct Request {
    pub(crate) method: Method,
    /// Path and query as they came in.
    pub(crate) target: String,
    /// The path's parts, decoded; doubled slashes leave no empty part, as the services tolerate
    /// them.
    pub(crate) segments: Vec<String>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Body,
    /// The state's revision when the request came in; writes since then overlap with it.
    pub(crate) began: u64,
    /// Where a vault was asked by a host name of its own: `https://NAME.vault.azure.net`.
    pub(crate) vault_address: Option<String>,
}

pub(crate) enum Body {
    Whole(Bytes),
    TooLarge,
}

/// Why a body could not be read; each service has its own words for it.
pub(crate) enum BodyFault {
    TooLarge,
    Malformed(String),
}

impl Request {
    /// `target` is a path with an optional query, still percent-encoded.
    pub(crate) fn new(method: Method, target: &str, headers: HeaderMap, body: Body) -> Self {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let segments = path.split('/').filter(|segment| !segment.is_empty());
        Self {
            method,
            target: target.to_owned(),
            segments: segments
                .map(|segment| percent_decode_str(segment).decode_utf8_lossy().into_owned())
                .collect(),
            query: url::form_urlencoded::parse(query.as_bytes()).into_owned().collect(),
            headers,
            body,
            began: u64::MAX,
            vault_address: None,
        }
    }

    pub(crate) fn path(&self) -> String {
        format!("/{}", self.segments.join("/"))
    }

    /// What the request was sent to, without its query. `url` is the sandbox's.
    pub(crate) fn address(&self, url: &str) -> String {
        match &self.vault_address {
            Some(vault) => {
                let path: Vec<&str> = self.segments.iter().skip(2).map(String::as_str).collect();
                format!("{vault}/{}", path.join("/"))
            }
            None => format!("{url}{}", self.path()),
        }
    }

    /// Names of parameters are case-insensitive in all services.
    pub(crate) fn query(&self, name: &str) -> Option<&str> {
        self.query
            .iter()
            .find(|(key, _)| key.eq_ignore_ascii_case(name))
            .map(|(_, value)| value.as_str())
    }

    pub(crate) fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }

    pub(crate) fn bytes(&self) -> Result<&Bytes, BodyFault> {
        match &self.body {
            Body::Whole(bytes) => Ok(bytes),
            Body::TooLarge => Err(BodyFault::TooLarge),
        }
    }

    pub(crate) fn json<T: serde::de::DeserializeOwned>(&self) -> Result<T, BodyFault> {
        serde_json::from_slice(self.bytes()?)
            .map_err(|error| BodyFault::Malformed(error.to_string()))
    }
}

#[derive(Debug)]
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: Vec<(&'static str, String)>,
    pub(crate) body: Option<Value>,
}

impl Reply {
    pub(crate) fn empty(status: StatusCode) -> Self {
        Self { status, headers: Vec::new(), body: None }
    }

    pub(crate) fn json(status: StatusCode, body: Value) -> Self {
        Self { status, headers: Vec::new(), body: Some(body) }
    }

    pub(crate) fn with_header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}
