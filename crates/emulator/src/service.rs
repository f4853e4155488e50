use std::time::Duration;

use axum::http::{Method, StatusCode};
use serde_json::json;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::behaviour::{Effect, Faults, Look, Refusal, luck};
use crate::http::{Reply, Request};
use crate::login::{AccessToken, SigningKey};
use crate::quotas::Quotas;
use crate::request_log::RequestLog;
use crate::requests::{RequestCounter, route};
use crate::store::{State, Store, Views};
use crate::{Behaviour, Clock, arm, graph, key_vault, login, mondoo};

/// The emulated services and what they share.
pub(crate) struct Service {
    /// Without a slash at its end.
    pub(crate) url: String,
    pub(crate) tenant: Uuid,
    pub(crate) clock: Clock,
    pub(crate) behaviour: Behaviour,
    pub(crate) faults: Faults,
    pub(crate) store: Store,
    pub(crate) signing_key: SigningKey,
    pub(crate) requests: RequestCounter,
    pub(crate) quotas: Quotas,
    pub(crate) request_log: Option<RequestLog>,
    pub(crate) mondoo: mondoo::Api,
}

/// What a handler works on. The four states are one and the same unless writes take their time.
pub(crate) struct Call<'a> {
    /// What the request is about: as a reader sees it, or as it is when something is written.
    pub(crate) state: &'a State,
    /// What can be read by its key; a write to anything else finds nothing.
    pub(crate) found: &'a State,
    /// What other objects and services know of.
    pub(crate) referable: &'a State,
    /// What Resource Graph and advanced queries know of.
    pub(crate) indexed: &'a State,
    pub(crate) request: &'a Request,
    pub(crate) caller: &'a AccessToken,
    pub(crate) behaviour: &'a Behaviour,
    pub(crate) url: &'a str,
    pub(crate) now: OffsetDateTime,
}

impl<'a> Call<'a> {
    /// `look` says how the request reads, if it does.
    pub(crate) fn new(
        service: &'a Service,
        views: &Views<'a>,
        look: Look,
        request: &'a Request,
        caller: &'a AccessToken,
    ) -> Self {
        let reads = request.method == Method::GET || look == Look::Index;
        Self {
            state: if reads { views.seen(look) } else { views.truth },
            found: views.seen(Look::Read),
            referable: views.seen(Look::Reference),
            indexed: views.seen(Look::Index),
            request,
            caller,
            behaviour: &service.behaviour,
            url: &service.url,
            now: service.clock.now(),
        }
    }
}

/// What becomes of a request on its way here and back.
pub(crate) struct Fate {
    pub(crate) delay: Duration,
    pub(crate) effect: Option<Effect>,
}

/// Which of the services a path belongs to.
enum Area {
    Sandbox,
    Login,
    Graph,
    ResourceManager,
    KeyVault,
    Mondoo,
}

impl Service {
    /// Counts the request, too.
    pub(crate) fn fate(&self, request: &Request) -> Fate {
        if matches!(Area::of(request), Area::Sandbox) {
            return Fate { delay: Duration::ZERO, effect: None };
        }
        let route = route(request);
        let number = self.requests.count(&route);
        let latency = self.behaviour.latency;
        let latency = latency.at(luck(self.behaviour.seed, &format!("latency {number}")));
        match self.faults.meet(&route) {
            Some(Effect::Delay(delay)) => Fate { delay: latency + *delay, effect: None },
            effect => Fate { delay: latency, effect: effect.cloned() },
        }
    }

    /// What a fault answers one request of a batch with; other faults are about whole connections.
    pub(crate) fn refusal(&self, inner: &Request) -> Option<Refusal> {
        self.faults.meet(&route(inner)).and_then(Effect::refusal)
    }

    pub(crate) fn answer(&self, request: &Request, effect: Option<&Effect>) -> Reply {
        let refusal = effect.and_then(Effect::refusal);
        let mut reply = match (Area::of(request), refusal) {
            (Area::Sandbox, _) => self.answer_beside_services(request),
            (Area::Login, None) => login::answer(self, request),
            (Area::Graph, None) => graph::answer(self, request),
            (Area::ResourceManager, None) => arm::answer(self, request),
            (Area::KeyVault, None) => key_vault::answer(self, request),
            (Area::Mondoo, None) => mondoo::answer(self, request),
            (Area::Login, Some(refusal)) => login::refuse(self, request, &refusal),
            (Area::Graph, Some(refusal)) => graph::refuse(self, request, &refusal),
            (Area::ResourceManager, Some(refusal)) => arm::refuse(self, request, &refusal),
            (Area::KeyVault, Some(refusal)) => key_vault::refuse(self, &refusal),
            (Area::Mondoo, Some(refusal)) => mondoo::refuse(&refusal),
        };
        if request.method == Method::HEAD {
            reply.body = None;
        }
        if let Some(log) = &self.request_log {
            log.write(request, &reply, self.clock.now());
        }
        tracing::debug!(route = route(request), status = reply.status.as_u16(), "answered");
        reply
    }

    /// Outside of the emulated services: how many requests those got, and tokens for workloads.
    fn answer_beside_services(&self, request: &Request) -> Reply {
        let path: Vec<&str> = request.segments.iter().map(String::as_str).collect();
        match (path.as_slice(), &request.method) {
            (["_sandbox", "requests"], &Method::GET) => {
                Reply::json(StatusCode::OK, self.requests.report())
            }
            (["_sandbox", "requests"], &Method::DELETE) => {
                self.requests.clear();
                Reply::empty(StatusCode::NO_CONTENT)
            }
            (["_sandbox", "id-token"], &Method::GET) => login::issue_workload_token(self, request),
            _ => {
                let message = "The sandbox knows GET and DELETE of /_sandbox/requests, and GET of \
                               /_sandbox/id-token.";
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
            (Some("vaults"), _) => Self::KeyVault,
            (Some("query"), None) | (Some("securetokenservice"), _) => Self::Mondoo,
            (_, Some("oauth2" | "v2.0" | ".well-known" | "discovery")) => Self::Login,
            _ => Self::ResourceManager,
        }
    }
}
