//! A platform that answers from a script.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};

use async_trait::async_trait;
use azure_core::error::ErrorKind;
use azure_core::http::headers::{HeaderName, Headers};
use azure_core::http::policies::{Policy, PolicyResult};
use azure_core::http::{AsyncRawResponse, Body, Context, Request};
use mondoo::{Credential, Mondoo, Schema, Secret, Transport};
use serde_json::{Value, json};

/// One scripted answer.
#[derive(Debug)]
pub enum Answer {
    /// 200, with these data.
    Data(Value),
    /// 200, with these data and one error.
    Error(Value, &'static str),
    /// Any JSON with 200.
    Json(Value),
    Text(u16, &'static str),
    /// 401, with the time it says it is.
    Dated(&'static str),
    /// 429, with the seconds to wait.
    Throttled(&'static str),
    WebPage(u16),
    /// The connection breaks after the request was sent.
    Broken,
}

/// One request.
#[derive(Clone, Debug)]
pub struct Seen {
    pub url: String,
    pub token: Option<String>,
    pub body: Value,
}

#[derive(Debug, Default)]
pub struct Fake {
    script: Mutex<VecDeque<Answer>>,
    seen: Mutex<Vec<Seen>>,
}

impl Fake {
    pub fn new(script: impl IntoIterator<Item = Answer>) -> Arc<Fake> {
        Arc::new(Fake { script: Mutex::new(script.into_iter().collect()), seen: Mutex::default() })
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap().clone()
    }

    /// What the only request was given as `input`.
    pub fn input(&self) -> Value {
        let seen = self.seen();
        assert_eq!(seen.len(), 1, "{seen:?}");
        seen[0].body["variables"]["input"].clone()
    }

    pub fn transport(self: &Arc<Self>) -> Transport {
        transport(&azure::Transport::answered_by(Arc::clone(self) as Arc<dyn Policy>))
    }

    /// A caller with an API token, whom this answers.
    pub async fn mondoo(self: &Arc<Self>) -> Mondoo {
        let credential = Credential::ApiToken(Secret::from("hunter2".to_owned()));
        Mondoo::connect(credential, None, self.transport()).await.unwrap()
    }
}

pub fn transport(azure: &azure::Transport) -> Transport {
    Transport { reading: azure.reading(), writing: azure.writing(), creating: azure.creating() }
}

#[async_trait]
impl Policy for Fake {
    async fn send(
        &self,
        _: &Context,
        request: &mut Request,
        _: &[Arc<dyn Policy>],
    ) -> PolicyResult {
        let Body::Bytes(body) = request.body() else { panic!("a stream") };
        let authorization =
            request.headers().get_optional_str(&HeaderName::from_static("authorization"));
        let token = authorization.map(|text| text.strip_prefix("Bearer ").unwrap().to_owned());
        let body: Value = serde_json::from_slice(body).unwrap();
        let url = request.url().to_string();
        self.seen.lock().unwrap().push(Seen { url, token, body: body.clone() });
        let next = self.script.lock().unwrap().pop_front();
        let mut headers = Headers::new();
        match next.unwrap_or_else(|| panic!("nobody expected {body}")) {
            Answer::Data(data) => Ok(response(200, headers, &json!({ "data": data }).to_string())),
            Answer::Error(data, message) => {
                let errors = json!([{ "message": message, "path": ["x"] }]);
                let body = json!({ "data": data, "errors": errors });
                Ok(response(200, headers, &body.to_string()))
            }
            Answer::Json(body) => Ok(response(200, headers, &body.to_string())),
            Answer::Text(status, text) => Ok(response(status, headers, text)),
            Answer::Dated(date) => {
                headers.insert("date", date);
                Ok(response(401, headers, "token is not valid"))
            }
            Answer::Throttled(seconds) => {
                headers.insert("retry-after", seconds);
                Ok(response(429, headers, "too many requests"))
            }
            Answer::WebPage(status) => {
                headers.insert("content-type", "text/html; charset=utf-8");
                Ok(response(status, headers, "<h1>"))
            }
            Answer::Broken => Err(azure_core::Error::with_message(ErrorKind::Io, "broken pipe")),
        }
    }
}

fn response(status: u16, headers: Headers, body: &str) -> AsyncRawResponse {
    AsyncRawResponse::from_bytes(status.into(), headers, body.to_owned())
}

/// The answer to a look at a space whose API has these fields beside those of 2024.
pub fn look(newer: &[&str]) -> Answer {
    let newer = newer.iter().copied();
    let fields = |known: &[&str]| -> Value {
        let known = known.iter().copied().chain(newer.clone());
        known.map(|name| json!({ "name": name })).collect()
    };
    Answer::Data(json!({
        "space": { "__typename": "Space", "name": "Contoso" },
        "activePolicies": { "edges": [
            { "node": { "mrn": "//policy.api.mondoo.app/policies/one", "action": "ACTIVE" } },
            { "node": { "mrn": "//policy.api.mondoo.app/policies/two", "action": "IGNORE" } },
        ] },
        "options": { "inputFields": fields(&["tenantId", "clientId", "certificate"]) },
        "told": { "fields": fields(&["tenantId", "clientId", "scanVms", "secretType"]) },
        "create": { "inputFields": fields(&["name"]) },
        "update": { "inputFields": fields(&["name"]) },
        "list": { "inputFields": fields(&[]) },
        "content": { "inputFields": fields(&["limit"]) },
    }))
}

/// A schema that has these fields beside those of 2024.
pub async fn schema(newer: &[&str]) -> Schema {
    let fake = Fake::new([look(newer)]);
    let space = SPACE.parse().unwrap();
    fake.mondoo().await.look(&space).await.unwrap().unwrap().schema
}

pub const SPACE: &str = "//captain.api.mondoo.app/spaces/abc";

/// What the newest API has.
pub const NEWEST: [&str; 9] = [
    "scopeMrn",
    "labels",
    "subscriptionsAllowlist",
    "subscriptionsDenylist",
    "useWif",
    "wifSubject",
    "wifIssuerUrl",
    "managementGroupId",
    "contentMrns",
];
