use axum::http::Method;

use crate::arm::call::Call;
use crate::arm::error::{ArmError, Authority};
use crate::arm::route::Route;
use crate::arm::{
    access_policies, headers, management_groups, metadata, permissions, role_assignments,
    role_definitions, subscription_actions, subscriptions, vaults, versions,
};
use crate::behaviour::Refusal;
use crate::http::{Reply, Request};
use crate::login::{AccessToken, Audience, TokenFault};
use crate::service::Service;
use crate::store::Answer;

/// One request: token, version, route, and then the handler, which looks at rights first.
pub(crate) fn answer(service: &Service, request: &Request) -> Reply {
    let segments: Vec<String> =
        request.segments.iter().map(|segment| segment.to_ascii_lowercase()).collect();
    let reply = match segments.iter().map(String::as_str).collect::<Vec<_>>().as_slice() {
        ["metadata", "endpoints"] => metadata::endpoints(service, request),
        _ => respond(service, request),
    };
    let authority = Authority { url: &service.url, tenant: service.tenant };
    let reply = reply.unwrap_or_else(|error| error.reply(&authority));
    headers::stamp(request, reply, service.clock.now())
}

/// A refusal that comes from outside of the handlers.
pub(crate) fn refuse(service: &Service, request: &Request, refusal: &Refusal) -> Reply {
    let authority = Authority { url: &service.url, tenant: service.tenant };
    let reply = refusal.stamp(ArmError::refused(refusal.status).reply(&authority));
    headers::stamp(request, reply, service.clock.now())
}

fn respond(service: &Service, request: &Request) -> Result<Reply, ArmError> {
    let now = service.clock.now();
    let caller = authenticate(service, request)
        .map_err(|fault| ArmError::unauthenticated(&fault, service.tenant, now))?;
    versions::api_version(request)?;
    let route = Route::parse(&request.segments)?;
    versions::check(request, &route)?;
    service.store.transact(now, |views| {
        let call = Call::new(service, views, route.look(), request, &caller);
        handle(&call, &route)
    })
}

fn authenticate(service: &Service, request: &Request) -> Result<AccessToken, TokenFault> {
    let accepts =
        |audience: &str| Audience::named(audience, &service.url) == Some(Audience::ResourceManager);
    AccessToken::of(request, &service.signing_key, service.tenant, accepts, service.clock.now())
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
        Route::SubscriptionAction(id, action) if method == Method::POST => {
            subscription_actions::act(call, *id, *action)
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
        Route::Permissions(scope) => permissions::list(call, scope),
        Route::RoleAssignments(scope) => role_assignments::list(call, scope),
        Route::VaultsOfSubscription(id) => vaults::of_subscription(call, *id),
        Route::VaultsOfResourceGroup(id, group) => vaults::of_resource_group(call, *id, group),
        Route::RoleDefinition(..)
        | Route::RoleAssignment(..)
        | Route::SubscriptionAction(..)
        | Route::Vault(_)
        | Route::AccessPolicies(..) => Err(ArmError::method_not_allowed(&call.request.method)),
    }
}
