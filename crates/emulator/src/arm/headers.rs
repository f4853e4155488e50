use time::OffsetDateTime;
use uuid::Uuid;

use crate::http::{Reply, Request};
use crate::timestamps::seconds;

/// The headers of every reply.
pub(super) fn stamp(request: &Request, reply: Reply, now: OffsetDateTime) -> Reply {
    let id = Uuid::new_v4().to_string();
    let correlation = request.header("x-ms-correlation-request-id").unwrap_or(&id).to_owned();
    let moment = seconds(now).replace(['-', ':'], "");
    reply
        .with_header("cache-control", "no-cache")
        .with_header("x-ms-request-id", id)
        .with_header("x-ms-routing-request-id", format!("SANDBOX:{moment}:{correlation}"))
        .with_header("x-ms-correlation-request-id", correlation)
}
