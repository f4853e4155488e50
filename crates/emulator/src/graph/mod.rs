//! Microsoft Graph v1.0, as far as app registrations need it.

mod app_role_assignments;
mod application_properties;
mod applications;
mod batch;
mod collection;
mod deleted_items;
mod error;
mod filter;
mod key_credentials;
mod render;
mod rights;
mod route;
mod service_principals;

use axum::http::{Method, StatusCode};
use serde_json::{Map, Value};
use time::OffsetDateTime;
use uuid::Uuid;

use crate::graph::collection::{ORGANIZATION, list};
use crate::graph::error::GraphError;
use crate::graph::route::Route;
use crate::http::{Reply, Request};
use crate::login::{AccessToken, Audience};
use crate::service::Service;
use crate::store::{Answer, State};

/// What a handler works on.
struct Call<'a> {
    state: &'a State,
    request: &'a Request,
    caller: &'a AccessToken,
    url: &'a str,
    now: OffsetDateTime,
}

/// The ids that a reply carries in its headers and, on errors, in its body.
struct RequestIds {
    request: String,
    client: String,
}

pub(crate) fn answer(service: &Service, request: &Request) -> Reply {
    let ids = RequestIds::of(request);
    let now = service.clock.now();
    let reply = authenticate(service, request)
        .and_then(|caller| respond(service, &caller, request))
        .unwrap_or_else(|error| error.reply(&ids, &service.url, now));
    ids.stamp(reply)
}

fn authenticate(service: &Service, request: &Request) -> Result<AccessToken, GraphError> {
    let accepts = |audience: &str| Audience::named(audience, &service.url) == Some(Audience::Graph);
    Ok(AccessToken::of(request, &service.signing_key, accepts, service.clock.now())?)
}

fn respond(
    service: &Service,
    caller: &AccessToken,
    request: &Request,
) -> Result<Reply, GraphError> {
    let route = Route::parse(request)?;
    rights::check(&caller.roles, &request.method, &route)?;
    if let Route::Batch = route {
        return batch::answer(service, request);
    }
    service.store.transact(|state| {
        let call = Call { state, request, caller, url: &service.url, now: service.clock.now() };
        handle(&call, route)
    })
}

fn handle(call: &Call<'_>, route: Route) -> Result<Answer, GraphError> {
    let method = &call.request.method;
    match route {
        Route::Organization if method == Method::GET => organization(call),
        Route::Applications => applications::collection(call),
        Route::Application(key) => applications::one(call, &key),
        Route::ApplicationOwners(key) if method == Method::GET => applications::owners(call, &key),
        Route::ServicePrincipals => service_principals::collection(call),
        Route::ServicePrincipal(key) => service_principals::one(call, &key),
        Route::ServicePrincipalOwners(key) if method == Method::GET => {
            service_principals::owners(call, &key)
        }
        Route::Grants(side, key) => app_role_assignments::collection(call, side, &key),
        Route::Grant(side, key, id) => app_role_assignments::one(call, side, &key, &id),
        Route::DeletedItems(kind) if method == Method::GET => deleted_items::list_of(call, kind),
        Route::DeletedItem(id) => deleted_items::one(call, id),
        Route::DeletedItemRestore(id) if method == Method::POST => deleted_items::restore(call, id),
        Route::Batch
        | Route::Organization
        | Route::ApplicationOwners(_)
        | Route::ServicePrincipalOwners(_)
        | Route::DeletedItems(_)
        | Route::DeletedItemRestore(_) => Err(GraphError::method_not_allowed()),
    }
}

/// The tenant itself, always a collection of one.
fn organization(call: &Call<'_>) -> Result<Answer, GraphError> {
    let tenant = std::iter::once(render::organization(&call.state.tenant));
    Ok(list(call, &ORGANIZATION, "organization", tenant)?.into())
}

/// A directory object with the context that says what it is.
fn entity(
    call: &Call<'_>,
    status: StatusCode,
    context: &str,
    mut object: Map<String, Value>,
) -> Reply {
    let context = format!("{}/v1.0/$metadata#{context}", call.url);
    object.insert("@odata.context".to_owned(), context.into());
    Reply::json(status, Value::Object(object))
}

/// Where a new object lies, in the form that recorded replies have.
fn created(call: &Call<'_>, reply: Reply, id: Uuid, class: &str) -> Reply {
    let (url, tenant) = (call.url, call.state.tenant.id);
    let location =
        format!("{url}/v2/{tenant}/directoryObjects/{id}/Microsoft.DirectoryServices.{class}");
    reply.with_header("location", location)
}

fn creates_if_missing(request: &Request) -> bool {
    let preferences = request.header("prefer").unwrap_or_default();
    preferences.split(',').any(|one| one.trim().eq_ignore_ascii_case("create-if-missing"))
}

impl RequestIds {
    /// A client's own id is echoed; without one it equals the request's (observed).
    fn of(request: &Request) -> Self {
        let id = Uuid::new_v4().to_string();
        Self { client: request.header("client-request-id").unwrap_or(&id).to_owned(), request: id }
    }

    fn stamp(self, reply: Reply) -> Reply {
        let reply = match &reply.body {
            Some(_) if reply.status.is_success() => {
                reply.with_header("content-type", JSON).with_header("odata-version", "4.0")
            }
            _ => reply,
        };
        reply
            .with_header("cache-control", "no-cache")
            .with_header("request-id", self.request)
            .with_header("client-request-id", self.client)
            .with_header("x-ms-ags-diagnostic", SERVER)
            .with_header("x-ms-resource-unit", "1")
    }
}

const JSON: &str = "application/json;odata.metadata=minimal;odata.streaming=true;IEEE754Compatible=false;charset=utf-8";
const SERVER: &str = r#"{"ServerInfo":{"DataCenter":"Sandbox","Slice":"E","Ring":"1"}}"#;
