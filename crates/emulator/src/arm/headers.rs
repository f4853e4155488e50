use axum::http::Method;
use time::OffsetDateTime;
use uuid::Uuid;

use crate::http::{Reply, Request};
use crate::timestamps::seconds;

/// The headers of every reply; the quotas are those of a caller that has just begun.
pub(super) fn stamp(request: &Request, reply: Reply, now: OffsetDateTime) -> Reply {
    let id = Uuid::new_v4().to_string();
    let correlation = request.header("x-ms-correlation-request-id").unwrap_or(&id).to_owned();
    let moment = seconds(now).replace(['-', ':'], "");
    let reply = reply
        .with_header("cache-control", "no-cache")
        .with_header("x-ms-request-id", id)
        .with_header("x-ms-routing-request-id", format!("SANDBOX:{moment}:{correlation}"))
        .with_header("x-ms-correlation-request-id", correlation);
    let of_subscription =
        request.segments.first().is_some_and(|first| first.eq_ignore_ascii_case("subscriptions"))
            && request.segments.len() > 1;
    if !of_subscription {
        return match request.method {
            Method::GET => reply.with_header("x-ms-ratelimit-remaining-tenant-reads", "249"),
            _ => reply.with_header("x-ms-ratelimit-remaining-tenant-writes", "199"),
        };
    }
    let (own, global, left, global_left) = match request.method {
        Method::GET => (READS, GLOBAL_READS, "249", "3749"),
        Method::DELETE => (DELETES, GLOBAL_DELETES, "199", "2999"),
        _ => (WRITES, GLOBAL_WRITES, "199", "2999"),
    };
    reply.with_header(own, left).with_header(global, global_left)
}

const READS: &str = "x-ms-ratelimit-remaining-subscription-reads";
const GLOBAL_READS: &str = "x-ms-ratelimit-remaining-subscription-global-reads";
const WRITES: &str = "x-ms-ratelimit-remaining-subscription-writes";
const GLOBAL_WRITES: &str = "x-ms-ratelimit-remaining-subscription-global-writes";
const DELETES: &str = "x-ms-ratelimit-remaining-subscription-deletes";
const GLOBAL_DELETES: &str = "x-ms-ratelimit-remaining-subscription-global-deletes";
