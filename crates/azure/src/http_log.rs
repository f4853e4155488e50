//! All requests of a run in HAR 1.2, without what nobody else may read.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use azure_core::http::headers::Headers;
use azure_core::http::{Method, Url};
use azure_core::time::OffsetDateTime;
use serde_json::{Value, json};
use time::format_description::well_known::Rfc3339;

use crate::wire::Bodies;

/// Collects requests. Clones share them.
#[derive(Clone, Debug, Default)]
pub struct HttpLog(Arc<Mutex<Vec<Value>>>);

pub(crate) struct Exchange {
    pub started: OffsetDateTime,
    pub took: Duration,
    pub method: Method,
    pub url: Url,
    pub headers: Headers,
    pub body: Vec<u8>,
    pub bodies: Bodies,
    pub outcome: Outcome,
}

pub(crate) enum Outcome {
    Answered { status: u16, headers: Headers, body: Vec<u8> },
    NoAnswer(String),
}

impl HttpLog {
    /// The log so far, in the order in which answers came.
    pub fn to_har(&self) -> Value {
        let entries = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        json!({ "log": {
            "version": "1.2",
            "creator": { "name": "mondoo-azure", "version": env!("CARGO_PKG_VERSION") },
            "entries": *entries,
        }})
    }

    pub(crate) fn add(&self, exchange: &Exchange) {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).push(exchange.entry());
    }
}

/// Said in place of a body.
const LEFT_OUT: &str = "left out: it may hold tokens, keys or values of secrets";

impl Exchange {
    fn entry(&self) -> Value {
        let milliseconds = self.took.as_secs_f64() * 1000.0;
        let left_out = self.bodies == Bodies::LeftOut || self.lists_secrets();
        let (response, comment) = match &self.outcome {
            Outcome::Answered { status, headers, body } => {
                (response(*status, headers, body, left_out), String::new())
            }
            Outcome::NoAnswer(reason) => {
                (response(0, &Headers::new(), &[], false), format!("no answer: {reason}"))
            }
        };
        json!({
            "startedDateTime": self.started.format(&Rfc3339).unwrap_or_default(),
            "time": milliseconds,
            "request": self.request(left_out),
            "response": response,
            "cache": {},
            "timings": { "send": 0, "wait": milliseconds, "receive": 0 },
            "comment": comment,
        })
    }

    fn request(&self, left_out: bool) -> Value {
        let query = self.url.query_pairs();
        let query: Vec<_> =
            query.map(|(name, value)| json!({ "name": name, "value": value })).collect();
        let mut request = json!({
            "method": self.method.to_string(),
            "url": self.url.as_str(),
            "httpVersion": "HTTP/1.1",
            "cookies": [],
            "headers": headers(&self.headers),
            "queryString": query,
            "headersSize": -1,
            "bodySize": self.body.len(),
        });
        if !self.body.is_empty() {
            request["postData"] = content(&self.headers, &self.body, left_out);
        }
        request
    }

    /// Actions such as `listKeys`, and `list` of an app's settings.
    fn lists_secrets(&self) -> bool {
        let action = self.url.path().rsplit('/').next().unwrap_or_default();
        self.method == Method::Post && action.to_ascii_lowercase().starts_with("list")
    }
}

fn response(status: u16, answered: &Headers, body: &[u8], left_out: bool) -> Value {
    let mut content = content(answered, body, left_out);
    content["size"] = body.len().into();
    json!({
        "status": status,
        "statusText": "",
        "httpVersion": "HTTP/1.1",
        "cookies": [],
        "headers": headers(answered),
        "content": content,
        "redirectURL": "",
        "headersSize": -1,
        "bodySize": body.len(),
    })
}

fn content(headers: &Headers, body: &[u8], left_out: bool) -> Value {
    let kind = headers.iter().find(|(name, _)| name.as_str() == "content-type");
    let kind = kind.map_or("", |(_, value)| value.as_str());
    if left_out {
        return json!({ "mimeType": kind, "text": "", "comment": LEFT_OUT });
    }
    let text = match serde_json::from_slice::<Value>(body) {
        Ok(mut value) => {
            hide(&mut value);
            value.to_string()
        }
        Err(_) => String::from_utf8_lossy(body).into_owned(),
    };
    json!({ "mimeType": kind, "text": text })
}

/// Members of JSON objects that hold a secret wherever they come up.
const SECRETS: [&str; 10] = [
    "access_token",
    "assertion",
    "client_assertion",
    "client_secret",
    "id_token",
    "password",
    "primarykey",
    "refresh_token",
    "secondarykey",
    "secrettext",
];

fn hide(value: &mut Value) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                if SECRETS.contains(&name.to_ascii_lowercase().as_str()) && !member.is_null() {
                    *member = "left out".into();
                } else {
                    hide(member);
                }
            }
        }
        Value::Array(elements) => elements.iter_mut().for_each(hide),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// All but those that prove who somebody is.
fn headers(headers: &Headers) -> Vec<Value> {
    let proofs =
        ["authorization", "proxy-authorization", "cookie", "set-cookie", "x-identity-header"];
    let shown = headers.iter().filter(|(name, _)| !proofs.contains(&name.as_str()));
    let mut shown: Vec<_> = shown.map(|(name, value)| (name.as_str(), value.as_str())).collect();
    shown.sort_unstable();
    shown.into_iter().map(|(name, value)| json!({ "name": name, "value": value })).collect()
}
