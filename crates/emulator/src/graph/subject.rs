use axum::http::Method;
use serde_json::{Map, Value};
use uuid::Uuid;

use crate::graph::holder::Holder;
use crate::graph::route::{ApplicationKey, Route, ServicePrincipalKey};
use crate::graph::{Call, applications, creates_if_missing, service_principals};
use crate::model::application::Application;

/// What a request is about, as far as rights depend on it.
pub(super) enum Subject<'a> {
    Existing {
        owned: bool,
    },
    Missing,
    NewApplication,
    /// For the application, if that is there.
    NewServicePrincipal(Option<&'a Application>),
}

/// Of a request about applications or service principals.
pub(super) fn of<'a>(call: &Call<'a>, route: &Route) -> Subject<'a> {
    let upserts = call.request.method == Method::PATCH && creates_if_missing(call.request);
    let owners = owners(call, route, upserts);
    match (owners, route) {
        (Some(owners), _) => Subject::Existing { owned: owners.contains(&call.caller.oid) },
        (None, Route::Applications) => Subject::NewApplication,
        (None, Route::Application(ApplicationKey::UniqueName(_))) if upserts => {
            Subject::NewApplication
        }
        (None, Route::ServicePrincipals) => new_service_principal(call),
        (None, Route::ServicePrincipal(ServicePrincipalKey::AppId(id))) if upserts => {
            Subject::NewServicePrincipal(call.referable.application_of(*id))
        }
        (None, _) => Subject::Missing,
    }
}

/// None for what is not there, and for what has no owners.
fn owners<'a>(call: &Call<'a>, route: &Route, upserts: bool) -> Option<&'a [Uuid]> {
    match route {
        Route::Application(key) if upserts => {
            applications::find(call.state, key).map(|one| one.owners.as_slice()).ok()
        }
        Route::ServicePrincipal(key) if upserts => {
            service_principals::find(call.state, key).map(|one| one.owners.as_slice()).ok()
        }
        Route::Application(key)
        | Route::FederatedCredentials(key)
        | Route::FederatedCredential(key, _) => {
            applications::reach(call, key).map(|one| one.owners.as_slice()).ok()
        }
        Route::ServicePrincipal(key) => {
            service_principals::reach(call, key).map(|one| one.owners.as_slice()).ok()
        }
        Route::Owners(key)
        | Route::OwnerReferences(key)
        | Route::OwnerReference(key, _)
        | Route::AddKey(key)
        | Route::RemoveKey(key)
        | Route::AddPassword(key)
        | Route::RemovePassword(key) => Holder::reach(call, key).map(|one| one.owners()).ok(),
        Route::DeletedItem(id) | Route::DeletedItemRestore(id) => owners_of_deleted(call, *id),
        _ => None,
    }
}

fn owners_of_deleted<'a>(call: &Call<'a>, id: Uuid) -> Option<&'a [Uuid]> {
    let application = call.state.applications.get(&id).map(|one| one.owners.as_slice());
    application.or_else(|| call.state.service_principals.get(&id).map(|one| one.owners.as_slice()))
}

fn new_service_principal<'a>(call: &Call<'a>) -> Subject<'a> {
    let body: Option<Map<String, Value>> = call.request.json().ok();
    let app_id = body.and_then(|body| Uuid::try_parse(body.get("appId")?.as_str()?).ok());
    Subject::NewServicePrincipal(app_id.and_then(|id| call.referable.application_of(id)))
}
