use axum::body::Bytes;
use axum::http::Method;

use crate::audit;
use crate::behaviour::Refusal;
use crate::graph::call::Call;
use crate::graph::collection::{ORGANIZATION, list};
use crate::graph::error::GraphError;
use crate::graph::request_ids::RequestIds;
use crate::graph::route::Route;
use crate::graph::{
    app_management_policy, app_role_assignments, applications, batch, delegated_grants,
    deleted_items, directory_objects, directory_roles, federated_credentials, groups, keys,
    member_of, owners, passwords, posture, render, rights, service_principals, throttling, users,
};
use crate::http::{Reply, Request};
use crate::login::{AccessToken, Audience};
use crate::service::Service;
use crate::store::Answer;

/// One request, or one of a batch: token, route, rights, and then the handler.
pub(crate) fn answer(service: &Service, request: &Request) -> Reply {
    let ids = RequestIds::of(request);
    let reply = authenticate(service, request)
        .and_then(|caller| charged(service, &caller, request, &ids))
        .unwrap_or_else(|error| error.reply(&ids, service));
    ids.stamp(reply)
}

/// A refusal that comes from outside of the handlers.
pub(crate) fn refuse(service: &Service, request: &Request, refusal: &Refusal) -> Reply {
    let ids = RequestIds::of(request);
    let error = GraphError::refused(refusal.status);
    let reply = error.reply(&ids, service);
    ids.stamp(refusal.stamp(reply))
}

fn authenticate(service: &Service, request: &Request) -> Result<AccessToken, GraphError> {
    let accepts = |audience: &str| Audience::named(audience, &service.url) == Some(Audience::Graph);
    Ok(AccessToken::of(
        request,
        &service.signing_key,
        service.tenant,
        accepts,
        service.clock.now(),
    )?)
}

fn charged(
    service: &Service,
    caller: &AccessToken,
    request: &Request,
    ids: &RequestIds,
) -> Result<Reply, GraphError> {
    let route = Route::parse(request)?;
    let charge = throttling::charge(service, request, caller, &route);
    let reply = match &charge.refusal {
        Some((refusal, _)) => {
            let error = GraphError::refused(refusal.status);
            refusal.stamp(error.reply(ids, service))
        }
        None => respond(service, caller, request, route)
            .unwrap_or_else(|error| error.reply(ids, service)),
    };
    Ok(charge.stamp(reply))
}

fn respond(
    service: &Service,
    caller: &AccessToken,
    request: &Request,
    route: Route,
) -> Result<Reply, GraphError> {
    check_content_type(request)?;
    if let Route::Batch = route {
        return batch::answer(service, request);
    }
    service.store.transact(service.clock.now(), |views| {
        let call = Call::new(service, views, route.look(request), request, caller);
        rights::check(&call, &route)?;
        handle(&call, route).map(|answer| audit::of_directory(&call, answer))
    })
}

/// A write without a body can go without; whether it needs one is up to its handler.
fn check_content_type(request: &Request) -> Result<(), GraphError> {
    let is_empty = request.bytes().is_ok_and(Bytes::is_empty);
    if is_empty || [Method::GET, Method::DELETE].contains(&request.method) {
        return Ok(());
    }
    let kind = request.header("content-type").ok_or_else(GraphError::missing_content_type)?;
    let kind = kind.split(';').next().unwrap_or_default().trim();
    let json = kind.eq_ignore_ascii_case("application/json") || kind.ends_with("+json");
    json.then_some(()).ok_or_else(GraphError::foreign_content_type)
}

fn handle(call: &Call<'_>, route: Route) -> Result<Answer, GraphError> {
    let method = &call.request.method;
    match route {
        Route::DefaultAppManagementPolicy => app_management_policy::default_policy(call),
        Route::Applications => applications::collection(call),
        Route::Application(key) => applications::one(call, &key),
        Route::FederatedCredentials(key) => federated_credentials::collection(call, &key),
        Route::FederatedCredential(key, name) => federated_credentials::one(call, &key, &name),
        Route::ServicePrincipals => service_principals::collection(call),
        Route::ServicePrincipal(key) => service_principals::one(call, &key),
        Route::OwnerReferences(key) if method == Method::POST => owners::add(call, &key),
        Route::OwnerReference(key, id) if method == Method::DELETE => {
            owners::remove(call, &key, id)
        }
        Route::AddKey(key) if method == Method::POST => keys::add(call, &key),
        Route::RemoveKey(key) if method == Method::POST => keys::remove(call, &key),
        Route::AddPassword(key) if method == Method::POST => passwords::add(call, &key),
        Route::RemovePassword(key) if method == Method::POST => passwords::remove(call, &key),
        Route::DirectoryObjectsByIds if method == Method::POST => {
            directory_objects::get_by_ids(call)
        }
        Route::Grants(side, key) => app_role_assignments::collection(call, side, &key),
        Route::Grant(side, key, id) => app_role_assignments::one(call, side, &key, &id),
        Route::DelegatedGrants => delegated_grants::collection(call),
        Route::DelegatedGrant(id) => delegated_grants::one(call, &id),
        Route::DirectoryRoleAssignments => directory_roles::assignments(call),
        Route::DirectoryRoleAssignment(id) => directory_roles::assignment(call, &id),
        Route::DeletedItem(id) => deleted_items::one(call, id),
        Route::DeletedItemRestore(id) if method == Method::POST => deleted_items::restore(call, id),
        _ if method == Method::GET => read(call, route),
        _ => Err(GraphError::method_not_allowed()),
    }
}

/// What can only be read here.
fn read(call: &Call<'_>, route: Route) -> Result<Answer, GraphError> {
    match route {
        Route::Organization => organization(call),
        Route::ApplicationCount => applications::count_all(call),
        Route::ServicePrincipalCount => service_principals::count_all(call),
        Route::DirectoryObject(id) => directory_objects::get(call, id),
        Route::DelegatedGrantsOf(key) => delegated_grants::list_of(call, &key),
        Route::Me => users::get(call, &call.caller.oid.to_string()),
        Route::User(key) => users::get(call, &key),
        Route::MemberOf(member, cast) => member_of::list_of(call, &member, cast),
        Route::Groups => groups::list_of(call),
        Route::Group(id) => groups::get(call, id),
        Route::GroupMembers(id) => groups::members(call, id),
        Route::DirectoryRoles => directory_roles::list_of(call),
        Route::Owners(key) => owners::list_of(call, &key),
        Route::DeletedItems(kind) => deleted_items::list_of(call, kind),
        Route::Posture(posture) => posture::read(call, posture),
        _ => Err(GraphError::method_not_allowed()),
    }
}

/// The tenant itself, always a collection of one.
fn organization(call: &Call<'_>) -> Result<Answer, GraphError> {
    let tenant = std::iter::once(render::organization(&call.state.tenant));
    Ok(list(call, &ORGANIZATION, "organization", tenant)?.into())
}
