use axum::http::Method;

use crate::arm::call::Call;
use crate::arm::error::{ArmError, Authority};
use crate::arm::route::{ProviderPart, Route};
use crate::arm::{
    access_policies, activity_log, api_shapes, deleted_vaults, elevate_access, headers, locks,
    management_groups, metadata, permissions, providers, resource_graph, resource_groups,
    role_assignments, role_definitions, subscription_actions, subscriptions, throttling,
    vault_names, vaults, versions, web_sites,
};
use crate::audit;
use crate::behaviour::Refusal;
use crate::http::{Reply, Request};
use crate::login::{AccessToken, Audience};
use crate::service::Service;
use crate::store::Answer;

/// One request: token, quota, version, route, and then the handler, which looks at rights first.
pub(crate) fn answer(service: &Service, request: &Request) -> Reply {
    let segments: Vec<String> =
        request.segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
    let reply = match segments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["metadata", "endpoints"] => metadata::endpoints(service, request),
        _ => authenticate(service, request).map(|caller| charged(service, request, &caller)),
    };
    let reply = reply.unwrap_or_else(|error| error.reply(&authority(service)));
    headers::stamp(request, reply, service.clock.now())
}

/// A refusal that comes from outside of the handlers.
pub(crate) fn refuse(service: &Service, request: &Request, refusal: &Refusal) -> Reply {
    headers::stamp(request, refused(service, refusal), service.clock.now())
}

fn refused(service: &Service, refusal: &Refusal) -> Reply {
    refusal.stamp(ArmError::refused(refusal.status).reply(&authority(service)))
}

fn authority(service: &Service) -> Authority<'_> {
    Authority { url: &service.url, tenant: service.tenant }
}

fn charged(service: &Service, request: &Request, caller: &AccessToken) -> Reply {
    let charge = throttling::charge(service, request, caller);
    let reply = match &charge.refusal {
        Some(refusal) => refused(service, refusal),
        None => respond(service, request, caller)
            .unwrap_or_else(|error| error.reply(&authority(service))),
    };
    charge.stamp(reply)
}

fn respond(service: &Service, request: &Request, caller: &AccessToken) -> Result<Reply, ArmError> {
    let version = versions::api_version(request)?;
    let route = Route::parse(&request.segments)?;
    versions::check(request, &route, &service.behaviour)?;
    require_json(request)?;
    let mut reply = service.store.transact(service.clock.now(), |views| {
        let call = Call::new(service, views, route.look(), request, caller);
        handle(&call, &route).map(|answer| audit::of_management(&call, answer))
    })?;
    if let Some(body) = &mut reply.body {
        api_shapes::adapt(&route, version, body);
    }
    Ok(reply)
}

/// Bodies of writes are JSON and say so.
fn require_json(request: &Request) -> Result<(), ArmError> {
    let kind = request.header("content-type").unwrap_or("<null>");
    let media_type = kind.split(';').next().unwrap_or_default().trim();
    let is_read = matches!(request.method, Method::GET | Method::HEAD | Method::DELETE);
    if is_read
        || request.bytes().is_ok_and(axum::body::Bytes::is_empty)
        || media_type.eq_ignore_ascii_case("application/json")
    {
        return Ok(());
    }
    Err(ArmError::unsupported_media_type(kind))
}

fn authenticate(service: &Service, request: &Request) -> Result<AccessToken, ArmError> {
    let now = service.clock.now();
    let accepts =
        |audience: &str| Audience::named(audience, &service.url) == Some(Audience::ResourceManager);
    AccessToken::of(request, &service.signing_key, service.tenant, accepts, now)
        .map_err(|fault| ArmError::unauthenticated(&fault, service.tenant, now))
}

fn handle(call: &Call<'_>, route: &Route) -> Result<Answer, ArmError> {
    let method = &call.request.method;
    match route {
        Route::RoleDefinition(scope, name) => role_definitions::one(call, scope, name),
        Route::RoleAssignment(scope, name) => role_assignments::one(call, scope, name),
        Route::Lock(scope, name) => locks::one(call, scope, name),
        Route::Vault(path) => vaults::one(call, path),
        Route::AccessPolicies(path, operation) if method == Method::PUT => {
            access_policies::update(call, path, *operation)
        }
        Route::SubscriptionAction(id, action) if method == Method::POST => {
            subscription_actions::act(call, *id, *action)
        }
        Route::Provider(id, namespace, ProviderPart::Registration) if method == Method::POST => {
            providers::register(call, *id, namespace)
        }
        Route::ResourceGroup(id, name) => resource_groups::one(call, *id, name),
        Route::VaultNames(id) if method == Method::POST => vault_names::check(call, *id),
        Route::PurgedVault(path) if method == Method::POST => deleted_vaults::purge(call, path),
        Route::ManagementGroup(name) => management_groups::one(call, name),
        Route::SubscriptionOfGroup(name, id) => management_groups::subscription(call, name, *id),
        Route::Entities if method == Method::POST => management_groups::entities(call),
        Route::GroupNameCheck if method == Method::POST => management_groups::check_name(call),
        Route::TenantBackfill if method == Method::POST => {
            Ok(management_groups::tenant_backfill(call))
        }
        Route::ElevateAccess if method == Method::POST => elevate_access::elevate(call),
        Route::ResourceGraph if method == Method::POST => resource_graph::query(call),
        Route::Web(route) => web_sites::answer(call, route),
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
        Route::Descendants(name) => management_groups::descendants(call, name),
        Route::SubscriptionsOfGroup(name) => management_groups::subscriptions(call, name),
        Route::GroupOperation(kind, group, polled) => {
            management_groups::operation(call, *kind, group, *polled)
        }
        Route::RoleDefinitions(scope) => role_definitions::list(call, scope),
        Route::Permissions(scope) => permissions::list(call, scope),
        Route::RoleAssignments(scope) => role_assignments::list(call, scope),
        Route::Locks(scope) => locks::list(call, scope),
        Route::ActivityLog(subscription) => activity_log::list(call, *subscription),
        _ => read_resources(call, route),
    }
}

fn read_resources(call: &Call<'_>, route: &Route) -> Result<Answer, ArmError> {
    match route {
        Route::Vaults(id, group) => vaults::list(call, *id, group.as_deref()),
        Route::ManagedHsms(id, group) => vaults::managed_hsms(call, *id, group.as_deref()),
        Route::ResourceGroups(id) => resource_groups::list(call, *id),
        Route::ResourceGroupOperation(id, operation) => {
            resource_groups::operation(call, *id, operation)
        }
        Route::Provider(id, namespace, ProviderPart::Itself) => {
            providers::get(call, *id, namespace)
        }
        Route::DeletedVaults(id) => deleted_vaults::list(call, *id),
        Route::DeletedVault(path) => deleted_vaults::get(call, path),
        Route::VaultOperation(id, location, operation) => {
            deleted_vaults::operation(call, *id, location, operation)
        }
        _ => Err(ArmError::method_not_allowed(&call.request.method)),
    }
}
