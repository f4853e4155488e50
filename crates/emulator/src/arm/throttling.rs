use std::time::Duration;

use axum::http::{Method, StatusCode};

use crate::behaviour::{Limits, Refusal, Variant};
use crate::http::{Reply, Request};
use crate::login::AccessToken;
use crate::quotas::Quota;
use crate::service::Service;

/// What a request was charged for: headers of its reply, or its refusal.
pub(super) struct Charge {
    headers: Vec<(&'static str, String)>,
    pub(super) refusal: Option<Refusal>,
}

pub(super) fn charge(service: &Service, request: &Request, caller: &AccessToken) -> Charge {
    let (headers, exhausted) =
        if is_query(request) { query(service, caller) } else { call(service, request, caller) };
    let told = !service.behaviour.is(Variant::NoRetryAfter);
    let refused = exhausted.filter(|_| service.behaviour.throttling);
    Charge {
        headers,
        refusal: refused
            .map(|wait| Refusal::new(StatusCode::TOO_MANY_REQUESTS, Some(wait).filter(|_| told))),
    }
}

impl Charge {
    pub(super) fn stamp(&self, reply: Reply) -> Reply {
        let named = self.headers.iter().filter(|(name, _)| !name.is_empty());
        named.fold(reply, |reply, (name, left)| reply.with_header(name, left))
    }
}

type Told = (Vec<(&'static str, String)>, Option<Duration>);

/// Each caller has buckets of its own in each subscription, and all callers share larger ones
/// (documented; which requests are charged above subscriptions is too).
fn call(service: &Service, request: &Request, caller: &AccessToken) -> Told {
    let Kind { quota, own, shared } = Kind::of(request, &service.behaviour.limits);
    let place = subscription(request).unwrap_or("tenant");
    let now = service.clock.now();
    let mine = service.quotas.charge(&format!("{own} {place} {}", caller.oid), quota, 1, now);
    let ours = service.quotas.charge(&format!("{shared} {place}"), quota.times(15), 1, now);
    let headers = vec![(own, mine.left.to_string()), (shared, ours.left.to_string())];
    (headers, mine.retry_after().max(ours.retry_after()))
}

/// Resource Graph counts for itself, in spans of five seconds (observed).
fn query(service: &Service, caller: &AccessToken) -> Told {
    let quota = service.behaviour.limits.queries();
    let bucket = format!("queries {}", caller.oid);
    let charged = service.quotas.charge(&bucket, quota, 1, service.clock.now());
    let headers = vec![
        ("x-ms-user-quota-remaining", charged.left.to_string()),
        ("x-ms-user-quota-resets-after", "00:00:05".to_owned()),
        ("x-ms-ratelimit-remaining-tenant-resource-requests", charged.left.to_string()),
    ];
    (headers, charged.retry_after())
}

fn is_query(request: &Request) -> bool {
    let path = request.path().to_ascii_lowercase();
    path == "/providers/microsoft.resourcegraph/resources"
}

struct Kind {
    quota: Quota,
    own: &'static str,
    /// Without a name in replies above subscriptions.
    shared: &'static str,
}

impl Kind {
    fn of(request: &Request, limits: &Limits) -> Self {
        let (quota, [own, shared, tenant]) = match request.method {
            Method::GET | Method::HEAD => (limits.reads(), READS),
            Method::DELETE => (limits.deletes(), DELETES),
            _ => (limits.writes(), WRITES),
        };
        match subscription(request) {
            Some(_) => Self { quota, own, shared },
            None => Self { quota, own: tenant, shared: "" },
        }
    }
}

fn subscription(request: &Request) -> Option<&str> {
    let [first, id, ..] = request.segments.as_slice() else { return None };
    first.eq_ignore_ascii_case("subscriptions").then_some(id)
}

/// Of the caller and of all in a subscription, and of the caller above them.
const READS: [&str; 3] = [
    "x-ms-ratelimit-remaining-subscription-reads",
    "x-ms-ratelimit-remaining-subscription-global-reads",
    "x-ms-ratelimit-remaining-tenant-reads",
];
const WRITES: [&str; 3] = [
    "x-ms-ratelimit-remaining-subscription-writes",
    "x-ms-ratelimit-remaining-subscription-global-writes",
    "x-ms-ratelimit-remaining-tenant-writes",
];
const DELETES: [&str; 3] = [
    "x-ms-ratelimit-remaining-subscription-deletes",
    "x-ms-ratelimit-remaining-subscription-global-deletes",
    "x-ms-ratelimit-remaining-tenant-deletes",
];
