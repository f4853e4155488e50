use serde_json::Value;
use uuid::Uuid;

use crate::http::{Reply, Request};

/// The ids that a reply carries in its headers and, on errors, in its body.
pub(super) struct RequestIds {
    pub(super) request: String,
    pub(super) client: String,
}

impl RequestIds {
    /// A client's own id is echoed; without one it equals the request's (observed).
    pub(super) fn of(request: &Request) -> Self {
        let id = Uuid::new_v4().to_string();
        Self { client: request.header("client-request-id").unwrap_or(&id).to_owned(), request: id }
    }

    pub(super) fn stamp(self, reply: Reply) -> Reply {
        let reply = match &reply.body {
            // A count is plain text.
            Some(Value::Number(_)) => reply.with_header("odata-version", "4.0"),
            Some(_) if reply.status.is_success() => {
                reply.with_header("content-type", JSON).with_header("odata-version", "4.0")
            }
            _ => reply,
        };
        reply
            .with_header("cache-control", "no-cache")
            .with_header("request-id", self.request)
            .with_header("client-request-id", self.client)
            .with_header("x-ms-ags-diagnostic", SERVER)
    }
}

const JSON: &str = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
const SERVER: &str = r#"{"ServerInfo":{"DataCenter":"Sandbox","Slice":"E","Ring":"1"}}"#;
