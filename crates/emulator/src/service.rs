use axum::http::{Method, StatusCode};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::http::{Reply, Request};
use crate::login::{AccessToken, SigningKey};
use crate::requests::{RequestCounter, route};
use crate::store::{State, Store};
use crate::{Clock, arm, graph, login};

/// The emulated services and what they share.
pub(crate) struct Service {
    /// Without a slash at its end.
    pub(crate) url: String,
    pub(crate) tenant: Uuid,
    pub(crate) clock: Clock,
    pub(crate) store: Store,
    pub(crate) signing_key: SigningKey,
    pub(crate) requests: RequestCounter,
}

/// What a handler works on.
pub(crate) struct Call<'a> {
    pub(crate) state: &'a State,
    pub(crate) request: &'a Request,
    pub(crate) caller: &'a AccessToken,
    pub(crate) url: &'a str,
    pub(crate) now: OffsetDateTime,
}

/// Which of the services a path belongs to.
enum Area {
    Sandbox,
    Login,
    Graph,
    ResourceManager,
}

impl Service {
    pub(crate) fn answer(&self, request: &Request) -> Reply {
        let area = Area::of(request);
        if !matches!(area, Area::Sandbox) {
            self.requests.count(request);
        }
        let reply = match area {
            Area::Sandbox => self.answer_about_requests(request),
            Area::Login => login::answer(self, request),
            Area::Graph => graph::answer(self, request),
            Area::ResourceManager => arm::answer(self, request),
        };
        tracing::debug!(route = route(request), status = reply.status.as_u16(), "answered");
        reply
    }

    /// Outside of the emulated services: how many requests those got.
    fn answer_about_requests(&self, request: &Request) -> Reply {
        let path: Vec<&str> = request.segments.iter().map(String::as_str).collect();
        match (path.as_slice(), &request.method) {
            (["_sandbox", "requests"], &Method::GET) => {
                Reply::json(StatusCode::OK, self.requests.report())
            }
            (["_sandbox", "requests"], &Method::DELETE) => {
                self.requests.clear();
                Reply::empty(StatusCode::NO_CONTENT)
            }
            _ => {
                let message = "The sandbox knows GET and DELETE of /_sandbox/requests.";
                Reply::json(
                    StatusCode::NOT_FOUND,
                    json!({ "error": { "code": "NotFound", "message": message } }),
                )
            }
        }
    }
}

impl Area {
    fn of(request: &Request) -> Self {
        let first = request.segments.first().map(|segment| segment.to_ascii_lowercase());
        let second = request.segments.get(1).map(String::as_str);
        match (first.as_deref(), second) {
            (Some("_sandbox"), _) => Self::Sandbox,
            (Some("v1.0" | "beta"), _) => Self::Graph,
            (_, Some("oauth2" | "v2.0" | ".well-known" | "discovery")) => Self::Login,
            _ => Self::ResourceManager,
        }
    }
}
