use axum::http::{Method, StatusCode};

use crate::behaviour::{Refusal, Variant};
use crate::graph::route::Route;
use crate::http::{Reply, Request};
use crate::login::AccessToken;
use crate::quotas::Charged;
use crate::service::Service;

/// What a request costs, and its refusal if the caller cannot pay.
pub(super) struct Charge {
    units: u32,
    /// How much of the units was used up by now, from 0 to 1.
    used: f64,
    pub(super) refusal: Option<(Refusal, Exhausted)>,
}

#[derive(Clone, Copy)]
pub(super) enum Exhausted {
    ResourceUnits,
    Writes,
}

/// Units, writes and reads of keys are limited on their own (documented).
pub(super) fn charge(
    service: &Service,
    request: &Request,
    caller: &AccessToken,
    route: &Route,
) -> Charge {
    let (limits, now) = (&service.behaviour.limits, service.clock.now());
    let take = |whose: String, quota, cost| service.quotas.charge(&whose, quota, cost, now);
    let units = units(request, route);
    let by_units = take(format!("units {}", caller.appid), limits.resource_units(), units);
    let by_writes = (request.method != Method::GET && !matches!(route, Route::Batch))
        .then(|| take(format!("graph writes {}", caller.appid), limits.graph_writes(), 1));
    let by_keys =
        reads_keys(request, route).then(|| take("reads of keys".to_owned(), limits.key_reads(), 1));
    let exhausted = [
        (Some(&by_units), Exhausted::ResourceUnits),
        (by_keys.as_ref(), Exhausted::ResourceUnits),
        (by_writes.as_ref(), Exhausted::Writes),
    ];
    let refusal = exhausted.into_iter().find_map(|(charged, what)| {
        let wait = charged.and_then(Charged::retry_after)?;
        let told = !service.behaviour.is(Variant::NoRetryAfter);
        let after = Some(wait).filter(|_| told);
        Some((Refusal::new(StatusCode::TOO_MANY_REQUESTS, after), what))
    });
    Charge {
        units,
        used: 1.0 - f64::from(by_units.left) / f64::from(limits.resource_units.max(1)),
        refusal: refusal.filter(|_| service.behaviour.throttling),
    }
}

impl Charge {
    /// The share of the limit is told from 0.8 on (documented).
    pub(super) fn stamp(&self, reply: Reply) -> Reply {
        let Self { units, used, refusal } = self;
        let reply = reply.with_header("x-ms-resource-unit", units.to_string());
        let reply = match refusal {
            None if *used < 0.8 => return reply,
            None => reply,
            Some((_, what)) => reply
                .with_header("x-ms-throttle-scope", "Tenant_Application/ReadWrite/Sandbox")
                .with_header("x-ms-throttle-information", what.name()),
        };
        reply.with_header("x-ms-throttle-limit-percentage", format!("{used:.1}"))
    }
}

impl Exhausted {
    fn name(self) -> &'static str {
        match self {
            Self::ResourceUnits => "ResourceUnitLimitExceeded",
            Self::Writes => "WriteLimitExceeded",
        }
    }
}

/// A base cost by route, less for a `$select` or a short page, more for `$expand`, at least one
/// (documented).
fn units(request: &Request, route: &Route) -> u32 {
    if request.method != Method::GET {
        return 1;
    }
    let base = match route {
        Route::Applications | Route::Application(_) | Route::Grants(..) => 2,
        _ => 1,
    };
    let short = request.query("$top").and_then(|top| top.parse::<u32>().ok());
    let expands = u32::from(request.query("$expand").is_some());
    let less = u32::from(request.query("$select").is_some())
        + u32::from(short.is_some_and(|top| top < 20));
    (base + expands).saturating_sub(less).max(1)
}

fn reads_keys(request: &Request, route: &Route) -> bool {
    request.method == Method::GET
        && matches!(route, Route::Application(_))
        && request.query("$select").is_some_and(|names| names.contains("keyCredentials"))
}
