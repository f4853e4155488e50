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
        let left_out = self.bodies == Bodies::LeftOut || self.may_hold_secrets();
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
            "httpVersion": "unknown",
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

    /// By the address: what is in a vault, and actions such as `listKeys` or `list` of an app's
    /// settings.
    fn may_hold_secrets(&self) -> bool {
        let (host, path) = (self.url.host_str().unwrap_or_default(), self.url.path());
        let action = path.rsplit('/').next().unwrap_or_default().to_ascii_lowercase();
        let is_vault = host.contains(".vault.") || path.starts_with("/vaults/");
        let is_list = self.method == Method::Post && action.starts_with("list");
        is_vault || is_list
    }
}

fn response(status: u16, answered: &Headers, body: &[u8], left_out: bool) -> Value {
    let mut content = content(answered, body, left_out);
    content["size"] = body.len().into();
    json!({
        "status": status,
        "statusText": "",
        "httpVersion": "unknown",
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

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(method: Method, url: &str, body: &str) -> Value {
        let mut headers = Headers::new();
        for (name, value) in [("authorization", "x"), ("cookie", "x"), ("content-type", "a/b")] {
            headers.insert(name, value);
        }
        let body = body.as_bytes().to_vec();
        let outcome =
            Outcome::Answered { status: 200, headers: headers.clone(), body: body.clone() };
        let exchange = Exchange {
            started: OffsetDateTime::UNIX_EPOCH,
            took: Duration::from_millis(7),
            method,
            url: url.parse().expect("a URL"),
            headers,
            body,
            bodies: Bodies::Kept,
            outcome,
        };
        exchange.entry()
    }

    #[test]
    fn bodies_that_may_hold_secrets_are_left_out() {
        let arm = "https://management.azure.com/subscriptions/s/providers/Microsoft";
        let appsettings = format!("{arm}.Web/sites/s/config/appsettings/list?api-version=1");
        let keys = format!("{arm}.Storage/storageAccounts/s/listKeys");
        for (method, url) in [
            (Method::Post, appsettings.as_str()),
            (Method::Post, keys.as_str()),
            (Method::Get, "https://kv.vault.azure.net/secrets/s"),
            (Method::Get, "https://localhost:9/vaults/kv/secrets/s"),
        ] {
            let entry = entry(method, url, "hunter2");
            assert!(!entry.to_string().contains("hunter2"), "{entry}");
            assert_eq!(entry["request"]["postData"]["comment"], LEFT_OUT);
            assert_eq!(entry["response"]["content"]["comment"], LEFT_OUT);
        }
        let list = format!("{arm}.KeyVault/vaults");
        assert!(entry(Method::Get, &list, "plain").to_string().contains("plain"));
    }

    #[test]
    fn secrets_are_hidden_wherever_they_are_named_and_so_is_who_asks() {
        let body = r#"{ "a": [{ "secretText": "hunter2", "hint": "hun", "password": null }] }"#;
        let entry = entry(Method::Post, "https://graph.microsoft.com/v1.0/x/addPassword", body);
        assert_eq!(
            entry["response"]["content"]["text"],
            r#"{"a":[{"hint":"hun","password":null,"secretText":"left out"}]}"#
        );
        let shown = json!([{ "name": "content-type", "value": "a/b" }]);
        assert_eq!(entry["request"]["headers"], shown);
        assert_eq!(entry["response"]["headers"], shown);
    }
}
