//! Azure Audience Manager: subscriptions, management groups, role definitions and assignments, key vaults.

mod access;
mod access_policies;
mod error;
mod existence;
mod management_groups;
mod metadata;
mod role_assignments;
mod role_definition_checks;
mod role_definitions;
mod route;
mod subscriptions;
mod vaults;
mod versions;

use axum::http::{Method, StatusCode};
use serde_json::{Value, json};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::arm::error::{ArmError, Authority};
use crate::arm::route::Route;
use crate::filter::{Condition, parse};
use crate::http::{Reply, Request};
use crate::login::{AccessToken, Audience, TokenFault};
use crate::model::scope::Scope;
use crate::paging::page;
use crate::service::Service;
use crate::store::{Answer, State};
use crate::timestamps::seconds;

/// What a handler works on.
struct Call<'a> {
    state: &'a State,
    request: &'a Request,
    caller: &'a AccessToken,
    url: &'a str,
    now: OffsetDateTime,
}

pub(crate) fn answer(service: &Service, request: &Request) -> Reply {
    let segments: Vec<String> =
        request.segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
    let reply = match segments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["metadata", "endpoints"] => metadata::endpoints(service, request),
        _ => respond(service, request),
    };
    let authority = Authority { url: &service.url, tenant: service.tenant };
    let reply = reply.unwrap_or_else(|error| error.reply(&authority));
    stamp(request, reply, service.clock.now())
}

fn respond(service: &Service, request: &Request) -> Result<Reply, ArmError> {
    let now = service.clock.now();
    let caller =
        authenticate(service, request).map_err(|fault| ArmError::unauthenticated(&fault, now))?;
    versions::api_version(request)?;
    let route = Route::parse(&request.segments)?;
    versions::check(request, &route)?;
    service.store.transact(|state| {
        let call = Call { state, request, caller: &caller, url: &service.url, now };
        handle(&call, &route)
    })
}

fn authenticate(service: &Service, request: &Request) -> Result<AccessToken, TokenFault> {
    let accepts =
        |audience: &str| Audience::named(audience, &service.url) == Some(Audience::ResourceManager);
    AccessToken::of(request, &service.signing_key, accepts, service.clock.now())
}

fn handle(call: &Call<'_>, route: &Route) -> Result<Answer, ArmError> {
    let method = &call.request.method;
    match route {
        Route::RoleDefinition(scope, name) => role_definitions::one(call, scope, name),
        Route::RoleAssignment(scope, name) => role_assignments::one(call, scope, name),
        Route::Vault(path) => vaults::one(call, path),
        Route::AccessPolicies(path, operation) if method == Method::PUT => {
            access_policies::update(call, path, *operation)
        }
        _ if method == Method::GET => read(call, route),
        _ => Err(ArmError::method_not_allowed(method)),
    }
}

/// What can only be read here.
fn read(call: &Call<'_>, route: &Route) -> Result<Answer, ArmError> {
    match route {
        Route::Tenants => subscriptions::tenants(call),
        Route::Subscriptions => subscriptions::list(call),
        Route::Subscription(id) => subscriptions::get(call, *id),
        Route::Resources(id) => subscriptions::resources(call, *id),
        Route::ManagementGroups => management_groups::list(call),
        Route::ManagementGroup(name) => management_groups::get(call, name),
        Route::Descendants(name) => management_groups::descendants(call, name),
        Route::RoleDefinitions(scope) => role_definitions::list(call, scope),
        Route::RoleAssignments(scope) => role_assignments::list(call, scope),
        Route::VaultsOfSubscription(id) => vaults::of_subscription(call, *id),
        Route::VaultsOfResourceGroup(id, group) => vaults::of_resource_group(call, *id, group),
        Route::RoleDefinition(..)
        | Route::RoleAssignment(..)
        | Route::Vault(_)
        | Route::AccessPolicies(..) => Err(ArmError::method_not_allowed(&call.request.method)),
    }
}

impl Call<'_> {
    fn require(&self, action: &str, scope: &Scope, shown: &str) -> Result<(), ArmError> {
        access::require(self.state, self.caller, action, scope, shown)
    }

    fn may(&self, action: &str, scope: &Scope) -> bool {
        access::may(self.state, self.caller, action, scope)
    }

    /// The parts of the request's filter, as `part` reads them. None when it has another form.
    fn filter<P>(&self, part: fn(Condition) -> Option<P>) -> Option<Vec<P>> {
        parse(self.filter_text())?.into_iter().map(part).collect()
    }

    fn filter_text(&self) -> &str {
        self.request.query("$filter").unwrap_or_default()
    }

    /// One page of a list; `nextLink` is left out on the last one.
    fn page(&self, items: Vec<Value>) -> Result<Answer, ArmError> {
        let page = page(self.request, self.url, page_size(self.request)?, items)?;
        let mut body = json!({ "value": page.items });
        if let Some(link) = page.next_link {
            body["nextLink"] = link.into();
        }
        Ok(Reply::json(StatusCode::OK, body).into())
    }
}

fn page_size(request: &Request) -> Result<usize, ArmError> {
    let Some(top) = request.query("$top") else { return Ok(100) };
    let size = top.parse().ok().filter(|size| (1..=1000).contains(size));
    size.ok_or_else(|| {
        ArmError::bad_request(
            "InvalidTopQueryParameter",
            format!("The value '{top}' of $top is not valid."),
        )
    })
}

fn subscription_scope(id: Uuid) -> Scope {
    Scope::parse(&format!("/subscriptions/{id}")).expect("a subscription's id is a scope")
}

fn resource_group_scope(subscription: Uuid, name: &str) -> Result<Scope, ArmError> {
    let id = format!("/subscriptions/{subscription}/resourceGroups/{name}");
    Scope::parse(&id).ok_or_else(|| ArmError::malformed_scope(&id))
}

/// The headers of every reply; the quotas are those of a caller that has just begun.
fn stamp(request: &Request, reply: Reply, now: OffsetDateTime) -> Reply {
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
